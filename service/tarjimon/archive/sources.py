"""Archives to read: folders and buckets, zip and tar files, one document, tables; from a path or URL to a source."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from tarjimon.archive.sink import filesystem_of, is_url
from tarjimon.archive.values import Entry
from tarjimon.documents.formats import is_readable
from tarjimon.errors import InvalidInputError, LimitExceededError

MAX_DOCUMENT_BYTES = 50 * 2**20
"""As everywhere else; a larger document is recorded as failed."""
MAX_DEPTH = 32
"""Folders above a document."""

_UNSAFE = re.compile(r"(^|[/\\])\.\.([/\\]|$)|^[/\\]|^[A-Za-z]:|[\x00-\x1f]")


class Source(Protocol):
    """An archive; `read` may be called from several threads."""

    def entries(self) -> Iterator[Entry]:
        """Its documents, in an order that does not change, without holding them all in memory."""
        ...

    def read(self, path: str, locator: str) -> bytes:
        """A document's bytes.

        Raises:
            InvalidInputError: it is damaged or larger than MAX_DOCUMENT_BYTES.
            OSError: it cannot be read now.
        """
        ...

    def close(self) -> None:
        """Let go of files."""
        ...


def entry(path: str, size: int, stamp: str, locator: str = "", *, form: str | None = None) -> Entry:
    """An entry, judged: hidden and unknown files are left out, unsafe names and large files are refused."""
    name = PurePosixPath(path).name
    skip = refusal = ""
    if _UNSAFE.search(path):
        refusal = f"the unsafe name {path!r}: it would lead out of the destination, or cannot be written"
    elif path.count("/") > MAX_DEPTH:
        refusal = f"it lies under {path.count('/')} folders; at most {MAX_DEPTH}"
    elif size > MAX_DOCUMENT_BYTES:
        refusal = f"it has {size:,} bytes; at most {MAX_DOCUMENT_BYTES:,}: cut it into parts"
    elif any(part.startswith(".") for part in PurePosixPath(path).parts):
        skip = "a hidden file"
    elif form is None and not is_readable(name):
        skip = f"files of type {PurePosixPath(path).suffix or 'without an ending'} are not read"
    # A name that no journal row can hold is written the way Python shows it.
    shown = path.encode("utf-8", "backslashreplace").decode()
    return Entry(shown, size, stamp, locator or (path if shown == path else ""), skip, refusal)


class FolderSource:
    """A local folder; links to folders are not followed."""

    def __init__(self, root: Path, form: str | None = None) -> None:
        self._root = root
        self._form = form

    def entries(self) -> Iterator[Entry]:
        """See Source.entries."""
        yield from self._walk("")

    def _walk(self, below: str) -> Iterator[Entry]:
        with os.scandir(self._root / below) as found:
            here = sorted(found, key=lambda item: item.name)
        for item in here:
            path = f"{below}{item.name}"
            if item.is_dir(follow_symlinks=False):
                if not item.name.startswith("."):
                    yield from self._walk(f"{path}/")
            elif item.is_file():
                state = item.stat()
                yield entry(path, state.st_size, f"{state.st_mtime_ns}", form=self._form)

    def read(self, path: str, locator: str) -> bytes:
        """See Source.read."""
        with (self._root / (locator or path)).open("rb") as stream:
            return bounded(stream.read(MAX_DOCUMENT_BYTES + 1), path)

    def close(self) -> None:
        """Nothing is held."""


class FileSource(FolderSource):
    """One local document."""

    def __init__(self, file: Path, form: str | None = None) -> None:
        super().__init__(file.parent, form)
        self._file = file

    def entries(self) -> Iterator[Entry]:
        """See Source.entries."""
        state = self._file.stat()
        yield entry(self._file.name, state.st_size, f"{state.st_mtime_ns}", form=self._form)


class RemoteSource:
    """A folder of an fsspec file system: a bucket, a web server, a share."""

    def __init__(self, filesystem: Any, root: str, form: str | None = None) -> None:
        self._fs = filesystem
        self._root = root.rstrip("/")
        self._form = form

    def entries(self) -> Iterator[Entry]:
        """See Source.entries."""
        yield from self._walk(self._root)

    def _walk(self, folder: str) -> Iterator[Entry]:
        listed = self._fs.ls(folder, detail=True, refresh=True)
        for item in sorted(listed, key=lambda item: str(item["name"])):
            name = str(item["name"])
            if name.rstrip("/") == folder:
                continue
            path = name[len(self._root) :].lstrip("/")
            if item["type"] == "directory":
                if not PurePosixPath(path).name.startswith("."):
                    yield from self._walk(name.rstrip("/"))
            else:
                yield entry(path, int(item.get("size") or 0), _stamp(item), name, form=self._form)

    def read(self, path: str, locator: str) -> bytes:
        """See Source.read."""
        return bounded(self._fs.cat_file(locator), path)

    def close(self) -> None:
        """Nothing is held."""


def bounded(data: bytes, path: str) -> bytes:
    """The bytes, unless there are too many of them."""
    if len(data) > MAX_DOCUMENT_BYTES:
        raise LimitExceededError(f"{path}: larger than {MAX_DOCUMENT_BYTES:,} bytes; cut it into parts")
    return data


def open_source(place: str, staging: Path, *, form: str | None = None, column: str | None = None) -> Source:
    """The source of a path or a URL.

    Args:
        place: a folder, an archive, a table, a document; a path or a URL that fsspec opens.
        staging: a folder for copies of archives that cannot be read at any place of them.
        form: a document format that wins over the names.
        column: of a table; None when the source is no table.

    Raises:
        InvalidInputError: there is nothing, or it needs a column.
        ConfigError: a package is missing.
    """
    from tarjimon.archive.members import TarSource, ZipSource, is_tar, is_zip, staged
    from tarjimon.archive.tables import is_table, open_table

    if is_table(place):
        if column is None:
            raise InvalidInputError(f"{place}: a table; say which column is translated, with --column")
        return open_table(staged(place, staging, unpack=False), column)
    if column is not None:
        raise InvalidInputError(
            f"{place}: --column is for tables (.jsonl, .ndjson, .parquet); of CSV and other documents name the "
            "columns with --columns"
        )
    if is_zip(place):
        return ZipSource(staged(place, staging, unpack=False), form)
    if is_tar(place):
        return TarSource(staged(place, staging, unpack=True), form)
    if is_url(place):
        filesystem, root = filesystem_of(place)
        return RemoteSource(filesystem, root, form)
    path = Path(place)
    if path.is_dir():
        return FolderSource(path, form)
    if path.is_file():
        return FileSource(path, form)
    raise InvalidInputError(f"{place}: there is no such file or folder")


def _stamp(item: dict[str, Any]) -> str:
    for key in ("ETag", "etag", "md5", "checksum", "LastModified", "mtime", "created"):
        if item.get(key):
            return f"{key} {item[key]}"
    return ""
