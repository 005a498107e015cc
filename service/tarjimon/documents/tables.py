"""CSV and TSV: cells of the chosen columns are translated; all other cells keep their bytes, quotes and all."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tarjimon.documents.base import TranslatedUnit, Unit
from tarjimon.documents.decoding import decode
from tarjimon.documents.edits import Edit, changes, splice
from tarjimon.documents.prose import holds_prose
from tarjimon.errors import InvalidInputError, LimitExceededError

_DELIMITERS = ",;\t|"
_SAMPLE_ROWS = 200


@dataclass(frozen=True, slots=True)
class _Row:
    """A record: its cells, and where it stands in the text, without its line end."""

    line: int
    start: int
    end: int
    cells: tuple[str, ...]


class Table:
    """A table whose first row names its columns."""

    def __init__(
        self,
        data: bytes,
        *,
        name: str = "table.csv",
        encoding: str | None = None,
        columns: Sequence[str] = (),
        delimiter: str | None = None,
    ) -> None:
        """Read a table.

        Args:
            data: the file.
            name: its name, for errors.
            encoding: None: UTF-8 or a byte order mark.
            columns: names of the columns to translate, or their numbers from 1; none: those that hold sentences.
            delimiter: between cells; None: the one of , ; tab | that cuts every row into as many cells.

        Raises:
            InvalidInputError: undecodable, empty, a quote that never ends, or a column that is not there.
        """
        self._data = data
        self._text, self._codec = decode(data, name, encoding)
        if not self._text.strip():
            raise InvalidInputError(f"{name}: the file is empty; expected a table", reason="EMPTY_FILE")
        self._delimiter = delimiter or _delimiter(self._text)
        rows = list(_rows(self._text, self._delimiter, name))
        header, body = rows[0].cells, rows[1:]
        chosen = _chosen(header, body, columns, name)
        self._places: dict[str, tuple[int, int]] = {}
        units: list[Unit] = []
        for row in body:
            spans = _cell_spans(self._text, row, self._delimiter) if any(row.cells) else ()
            for number in chosen:
                if number >= len(row.cells) or not any(c.isalpha() for c in row.cells[number]):
                    continue
                if not spans:
                    raise InvalidInputError(
                        f"{name}, line {row.line}: quotes in the middle of a cell; write the cell in quotes, and "
                        "quotes inside of it twice"
                    )
                identity = f"{len(units):06d}"
                self._places[identity] = spans[number]
                place = f"line {row.line}, column {header[number] if number < len(header) else number + 1}"
                units.append(Unit(identity, row.cells[number], (), place))
        self._units = tuple(units)
        self._left_alone = (
            "line 1: names of the columns",
            *(
                f"column {column or number + 1}: {'not chosen' if columns else 'holds no sentences'}"
                for number, column in enumerate(header)
                if number not in chosen
            ),
        )

    @property
    def units(self) -> tuple[Unit, ...]:
        """Cells with letters in the chosen columns."""
        return self._units

    @property
    def left_alone(self) -> tuple[str, ...]:
        """The first row, and the columns that were not chosen."""
        return self._left_alone

    def render(self, translated: Mapping[str, TranslatedUnit], *, language: str | None = None) -> bytes:
        """The table with the named cells replaced. Raises ValueError for unknown units."""
        edits = []
        for identity, new in changes(self._units, translated).items():
            start, end = self._places[identity]
            quoted = self._text[start:end].startswith('"')
            edits.append(Edit(start, end, self._cell(new.text, quoted)))
        return splice(self._text, edits).encode(self._codec) if edits else self._data

    def _cell(self, text: str, quoted: bool) -> str:
        special = any(c in text for c in (self._delimiter, '"', "\n", "\r")) or text != text.strip()
        return '"' + text.replace('"', '""') + '"' if quoted or special else text


def _rows(text: str, delimiter: str, name: str) -> Iterator[_Row]:
    """Records with their places: the reader says how many lines each took."""
    lines = _lines(text)
    starts = [0]
    for text_line in lines:
        starts.append(starts[-1] + len(text_line))
    reader = csv.reader(iter(lines), delimiter=delimiter, strict=True)
    done = 0
    try:
        for cells in reader:
            start, end = starts[done], starts[reader.line_num]
            line, done = done + 1, reader.line_num
            if text.startswith("\ufeff") and start == 0 and cells:
                cells[0] = cells[0].lstrip("\ufeff")
            yield _Row(line, start, start + len(text[start:end].rstrip("\r\n")), tuple(cells))
    except csv.Error as error:
        if "field limit" in str(error):
            raise LimitExceededError(
                f"{name}, line {done + 1}: a cell of more than {csv.field_size_limit():,} characters; is a quote "
                "missing at its end?"
            ) from error
        raise InvalidInputError(
            f"{name}, line {done + 1}: not a row of a table ({error}); a quote inside of a quoted cell is written "
            "twice",
            reason="DAMAGED_FILE",
        ) from error


def _lines(text: str) -> list[str]:
    """Lines with their ends; only CR, LF and CRLF end one, as in the csv module."""
    return [
        line + "\n" for line in text.split("\n")[:-1]
    ] + ([text.rsplit("\n", 1)[-1]] if not text.endswith("\n") else [])  # fmt: skip


def _delimiter(text: str) -> str:
    """The delimiter that cuts the first rows into the same number of cells, and most of them; else a comma."""
    best, width = ",", 1
    lines = text.lstrip("\ufeff").split("\n")[:_SAMPLE_ROWS]
    for candidate in _DELIMITERS:
        try:
            rows = [row for row in csv.reader((line + "\n" for line in lines), delimiter=candidate) if row]
        except csv.Error:
            continue
        widths = [len(row) for row in rows]
        if len(rows) > 1 and len(lines) == _SAMPLE_ROWS:
            widths.pop()  # the sample may end in the middle of a quoted cell
        if min(widths, default=0) == max(widths, default=0) > width:
            best, width = candidate, widths[0]
    return best


def _chosen(
    header: Sequence[str], body: Sequence[_Row], columns: Sequence[str], name: str
) -> tuple[int, ...]:
    if not columns:
        return tuple(
            number
            for number in range(len(header))
            if holds_prose(row.cells[number] for row in body if number < len(row.cells))
        )
    chosen: set[int] = set()
    for column in columns:
        if header.count(column) > 1:
            raise InvalidInputError(
                f"{name}, line 1: {header.count(column)} columns are named {column!r}; say its number, from 1",
                field="columns",
            )
        if column in header:
            chosen.add(header.index(column))
        elif column.isdecimal() and 1 <= int(column) <= len(header):
            chosen.add(int(column) - 1)
        else:
            raise InvalidInputError(
                f"{name}, line 1: there is no column {column!r}; expected some of {', '.join(header)}",
                field="columns",
            )
    return tuple(sorted(chosen))


def _cell_spans(text: str, row: _Row, delimiter: str) -> tuple[tuple[int, int], ...]:
    """Where each cell of a record stands, quotes and all; empty when a cell is written in an unusual way."""
    spans: list[tuple[int, int]] = []
    at = row.start + (row.start == 0 and text.startswith("\ufeff"))
    for number, cell in enumerate(row.cells):
        quoted = '"' + cell.replace('"', '""') + '"'
        for written in (quoted, cell):
            end = at + len(written)
            last = number == len(row.cells) - 1
            if text.startswith(written, at) and (end == row.end if last else text.startswith(delimiter, end)):
                break
        else:
            return ()
        spans.append((at, end))
        at = end + 1
    return tuple(spans)
