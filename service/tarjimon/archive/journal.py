"""The journal: one SQLite file that says of every document where it is; the truth of a job."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from tarjimon.archive.journal_schema import SCHEMA, VERSION
from tarjimon.archive.sketch import Sketch
from tarjimon.archive.values import Claim, Done, Entry, Output, State
from tarjimon.errors import ConfigError

_SECONDS_FOR_LOCK = 30.0


class Journal:
    """A job's rows. Thread-safe; every method is one transaction, durable when it returns.

    Args:
        file: the database; created when missing.
        clock: seconds since the epoch.

    Raises:
        ConfigError: the file is no journal of this version.
    """

    def __init__(self, file: Path, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        try:
            self._db = sqlite3.connect(
                file, timeout=_SECONDS_FOR_LOCK, isolation_level=None, check_same_thread=False
            )
            self._db.row_factory = sqlite3.Row
            self._db.execute("PRAGMA journal_mode = WAL")
            # FULL: a row that says "done" is on the disk when the call returns, after the outputs were.
            self._db.execute("PRAGMA synchronous = FULL")
            with self.transaction():
                for statement in _statements(SCHEMA):
                    self._db.execute(statement)
        except sqlite3.DatabaseError as error:
            if "full" in str(error) or "locked" in str(error):
                raise
            raise ConfigError(
                f"{file}: this is not a journal that can be read ({error}); restore it from a copy, or choose "
                "another destination"
            ) from error
        version = self.get("version")
        if version is None:
            self.set("version", VERSION)
        elif version != VERSION:
            raise ConfigError(
                f"{file}: the journal has version {version}, this program reads {VERSION}: finish the job with "
                "the program that began it, or choose another destination"
            )

    def close(self) -> None:
        """Close the file; what was committed stays."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; sqlite3.OperationalError when the disk is full."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def get(self, key: str) -> Any:
        """A value of the job, or None."""
        with self._lock:
            row = self._db.execute("SELECT value FROM job WHERE key = ?", (key,)).fetchone()
        return None if row is None else json.loads(row[0])

    def set(self, key: str, value: Any) -> None:
        """Keep a value of the job."""
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO job VALUES (?, ?)", (key, _json(value)))

    def begin_job(self, wanted: Mapping[str, Any], *, restart: bool) -> None:
        """Keep what determines the outputs; `restart`: all documents must be done anew."""
        with self.transaction() as db:
            pairs = {**wanted, "generation": (self.get("generation") or 0) + restart}
            db.executemany(
                "INSERT OR REPLACE INTO job VALUES (?, ?)",
                [(key, _json(value)) for key, value in pairs.items()],
            )
            if restart:
                db.execute("DELETE FROM job WHERE key LIKE 'receipt %'")

    def begin_run(self) -> int:
        """A new run; documents that a killed run was working on get a crash counted."""
        with self.transaction() as db:
            db.execute(
                "UPDATE document SET crashes = crashes + 1 WHERE state = 'running' "
                "AND run IN (SELECT id FROM run WHERE ended IS NULL)"
            )
            db.execute("UPDATE run SET ended = 'killed' WHERE ended IS NULL")
            now = self._clock()
            return int(db.execute("INSERT INTO run (started, beat) VALUES (?, ?)", (now, now)).lastrowid or 0)

    def beat(self, run: int, tokens: int, ended: str | None = None) -> None:
        """Say that a run lives, or how it ended; `tokens` is what its engine has read and written."""
        with self.transaction() as db:
            db.execute(
                "UPDATE run SET beat = ?, tokens = ?, ended = ? WHERE id = ?",
                (self._clock(), tokens, ended, run),
            )

    def list_entries(self, entries: Iterable[Entry], scan: int) -> None:
        """Note documents that a scan sees: new ones are pending, changed ones begin a new revision.

        Args:
            entries: a part of the archive.
            scan: the scan's number, larger than those before.
        """
        generation = self.get("generation") or 0
        with self.transaction() as db:
            for listed in entries:
                entry = listed
                find = "SELECT stamp, size, seen, generation FROM document WHERE path = ?"
                while (old := db.execute(find, (entry.path,)).fetchone()) and old["seen"] == scan:
                    # Archives may hold a name twice; which one is meant is not for us to guess.
                    entry = replace(
                        entry,
                        path=f"{entry.path} (again)",
                        refusal="the archive has this name more than once",
                    )
                state = State.SKIPPED if entry.skip else State.FAILED if entry.refusal else State.PENDING
                note = entry.skip or entry.refusal
                reason = "NOT_READ" if entry.skip else "REFUSED" if entry.refusal else ""
                new = (entry.size, entry.stamp, entry.locator, scan, state, note, reason, generation)
                if old is None:
                    db.execute(
                        "INSERT INTO document (size, stamp, locator, seen, state, error, reason, "
                        "generation, path) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        (*new, entry.path),
                    )
                elif (old["stamp"], old["size"], old["generation"]) != (entry.stamp, entry.size, generation):
                    outdated = ", sha256 = '', summary = NULL" if old["generation"] != generation else ""
                    db.execute(  # every part of the statement is this module's own
                        "UPDATE document SET size = ?, stamp = ?, locator = ?, seen = ?, state = ?, error = ?, "  # noqa: S608
                        f"reason = ?, generation = ?, revision = revision + 1, attempts = 0, crashes = 0{outdated} "
                        "WHERE path = ?",
                        (*new, entry.path),
                    )
                else:
                    db.execute(
                        "UPDATE document SET seen = ?, locator = ? WHERE path = ?",
                        (scan, entry.locator, entry.path),
                    )

    def claim(self, run: int, most: int, *, scan: int, alone_after: int, alone: bool = False) -> list[Claim]:
        """Take up to `most` documents that nobody works on, those first that never saw a crash.

        Args:
            run: whose they shall be.
            most: how many.
            scan: only what this scan has seen; the rest may have changed.
            alone_after: crashes from which a document is suspected of killing the process.
            alone: take suspects only; otherwise none of them.
        """
        sign = ">=" if alone else "<"
        with self.transaction() as db:
            rows = db.execute(
                "SELECT * FROM document WHERE (state = 'pending' OR (state = 'running' AND run <> ?)) "  # noqa: S608
                f"AND crashes {sign} ? AND seen = ? ORDER BY crashes, id LIMIT ?",
                (run, alone_after, scan, most),
            ).fetchall()
            db.executemany(
                "UPDATE document SET state = 'running', run = ? WHERE id = ?",
                [(run, row["id"]) for row in rows],
            )
        return [_claim(row) for row in rows]

    def attempted(self, claim: Claim, error: str, reason: str) -> None:
        """Count a failed attempt that will be repeated."""
        with self.transaction() as db:
            db.execute(
                "UPDATE document SET attempts = attempts + 1, error = ?, reason = ? "
                "WHERE id = ? AND revision = ?",
                (error, reason, claim.id, claim.revision),
            )

    def done(self, claim: Claim, result: Done, seconds: float) -> None:
        """A document is finished, its outputs are durable.

        Raises:
            ConfigError: other documents of the job were made with other weights or settings.
        """
        with self.transaction() as db:
            for key, receipt in result.receipts.items():
                row = db.execute("SELECT value FROM job WHERE key = ?", (f"receipt {key}",)).fetchone()
                if row is None:
                    db.execute("INSERT INTO job VALUES (?, ?)", (f"receipt {key}", _json(receipt)))
                elif json.loads(row[0]) != receipt:
                    raise ConfigError(
                        f"the engine is another than the one that began this job: {key} was {row[0]}, is "
                        f"{_json(receipt)}; use the same model and device, or start over with --force"
                    )
            fidelity = result.fidelity
            db.execute(
                "UPDATE document SET state = 'done', error = '', reason = '', sha256 = ?, language = ?, "
                "characters = ?, segments = ?, flagged = ?, second_pass = ?, left_alone = ?, issues = ?, "
                "outputs = ?, summary = ?, seconds = ?, sentences = ?, sketch = ? WHERE id = ? AND revision = ?",
                (
                    result.sha256,
                    result.language,
                    result.characters,
                    fidelity.segments,
                    fidelity.flagged,
                    fidelity.second_pass,
                    result.left_alone,
                    _json(fidelity.by_kind),
                    _json([asdict(output) for output in result.outputs]),
                    None if result.summary is None else _json(result.summary),
                    seconds,
                    result.sentences,
                    result.sketch,
                    claim.id,
                    claim.revision,
                ),
            )

    def unchanged(self, claim: Claim) -> None:
        """The content is what it was, and its outputs are there: it is done as it is."""
        with self.transaction() as db:
            db.execute(
                "UPDATE document SET state = 'done', error = '', reason = '' WHERE id = ? AND revision = ?",
                (claim.id, claim.revision),
            )

    def failed(self, claim: Claim, error: str, reason: str) -> None:
        """A document cannot be translated; the job goes on without it."""
        with self.transaction() as db:
            db.execute(
                "UPDATE document SET state = 'failed', error = ?, reason = ?, attempts = attempts + 1, "
                "summary = NULL, outputs = '[]', sha256 = '' WHERE id = ? AND revision = ?",
                (error, reason, claim.id, claim.revision),
            )

    def again(self, paths: Sequence[str] | None = None) -> int:
        """Give failed documents, or those named, a new revision; returns how many."""
        reset = (
            "UPDATE document SET state = 'pending', revision = revision + 1, attempts = 0, crashes = 0, "
            "error = '', reason = '', sha256 = '' WHERE "
        )
        with self.transaction() as db:
            if paths is None:
                return db.execute(f"{reset} state = 'failed' AND reason <> 'REFUSED'").rowcount
            return sum(
                db.execute(f"{reset} path = ? AND state IN ('done', 'failed')", (path,)).rowcount
                for path in paths
            )

    def rows(self, where: str = "1", *, current: bool = True) -> Iterator[sqlite3.Row]:
        """Documents in the order of their paths, a page at a time, so that memory stays small.

        Args:
            where: an SQL condition of this package's own; never a user's text.
            current: leave out those that the last scan did not see.
        """
        last = ""
        first = True
        seen = " AND seen = (SELECT max(seen) FROM document)" if current else ""
        while True:
            with self._lock:
                page = self._db.execute(
                    f"SELECT * FROM document WHERE ({where}){seen} AND path {'>=' if first else '>'} ? "  # noqa: S608
                    "ORDER BY path LIMIT 500",
                    (last,),
                ).fetchall()
            if not page:
                return
            yield from page
            last, first = page[-1]["path"], False

    def totals(self) -> dict[str, int]:
        """Documents by state, those that vanished from the source apart, and sums over what is done."""
        with self._lock:
            states = self._db.execute(
                "SELECT state, count(*) FROM document WHERE seen = (SELECT max(seen) FROM document) "
                "GROUP BY state"
            ).fetchall()
            sums = self._db.execute(
                "SELECT count(*), total(size), total(characters), total(segments), total(flagged), "
                "total(second_pass), total(left_alone) FROM document "
                "WHERE state = 'done' AND seen = (SELECT max(seen) FROM document)"
            ).fetchone()
            gone = self._db.execute(
                "SELECT count(*) FROM document WHERE seen < (SELECT max(seen) FROM document)"
            ).fetchone()[0]
        names = ("bytes", "characters", "segments", "flagged", "second_pass", "left_alone")
        return {
            **{state.value: 0 for state in State},
            **{row[0]: row[1] for row in states},
            **{name: int(value) for name, value in zip(names, sums[1:], strict=True)},
            "vanished": gone,
        }

    def repeated_share(self) -> float:
        """Share of the sentences that occurred before in the archive, 0 to 1, within about 0.01."""
        sketch, sentences = Sketch(), 0
        for row in self.rows("state = 'done'"):
            sketch.merge(row["sketch"])
            sentences += row["sentences"]
        return round(max(0.0, 1.0 - sketch.estimate() / sentences), 4) if sentences else 0.0

    def seconds_and_tokens(self) -> tuple[float, int]:
        """Wall-clock seconds and engine tokens of all runs."""
        with self._lock:
            row = self._db.execute("SELECT total(beat - started), total(tokens) FROM run").fetchone()
        return float(row[0]), int(row[1])


def _claim(row: sqlite3.Row) -> Claim:
    return Claim(
        row["id"],
        row["path"],
        row["size"],
        row["locator"],
        row["revision"],
        row["attempts"],
        row["crashes"],
        row["sha256"],
        tuple(Output(**output) for output in json.loads(row["outputs"])),
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _statements(script: str) -> Iterator[str]:
    """The script's statements; executescript would end the transaction around them."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
