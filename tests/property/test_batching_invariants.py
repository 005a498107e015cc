"""Whatever arrives in whatever order: each caller gets its own answer, budgets hold, gauges end at zero."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tarjimon.batching.budget import TokenBudget
from tarjimon.batching.entry import Entry
from tarjimon.batching.queue import LaneQueue
from tarjimon.batching.scheduler import Scheduler, SchedulerSettings, Work
from tarjimon.domain import DecodingSettings, EncodedSegment, Hypothesis, Lane
from tarjimon.engine.base import EngineInfo


class Reversing:
    """Answers with the reversed source and the settings; fails on a batch that holds a poison piece."""

    def __init__(self, workers: int, bound: SchedulerSettings) -> None:
        self.info = EngineInfo("fake", "cpu", "float32", workers, 1, 0)
        self._bound = bound
        self.broken: list[str] = []

    def translate_batch(
        self, batch: Sequence[EncodedSegment], decoding: DecodingSettings
    ) -> list[Hypothesis]:
        longest = max(len(segment.source) for segment in batch)
        if len(batch) > 1 and longest * len(batch) > self._bound.source_budget:
            self.broken.append(f"{longest} x {len(batch)} is above the budget")
        if len({(segment.max_output_tokens, len(segment.target_prefix)) for segment in batch}) > 1:
            self.broken.append("an engine would have to split this batch")
        if len(batch) > self._bound.max_batch_segments:
            self.broken.append(f"{len(batch)} segments")
        if any("poison" in segment.source for segment in batch):
            raise RuntimeError("poison")
        return [expected(segment, decoding) for segment in batch]

    def close(self) -> None:
        """Nothing to free."""


def expected(segment: EncodedSegment, decoding: DecodingSettings) -> Hypothesis:
    return Hypothesis((*segment.target_prefix, *reversed(segment.source)), -float(decoding.beam_size))


pieces = st.sampled_from(["a", "b", "c", "d", "poison"])
works = st.builds(
    Work,
    st.sampled_from(["m", "n"]),
    st.builds(
        EncodedSegment,
        st.lists(pieces, max_size=30).map(tuple),
        st.sampled_from([(), ("__ru__",)]),
        st.sampled_from([8, 64]),
    ),
    st.builds(DecodingSettings, st.integers(1, 3)),
    st.sampled_from(list(Lane)),
    st.sampled_from(["x", "y", "z"]),
)
all_settings = st.builds(
    SchedulerSettings,
    source_budget=st.integers(1, 200),
    output_budget=st.integers(1, 400),
    max_batch_segments=st.integers(1, 20),
    window_batches=st.integers(1, 5),
)


@settings(max_examples=60, deadline=None)
@given(
    all_settings,
    st.integers(1, 3),
    st.lists(st.tuples(st.lists(works, max_size=25), st.sets(st.integers(0, 24), max_size=6)), max_size=8),
)
def test_answers_do_not_depend_on_batch_mates(bound, workers, waves):
    async def scenario() -> None:
        scheduler = Scheduler(bound)
        engines = {key: Reversing(workers, bound) for key in ("m", "n")}
        for key, engine in engines.items():
            scheduler.attach(key, engine)
        asked: list[tuple[Work, asyncio.Future[Hypothesis]]] = []
        for wave, cancelled in waves:
            futures = scheduler.submit_many(wave)
            asked += zip(wave, futures, strict=True)
            for index in cancelled:
                if index < len(futures):
                    futures[index].cancel()
            await asyncio.sleep(0)
        got = await asyncio.gather(*(future for _, future in asked), return_exceptions=True)
        assert await scheduler.aclose(10.0)
        for (work, _), result in zip(asked, got, strict=True):
            if not isinstance(result, BaseException):
                assert result == expected(work.segment, work.decoding)
        state = scheduler.snapshot()
        assert state.waiting_callers == state.inflight_segments == 0
        assert set(state.queued_tokens.values()) == set(state.queued_segments.values()) == {0}
        counters = state.counters
        assert (
            counters["submitted"]
            == len(asked)
            == sum(counters[name] for name in ("completed", "failed", "cancelled", "expired"))
        )
        assert counters["cancelled"] == sum(isinstance(r, asyncio.CancelledError) for r in got)
        for engine in engines.values():
            assert not engine.broken

    asyncio.run(scenario())


@settings(max_examples=60, deadline=None)
@given(st.lists(works.filter(lambda work: "poison" not in work.segment.source), max_size=60), all_settings)
def test_without_faults_every_caller_is_answered(asked, bound):
    async def scenario() -> None:
        scheduler = Scheduler(bound)
        for key in ("m", "n"):
            scheduler.attach(key, Reversing(1, bound))
        got = await asyncio.gather(*scheduler.submit_many(asked))
        assert got == [expected(work.segment, work.decoding) for work in asked]
        assert await scheduler.aclose(10.0)

    asyncio.run(scenario())


class LaneModel(RuleBasedStateMachine):
    """A lane against a plain set of entries."""

    def __init__(self) -> None:
        super().__init__()
        self.lane = LaneQueue(window_tokens=200, quantum=16)
        self.waiting: dict[int, Entry] = {}
        self.arrivals = 0

    @rule(
        source=st.integers(1, 80),
        output=st.integers(1, 80),
        client=st.sampled_from("abc"),
        beam=st.integers(1, 2),
    )
    def push(self, source: int, output: int, client: str, beam: int) -> None:
        self.arrivals += 1
        key = ("m", DecodingSettings(beam), EncodedSegment((str(self.arrivals),)))
        entry = Entry(key, source, output, Lane.BULK, client, self.arrivals)
        self.waiting[self.arrivals] = entry
        self.lane.push(entry)

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        seq = data.draw(st.sampled_from(sorted(self.waiting)))
        self.lane.remove(self.waiting.pop(seq))

    @rule(source=st.integers(1, 300), output=st.integers(1, 300), segments=st.integers(1, 9))
    def take(self, source: int, output: int, segments: int) -> None:
        budget = TokenBudget(source, output, segments)
        batch = self.lane.take(budget)
        assert bool(batch) == bool(self.waiting)
        if not batch:
            return
        for entry in batch:
            assert self.waiting.pop(entry.seq) is entry
        assert len({entry.mates for entry in batch}) == 1
        assert budget.holds(max(e.source for e in batch), max(e.output for e in batch), len(batch))
        assert [e.source for e in batch] == sorted(e.source for e in batch)
        more = self.lane.top_up(batch, budget)
        for entry in more:
            assert self.waiting.pop(entry.seq) is entry
            assert entry.mates == batch[0].mates
        both = batch + more
        assert budget.holds(max(e.source for e in both), max(e.output for e in both), len(both))

    @rule()
    def drain(self) -> None:
        assert [entry.seq for entry in self.lane.drain()] == sorted(self.waiting)
        self.waiting.clear()

    @invariant()
    def sums_agree(self) -> None:
        assert self.lane.segments == len(self.waiting)
        assert self.lane.tokens == sum(entry.cost for entry in self.waiting.values())
        for client in "abc":
            assert 0 <= self.lane.ahead_of(client, 10) <= self.lane.tokens


TestLaneModel = LaneModel.TestCase
