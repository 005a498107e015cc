"""Who goes first: lanes, clients, lengths, ages; and what shares a batch."""

from __future__ import annotations

import asyncio

import pytest
from batching_fakes import GatedEngine, answer, assert_at_rest, make_work

from tarjimon.batching.scheduler import Scheduler, SchedulerSettings
from tarjimon.domain import DecodingSettings, Lane


def names(batch) -> list[str]:
    return [source[0] for source in batch]


def lengths(batch) -> list[int]:
    return [len(source) for source in batch]


async def busy(scheduler, engine):
    """Occupy the only worker, so that what follows accumulates."""
    engine.hold()
    blocker = scheduler.submit_many([make_work("blocker")])
    await engine.entered(1)
    return blocker


async def test_an_idle_engine_is_used_at_once_and_callers_of_one_moment_meet(schedule, engine):
    scheduler = schedule()
    works = [make_work(f"w{i}", 5 + i) for i in range(3)]
    got = await asyncio.gather(*(scheduler.submit(work) for work in works))
    assert got == [answer(work.segment) for work in works]
    assert len(engine.batches) == 1


async def test_what_comes_while_the_engine_is_busy_forms_one_batch_sorted_by_length(schedule, engine):
    scheduler = schedule()
    blocker = await busy(scheduler, engine)
    works = [make_work(f"w{i}", length) for i, length in enumerate((9, 3, 7, 5, 1))]
    futures = scheduler.submit_many(works)
    assert scheduler.snapshot().queued_segments[Lane.INTERACTIVE] == 5
    assert scheduler.snapshot().inflight_segments == 1
    engine.open()
    await asyncio.gather(*blocker, *futures)
    assert lengths(engine.batches[1]) == [1, 3, 5, 7, 9]


async def test_batches_keep_both_padded_budgets(schedule, engine):
    scheduler = schedule(source_budget=100, output_budget=150)
    blocker = await busy(scheduler, engine)
    works = [make_work(f"w{i}", 1 + i * 7 % 30) for i in range(120)]
    futures = scheduler.submit_many(works)
    engine.open()
    assert await asyncio.gather(*futures) == [answer(work.segment) for work in works]
    await asyncio.gather(*blocker)
    for batch in engine.batches[1:]:
        assert len(batch) == 1 or max(lengths(batch)) * len(batch) <= 100
    assert len(engine.batches) < 50


async def test_the_output_budget_counts_each_beam(schedule, engine):
    scheduler = schedule(source_budget=10_000, output_budget=400)
    blocker = await busy(scheduler, engine)
    beam = DecodingSettings(beam_size=8)
    futures = scheduler.submit_many([make_work(f"w{i}", 20, decoding=beam, limit=10) for i in range(10)])
    engine.open()
    await asyncio.gather(*blocker, *futures)
    assert [len(batch) for batch in engine.batches[1:]] == [5, 5]


async def test_a_segment_above_the_budget_runs_alone_and_blocks_nobody(schedule, engine):
    scheduler = schedule(source_budget=10, output_budget=10)
    blocker = await busy(scheduler, engine)
    works = [make_work("giant", 5000), *(make_work(f"w{i}", 2) for i in range(4))]
    futures = scheduler.submit_many(works)
    engine.open()
    assert await asyncio.gather(*futures) == [answer(work.segment) for work in works]
    await asyncio.gather(*blocker)
    assert ["giant"] in [names(batch) for batch in engine.batches]


async def test_decodings_and_models_never_share_a_batch(schedule, engine, clock):
    scheduler = schedule()
    other = GatedEngine(clock=clock)
    scheduler.attach("n", other)
    blocker = await busy(scheduler, engine)
    kinds = [DecodingSettings(beam_size=size) for size in (1, 2, 4)]
    works = [
        make_work(f"w{i}", 5, decoding=kinds[i % 3], model="mn"[i % 2], client=f"c{i % 4}") for i in range(60)
    ]
    futures = scheduler.submit_many(works)
    engine.open()
    assert await asyncio.gather(*futures) == [answer(work.segment) for work in works]
    await asyncio.gather(*blocker)
    settings_of = {work.segment.source: work.decoding for work in works}
    for which, key in ((engine, "m"), (other, "n")):
        for batch, decoding in zip(which.batches, which.decodings, strict=True):
            for source in batch:
                if source[0] != "blocker":
                    assert settings_of[source] == decoding
                    assert "mn"[int(source[0][1:]) % 2] == key


async def test_interactive_goes_before_bulk_that_came_first(schedule, engine):
    scheduler = schedule(source_budget=20, output_budget=100)
    blocker = await busy(scheduler, engine)
    bulk = scheduler.submit_many([make_work(f"bulk{i}", 5, lane=Lane.BULK) for i in range(40)])
    urgent = scheduler.submit_many([make_work("urgent", 5)])
    engine.let(2)
    await asyncio.gather(*urgent)
    assert "urgent" in names(engine.batches[1])
    engine.open()
    await asyncio.gather(*blocker, *bulk)


async def test_bulk_uses_the_room_left_without_stretching_the_batch(schedule, engine):
    scheduler = schedule(source_budget=100, output_budget=1000)
    blocker = await busy(scheduler, engine)
    bulk = scheduler.submit_many(
        [make_work(f"bulk{i}", 10, lane=Lane.BULK) for i in range(20)]
        + [make_work(f"long{i}", 90, lane=Lane.BULK) for i in range(2)]
    )
    urgent = scheduler.submit_many([make_work("urgent", 10)])
    engine.open()
    await asyncio.gather(*blocker, *bulk, *urgent)
    first = engine.batches[1]
    assert "urgent" in names(first)
    assert len(first) == 10
    assert max(lengths(first)) == 10


async def test_bulk_gets_its_share_while_interactive_never_ends(schedule, engine):
    """Interactive work is kept flowing; a bulk segment that can share no batch with it must still be done."""
    engine.seconds_per_batch = 1.0
    scheduler = schedule(source_budget=20, output_budget=1000, bulk_share=0.125)
    blocker = await busy(scheduler, engine)
    bulk = scheduler.submit_many([make_work(f"bulk{i}", 20, lane=Lane.BULK) for i in range(4)])
    number = 0
    pending: set[asyncio.Future] = set()
    engine.let(1)
    for turn in range(2, 50):
        while len(pending) < 8:
            number += 1
            pending.update(scheduler.submit_many([make_work(f"i{number}", 5)]))
        await engine.entered(turn)
        engine.let(1)
        _, pending = (
            await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            if not all(n.startswith("bulk") for n in names(engine.batches[turn - 1]))
            else (None, pending)
        )
        if all(future.done() for future in bulk):
            break
    assert all(future.done() for future in bulk)
    alone = sum(1 for batch in engine.batches if names(batch)[0].startswith("bulk"))
    assert alone == 4
    assert 0.08 <= alone / len(engine.batches) <= 0.25
    engine.open()
    await asyncio.gather(*blocker, *pending)


async def test_a_small_client_passes_a_large_one(schedule, engine):
    scheduler = schedule(source_budget=50, output_budget=1000, window_batches=4)
    blocker = await busy(scheduler, engine)
    large = scheduler.submit_many([make_work(f"L{i}", 5, client="large") for i in range(500)])
    engine.let(3)
    await engine.entered(4)
    small = scheduler.submit_many([make_work("S", 5, client="small")])
    engine.let(3)
    await asyncio.gather(*small)
    assert any("S" in names(batch) for batch in engine.batches[4:7])
    engine.open()
    await asyncio.gather(*blocker, *large)


async def test_clients_with_deep_queues_get_equal_tokens(schedule, engine):
    scheduler = schedule(source_budget=60, output_budget=1000, window_batches=4)
    blocker = await busy(scheduler, engine)
    works = [make_work(f"A{i}", 5, client="A") for i in range(900)]
    works += [make_work(f"B{i}", 10, client="B") for i in range(450)]
    works += [make_work(f"C{i}", 20, client="C") for i in range(225)]
    futures = scheduler.submit_many(works)
    engine.let(91)
    await engine.entered(91)
    served = dict.fromkeys("ABC", 0)
    for batch in engine.batches[1:90]:
        for source in batch:
            served[source[0][0]] += len(source)
    assert max(served.values()) < 1.35 * min(served.values()), served
    engine.open()
    await asyncio.gather(*blocker, *futures)


async def test_an_odd_length_is_not_passed_over_for_good(schedule, engine):
    scheduler = schedule(source_budget=100, output_budget=2000)
    blocker = await busy(scheduler, engine)
    odd = scheduler.submit_many([make_work("odd", 95)])
    futures = scheduler.submit_many([make_work(f"w{i}", 5) for i in range(30)])
    engine.let(1)
    turn = 1
    while not odd[0].done():
        turn += 1
        assert turn < 8, "a steady stream of common lengths kept the odd one waiting"
        futures += scheduler.submit_many([make_work(f"n{turn}-{i}", 5) for i in range(20)])
        await engine.entered(turn)
        engine.let(1)
        while scheduler.snapshot().counters["batches"] == turn and not odd[0].done():
            await asyncio.sleep(0)
    engine.open()
    await asyncio.gather(*blocker, *futures)


async def test_a_deep_queue_of_mixed_lengths_pads_little(schedule, engine):
    scheduler = schedule(source_budget=1024, output_budget=2048)
    blocker = await busy(scheduler, engine)
    works = [make_work(f"w{i}", 3 + (i * 37) % 78, client=f"c{i % 16}") for i in range(2000)]
    futures = scheduler.submit_many(works)
    engine.open()
    await asyncio.gather(*blocker, *futures)
    counters = scheduler.snapshot().counters
    assert 1 - counters["source_tokens"] / counters["padded_source_tokens"] < 0.20


async def test_idle_workers_share_a_short_queue(clock):
    engine = GatedEngine(workers=4, clock=clock)
    scheduler = Scheduler(SchedulerSettings(), clock)
    scheduler.attach("m", engine)
    await asyncio.gather(*scheduler.submit_many([make_work(f"w{i}") for i in range(40)]))
    assert sorted(len(batch) for batch in engine.batches) == [10, 10, 10, 10]
    assert await scheduler.aclose(1.0)


async def test_no_more_batches_run_at_once_than_the_engine_has_workers(clock):
    engine = GatedEngine(workers=3, clock=clock)
    engine.hold()
    scheduler = Scheduler(SchedulerSettings(source_budget=10), clock)
    scheduler.attach("m", engine)
    futures = scheduler.submit_many([make_work(f"w{i}") for i in range(60)])
    await engine.entered(3)
    engine.open()
    await asyncio.gather(*futures)
    assert engine.most_running == 3
    assert await scheduler.aclose(1.0)
    assert_at_rest(scheduler)


@pytest.mark.parametrize("segments", [10_000])
async def test_a_request_of_many_thousands_is_taken_in_one_call(schedule, engine, segments):
    scheduler = schedule(interactive_queue_tokens=10_000_000)
    works = [make_work(f"w{i}", 3 + i % 50) for i in range(segments)]
    got = await asyncio.gather(*scheduler.submit_many(works))
    assert got == [answer(work.segment) for work in works]
