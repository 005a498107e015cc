"""Callers: coalescing, cancellation, deadlines, bounds. Whatever they do, nothing is left behind."""

from __future__ import annotations

import asyncio
import gc
import random
import time
import weakref

import pytest
from batching_fakes import answer, assert_at_rest, make_work

from tarjimon.batching.scheduler import Scheduler, SchedulerSettings
from tarjimon.domain import DecodingSettings, EncodedSegment, Lane
from tarjimon.errors import (
    DeadlineExpiredError,
    LimitExceededError,
    ModelUnavailableError,
    OverloadedError,
    ShuttingDownError,
)


async def busy(scheduler, engine):
    engine.hold()
    blocker = scheduler.submit_many([make_work("blocker")])
    await engine.entered(1)
    return blocker


def sources(engine) -> list[str]:
    return [source[0] for batch in engine.batches for source in batch]


async def test_the_same_segment_in_flight_is_computed_once(schedule, engine):
    scheduler = schedule()
    blocker = await busy(scheduler, engine)
    same = [make_work("same", client=f"c{i}") for i in range(50)]
    futures = scheduler.submit_many([*same, make_work("blocker")])
    engine.open()
    got = await asyncio.gather(*blocker, *futures)
    assert got[1:51] == [answer(same[0].segment)] * 50
    assert sources(engine) == ["blocker", "same"]
    assert scheduler.snapshot().counters["coalesced"] == 50


@pytest.mark.parametrize(
    "other",
    [
        {"prefix": ("__ru__",)},
        {"decoding": DecodingSettings(beam_size=4)},
        {"limit": 100},
        {"length": 5},
    ],
)
async def test_work_that_differs_in_anything_is_computed_apart(schedule, engine, other):
    scheduler = schedule()
    blocker = await busy(scheduler, engine)
    futures = scheduler.submit_many([make_work("same"), make_work("same", **other)])
    engine.open()
    await asyncio.gather(*blocker, *futures)
    assert sources(engine).count("same") == 2


async def test_fields_that_look_alike_when_joined_are_not_coalesced(schedule, engine):
    scheduler = schedule()
    blocker = await busy(scheduler, engine)
    first, second = (
        make_work("x"),
        make_work("x"),
    )
    first = first.__class__("m", EncodedSegment(("a", "b"), ("c",)), client="a")
    second = second.__class__("m", EncodedSegment(("a",), ("b", "c")), client="a")
    futures = scheduler.submit_many([first, second])
    engine.open()
    got = await asyncio.gather(*blocker, *futures)
    assert got[1] != got[2]


async def test_a_cancelled_waiter_does_not_cancel_the_others(schedule, engine):
    scheduler = schedule()
    blocker = await busy(scheduler, engine)
    one, two = scheduler.submit_many([make_work("same"), make_work("same", client="b")])
    one.cancel()
    engine.open()
    assert await two == answer(make_work("same").segment)
    await asyncio.gather(*blocker)


async def test_an_interactive_caller_lifts_the_bulk_segment_that_it_shares(schedule, engine):
    scheduler = schedule(source_budget=8, output_budget=1000)
    blocker = await busy(scheduler, engine)
    bulk = scheduler.submit_many([make_work(f"b{i}", lane=Lane.BULK) for i in range(40)])
    mine = scheduler.submit_many([make_work("b39", client="me")])
    state = scheduler.snapshot()
    assert state.queued_segments == {Lane.INTERACTIVE: 1, Lane.BULK: 39}
    engine.let(2)
    await asyncio.gather(*mine)
    assert "b39" in [source[0] for source in engine.batches[1]]
    engine.open()
    await asyncio.gather(*blocker, *bulk)


async def test_a_cancelled_entry_leaves_the_queue_and_never_reaches_the_engine(schedule, engine):
    scheduler = schedule()
    blocker = await busy(scheduler, engine)
    task = asyncio.ensure_future(scheduler.submit(make_work("gone")))
    stays = scheduler.submit_many([make_work("stays")])
    await asyncio.sleep(0)
    assert scheduler.snapshot().queued_segments[Lane.INTERACTIVE] == 2
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert scheduler.snapshot().queued_segments[Lane.INTERACTIVE] == 1
    engine.open()
    await asyncio.gather(*blocker, *stays)
    assert "gone" not in sources(engine)


async def test_work_cancelled_before_the_idle_engine_got_it_is_dropped(schedule, engine):
    scheduler = schedule()
    for future in scheduler.submit_many([make_work("gone")]):
        future.cancel()
    await scheduler.submit(make_work("next"))
    assert sources(engine) == ["next"]


async def test_a_result_whose_callers_left_can_still_be_joined(schedule, engine):
    scheduler = schedule()
    blocker = await busy(scheduler, engine)
    blocker[0].cancel()
    again = scheduler.submit_many([make_work("blocker")])
    engine.open()
    assert await again[0] == answer(make_work("blocker").segment)
    assert sources(engine) == ["blocker"]


async def test_a_storm_of_cancellations_leaves_all_gauges_at_zero(schedule, engine):
    scheduler = schedule(source_budget=60)
    rng = random.Random(7)
    blocker = await busy(scheduler, engine)
    futures: list[asyncio.Future] = []
    for turn in range(40):
        futures += scheduler.submit_many(
            [
                make_work(
                    f"s{rng.randrange(300)}",
                    rng.randrange(1, 30),
                    client=f"c{rng.randrange(9)}",
                    lane=rng.choice(list(Lane)),
                    deadline=rng.choice([None, 1e9, 1001.0 + turn]),
                )
                for _ in range(50)
            ]
        )
        for future in rng.sample(futures, 40):
            future.cancel()
        engine.let(1)
        await asyncio.sleep(0)
    for future in rng.sample(futures, 1000):
        future.cancel()
    engine.open()
    await asyncio.gather(*blocker, *futures, return_exceptions=True)
    await scheduler.submit(make_work("after"))
    assert_at_rest(scheduler)


async def test_cancelling_everything_frees_its_memory(schedule, engine):
    scheduler = schedule()
    blocker = await busy(scheduler, engine)
    futures = scheduler.submit_many(
        [make_work(f"w{i}", client=f"c{i}", deadline=clock_end) for i, clock_end in enumerate([1e9] * 500)]
    )
    entries = [weakref.ref(future) for future in futures]
    for future in futures:
        future.cancel()
    del futures, future
    gc.collect()
    left = sum(1 for entry in entries if entry() is not None)
    assert left <= 70  # the deadline heap sweeps when more than 64 answered callers lie in it
    engine.open()
    await asyncio.gather(*blocker)


async def test_expired_work_leaves_before_the_batch_is_formed(schedule, engine, clock):
    scheduler = schedule()
    blocker = await busy(scheduler, engine)
    late = scheduler.submit_many([make_work("late", deadline=clock.now + 5)])
    fine = scheduler.submit_many([make_work("fine", deadline=clock.now + 50)])
    clock.now += 6
    engine.open()
    with pytest.raises(DeadlineExpiredError):
        await late[0]
    await asyncio.gather(*blocker, *fine)
    assert sources(engine) == ["blocker", "fine"]
    assert scheduler.snapshot().counters["expired"] == 1


async def test_a_deadline_is_kept_while_the_engine_is_busy(schedule, engine, clock):
    scheduler = schedule()
    blocker = await busy(scheduler, engine)
    late = scheduler.submit_many([make_work("late", deadline=clock.now + 5)])
    clock.now += 5
    scheduler.tick()
    with pytest.raises(DeadlineExpiredError):
        await late[0]
    assert scheduler.snapshot().queued_segments[Lane.INTERACTIVE] == 0
    engine.open()
    await asyncio.gather(*blocker)


async def test_the_timer_keeps_deadlines_without_being_asked(engine):
    scheduler = Scheduler(SchedulerSettings())
    scheduler.attach("m", engine)
    blocker = await busy(scheduler, engine)
    with pytest.raises(DeadlineExpiredError):
        await asyncio.wait_for(scheduler.submit(make_work("late", deadline=time.monotonic() + 0.02)), 5)
    engine.open()
    await asyncio.gather(*blocker)
    assert await scheduler.aclose(1.0)


async def test_each_coalesced_caller_has_its_own_deadline(schedule, engine, clock):
    scheduler = schedule()
    blocker = await busy(scheduler, engine)
    soon, later = scheduler.submit_many(
        [make_work("same", deadline=clock.now + 1), make_work("same", deadline=clock.now + 100)]
    )
    clock.now += 2
    scheduler.tick()
    with pytest.raises(DeadlineExpiredError):
        await soon
    engine.open()
    assert await later == answer(make_work("same").segment)
    await asyncio.gather(*blocker)


async def test_a_deadline_in_the_past_is_refused_at_the_door(schedule, engine, clock):
    scheduler = schedule()
    with pytest.raises(DeadlineExpiredError):
        await scheduler.submit(make_work("late", deadline=clock.now))
    assert not engine.batches
    assert scheduler.snapshot().refusals["deadline"] == 1


async def test_a_full_queue_refuses_all_or_nothing_and_says_when_to_come_back(schedule, engine):
    scheduler = schedule(interactive_queue_tokens=200)
    blocker = await busy(scheduler, engine)
    queued = scheduler.submit_many([make_work(f"w{i}", 10) for i in range(5)])
    tokens = scheduler.snapshot().queued_tokens[Lane.INTERACTIVE]
    with pytest.raises(OverloadedError, match="interactive queue is full") as refusal:
        scheduler.submit_many([make_work(f"x{i}", 10) for i in range(5)])
    assert 0 < refusal.value.retry_after <= 60
    assert scheduler.snapshot().queued_tokens[Lane.INTERACTIVE] == tokens
    assert scheduler.snapshot().refusals["queue_full"] == 5
    other_lane = scheduler.submit_many([make_work("bulk", 10, lane=Lane.BULK)])
    joined = scheduler.submit_many([make_work("w0", 10)])  # costs nothing: it is being computed
    engine.open()
    await asyncio.gather(*blocker, *queued, *other_lane, *joined)


async def test_a_call_larger_than_the_lane_is_told_to_come_in_parts(schedule):
    scheduler = schedule(interactive_queue_tokens=200)
    with pytest.raises(LimitExceededError, match="smaller parts"):
        scheduler.submit_many([make_work(f"w{i}", 100) for i in range(5)])
    assert scheduler.snapshot().refusals["too_large"] == 5


async def test_a_deadline_that_cannot_be_met_is_refused_early(schedule, engine, clock):
    engine.seconds_per_batch = 2.0
    scheduler = schedule(source_budget=64, output_budget=128)
    await asyncio.gather(*scheduler.submit_many([make_work(f"learn{i}", 8) for i in range(32)]))
    engine.seconds_per_batch = 0.0
    blocker = await busy(scheduler, engine)
    queued = scheduler.submit_many([make_work(f"w{i}", 8, client="big") for i in range(200)])
    wait = scheduler.estimate_wait(30, model="m")
    assert wait > 20
    with pytest.raises(OverloadedError) as refusal:
        scheduler.submit_many([make_work("hasty", 8, client="big", deadline=clock.now + 10)])
    assert refusal.value.retry_after > 1
    assert scheduler.estimate_wait(30, model="m", client="other") < wait / 3
    fair = scheduler.submit_many([make_work("mine", 8, client="other", deadline=clock.now + 10)])
    engine.open()
    await asyncio.gather(*blocker, *queued, *fair)


async def test_bulk_in_the_queue_does_not_refuse_interactive_work(schedule, engine, clock):
    engine.seconds_per_batch = 2.0
    scheduler = schedule(source_budget=64, output_budget=128)
    await asyncio.gather(*scheduler.submit_many([make_work(f"learn{i}", 8) for i in range(32)]))
    engine.seconds_per_batch = 0.0
    blocker = await busy(scheduler, engine)
    bulk = scheduler.submit_many([make_work(f"b{i}", 8, lane=Lane.BULK) for i in range(400)])
    urgent = scheduler.submit_many([make_work("urgent", 8, deadline=clock.now + 10)])
    with pytest.raises(OverloadedError):
        scheduler.submit_many([make_work("b", 8, lane=Lane.BULK, deadline=clock.now + 10)])
    engine.open()
    await asyncio.gather(*blocker, *bulk, *urgent)


async def test_a_model_that_is_not_attached_is_named(schedule):
    with pytest.raises(ModelUnavailableError, match='"other"'):
        await schedule().submit(make_work("x", model="other"))


async def test_closing_finishes_what_fits_into_the_grace_and_fails_the_rest(schedule, engine):
    scheduler = schedule(source_budget=8)
    blocker = await busy(scheduler, engine)
    queued = scheduler.submit_many([make_work(f"w{i}") for i in range(6)])
    assert not await scheduler.aclose(0.01)
    for future in (*blocker, *queued):
        with pytest.raises(ShuttingDownError):
            await future
    with pytest.raises(ShuttingDownError):
        await scheduler.submit(make_work("later"))
    assert scheduler.snapshot().refusals["shutting_down"] == 1
    engine.open()


async def test_closing_drains_when_there_is_time(schedule, engine):
    scheduler = schedule(source_budget=8)
    futures = scheduler.submit_many([make_work(f"w{i}") for i in range(6)])
    assert await scheduler.aclose(5.0)
    assert [future.result() for future in futures]
