"""The transport: plain text on loopback, or TLS with or without client certificates."""

from __future__ import annotations

from pathlib import Path

import grpc

from tarjimon.config import SecuritySettings
from tarjimon.errors import ConfigError


def server_credentials(settings: SecuritySettings) -> grpc.ServerCredentials | None:
    """What the port is opened with; None for plain text.

    Raises:
        ConfigError: a file is missing or not readable, or a setting lacks another.
    """
    if settings.certificate is None:
        for name in ("private_key", "client_authority"):
            if getattr(settings, name) is not None:
                raise ConfigError(
                    f"security.{name} is set, but security.certificate is not: TLS needs both",
                    field=f"security.{name}",
                )
        return None
    if settings.private_key is None:
        raise ConfigError(
            "security.certificate is set, but security.private_key is not: TLS needs both",
            field="security.private_key",
        )
    chain = _read(settings.certificate, "certificate", b"CERTIFICATE")
    key = _read(settings.private_key, "private_key", b"PRIVATE KEY")
    authority = (
        _read(settings.client_authority, "client_authority", b"CERTIFICATE")
        if settings.client_authority
        else None
    )
    return grpc.ssl_server_credentials(
        [(key, chain)], root_certificates=authority, require_client_auth=authority is not None
    )


def _read(file: Path, name: str, kind: bytes) -> bytes:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"security.{name}: cannot read {file}: {error.strerror}", field=f"security.{name}"
        ) from error
    if b"-----BEGIN " not in data or kind not in data:
        raise ConfigError(
            f"security.{name}: {file} is not a PEM file with a {kind.decode().lower()}",
            field=f"security.{name}",
        )
    return data
