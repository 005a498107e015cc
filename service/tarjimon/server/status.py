"""Our failures as gRPC statuses after AIP-193: ErrorInfo, BadRequest, RetryInfo."""

from __future__ import annotations

import math
from dataclasses import dataclass

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from tarjimon.errors import (
    ConfigError,
    DeadlineExpiredError,
    EngineError,
    InvalidInputError,
    MemoryUnavailableError,
    ModelError,
    NotFoundError,
    NotServedError,
    OverloadedError,
    PermissionDeniedError,
    QuotaExceededError,
    RemoteError,
    ShuttingDownError,
    TarjimonError,
    UnauthenticatedError,
)

DOMAIN = "tarjimon"
"""ErrorInfo.domain of every failure that we report on purpose."""

REQUEST_ID_KEY = "x-request-id"
"""Metadata key of the request's id, both ways."""

PUSHBACK_KEY = "grpc-retry-pushback-ms"
"""Trailing metadata that gRPC's own retries obey (gRFC A6)."""

_UNAVAILABLE_RETRY_SECONDS = 1.0
_LONGEST_PUSHBACK_SECONDS = 5.0

# The status travels twice in the HTTP/2 trailers, which peers may limit to 8 KiB: longer texts are cut.
_LONGEST_MESSAGE = 500
_LONGEST_FACT = 120

_CODES: tuple[tuple[type[TarjimonError], grpc.StatusCode], ...] = (
    (InvalidInputError, grpc.StatusCode.INVALID_ARGUMENT),
    (NotFoundError, grpc.StatusCode.NOT_FOUND),
    (ModelError, grpc.StatusCode.FAILED_PRECONDITION),
    (ConfigError, grpc.StatusCode.FAILED_PRECONDITION),
    (OverloadedError, grpc.StatusCode.RESOURCE_EXHAUSTED),
    (UnauthenticatedError, grpc.StatusCode.UNAUTHENTICATED),
    (PermissionDeniedError, grpc.StatusCode.PERMISSION_DENIED),
    (DeadlineExpiredError, grpc.StatusCode.DEADLINE_EXCEEDED),
    (ShuttingDownError, grpc.StatusCode.UNAVAILABLE),
    (EngineError, grpc.StatusCode.UNAVAILABLE),
    (MemoryUnavailableError, grpc.StatusCode.UNAVAILABLE),
    (NotServedError, grpc.StatusCode.UNIMPLEMENTED),
    (RemoteError, grpc.StatusCode.UNAVAILABLE),
)


OPERATORS = (ModelError, ConfigError, MemoryUnavailableError)
"""Failures that only the server's operator can mend: callers get the reason, the log gets the message."""


_FOR_CALLERS = {
    "MODEL_UNAVAILABLE": "the model is not on the server: its operator can fetch it with `tarjimon models pull`",
    "MODEL_CORRUPT": "the model's files on the server are damaged: its operator must replace them",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """How a call ends badly: what `ServicerContext.abort` gets."""

    code: grpc.StatusCode
    message: str
    metadata: tuple[tuple[str, str | bytes], ...]


def code_of(error: TarjimonError) -> grpc.StatusCode:
    """The canonical code of a failure; INTERNAL for one that has none."""
    for kind, code in _CODES:
        if isinstance(error, kind):
            return code
    return grpc.StatusCode.INTERNAL


def failure_of(error: TarjimonError, request_id: str) -> Failure:
    """A failure with its details: ErrorInfo, BadRequest for a named field, RetryInfo when it may pass."""
    code = code_of(error)
    message = _shortened(error.message, _LONGEST_MESSAGE)
    if isinstance(error, OPERATORS):
        # Such messages name files and settings of the server's machine.
        what = _FOR_CALLERS.get(error.reason, "the server cannot use what this call needs")
        message = f"{what} ({error.reason}); the details are in its log under request id {request_id}"
    info = error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN)
    for key, value in error.metadata.items():
        info.metadata[key] = _shortened(value, _LONGEST_FACT)
    info.metadata["request_id"] = request_id
    details: list[Message] = [info]
    if error.field is not None and code is grpc.StatusCode.INVALID_ARGUMENT:
        wrong = error_details_pb2.BadRequest.FieldViolation(
            field=_shortened(error.field, _LONGEST_FACT),
            description=message,
            reason=error.reason,
        )
        details.append(error_details_pb2.BadRequest(field_violations=[wrong]))
    if isinstance(error, QuotaExceededError):
        violation = error_details_pb2.QuotaFailure.Violation(subject=error.subject, description=message)
        details.append(error_details_pb2.QuotaFailure(violations=[violation]))
    retry_after = _retry_after(error, code)
    metadata: list[tuple[str, str | bytes]] = [(REQUEST_ID_KEY, request_id)]
    if retry_after is not None:
        delay = duration_pb2.Duration()
        delay.FromMilliseconds(math.ceil(retry_after * 1000))
        details.append(error_details_pb2.RetryInfo(retry_delay=delay))
        # gRPC's own retries would wait silently, past the caller's deadline: a long wait is the caller's to plan.
        soon = retry_after <= _LONGEST_PUSHBACK_SECONDS
        metadata.append((PUSHBACK_KEY, str(math.ceil(retry_after * 1000)) if soon else "-1"))
    status = status_pb2.Status(code=code.value[0], message=message)
    for detail in details:
        packed = any_pb2.Any()
        packed.Pack(detail)
        status.details.append(packed)
    rich = rpc_status.to_status(status)
    return Failure(code, message, (*metadata, *rich.trailing_metadata))


def unexpected_failure(request_id: str) -> Failure:
    """INTERNAL, for an exception that nobody foresaw: the client learns the request's id and nothing else."""
    return failure_of(
        TarjimonError(
            "an unexpected error in the server; its log tells what happened under "
            f"request id {request_id}: please report it with that log entry"
        ),
        request_id,
    )


def _retry_after(error: TarjimonError, code: grpc.StatusCode) -> float | None:
    if isinstance(error, OverloadedError):
        return max(error.retry_after, 0.0)
    return _UNAVAILABLE_RETRY_SECONDS if code is grpc.StatusCode.UNAVAILABLE else None


def _shortened(text: str, longest: int) -> str:
    # Control characters would break header and log lines; a caller can put them into a language code.
    plain = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"
