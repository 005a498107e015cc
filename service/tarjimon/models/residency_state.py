"""What is known of each model in memory: values of `tarjimon.models.residency`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from tarjimon.errors import TarjimonError

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
        state: "absent", "loading", "ready", "draining" (unloaded, still leased) or "failed".
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


@dataclass(eq=False, slots=True)
class Resident(Generic[T]):
    """A loaded model and who holds it; outlives its slot's interest in it while leases last."""

    model_id: str
    loaded: Loaded[T]
    leases: int = 0
    used: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(eq=False, slots=True)
class Slot(Generic[T]):
    """All that is known of one model id."""

    model_id: str
    current: Resident[T] | None = None
    loading: asyncio.Task[None] | None = None
    callers: int = 0
    pinned: bool = False
    loads: int = 0
    evictions: int = 0
    failures: int = 0
    failures_in_a_row: int = 0
    load_seconds: float = 0.0
    error: TarjimonError | None = None
    retry_at: float = 0.0

    def describe(self, in_memory: Collection[Resident[T]]) -> ModelSnapshot:
        """The model's state, for metrics."""
        held = [resident for resident in in_memory if resident.model_id == self.model_id]
        if self.current is not None:
            state = "ready"
        elif self.loading is not None:
            state = "loading"
        elif held:
            state = "draining"
        else:
            state = "failed" if self.error is not None else "absent"
        return ModelSnapshot(
            state=state,
            memory_bytes=sum(resident.loaded.memory_bytes for resident in held),
            leases=sum(resident.leases for resident in held),
            pinned=self.pinned,
            loads=self.loads,
            evictions=self.evictions,
            failures=self.failures,
            load_seconds=self.load_seconds,
            last_error=self.error.message if self.error else "",
        )
