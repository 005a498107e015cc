"""Each client's own share: characters a minute and calls at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from google.protobuf.message import Message

from tarjimon.errors import PermissionDeniedError, QuotaExceededError
from tarjimon.server.clients import Client

_CALL_RETRY_SECONDS = 1.0
_TEXT_FIELDS = frozenset({"text", "texts", "contents", "content"})


@dataclass(slots=True)
class _Account:
    """What a client has left: a bucket of characters that fills evenly, and its calls in flight."""

    characters: float
    filled_at: float
    calls: int = 0


class Quotas:
    """Keeps the accounts; belongs to one event loop.

    Args:
        clock: seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._accounts: dict[str, _Account] = {}

    @contextmanager
    def call(self, client: Client | None, method: str) -> Iterator[None]:
        """Count a call while the context lasts.

        Raises:
            PermissionDeniedError: the client may not call this method.
            QuotaExceededError: it has as many calls in flight as it may.
        """
        if client is None:
            yield
            return
        if not client.may(method):
            raise PermissionDeniedError(f"client {client.name} may not call {method.rpartition('/')[2]}")
        account = self._account(client)
        if client.concurrent_calls is not None and account.calls >= client.concurrent_calls:
            raise QuotaExceededError(
                f"client {client.name} has {account.calls} calls in flight, its quota; try again when one is done",
                retry_after=_CALL_RETRY_SECONDS,
                subject=f"client:{client.name}",
                metadata={"quota": "concurrent_calls", "limit": str(client.concurrent_calls)},
            )
        account.calls += 1
        try:
            yield
        finally:
            account.calls -= 1

    def charge(self, client: Client | None, message: Message) -> None:
        """Take a request's characters from the client's account.

        A request larger than a whole minute's quota is let through when the bucket is full, and paid off after.

        Raises:
            QuotaExceededError: not enough is left; says when there will be.
        """
        if client is None or client.characters_per_minute is None:
            return
        size = characters(message)
        if not size:
            return
        limit = client.characters_per_minute
        account = self._account(client)
        now = self._clock()
        account.characters = min(limit, account.characters + (now - account.filled_at) * limit / 60)
        account.filled_at = now
        needed = min(size, limit)
        if account.characters < needed:
            raise QuotaExceededError(
                f"client {client.name} has used up its {limit:,} characters a minute",
                retry_after=(needed - account.characters) * 60 / limit,
                subject=f"client:{client.name}",
                metadata={"quota": "characters_per_minute", "limit": str(limit)},
            )
        account.characters -= size

    def _account(self, client: Client) -> _Account:
        if client.name not in self._accounts:
            self._accounts[client.name] = _Account(float(client.characters_per_minute or 0), self._clock())
        return self._accounts[client.name]


def characters(message: Message) -> int:
    """Code points (bytes, for files) in the fields of a request that hold what is to be translated."""
    total = 0
    for field, value in message.ListFields():
        if field.message_type is not None and not field.message_type.GetOptions().map_entry:
            parts = [value] if isinstance(value, Message) else value
            total += sum(characters(part) for part in parts)
        elif field.name in _TEXT_FIELDS:
            total += len(value) if isinstance(value, (str, bytes)) else sum(len(part) for part in value)
    return total
