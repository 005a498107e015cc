"""What every call of our services goes through: id, door, decoding, errors to statuses, one log line."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

import grpc
from google.protobuf.message import DecodeError, Message

from tarjimon.errors import LimitExceededError, ShuttingDownError, TarjimonError
from tarjimon.server.calls import CURRENT_CALL, CallInfo, client_from, deadline_from, request_id_from
from tarjimon.server.gate import Gate
from tarjimon.server.identity import Authenticator
from tarjimon.server.malformed import malformed_request
from tarjimon.server.metrics import CallMetrics
from tarjimon.server.quotas import Quotas
from tarjimon.server.status import OPERATORS, REQUEST_ID_KEY, Failure, failure_of, unexpected_failure

_access_log = logging.getLogger("tarjimon.server.access")
_log = logging.getLogger("tarjimon.server")


@dataclass(slots=True)
class _Traffic:
    """Bytes of a call's messages, for its log line."""

    received: int = 0
    sent: int = 0


@dataclass(frozen=True, slots=True)
class _Refused:
    """What the decoder gives in place of a message that it cannot accept: grpc would answer UNKNOWN."""

    error: TarjimonError


class CallInterceptor(grpc.aio.ServerInterceptor):
    """Wraps the methods of our own services; health checks and reflection pass untouched, at any time.

    Args:
        gate: who may come in.
        services: full names of the services to wrap.
        message_bytes: largest message, either way.
        authenticator: tells who calls.
        quotas: each client's share.
        metrics: counts the calls.
    """

    def __init__(
        self,
        gate: Gate,
        *,
        services: Collection[str],
        message_bytes: int,
        authenticator: Authenticator,
        quotas: Quotas,
        metrics: CallMetrics,
    ) -> None:
        self._metrics = metrics
        self._gate = gate
        self._authenticator = authenticator
        self._quotas = quotas
        self._services = frozenset(services)
        self._message_bytes = message_bytes

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Give the method's handler, wrapped; None for an unknown method, which grpc answers."""
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or method.strip("/").rpartition("/")[0] not in self._services:
            return handler
        request_id = request_id_from(handler_call_details.invocation_metadata, REQUEST_ID_KEY)
        traffic = _Traffic()
        decode = self._decoder(handler, traffic)
        if handler.unary_unary is not None:
            unary: Callable[[Any, Any], Any] = handler.unary_unary

            async def one_answer(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
                async def work() -> Message:
                    response = await unary(self._accepted(request), context)
                    self._check_size(response, traffic)
                    return response  # type: ignore[no-any-return]

                return await self._guard(method, request_id, context, traffic, work)

            return grpc.unary_unary_rpc_method_handler(one_answer, decode, handler.response_serializer)
        if handler.stream_stream is not None:
            stream: Callable[[Any, Any], Any] = handler.stream_stream

            # A coroutine that writes, not a generator: grpc does not close a suspended generator when the
            # call is cancelled, so its work would go on until the garbage collector finds it.
            async def many_answers(requests: Any, context: grpc.aio.ServicerContext[Any, Any]) -> None:
                async def work() -> None:
                    await stream(self._accepted_stream(requests), context)

                await self._guard(method, request_id, context, traffic, work)

            return grpc.stream_stream_rpc_method_handler(many_answers, decode, handler.response_serializer)
        raise TypeError(f"{method}: only unary and bidirectional methods are served")

    def _decoder(
        self, handler: grpc.RpcMethodHandler[Any, Any], traffic: _Traffic
    ) -> Callable[[bytes], Message | _Refused]:
        parse: Any = handler.request_deserializer
        limit = self._message_bytes

        def decode(data: bytes) -> Message | _Refused:
            traffic.received += len(data)
            if len(data) > limit:
                advice = "send fewer or shorter texts"
                return _Refused(_too_large("the request has", len(data), limit, advice))
            try:
                return parse(data)  # type: ignore[no-any-return]
            except DecodeError:
                return _Refused(malformed_request(data, parse.__self__.DESCRIPTOR))

        return decode

    def _check_size(self, response: Message, traffic: _Traffic) -> None:
        size = response.ByteSize()
        if size > self._message_bytes:
            raise _too_large(
                "the answer would have", size, self._message_bytes, "ask for fewer texts or targets per call"
            )
        traffic.sent += size

    async def _guard(
        self,
        method: str,
        request_id: str,
        context: grpc.aio.ServicerContext[Any, Any],
        traffic: _Traffic,
        work: Callable[[], Awaitable[Any]],
    ) -> Any:
        """Run a call's work; whatever it raises becomes a status, a log line tells how it went."""
        started = time.monotonic()
        info = CallInfo(
            method, request_id, client_from(context.peer()), deadline_from(context.time_remaining())
        )
        CURRENT_CALL.set(info)
        context.set_trailing_metadata(((REQUEST_ID_KEY, request_id),))
        outcome = "OK"
        try:
            try:
                client = self._authenticator.identify(
                    context.invocation_metadata() or (), context.auth_context()
                )
                if client is not None:
                    info = replace(info, client=client.name, identity=client)
                    CURRENT_CALL.set(info)
                self._gate.enter(context)
                with self._quotas.call(client, method):
                    return await work()
            except TarjimonError as error:
                if isinstance(error, OPERATORS):
                    _log.error("%s, request id %s: %s", method, request_id, error.message)
                failure = failure_of(error, request_id)
            except asyncio.CancelledError:
                if not self._gate.cutting:
                    outcome = "DEADLINE_EXCEEDED" if _is_over(info.deadline) else "CANCELLED"
                    raise
                failure = failure_of(
                    ShuttingDownError("the server shut down before this call was finished; send it again"),
                    request_id,
                )
            except grpc.aio.BaseError:
                outcome = "CANCELLED"  # the client is gone: nobody hears a status
                raise
            except Exception:
                _log.exception("unexpected error in %s, request id %s", method, request_id)
                failure = unexpected_failure(request_id)
            outcome = failure.code.name
            return await _abort(context, failure)
        finally:
            seconds = time.monotonic() - started
            self._metrics.call(method, outcome, seconds)
            _log_call(info, outcome, seconds, traffic)

    def _accepted(self, request: Any) -> Any:
        if isinstance(request, _Refused):
            raise request.error
        if isinstance(request, Message):
            self._quotas.charge(CURRENT_CALL.get().identity, request)
        return request

    async def _accepted_stream(self, requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
        async for request in requests:
            yield self._accepted(request)


async def _abort(context: grpc.aio.ServicerContext[Any, Any], failure: Failure) -> None:
    await context.abort(failure.code, failure.message, failure.metadata)


def _too_large(subject: str, size: int, limit: int, advice: str) -> LimitExceededError:
    return LimitExceededError(
        f"{subject} {size} bytes, more than the limit of {limit} bytes for one message "
        f"(limits.message_bytes): {advice}",
        metadata={"limit": "limits.message_bytes", "value": str(limit), "actual": str(size)},
    )


def _is_over(deadline: float | None) -> bool:
    return deadline is not None and time.monotonic() >= deadline


def _log_call(info: CallInfo, outcome: str, seconds: float, traffic: _Traffic) -> None:
    """One line per call. It holds no text of the caller's."""
    facts = {
        "method": info.method,
        "code": outcome,
        "ms": f"{seconds * 1000:.1f}",
        "client": info.client,
        "request_id": info.request_id,
        "bytes_in": traffic.received,
        "bytes_out": traffic.sent,
    }
    line = " ".join(f"{name}={value}" for name, value in facts.items())
    _access_log.info("%s", line, extra={"call": facts})
