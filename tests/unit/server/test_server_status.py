"""Every failure of ours has one status, with details that fit into the trailers."""

from __future__ import annotations

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2

from tarjimon import errors
from tarjimon.server.status import Failure, code_of, failure_of, unexpected_failure


def all_kinds(kind: type[errors.TarjimonError] = errors.TarjimonError) -> list[type[errors.TarjimonError]]:
    return [kind, *(found for child in kind.__subclasses__() for found in all_kinds(child))]


def made(kind: type[errors.TarjimonError]) -> errors.TarjimonError:
    if issubclass(kind, errors.OverloadedError):
        return kind("full", retry_after=1.5)
    if issubclass(kind, errors.RemoteError):
        return kind("gone", code="UNAVAILABLE")
    return kind("wrong", field="texts[0]")


def status(failure: Failure) -> status_pb2.Status:
    return status_pb2.Status.FromString(dict(failure.metadata)["grpc-status-details-bin"])


@pytest.mark.parametrize("kind", all_kinds()[1:])
def test_every_kind_has_a_code_and_a_reason_of_the_right_form(kind: type[errors.TarjimonError]) -> None:
    assert code_of(made(kind)) is not grpc.StatusCode.INTERNAL
    failure = failure_of(made(kind), "id-1")
    rich = status(failure)
    assert (rich.code, rich.message) == (failure.code.value[0], failure.message)
    info = error_details_pb2.ErrorInfo()
    assert rich.details[0].Unpack(info)
    assert info.reason.replace("_", "").isalpha()
    assert info.reason.isupper()
    assert info.domain == "tarjimon"
    assert info.metadata["request_id"] == "id-1"


def test_a_field_becomes_a_violation_and_a_wait_becomes_retry_info_and_pushback() -> None:
    violation = error_details_pb2.BadRequest()
    assert (
        status(failure_of(errors.InvalidInputError("bad", field="texts[3]"), "i"))
        .details[1]
        .Unpack(violation)
    )
    assert violation.field_violations[0].field == "texts[3]"
    failure = failure_of(errors.OverloadedError("full", retry_after=1.5), "i")
    retry = error_details_pb2.RetryInfo()
    assert status(failure).details[1].Unpack(retry)
    assert retry.retry_delay.ToMilliseconds() == 1500
    assert dict(failure.metadata)["grpc-retry-pushback-ms"] == "1500"


@pytest.mark.parametrize("letter", ["a", "ж", "\U0001f600", "\x00", "\n"])
def test_the_trailers_stay_below_the_limit_of_http2_whatever_the_message(letter: str) -> None:
    huge = letter * 1_000_000
    failure = failure_of(
        errors.InvalidInputError(huge, field=huge, metadata={f"fact {n}": huge for n in range(4)}), "i"
    )
    percent_encoded = sum(1 if 32 <= byte < 127 else 3 for byte in failure.message.encode())
    trailers = sum(len(value) * 4 / 3 + 32 for _, value in failure.metadata)
    assert percent_encoded + trailers < 16_000
    assert failure.message.isprintable()


def test_an_unforeseen_error_names_the_request_only() -> None:
    failure = unexpected_failure("id-2")
    assert failure.code is grpc.StatusCode.INTERNAL
    assert "id-2" in failure.message
