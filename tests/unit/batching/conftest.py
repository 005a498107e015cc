"""A scheduler over an engine that the test controls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
from batching_fakes import GatedEngine, ManualClock, assert_at_rest

from tarjimon.batching.scheduler import Scheduler, SchedulerSettings


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def engine(clock: ManualClock) -> AsyncIterator[GatedEngine]:
    engine = GatedEngine(clock=clock)
    yield engine
    engine.open()


@pytest.fixture
async def schedule(clock: ManualClock, engine: GatedEngine) -> AsyncIterator[Callable[..., Scheduler]]:
    """Builds a scheduler with `engine` attached as "m"; closes it at the end and checks that nothing is left."""
    made: list[Scheduler] = []

    def build(**settings: object) -> Scheduler:
        scheduler = Scheduler(SchedulerSettings(**settings), clock)  # type: ignore[arg-type]
        scheduler.attach("m", engine)
        made.append(scheduler)
        return scheduler

    yield build
    engine.open()
    for scheduler in made:
        assert await scheduler.aclose(5.0)
        assert_at_rest(scheduler)
