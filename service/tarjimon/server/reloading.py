"""Reloads that operators ask for: one at a time, never while the server starts or drains."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from tarjimon.errors import TarjimonError

_log = logging.getLogger("tarjimon.server")


class Reloads:
    """Runs reloads in the background; what fails is logged and changes nothing.

    Args:
        reload: swaps the models and gives their names.
    """

    def __init__(self, reload: Callable[[], Awaitable[tuple[str, ...]]]) -> None:
        self._reload = reload
        self._allowed = False
        self._again = False
        self._task: asyncio.Task[None] | None = None

    def allow(self) -> None:
        """The server serves: reloads may run from now on."""
        self._allowed = True

    def ask(self) -> None:
        """Reload soon. Asked while a reload runs: once more after it, since it may have read the old files."""
        if not self._allowed:
            _log.warning("asked to reload the models: ignored, the server is not serving")
        elif self._task is not None and not self._task.done():
            self._again = True
        else:
            self._task = asyncio.create_task(self._run(), name="reload")

    async def aclose(self) -> None:
        """Take no more and stop waiting for the one that runs."""
        self._allowed = False
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        while True:
            self._again = False
            started = time.monotonic()
            _log.info("reloading the models")
            try:
                names = await self._reload()
            except TarjimonError as error:
                _log.error("the models were not reloaded, the old ones stay: %s", error.message)
            except Exception:
                _log.exception("the models were not reloaded, the old ones stay")
            else:
                _log.info("reloaded %s in %.1f s", ", ".join(names), time.monotonic() - started)
            if not self._again:
                return
