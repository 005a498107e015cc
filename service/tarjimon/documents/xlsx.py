"""Excel workbooks (.xlsx): text cells, comments, shapes and pictures on sheets; formulas, numbers and dates stay.

A text that several cells share is one unit. Texts that the workbook calculates with are left alone: headers of
tables, and words that formulas compare with. Only the XML parts with a changed text are written anew
(docs/decisions/0006-office-formats.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from lxml import etree

from tarjimon.documents.base import TranslatedUnit, Unit
from tarjimon.documents.ooxml import RELATION, Package
from tarjimon.documents.ooxml_drawing import walk_shapes
from tarjimon.documents.parts import Part, PartTexts, Slot, parse
from tarjimon.documents.xlsx_cells import Sheet, StringSlot, main, scan_sheet, table_headers

WANTED = "an Excel workbook (.xlsx)"
MAIN_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


class Xlsx:
    """A workbook, read."""

    def __init__(self, data: bytes, *, name: str = "workbook.xlsx") -> None:
        """Read a file. Raises InvalidInputError, which names the file and says what to do."""
        self._package = package = Package(data, name=name, wanted=WANTED, main_type=MAIN_TYPE)
        sheets = [self._scan(title, member) for title, member in self._sheets()]
        self._literals = frozenset().union(*(sheet.literals for sheet in sheets))
        self._calculates_text = any(sheet.calculates_text for sheet in sheets)
        self._left_alone: dict[str, None] = {}
        strings = [r.member for r in package.related(package.main, "sharedStrings")]
        parts = [*package.properties()]
        parts += (Part(member, partial(self._walk_strings, sheets)) for member in strings)
        for sheet in sheets:
            parts.append(Part(sheet.member, partial(self._walk_inline, sheet)))
            for relation in package.related(sheet.member, "comments", "drawing"):
                walk = _walk_comments if relation.kind == "comments" else _walk_drawing
                parts.append(Part(relation.member, partial(walk, f"sheet {sheet.title}")))
        self._texts = PartTexts(package.archive, data, parts)
        for sheet in sheets:
            for what in sheet.left_alone:
                self._left_alone.setdefault(f"sheet {sheet.title}: {what}")

    @property
    def units(self) -> tuple[Unit, ...]:
        """Properties, texts of cells in the order in which the file keeps them, comments, shapes."""
        return self._texts.units

    @property
    def left_alone(self) -> tuple[str, ...]:
        """Table headers, words in formulas, printed headers, lists of choices, sheet names, charts."""
        return (*self._left_alone, *self._package.never_read())

    def render(self, translated: Mapping[str, TranslatedUnit], *, language: str | None = None) -> bytes:
        """The file with the named units replaced.

        Args:
            translated: by unit id.
            language: marks the texts of shapes; cells have no language.

        Raises:
            ValueError: an unknown unit, or tags that are not the unit's or cross.
        """
        roots = self._texts.changed(translated, language)
        if roots and self._calculates_text:
            # Texts that formulas made of the old words are stale until the workbook is calculated anew.
            workbook = roots.setdefault(self._package.main, parse(self._package.archive, self._package.main))
            calculation = workbook.find(main("calcPr"))
            if calculation is not None:
                calculation.set("fullCalcOnLoad", "1")
        return self._texts.render(roots)

    def _sheets(self) -> Iterator[tuple[str, str]]:
        package = self._package
        members = {r.id: r.member for r in package.related(package.main, "worksheet")}
        for sheet in parse(package.archive, package.main).iterfind(f"{main('sheets')}/{main('sheet')}"):
            member = members.get(sheet.get(f"{{{RELATION}}}id") or "")
            if member is not None:
                yield sheet.get("name") or "", member

    def _scan(self, title: str, member: str) -> Sheet:
        archive = self._package.archive
        headers = [
            header
            for table in self._package.related(member, "table")
            for header in table_headers(parse(archive, table.member))
        ]
        return scan_sheet(parse(archive, member), title, member, headers)

    def _walk_strings(self, sheets: list[Sheet], root: etree._Element) -> Iterator[Slot]:
        cells: dict[int, str] = {}
        headers: dict[int, str] = {}
        for sheet in sheets:
            for index, cell in sheet.shared.items():
                cells.setdefault(index, f"sheet {sheet.title}, {cell}")
            for index in sheet.shared_headers:
                headers.setdefault(index, cells[index])
        for index, string in enumerate(root.iterchildren(main("si"))):
            slot = StringSlot(cells.get(index, "a text that no cell shows"), string)
            if index in cells and not self._is_fixed(slot, index in headers):
                yield slot

    def _walk_inline(self, sheet: Sheet, root: etree._Element) -> Iterator[Slot]:
        for cell in root.iter(main("c")):
            if cell.get("t") == "inlineStr":
                for string in cell.iterchildren(main("is")):
                    reference = cell.get("r") or ""
                    slot = StringSlot(f"sheet {sheet.title}, {reference}", string)
                    if not self._is_fixed(slot, reference in sheet.inline_headers):
                        yield slot

    def _is_fixed(self, slot: StringSlot, header: bool) -> bool:
        if header:
            self._left_alone.setdefault(f"{slot.place}: header of a table, by which formulas know the column")
            return True
        if slot.read()[0].casefold() in self._literals:
            self._left_alone.setdefault(f"{slot.place}: a word that a formula compares with")
            return True
        return False


def _walk_comments(place: str, root: etree._Element) -> Iterator[Slot]:
    for comment in root.iter(main("comment")):
        for text in comment.iterchildren(main("text")):
            yield StringSlot(f"{place}, comment on {comment.get('ref')}", text)


def _walk_drawing(place: str, root: etree._Element) -> Iterator[Slot]:
    return walk_shapes(root, place)
