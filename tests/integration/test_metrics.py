"""Metrics of a running server: they are served, they count, and their labels are bounded."""

from __future__ import annotations

import asyncio
import re
import socket
import urllib.request

import pytest

from tarjimon.client import TarjimonClient
from tarjimon.config import Settings
from tarjimon.errors import ConfigError, TarjimonError
from tarjimon.pipeline.application import Application
from tarjimon.server import TarjimonServer

pytest.importorskip("prometheus_client", reason="prometheus-client is not installed")


async def scraped(port: int) -> dict[str, float]:
    def read() -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            return str(answer.read().decode())

    text = await asyncio.to_thread(read)
    return {
        name: float(value) for name, value in re.findall(r"^(tarjimon_\S+?(?:\{[^}]*\})?) (\S+)$", text, re.M)
    }


async def test_calls_segments_cache_and_models_are_counted() -> None:
    settings = Settings.model_validate({"server": {"port": 0}, "metrics": {"port": 0}})
    server = TarjimonServer(settings, Application(settings))
    address = f"127.0.0.1:{await server.bind()}"
    await server.warm_up()
    try:
        async with TarjimonClient(address) as client:
            for _ in range(2):
                await client.translate(["Bitim imzolandi.", "12345"], source="uz", targets=["ru"])
            with pytest.raises(TarjimonError):
                await client.translate(["Salom"], targets=["xx"])
        found = await scraped(server.metrics.port)
    finally:
        await server.drain(5)
    assert found['tarjimon_calls_total{code="OK",method="TranslateText"}'] == 2
    assert found['tarjimon_calls_total{code="INVALID_ARGUMENT",method="TranslateText"}'] == 1
    assert found['tarjimon_call_seconds_count{method="TranslateText"}'] == 3
    assert found['tarjimon_segments_total{status="translated"}'] == 2
    assert found['tarjimon_segments_total{status="copied"}'] == 2
    assert found['tarjimon_cache_hits_total{level="memory"}'] == 1
    assert found['tarjimon_model_bytes{model="tarjimon-mini"}'] > 1_000_000
    assert found['tarjimon_queue_tokens{lane="bulk"}'] == 0
    assert not [name for name in found if "127.0.0.1" in name or "Bitim" in name]


async def test_nothing_is_served_unless_asked_for() -> None:
    settings = Settings.model_validate({"server": {"port": 0}})
    assert TarjimonServer(settings, Application(settings)).metrics.port == 0


async def test_a_port_in_use_is_said_so() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = Settings.model_validate({"server": {"port": 0}, "metrics": {"port": port}})
        with pytest.raises(ConfigError, match=str(port)):
            TarjimonServer(settings, Application(settings))
