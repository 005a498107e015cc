"""What the server knows about a call."""

from __future__ import annotations

import pytest

from tarjimon.server.calls import client_from, request_id_from


@pytest.mark.parametrize(
    ("peer", "client"),
    [
        ("ipv4:10.0.0.7:51234", "10.0.0.7"),
        ("ipv6:%5B::1%5D:51234", "::1"),
        ("ipv6:[fe80::1]:51234", "fe80::1"),
        ("unix:/run/t", "unix:/run/t"),
        ("", ""),
    ],
)
def test_all_connections_of_a_machine_are_one_client(peer: str, client: str) -> None:
    assert client_from(peer) == client


def test_a_harmless_request_id_is_kept_and_any_other_replaced() -> None:
    assert request_id_from([("a", "b"), ("x-request-id", "ab-1.2_C")], "x-request-id") == "ab-1.2_C"
    for bad in ("", "a b", "a\n", "x" * 129, "<script>", "-a"):
        made = request_id_from([("x-request-id", bad)], "x-request-id")
        assert made != bad
        assert len(made) == 32
