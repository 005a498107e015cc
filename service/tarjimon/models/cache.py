"""The cache of fetched and converted models: pins, manifests, locks, and publication that survives kill -9.

<cache>/<model id>/
    lock                        held while anything is written; the kernel frees it when a process dies
    pin.json                    repository, commit and checksums of the first fetch, held to ever after
    checkpoint/                 what was fetched
    checkpoint.part/            what is being fetched; a broken fetch goes on from here
    ctranslate2-<type>-<sum>/   converted from weights of that checksum, with manifest.json
    .work-*                     what a process was writing when it died; removed by the next
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tarjimon.errors import CorruptModelError, ModelUnavailableError
from tarjimon.models.folder import is_plain_name
from tarjimon.models.weights import sha256_of

MANIFEST = "manifest.json"
_WORK = ".work-"


@dataclass(frozen=True, slots=True)
class Pin:
    """What the first fetch of a model brought.

    Attributes:
        repo: the repository asked.
        revision: the revision asked for.
        commit: the commit that it was.
        files: file name -> SHA-256.
    """

    repo: str
    revision: str
    commit: str
    files: Mapping[str, str] = field(default_factory=dict)


class ModelCache:
    """One model's part of the cache.

    Args:
        home: its folder; made when first written to.
        clock: monotonic seconds; for tests.
        sleep: waits between two looks at a lock; for tests.
    """

    def __init__(
        self,
        home: Path,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.home = home
        self._clock = clock
        self._sleep = sleep

    @property
    def checkpoint(self) -> Path:
        """Where the fetched files lie."""
        return self.home / "checkpoint"

    @property
    def partial(self) -> Path:
        """Where a fetch writes."""
        return self.home / "checkpoint.part"

    @property
    def pin_file(self) -> Path:
        """The record of the first fetch."""
        return self.home / "pin.json"

    def converted(self, quantization: str, weights_sha256: str) -> Path:
        """Where the conversion of these weights lies."""
        return self.home / f"ctranslate2-{quantization}-{weights_sha256[:16]}"

    @contextmanager
    def locked(self, timeout: float = 3600.0, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Hold the model's lock; other processes and threads wait.

        A lock is a flock of an open file, so that none outlives its process: there is no stale lock.

        Raises:
            ModelUnavailableError: not free within `timeout` seconds, or the cache cannot be written.
        """
        import fcntl

        try:
            self.home.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise ModelUnavailableError(
                f"The model cache {self.home} cannot be written: {error.strerror}. Make it writable, or set "
                "another cache folder.",
                field="cache",
            ) from error
        try:
            deadline = self._clock() + timeout
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if self._clock() > deadline:
                        raise ModelUnavailableError(
                            f"Another process has been working on {self.home} for {timeout:.0f} s; wait "
                            "for it or end it."
                        ) from None
                    waiting()
                    self._sleep(0.1)
            yield
        finally:
            os.close(handle)  # frees the lock

    @contextmanager
    def publishing(self, target: Path) -> Iterator[Path]:
        """An empty folder that becomes `target`, whole and on disk, or never; hold the lock around it.

        What earlier processes left half-written is removed first.
        """
        for leftover in self.home.glob(f"{_WORK}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        work = Path(tempfile.mkdtemp(prefix=_WORK, dir=self.home))
        try:
            yield work
            work.chmod(0o755)
            self.replace(work, target)
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def replace(self, work: Path, target: Path) -> None:
        """Put a finished folder into its place: files and folder are on disk before the name is."""
        for path in work.iterdir():
            if path.is_file():
                _sync(path)
        _sync(work)
        if target.exists():
            shutil.rmtree(target)
        work.rename(target)
        _sync(self.home)

    def read_pin(self) -> Pin | None:
        """The record of the first fetch, or None.

        Raises:
            CorruptModelError: the file is not such a record.
        """
        record = _read_record(self.pin_file)
        if record is None:
            return None
        try:
            return Pin(record["repo"], record["revision"], record["commit"], _checksums(record["files"]))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise CorruptModelError(f"{self.pin_file} is not a record of a fetch: {error!r}.") from error

    def write_pin(self, pin: Pin) -> None:
        """Record a first fetch."""
        _write_record(
            self.pin_file,
            {"repo": pin.repo, "revision": pin.revision, "commit": pin.commit, "files": dict(pin.files)},
        )


def write_manifest(folder: Path) -> None:
    """Record the checksums of a folder's files, for `read_manifest`."""
    sums = {path.name: sha256_of(path) for path in sorted(folder.iterdir()) if path.is_file()}
    _write_record(folder / MANIFEST, {"files": sums})


def read_manifest(folder: Path) -> dict[str, str]:
    """File name -> SHA-256 of a folder that `write_manifest` has seen.

    Raises:
        CorruptModelError: the manifest is missing or malformed, or names a file outside the folder.
    """
    record = _read_record(folder / MANIFEST)
    try:
        if record is None:
            raise ValueError("it is missing")
        return _checksums(record["files"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CorruptModelError(f"{folder / MANIFEST} cannot be used: {error}.") from error


def _checksums(files: Any) -> dict[str, str]:
    for name, checksum in files.items():
        if not is_plain_name(name) or len(checksum) != 64:
            raise ValueError(f"the entry {name!r} is not a plain file name with a SHA-256")
    return dict(files)


def _read_record(path: Path) -> dict[str, Any] | None:
    try:
        record = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise CorruptModelError(
            f"{path} cannot be read: {error}. Remove it and pull the model again."
        ) from error
    if not isinstance(record, dict):
        raise CorruptModelError(f"{path} is not a record. Remove it and pull the model again.")
    return record


def _write_record(path: Path, record: Mapping[str, Any]) -> None:
    work = path.with_name(f"{_WORK}{path.name}")
    work.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    _sync(work)
    work.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
