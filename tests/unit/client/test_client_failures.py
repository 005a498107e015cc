"""What the server raised arrives as the same error."""

from __future__ import annotations

import grpc
import pytest

from tarjimon import errors
from tarjimon.client.failures import error_from
from tarjimon.server.status import OPERATORS, failure_of

ADDRESS = "127.0.0.1:50051"


def all_kinds(kind: type[errors.TarjimonError] = errors.TarjimonError) -> list[type[errors.TarjimonError]]:
    return [kind, *(found for child in kind.__subclasses__() for found in all_kinds(child))]


def over_the_wire(error: errors.TarjimonError) -> errors.TarjimonError:
    failure = failure_of(error, "id-1")
    metadata = grpc.aio.Metadata(*failure.metadata)
    return error_from(
        grpc.aio.AioRpcError(failure.code, grpc.aio.Metadata(), metadata, details=failure.message), ADDRESS
    )


PLAIN = [
    kind
    for kind in all_kinds()
    if kind is not errors.TarjimonError and not issubclass(kind, errors.OverloadedError | errors.RemoteError)
]


@pytest.mark.parametrize("kind", PLAIN)
def test_each_kind_arrives_as_itself(kind: type[errors.TarjimonError]) -> None:
    found = over_the_wire(kind("what happened", metadata={"limit": "7"}))
    assert type(found) is kind
    if issubclass(kind, OPERATORS):
        assert "what happened" not in found.message  # names files of the server: for its log only
        assert "id-1" in found.message
    else:
        assert found.message == "what happened"
    assert found.metadata["limit"] == "7"
    assert found.metadata["request_id"] == "id-1"


def test_a_field_and_a_reason_of_its_own_arrive() -> None:
    found = over_the_wire(errors.InvalidInputError("twice", reason="DUPLICATE_ID", field="text.id"))
    assert type(found) is errors.InvalidInputError
    assert (found.reason, found.field) == ("DUPLICATE_ID", "text.id")


def test_the_time_to_come_back_arrives() -> None:
    found = over_the_wire(errors.OverloadedError("full", retry_after=2.5))
    assert isinstance(found, errors.OverloadedError)
    assert found.retry_after == 2.5


def test_a_failure_without_name_is_remote() -> None:
    found = over_the_wire(errors.TarjimonError("unexpected"))
    assert isinstance(found, errors.RemoteError)
    assert found.code == "INTERNAL"


@pytest.mark.parametrize(
    ("code", "said", "kind", "told"),
    [
        (grpc.StatusCode.UNAVAILABLE, "connection refused", errors.RemoteError, "tarjimon serve"),
        (grpc.StatusCode.DEADLINE_EXCEEDED, "", errors.DeadlineExpiredError, "allow more time"),
        (grpc.StatusCode.UNIMPLEMENTED, "Method not found!", errors.RemoteError, "no Tarjimon server"),
        (
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            "larger than max (9 vs. 8)",
            errors.LimitExceededError,
            "9 vs. 8",
        ),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "quota", errors.RemoteError, "quota"),
        (grpc.StatusCode.UNKNOWN, "what", errors.RemoteError, "UNKNOWN: what"),
    ],
)
def test_failures_that_are_not_ours_say_where_and_what_to_do(
    code: grpc.StatusCode, said: str, kind: type[errors.TarjimonError], told: str
) -> None:
    found = error_from(grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(), said), ADDRESS)
    assert type(found) is kind
    assert told in found.message
    assert ADDRESS in found.message


def test_details_that_a_proxy_has_changed_are_left_aside() -> None:
    metadata = grpc.aio.Metadata(("grpc-status-details-bin", b"\xff\xff"))
    found = error_from(
        grpc.aio.AioRpcError(grpc.StatusCode.UNAVAILABLE, grpc.aio.Metadata(), metadata, "no"), ADDRESS
    )
    assert isinstance(found, errors.RemoteError)
