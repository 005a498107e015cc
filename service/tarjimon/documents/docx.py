"""Word documents (.docx): body, tables, text boxes, notes, headers, comments, alternative texts, properties.

Only the XML parts with a changed text are written anew (docs/decisions/0006-office-formats.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from lxml import etree

from tarjimon.documents.base import TranslatedUnit, Unit
from tarjimon.documents.docx_rebuild import ParagraphSlot
from tarjimon.documents.docx_runs import untranslated_text, w
from tarjimon.documents.ooxml import Package, alternative_texts
from tarjimon.documents.parts import Part, PartTexts, Slot
from tarjimon.errors import InvalidInputError

WANTED = "a Word document (.docx)"
MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DOC_PROPERTIES = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
_TRANSPARENT = {w(name) for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag")}
_NOTES = {"footnotes": ("footnote", w("footnote")), "endnotes": ("endnote", w("endnote"))}


class Docx:
    """A Word document, read."""

    def __init__(self, data: bytes, *, name: str = "document.docx") -> None:
        """Read a file. Raises InvalidInputError, which names the file and says what to do."""
        self._package = package = Package(data, name=name, wanted=WANTED, main_type=MAIN_TYPE)
        self._alone: dict[str, None] = {}
        parts = [*package.properties(), Part(package.main, partial(self._main, self._alone.setdefault))]
        for kind in ("header", "footer"):
            for number, relation in enumerate(package.related(package.main, kind), start=1):
                walk = partial(_walk_blocks, f"{kind} {number}, ", self._alone.setdefault)
                parts.append(Part(relation.member, walk))
        for relation in package.related(package.main, "footnotes", "endnotes", "comments"):
            parts.append(Part(relation.member, partial(_walk_notes, relation.kind, self._alone.setdefault)))
        self._texts = PartTexts(package.archive, data, parts)
        self._left_alone = (*self._alone, *package.never_read())

    @property
    def units(self) -> tuple[Unit, ...]:
        """Properties, then paragraphs of the body, headers and footers, notes, comments."""
        return self._texts.units

    @property
    def left_alone(self) -> tuple[str, ...]:
        """Charts, diagrams, formulas, embedded files, deleted text."""
        return self._left_alone

    def render(self, translated: Mapping[str, TranslatedUnit], *, language: str | None = None) -> bytes:
        """The file with the named units replaced.

        Args:
            translated: by unit id.
            language: BCP-47 code that new texts are marked with; None: they are marked with none, so that
                they take the document's.

        Raises:
            ValueError: an unknown unit, or tags that are not the unit's or cross.
        """
        return self._texts.render(self._texts.changed(translated, language))

    def _main(self, alone: Callable[[str], object], root: etree._Element) -> Iterator[Slot]:
        if root.tag == f"{{{_STRICT}}}document":
            raise InvalidInputError(
                f"{self._package.archive.name}: saved as a Strict Open XML document, which is not read; save it "
                "as an ordinary Word document (.docx)",
                reason="WRONG_FORMAT",
            )
        body = root.find(w("body"))
        if root.tag != w("document") or body is None:
            raise self._package.archive.damaged(f"its part {self._package.main} has no body")
        yield from _complete(body, _walk_blocks("", alone, body), alone)


def _complete(root: etree._Element, slots: Iterator[Slot], alone: Callable[[str], object]) -> Iterator[Slot]:
    """The slots; and a line for people should some paragraph stand where no walk comes."""
    missing = sum(1 for paragraph in root.iter(w("p")) if _has_text(paragraph))
    for slot in slots:
        yield slot
        if isinstance(slot, ParagraphSlot):
            missing -= sum(1 for paragraph in slot.paragraphs if _has_text(paragraph))
    if missing > 0:
        alone(f"paragraphs in markup that is not known: {missing}")


def _has_text(paragraph: etree._Element) -> bool:
    return next(paragraph.iter(w("t")), None) is not None


def _walk_notes(kind: str, alone: Callable[[str], object], root: etree._Element) -> Iterator[Slot]:
    """Footnotes, endnotes or comments; separators have no text."""
    noun, tag = _NOTES.get(kind, ("comment", w("comment")))
    notes = (note for note in root.iter(tag) if note.get(w("type"), "normal") == "normal")
    for number, note in enumerate(notes, start=1):
        yield from _walk_blocks(f"{noun} {number}, ", alone, note)


def _walk_blocks(prefix: str, alone: Callable[[str], object], parent: etree._Element) -> Iterator[Slot]:
    """Paragraphs and tables in a body, a cell, a header, a note or a text box."""
    paragraphs = tables = 0
    for block in _blocks(parent):
        if block.tag == w("p"):
            paragraphs += 1
            place = f"{prefix}paragraph {paragraphs}"
            yield ParagraphSlot(place, [block])
            for what in untranslated_text(block):
                alone(f"{place}: {what}")
            yield from _walk_drawings(place, alone, block)
        elif block.tag == w("tbl"):
            tables += 1
            yield from _walk_table(f"{prefix}table {tables}, ", alone, block)
        else:
            alone(f"{prefix}after paragraph {paragraphs}: an embedded document")


def _blocks(parent: etree._Element) -> Iterator[etree._Element]:
    for child in parent:
        if child.tag in (w("p"), w("tbl"), w("altChunk")):
            yield child
        elif child.tag in _TRANSPARENT:
            yield from _blocks(child)


def _walk_table(prefix: str, alone: Callable[[str], object], table: etree._Element) -> Iterator[Slot]:
    for row_number, row in enumerate(_inside(table, w("tr")), start=1):
        for cell_number, cell in enumerate(_inside(row, w("tc")), start=1):
            place = f"{prefix}row {row_number}, cell {cell_number}"
            only_one = sum(1 for _ in _blocks(cell)) == 1
            for slot in _walk_blocks(f"{place}, ", alone, cell):
                if only_one and isinstance(slot, ParagraphSlot):
                    slot.place = slot.place.replace(f"{place}, paragraph 1", place, 1)
                yield slot


def _inside(parent: etree._Element, tag: str) -> Iterator[etree._Element]:
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _TRANSPARENT:
            yield from _inside(child, tag)


def _walk_drawings(place: str, alone: Callable[[str], object], paragraph: etree._Element) -> Iterator[Slot]:
    """Alternative texts and text boxes in a paragraph, not those of paragraphs inside of it."""
    properties = [e for e in paragraph.iter(_DOC_PROPERTIES) if _own(e, paragraph)]
    for element in properties:
        yield from alternative_texts([element], place)
    boxes = [box for box in paragraph.iter(w("txbxContent")) if _own(box, paragraph)]
    if not boxes:
        return
    twins = _twins(boxes)
    for number, box in enumerate((b for b in boxes if b not in twins.values()), start=1):
        slots = list(_walk_blocks(f"{place}, text box {number}, ", alone, box))
        other = (
            list(_walk_blocks(f"{place}, text box {number} (older drawing), ", alone, twins[box]))
            if box in twins
            else []
        )
        if len(other) == len(slots) and all(_same(a, b) for a, b in zip(slots, other, strict=True)):
            for slot, twin in zip(slots, other, strict=True):
                if isinstance(slot, ParagraphSlot) and isinstance(twin, ParagraphSlot):
                    yield slot.with_twin(twin)
                else:
                    yield slot
        else:
            yield from slots
            yield from other


def _own(element: etree._Element, paragraph: etree._Element) -> bool:
    return next(element.iterancestors(w("p"))) is paragraph


def _twins(boxes: list[etree._Element]) -> dict[etree._Element, etree._Element]:
    """From a text box to the same one in the fallback drawing that older programs show."""
    choices: dict[etree._Element, list[etree._Element]] = {}
    fallbacks: dict[etree._Element, list[etree._Element]] = {}
    for box in boxes:
        for ancestor in box.iterancestors(f"{_MC}Choice", f"{_MC}Fallback"):
            alternative = ancestor.getparent()
            if alternative is not None:
                (choices if ancestor.tag == f"{_MC}Choice" else fallbacks).setdefault(alternative, []).append(
                    box
                )
            break
    return {
        box: twin
        for alternative, found in choices.items()
        if len(found) == len(fallbacks.get(alternative, []))
        for box, twin in zip(found, fallbacks[alternative], strict=True)
    }


def _same(one: Slot, other: Slot) -> bool:
    return one.read() == other.read()
