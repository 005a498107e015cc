"""What of a document changes, and the new pieces cut into the old text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tarjimon.documents.base import Tag, TagKind, TranslatedUnit, Unit, check_tags


@dataclass(frozen=True, slots=True)
class Edit:
    """A stretch of the source, in code points, and what stands there instead."""

    start: int
    end: int
    new: str


def changes(units: Sequence[Unit], translated: Mapping[str, TranslatedUnit]) -> dict[str, TranslatedUnit]:
    """The translations that differ from their units.

    Raises:
        ValueError: an unknown id, tags that are not the unit's, or tags that are not properly nested.
    """
    known = {unit.id: unit for unit in units}
    unknown = translated.keys() - known.keys()
    if unknown:
        raise ValueError(f"no such units: {sorted(unknown)}")
    changed: dict[str, TranslatedUnit] = {}
    for identity, new in translated.items():
        unit = known[identity]
        check_tags(unit, new)
        check_nesting(unit, new.tags)
        if (new.text, new.tags) != (unit.text, unit.tags):
            changed[identity] = new
    return changed


def check_nesting(unit: Unit, tags: Iterable[Tag]) -> None:
    """Raise ValueError when a range ends that has not begun, or ranges cross that did not cross in the unit."""
    crossing = _crossing(unit.tags)
    found = _crossing(tags)
    if found > crossing:
        raise ValueError(f"unit {unit.id} ({unit.place}): the tags are not properly nested")


def _crossing(tags: Iterable[Tag]) -> int:
    stack: list[int] = []
    crossing = 0
    for tag in tags:
        if tag.kind is TagKind.OPEN:
            stack.append(tag.pair)
        elif tag.kind is TagKind.CLOSE:
            if tag.pair not in stack:
                crossing += 1_000_000
                continue
            crossing += len(stack) - 1 - stack.index(tag.pair)
            stack.remove(tag.pair)
    return crossing


def splice(text: str, edits: Iterable[Edit]) -> str:
    """The text with the edits made; they must not overlap."""
    out: list[str] = []
    end = 0
    for edit in sorted(edits, key=lambda e: e.start):
        if edit.start < end:
            raise ValueError(f"edits overlap at {edit.start}")
        out += (text[end : edit.start], edit.new)
        end = edit.end
    out.append(text[end:])
    return "".join(out)
