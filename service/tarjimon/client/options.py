"""How the client connects: deadlines, limits, retries."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

import grpc

from tarjimon.client.credentials import with_metadata
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
        credentials: None for plain text; see `tls_credentials`.
        api_key: sent with every call; None: none. Never over plain text to another machine.
        token: a JSON web token, sent with every call; None: none.
        calls_at_once: calls in flight of one large input.
    """

    timeout: float | None = 600.0
    limits: LimitSettings = field(default_factory=lambda: LimitSettings.model_validate({}))
    credentials: grpc.ChannelCredentials | None = None
    api_key: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
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
    metadata: list[tuple[str, str]] = []
    if options.api_key is not None:
        metadata.append(("x-api-key", options.api_key))
    if options.token is not None:
        metadata.append(("authorization", f"Bearer {options.token}"))
    interceptors = with_metadata(metadata) if metadata else None
    if options.credentials is None:
        if metadata and not _is_local(address):
            raise ConfigError(
                f"credentials would travel to {address} unencrypted: use TLS, as `tls_credentials` or "
                "TARJIMON_TLS_CA give it"
            )
        return grpc.aio.insecure_channel(address, options=arguments, interceptors=interceptors)
    return grpc.aio.secure_channel(address, options.credentials, options=arguments, interceptors=interceptors)


def tls_credentials(
    authority: Path | None, certificate: Path | None = None, private_key: Path | None = None
) -> grpc.ChannelCredentials:
    """TLS to a server.

    Args:
        authority: who signed the server's certificate (PEM); None: whom the system trusts.
        certificate, private_key: the client's own (PEM), for servers that ask for them.

    Raises:
        ConfigError: a file cannot be read.
    """

    def read(file: Path | None) -> bytes | None:
        try:
            return file.read_bytes() if file is not None else None
        except OSError as error:
            raise ConfigError(f"cannot read {file}: {error.strerror}") from error

    return grpc.ssl_channel_credentials(read(authority), read(private_key), read(certificate))


def options_from_environment() -> ClientOptions:
    """TARJIMON_API_KEY, TARJIMON_TOKEN; TARJIMON_TLS_CA (a PEM file, or "system"), TARJIMON_TLS_CERTIFICATE and
    TARJIMON_TLS_KEY.

    Raises:
        ConfigError: a file cannot be read.
    """
    authority = os.environ.get("TARJIMON_TLS_CA")
    own = [os.environ.get(f"TARJIMON_TLS_{name}") for name in ("CERTIFICATE", "KEY")]
    credentials = None
    if authority:
        credentials = tls_credentials(
            None if authority == "system" else Path(authority), *(Path(p) if p else None for p in own)
        )
    return ClientOptions(
        credentials=credentials,
        api_key=os.environ.get("TARJIMON_API_KEY") or None,
        token=os.environ.get("TARJIMON_TOKEN") or None,
    )


def _is_local(address: str) -> bool:
    host = address.rpartition(":")[0].strip("[]")
    return host == "localhost" or host.startswith("127.") or host == "::1" or address.startswith("unix:")
