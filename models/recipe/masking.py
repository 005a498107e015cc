"""Replaces what must be copied exactly by the placeholders `<x0>` ... `<x11>`, alike in both texts.

The spans are those of the product's own `tarjimon.text.protection`, so that the model is trained on what it meets.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from tarjimon.text.protection import DEFAULT_KINDS, Kind, Span, find_spans

PLACEHOLDERS = tuple(f"<x{number}>" for number in range(12))
_SPACE = re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d)")


@dataclass(frozen=True, slots=True)
class Masked:
    """Two texts with the same placeholders, and what each placeholder stands for in the source."""

    source: str
    target: str
    values: tuple[str, ...]


def mask_pair(source: str, target: str, numbers: bool) -> Masked | None:
    """Mask spans that occur equally often in both texts; numbers only when `numbers` is set.

    Every occurrence gets a placeholder of its own, numbered by its order in the source; equal spans are
    matched in their order. Numbers that differ only in separators (`1,5` and `1.5`) are the same.
    Returns None when nothing can be masked, or more than twelve placeholders would be needed.
    """
    kinds = DEFAULT_KINDS | {Kind.NUMBER} if numbers else DEFAULT_KINDS
    left, right = find_spans(source, kinds), find_spans(target, kinds)
    counts_left, counts_right = Counter(map(_value, left)), Counter(map(_value, right))
    shared = {value for value, count in counts_left.items() if counts_right[value] == count}
    masked = [span for span in left if _value(span) in shared]
    if not masked or len(masked) > len(PLACEHOLDERS):
        return None
    names: dict[str, list[str]] = {}
    for span, name in zip(masked, PLACEHOLDERS, strict=False):
        names.setdefault(_value(span), []).append(name)
    return Masked(
        _replace(source, masked, {value: list(queue) for value, queue in names.items()}),
        _replace(target, [span for span in right if _value(span) in shared], names),
        tuple(span.text for span in masked),
    )


def has_fixed(text: str) -> bool:
    """Whether the product would protect something in `text` (URL, address, telephone number, document code, tag)."""
    return bool(find_spans(text))


def _value(span: Span) -> str:
    if span.kind is not Kind.NUMBER:
        return span.text
    return _SPACE.sub("", span.text).replace(",", ".").replace("\u00a0", "").replace(" %", "%")


def _replace(text: str, spans: list[Span], names: dict[str, list[str]]) -> str:
    parts, last = [], 0
    for span in spans:
        parts += [text[last : span.start], names[_value(span)].pop(0)]
        last = span.end
    return "".join([*parts, text[last:]])
