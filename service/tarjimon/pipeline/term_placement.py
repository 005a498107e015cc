"""A rendering put into a finished output, where the model's attention says that the term was translated."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tarjimon.domain import Hypothesis
from tarjimon.pipeline.terms import Hold

_WORD_START = "\u2581"
_SAME_SHARE = 0.4  # of the best word's attention: the term was rendered with several words
_LEAST = 0.25
_MOST_WORDS = 6
# They stand before a rendering and are no part of it.
_PREPOSITIONS = frozenset(
    (
        "в", "во", "на", "по", "с", "со", "к", "ко", "о", "об", "от", "до", "для", "при", "из",
        "у", "за", "под", "над", "между", "и", "in", "on", "at", "of", "to", "by", "with", "for", "from",
        "the", "a", "an", "and",
    )
)  # fmt: skip


def put_in(
    hypothesis: Hypothesis,
    origins: Sequence[tuple[int, int]],
    holds: Sequence[Hold],
    decode: Callable[[Sequence[str]], str],
) -> tuple[str, frozenset[Hold]]:
    """Replace the words that render each term.

    Args:
        hypothesis: with its alignment.
        origins: for each source piece its span in the model's input.
        holds: terms at their places in the model's input, and their renderings.
        decode: pieces to text.

    Returns:
        The output, and the terms that found a place. A word with digits, or one that another term took, is
        never given up.
    """
    groups: list[list[int]] = []
    for number, token in enumerate(hypothesis.tokens):
        if token.startswith(_WORD_START) or not groups:
            groups.append([])
        groups[-1].append(number)
    words = [decode([hypothesis.tokens[i] for i in group]) for group in groups]
    free = [bool(word) and not any(c.isdigit() for c in word) for word in words]
    placed: set[Hold] = set()
    for hold in holds if len(hypothesis.alignment) == len(hypothesis.tokens) else ():
        pieces = [n for n, (start, end) in enumerate(origins) if start < hold.end and end > hold.start]
        mass = [
            sum(hypothesis.alignment[i][n] for i in group for n in pieces) / len(group) if open_ else 0.0
            for group, open_ in zip(groups, free, strict=True)
        ]
        first, last = _run(mass, words)
        if first == last:
            continue
        words[first] = _dressed(hold.text, words[first], words[last - 1], first == 0)
        free[first:last] = [False] * (last - first)
        words[first + 1 : last] = [""] * (last - first - 1)
        placed.add(hold)
    return " ".join(word for word in words if word), frozenset(placed)


def _run(mass: Sequence[float], words: Sequence[str]) -> tuple[int, int]:
    """The words with most of the attention, as a half-open range; empty when there are none."""
    best = max(mass, default=0.0)
    if best <= 0.0:
        return 0, 0
    enough = max(best * _SAME_SHARE, _LEAST)
    first = mass.index(best)
    last = first + 1
    while last < len(mass) and mass[last] > enough and last - first < _MOST_WORDS:
        last += 1
    while first > 0 and mass[first - 1] > enough and last - first < _MOST_WORDS:
        first -= 1
    while last - first > 1 and words[first].lower() in _PREPOSITIONS:
        first += 1
    return first, last


def _dressed(text: str, first: str, last: str, opens: bool) -> str:
    """The rendering with the marks around the words that it replaces, and a capital where they had one."""
    lead = first[: len(first) - len(first.lstrip("«“„\"'("))]
    trail = last[len(last.rstrip('.,;:!?…»”")')) :]
    if opens and first[len(lead) :][:1].isupper():
        text = text[:1].upper() + text[1:]
    return lead + text + trail
