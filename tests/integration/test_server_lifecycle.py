"""The server's life: health, warm-up, drain, signals, ports."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
from fake_application import FakeApplication
from grpc_health.v1 import health_pb2, health_pb2_grpc
from loopback_server import RunningServer, settings_with
from test_server_calls import details

from tarjimon.errors import ConfigError, CorruptModelError
from tarjimon.server import TarjimonServer
from tarjimon.server.lifecycle import SERVICES
from tarjimon.v1 import translation_service_pb2 as pb
from tarjimon.v1.translation_service_pb2_grpc import TranslationServiceStub

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


def request(text: str) -> pb.TranslateTextRequest:
    return pb.TranslateTextRequest(texts=[text], target_languages=["ru"])


async def health_of(channel: grpc.aio.Channel, service: str) -> int:
    stub = health_pb2_grpc.HealthStub(channel)
    return int((await stub.Check(health_pb2.HealthCheckRequest(service=service))).status)


async def test_health_follows_the_life_of_the_server(starting: RunningServer) -> None:
    for service in ("", *SERVICES):
        assert await health_of(starting.channel, service) == NOT_SERVING
    watch = health_pb2_grpc.HealthStub(starting.channel).Watch(health_pb2.HealthCheckRequest())
    assert (await watch.read()).status == NOT_SERVING
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await starting.translation.TranslateText(request("a"))
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert "RetryInfo" in details(caught.value)
    assert "loading" in str(caught.value.details())

    await starting.server.warm_up()
    assert (await watch.read()).status == SERVING
    for service in ("", *SERVICES):
        assert await health_of(starting.channel, service) == SERVING
    await starting.translation.TranslateText(request("a"))

    slow = starting.translation.TranslateText(request("SLOW"))
    while starting.application.running == 0:
        await asyncio.sleep(0.01)
    draining = asyncio.create_task(starting.server.drain(5))
    assert (await watch.read()).status == NOT_SERVING
    await starting.translation.TranslateText(request("sent before the client knew"))
    await starting.server.gate.draining.wait()
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await starting.translation.TranslateText(request("a"))
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert "RetryInfo" in details(caught.value)
    assert starting.application.closed == []
    starting.application.release.set()
    assert (await slow).texts[0].translations[0].text == "[ru] SLOW"
    assert await draining
    assert starting.application.closed == ["closed"]
    assert starting.application.running_at_close == 0


async def test_an_unknown_service_has_no_health(running: RunningServer) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await health_of(running.channel, "tarjimon.v1.Nothing")
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


async def test_calls_beyond_the_drains_time_are_told_so_and_are_over_before_the_close(
    running: RunningServer,
) -> None:
    slow = running.translation.TranslateText(request("SLOW"))
    while running.application.running == 0:
        await asyncio.sleep(0.01)
    started = time.monotonic()
    assert not await running.server.drain(0.3)
    assert time.monotonic() - started < 2
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await slow
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert "send it again" in str(caught.value.details())
    assert running.application.cancelled == 1
    assert running.application.running_at_close == 0


async def test_a_port_in_use_is_named_with_what_to_do(running: RunningServer) -> None:
    port = int(running.address.rpartition(":")[2])
    settings = settings_with(server={"port": port})
    with pytest.raises(ConfigError, match=rf"port {port} on 127.0.0.1 is in use.*--port") as caught:
        await TarjimonServer(settings, FakeApplication(settings)).bind()
    assert caught.value.field == "server.port"


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
async def test_plain_text_on_a_public_address_must_be_asked_for(host: str) -> None:
    settings = settings_with(server={"host": host})
    with pytest.raises(ConfigError, match=r"unencrypted.*insecure_public"):
        await TarjimonServer(settings, FakeApplication(settings)).bind()


async def test_plain_text_on_a_public_address_works_when_asked_for() -> None:
    settings = settings_with(server={"host": "0.0.0.0", "insecure_public": True})
    server = TarjimonServer(settings, FakeApplication(settings))
    assert await server.bind() > 0
    await server.drain(0)


async def test_an_address_of_another_machine_is_named() -> None:
    settings = settings_with(server={"host": "192.0.2.1", "insecure_public": True})
    with pytest.raises(ConfigError, match=r"192.0.2.1 is not an address of this machine"):
        await TarjimonServer(settings, FakeApplication(settings)).bind()


# --- in a process of its own -------------------------------------------------------------------------------


@dataclass
class Process:
    process: asyncio.subprocess.Process
    port: int
    channel: grpc.aio.Channel

    @property
    def translation(self) -> TranslationServiceStub:
        return TranslationServiceStub(self.channel)

    async def ready(self) -> None:
        while await health_of(self.channel, "") != SERVING:
            await asyncio.sleep(0.02)

    async def ended(self) -> tuple[int, str, str]:
        out, err = await asyncio.wait_for(self.process.communicate(), 20)
        assert self.process.returncode is not None
        return self.process.returncode, out.decode(), err.decode()


@asynccontextmanager
async def server_process(*arguments: str) -> AsyncIterator[Process]:
    script = Path(__file__).parent / "fake_server.py"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(script),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 30)
    port = int(line.split()[1]) if line else 0
    try:
        async with grpc.aio.insecure_channel(
            f"127.0.0.1:{port}", options=[("grpc.enable_retries", 0)]
        ) as channel:
            yield Process(process, port, channel)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def test_sigterm_with_64_calls_in_flight_loses_none() -> None:
    async with server_process("--slow", "3") as running:
        await running.ready()
        calls = [running.translation.TranslateText(request(f"SLOW {number}")) for number in range(64)]
        pending = [asyncio.ensure_future(call) for call in calls]
        await asyncio.sleep(1.5)
        running.process.send_signal(signal.SIGTERM)
        answers = await asyncio.gather(*pending)
        assert [answer.texts[0].translations[0].text for answer in answers] == [
            f"[ru] SLOW {number}" for number in range(64)
        ]
        status, out, err = await running.ended()
        assert status == 0, err
        assert "closed 0" in out
        assert "Traceback" not in err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_while_idle_ends_the_server_at_once(number: signal.Signals) -> None:
    async with server_process() as running:
        await running.ready()
        started = time.monotonic()
        running.process.send_signal(number)
        status, _, err = await running.ended()
        assert (status, "Traceback" in err) == (0, False), err
        assert time.monotonic() - started < 2


async def test_sigterm_during_warm_up_ends_the_server_quickly_and_cleanly() -> None:
    async with server_process("--warm-up", "30") as running:
        await asyncio.sleep(0.3)
        started = time.monotonic()
        running.process.send_signal(signal.SIGTERM)
        status, _, err = await running.ended()
        assert (status, "Traceback" in err) == (0, False), err
        assert time.monotonic() - started < 3


async def test_a_second_signal_ends_the_server_in_the_middle_of_its_drain() -> None:
    async with server_process("--slow", "30") as running:
        await running.ready()
        call = asyncio.ensure_future(running.translation.TranslateText(request("SLOW")))
        await asyncio.sleep(0.5)
        running.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.5)
        assert running.process.returncode is None
        running.process.send_signal(signal.SIGTERM)
        status, _, err = await running.ended()
        assert (status, "Traceback" in err) == (128 + signal.SIGTERM, False), err
        with pytest.raises(grpc.aio.AioRpcError):
            await call


async def test_a_drain_that_is_too_short_says_so_in_the_exit_status() -> None:
    async with server_process("--slow", "30", "--drain", "0.5") as running:
        await running.ready()
        call = asyncio.ensure_future(running.translation.TranslateText(request("SLOW")))
        await asyncio.sleep(0.5)
        running.process.send_signal(signal.SIGTERM)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
        status, out, err = await running.ended()
        assert status == 1, err
        assert "closed 0" in out


async def test_weights_that_cannot_be_used_end_the_start_with_a_clear_error() -> None:
    async with server_process("--corrupt") as running:
        status, _, err = await running.ended()
        assert status == 2
        assert "error: model.bin has another checksum" in err
        assert "Traceback" not in err


async def test_a_start_that_fails_raises_its_own_error(starting: RunningServer) -> None:
    starting.application.start_error = CorruptModelError("model.bin is cut short")
    with pytest.raises(CorruptModelError):
        await starting.server.warm_up()
    assert await health_of(starting.channel, "") == NOT_SERVING


async def test_a_port_in_use_ends_the_process_with_a_clear_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        async with server_process("--port", str(taken.getsockname()[1])) as running:
            status, _, err = await running.ended()
            assert status == 2
            assert "is in use by another program" in err
