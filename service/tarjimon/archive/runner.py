"""The runner: lists an archive into the journal, works on what is missing, and writes the final files."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tarjimon.archive.failpoints import FailPoints
from tarjimon.archive.flow import Patience, is_full_disk
from tarjimon.archive.journal import Journal
from tarjimon.archive.sources import Source
from tarjimon.archive.values import Claim, Done
from tarjimon.archive.work import DocumentWork
from tarjimon.errors import ConfigError, InvalidInputError, ModelError, NotFoundError, TarjimonError

_Answer = TypeVar("_Answer")

ALONE_AFTER = 2
"""Crashes after which a document is worked on alone, when all others are finished."""
CRASH_LIMIT = 8
"""Crashes after which a document is given up."""
_LISTED_AT_ONCE = 500
_BEAT_SECONDS = 2.0


@dataclass(slots=True)
class Progress:
    """How far a run is; what a display shows.

    Attributes:
        listed: whether the whole archive was listed.
        todo: documents that were not finished when the run began, as far as they are listed.
        done, failed, unchanged: documents of this run.
        characters: translated by this run.
        segments, flagged: target segments of this run.
        tokens: source and output tokens computed by this run; 0 when the engine cannot tell.
        seconds: since the start.
    """

    listed: bool = False
    todo: int = 0
    done: int = 0
    failed: int = 0
    unchanged: int = 0
    characters: int = 0
    segments: int = 0
    flagged: int = 0
    tokens: int = 0
    seconds: float = 0.0

    @property
    def finished(self) -> int:
        """Documents that need no more work."""
        return self.done + self.failed + self.unchanged

    @property
    def rate(self) -> float:
        """Documents per second."""
        return self.finished / self.seconds if self.seconds else 0.0

    @property
    def eta(self) -> float | None:
        """Seconds left, or None while it cannot be known."""
        return (self.todo - self.finished) / self.rate if self.listed and self.rate else None


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a run takes on at a time.

    Attributes:
        documents: in flight.
        attempts: failures after which a document is given up.
    """

    documents: int = 96
    attempts: int = 3


class Runner:
    """One run of a job. The caller holds the lock of the workplace.

    Args:
        journal: the job's.
        source: the archive.
        work: does a document.
        limits: see Limits.
        patience: pauses while the disk is full.
        fail_points: for tests.
        tokens: tells tokens computed so far.
        show: called with the progress about twice a second.
        clock: seconds.
    """

    def __init__(
        self,
        journal: Journal,
        source: Source,
        work: DocumentWork,
        limits: Limits,
        patience: Patience,
        fail_points: FailPoints,
        *,
        tokens: Callable[[], int] = lambda: 0,
        show: Callable[[Progress], None] = lambda progress: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._journal = journal
        self._source = source
        self._work = work
        self._limits = limits
        self._patience = patience
        self._hit = fail_points.hit
        self._tokens = tokens
        self._show = show
        self._clock = clock
        self._run = self._scan = 0
        self._started = 0.0
        self._cancelled = False
        self.progress = Progress()

    async def run(self) -> bool:
        """Work until nothing is missing.

        Returns:
            False when the job was cancelled by `tarjimon archive cancel`.

        Raises:
            ConfigError, ModelError, NotFoundError: the job cannot be done like this.
            OSError: the source cannot be listed.
        """
        self._started = self._clock()
        self._run = await self._keep(self._journal.begin_run)
        self._scan = int(await asyncio.to_thread(self._journal.get, "scan") or 0) + 1
        await self._keep(lambda: self._journal.set("scan", self._scan))
        await self._keep(lambda: self._journal.set("cancelled", False))
        ended = "interrupted"
        try:
            async with asyncio.TaskGroup() as group:
                listing = group.create_task(self._list())
                beating = group.create_task(self._beat())
                completed = await self._work_off(listing)
                beating.cancel()
            ended = "finished" if completed else "cancelled"
            return completed
        except ExceptionGroup as failures:
            ended = "stopped"
            raise failures.exceptions[0] from failures
        finally:
            self._measure()
            try:
                self._journal.beat(self._run, self.progress.tokens, ended)
            except sqlite3.OperationalError as error:
                if not is_full_disk(error):
                    raise

    async def _list(self) -> None:
        """List the source into the journal, a part at a time."""
        scan = self._scan
        entries = self._source.entries()
        while True:
            part = await asyncio.to_thread(lambda: list(itertools.islice(entries, _LISTED_AT_ONCE)))
            if not part:
                break
            await self._keep(lambda part=part: self._journal.list_entries(part, scan))  # type: ignore[misc]
        if not await asyncio.to_thread(
            lambda: next(self._journal.rows(f"seen = {scan}", current=False), None)
        ):
            raise InvalidInputError("the source is empty: no document was found in it")
        totals = await asyncio.to_thread(self._journal.totals)
        self.progress.todo = totals["pending"] + totals["running"] + self.progress.finished
        self.progress.listed = True

    async def _work_off(self, listing: asyncio.Task[None]) -> bool:
        """Claim documents and work on them until none is left; suspects alone, last."""
        running: set[asyncio.Task[None]] = set()
        waiting: list[Claim] = []
        while True:
            complete = listing.done()
            room = self._limits.documents - len(running)
            if not waiting and (room >= self._limits.documents // 8 or not running):
                # Several at a time: a claim is a transaction that waits for the disk.
                waiting = await self._claim(max(1, room))
            if self._cancelled:
                await asyncio.gather(*running)
                listing.cancel()
                return False
            if not waiting and not running and complete:
                waiting = await self._claim(1, alone=True)
                if not waiting:
                    return not self._cancelled
            while waiting and len(running) < self._limits.documents:
                running.add(asyncio.create_task(self._document(waiting.pop(0))))
            if not running:
                # Nothing to do yet: the listing is slower than we are.
                await asyncio.wait({listing}, timeout=0.05)
                continue
            try:
                finished, running = await asyncio.wait(
                    running, return_when=asyncio.FIRST_COMPLETED, timeout=None if complete else 0.2
                )
            except asyncio.CancelledError:
                for task in running:
                    task.cancel()
                await asyncio.gather(*running, return_exceptions=True)
                raise
            for task in finished:
                if (failure := task.exception()) is not None:
                    for other in running:
                        other.cancel()
                    await asyncio.gather(*running, return_exceptions=True)
                    raise failure

    async def _claim(self, most: int, *, alone: bool = False) -> list[Claim]:
        def claim() -> list[Claim]:
            self._cancelled = self._cancelled or bool(self._journal.get("cancelled"))
            if self._cancelled:
                return []
            return self._journal.claim(self._run, most, scan=self._scan, alone_after=ALONE_AFTER, alone=alone)

        claims = await self._keep(claim)
        if claims:
            self._hit("claimed")
        return claims

    async def _document(self, claim: Claim) -> None:
        """Work on a document until it is done or given up."""
        if claim.crashes >= CRASH_LIMIT:
            await self._fail(
                claim, f"{claim.path}: the process died {claim.crashes} times while working on it", "POISON"
            )
            return
        started = self._clock()
        attempts = claim.attempts
        while True:
            try:
                result = await self._patience.until_there_is_room(lambda: self._work.run(claim))
                break
            except (ConfigError, ModelError, NotFoundError):
                raise  # not this document's fault: no other one would fare better
            except InvalidInputError as error:
                await self._fail(claim, error.message, error.reason)
                return
            except FileNotFoundError:
                await self._fail(claim, f"{claim.path}: it was there and is gone", "VANISHED")
                return
            except Exception as error:
                attempts += 1
                reason = error.reason if isinstance(error, TarjimonError) else type(error).__name__
                message = error.message if isinstance(error, TarjimonError) else f"{claim.path}: {error}"
                if attempts >= self._limits.attempts:
                    await self._fail(claim, f"{message} (tried {attempts} times)", reason)
                    return
                await self._keep(lambda: self._journal.attempted(claim, message, reason))  # noqa: B023
                await asyncio.sleep(0.5 * attempts)
        await self._finish(claim, result, self._clock() - started)

    async def _finish(self, claim: Claim, result: Done | None, seconds: float) -> None:
        self._hit("journal.before")
        if result is None:
            await self._keep(lambda: self._journal.unchanged(claim))
            self.progress.unchanged += 1
        else:
            await self._keep(lambda: self._journal.done(claim, result, seconds))
            self.progress.done += 1
            self.progress.characters += result.characters
            self.progress.segments += result.fidelity.segments
            self.progress.flagged += result.fidelity.flagged
        self._hit("journal.after")

    async def _fail(self, claim: Claim, error: str, reason: str) -> None:
        await self._keep(lambda: self._journal.failed(claim, error, reason))
        self.progress.failed += 1

    async def _keep(self, work: Callable[[], _Answer]) -> _Answer:
        return await self._patience.until_there_is_room(lambda: asyncio.to_thread(work))

    async def _beat(self) -> None:
        for number in itertools.count():
            self._measure()
            self._show(self.progress)
            if number % round(_BEAT_SECONDS / 0.5) == 0:
                await self._keep(lambda: self._journal.beat(self._run, self.progress.tokens))
            await asyncio.sleep(0.5)

    def _measure(self) -> None:
        self.progress.tokens = self._tokens()
        self.progress.seconds = self._clock() - self._started
