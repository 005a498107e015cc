"""What the server knows about the call at hand: its id, who makes it and until when it matters."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass

from tarjimon.domain import Lane
from tarjimon.pipeline.values import Caller
from tarjimon.server.clients import Client

_MARGIN = 0.05
_SHORTEST_MARGIN_SECONDS = 0.02
_LONGEST_MARGIN_SECONDS = 0.5

_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")

CURRENT_CALL: ContextVar[CallInfo] = ContextVar("CURRENT_CALL")
"""Set by the interceptor for the duration of a call."""


@dataclass(frozen=True, slots=True)
class CallInfo:
    """The call at hand.

    Attributes:
        method: full name, "/tarjimon.v1.TranslationService/TranslateText".
        request_id: the caller's `x-request-id`, or one made here.
        client: name under which work is shared out fairly: the client's, or the peer's address.
        identity: the client that was authenticated; None where nobody needs to be.
        deadline: time of the monotonic clock in seconds; None: the caller waits for ever.
    """

    method: str
    request_id: str
    client: str
    deadline: float | None
    identity: Client | None = None

    def caller(self, lane: Lane) -> Caller:
        """The pipeline's view of this call.

        Its deadline is a little earlier than the caller's, so that what was finished by then still arrives.
        """
        deadline = self.deadline
        if deadline is not None:
            left = max(0.0, deadline - time.monotonic())
            deadline -= min(_LONGEST_MARGIN_SECONDS, max(_SHORTEST_MARGIN_SECONDS, _MARGIN * left))
        return Caller(client=self.client, lane=lane, deadline=deadline)


def request_id_from(metadata: Iterable[tuple[str, str | bytes]], key: str) -> str:
    """The caller's request id when it is harmless (letters, digits, `._-`, at most 128), else a new one."""
    for name, value in metadata:
        if name == key and isinstance(value, str) and _REQUEST_ID.fullmatch(value):
            return value
    return uuid.uuid4().hex


def deadline_from(time_remaining: float | None) -> float | None:
    """The deadline on the monotonic clock; gRPC gives the seconds that are left, or None."""
    return None if time_remaining is None else time.monotonic() + time_remaining


def client_from(peer: str) -> str:
    """The peer's address without its port: all connections of a machine are one client.

    >>> client_from("ipv4:10.0.0.7:51234"), client_from("ipv6:%5B::1%5D:51234"), client_from("unix:/run/t")
    ('10.0.0.7', '::1', 'unix:/run/t')
    """
    kind, _, address = peer.partition(":")
    if kind not in ("ipv4", "ipv6"):
        return peer
    host = address.rpartition(":")[0]
    return host.replace("%5B", "").replace("%5D", "").strip("[]") or peer
