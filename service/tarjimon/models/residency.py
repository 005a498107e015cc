"""Which models are in memory: loaded once, leased, evicted when idle, swapped without a gap."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Any, Generic, TypeVar

from tarjimon.errors import ModelError, NotFoundError, OverloadedError, ShuttingDownError, TarjimonError
from tarjimon.models.residency_state import Loaded, ModelSnapshot, ResidencySnapshot, Resident, Slot

__all__ = ["Loaded", "ModelSnapshot", "Residency", "ResidencySnapshot"]

T = TypeVar("T")
R = TypeVar("R")

_log = logging.getLogger(__name__)


class Residency(Generic[T]):
    """Keeps several models in memory under one budget.

    Args:
        load: loads a model by its id; blocking, runs in a thread; may raise.
        budget_bytes: what all loaded models together may occupy.
        expected_bytes: what a model will occupy, before it is loaded, so that room is made first; None:
            unknown, then the budget may be exceeded for the moment between loading and eviction.
        warm_up: runs in the same thread after `load` and before anybody gets the model; may raise.
        on_ready: awaited on the loop before the first lease is given, e.g. to attach an engine.
        on_retire: awaited on the loop before `close`, after the last lease ended, e.g. to detach an engine. If
            it returns False, the model is in use beyond recall (a hung thread) and must not be closed: it is
            left alone and its memory stays counted.
        pinned: ids never evicted.
        retry_seconds: after a failed load, lease() re-raises the failure for this long, doubled at each
            further failure up to `retry_limit_seconds`, before it tries again.
        retry_limit_seconds: see `retry_seconds`.
        clock: seconds.
    """

    def __init__(
        self,
        load: Callable[[str], Loaded[T]],
        budget_bytes: int,
        *,
        expected_bytes: Callable[[str], int | None] | None = None,
        warm_up: Callable[[str, T], None] | None = None,
        on_ready: Callable[[str, T], Awaitable[None]] | None = None,
        on_retire: Callable[[str, T], Awaitable[object]] | None = None,
        pinned: Collection[str] = (),
        retry_seconds: float = 5.0,
        retry_limit_seconds: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._load_model = load
        self._budget = budget_bytes
        self._expected_bytes = expected_bytes
        self._warm_up = warm_up
        self._on_ready = on_ready
        self._on_retire = on_retire
        self._retry_seconds = retry_seconds
        self._retry_limit_seconds = retry_limit_seconds
        self._clock = clock
        self._slots: dict[str, Slot[T]] = {name: Slot(name, pinned=True) for name in pinned}
        self._in_memory: set[Resident[T]] = set()
        self._reserved = 0
        self._uses = 0
        self._room = asyncio.Lock()
        self._retiring: set[asyncio.Task[None]] = set()
        self._closing = False
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="tarjimon-load")

    @asynccontextmanager
    async def lease(self, model_id: str) -> AsyncIterator[T]:
        """`async with residency.lease("x") as model:` — loads it if need be and keeps it in memory meanwhile.

        Raises:
            ModelError: larger than the budget; or what `load` raised (remembered for a while).
            OverloadedError: every other model is in use or pinned, and this one does not fit beside them.
            ShuttingDownError: after `aclose`.
        """
        resident = await self._acquire(model_id)
        try:
            yield resident.loaded.value
        finally:
            resident.leases -= 1
            if not resident.leases:
                resident.released.set()

    async def reload(self, model_id: str) -> None:
        """Load it anew beside the old one; returns when new leases get the new one.

        The old one is closed when its leases have ended. If the new one cannot be loaded, the old one stays
        and the failure is raised. If both do not fit and the old one is idle, it makes room first.
        """
        self._refuse_when_closing()
        slot = self._slot(model_id)
        if slot.loading is not None:
            with suppress(TarjimonError):
                await asyncio.shield(slot.loading)
        slot.error = None
        await self._await_load(slot)

    async def unload(self, model_id: str) -> None:
        """Take it out: new leases load it anew; returns when the old leases ended and it is closed."""
        slot = self._slots.get(model_id)
        if slot is None:
            return
        if slot.loading is not None:
            with suppress(TarjimonError):
                await asyncio.shield(slot.loading)
        resident, slot.current = slot.current, None
        if resident is not None:
            await asyncio.shield(self._retire_soon(resident))

    def pin(self, model_id: str) -> None:
        """Never evict this model (again)."""
        self._slot(model_id).pinned = True

    def unpin(self, model_id: str) -> None:
        """Let this model be evicted when idle."""
        self._slot(model_id).pinned = False

    def snapshot(self) -> ResidencySnapshot:
        """State for metrics; cheap."""
        return ResidencySnapshot(
            self._budget,
            self._used(),
            {slot.model_id: slot.describe(self._in_memory) for slot in self._slots.values()},
        )

    async def aclose(self) -> None:
        """Refuse new leases (ShuttingDownError), wait for those given, close every model."""
        self._closing = True
        loading = [slot.loading for slot in self._slots.values() if slot.loading is not None]
        await asyncio.gather(*loading, return_exceptions=True)
        for slot in self._slots.values():
            resident, slot.current = slot.current, None
            if resident is not None:
                self._retire_soon(resident)
        await asyncio.gather(*self._retiring)
        self._threads.shutdown(wait=False)

    def _slot(self, model_id: str) -> Slot[T]:
        return self._slots.setdefault(model_id, Slot(model_id))

    def _refuse_when_closing(self) -> None:
        if self._closing:
            raise ShuttingDownError("The models are being closed; ask another replica.")

    def _used(self) -> int:
        return self._reserved + sum(resident.loaded.memory_bytes for resident in self._in_memory)

    async def _acquire(self, model_id: str) -> Resident[T]:
        slot = self._slot(model_id)
        slot.callers += 1
        try:
            while True:
                self._refuse_when_closing()
                if slot.current is not None:
                    slot.current.leases += 1
                    self._uses += 1
                    slot.current.used = self._uses
                    return slot.current
                if slot.error is not None and self._clock() < slot.retry_at:
                    raise slot.error.with_traceback(None)
                await self._await_load(slot)
        finally:
            slot.callers -= 1

    async def _await_load(self, slot: Slot[T]) -> None:
        if slot.loading is None:
            slot.loading = asyncio.create_task(self._load(slot), name=f"load {slot.model_id}")
            slot.loading.add_done_callback(_retrieve)
        await asyncio.shield(slot.loading)  # a caller that leaves does not stop the load for the others

    async def _load(self, slot: Slot[T]) -> None:
        started = self._clock()
        try:
            resident = await self._bring_in(slot)
        except (OverloadedError, NotFoundError) as error:
            slot.loading = None
            if isinstance(error, NotFoundError) and not slot.pinned:
                self._slots.pop(slot.model_id, None)
            raise
        except Exception as error:
            slot.loading = None
            self._note_failure(slot, error)
            assert slot.error is not None
            raise slot.error from error.__cause__ if slot.error is error else error
        slot.loading = None
        slot.loads += 1
        slot.failures_in_a_row = 0
        slot.error = None
        slot.load_seconds = self._clock() - started
        old, slot.current = slot.current, resident
        if old is not None:
            self._retire_soon(old)

    async def _bring_in(self, slot: Slot[T]) -> Resident[T]:
        """Make room, load, warm up, announce."""
        name = slot.model_id
        expected = (self._expected_bytes(name) if self._expected_bytes else None) or 0
        await self._make_room(name, expected)
        self._reserved += expected
        try:
            loaded = await self._in_thread(self._load_and_warm_up, name)
        finally:
            self._reserved -= expected
        resident = Resident(name, loaded)
        try:
            await self._make_room(name, loaded.memory_bytes)
            self._in_memory.add(resident)
            if self._on_ready is not None:
                await self._on_ready(name, loaded.value)
        except BaseException:
            self._in_memory.discard(resident)
            await self._in_thread(loaded.close)
            raise
        self._uses += 1
        resident.used = self._uses
        return resident

    def _load_and_warm_up(self, name: str) -> Loaded[T]:
        loaded = self._load_model(name)
        try:
            if self._warm_up is not None:
                self._warm_up(name, loaded.value)
        except BaseException:
            loaded.close()
            raise
        return loaded

    async def _make_room(self, name: str, size: int) -> None:
        """Evict idle models, least recently used first, until `size` bytes fit."""
        if size > self._budget:
            raise ModelError(
                f'Model "{name}" needs {size} bytes and the budget for models is {self._budget} bytes; '
                "raise the budget, or choose a smaller model or compute type.",
                field="models.memory_budget",
                metadata={"model_bytes": str(size), "budget_bytes": str(self._budget)},
            )
        async with self._room:
            while self._used() + size > self._budget:
                idle = [
                    slot
                    for slot in self._slots.values()
                    if slot.current is not None
                    and not slot.current.leases
                    and not slot.callers
                    and (not slot.pinned or slot.model_id == name)
                ]
                if not idle:
                    raise OverloadedError(
                        f'Model "{name}" needs {size} bytes; {self._used()} of {self._budget} bytes are taken '
                        "by models that are in use or pinned. Ask again later, or raise the budget for models.",
                        retry_after=self._retry_seconds,
                    )
                slot = min(idle, key=lambda slot: slot.current.used if slot.current else 0)
                resident, slot.current = slot.current, None
                assert resident is not None
                slot.evictions += 1
                _log.info("evicting model %s to make room for %s", slot.model_id, name)
                await self._retire_soon(resident)

    def _retire_soon(self, resident: Resident[T]) -> asyncio.Task[None]:
        task = asyncio.create_task(self._retire(resident), name=f"retire {resident.model_id}")
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)
        return task

    async def _retire(self, resident: Resident[T]) -> None:
        while resident.leases:
            resident.released.clear()
            await resident.released.wait()
        try:
            if (
                self._on_retire is not None
                and await self._on_retire(resident.model_id, resident.loaded.value) is False
            ):
                _log.error("model %s is still in use by a hung thread and stays open", resident.model_id)
                return
            await self._in_thread(resident.loaded.close)
        except Exception:
            _log.exception("model %s was not closed cleanly", resident.model_id)
        self._in_memory.discard(resident)

    def _note_failure(self, slot: Slot[T], error: Exception) -> None:
        slot.failures += 1
        slot.failures_in_a_row += 1
        if not isinstance(error, TarjimonError):
            error = ModelError(
                f'Model "{slot.model_id}" could not be loaded: {type(error).__name__}: {error}'
            )
        slot.error = error
        pause = self._retry_seconds * 2.0 ** (slot.failures_in_a_row - 1)
        slot.retry_at = self._clock() + min(pause, self._retry_limit_seconds)

    async def _in_thread(self, function: Callable[..., R], *arguments: Any) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)


def _retrieve(task: asyncio.Task[None]) -> None:
    """Fetch the outcome, so that asyncio does not log it when every caller has left."""
    if not task.cancelled():
        task.exception()
