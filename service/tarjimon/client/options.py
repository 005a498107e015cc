"""How the client connects: deadlines, limits, retries."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import resources

import grpc

from tarjimon.config import LimitSettings
from tarjimon.errors import ConfigError

_RESPONSE_ROOM = 2
"""Responses may be larger than requests: they hold source and translations."""


@dataclass(frozen=True, slots=True)
class ClientOptions:
    """How the client connects.

    Attributes:
        timeout: seconds that a call may take, retries included; None waits for ever. Each call may say otherwise.
        limits: the server's limits, by which large inputs are shared out among calls.
        credentials: None for plain text.
        calls_at_once: calls in flight of one large input.
    """

    timeout: float | None = 600.0
    limits: LimitSettings = field(default_factory=lambda: LimitSettings.model_validate({}))
    credentials: grpc.ChannelCredentials | None = None
    calls_at_once: int = 4


def service_config() -> str:
    """The gRPC service config that goes with the API: retries (gRFC A6) and load balancing, as JSON."""
    return resources.files("tarjimon.client").joinpath("service_config.json").read_text(encoding="utf-8")


def open_channel(address: str, options: ClientOptions) -> grpc.aio.Channel:
    """A channel to `address`; nothing is connected yet.

    Raises:
        ConfigError: the address has no port.
    """
    if not address.rpartition(":")[2].isdigit() and "/" not in address:
        raise ConfigError(
            f"{address!r} is not a server's address: give host:port, for example 127.0.0.1:50051"
        )
    arguments = [
        ("grpc.service_config", service_config()),
        ("grpc.max_receive_message_length", _RESPONSE_ROOM * options.limits.message_bytes),
        ("grpc.max_send_message_length", -1),
        # A call whose request does not fit in here is not retried; the default is 256 KiB.
        ("grpc.per_rpc_retry_buffer_size", options.limits.message_bytes),
        # A server that is just starting is found within a fraction of a second; the default is one.
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.min_reconnect_backoff_ms", 100),
        ("grpc.max_reconnect_backoff_ms", 5_000),
    ]
    if options.credentials is None:
        return grpc.aio.insecure_channel(address, options=arguments)
    return grpc.aio.secure_channel(address, options.credentials, options=arguments)
