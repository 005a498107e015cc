"""Which models are in memory: loaded once, leased, evicted when idle, swapped without a gap."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Loaded(Generic[T]):
    """A model in memory.

    Attributes:
        value: what a lease gives.
        memory_bytes: what it occupies.
        close: frees it; blocking, called once, in a thread, when nobody holds a lease.
    """

    value: T
    memory_bytes: int
    close: Callable[[], None]


@dataclass(frozen=True, slots=True)
class ModelSnapshot:
    """One model's place in memory.

    Attributes:
        state: "loading", "ready", "draining" (replaced or unloaded, still leased) or "failed".
        memory_bytes: what it occupies, 0 unless loaded.
        leases: holders at this moment.
        pinned: True when eviction passes it by.
        loads: times it was loaded.
        evictions: times it was evicted to make room.
        failures: loads that failed.
        load_seconds: duration of the last load, warm-up included.
        last_error: the last failure's words, or "".
    """

    state: str
    memory_bytes: int
    leases: int
    pinned: bool
    loads: int
    evictions: int
    failures: int
    load_seconds: float
    last_error: str


@dataclass(frozen=True, slots=True)
class ResidencySnapshot:
    """The model cache at this moment: bytes in use, the budget, and each model that was ever asked for."""

    budget_bytes: int
    used_bytes: int
    models: Mapping[str, ModelSnapshot]


class Residency(Generic[T]):
    """Keeps several models in memory under one budget.

    Args:
        load: loads a model by its id; blocking, runs in a thread; may raise.
        budget_bytes: what all loaded models together may occupy.
        expected_bytes: what a model will occupy, before it is loaded, so that room is made first; None: unknown.
        warm_up: runs in the same thread after `load` and before anybody gets the model; may raise.
        on_ready: awaited on the loop before the first lease is given, e.g. to attach an engine.
        on_retire: awaited on the loop before `close`, after the last lease ended, e.g. to detach an engine.
        pinned: ids never evicted.
        retry_seconds: after a failed load, lease() re-raises the failure for this long, doubled at each
            further failure up to `retry_limit_seconds`, before it tries again.
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
        on_retire: Callable[[str, T], Awaitable[None]] | None = None,
        pinned: Collection[str] = (),
        retry_seconds: float = 5.0,
        retry_limit_seconds: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        raise NotImplementedError

    def lease(self, model_id: str) -> AbstractAsyncContextManager[T]:
        """`async with residency.lease("x") as model:` — loads it if need be and keeps it in memory meanwhile.

        Raises:
            ModelError: larger than the budget; or what `load` raised (remembered for a while).
            OverloadedError: every other model is in use or pinned, and this one does not fit beside them.
        """
        raise NotImplementedError

    async def reload(self, model_id: str) -> None:
        """Load it anew beside the old one, hand new leases to the new, drain and close the old."""
        raise NotImplementedError

    async def unload(self, model_id: str) -> None:
        """Take it out: new leases load it anew; returns when the old leases ended and it is closed."""
        raise NotImplementedError

    def pin(self, model_id: str) -> None:
        """Never evict this model (again)."""
        raise NotImplementedError

    def unpin(self, model_id: str) -> None:
        """Let this model be evicted when idle."""
        raise NotImplementedError

    def snapshot(self) -> ResidencySnapshot:
        """State for metrics; cheap."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """Refuse new leases (ShuttingDownError), wait for those given, close every model."""
        raise NotImplementedError
