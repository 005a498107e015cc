"""The door of the server: who gets in while it starts, serves and drains, and when everyone has left."""

from __future__ import annotations

import asyncio
from enum import Enum
from typing import Any

import grpc

from tarjimon.errors import OverloadedError, ShuttingDownError

_BUSY_RETRY_SECONDS = 1.0


class Phase(Enum):
    """Where the server stands in its life."""

    STARTING = "starting"
    SERVING = "serving"
    DRAINING = "draining"


class Gate:
    """Counts the calls in flight and refuses the others.

    A call counts until its last byte was handed to the transport and its handler has returned. grpc's own
    `stop(grace)` forgets a call as soon as its status was sent, while the handler may still run
    (https://github.com/grpc/grpc/issues/37239), so that nothing may be torn down on its word.

    Attributes:
        draining: set once no new work is accepted; streams read no further texts then.
        entered: calls that were ever let in.
        cutting: True once the drain's time is over and the calls that remain are being ended.
    """

    def __init__(self, concurrent_calls: int) -> None:
        self._limit = concurrent_calls
        self._calls: set[asyncio.Task[Any]] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._phase = Phase.STARTING
        self.draining = asyncio.Event()
        self.cutting = False
        self.entered = 0

    @property
    def in_flight(self) -> int:
        """Calls that were let in and have not left."""
        return len(self._calls)

    @property
    def serving(self) -> bool:
        """Whether calls are let in."""
        return self._phase is Phase.SERVING

    def open(self) -> None:
        """Let calls in, unless the drain has begun."""
        if self._phase is Phase.STARTING:
            self._phase = Phase.SERVING

    def drain(self) -> None:
        """Let nobody in from now on."""
        self._phase = Phase.DRAINING
        self.draining.set()

    def enter(self, context: grpc.aio.ServicerContext[Any, Any]) -> None:
        """Let the current task's call in until its RPC is over.

        Raises:
            ShuttingDownError: the server is not ready yet, or drains.
            OverloadedError: as many calls as the settings allow are in flight.
        """
        if self._phase is Phase.STARTING:
            raise ShuttingDownError(
                "the server is still loading its models; try again in a second or wait until its health "
                "check says SERVING",
                reason="STARTING_UP",
            )
        if self._phase is Phase.DRAINING:
            raise ShuttingDownError("the server is shutting down and takes no new calls; ask another replica")
        if len(self._calls) >= self._limit:
            raise OverloadedError(
                f"the server handles {self._limit} calls at once (server.concurrent_calls) and all are "
                "in use; try again later",
                retry_after=_BUSY_RETRY_SECONDS,
                metadata={"limit": "server.concurrent_calls", "value": str(self._limit)},
            )
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a call enters from its own task")
        self.entered += 1
        self._calls.add(task)
        self._idle.clear()
        # The stubs want a class of their own here; grpc calls whatever it gets.
        context.add_done_callback(lambda ctx: self._leave(task))  # type: ignore[arg-type]

    async def wait_idle(self, seconds: float) -> bool:
        """Wait until no call is in flight; False when `seconds` were not enough."""
        if self._idle.is_set():  # `wait_for` with 0 seconds would not even look
            return True
        try:
            await asyncio.wait_for(self._idle.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def cut(self) -> None:
        """End the calls that are still in flight; their clients get UNAVAILABLE."""
        self.cutting = True
        for task in tuple(self._calls):
            task.cancel()

    def _leave(self, task: asyncio.Task[Any]) -> None:
        self._calls.discard(task)
        if not self._calls:
            self._idle.set()
