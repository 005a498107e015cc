"""Files that go into the translation memory and come out of it: TMX, corrected XLIFF, and TSV."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePath

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

    for row in read_tmx(data, name, source_language=reading.source):
        source, target = _code(row.source_language), _code(row.target_language)
        wanted = (reading.source or source, reading.target or target)
        if (source, target) != wanted:
            yield LeftOut(row.place)
            continue
        author = row.origin.get("changeid") or row.origin.get("creationid") or reading.author
        # What we exported comes back as it was: origin, state and client.
        origin = row.origin.get("x-tarjimon-origin", name)
        client = reading.client or row.origin.get("x-tarjimon-client", "")
        stated = row.origin.get("x-tarjimon-state", "")
        state = EntryState(stated) if stated in set(EntryState) else EntryState.IMPORTED
        entry = Entry(row.source, row.target, source, target, origin, author, state, client)
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
    for label, value, most in (
        ("author", entry.author, 256),
        ("origin", entry.origin, 512),
        ("client", entry.client, 256),
    ):
        if len(value) > most or _UNWRITABLE.search(value):
            return BadRow(place, f"the {label} is longer than {most} characters or has control characters")
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


def tmx(entries: Iterable[Entry], version: str, now: datetime) -> Iterator[bytes]:
    """Entries as TMX 1.4, piece by piece."""
    from tarjimon.documents.tmx import MemoryRow, write_tmx

    rows = (
        MemoryRow(
            entry.source_language,
            entry.target_language,
            entry.source,
            entry.target,
            {key: value for key, value in _made(entry) if value},
            changed=datetime.fromtimestamp(entry.updated, UTC),
        )
        for entry in entries
    )
    return write_tmx(rows, source_language="*all*", version=version, now=now)


def _made(entry: Entry) -> Iterator[tuple[str, str]]:
    yield "changeid", entry.author
    yield "x-tarjimon-origin", entry.origin
    yield "x-tarjimon-state", entry.state.value
    yield "x-tarjimon-client", entry.client
