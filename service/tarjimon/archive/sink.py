"""Where results go: files that are there whole and durable, or not at all; a folder, or anything fsspec writes to."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

from tarjimon.archive.failpoints import FailPoints
from tarjimon.archive.values import Output
from tarjimon.errors import ConfigError

Contents = bytes | Iterable[bytes]


class Sink(Protocol):
    """A destination; thread-safe."""

    def write(self, path: str, contents: Contents, point: str = "output") -> Output:
        """Put a file in place, whole; it is durable when this returns. `point` names the fail points."""
        ...

    def checksum(self, path: str) -> str | None:
        """SHA-256 of a file, or None when it is not there."""
        ...


class FolderSink:
    """A folder: temporary file, fsync, rename, fsync of the folders.

    Args:
        root: the destination.
        scratch: a folder of the same file system for files that are not finished.
        fail_points: for tests.
    """

    def __init__(self, root: Path, scratch: Path, fail_points: FailPoints) -> None:
        self._root = root
        self._scratch = scratch
        self._hit = fail_points.hit
        scratch.mkdir(parents=True, exist_ok=True)
        for left_over in scratch.iterdir():
            left_over.unlink()

    def write(self, path: str, contents: Contents, point: str = "output") -> Output:
        """See Sink.write."""
        target = self._root / path
        _make_folders(target.parent)
        name = hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()
        temporary = self._scratch / name
        digest, size = hashlib.sha256(), 0
        try:
            with temporary.open("wb") as stream:
                for part in (contents,) if isinstance(contents, bytes) else contents:
                    stream.write(part)
                    digest.update(part)
                    size += len(part)
                stream.flush()
                self._hit(f"{point}.written")
                os.fsync(stream.fileno())
            self._hit(f"{point}.synced")
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        self._hit(f"{point}.renamed")
        # Without this the name itself may be lost with the power.
        _sync_folder(target.parent)
        self._hit(f"{point}.durable")
        return Output(path, size, digest.hexdigest())

    def checksum(self, path: str) -> str | None:
        """See Sink.checksum."""
        try:
            with (self._root / path).open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None

    def read(self, path: str) -> bytes:
        """A file that was written."""
        return (self._root / path).read_bytes()


class RemoteSink:
    """An object store or another file system of fsspec; an object appears there whole.

    Args:
        filesystem: of fsspec.
        root: path in it.
        fail_points: for tests.
    """

    def __init__(self, filesystem: Any, root: str, fail_points: FailPoints) -> None:
        self._fs = filesystem
        self._root = root.rstrip("/")
        self._hit = fail_points.hit

    def write(self, path: str, contents: Contents, point: str = "output") -> Output:
        """See Sink.write."""
        digest, size = hashlib.sha256(), 0
        place = f"{self._root}/{path}"
        self._hit(f"{point}.written")
        if isinstance(contents, bytes):
            digest.update(contents)
            size = len(contents)
            self._fs.pipe_file(place, contents)
        else:
            with self._fs.open(place, "wb") as stream:
                for part in contents:
                    stream.write(part)
                    digest.update(part)
                    size += len(part)
        self._hit(f"{point}.renamed")
        self._hit(f"{point}.durable")
        return Output(path, size, digest.hexdigest())

    def checksum(self, path: str) -> str | None:
        """See Sink.checksum."""
        digest = hashlib.sha256()
        try:
            with self._fs.open(f"{self._root}/{path}", "rb") as stream:
                while part := stream.read(1 << 20):
                    digest.update(part)
        except FileNotFoundError:
            return None
        return digest.hexdigest()


def is_url(place: str) -> bool:
    """Whether a place is named by a URL of fsspec rather than a path."""
    return "://" in place or "::" in place


def filesystem_of(url: str) -> tuple[Any, str]:
    """The fsspec file system of a URL and the path in it.

    Raises:
        ConfigError: fsspec, or what it needs for this kind of URL, is not installed.
    """
    try:
        import fsspec  # type: ignore[import-untyped,unused-ignore]
    except ImportError as error:
        raise ConfigError(f"{url}: URLs need the package fsspec: pip install 'tarjimon[archive]'") from error
    try:
        return fsspec.core.url_to_fs(url, skip_instance_cache=True)  # type: ignore[no-any-return]
    except (ImportError, ValueError) as error:
        raise ConfigError(
            f"{url}: this kind of URL cannot be opened ({error}); for s3:// install 'tarjimon[s3]'"
        ) from error


def open_sink(place: str, scratch: Path, fail_points: FailPoints) -> Sink:
    """The sink of a path or a URL."""
    if not is_url(place):
        return FolderSink(Path(place), scratch, fail_points)
    filesystem, root = filesystem_of(place)
    return RemoteSink(filesystem, root, fail_points)


def _make_folders(folder: Path) -> None:
    """Make a folder and those above it; each new name is made durable in the folder that holds it."""
    if folder.is_dir():
        return
    _make_folders(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
