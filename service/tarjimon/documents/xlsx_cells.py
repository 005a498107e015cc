"""Strings of SpreadsheetML and what a sheet uses them for (ECMA-376-1, 18.3 and 18.4)."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from tarjimon.documents.base import Tag, TranslatedUnit
from tarjimon.documents.docx_runs import XML_SPACE
from tarjimon.documents.parts import signature
from tarjimon.documents.runs import RunReader, Runs, write_runs

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LITERAL = re.compile(r'"((?:[^"]|"")*)"')
_REFERENCE = re.compile(r"([A-Z]+)(\d+)")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SHOWS_ON_BLANKS = re.compile(r"\}(?:u|strike)\b")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]")


def main(name: str) -> str:
    """A SpreadsheetML name."""
    return f"{{{_MAIN}}}{name}"


_RUN, _PROPERTIES, _TEXT = main("r"), main("rPr"), main("t")


@dataclass(frozen=True, slots=True)
class Sheet:
    """How a sheet uses texts.

    Attributes:
        title: its name.
        member: its part.
        shared: from the number of a shared string to the first cell that shows it.
        shared_headers: shared strings that are headers of tables.
        inline_headers: cells with a string of their own that are headers of tables.
        literals: words in formulas, case folded.
        calculates_text: some formula has a text as its result.
        left_alone: texts that are not read, for people.
    """

    title: str
    member: str
    shared: dict[int, str]
    shared_headers: frozenset[int]
    inline_headers: frozenset[str]
    literals: frozenset[str]
    calculates_text: bool
    left_alone: tuple[str, ...]


def scan_sheet(root: etree._Element, title: str, member: str, headers: Sequence[str]) -> Sheet:
    """Find which texts a sheet shows and calculates with.

    Args:
        root: the sheet's part.
        title: its name.
        member: the part's name.
        headers: cells that are headers of tables: "B2".
    """
    wanted = frozenset(headers)
    shared: dict[int, str] = {}
    shared_headers: set[int] = set()
    calculates = False
    for cell in root.iter(main("c")):
        kind = cell.get("t")
        reference = cell.get("r") or "?"
        if kind == "s":
            number = cell.findtext(main("v")) or ""
            index = int(number) if number.isdecimal() else -1
            shared.setdefault(index, reference)
            if reference in wanted:
                shared_headers.add(index)
        elif kind == "str":
            calculates = True
    literals: set[str] = set()
    for formula in root.iter(main("f"), main("formula"), main("formula1"), main("formula2")):
        for match in _LITERAL.finditer(formula.text or ""):
            literal = match.group(1).replace('""', '"').casefold()
            literals.add(literal)
            if formula.tag == main("formula1"):
                # A list of choices is one literal with commas.
                literals.update(word.strip() for word in literal.split(","))
    alone = tuple(_not_read(root))
    return Sheet(
        title, member, shared, frozenset(shared_headers), wanted, frozenset(literals), calculates, alone
    )


def table_headers(table: etree._Element) -> Iterator[str]:
    """The cells of a table's header row."""
    if table.get("headerRowCount") == "0":
        return
    match = re.match(r"([A-Z]+)(\d+):([A-Z]+)", table.get("ref") or "")
    if match:
        for column in range(_column(match[1]), _column(match[3]) + 1):
            yield f"{_letters(column)}{match[2]}"


def _not_read(root: etree._Element) -> Iterator[str]:
    for element in root.iter(main("headerFooter")):
        if any((child.text or "").strip() for child in element):
            yield "header and footer of the printed page are not read"
    for element in root.iter(main("dataValidation")):
        if element.get("prompt") or element.get("error"):
            yield f"{element.get('sqref')}: messages of a data validation are not read"


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class StringSlot:
    """A shared string, a cell's own string, or a comment: plain or in formatted runs."""

    def __init__(self, place: str, element: etree._Element) -> None:
        self.place = place
        self._element = element

    def read(self) -> tuple[str, tuple[Tag, ...]]:
        """The string's text and tags."""
        runs, _ = self._read()
        return runs.text, runs.tags

    def write(self, new: TranslatedUnit, language: str | None) -> None:
        """Rebuild the string. Raises ValueError for crossing tags."""
        runs, properties = self._read()
        builder = _Builder(self._element, properties)
        write_runs(runs, new, builder)
        builder.finish()

    def _read(self) -> tuple[Runs[etree._Element], dict[str, etree._Element | None]]:
        reader: RunReader[etree._Element] = RunReader(lambda key: bool(_SHOWS_ON_BLANKS.search(key)))
        properties: dict[str, etree._Element | None] = {"": None}
        for child in self._element:
            if child.tag == _TEXT:
                reader.text(_unescape(child.text or ""), "")
            elif child.tag == _RUN:
                formatting = child.find(_PROPERTIES)
                key = "" if formatting is None else signature(formatting)
                properties.setdefault(key, formatting)
                reader.text(_unescape(child.findtext(_TEXT) or ""), key)
        return reader.finish(), properties


class _Builder:
    """Builds the content of a string anew."""

    def __init__(self, element: etree._Element, properties: dict[str, etree._Element | None]) -> None:
        self._element = element
        self._properties = properties
        self._out: list[tuple[str, str]] = []

    def text(self, text: str, formatting: str) -> None:
        self._out.append((text, formatting))

    def open(self, payload: etree._Element) -> None:
        raise ValueError("a cell has no containers")

    close = open
    empty = open

    def finish(self) -> None:
        # Readings aloud (rPh) and their settings are of the old text.
        for child in list(self._element):
            self._element.remove(child)
        if all(self._properties.get(formatting) is None for _, formatting in self._out):
            _write_text(self._element, "".join(text for text, _ in self._out))
            return
        for text, formatting in self._out:
            run = etree.SubElement(self._element, _RUN)
            properties = self._properties.get(formatting)
            if properties is not None:
                run.append(copy.deepcopy(properties))
            _write_text(run, text)


def _write_text(parent: etree._Element, text: str) -> None:
    element = etree.SubElement(parent, _TEXT)
    literal = _ESCAPE.sub(lambda match: f"_x005F{match.group()}", text)
    element.text = _CONTROL.sub(lambda match: f"_x{ord(match.group()):04X}_", literal)
    if text != text.strip() or "\n" in text:
        element.set(XML_SPACE, "preserve")


def _unescape(text: str) -> str:
    """Excel writes control characters, and what looks like one, as _xHHHH_ (ECMA-376-1, 22.9.2.19)."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text).replace("\r\n", "\n").replace("\r", "\n")
