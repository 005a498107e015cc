"""A real server on a free port of loopback, around the fake pipeline, in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import grpc
from fake_application import FakeApplication

from tarjimon.config import Settings
from tarjimon.server import TarjimonServer
from tarjimon.v1.summarization_service_pb2_grpc import SummarizationServiceStub
from tarjimon.v1.translation_service_pb2_grpc import TranslationServiceStub


def settings_with(**sections: dict[str, Any]) -> Settings:
    """Settings on a free port, with some values changed."""
    server = {"port": 0, **sections.pop("server", {})}
    return Settings.model_validate({**sections, "server": server})


@dataclass
class RunningServer:
    """A server that listens; it may not be ready yet."""

    server: TarjimonServer
    application: FakeApplication
    address: str
    channel: grpc.aio.Channel

    @property
    def translation(self) -> Any:
        return TranslationServiceStub(self.channel)

    @property
    def summarization(self) -> Any:
        return SummarizationServiceStub(self.channel)


async def running_server(**sections: dict[str, Any]) -> AsyncIterator[RunningServer]:
    """Start a server, give it, drain it."""
    settings = settings_with(**sections)
    application = FakeApplication(settings)
    server = TarjimonServer(settings, application)
    address = f"127.0.0.1:{await server.bind()}"
    async with grpc.aio.insecure_channel(
        address, options=[("grpc.enable_retries", 0), ("grpc.max_receive_message_length", -1)]
    ) as channel:
        yield RunningServer(server, application, address, channel)
    application.release.set()
    await server.drain(1)
