"""The scheduler: asyncio in front, engine threads behind; admission, expiry, the watchdog, the end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence

from tarjimon.batching.admission import Demand, Demands, Door
from tarjimon.batching.callers import Callers
from tarjimon.batching.entry import CoalescingKey, Entry
from tarjimon.batching.station import Station
from tarjimon.batching.tally import Tally
from tarjimon.batching.work import EngineSnapshot, SchedulerSettings, SchedulerSnapshot, Work
from tarjimon.domain import Hypothesis, Lane
from tarjimon.engine.base import Engine
from tarjimon.errors import (
    ConfigError,
    EngineHungError,
    ModelUnavailableError,
    ShuttingDownError,
)

__all__ = ["EngineSnapshot", "Scheduler", "SchedulerSettings", "SchedulerSnapshot", "Work"]

_log = logging.getLogger(__name__)


class Scheduler:
    """Turns work of many clients into batches for the attached engines.

    Everything but the engines' threads runs on one event loop: the one on which the first engine is attached.

    Args:
        settings: budgets, lanes, bounds and the watchdog.
        clock: seconds; deadlines in `Work` are on this clock.
        on_unhealthy: called on the loop with the key of an engine that the watchdog gave up, so that its
            owner can load it anew (detach, then attach under a new key).
    """

    def __init__(
        self,
        settings: SchedulerSettings,
        clock: Callable[[], float] = time.monotonic,
        *,
        on_unhealthy: Callable[[str], None] | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._on_unhealthy = on_unhealthy
        self._tally = Tally()
        self._stations: dict[str, Station] = {}
        self._door = Door(settings, clock, self._tally)
        self._arrivals = 0
        self._closing = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._callers: Callers | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at = 0.0

    def attach(self, key: str, engine: Engine) -> None:
        """Start the engine's threads; `key` is what `Work.model` says.

        Raises:
            ConfigError: the engine has no workers, or the key is taken.
        """
        if key in self._stations:
            raise ConfigError(
                f'An engine is attached under "{key}" already; detach it first, or use one key per load.'
            )
        if self._callers is None or self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._callers = Callers(self._loop, self._tally, self._leave)
        self._stations[key] = Station(
            key, engine, self._settings, self._clock, self._loop, self._callers, self._tally, self._watch
        )

    async def detach(self, key: str) -> bool:
        """Refuse new work for the key, finish what waits, stop the threads.

        Returns:
            True when no thread is inside the engine any more and it may be closed; False when a hung thread
            is, and the engine must be left alone.
        """
        station = self._stations.get(key)
        if station is None:
            return True
        station.draining = True
        await station.quiet()
        self._stations.pop(key, None)
        return station.stop()

    async def submit(self, work: Work) -> Hypothesis:
        """Decode one segment.

        Raises:
            OverloadedError: refused at the door: the queue is full, or the deadline cannot be met.
            DeadlineExpiredError: the deadline passed while it waited.
            EngineError: the engine failed on this very segment.
            EngineHungError: the watchdog gave up on the batch.
            ModelUnavailableError: no engine is attached under `work.model`.
            ShuttingDownError: the scheduler, or this engine, is draining.
        """
        return await self.submit_many((work,))[0]

    def submit_many(self, works: Sequence[Work]) -> list[asyncio.Future[Hypothesis]]:
        """Take many segments at once, all or none; one future each, in order, raising what `submit` raises.

        Cancelling a future frees its place. Await them all (or cancel them): an exception that nobody
        fetches is logged by asyncio.

        Raises:
            OverloadedError, DeadlineExpiredError, ModelUnavailableError, ShuttingDownError: as `submit`;
                nothing was taken.
            LimitExceededError: together they exceed the lane's bound even on an empty queue; hand them over
                in smaller parts.
        """
        if not works:
            return []
        priced = self._admit(works)
        callers = self._callers
        assert callers is not None
        waiters: list[asyncio.Future[Hypothesis]] = []
        for work, (station, key, source, output) in zip(works, priced, strict=True):
            entry = callers.find(key)
            if entry is None:
                self._arrivals += 1
                entry = Entry(key, source, output, work.lane, work.client, self._arrivals)
                callers.open(entry)
                station.push(entry)
            else:
                self._tally.counters["coalesced"] += 1
                if work.lane is not entry.lane and work.lane is Lane.INTERACTIVE:
                    station.promote(entry, work.client)
            waiters.append(callers.join(entry, work.deadline))
        self._tally.counters["submitted"] += len(works)
        earliest = callers.next_deadline()
        if earliest is not None:
            self._watch(earliest)
        return waiters

    def estimate_wait(
        self,
        tokens: int,
        *,
        model: str | None = None,
        lane: Lane = Lane.INTERACTIVE,
        client: str | None = None,
    ) -> float:
        """Seconds until `tokens` (source + expected output) more would be done.

        0.0 while nothing is known. Without a model, that of the slowest engine; without a client, behind
        everything in the lane.
        """
        stations = self._stations.values() if model is None else [self._stations[model]]
        return max((station.wait(tokens, lane, client) for station in stations), default=0.0)

    def tick(self) -> None:
        """Do what the clock made due: expiry and the watchdog. The scheduler's own timer calls it."""
        now = self._clock()
        if self._callers is None:
            return
        self._callers.expire(now)
        for station in list(self._stations.values()):
            if station.give_up_hung(now):
                _log.error("engine %s is unhealthy: every worker is hung", station.key)
                if self._on_unhealthy is not None:
                    self._on_unhealthy(station.key)
        times = [self._callers.next_deadline(), *(s.next_limit() for s in self._stations.values())]
        self._alarm_off()
        due = min((at for at in times if at is not None), default=None)
        if due is not None:
            self._watch(due)

    def snapshot(self) -> SchedulerSnapshot:
        """State and counters for metrics; cheap."""
        engines = {key: station.snapshot() for key, station in self._stations.items()}
        stations = self._stations.values()
        return SchedulerSnapshot(
            queued_segments={lane: sum(s.waiting(lane)[0] for s in stations) for lane in Lane},
            queued_tokens={lane: sum(s.waiting(lane)[1] for s in stations) for lane in Lane},
            inflight_batches=sum(engine.busy_workers for engine in engines.values()),
            inflight_segments=sum(engine.inflight_segments for engine in engines.values()),
            waiting_callers=self._callers.waiting if self._callers else 0,
            batch_fill=self._tally.fill,
            padding_share=self._tally.padding_share,
            tokens_per_second=sum(engine.tokens_per_second for engine in engines.values()),
            engines=engines,
            refusals=dict(self._tally.refusals),
            counters=dict(self._tally.counters),
        )

    async def aclose(self, grace: float) -> bool:
        """Refuse new work, wait up to `grace` seconds for the rest, then fail it with ShuttingDownError.

        Returns:
            True when no thread is inside an engine any more.
        """
        self._closing = True
        stations = list(self._stations.values())
        quiet = asyncio.gather(*(station.quiet() for station in stations))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(quiet, grace)
        for station in stations:
            station.fail_queued(_shutting_down)
            station.fail_running(_shutting_down)
        self._stations.clear()
        self._alarm_off()
        stopped = [station.stop() for station in stations]
        return all(stopped)

    def _admit(self, works: Sequence[Work]) -> list[tuple[Station, CoalescingKey, int, int]]:
        """Price each work, and refuse them all if they cannot be taken."""
        priced = []
        demands: Demands = {}
        fresh: set[CoalescingKey] = set()
        for work in works:
            station = self._station(work.model, len(works))
            key = (work.model, work.decoding, work.segment)
            source, output = station.price(work.segment, work.decoding)
            priced.append((station, key, source, output))
            where = (station, work.lane, work.client)
            demand = demands.get(where)
            if demand is None:
                demand = demands[where] = Demand()
            if work.deadline is not None and work.deadline < demand.deadline:
                demand.deadline = work.deadline
            assert self._callers is not None
            if key not in fresh and self._callers.find(key) is None:
                fresh.add(key)
                demand.tokens += source + output
        self._door.check(demands, len(works), self._stations.values())
        return priced

    def _station(self, key: str, segments: int) -> Station:
        if self._closing:
            self._tally.refusals["shutting_down"] += segments
            raise _shutting_down()
        station = self._stations.get(key)
        if station is None:
            raise ModelUnavailableError(
                f'No engine is attached under "{key}"; load the model before work is submitted for it.'
            )
        if station.draining:
            self._tally.refusals["draining"] += segments
            raise ShuttingDownError(f'The engine of "{key}" is being taken out; ask again for the new one.')
        if not station.healthy:
            self._tally.refusals["unhealthy"] += segments
            raise EngineHungError(
                f'Every thread of the engine of "{key}" is hung; ask again later, or ask another replica.'
            )
        return station

    def _leave(self, entry: Entry) -> None:
        self._stations[entry.key[0]].remove(entry)

    def _watch(self, at: float) -> None:
        """Have `tick` called at this time of the clock, unless it is called earlier anyway."""
        if self._alarm is not None:
            if self._alarm_at <= at:
                return
            self._alarm.cancel()
        assert self._loop is not None
        self._alarm_at = at
        self._alarm = self._loop.call_later(max(0.001, at - self._clock()), self._ring)

    def _ring(self) -> None:
        self._alarm = None
        self.tick()

    def _alarm_off(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None


def _shutting_down() -> ShuttingDownError:
    return ShuttingDownError("The server is shutting down; ask another replica.")
