"""The server's life: bind, warm up, serve, drain."""

from __future__ import annotations

import asyncio
import logging
import time

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from tarjimon.config import Settings
from tarjimon.server import google
from tarjimon.server.address import listening_address, port_error
from tarjimon.server.application import ServedApplication
from tarjimon.server.gate import Gate
from tarjimon.server.identity import Authenticator
from tarjimon.server.interceptors import CallInterceptor
from tarjimon.server.metrics import CallMetrics
from tarjimon.server.quotas import Quotas
from tarjimon.server.summarization import SummarizationServicer
from tarjimon.server.translation import TranslationServicer
from tarjimon.server.transport import server_credentials
from tarjimon.v1 import summarization_service_pb2, translation_service_pb2
from tarjimon.v1.summarization_service_pb2_grpc import add_SummarizationServiceServicer_to_server
from tarjimon.v1.translation_service_pb2_grpc import add_TranslationServiceServicer_to_server

_log = logging.getLogger("tarjimon.server")

SERVICES = (
    translation_service_pb2.DESCRIPTOR.services_by_name["TranslationService"].full_name,
    summarization_service_pb2.DESCRIPTOR.services_by_name["SummarizationService"].full_name,
)
"""Full names of our services; health is told for each, and for "" (the whole server)."""

_QUIET_SECONDS = 0.15
"""The door stays open after health has said NOT_SERVING until twice in a row nobody came for so long: clients
have sent calls already that a busy event loop has yet to see."""

_LONGEST_WAIT_FOR_QUIET = 5.0
"""Clients that do not look at health never stop calling."""

_CUT_SECONDS = 2.0
"""Time that ended calls get to tell their clients."""

_LAST_WORDS_SECONDS = 0.25
"""Time for health watchers and refused calls when all calls are done."""


class TarjimonServer:
    """A gRPC server around one application. Use each method once, in their order.

    Attributes:
        gate: who is let in; its `in_flight` counts the calls.
        metrics: calls, and where metrics are served.
    """

    def __init__(self, settings: Settings, application: ServedApplication) -> None:
        self._settings = settings
        self._application = application
        self.gate = Gate(settings.server.concurrent_calls)
        self._health = health.aio.HealthServicer()
        self._server: grpc.aio.Server | None = None
        self.metrics = CallMetrics(settings.metrics, application)
        self._authenticator = Authenticator(settings.security)
        self._credentials = server_credentials(settings.security)

    async def bind(self) -> int:
        """Listen; calls are refused with UNAVAILABLE and health is NOT_SERVING until `warm_up` is over.

        Returns:
            The port, also when the settings leave the choice to the system.

        Raises:
            ConfigError: the address is unsafe or cannot be had.
        """
        guarded = self._credentials is not None and self._authenticator.required
        address = listening_address(self._settings.server, guarded=guarded)
        for service in ("", *SERVICES):
            await self._health.set(service, health_pb2.HealthCheckResponse.NOT_SERVING)
        server = self._build()
        try:
            if self._credentials is None:
                port = server.add_insecure_port(address)
            else:
                port = server.add_secure_port(address, self._credentials)
        except RuntimeError as error:  # taken since the probe
            raise port_error(self._settings.server.host, self._settings.server.port, None) from error
        self._server = server
        await server.start()
        return port

    async def warm_up(self) -> None:
        """Start the application, then serve. Raises what `start` raises: ModelError, ConfigError."""
        started = time.monotonic()
        await self._application.start()
        self.gate.open()
        for service in ("", *SERVICES):
            await self._health.set(service, health_pb2.HealthCheckResponse.SERVING)
        _log.info("ready after %.1f s", time.monotonic() - started)

    async def drain(self, seconds: float) -> bool:
        """Stop: health NOT_SERVING, wait for quiet, refuse, finish what is in flight, close the application.

        Args:
            seconds: time that calls in flight get; what remains is ended with UNAVAILABLE.

        Returns:
            False when calls had to be ended.
        """
        deadline = time.monotonic() + seconds
        await self._health.enter_graceful_shutdown()
        if self.gate.serving:
            await self._quiet(min(seconds / 2, _LONGEST_WAIT_FOR_QUIET))
        self.gate.drain()
        finished = await self.gate.wait_idle(max(deadline - time.monotonic(), 0.0))
        if not finished:
            _log.warning("%d calls not finished within %.1f s: ending them", self.gate.in_flight, seconds)
            self.gate.cut()
            await self.gate.wait_idle(_CUT_SECONDS)
        if self._server is not None:
            await self._server.stop(_LAST_WORDS_SECONDS)
        await self._application.close(max(deadline - time.monotonic(), 0.0))
        self.metrics.close()
        return finished

    async def _quiet(self, longest: float) -> None:
        """Wait until no call comes any more, at most `longest` seconds."""
        deadline = time.monotonic() + longest
        entered, quiet = self.gate.entered, 0
        while quiet < 2 and time.monotonic() < deadline:
            await asyncio.sleep(min(_QUIET_SECONDS, longest))
            quiet = quiet + 1 if self.gate.entered == entered else 0
            entered = self.gate.entered

    def _build(self) -> grpc.aio.Server:
        limits = self._settings.limits
        server = grpc.aio.server(
            interceptors=[
                CallInterceptor(
                    self.gate,
                    services=(*SERVICES, google.SERVICE),
                    message_bytes=limits.message_bytes,
                    authenticator=self._authenticator,
                    quotas=Quotas(),
                    metrics=self.metrics,
                )
            ],
            options=[
                # Else a second server shares the port in silence, and gets every other connection.
                ("grpc.so_reuseport", 0),
                # Twice our own limit: requests between the two get an answer that names the limit; gRPC's
                # own answer does not.
                ("grpc.max_receive_message_length", 2 * limits.message_bytes),
                ("grpc.max_send_message_length", -1),
            ],
        )
        add_TranslationServiceServicer_to_server(
            TranslationServicer(self._application, limits, self.gate), server
        )
        add_SummarizationServiceServicer_to_server(SummarizationServicer(self._application), server)
        server.add_generic_rpc_handlers((google.google_handler(self._application),))
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        wanted = self._settings.server.reflection
        if not self._authenticator.required if wanted is None else wanted:
            names = (*SERVICES, health.SERVICE_NAME, reflection.SERVICE_NAME)
            reflection.enable_server_reflection(names, server)
        return server
