"""Results come in order of completion, failures are raised, and nothing runs on after the context."""

import asyncio

import pytest

from tarjimon.errors import DeadlineExpiredError, EngineError
from tarjimon.pipeline.gathering import Gathering


async def test_results_come_as_they_are_finished() -> None:
    gates = [asyncio.Event() for _ in range(3)]

    async def work(number: int) -> int:
        await gates[number].wait()
        if number:
            gates[number - 1].set()
        return number * 10

    gates[2].set()
    async with Gathering[int, int]() as running:
        for number in range(3):
            running.start(number, work(number))
        found = [pair async for pair in running.results(None, lambda: 0.0)]
    assert found == [(2, 20), (1, 10), (0, 0)]


async def test_the_first_failure_is_raised_and_the_rest_is_cancelled() -> None:
    cancelled = asyncio.Event()

    async def hang() -> int:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise
        return 0

    async def fail() -> int:
        raise EngineError("broken")

    async with Gathering[str, int]() as running:
        running.start("hang", hang())
        running.start("fail", fail())
        with pytest.raises(EngineError, match="broken"):
            await anext(running.results(None, lambda: 0.0))
    assert cancelled.is_set()


async def test_what_the_deadline_overtakes_comes_as_none() -> None:
    async def quick() -> int:
        return 1

    async with Gathering[str, int]() as running:
        running.start("quick", quick())
        running.start("never", asyncio.Event().wait())  # type: ignore[arg-type]
        now = iter([0.0, 10.0, 10.0])
        found = [pair async for pair in running.results(5.0, lambda: next(now))]
    assert found == [("quick", 1), ("never", None)]


async def test_a_deadline_before_any_result_is_an_error() -> None:
    async with Gathering[str, bool]() as running:
        running.start("never", asyncio.Event().wait())
        with pytest.raises(DeadlineExpiredError):
            await anext(running.results(5.0, lambda: 10.0))
