"""Servers on loopback for the tests of server and client."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from loopback_server import RunningServer, running_server

from tarjimon.client import TarjimonClient


@pytest.fixture
async def starting() -> AsyncIterator[RunningServer]:
    """A server that listens and was not warmed up."""
    async for running in running_server():
        yield running


@pytest.fixture
async def running(starting: RunningServer) -> RunningServer:
    """A server that serves."""
    await starting.server.warm_up()
    return starting


@pytest.fixture
async def client(running: RunningServer) -> AsyncIterator[TarjimonClient]:
    """Our client, connected to it."""
    async with TarjimonClient(running.address) as opened:
        yield opened
