"""Answers on disk: one SQLite file (WAL) that several processes may share, bounded in bytes, replaceable.

Every method blocks and runs in the one thread that opened the file.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tarjimon.memory.segment_cache_key import CachedSegment

_log = logging.getLogger(__name__)

_SCHEMA_VERSION = 1
_ROW_OVERHEAD = 120
"""Bytes of key, index entry and row header: 106 measured on a file of 200,000 short answers, rounded up."""
_QUERY_KEYS = 500
_KEEP = 0.9
"""Part of the bound that an eviction leaves, so that it is not needed at every write."""
_CORRUPT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}

_UNUSABLE = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_AUTH,
    sqlite3.SQLITE_PROTOCOL,
}
_ENDS = "SELECT (SELECT min(id) FROM answers), (SELECT max(id) FROM answers)"  # one each: no scan

_SCHEMA = """
CREATE TABLE answers (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    text TEXT NOT NULL,
    verdict TEXT NOT NULL,
    bytes INTEGER NOT NULL
);
CREATE TABLE size (total INTEGER NOT NULL);
INSERT INTO size VALUES (0);
CREATE TRIGGER added AFTER INSERT ON answers BEGIN UPDATE size SET total = total + NEW.bytes; END;
CREATE TRIGGER dropped AFTER DELETE ON answers BEGIN UPDATE size SET total = total - OLD.bytes; END;
"""


class DiskAnswers:
    """The file. Rows are in order of use, nearly: an answer that is found in the older half is written anew.

    Args:
        path: created when missing, for its owner only; its text may be confidential.
        bound: bytes of the rows; the oldest are deleted above it. The file reuses their space.

    Attributes:
        size: bytes of the rows, as of the last write.
        evictions: rows deleted to keep the bound.
        failures: operations that failed and were answered as if the file were empty.
    """

    def __init__(self, path: Path, bound: int) -> None:
        self.size = 0
        self.evictions = 0
        self.failures = 0
        self._path = path
        self._bound = bound
        self._connection: sqlite3.Connection | None = None
        self._unusable = False

    def get(self, keys: Sequence[bytes]) -> tuple[dict[bytes, CachedSegment], dict[bytes, CachedSegment]]:
        """(all found, of them those that should be written anew because they are about to be evicted)."""
        try:
            return self._select(keys)
        except sqlite3.Error as error:
            self._failed(error)
            return {}, {}

    def put(self, answers: Mapping[bytes, CachedSegment]) -> None:
        """Store answers in one transaction, then keep the bound."""
        try:
            self._insert(answers)
        except sqlite3.Error as error:
            self._failed(error)
            if _code(error) in _CORRUPT:  # into the file that was just started anew
                self._put_again(answers)

    def _put_again(self, answers: Mapping[bytes, CachedSegment]) -> None:
        try:
            self._insert(answers)
        except sqlite3.Error as error:
            self._failed(error)

    def close(self) -> None:
        """Close the file; a later call opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _select(self, keys: Sequence[bytes]) -> tuple[dict[bytes, CachedSegment], dict[bytes, CachedSegment]]:
        connection = self._open()
        if connection is None:
            return {}, {}
        found: dict[bytes, CachedSegment] = {}
        old: dict[bytes, CachedSegment] = {}
        oldest, newest = connection.execute(_ENDS).fetchone()
        half = ((oldest or 0) + (newest or 0)) / 2
        crowded = self.size > self._bound / 2
        for start in range(0, len(keys), _QUERY_KEYS):
            part = keys[start : start + _QUERY_KEYS]
            marks = ",".join("?" * len(part))
            rows = connection.execute(
                f"SELECT id, key, text, verdict FROM answers WHERE key IN ({marks})",  # noqa: S608
                part,
            )
            for row_id, key, text, verdict in rows:
                found[key] = CachedSegment(text, verdict)
                if crowded and row_id < half:
                    old[key] = found[key]
        return found, old

    def _insert(self, answers: Mapping[bytes, CachedSegment]) -> None:
        connection = self._open()
        if connection is None:
            return
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("DELETE FROM answers WHERE key = ?", ((key,) for key in answers))
            connection.executemany(
                "INSERT INTO answers (key, text, verdict, bytes) VALUES (?, ?, ?, ?)", _rows(answers)
            )
            (self.size,) = connection.execute("SELECT total FROM size").fetchone()
            if self.size > self._bound:
                self._evict(connection)

    def _evict(self, connection: sqlite3.Connection) -> None:
        surplus = self.size - int(self._bound * _KEEP)
        last = 0
        oldest_first = connection.execute("SELECT id, bytes FROM answers ORDER BY id")
        for row_id, size in oldest_first:
            last = row_id
            surplus -= size
            if surplus <= 0:
                break
        oldest_first.close()
        self.evictions += connection.execute("DELETE FROM answers WHERE id <= ?", (last,)).rowcount
        (self.size,) = connection.execute("SELECT total FROM size").fetchone()

    def _open(self) -> sqlite3.Connection | None:
        if self._connection is None and not self._unusable:
            try:
                self._connection = self._connect()
            except sqlite3.DatabaseError as error:
                if _code(error) in _UNUSABLE:
                    self._give_up(f"cannot be opened: {error}")
                raise
            except OSError as error:
                self._give_up(f"cannot be created: {error}")
        return self._connection

    def _connect(self) -> sqlite3.Connection | None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.touch(mode=0o600)
        connection = sqlite3.connect(self._path, timeout=5.0, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            version = self._prepare(connection)
            if version != _SCHEMA_VERSION:
                self._give_up(f"has layout {version} and this version of Tarjimon writes {_SCHEMA_VERSION}")
                connection.close()
                return None
            (self.size,) = connection.execute("SELECT total FROM size").fetchone()
            connection.execute(_ENDS).fetchone()
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> int:
        """The layout of the file, laid out first if it is new; safe against another process doing the same."""
        connection.execute("BEGIN IMMEDIATE")
        try:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version == 0:
                for statement in _statements():
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")
                version = _SCHEMA_VERSION
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        return int(version)

    def _failed(self, error: sqlite3.Error) -> None:
        self.failures += 1
        if _code(error) in _CORRUPT:
            self._move_aside(error)
        elif not self._unusable:
            _log.warning("segment cache %s: %s; treated as empty for this once", self._path, error)

    def _move_aside(self, error: sqlite3.Error) -> None:
        """It is a cache: start anew, and keep the broken file (the last one only) for who wants to look."""
        self.close()
        aside = self._path.with_name(self._path.name + ".corrupt")
        _log.warning(
            "segment cache %s is corrupt (%s): moved to %s and started anew; what it held is decoded again",
            self._path,
            error,
            aside,
        )
        try:
            if self._path.exists():
                self._path.replace(aside)
            for suffix in ("-wal", "-shm"):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        except OSError as failure:
            self._give_up(f"cannot be moved: {failure}")

    def _give_up(self, why: str) -> None:
        self._unusable = True
        _log.warning("segment cache %s %s: answers are kept in memory only", self._path, why)


def _rows(answers: Mapping[bytes, CachedSegment]) -> Iterable[tuple[bytes, str, str, int]]:
    for key, answer in answers.items():
        try:
            size = len(answer.text.encode()) + len(answer.verdict.encode()) + _ROW_OVERHEAD
        except UnicodeEncodeError:  # a lone surrogate: cannot be stored, stays in memory
            continue
        yield key, answer.text, answer.verdict, size


def _statements() -> list[str]:
    statements, part = [], ""
    for line in _SCHEMA.strip().splitlines():
        part += line + "\n"
        if sqlite3.complete_statement(part):
            statements.append(part)
            part = ""
    return statements


def _code(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
