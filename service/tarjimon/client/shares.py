"""Shares a large input out among calls that stay within the server's limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tarjimon.config import LimitSettings
from tarjimon.pipeline.values import TranslatedText

# A response holds each source sentence once, and each translation twice (whole, and by segment), in UTF-8 that
# may be twice as long as the source's, with ids, spans and verdicts: bytes of response per byte of source.
_RESPONSE_BASE = 3
_RESPONSE_PER_TARGET = 5


@dataclass(frozen=True, slots=True)
class Share:
    """The texts of one call; `first` is the number of the first one in the whole input."""

    first: int
    texts: tuple[str, ...]


def shares(texts: Sequence[str], targets: int, limits: LimitSettings) -> Iterator[Share]:
    """Cut the texts into as few calls as the limits allow, in order.

    A text is never cut: one that is too long by itself goes alone, and the server says what its limit is.
    An empty input is one empty call, so that the server's answer is the same as ever.
    """
    most_bytes = limits.message_bytes // (_RESPONSE_BASE + _RESPONSE_PER_TARGET * targets)
    taken: list[str] = []
    first = characters = size = 0
    for number, text in enumerate(texts):
        # A lone surrogate is reported when the request is made.
        text_size = len(text.encode("utf-8", "surrogatepass"))
        full = (
            len(taken) >= limits.texts_per_call
            or characters + len(text) > limits.characters_per_call
            or size + text_size > most_bytes
        )
        if taken and full:
            yield Share(first, tuple(taken))
            taken, first, characters, size = [], number, 0, 0
        taken.append(text)
        characters += len(text)
        size += text_size
    if taken or not texts:
        yield Share(first, tuple(taken))


def renumbered(text: TranslatedText, first: int) -> TranslatedText:
    """The text with segment ids that are unique in the whole input: "2.14" in a share from 256 is "258.14"."""
    if first == 0:
        return text
    return replace(
        text,
        segments=tuple(replace(segment, id=_shifted(segment.id, first)) for segment in text.segments),
        translations=tuple(
            replace(
                translation,
                segments=tuple(
                    replace(segment, id=_shifted(segment.id, first)) for segment in translation.segments
                ),
            )
            for translation in text.translations
        ),
    )


def _shifted(name: str, first: int) -> str:
    number, dot, rest = name.partition(".")
    return f"{int(number) + first}{dot}{rest}" if number.isdecimal() else f"{first}/{name}"
