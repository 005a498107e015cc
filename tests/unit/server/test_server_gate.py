"""The door: who gets in when, and when everyone has left."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tarjimon.errors import OverloadedError, ShuttingDownError
from tarjimon.server.gate import Gate


class Context:
    """The part of grpc's context that the gate uses."""

    def __init__(self) -> None:
        self.callbacks: list[Callable[[Any], None]] = []

    def add_done_callback(self, callback: Callable[[Any], None]) -> None:
        self.callbacks.append(callback)

    def over(self) -> None:
        for callback in self.callbacks:
            callback(self)


async def test_nobody_enters_before_the_start_nor_after_the_drain() -> None:
    gate = Gate(10)
    with pytest.raises(ShuttingDownError, match="loading"):
        gate.enter(Context())  # type: ignore[arg-type]
    gate.open()
    gate.enter(Context())  # type: ignore[arg-type]
    gate.drain()
    gate.open()  # a warm-up that ends late does not open the door again
    with pytest.raises(ShuttingDownError, match="shutting down"):
        gate.enter(Context())  # type: ignore[arg-type]


async def test_a_call_counts_until_its_rpc_is_over() -> None:
    gate = Gate(2)
    gate.open()
    contexts = [Context(), Context()]

    async def call(context: Context) -> None:
        gate.enter(context)  # type: ignore[arg-type]

    for context in contexts:
        await asyncio.create_task(call(context))
    assert gate.in_flight == 2
    with pytest.raises(OverloadedError):
        await asyncio.create_task(call(Context()))
    assert not await gate.wait_idle(0.01)
    contexts[0].over()
    await asyncio.create_task(call(contexts[0]))
    contexts[0].over()
    contexts[1].over()
    assert gate.in_flight == 0
    assert await gate.wait_idle(0)


async def test_cutting_cancels_the_calls_that_remain() -> None:
    gate = Gate(1)
    gate.open()

    async def call() -> None:
        gate.enter(Context())  # type: ignore[arg-type]
        await asyncio.Event().wait()

    task = asyncio.create_task(call())
    await asyncio.sleep(0)
    gate.cut()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert gate.cutting
