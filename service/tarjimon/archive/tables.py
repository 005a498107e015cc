"""Tables as archives: JSON lines and Parquet, a part of the rows being a document, and one table as the result."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tarjimon.archive.sources import MAX_DOCUMENT_BYTES
from tarjimon.archive.values import Entry
from tarjimon.documents.base import TranslatedUnit, Unit
from tarjimon.errors import ConfigError, InvalidInputError

ROWS_PER_PART = 200
_LINES = (".jsonl", ".ndjson")


def is_table(place: str) -> bool:
    """Whether a name is a table's."""
    return place.lower().endswith((*_LINES, ".parquet"))


class TablePart:
    """Rows as a document: one unit for each row's text; rendered as JSON lines with the translations added.

    Args:
        data: JSON lines.
        name: for errors.
        column: whose text is translated.

    Raises:
        InvalidInputError: a line that is no JSON object, or a text that is none; names the row.
    """

    def __init__(self, data: bytes, name: str, column: str) -> None:
        self.column = column
        self.rows: list[dict[str, Any]] = []
        units: list[Unit] = []
        for number, line in enumerate(data.split(b"\n")):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise InvalidInputError(
                    f"{name}, row {number + 1} of this part: not a line of JSON in UTF-8 ({error})",
                    reason="DAMAGED_FILE",
                ) from error
            if not isinstance(row, dict) or column not in row:
                raise InvalidInputError(
                    f"{name}, row {number + 1} of this part: there is no {column!r}; expected a JSON object with it"
                )
            text = row[column]
            if text is not None and not isinstance(text, str):
                raise InvalidInputError(
                    f"{name}, row {number + 1} of this part: {column!r} is no text but {type(text).__name__}"
                )
            if text and text.strip():
                units.append(Unit(f"{len(self.rows):06d}", text, place=f"row {number + 1}"))
            self.rows.append(row)
        self.units = tuple(units)
        self.left_alone: tuple[str, ...] = ()

    def render(self, translated: Mapping[str, TranslatedUnit], *, language: str | None = None) -> bytes:
        """Translations by row, as JSON: one target's half of the result, see `joined`."""
        return json.dumps({name: unit.text for name, unit in translated.items()}, ensure_ascii=False).encode()

    def joined(self, added: Sequence[tuple[str, Mapping[str, Any]]]) -> bytes:
        """The rows with new columns: pairs (name, value by row id); a row without a value gets null."""
        lines = []
        for number, row in enumerate(self.rows):
            wide = dict(row)
            for name, values in added:
                wide[name] = values.get(f"{number:06d}")
            lines.append(json.dumps(wide, ensure_ascii=False))
        return "".join(f"{line}\n" for line in lines).encode()


class LinesTable:
    """A JSON lines file."""

    def __init__(self, file: Path, column: str) -> None:
        self._file = file
        self.column = column

    def entries(self) -> Iterator[Entry]:
        """Parts of ROWS_PER_PART rows; their stamps are checksums of their bytes."""
        with self._file.open("rb") as stream:
            number = start = rows = 0
            digest = hashlib.sha256()
            while True:
                line = stream.readline(MAX_DOCUMENT_BYTES + 1)
                if len(line) > MAX_DOCUMENT_BYTES:
                    raise InvalidInputError(
                        f"{self._file.name}: a line of more than {MAX_DOCUMENT_BYTES:,} bytes"
                    )
                digest.update(line)
                rows += bool(line)
                size = stream.tell() - start
                if rows and (rows == ROWS_PER_PART or not line or size > MAX_DOCUMENT_BYTES // 2):
                    yield _part(self._file, number, size, digest.hexdigest(), f"{start} {size}")
                    number, start, rows, digest = number + 1, stream.tell(), 0, hashlib.sha256()
                if not line:
                    return

    def read(self, path: str, locator: str) -> bytes:
        """See Source.read."""
        start, size = (int(part) for part in locator.split())
        with self._file.open("rb") as stream:
            stream.seek(start)
            return stream.read(size)

    def assembled(self, parts: Iterator[bytes]) -> Iterator[bytes]:
        """The finished table from its finished parts."""
        return parts

    def close(self) -> None:
        """Nothing is held."""


class ParquetTable:
    """A Parquet file; needs pyarrow."""

    def __init__(self, file: Path, column: str) -> None:
        self._pq, self._pa = _pyarrow()
        try:
            with self._pq.ParquetFile(file) as opened:
                names = opened.schema_arrow.names
        except (self._pa.ArrowInvalid, OSError) as error:
            raise InvalidInputError(f"{file.name}: no readable Parquet file ({error})") from error
        if column not in names:
            raise InvalidInputError(f"{file.name}: there is no column {column!r}; it has {', '.join(names)}")
        self._file = file
        self.column = column

    def entries(self) -> Iterator[Entry]:
        """Parts of ROWS_PER_PART rows; their stamps are checksums of their texts."""
        for number, texts in enumerate(self._texts()):
            data = _lines(self.column, texts)
            yield _part(self._file, number, len(data), hashlib.sha256(data).hexdigest(), str(number))

    def _texts(self) -> Iterator[list[Any]]:
        with self._pq.ParquetFile(self._file) as opened:
            for batch in opened.iter_batches(batch_size=ROWS_PER_PART, columns=[self.column]):
                yield batch.column(0).to_pylist()

    def read(self, path: str, locator: str) -> bytes:
        """The part's texts as JSON lines."""
        wanted = int(locator) * ROWS_PER_PART
        with self._pq.ParquetFile(self._file) as opened:
            before = 0
            for group in range(opened.num_row_groups):
                rows = opened.metadata.row_group(group).num_rows
                if before + rows > wanted:
                    break
                before += rows
            texts: list[Any] = []
            for following in range(group, opened.num_row_groups):
                texts += opened.read_row_group(following, columns=[self.column]).column(0).to_pylist()
                if before + len(texts) >= wanted + ROWS_PER_PART:
                    break
        at = wanted - before
        return _lines(self.column, texts[at : at + ROWS_PER_PART])

    def assembled(self, parts: Iterator[bytes]) -> Iterator[bytes]:
        """The finished table: the source's columns as they are, and the new ones from the parts."""
        pieces = _Pieces()
        writer = None
        with self._pq.ParquetFile(self._file) as opened:
            for batch in opened.iter_batches(batch_size=ROWS_PER_PART):
                rows = [json.loads(line) for line in next(parts).splitlines()]
                table = self._pa.Table.from_batches([batch])
                for name in [name for name in rows[0] if name != self.column]:
                    kind = (
                        self._pa.list_(self._pa.string()) if name.endswith("_flagged") else self._pa.string()
                    )
                    values = self._pa.array([row[name] for row in rows], kind)
                    table = table.append_column(name, values)
                writer = writer or self._pq.ParquetWriter(pieces, table.schema)
                writer.write_table(table)
                yield pieces.taken()
        if writer is not None:
            writer.close()
        yield pieces.taken()

    def close(self) -> None:
        """Nothing is held."""


class _Pieces:
    """What a writer wrote since it was last asked for."""

    closed = False

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        self._size += len(data)
        return len(data)

    def tell(self) -> int:
        return self._size

    def flush(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


Table = LinesTable | ParquetTable


def open_table(file: Path, column: str) -> Table:
    """The table of a local file."""
    kind: Callable[[Path, str], Table] = LinesTable if file.name.lower().endswith(_LINES) else ParquetTable
    return kind(file, column)


def _part(file: Path, number: int, size: int, stamp: str, locator: str) -> Entry:
    return Entry(f"{file.name}/{number:09d}.jsonl", size, stamp, locator)


def _lines(column: str, texts: Sequence[Any]) -> bytes:
    return "".join(json.dumps({column: text}, ensure_ascii=False) + "\n" for text in texts).encode()


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ConfigError(
            "Parquet tables need the package pyarrow: pip install 'tarjimon[parquet]'"
        ) from error
    return pyarrow.parquet, pyarrow
