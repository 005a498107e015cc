"""Where the server listens: refuses unsafe addresses and says why a port cannot be had."""

from __future__ import annotations

import errno
import ipaddress
import socket

from tarjimon.config import ServerSettings
from tarjimon.errors import ConfigError


def listening_address(settings: ServerSettings, *, guarded: bool = False) -> str:
    """The address for gRPC, after a check that it can be listened on.

    Args:
        settings: host and port.
        guarded: calls are encrypted and clients are told apart, so that any address is safe.

    Raises:
        ConfigError: plain text on an address that others can reach, an unknown host, a port in use or
            one that needs more rights; names the setting and what to do.
    """
    host = settings.host.strip("[]")
    addresses = _resolved(host, settings.port)
    if (
        not guarded
        and not settings.insecure_public
        and not all(_is_loopback(address) for _, address in addresses)
    ):
        raise ConfigError(
            f"server.host is {settings.host}, which other machines can reach, and calls there travel "
            "unencrypted and without identity: use 127.0.0.1; or turn on TLS and clients (docs/SECURITY.md); or "
            "allow it with server.insecure_public (--insecure-public) inside a network that you trust",
            field="server.host",
        )
    for family, address in addresses:
        _probe(family, address, settings.port)
    return f"[{host}]:{settings.port}" if ":" in host else f"{host}:{settings.port}"


def _resolved(host: str, port: int) -> list[tuple[socket.AddressFamily, str]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise ConfigError(
            f"server.host {host!r} is not an address of this machine ({error}): use 127.0.0.1, "
            "or 0.0.0.0 for all",
            field="server.host",
        ) from error
    return [(family, str(address[0])) for family, _, _, _, address in found]


def _is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback


def _probe(family: socket.AddressFamily, address: str, port: int) -> None:
    """Bind and let go: gRPC itself says no more than "failed to bind"."""
    try:
        probe = socket.socket(family, socket.SOCK_STREAM)
    except OSError:
        return  # the machine has no such protocol family; gRPC passes over it as well
    with probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            probe.bind((address, port))
            probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL and family == socket.AF_INET6 and address == "::1":
                return  # IPv6 is switched off, and localhost still names it
            raise port_error(address, port, error) from error


def port_error(host: str, port: int, error: OSError | None) -> ConfigError:
    """Why `host:port` cannot be listened on, and what to do."""
    number = None if error is None else error.errno
    if number == errno.EADDRINUSE:
        return ConfigError(
            f"port {port} on {host} is in use by another program: stop it, or choose another port with "
            "--port (server.port); 0 takes any free one",
            reason="PORT_IN_USE",
            field="server.port",
        )
    if number == errno.EACCES:
        return ConfigError(
            f"port {port} on {host} needs more rights than this user has: choose one above 1023 with --port",
            field="server.port",
        )
    if number == errno.EADDRNOTAVAIL:
        return ConfigError(
            f"{host} is not an address of this machine: use 127.0.0.1, or 0.0.0.0 for all (server.host)",
            field="server.host",
        )
    cause = "" if error is None else f" ({error.strerror})"
    return ConfigError(
        f"cannot listen on {host} port {port}{cause}: choose another with --host and --port",
        field="server.port",
    )
