"""OpenDocument texts (.odt): body, lists, tables, notes, comments, text boxes, headers, image texts, properties.

Only the XML parts with a changed text are written anew (docs/decisions/0006-office-formats.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from tarjimon.documents.archives import Archive, protected
from tarjimon.documents.base import TranslatedUnit, Unit
from tarjimon.documents.odt_runs import DRAW, OFFICE, STYLE, TEXT, OdtParagraph, SpanStyles, set_language, t
from tarjimon.documents.ooxml import TextSlot
from tarjimon.documents.parts import Part, PartTexts, Slot, parse
from tarjimon.errors import InvalidInputError

WANTED = "an OpenDocument text (.odt)"
_MIMETYPE = b"application/vnd.oasis.opendocument.text"
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
_SVG = "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"
_DC = "http://purl.org/dc/elements/1.1/"
_META = "urn:oasis:names:tc:opendocument:xmlns:meta:1.0"
_PROPERTIES = {
    f"{{{_DC}}}title": "title",
    f"{{{_DC}}}subject": "subject",
    f"{{{_DC}}}description": "comments",
    f"{{{_META}}}keyword": "keywords",
}
_PARAGRAPHS = (t("p"), t("h"))
_COUNTRIES = {"uz": "UZ", "ru": "RU", "en": "US"}
_NOT_BLOCKS = {t("sequence-decls"), t("variable-decls"), t("user-field-decls"), f"{{{OFFICE}}}forms"}


class Odt:
    """An OpenDocument text, read."""

    def __init__(self, data: bytes, *, name: str = "document.odt") -> None:
        """Read a file. Raises InvalidInputError, which names the file and says what to do."""
        self._archive = archive = Archive(data, name=name, wanted=WANTED)
        _check(archive)
        self._alone: dict[str, None] = {}
        parts = [Part("content.xml", self._content)]
        if "styles.xml" in archive:
            parts.append(Part("styles.xml", self._styles))
        if "meta.xml" in archive:
            parts.insert(0, Part("meta.xml", _walk_meta))
        self._texts = PartTexts(archive, data, parts)
        self._left_alone = (*self._alone, *_never_read(archive))

    @property
    def units(self) -> tuple[Unit, ...]:
        """Properties, then the body with its notes and text boxes, then headers and footers."""
        return self._texts.units

    @property
    def left_alone(self) -> tuple[str, ...]:
        """Fields, embedded objects, deleted text."""
        return self._left_alone

    def render(self, translated: Mapping[str, TranslatedUnit], *, language: str | None = None) -> bytes:
        """The file with the named units replaced.

        Args:
            translated: by unit id.
            language: BCP-47 code that the document's styles are marked with; None: they stay.

        Raises:
            ValueError: an unknown unit, or tags that are not the unit's or cross.
        """
        roots = self._texts.changed(translated, language)
        if roots and language is not None:
            # In OpenDocument the language is a matter of styles, so it is of the document as a whole.
            for member in ("content.xml", "styles.xml"):
                if member in self._archive:
                    root = roots.setdefault(member, parse(self._archive, member))
                    set_language(root, language, _COUNTRIES)
        return self._texts.render(roots)

    def _content(self, root: etree._Element) -> Iterator[Slot]:
        body = root.find(f"{{{OFFICE}}}body/{{{OFFICE}}}text")
        if body is None:
            raise self._archive.damaged("content.xml has no text in it")
        yield from _Walk(SpanStyles(root), self._alone.setdefault).blocks(body, "")

    def _styles(self, root: etree._Element) -> Iterator[Slot]:
        walk = _Walk(SpanStyles(root), self._alone.setdefault)
        for page in root.iterfind(f"{{{OFFICE}}}master-styles/{{{STYLE}}}master-page"):
            for block in page:
                kind = str(block.tag).rpartition("}")[2]
                if kind.startswith(("header", "footer")):
                    style = page.get(f"{{{STYLE}}}display-name") or page.get(f"{{{STYLE}}}name")
                    yield from walk.blocks(block, f"{kind} of pages {style}, ")


@dataclass(slots=True)
class _Walk:
    """One walk over a part; notes and comments are counted over all of it."""

    styles: SpanStyles
    alone: Callable[[str], object]
    counts: dict[str, int] = field(default_factory=dict)

    def blocks(self, parent: etree._Element, prefix: str) -> Iterator[Slot]:
        numbers = {"paragraph": 0, "table": 0}
        for block in self._blocks(parent):
            if block.tag in _PARAGRAPHS:
                numbers["paragraph"] += 1
                yield from self._paragraph(block, f"{prefix}paragraph {numbers['paragraph']}")
            elif block.tag == f"{{{_TABLE}}}table":
                numbers["table"] += 1
                yield from self._table(block, f"{prefix}table {numbers['table']}, ")
            elif block.tag == t("tracked-changes"):
                if any(
                    (text or "").strip()
                    for deletion in block.iter(t("deletion"))
                    for text in deletion.itertext()
                ):
                    self.alone("text deleted under change tracking")
            else:
                yield from self._drawing(block, f"{prefix}after paragraph {numbers['paragraph']}")

    def _blocks(self, parent: etree._Element) -> Iterator[etree._Element]:
        for child in parent:
            tag = child.tag
            if tag in _PARAGRAPHS or tag in (f"{{{_TABLE}}}table", t("tracked-changes")):
                yield child
            elif not isinstance(tag, str) or tag in _NOT_BLOCKS:
                continue
            elif tag.startswith(f"{{{DRAW}}}"):
                yield child
            elif tag.startswith(f"{{{TEXT}}}"):
                yield from self._blocks(child)

    def _table(self, table: etree._Element, prefix: str) -> Iterator[Slot]:
        rows = [
            row
            for row in table.iter(f"{{{_TABLE}}}table-row")
            if _nearest(row, f"{{{_TABLE}}}table") is table
        ]
        for row_number, row in enumerate(rows, start=1):
            cells = row.iterchildren(f"{{{_TABLE}}}table-cell", f"{{{_TABLE}}}covered-table-cell")
            for cell_number, cell in enumerate(cells, start=1):
                place = f"{prefix}row {row_number}, cell {cell_number}"
                only_one = len(cell) == 1
                for slot in self.blocks(cell, f"{place}, "):
                    if only_one and isinstance(slot, OdtParagraph):
                        slot.place = slot.place.replace(f"{place}, paragraph 1", place, 1)
                    yield slot

    def _paragraph(self, paragraph: etree._Element, place: str) -> Iterator[Slot]:
        yield OdtParagraph(place, paragraph, self.styles)
        for element in paragraph.iter():
            if element is paragraph or not _is_own(element, paragraph):
                continue
            if element.tag == t("note"):
                yield from self._note(element)
            elif element.tag == f"{{{OFFICE}}}annotation":
                yield from self.blocks(element, f"comment {self._next('comment')}, ")
            elif str(element.tag).startswith(f"{{{DRAW}}}"):
                yield from self._drawing_itself(element, place)
            elif element.tag == t("ruby"):
                self.alone(f"{place}: phonetic guide")

    def _note(self, note: etree._Element) -> Iterator[Slot]:
        kind = note.get(t("note-class"), "footnote")
        for body in note.iterchildren(t("note-body")):
            yield from self.blocks(body, f"{kind} {self._next(kind)}, ")

    def _drawing(self, drawing: etree._Element, place: str) -> Iterator[Slot]:
        yield from self._drawing_itself(drawing, place)
        for child in drawing:
            if str(child.tag).startswith(f"{{{DRAW}}}") and child.tag != f"{{{DRAW}}}text-box":
                yield from self._drawing(child, place)

    def _drawing_itself(self, drawing: etree._Element, place: str) -> Iterator[Slot]:
        """The texts of a frame or a shape, not those of frames in it."""
        for element in drawing.iterchildren(f"{{{_SVG}}}title", f"{{{_SVG}}}desc"):
            what = "title" if element.tag == f"{{{_SVG}}}title" else "alternative text"
            yield TextSlot(f"{place}, {what} of an image", element)
        if drawing.tag in (f"{{{DRAW}}}object", f"{{{DRAW}}}object-ole"):
            self.alone(f"{place}: embedded object (chart, formula or table)")
        elif drawing.tag == f"{{{DRAW}}}text-box":
            yield from self.blocks(drawing, f"{place}, text box, ")
        elif any(child.tag in _PARAGRAPHS for child in drawing):
            yield from self.blocks(drawing, f"{place}, shape, ")

    def _next(self, kind: str) -> int:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        return self.counts[kind]


def _nearest(element: etree._Element, *tags: str) -> etree._Element | None:
    return next(element.iterancestors(*tags), None)


def _is_own(element: etree._Element, paragraph: etree._Element) -> bool:
    return _nearest(element, *_PARAGRAPHS) is paragraph


def _walk_meta(root: etree._Element) -> Iterator[Slot]:
    for element in root.iter(*_PROPERTIES):
        yield TextSlot(f"document properties, {_PROPERTIES[str(element.tag)]}", element)


def _check(archive: Archive) -> None:
    if "META-INF/manifest.xml" in archive and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise protected(archive.name)
    kind = archive.read("mimetype").strip() if "mimetype" in archive else _MIMETYPE
    if kind != _MIMETYPE or "content.xml" not in archive:
        other = kind.decode("ascii", "replace") if kind != _MIMETYPE else "another zip archive"
        if kind == _MIMETYPE and "mimetype" in archive:
            raise archive.damaged("its part content.xml is missing")
        raise InvalidInputError(
            f"{archive.name}: expected {WANTED}, but this is {other[:80]}; save it as {WANTED} and send that",
            reason="WRONG_FORMAT",
        )
    if any(member.startswith(("Basic/", "Scripts/")) for member in archive.names):
        raise InvalidInputError(
            f"{archive.name}: the file contains macros; macros are neither run nor passed on, save it without "
            "them and send that",
            reason="MACROS",
        )


def _never_read(archive: Archive) -> Iterator[str]:
    for member in archive.names:
        if member == "META-INF/documentsignatures.xml":
            yield "digital signature: it is of the original and does not hold for a translation"
