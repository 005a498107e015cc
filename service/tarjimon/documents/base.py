"""What every file format offers: ordered units of text with inline tags, and the way back to bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class TagKind(StrEnum):
    """What an inline tag does: begin a range, end one, or stand for itself (a footnote mark, an image)."""

    OPEN = "open"
    CLOSE = "close"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Tag:
    """Inline markup, kept outside of the text that the model sees.

    Attributes:
        position: code-point offset into the unit's text before which the tag stands.
        kind: open, close or empty.
        markup: how the tag is written in the file, or a name by which the format knows it.
        pair: number shared by an OPEN and its CLOSE; -1 for EMPTY.
    """

    position: int
    kind: TagKind
    markup: str
    pair: int = -1


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of text that is translated as a whole: a paragraph, a heading, a cell.

    Attributes:
        id: unique in the document; ids are in reading order.
        text: the text without markup; a line break in it is kept as a line break.
        tags: inline tags in the order in which they stand, positions never falling.
        place: where it stands in the file, for people: "line 12", "table 2, row 3".
        wrapped: True when a single line break is only a soft wrap.
    """

    id: str
    text: str
    tags: tuple[Tag, ...] = ()
    place: str = ""
    wrapped: bool = False


@dataclass(frozen=True, slots=True)
class TranslatedUnit:
    """The text of a unit in another language, with the same tags at their new positions."""

    text: str
    tags: tuple[Tag, ...] = ()


class Document(Protocol):
    """A file, read."""

    @property
    def units(self) -> tuple[Unit, ...]:
        """What is there to translate, in reading order."""
        ...

    @property
    def left_alone(self) -> tuple[str, ...]:
        """What is not offered for translation, a line each for people: "line 3: code block"."""
        ...

    def render(self, translated: Mapping[str, TranslatedUnit], *, language: str | None = None) -> bytes:
        """The file with the named units replaced; everything else stays as it was, byte for byte where the
        format allows.

        Args:
            translated: new text and tags by unit id.
            language: BCP-47 code of the new text, for formats that say so of their text.

        Raises:
            ValueError: an id that the document does not have, or tags that are not the unit's.
        """
        ...


def check_tags(unit: Unit, translated: TranslatedUnit) -> None:
    """Raise ValueError unless the translation has exactly the unit's tags, in range and properly nested."""
    wanted = sorted((t.kind, t.markup, t.pair) for t in unit.tags)
    found = sorted((t.kind, t.markup, t.pair) for t in translated.tags)
    if wanted != found:
        raise ValueError(f"unit {unit.id} ({unit.place}): the tags {found} are not the unit's {wanted}")
    positions = [t.position for t in translated.tags]
    if positions != sorted(positions) or any(not 0 <= p <= len(translated.text) for p in positions):
        raise ValueError(
            f"unit {unit.id} ({unit.place}): tag positions {positions} are out of order or range"
        )
