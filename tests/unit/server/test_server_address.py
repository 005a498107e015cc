"""Which addresses may be listened on."""

from __future__ import annotations

import errno

import pytest

from tarjimon.config import ServerSettings
from tarjimon.errors import ConfigError
from tarjimon.server.address import listening_address, port_error


def settings(**values: object) -> ServerSettings:
    return ServerSettings.model_validate({"port": 0, **values})


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.8.9.1"])
def test_loopback_needs_no_permission(host: str) -> None:
    assert listening_address(settings(host=host)) == f"{host}:0"


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_other_addresses_need_it(host: str) -> None:
    with pytest.raises(ConfigError) as caught:
        listening_address(settings(host=host))
    assert caught.value.field == "server.host"
    assert "unencrypted" in caught.value.message


def test_an_unknown_host_is_named() -> None:
    with pytest.raises(ConfigError, match=r"no\.such\.host\.invalid"):
        listening_address(settings(host="no.such.host.invalid"))


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.EADDRINUSE, "in use"),
        (errno.EACCES, "above 1023"),
        (errno.EADDRNOTAVAIL, "not an address of this machine"),
        (errno.EMFILE, "cannot listen"),
    ],
)
def test_every_cause_says_what_to_do(number: int, told: str) -> None:
    assert told in port_error("127.0.0.1", 80, OSError(number, "cause")).message
    assert "cannot listen" in port_error("127.0.0.1", 80, None).message
