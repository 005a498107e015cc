"""Engines that raise, lie or hang: mates do not suffer, the others are answered, gauges return to zero."""

from __future__ import annotations

import asyncio
import threading

import pytest
from batching_fakes import GatedEngine, answer, assert_at_rest, make_work

from tarjimon.batching.scheduler import Scheduler, SchedulerSettings
from tarjimon.errors import ConfigError, EngineError, EngineHungError, ShuttingDownError


@pytest.mark.parametrize("poisoned", [{0}, {31}, {5, 6}, {0, 13, 31}])
async def test_a_poison_segment_fails_alone(schedule, engine, poisoned):
    scheduler = schedule()
    engine.poison = {f"w{i}" for i in poisoned}
    works = [make_work(f"w{i}", 3 + i % 5) for i in range(32)]
    got = await asyncio.gather(*scheduler.submit_many(works), return_exceptions=True)
    for number, (work, result) in enumerate(zip(works, got, strict=True)):
        if number in poisoned:
            assert isinstance(result, EngineError)
            assert "kernel exploded" in result.message
            assert isinstance(result.__cause__, RuntimeError)
        else:
            assert result == answer(work.segment)
    assert scheduler.snapshot().counters["failed"] == len(poisoned)
    assert_at_rest(scheduler)


async def test_an_engine_that_fails_on_everything_is_not_asked_for_every_segment(schedule, engine):
    scheduler = schedule()
    engine.always_fail = True
    works = [make_work(f"w{i}") for i in range(64)]
    got = await asyncio.gather(*scheduler.submit_many(works), return_exceptions=True)
    assert all(type(result) is EngineError for result in got)
    assert len(engine.batches) <= 10
    assert scheduler.snapshot().engines["m"].consecutive_failures == len(engine.batches)
    engine.always_fail = False
    assert await scheduler.submit(works[0]) == answer(works[0].segment)
    assert scheduler.snapshot().engines["m"].consecutive_failures == 0


async def test_each_coalesced_caller_gets_an_error_of_its_own(schedule, engine):
    scheduler = schedule()
    engine.poison = {"bad"}
    got = await asyncio.gather(
        *scheduler.submit_many([make_work("bad"), make_work("bad")]), return_exceptions=True
    )
    assert got[0] is not got[1]
    assert isinstance(got[0], EngineError)
    assert len(engine.batches) == 1


async def test_callers_who_left_a_failed_batch_are_not_computed_again(schedule, engine):
    scheduler = schedule()
    engine.hold()
    engine.poison = {"bad"}
    futures = scheduler.submit_many([make_work("bad"), make_work("left"), make_work("good")])
    await engine.entered(1)
    futures[1].cancel()
    engine.open()
    await asyncio.gather(*futures, return_exceptions=True)
    assert "left" not in [source[0] for batch in engine.batches[1:] for source in batch]


async def test_a_wrong_number_of_hypotheses_is_an_error_not_a_shift(schedule, engine):
    scheduler = schedule()
    engine.drop_one = True
    got = await asyncio.gather(
        *scheduler.submit_many([make_work("a"), make_work("b")]), return_exceptions=True
    )
    assert all(isinstance(result, EngineError) for result in got)


async def test_an_engine_without_workers_is_a_wrong_setting(clock):
    scheduler = Scheduler(SchedulerSettings(), clock)
    with pytest.raises(ConfigError, match="0 workers"):
        scheduler.attach("m", GatedEngine(workers=0))
    assert await scheduler.aclose(0)


async def test_a_key_is_attached_once(schedule, engine):
    with pytest.raises(ConfigError, match="already"):
        schedule().attach("m", engine)


async def test_a_hung_batch_is_given_up_and_its_worker_replaced(schedule, engine, clock):
    scheduler = schedule(hang_seconds=30)
    engine.hold()
    stuck = scheduler.submit_many([make_work("stuck")])
    await engine.entered(1)
    queued = scheduler.submit_many([make_work("next")])
    clock.now += 29
    scheduler.tick()
    assert not stuck[0].done()
    clock.now += 2
    scheduler.tick()
    with pytest.raises(EngineHungError):
        await stuck[0]
    state = scheduler.snapshot()
    assert state.counters["hung_batches"] == 1
    assert state.engines["m"].healthy
    assert state.engines["m"].hung_workers == 1
    await engine.entered(2)
    engine.open()
    assert await queued[0] == answer(make_work("next").segment)
    while scheduler.snapshot().engines["m"].hung_workers:
        await asyncio.sleep(0)
    assert scheduler.snapshot().engines["m"].workers == 1


async def test_an_engine_that_hangs_again_is_unhealthy_until_it_returns(clock):
    told: list[str] = []
    engine, fine = GatedEngine(clock=clock), GatedEngine(clock=clock)
    scheduler = Scheduler(
        SchedulerSettings(hang_seconds=30, source_budget=8), clock, on_unhealthy=told.append
    )
    scheduler.attach("m", engine)
    scheduler.attach("fine", fine)
    engine.hold()
    first = scheduler.submit_many([make_work("one")])
    await engine.entered(1)
    clock.now += 31
    scheduler.tick()
    second = scheduler.submit_many([make_work("two")])
    await engine.entered(2)
    queued = scheduler.submit_many([make_work(f"q{i}") for i in range(5)])
    clock.now += 31
    scheduler.tick()
    for future in (*first, *second, *queued):
        with pytest.raises(EngineHungError):
            await future
    assert told == ["m"]
    assert not scheduler.snapshot().engines["m"].healthy
    with pytest.raises(EngineHungError):
        await scheduler.submit(make_work("three"))
    assert scheduler.snapshot().refusals["unhealthy"] == 1
    assert await scheduler.submit(make_work("x", model="fine")) == answer(make_work("x").segment)
    assert_at_rest(scheduler)

    engine.open()
    while scheduler.snapshot().engines["m"].hung_workers:
        await asyncio.sleep(0)
    assert scheduler.snapshot().engines["m"].workers == 1
    assert await scheduler.submit(make_work("three")) == answer(make_work("three").segment)
    assert await scheduler.aclose(1.0)


async def test_a_hung_engine_can_be_taken_out_but_not_closed(clock):
    engine = GatedEngine(clock=clock)
    scheduler = Scheduler(SchedulerSettings(hang_seconds=30), clock)
    scheduler.attach("m", engine)
    engine.hold()
    stuck = scheduler.submit_many([make_work("stuck")])
    await engine.entered(1)
    clock.now += 31
    scheduler.tick()
    assert await scheduler.detach("m") is False
    with pytest.raises(EngineHungError):
        await stuck[0]
    engine.open()
    assert await scheduler.aclose(1.0)


async def test_detaching_finishes_what_waits_and_refuses_what_comes(schedule, engine):
    scheduler = schedule(source_budget=8)
    engine.hold()
    futures = scheduler.submit_many([make_work(f"w{i}") for i in range(6)])
    await engine.entered(1)
    detached = asyncio.ensure_future(scheduler.detach("m"))
    await asyncio.sleep(0)
    with pytest.raises(ShuttingDownError, match="taken out"):
        await scheduler.submit(make_work("later"))
    assert not detached.done()
    engine.open()
    assert await detached is True
    assert all(future.done() for future in futures)
    assert await asyncio.gather(*futures)
    replacement = GatedEngine()
    scheduler.attach("m", replacement)
    await scheduler.submit(make_work("new"))
    assert len(replacement.batches) == 1


async def test_threads_end_with_the_scheduler(clock):
    engine = GatedEngine(workers=3)
    scheduler = Scheduler(SchedulerSettings(), clock)
    scheduler.attach("the-model", engine)
    await scheduler.submit(make_work("x", model="the-model"))
    assert await scheduler.aclose(1.0)
    assert not [thread for thread in threading.enumerate() if "the-model" in thread.name]
