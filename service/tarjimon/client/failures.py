"""What a server answered when it failed, as our own errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import grpc
from google.protobuf.message import DecodeError, Message
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from tarjimon.errors import (
    DeadlineExpiredError,
    InvalidInputError,
    LimitExceededError,
    ModelError,
    NotFoundError,
    OverloadedError,
    QuotaExceededError,
    RemoteError,
    ShuttingDownError,
    TarjimonError,
)

_DOMAIN = "tarjimon"

_Detail = TypeVar("_Detail", bound=Message)

# For a reason that no class of ours carries.
_BY_CODE: dict[grpc.StatusCode, type[TarjimonError]] = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidInputError,
    grpc.StatusCode.NOT_FOUND: NotFoundError,
    grpc.StatusCode.FAILED_PRECONDITION: ModelError,
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineExpiredError,
    grpc.StatusCode.UNAVAILABLE: ShuttingDownError,
}


def error_from(failed: grpc.aio.AioRpcError, address: str) -> TarjimonError:
    """The error that the server raised, with its reason, field and facts; else a RemoteError.

    Args:
        failed: what the call raised.
        address: the server's, for the message.
    """
    status = _rich_status(failed)
    info = None if status is None else _detail(status, error_details_pb2.ErrorInfo())
    if status is None or info is None or info.domain != _DOMAIN:
        return _without_details(failed, address)
    retry = _detail(status, error_details_pb2.RetryInfo())
    retry_after = None if retry is None else retry.retry_delay.ToMilliseconds() / 1000
    metadata = dict(info.metadata)
    code = failed.code()
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED:
        full = QuotaExceededError if info.reason == QuotaExceededError.reason else OverloadedError
        return full(status.message, retry_after=retry_after or 1.0, metadata=metadata)
    kind = _kind(info.reason, _BY_CODE.get(code))
    if kind is None:
        return RemoteError(
            status.message, code=code.name, reason=info.reason, retry_after=retry_after, metadata=metadata
        )
    request = _detail(status, error_details_pb2.BadRequest())
    violations = [] if request is None else request.field_violations
    field = violations[0].field if violations else None
    return kind(status.message, reason=info.reason, field=field, metadata=metadata)


def _kind(reason: str, fallback: type[TarjimonError] | None) -> type[TarjimonError] | None:
    """The class with this reason among those that are made of a message alone."""
    for kind in _family(TarjimonError):
        if kind.reason == reason and not issubclass(kind, OverloadedError | RemoteError):
            return kind if kind is not TarjimonError else None
    return fallback


def _family(kind: type[TarjimonError]) -> Iterator[type[TarjimonError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _family(child)


def _rich_status(failed: grpc.aio.AioRpcError) -> status_pb2.Status | None:
    try:
        return rpc_status.from_call(failed)  # type: ignore[arg-type]  # has all that is asked of a Call
    except (ValueError, DecodeError):  # a proxy changed one half of it
        return None


def _detail(status: status_pb2.Status, wanted: _Detail) -> _Detail | None:
    for detail in status.details:
        if detail.Unpack(wanted):
            return wanted
    return None


def _without_details(failed: grpc.aio.AioRpcError, address: str) -> TarjimonError:
    code, said = failed.code(), failed.details() or "no details"
    if code is grpc.StatusCode.UNAVAILABLE:
        return RemoteError(
            f"no Tarjimon server answers at {address} ({said}): start one with `tarjimon serve`, or give the "
            "address of one that runs",
            code=code.name,
            reason="SERVER_UNREACHABLE",
        )
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return DeadlineExpiredError(
            f"the server at {address} gave no answer within the call's deadline: allow more time, or send less "
            "text at once"
        )
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED and "larger than max" in said:
        return LimitExceededError(
            f"a message is larger than the server at {address} accepts ({said}): send less"
        )
    if code is grpc.StatusCode.UNIMPLEMENTED:
        return RemoteError(
            f"the program at {address} does not offer this call: it is no Tarjimon server, or an older one",
            code=code.name,
            reason="NOT_IMPLEMENTED",
        )
    return RemoteError(f"the call to {address} failed with {code.name}: {said}", code=code.name)
