"""A batch stays within its padded budgets and takes the lengths nearest to its anchor."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjimon.batching.budget import TokenBudget, nearest, shorter
from tarjimon.batching.estimate import BatchTimes, OutputLengths
from tarjimon.batching.work import SchedulerSettings
from tarjimon.errors import ConfigError

lengths = st.lists(st.tuples(st.integers(1, 300), st.integers(1, 300)), min_size=1, max_size=60)
budgets = st.builds(TokenBudget, st.integers(1, 2000), st.integers(1, 2000), st.integers(1, 40))


def slots_of(sizes: list[tuple[int, int]]) -> list[tuple[int, int, int, None]]:
    return sorted((source, output, seq, None) for seq, (source, output) in enumerate(sizes))


@given(lengths, budgets, st.data())
def test_a_range_holds_its_anchor_and_the_budget_and_cannot_grow(sizes, budget, data):
    slots = slots_of(sizes)
    anchor = data.draw(st.integers(0, len(slots) - 1))
    low, high = nearest(slots, anchor, budget)
    assert low <= anchor < high

    def fits(low: int, high: int) -> bool:
        part = slots[low:high]
        return budget.holds(max(s[0] for s in part), max(s[1] for s in part), len(part))

    assert fits(low, high)
    assert low == 0 or not fits(low - 1, high)
    assert high == len(slots) or not fits(low, high + 1)


def test_the_nearer_side_is_taken_first():
    slots = slots_of([(10, 1), (18, 1), (20, 1), (30, 1), (40, 1)])
    assert nearest(slots, 2, TokenBudget(60, 60, 9)) == (0, 3)
    assert nearest(slots, 2, TokenBudget(1000, 1000, 3)) == (1, 4) or nearest(
        slots, 2, TokenBudget(1000, 1000, 3)
    ) == (0, 3)


def test_a_segment_above_the_budget_is_alone():
    slots = slots_of([(10, 10), (900, 10), (901, 10)])
    assert nearest(slots, 1, TokenBudget(100, 100, 9)) == (1, 2)


@given(lengths, budgets, st.integers(1, 300), st.integers(1, 300), st.integers(1, 20))
def test_a_top_up_keeps_the_budget(sizes, budget, source, output, count):
    slots = slots_of(sizes)
    low, high = shorter(slots, len(slots), (source, output), count, budget)
    part = slots[low:high]
    if part:
        longest = max(source, *(s[0] for s in part)), max(output, *(s[1] for s in part))
        assert budget.holds(*longest, count + len(part))


def test_a_top_up_passes_by_what_would_stretch_the_batch_too_far():
    slots = slots_of([(5, 5), (10, 10), (19, 5)])
    assert shorter(slots, 3, (10, 10), 9, TokenBudget(110, 110, 99)) == (0, 2)
    assert shorter(slots, 3, (10, 10), 10, TokenBudget(110, 110, 99)) == (1, 2)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("source_budget", 0),
        ("window_batches", 0),
        ("bulk_share", 0.0),
        ("bulk_share", 1.0),
        ("hang_seconds", 0),
    ],
)
def test_a_senseless_setting_is_named(name, value):
    with pytest.raises(ConfigError, match=f"batching.{name} is"):
        SchedulerSettings(**{name: value})


def test_times_of_single_sentences_do_not_make_full_batches_look_slow():
    times = BatchTimes()
    for steps in (10, 20, 30, 40, 12, 25):
        times.learn(steps, 2 * steps, 0.004 * steps + 0.0001 * 2 * steps)
        times.learn(steps, 3 * steps, 0.004 * steps + 0.0001 * 3 * steps)
    assert times.predict(30, 3000) == pytest.approx(0.12 + 0.3, rel=0.05)


def test_times_follow_an_engine_that_became_slower():
    times = BatchTimes()
    for seconds in [0.1] * 50 + [0.4] * 200:
        times.learn(30, 1000, seconds)
    assert times.predict(30, 1000) == pytest.approx(0.4, rel=0.05)


def test_nothing_is_predicted_before_anything_is_known():
    assert BatchTimes().predict(10, 100) == 0.0
    assert BatchTimes().predict_queue(100_000, 1000) == 0.0


@given(
    st.lists(
        st.tuples(st.integers(1, 200), st.integers(1, 20000), st.floats(0, 100)), min_size=1, max_size=30
    )
)
def test_predictions_are_never_negative(batches):
    times = BatchTimes()
    for steps, tokens, seconds in batches:
        times.learn(steps, tokens, seconds)
        assert times.predict(steps, tokens) >= 0.0
        assert times.predict_queue(tokens, 100) >= 0.0


def test_expected_output_is_learned_and_bounded():
    lengths = OutputLengths()
    for _ in range(200):
        lengths.learn(100, 300)
    assert lengths.expect(10, 256) == pytest.approx(34, abs=1)
    assert lengths.expect(1000, 256) == 256
    assert lengths.expect(1, 1) == 1
