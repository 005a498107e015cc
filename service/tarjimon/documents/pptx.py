"""PowerPoint presentations (.pptx): slides, tables, speaker notes, alternative texts, static text of layouts.

Only the XML parts with a changed text are written anew (docs/decisions/0006-office-formats.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from lxml import etree

from tarjimon.documents.base import TranslatedUnit, Unit
from tarjimon.documents.ooxml import RELATION, Package
from tarjimon.documents.ooxml_drawing import walk_shapes
from tarjimon.documents.parts import Part, PartTexts, Slot, parse

WANTED = "a PowerPoint presentation (.pptx)"
MAIN_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"


class Pptx:
    """A presentation, read."""

    def __init__(self, data: bytes, *, name: str = "presentation.pptx") -> None:
        """Read a file. Raises InvalidInputError, which names the file and says what to do."""
        package = Package(data, name=name, wanted=WANTED, main_type=MAIN_TYPE)
        parts = list(package.properties())
        backgrounds: dict[str, str] = {}
        for number, slide in enumerate(_slides(package), start=1):
            parts.append(Part(slide, partial(_walk_slide, f"slide {number}")))
            for notes in package.related(slide, "notesSlide"):
                parts.append(Part(notes.member, partial(_walk_slide, f"slide {number}, notes")))
            for layout in package.related(slide, "slideLayout"):
                backgrounds.setdefault(layout.member, f"layout of slide {number}")
                for master in package.related(layout.member, "slideMaster"):
                    backgrounds.setdefault(master.member, f"master of slide {number}")
        parts += (Part(member, partial(_walk_background, place)) for member, place in backgrounds.items())
        self._texts = PartTexts(package.archive, data, parts)
        self._left_alone = tuple(package.never_read())

    @property
    def units(self) -> tuple[Unit, ...]:
        """Properties, then each slide with its notes, then the text that layouts and masters show."""
        return self._texts.units

    @property
    def left_alone(self) -> tuple[str, ...]:
        """Charts, diagrams, comments, embedded files."""
        return self._left_alone

    def render(self, translated: Mapping[str, TranslatedUnit], *, language: str | None = None) -> bytes:
        """The file with the named units replaced.

        Args:
            translated: by unit id.
            language: BCP-47 code that new texts are marked with; None: they are marked with none.

        Raises:
            ValueError: an unknown unit, or tags that are not the unit's or cross.
        """
        return self._texts.render(self._texts.changed(translated, language))


def _slides(package: Package) -> Iterator[str]:
    """Slides in the order in which they are shown."""
    members = {relation.id: relation.member for relation in package.related(package.main, "slide")}
    for slide in parse(package.archive, package.main).iterfind(f"{_P}sldIdLst/{_P}sldId"):
        identity = slide.get(f"{{{RELATION}}}id") or ""
        if identity not in members:
            raise package.archive.damaged(f"its list of slides names {identity!r}, which is missing")
        yield members[identity]


def _walk_slide(place: str, root: etree._Element) -> Iterator[Slot]:
    for tree in root.iterfind(f"{_P}cSld/{_P}spTree"):
        yield from walk_shapes(tree, place)


def _walk_background(place: str, root: etree._Element) -> Iterator[Slot]:
    for tree in root.iterfind(f"{_P}cSld/{_P}spTree"):
        yield from walk_shapes(tree, place, placeholders=False)
