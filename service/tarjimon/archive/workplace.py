"""The folder `.tarjimon` of a destination: journal, cache, staging; locked by the one runner that works there."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tarjimon.archive.sink import is_url
from tarjimon.errors import ConfigError, InvalidInputError

FOLDER = ".tarjimon"


class Workplace:
    """Paths of a job's own files.

    Args:
        folder: `DST/.tarjimon`, or the folder named by --journal.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journal = folder / "journal.db"
        self.segments = folder / "segments.db"
        self.scratch = folder / "scratch"
        self.staging = folder / "staging"
        self.parts = folder / "parts"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other runners out; the kernel lets go of the lock when this process dies, however it does.

        Raises:
            ConfigError: another runner works here; names it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("a+", encoding="utf-8") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                stream.seek(0)
                holder = stream.read().strip() or "another process"
                raise ConfigError(
                    f"{self.folder}: {holder} is working on this archive; wait until it is done, or end it "
                    "with `tarjimon archive cancel`",
                    reason="ARCHIVE_BUSY",
                ) from None
            stream.truncate(0)
            stream.write(f"process {os.getpid()} on {socket.gethostname()}")
            stream.flush()
            yield

    def is_locked(self) -> bool:
        """Whether a runner works here now."""
        try:
            with self.locked():
                return False
        except ConfigError:
            return True


def workplace(destination: str, journal: Path | None) -> Workplace:
    """The workplace of a destination.

    Raises:
        InvalidInputError: the destination is a URL and no local folder for the journal is named.
    """
    if journal is not None:
        return Workplace(journal)
    if is_url(destination):
        raise InvalidInputError(
            f"{destination}: a journal needs a local folder that outlives this machine's restarts; name one with "
            "--journal FOLDER"
        )
    return Workplace(Path(destination) / FOLDER)


def existing_workplace(destination: str, journal: Path | None) -> Workplace:
    """The workplace of a job that was begun.

    Raises:
        InvalidInputError: there is none.
    """
    place = workplace(destination, journal)
    if not place.journal.is_file():
        raise InvalidInputError(
            f"{destination}: there is no journal ({place.journal}); begin a job with "
            "`tarjimon archive SOURCE DESTINATION --to ru,en`"
        )
    return place
