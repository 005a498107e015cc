"""Files that go into the translation memory and come out of it: TMX, corrected XLIFF, and TSV."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePath
from typing import IO

from tarjimon.domain import SOURCE_LANGUAGES, TARGET_LANGUAGES
from tarjimon.errors import InvalidInputError
from tarjimon.memory.translation_memory_entry import LONGEST_TEXT, Entry, EntryState

_UNWRITABLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot carry, and PostgreSQL in part."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be stored: where, and why."""

    place: str
    problem: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that is fine and not wanted: a segment that nobody has looked at yet."""

    place: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What the caller says of files.

    Attributes:
        source: language of the sources, where the file does not say it.
        target: language of the targets, where the file does not say it; only these are taken if it does.
        author: who answers for the translations, where the file does not say it.
        client: whose the entries are.
    """

    source: str | None = None
    target: str | None = None
    author: str = ""
    client: str = ""


Rows = Iterator[Entry | BadRow | LeftOut]


def rows_of(name: str, data: bytes, reading: Reading) -> Rows:
    """The rows of a file, each checked.

    Raises:
        InvalidInputError: the file is of no known kind, cannot be read, or its languages are not known.
    """
    plain = PurePath(name).name
    ending = PurePath(plain).suffix.lower()
    if ending == ".tmx":
        return _tmx(plain, data, reading)
    if ending in (".xlf", ".xliff", ".mxliff", ".sdlxliff"):
        return _xliff(plain, data, reading)
    if ending in (".tsv", ".txt"):
        return _tsv(plain, data, reading)
    raise InvalidInputError(f"{name}: this is no translation memory; expected .tmx, .xlf, .xliff or .tsv")


def _tmx(name: str, data: bytes, reading: Reading) -> Rows:
    from tarjimon.documents.tmx import read_tmx

    for row in read_tmx(data, name):
        source, target = _code(row.source_language), _code(row.target_language)
        wanted = (reading.source or source, reading.target or target)
        if (source, target) != wanted:
            yield LeftOut(row.place)
            continue
        entry = Entry(row.source, row.target, source, target, name, reading.author, client=reading.client)
        yield _checked(entry, row.place)


def _xliff(name: str, data: bytes, reading: Reading) -> Rows:
    from tarjimon.documents.xliff import corrections

    for row in corrections(data, name):
        if not row.reviewed:
            yield LeftOut(row.place)
            continue
        source = _code(row.source_language) or reading.source or ""
        target = _code(row.target_language) or reading.target or ""
        entry = Entry(
            row.source, row.target, source, target, name, reading.author, EntryState.CORRECTED, reading.client
        )
        yield _checked(entry, row.place)


def _tsv(name: str, data: bytes, reading: Reading) -> Rows:
    if reading.source is None or reading.target is None:
        raise InvalidInputError(f"{name}: a TSV file does not say its languages: give --from and --to")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{name}: byte {error.start} is not UTF-8: save the file as UTF-8") from None
    for number, line in enumerate(text.split("\n"), 1):
        place = f"line {number}"
        cells = line.rstrip("\r").split("\t")
        if cells == [""]:
            continue
        if len(cells) != 2:
            yield BadRow(place, f"{len(cells)} columns; expected source, a tab, and target")
            continue
        source, target = (cell.strip() for cell in cells)
        entry = Entry(
            source, target, reading.source, reading.target, name, reading.author, client=reading.client
        )
        yield _checked(entry, place)


def _checked(entry: Entry, place: str) -> Entry | BadRow:
    if entry.source_language not in SOURCE_LANGUAGES or entry.target_language not in TARGET_LANGUAGES:
        pair = f"{entry.source_language or '?'} into {entry.target_language or '?'}"
        return BadRow(place, f"{pair} is not translated here; known are {', '.join(SOURCE_LANGUAGES)}")
    if entry.source_language == entry.target_language:
        return BadRow(place, f"source and target are both {entry.source_language}")
    for side, text in (("source", entry.source), ("target", entry.target)):
        if not text.strip():
            return BadRow(place, f"the {side} is empty")
        if len(text) > LONGEST_TEXT:
            return BadRow(place, f"the {side} has {len(text):,} characters; at most {LONGEST_TEXT:,}")
        found = _UNWRITABLE.search(text)
        if found:
            return BadRow(place, f"the {side} has the control character U+{ord(found[0]):04X}; remove it")
    return entry


def _code(language: str) -> str:
    """uz for uz-Cyrl-UZ and UZ_uz."""
    return re.split("[-_]", language.strip(), maxsplit=1)[0].lower()


def write_tmx(stream: IO[bytes], entries: Iterable[Entry], version: str) -> int:
    """Write entries as TMX 1.4; returns how many."""
    from lxml import etree

    count = 0
    with etree.xmlfile(stream, encoding="utf-8") as file:
        file.write_declaration()
        with file.element("tmx", version="1.4"):
            file.write("\n")
            header = {
                "creationtool": "tarjimon",
                "creationtoolversion": version,
                "segtype": "sentence",
                "o-tmf": "tarjimon",
                "adminlang": "en",
                "srclang": "*all*",
                "datatype": "plaintext",
            }
            with file.element("header", header):
                pass
            file.write("\n")
            with file.element("body"):
                for entry in entries:
                    file.write("\n", _unit(entry))
                    count += 1
                file.write("\n")
        file.write("\n")
    return count


def _unit(entry: Entry) -> object:
    from lxml import etree

    unit = etree.Element("tu", srclang=entry.source_language)
    unit.set("changedate", datetime.fromtimestamp(entry.updated, UTC).strftime("%Y%m%dT%H%M%SZ"))
    if entry.author:
        unit.set("changeid", entry.author)
    for kind, value in (("origin", entry.origin), ("state", entry.state.value), ("client", entry.client)):
        if value:
            etree.SubElement(unit, "prop", type=f"x-tarjimon-{kind}").text = value
    for language, text in (
        (entry.source_language, entry.source),
        (entry.target_language, entry.target),
    ):
        variant = etree.SubElement(unit, "tuv", {"{http://www.w3.org/XML/1998/namespace}lang": language})
        etree.SubElement(variant, "seg").text = text
    return unit
