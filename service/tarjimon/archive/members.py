"""Documents inside of zip and tar files, read in place: nothing but a document's own bytes is ever unpacked."""

from __future__ import annotations

import gzip
import hashlib
import lzma
import tarfile
import threading
import zipfile
import zlib
from bz2 import BZ2File
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, cast

from tarjimon.archive.sink import filesystem_of, is_url
from tarjimon.archive.sources import MAX_DOCUMENT_BYTES, bounded, entry
from tarjimon.archive.values import Entry
from tarjimon.errors import InvalidInputError, LimitExceededError

MAX_ZIP_MEMBERS = 1_000_000
"""The directory of a zip file is held in memory, about 600 bytes a member; a tar file's is not."""
MAX_UNPACKED_BYTES = 1 << 40
MAX_RATIO = 300
_RATIO_FROM_BYTES = 16 * 2**20
_PIECE = 1 << 20
_TARS = {".tar": None, ".tar.gz": "gzip", ".tgz": "gzip", ".tar.bz2": "bz2", ".tar.xz": "xz", ".txz": "xz"}
_DAMAGE = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, gzip.BadGzipFile)


def is_zip(place: str) -> bool:
    """Whether a name is a zip file's."""
    return place.lower().endswith(".zip")


def is_tar(place: str) -> bool:
    """Whether a name is a tar file's, packed or not."""
    return place.lower().endswith(tuple(_TARS))


class ZipSource:
    """A zip file."""

    def __init__(self, file: Path, form: str | None = None) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
        except (*_DAMAGE, ValueError) as error:
            raise _damaged(file, error) from error
        if len(self._zip.filelist) > MAX_ZIP_MEMBERS:
            raise LimitExceededError(
                f"{file.name}: {len(self._zip.filelist):,} members; at most {MAX_ZIP_MEMBERS:,}: unpack it, or "
                "make it a tar file"
            )
        self._form = form
        # The members of a zip file share one file position.
        self._lock = threading.Lock()

    def entries(self) -> Iterator[Entry]:
        """See Source.entries."""
        for number, info in enumerate(self._zip.filelist):
            if info.is_dir():
                continue
            found = entry(
                info.orig_filename if "\x00" in info.orig_filename else info.filename,
                info.file_size,
                f"{info.CRC:08x} {info.file_size}",
                str(number),
                form=self._form,
            )
            packed = max(1, info.compress_size)
            if info.flag_bits & 0x1:
                found = _refused(found, "it is protected with a password")
            elif info.file_size > _RATIO_FROM_BYTES and info.file_size > MAX_RATIO * packed:
                found = _refused(found, f"it unpacks to {info.file_size // packed:,} times its size")
            yield found

    def read(self, path: str, locator: str) -> bytes:
        """See Source.read."""
        try:
            with self._lock, self._zip.open(self._zip.filelist[int(locator)]) as stream:
                return bounded(stream.read(MAX_DOCUMENT_BYTES + 1), path)
        except (*_DAMAGE, NotImplementedError, RuntimeError) as error:
            raise InvalidInputError(
                f"{path}: damaged in the archive ({error})", reason="DAMAGED_FILE"
            ) from error

    def close(self) -> None:
        """Close the file."""
        self._zip.close()


class TarSource:
    """An unpacked tar file; its members are found by their place in it."""

    def __init__(self, file: Path, form: str | None = None) -> None:
        self._file = file
        self._form = form

    def entries(self) -> Iterator[Entry]:
        """See Source.entries."""
        try:
            with tarfile.open(self._file, "r:") as archive:
                while (info := archive.next()) is not None:
                    archive.members = []  # type: ignore[attr-defined]  # it would keep all of them
                    if info.isdir():
                        continue
                    found = entry(
                        info.name.removeprefix("./"),
                        info.size,
                        f"{info.mtime} {info.chksum} {info.offset_data}",
                        f"{info.offset_data} {info.size}",
                        form=self._form,
                    )
                    yield found if info.isreg() else _refused(found, "it is a link or a device, not a file")
        except (*_DAMAGE, ValueError) as error:
            raise _damaged(self._file, error) from error

    def read(self, path: str, locator: str) -> bytes:
        """See Source.read."""
        place, size = (int(part) for part in locator.split())
        with self._file.open("rb") as stream:
            stream.seek(place)
            data = stream.read(size)
        if len(data) != size:
            raise InvalidInputError(f"{path}: cut off in the archive", reason="DAMAGED_FILE")
        return data

    def close(self) -> None:
        """Nothing is held."""


def staged(place: str, staging: Path, *, unpack: bool) -> Path:
    """A local file in which any place can be read at once: the file itself, or a copy of it made once.

    Args:
        place: a path or a URL.
        staging: where copies lie.
        unpack: undo the packing of a tar file, too.

    Raises:
        InvalidInputError: it is not there, or damaged.
        LimitExceededError: it unpacks to more than MAX_UNPACKED_BYTES.
    """
    suffix = max((s for s in _TARS if place.lower().endswith(s)), key=len, default=".tar")
    packing = _TARS[suffix] if unpack else None
    if not is_url(place):
        path = Path(place)
        if not path.is_file():
            raise InvalidInputError(f"{place}: there is no such file")
        if packing is None:
            return path
        state = path.stat()
        stamp = f"{place} {state.st_mtime_ns} {state.st_size}"
        stream: Any = path.open("rb")
    else:
        filesystem, root = filesystem_of(place)
        try:
            stamp = f"{place} {filesystem.ukey(root)}"
            stream = filesystem.open(root, "rb")
        except FileNotFoundError as error:
            raise InvalidInputError(f"{place}: there is no such file") from error
    staging.mkdir(parents=True, exist_ok=True)
    with stream:
        copy = staging / (hashlib.sha256(stamp.encode()).hexdigest()[:32] + Path(place).suffix)
        if copy.exists():
            return copy
        for old in staging.iterdir():
            old.unlink()
        partial = copy.with_suffix(".partial")
        try:
            _copy(_unpacked(stream, packing), partial, place)
        except _DAMAGE as error:
            partial.unlink(missing_ok=True)
            raise _damaged(Path(place), error) from error
        partial.replace(copy)
    return copy


def _copy(stream: IO[bytes], to: Path, place: str) -> None:
    size = 0
    with to.open("wb") as out:
        while piece := stream.read(_PIECE):
            size += len(piece)
            if size > MAX_UNPACKED_BYTES:
                raise LimitExceededError(f"{place}: unpacks to more than {MAX_UNPACKED_BYTES:,} bytes")
            out.write(piece)


def _unpacked(stream: IO[bytes], packing: str | None) -> IO[bytes]:
    if packing == "gzip":
        return cast("IO[bytes]", gzip.GzipFile(fileobj=stream))
    if packing == "bz2":
        return cast("IO[bytes]", BZ2File(stream))
    if packing == "xz":
        return cast("IO[bytes]", lzma.LZMAFile(stream))
    return stream


def _refused(found: Entry, why: str) -> Entry:
    return replace(found, refusal=found.refusal or why)


def _damaged(file: Path, error: Exception) -> InvalidInputError:
    return InvalidInputError(
        f"{file.name}: a damaged archive, or none ({error}); get it again from where it came",
        reason="DAMAGED_FILE",
    )
