"""Inline tags from a source text to its translation.

Tags never reach the model. A tag at the edge of a segment goes to the same edge of its translation, exactly; one
inside of a segment goes to the word boundary that is nearest to its estimated place, and is reported as moved by
estimate. The multiset of tags and their nesting never change.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tarjimon.documents.base import Tag, TagKind, TranslatedUnit, Unit
from tarjimon.pipeline.values import SourceSegment, TargetSegment, TranslatedText

_WORD = re.compile(r"\w+(?:['’ʻʼ‘-]\w+)*")


@dataclass(frozen=True, slots=True)
class Projection:
    """A translated unit, and the ids of the segments in which a tag's place is an estimate."""

    unit: TranslatedUnit
    unsure: tuple[str, ...]


def project(unit: Unit, translated: TranslatedText, target: int) -> Projection:
    """Put a unit's tags into one of its translations.

    Args:
        unit: the source.
        translated: the translation of exactly `unit.text`.
        target: which of its target languages.
    """
    translation = translated.translations[target]
    if not unit.tags:
        return Projection(TranslatedUnit(translation.text), ())
    pairs = list(zip(translated.segments, translation.segments, strict=True))
    tags: list[Tag] = []
    unsure: list[str] = []
    floor = 0
    for tag in unit.tags:
        position, segment_id = _position(tag, pairs, len(unit.text), translation.text)
        if segment_id is not None and segment_id not in unsure:
            unsure.append(segment_id)
        # Order is nesting: a tag never overtakes the one before it.
        floor = max(floor, position)
        tags.append(replace(tag, position=floor))
    return Projection(TranslatedUnit(translation.text, tuple(tags)), tuple(unsure))


def _position(
    tag: Tag, pairs: Sequence[tuple[SourceSegment, TargetSegment]], length: int, text: str
) -> tuple[int, str | None]:
    """A tag's place in the translation; with the segment's id when it is an estimate."""
    at = tag.position
    if at == 0 or not pairs:
        return 0, None
    if at == length:
        return len(text), None
    for source, output in pairs:
        if at < source.start or (at == source.start and tag.kind is not TagKind.CLOSE):
            return output.start, None
        if at < source.end:
            if at == source.start:
                return output.start, None
            return output.start + _inside(tag, source.text, at - source.start, output.text), output.id
        if at == source.end:
            return output.end, None
    return pairs[-1][1].end, None


def _inside(tag: Tag, source: str, at: int, output: str) -> int:
    """The estimated place inside of a segment: beside the same word if it was copied, else in proportion."""
    after = _WORD.match(source, at)
    before = [m for m in _WORD.finditer(source, 0, at) if m.end() == at]
    if tag.kind is not TagKind.CLOSE and after:
        kept = _occurrence(after.group(), source, after.start(), output)
        if kept is not None:
            return kept[0]
    if tag.kind is not TagKind.OPEN and before:
        kept = _occurrence(before[-1].group(), source, before[-1].start(), output)
        if kept is not None:
            return kept[1]
    wanted = round(at / len(source) * len(output))
    edges = [m.end() if tag.kind is TagKind.CLOSE else m.start() for m in _WORD.finditer(output)]
    return min(edges, key=lambda edge: (abs(edge - wanted), edge), default=wanted)


def _occurrence(word: str, source: str, start: int, output: str) -> tuple[int, int] | None:
    """Where a word that is the same in both texts stands in the output; its n-th for its n-th."""
    number = len(re.findall(rf"(?<!\w){re.escape(word)}(?!\w)", source[:start]))
    found = list(re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", output))
    return found[number].span() if number < len(found) else None
