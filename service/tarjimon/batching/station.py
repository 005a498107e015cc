"""One attached engine: its two lanes, its threads, and what becomes of its batches."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from math import log2

from tarjimon.batching.callers import Callers
from tarjimon.batching.entry import Entry, Place
from tarjimon.batching.estimate import BatchTimes, OutputLengths
from tarjimon.batching.formation import BatchFormer
from tarjimon.batching.tally import Tally
from tarjimon.batching.work import EngineSnapshot, SchedulerSettings
from tarjimon.batching.workers import Outcome, Worker, WorkerPool
from tarjimon.domain import DecodingSettings, EncodedSegment, Hypothesis, Lane
from tarjimon.engine.base import Engine
from tarjimon.errors import ConfigError, EngineError, EngineHungError, TarjimonError


@dataclass(slots=True)
class _Rescue:
    """A failed batch on its way through halving: stops when nothing of it ever succeeds."""

    patience: int
    succeeded: bool = False


@dataclass(slots=True, eq=False)
class _Batch:
    entries: list[Entry]
    contended: bool = False
    rescue: _Rescue | None = None
    started: float = 0.0
    predicted: float = 0.0
    limit: float = field(default=0.0)


class Station:
    """Feeds one engine.

    Args:
        key: what `Work.model` says.
        engine: what decodes.
        settings: budgets and the watchdog.
        clock: seconds.
        loop: everything here but the engine's threads runs on it.
        callers: are told what became of their segments.
        tally: counts batches.
        watch: asks for a look at the watchdog at a time of the clock.

    Attributes:
        draining: refuse new work.
    """

    def __init__(
        self,
        key: str,
        engine: Engine,
        settings: SchedulerSettings,
        clock: Callable[[], float],
        loop: asyncio.AbstractEventLoop,
        callers: Callers,
        tally: Tally,
        watch: Callable[[float], None],
    ) -> None:
        workers = engine.info.workers
        if workers < 1:
            raise ConfigError(
                f'The engine of "{key}" has {workers} workers; expected at least 1. '
                "Set the number of replicas (inter threads) to 1 or more.",
                field="engine.workers",
            )
        self.key = key
        self.draining = False
        self._settings = settings
        self._clock = clock
        self._loop = loop
        self._callers = callers
        self._tally = tally
        self._watch = watch
        self._former = BatchFormer(settings)
        self._pool = WorkerPool(key, engine, workers, self._finished, loop, clock)
        self._running: dict[Worker, _Batch] = {}
        self._retries: deque[_Batch] = deque()
        self._times = BatchTimes()
        self._lengths = OutputLengths()
        self._failures = 0
        self._dispatch_due = False
        self._quiet: list[asyncio.Future[None]] = []

    @property
    def healthy(self) -> bool:
        """False when the watchdog gave up every worker."""
        return self._pool.size > 0

    @property
    def tokens_per_second(self) -> float:
        """Recent source + output tokens per second with every worker busy; 0.0 while nothing is known."""
        return self._times.tokens_per_second * self._pool.size

    def waiting(self, lane: Lane) -> tuple[int, int]:
        """(segments, tokens) that wait in a lane."""
        queue = self._former.lanes[lane]
        return queue.segments, queue.tokens

    def price(self, segment: EncodedSegment, decoding: DecodingSettings) -> tuple[int, int]:
        """(source tokens, expected output tokens with each beam counted) of a segment."""
        source = len(segment.source) or 1
        return source, self._lengths.expect(source, segment.max_output_tokens) * decoding.beam_size

    def push(self, entry: Entry) -> None:
        """Queue an entry; it is dispatched when the loop has run what is ready, so that callers meet."""
        self._former.lanes[entry.lane].push(entry)
        self._dispatch_soon()

    def remove(self, entry: Entry) -> None:
        """Take out an entry that waits."""
        self._former.lanes[entry.lane].remove(entry)
        self._tell_if_quiet()

    def promote(self, entry: Entry, client: str) -> None:
        """Move an entry that waits in the bulk lane to the interactive one, on this client's account."""
        if entry.lane is Lane.BULK and entry.place < Place.RUNNING:
            self._former.lanes[Lane.BULK].remove(entry)
            entry.lane, entry.client = Lane.INTERACTIVE, client
            self._former.lanes[Lane.INTERACTIVE].push(entry)

    def wait(self, cost: int, lane: Lane, client: str | None) -> float:
        """Seconds until `cost` more tokens of this client would be done; 0.0 while nothing is known.

        Args:
            cost: source + expected output tokens.
            lane: where they would wait.
            client: whose; None: behind everything in the lane.
        """
        if not self._times.known:
            return 0.0
        queue = self._former.lanes[lane]
        ahead = queue.tokens if client is None else queue.ahead_of(client, cost)
        if lane is Lane.BULK:
            ahead += self._former.lanes[Lane.INTERACTIVE].tokens
        elif self._former.lanes[Lane.BULK].tokens:
            ahead += min(
                self._former.lanes[Lane.BULK].tokens, int((ahead + cost) * self._settings.bulk_share)
            )
        now = self._clock()
        running = sum(max(0.0, batch.started + batch.predicted - now) for batch in self._running.values())
        queued = self._times.predict_queue(ahead + cost, self._settings.batch_tokens)
        return (running + queued) / max(1, self._pool.size)

    def snapshot(self) -> EngineSnapshot:
        """State for metrics."""
        return EngineSnapshot(
            workers=self._pool.size,
            busy_workers=len(self._running),
            hung_workers=self._pool.lost,
            healthy=self.healthy,
            queued_segments=self._former.segments,
            inflight_segments=sum(len(batch.entries) for batch in self._running.values()),
            tokens_per_second=self.tokens_per_second,
            consecutive_failures=self._failures,
        )

    def next_limit(self) -> float | None:
        """When the watchdog must look at this engine again."""
        return min((batch.limit for batch in self._running.values()), default=None)

    def give_up_hung(self, now: float) -> bool:
        """Fail the batches past their limit; True when this made the engine unhealthy."""
        was_healthy = self.healthy
        for worker, batch in list(self._running.items()):
            if now < batch.limit:
                continue
            del self._running[worker]
            self._pool.give_up(worker)
            self._tally.counters["hung_batches"] += 1
            self._failures += 1
            self._fail(batch.entries, lambda: self._hung("ran past the watchdog's limit"))
        if was_healthy and not self.healthy:
            self.fail_queued(lambda: self._hung("has no thread left that answers"))
            return True
        self._dispatch_soon()
        self._tell_if_quiet()
        return False

    def fail_queued(self, error: Callable[[], TarjimonError]) -> None:
        """Fail everything that waits."""
        while self._retries:
            self._fail(self._retries.popleft().entries, error)
        for lane in self._former.lanes.values():
            self._fail(lane.drain(), error)
        self._tell_if_quiet()

    def fail_running(self, error: Callable[[], TarjimonError]) -> None:
        """Answer the callers of running batches now; the threads go on until the engine returns."""
        for batch in self._running.values():
            self._fail(batch.entries, error)

    async def quiet(self) -> None:
        """Return when nothing waits and nothing runs (hung workers aside)."""
        if self._busy():
            waiter = self._loop.create_future()
            self._quiet.append(waiter)
            await waiter

    def stop(self) -> bool:
        """End the threads; True when none is inside the engine."""
        self._pool.stop()
        return not self._running and not self._pool.lost

    def _busy(self) -> bool:
        return bool(self._running or self._retries or self._former.segments)

    def _tell_if_quiet(self) -> None:
        if self._quiet and not self._busy():
            for waiter in self._quiet:
                if not waiter.done():
                    waiter.set_result(None)
            self._quiet.clear()

    def _dispatch_soon(self) -> None:
        if not self._dispatch_due and self._pool.idle:
            self._dispatch_due = True
            self._loop.call_soon(self._dispatch)

    def _dispatch(self) -> None:
        self._dispatch_due = False
        if not self._pool.idle:
            return
        self._callers.expire(self._clock())
        while self._pool.idle:
            batch = self._next_batch()
            if batch is None:
                break
            self._launch(batch)
        self._tell_if_quiet()

    def _next_batch(self) -> _Batch | None:
        while self._retries:
            batch = self._retries.popleft()
            batch.entries = self._still_wanted(batch.entries)
            if batch.entries:
                self._tally.counters["retried_batches"] += 1
                return batch
        entries, contended = self._former.next_batch(self._pool.idle)
        return _Batch(entries, contended) if entries else None

    def _launch(self, batch: _Batch) -> None:
        entries = batch.entries
        real = longest = output = cost = 0
        for entry in entries:
            entry.place = Place.RUNNING
            real += entry.source
            cost += entry.cost
            longest = max(longest, entry.source)
            output = max(output, entry.output)
        padded = longest * len(entries)
        fill = max(
            padded / self._settings.source_budget, output * len(entries) / self._settings.output_budget
        )
        self._tally.batch(fill, padded, real)
        batch.started = self._clock()
        batch.predicted = self._times.predict(output, cost)
        batch.limit = batch.started + max(
            self._settings.hang_seconds, self._settings.hang_factor * batch.predicted
        )
        worker = self._pool.acquire()
        self._running[worker] = batch
        worker.run([entry.segment for entry in entries], entries[0].decoding)
        self._watch(batch.limit)

    def _finished(self, worker: Worker, outcome: Outcome) -> None:
        batch = self._running.pop(worker, None)
        if not self._pool.release(worker) or batch is None:
            self._dispatch_soon()  # a hung worker came back: its callers were answered, but it can work again
            return
        if batch.contended:
            bulk = sum(entry.cost for entry in batch.entries if entry.lane is Lane.BULK)
            self._former.account(outcome.seconds, bulk / sum(entry.cost for entry in batch.entries))
        if outcome.hypotheses is not None and self._former.tokens >= self._settings.batch_tokens:
            self._dispatch()  # enough waits for a full batch: the engine goes first, the answers after it
        if outcome.hypotheses is None:
            self._rescue(batch, outcome.error)
        else:
            self._answer(batch, outcome.hypotheses, outcome.seconds)
        self._dispatch_soon()
        self._tell_if_quiet()

    def _answer(self, batch: _Batch, hypotheses: list[Hypothesis], seconds: float) -> None:
        self._failures = 0
        if batch.rescue is not None:
            batch.rescue.succeeded = True
        source = output = steps = 0
        for entry, hypothesis in zip(batch.entries, hypotheses, strict=True):
            length = len(hypothesis.tokens) + 1
            source += entry.source
            output += length
            steps = max(steps, length)
            self._callers.answer(entry, hypothesis)
        self._tally.counters["output_tokens"] += output
        self._lengths.learn(source, output)
        self._times.learn(steps, source + output * batch.entries[0].decoding.beam_size, seconds)

    def _rescue(self, batch: _Batch, error: BaseException | None) -> None:
        """Halve a failed batch until the segment at fault is alone, so that its mates do not suffer.

        An engine that fails on everything is not asked for every segment: after as many failures as halving
        needs levels, without a single success, the rest fails too.
        """
        self._failures += 1
        entries = self._still_wanted(batch.entries)
        rescue = batch.rescue or _Rescue(patience=3 + int(log2(len(batch.entries))))
        rescue.patience -= 1
        if len(batch.entries) > 1 and (rescue.succeeded or rescue.patience > 0):
            middle = (len(entries) + 1) // 2
            for half in (entries[:middle], entries[middle:]):
                if half:
                    self._retries.append(_Batch(half, batch.contended, rescue))
            return
        self._fail(entries, lambda: self._failed(error))
        if not rescue.succeeded and rescue.patience <= 0:
            for other in [other for other in self._retries if other.rescue is rescue]:
                self._retries.remove(other)
                self._fail(other.entries, lambda: self._failed(error))

    def _still_wanted(self, entries: list[Entry]) -> list[Entry]:
        for entry in entries:
            if not entry.waiters:
                self._callers.drop(entry)
        return [entry for entry in entries if entry.waiters]

    def _fail(self, entries: list[Entry], error: Callable[[], TarjimonError]) -> None:
        for entry in entries:
            self._callers.fail(entry, error)

    def _failed(self, error: BaseException | None) -> TarjimonError:
        failure = EngineError(
            f'The engine of "{self.key}" failed on this segment: {type(error).__name__}: {error}. '
            "The other segments of its batch were not affected; if it fails again, report the segment."
        )
        failure.__cause__ = error
        return failure

    def _hung(self, what: str) -> EngineHungError:
        return EngineHungError(
            f'The engine of "{self.key}" {what} ({self._settings.hang_seconds:g} s or more); '
            "ask again later, or raise batching.hang_seconds if such batches are expected."
        )
