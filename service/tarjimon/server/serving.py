"""Runs a server until a signal ends it: what `tarjimon serve` calls."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator

from tarjimon.config import Settings
from tarjimon.server.application import ServedApplication
from tarjimon.server.lifecycle import TarjimonServer
from tarjimon.server.reloading import Reloads

_log = logging.getLogger("tarjimon.server")

DRAINED = 0
"""Exit status: every call in flight was finished, or there was none."""

CALLS_CUT = 1
"""Exit status: `drain_seconds` were not enough, and calls were ended."""

_ABANDON_SECONDS = 1.0


async def serve(
    settings: Settings,
    *,
    application_factory: Callable[[Settings], ServedApplication],
    announce: Callable[[int], None] = lambda port: None,
    exit_now: Callable[[int], object] = os._exit,
) -> int:
    """Serve until SIGTERM or SIGINT, then drain. SIGHUP swaps the models for what their files hold now.

    Needs the main thread of the process, for the signals.

    Args:
        settings: all settings; port 0 takes any free port.
        application_factory: makes the pipeline.
        announce: gets the port once it is open; the server is ready when its health says SERVING.
        exit_now: ends the process at once: at a second signal, and at a signal during warm-up, when threads
            that load weights could hold the exit up for minutes.

    Returns:
        DRAINED or CALLS_CUT.

    Raises:
        ConfigError: the address cannot be used, or a setting is wrong.
        ModelError: the default models cannot be loaded.
    """
    stop = asyncio.Event()
    reloads = Reloads(lambda: application.reload())
    with _signals(stop, exit_now, reloads.ask):
        application = application_factory(settings)
        server = TarjimonServer(settings, application)
        announce(await server.bind())
        if not await _warmed_up(server, stop):
            _leave(exit_now, DRAINED)
            return DRAINED
        reloads.allow()
        try:
            await stop.wait()
        except asyncio.CancelledError:
            await reloads.aclose()
            await server.drain(0)
            raise
        await reloads.aclose()
        _log.info("signal received: draining, at most %.0f s", settings.server.drain_seconds)
        finished = await server.drain(settings.server.drain_seconds)
    return DRAINED if finished else CALLS_CUT


async def _warmed_up(server: TarjimonServer, stop: asyncio.Event) -> bool:
    """Warm up; False when a signal came first. A failure is raised after the server was taken down."""
    warm_up = asyncio.create_task(server.warm_up())
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({warm_up, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if warm_up.done():
            warm_up.result()
            return True
    except BaseException:
        warm_up.cancel()
        await server.drain(0)
        raise
    finally:
        stopping.cancel()
    _log.info("signal received during warm-up: leaving")
    warm_up.cancel()
    await asyncio.wait({warm_up}, timeout=_ABANDON_SECONDS)
    with contextlib.suppress(Exception):  # whatever a half-started application says, the process ends here
        await asyncio.wait_for(server.drain(0), _ABANDON_SECONDS)
    return False


def _leave(exit_now: Callable[[int], object], status: int) -> None:
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    exit_now(status)


@contextlib.contextmanager
def _signals(
    stop: asyncio.Event, exit_now: Callable[[int], object], reload: Callable[[], None]
) -> Iterator[None]:
    """The first SIGTERM or SIGINT sets `stop`; the second ends the process. SIGHUP calls `reload`."""
    loop = asyncio.get_running_loop()

    def on_signal(number: signal.Signals) -> None:
        if stop.is_set():
            _leave(exit_now, 128 + number)
        stop.set()

    handled = (signal.SIGTERM, signal.SIGINT)
    for number in handled:
        loop.add_signal_handler(number, on_signal, number)
    loop.add_signal_handler(signal.SIGHUP, reload)
    try:
        yield
    finally:
        for number in (*handled, signal.SIGHUP):
            loop.remove_signal_handler(number)
