"""Models in memory: one load for many callers, a budget that is kept, nothing closed while it is used."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from tarjimon.errors import (
    CorruptModelError,
    ModelError,
    ModelNotFoundError,
    OverloadedError,
    ShuttingDownError,
)
from tarjimon.models.residency import Loaded, Residency


class Shelf:
    """Loads "name:size" models and remembers what happened to them."""

    def __init__(self) -> None:
        self.loads: list[str] = []
        self.closed: list[str] = []
        self.failure: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.now = 0.0

    def load(self, model_id: str) -> Loaded[str]:
        assert self.gate.wait(10)
        self.loads.append(model_id)
        if self.failure is not None:
            raise self.failure
        value = f"{model_id}#{len(self.loads)}"
        return Loaded(value, size_of(model_id), lambda: self.closed.append(value))

    def clock(self) -> float:
        return self.now


def size_of(model_id: str) -> int:
    return int(model_id.split(":")[1])


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
async def residency(shelf: Shelf) -> AsyncIterator[Residency[str]]:
    residency = Residency(shelf.load, 100, expected_bytes=size_of, clock=shelf.clock)
    yield residency
    shelf.gate.set()
    await residency.aclose()
    assert residency.snapshot().used_bytes == 0


async def use(residency: Residency[str], model_id: str) -> str:
    async with residency.lease(model_id) as model:
        return model


async def test_concurrent_demand_loads_once(residency, shelf):
    shelf.gate.clear()
    tasks = [asyncio.ensure_future(use(residency, "a:10")) for _ in range(50)]
    await asyncio.sleep(0)
    assert residency.snapshot().models["a:10"].state == "loading"
    shelf.gate.set()
    assert set(await asyncio.gather(*tasks)) == {"a:10#1"}
    assert shelf.loads == ["a:10"]
    assert residency.snapshot().models["a:10"].leases == 0


async def test_a_caller_that_leaves_does_not_stop_the_load_for_the_others(residency, shelf):
    shelf.gate.clear()
    leaver, stayer = (asyncio.ensure_future(use(residency, "a:10")) for _ in range(2))
    await asyncio.sleep(0)
    leaver.cancel()
    await asyncio.sleep(0)
    shelf.gate.set()
    assert await stayer == "a:10#1"
    assert leaver.cancelled()


async def test_the_least_recently_used_makes_room(residency, shelf):
    for name in ("a:40", "b:40", "a:40"):
        await use(residency, name)
    await use(residency, "c:40")
    assert shelf.closed == ["b:40#2"]
    assert residency.snapshot().used_bytes == 80
    assert residency.snapshot().models["b:40"].evictions == 1


async def test_room_is_made_before_the_load(residency, shelf):
    await use(residency, "a:60")
    shelf.gate.clear()
    task = asyncio.ensure_future(use(residency, "b:60"))
    while not shelf.closed:
        await asyncio.sleep(0)
    assert shelf.loads == ["a:60"]
    shelf.gate.set()
    await task


async def test_a_model_in_use_is_never_evicted(residency, shelf):
    async with residency.lease("a:60"):
        with pytest.raises(OverloadedError, match="in use or pinned") as refusal:
            await use(residency, "b:60")
        assert refusal.value.retry_after > 0
        assert not shelf.closed
        await use(residency, "c:40")
    await use(residency, "b:60")
    assert shelf.closed == ["a:60#1"] or shelf.closed == ["a:60#1", "c:40#2"]


async def test_a_pinned_model_is_never_evicted(residency, shelf):
    await use(residency, "a:60")
    residency.pin("a:60")
    with pytest.raises(OverloadedError):
        await use(residency, "b:60")
    residency.unpin("a:60")
    await use(residency, "b:60")
    assert shelf.closed == ["a:60#1"]


async def test_a_model_above_the_budget_is_refused_with_both_sizes(residency, shelf):
    with pytest.raises(ModelError, match=r"101 bytes.*100 bytes"):
        await use(residency, "big:101")
    assert shelf.loads == []


async def test_without_expectation_the_real_size_counts(shelf):
    residency = Residency(shelf.load, 100, clock=shelf.clock)
    await use(residency, "a:60")
    await use(residency, "b:60")
    assert shelf.closed == ["a:60#1"]
    with pytest.raises(ModelError, match="101"):
        await use(residency, "big:101")
    assert shelf.closed[-1] == "big:101#3"
    await residency.aclose()


async def test_a_failed_load_is_remembered_for_a_while_with_growing_pauses(residency, shelf):
    shelf.failure = CorruptModelError("checksum differs")
    for tries, pause in ((1, 5.0), (2, 10.0), (3, 20.0)):
        with pytest.raises(CorruptModelError, match="checksum differs"):
            await use(residency, "a:10")
        shelf.now += pause - 0.1
        with pytest.raises(CorruptModelError, match="checksum differs"):
            await use(residency, "a:10")
        assert len(shelf.loads) == tries
        shelf.now += 0.2
    state = residency.snapshot().models["a:10"]
    assert (state.state, state.failures, state.last_error) == ("failed", 3, "checksum differs")
    shelf.failure = None
    assert await use(residency, "a:10") == "a:10#4"
    assert residency.snapshot().models["a:10"].last_error == ""


async def test_a_foreign_failure_keeps_its_cause(residency, shelf):
    shelf.failure = OSError("disk gone")
    with pytest.raises(ModelError, match="OSError: disk gone") as failure:
        await use(residency, "a:10")
    assert isinstance(failure.value.__cause__, OSError)


async def test_unknown_names_leave_no_trace(residency, shelf):
    shelf.failure = ModelNotFoundError("no such model")
    for number in range(20):
        with pytest.raises(ModelNotFoundError):
            await use(residency, f"x{number}:1")
    assert residency.snapshot().models == {}


async def test_warm_up_and_announcement_come_before_the_first_use(shelf):
    story: list[str] = []

    async def ready(model_id: str, value: str) -> None:
        story.append(f"ready {value}")

    async def retire(model_id: str, value: str) -> None:
        assert shelf.closed == []
        story.append(f"retire {value}")

    residency = Residency(
        shelf.load,
        100,
        warm_up=lambda _, value: story.append(f"warm {value}"),
        on_ready=ready,
        on_retire=retire,
    )
    async with residency.lease("a:10") as model:
        story.append(f"use {model}")
    await residency.aclose()
    assert story == ["warm a:10#1", "ready a:10#1", "use a:10#1", "retire a:10#1"]
    assert shelf.closed == ["a:10#1"]


@pytest.mark.parametrize("where", ["warm_up", "on_ready"])
async def test_a_model_that_fails_before_use_is_closed(shelf, where):
    def sync_failure(*_: object) -> None:
        raise RuntimeError("cold")

    async def failure(*_: object) -> None:
        raise RuntimeError("cold")

    residency = Residency(shelf.load, 100, **{where: sync_failure if where == "warm_up" else failure})
    with pytest.raises(ModelError, match="cold"):
        await use(residency, "a:10")
    assert shelf.closed == ["a:10#1"]
    assert residency.snapshot().used_bytes == 0
    await residency.aclose()


async def test_reload_swaps_without_a_gap(residency, shelf):
    async with residency.lease("a:40") as old:
        await residency.reload("a:40")
        async with residency.lease("a:40") as new:
            assert (old, new) == ("a:40#1", "a:40#2")
        assert shelf.closed == []
        assert residency.snapshot().used_bytes == 80
    while residency.snapshot().used_bytes > 40:
        await asyncio.sleep(0)
    assert shelf.closed == ["a:40#1"]


async def test_a_failed_reload_keeps_the_old_model(residency, shelf):
    await use(residency, "a:40")
    shelf.failure = CorruptModelError("bad download")
    with pytest.raises(CorruptModelError):
        await residency.reload("a:40")
    assert await use(residency, "a:40") == "a:40#1"


async def test_reload_of_an_idle_model_that_fits_only_once_replaces_it(residency, shelf):
    await use(residency, "a:70")
    await residency.reload("a:70")
    assert await use(residency, "a:70") == "a:70#2"
    assert shelf.closed == ["a:70#1"]


async def test_unload_waits_for_the_leases(residency, shelf):
    async with residency.lease("a:40"):
        unloading = asyncio.ensure_future(residency.unload("a:40"))
        await asyncio.sleep(0)
        assert residency.snapshot().models["a:40"].state == "draining"
        assert not unloading.done()
    await unloading
    assert shelf.closed == ["a:40#1"]
    assert await use(residency, "a:40") == "a:40#2"


async def test_what_cannot_be_retired_is_not_closed_and_stays_counted(shelf):
    async def hung(*_: object) -> bool:
        return False

    residency = Residency(shelf.load, 100, expected_bytes=size_of, on_retire=hung)
    await use(residency, "a:60")
    with pytest.raises(OverloadedError):
        await use(residency, "b:60")
    assert shelf.closed == []
    await residency.aclose()


async def test_closing_waits_for_the_leases_and_refuses_new_ones(shelf):
    residency = Residency(shelf.load, 100)
    async with residency.lease("a:40"):
        closing = asyncio.ensure_future(residency.aclose())
        await asyncio.sleep(0)
        with pytest.raises(ShuttingDownError):
            await use(residency, "b:10")
        assert not closing.done()
        assert shelf.closed == []
    await closing
    assert shelf.closed == ["a:40#1"]


async def test_a_crowd_over_a_small_budget_never_sees_a_closed_model(residency, shelf):
    async def worker(number: int) -> None:
        for turn in range(20):
            name = f"{'abcd'[(number * 7 + turn) % 4]}:40"
            try:
                async with residency.lease(name) as model:
                    assert model not in shelf.closed
                    await asyncio.sleep(0)
                    assert model not in shelf.closed
                    assert residency.snapshot().used_bytes <= 100
            except OverloadedError:
                await asyncio.sleep(0)

    await asyncio.gather(*(worker(number) for number in range(8)))
