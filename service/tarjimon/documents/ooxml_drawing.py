"""Text of DrawingML: the paragraphs of shapes and tables on slides and sheets (ECMA-376-1, 21.1.2)."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator

from lxml import etree

from tarjimon.documents.base import Tag, TranslatedUnit
from tarjimon.documents.ooxml import alternative_texts
from tarjimon.documents.parts import Slot, signature
from tarjimon.documents.runs import RunReader, Runs, write_runs

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_RUN, _PROPERTIES, _TEXT, _BREAK = f"{_A}r", f"{_A}rPr", f"{_A}t", f"{_A}br"
_EDGES = {f"{_A}pPr", f"{_A}endParaRPr"}
_NOT_FORMATTING = {"lang", "altLang", "dirty", "err", "smtClean", "noProof", "bmk"}
_SHOWS_ON_BLANKS = re.compile(r"'(?:u|strike)', '(?!none|noStrike)|\}(?:highlight|hlinkClick)\b")
_TITLES = {"title": "title", "ctrTitle": "title", "subTitle": "subtitle"}


class DrawingParagraph:
    """A paragraph in a shape or a cell of a table."""

    def __init__(self, place: str, element: etree._Element) -> None:
        self.place = place
        self._element = element

    def read(self) -> tuple[str, tuple[Tag, ...]]:
        """The paragraph's text and tags."""
        runs, _ = self._read()
        return runs.text, runs.tags

    def write(self, new: TranslatedUnit, language: str | None) -> None:
        """Rebuild the paragraph. Raises ValueError for crossing tags."""
        runs, properties = self._read()
        builder = _Builder(self._element, properties, language)
        write_runs(runs, new, builder)
        builder.finish()

    def _read(self) -> tuple[Runs[etree._Element], dict[str, etree._Element | None]]:
        reader: RunReader[etree._Element] = RunReader(lambda key: bool(_SHOWS_ON_BLANKS.search(key)))
        properties: dict[str, etree._Element | None] = {"": None}
        for child in self._element:
            if child.tag in _EDGES:
                continue
            if child.tag not in (_RUN, _BREAK):
                reader.empty("field" if child.tag == f"{_A}fld" else "mark", child)
                continue
            formatting = child.find(_PROPERTIES)
            key = "" if formatting is None else signature(formatting, _NOT_FORMATTING)
            if child.tag == _BREAK:
                reader.text("\n", key)
                continue
            properties.setdefault(key, formatting)
            self._text(reader, child.findtext(_TEXT) or "", key)
        return reader.finish(), properties

    def _text(self, reader: RunReader[etree._Element], text: str, key: str) -> None:
        for piece in re.split(r"(\t)", text):
            if piece == "\t":
                reader.empty("tab", self._element.makeelement(f"{_A}tab"), apart=True)
            else:
                reader.text(piece.replace("\r", "").replace("\n", " "), key)


class _Builder:
    """Builds the content of a paragraph anew and then puts it in place of the old."""

    def __init__(
        self, paragraph: etree._Element, properties: dict[str, etree._Element | None], language: str | None
    ) -> None:
        self._paragraph = paragraph
        self._properties = properties
        self._language = language
        self._out: list[etree._Element] = []
        self._formatting = ""

    def text(self, text: str, formatting: str) -> None:
        self._formatting = formatting
        for piece in re.split(r"(\n)", text):
            if piece:
                element = self._paragraph.makeelement(_BREAK if piece == "\n" else _RUN)
                self._format(element, formatting)
                if piece != "\n":
                    etree.SubElement(element, _TEXT).text = piece
                self._out.append(element)

    def _format(self, element: etree._Element, formatting: str) -> None:
        old = self._properties.get(formatting)
        new = self._paragraph.makeelement(_PROPERTIES) if old is None else copy.deepcopy(old)
        for name in ("lang", "altLang", "err", "dirty"):
            if name in new.attrib:
                del new.attrib[name]
        if self._language is not None:
            new.set("lang", self._language)
        if len(new) or new.attrib:
            element.append(new)

    def open(self, payload: etree._Element) -> None:
        raise ValueError("a paragraph of a shape has no containers")

    close = open

    def empty(self, payload: etree._Element) -> None:
        if payload.tag == f"{_A}tab":
            self.text("\t", self._formatting)
        else:
            self._out.append(payload)

    def finish(self) -> None:
        first = 0
        for child in list(self._paragraph):
            if child.tag not in _EDGES:
                self._paragraph.remove(child)
            elif child.tag == f"{_A}pPr":
                first = 1
        self._paragraph[first:first] = self._out


def walk_shapes(tree: etree._Element, prefix: str, *, placeholders: bool = True) -> Iterator[Slot]:
    """The texts of shapes, tables and groups, and the alternative texts of pictures.

    Args:
        tree: a tree of shapes (of a slide) or the drawing of a sheet.
        prefix: "slide 3".
        placeholders: False: only shapes whose text shows as it is, as on a layout or a master.
    """
    counts = {"text": 0, "table": 0}
    for shape in _shapes(tree):
        if not placeholders and next(_named(shape, "ph"), None) is not None:
            continue
        for properties in _named(shape, "cNvPr"):
            yield from alternative_texts([properties], prefix)
            break
        for table in shape.iter(f"{_A}tbl"):
            counts["table"] += 1
            yield from _walk_table(table, f"{prefix}, table {counts['table']}")
        for body in (child for child in shape if _local(child) == "txBody"):
            yield from _walk_body(body, f"{prefix}, {_shape_name(shape, counts)}")


def _shape_name(shape: etree._Element, counts: dict[str, int]) -> str:
    for placeholder in _named(shape, "ph"):
        kind = placeholder.get("type", "")
        if kind in _TITLES:
            return _TITLES[kind]
    counts["text"] += 1
    return f"text {counts['text']}"


def _walk_table(table: etree._Element, place: str) -> Iterator[Slot]:
    for row_number, row in enumerate(table.iterchildren(f"{_A}tr"), start=1):
        for cell_number, cell in enumerate(row.iterchildren(f"{_A}tc"), start=1):
            for body in cell.iterchildren(f"{_A}txBody"):
                yield from _walk_body(body, f"{place}, row {row_number}, cell {cell_number}")


def _walk_body(body: etree._Element, place: str) -> Iterator[Slot]:
    paragraphs = list(body.iterchildren(f"{_A}p"))
    for number, paragraph in enumerate(paragraphs, start=1):
        yield DrawingParagraph(f"{place}, paragraph {number}" if len(paragraphs) > 1 else place, paragraph)


def _shapes(parent: etree._Element) -> Iterator[etree._Element]:
    """Shapes in drawing order, those of groups and of alternative drawings too."""
    for child in parent:
        kind = _local(child)
        if kind in ("sp", "pic", "graphicFrame", "cxnSp"):
            yield child
        elif kind not in ("nvGrpSpPr", "grpSpPr", "extLst", ""):
            yield from _shapes(child)


def _named(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    return iter(parent.iter("{*}" + name))


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
