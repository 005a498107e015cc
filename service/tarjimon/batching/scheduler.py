"""The scheduler: asyncio in front, engine threads behind; forms batches and settles futures."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from tarjimon.batching.work import EngineSnapshot, SchedulerSettings, SchedulerSnapshot, Work
from tarjimon.domain import Hypothesis, Lane
from tarjimon.engine.base import Engine

__all__ = ["EngineSnapshot", "Scheduler", "SchedulerSettings", "SchedulerSnapshot", "Work"]


class Scheduler:
    """Turns work of many clients into batches for the attached engines.

    Everything but the engines' threads runs on one event loop: the one that runs when an engine is attached.

    Args:
        settings: budgets, lanes, bounds and the watchdog.
        clock: seconds; deadlines in `Work` are on this clock.
        on_unhealthy: called on the loop with the key of an engine that the watchdog gave up, so that its owner
            can load it anew (detach, then attach under a new key).
    """

    def __init__(
        self,
        settings: SchedulerSettings,
        clock: Callable[[], float] = time.monotonic,
        *,
        on_unhealthy: Callable[[str], None] | None = None,
    ) -> None:
        raise NotImplementedError

    def attach(self, key: str, engine: Engine) -> None:
        """Start the engine's threads; `key` is what `Work.model` says.

        Raises:
            ConfigError: the engine has no workers, or the key is taken.
        """
        raise NotImplementedError

    async def detach(self, key: str) -> bool:
        """Refuse new work for the key, finish what waits, stop the threads.

        Returns:
            True when no thread is inside the engine any more and it may be closed; False when a hung thread
            is, and the engine must be left alone.
        """
        raise NotImplementedError

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
        raise NotImplementedError

    def submit_many(self, works: Sequence[Work]) -> list[asyncio.Future[Hypothesis]]:
        """Take many segments at once, all or none; one future each, in order, raising what `submit` raises.

        Cancelling a future frees its place. Await them all (or cancel them): an exception that nobody
        fetches is logged by asyncio.

        Raises:
            OverloadedError, ModelUnavailableError, ShuttingDownError: as `submit`; nothing was taken.
            LimitExceededError: together they exceed the lane's bound even on an empty queue; hand them over
                in smaller parts.
        """
        raise NotImplementedError

    def estimate_wait(
        self, tokens: int, *, model: str | None = None, lane: Lane = Lane.INTERACTIVE, client: str | None = None
    ) -> float:
        """Seconds until `tokens` (source + expected output) more would be done; 0.0 while nothing is known."""
        raise NotImplementedError

    def snapshot(self) -> SchedulerSnapshot:
        """State and counters for metrics; cheap."""
        raise NotImplementedError

    async def aclose(self, grace: float) -> bool:
        """Refuse new work, wait up to `grace` seconds for the rest, then fail it with ShuttingDownError.

        Returns:
            True when no thread is inside an engine any more.
        """
        raise NotImplementedError
