"""The status that a server sent for a call that is being written to, which grpc.aio may overwrite."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import grpc

_Value = TypeVar("_Value")

_OVERWRITTEN = "Internal error from Core"
"""What grpc.aio puts in place of any status, with INTERNAL, when a write fails (`set_internal_error`)."""

_WAIT_SECONDS = 1.0
_POLLS = 100


class SentStatus:
    """Notes the status when it arrives.

    When the server ends a stream while a message is on its way to it, that write fails, and grpc.aio (1.85)
    sets the status of the call to INTERNAL, before or after the server's own has arrived: in the second case
    the true one is gone from the call. It is noted here, in the callback that runs each time a status is set.

    Args:
        call: a call that was just begun, with a stream of requests.
    """

    def __init__(self, call: grpc.aio.Call) -> None:
        self._call = call
        self._sent: grpc.aio.AioRpcError | None = None
        call.add_done_callback(self._note)

    async def of(self, raised: grpc.aio.AioRpcError) -> grpc.aio.AioRpcError:
        """The error to tell, for one that reading the call has raised."""
        if raised.details() != _OVERWRITTEN:
            return raised
        for _ in range(_POLLS):
            if self._sent is not None:
                return self._sent
            await asyncio.sleep(_WAIT_SECONDS / _POLLS)
        return raised

    def _note(self, _: object) -> None:
        call = self._call
        status = grpc.aio.AioRpcError(
            _at_once(call.code()),
            _at_once(call.initial_metadata()),
            _at_once(call.trailing_metadata()),
            _at_once(call.details()),
        )
        if status.details() != _OVERWRITTEN:
            self._sent = status


def _at_once(value: Coroutine[Any, Any, _Value]) -> _Value:
    """What a coroutine returns that has nothing to wait for: the status is set by now."""
    try:
        value.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    value.close()
    raise RuntimeError("the status of a call that is done has to be waited for")
