"""The segment cache: what was already decoded, in memory and on disk."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tarjimon.domain import DecodingSettings, Task


@dataclass(frozen=True, slots=True)
class CachedSegment:
    """An answer worth keeping.

    Attributes:
        text: the hypothesis.
        verdict: the fidelity verdict, opaque here (JSON by convention).
    """

    text: str
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class CacheStats:
    """Counters since start, and sizes now (bytes are payload and bookkeeping, an estimate in memory).

    Attributes:
        memory_hits: answers from memory.
        disk_hits: answers from disk.
        misses: keys found nowhere.
        writes: answers stored.
        memory_evictions: entries dropped from memory to keep its bound.
        disk_evictions: entries dropped from disk to keep its bound.
        failures: disk operations that failed; the cache answered as if empty.
        memory_entries: entries in memory.
        memory_bytes: their size.
        disk_bytes: size of the entries on disk.
    """

    memory_hits: int
    disk_hits: int
    misses: int
    writes: int
    memory_evictions: int
    disk_evictions: int
    failures: int
    memory_entries: int
    memory_bytes: int
    disk_bytes: int


def segment_key(
    source: str,
    *,
    source_language: str,
    target_language: str,
    task: Task,
    weights_sha256: str,
    decoding: DecodingSettings,
    extra: Sequence[str] = (),
) -> bytes:
    """The key of an answer: BLAKE2b-256 over length-prefixed fields.

    Args:
        source: the segment in its canonical form, exactly as it is encoded for the model.
        source_language: BCP-47 code.
        target_language: BCP-47 code.
        task: translate or summarize.
        weights_sha256: checksum of the weights, so that another model never sees these entries.
        decoding: the search settings.
        extra: whatever else determines the answer (glossary checksum, prompt, pipeline version).
    """
    raise NotImplementedError


class SegmentCache:
    """Keeps answers by key, in memory in front of SQLite. It never fails a request: disk errors are misses.

    Args:
        path: the SQLite file, created when missing; None: memory only.
        memory_bytes: bound of the part in memory.
        disk_bytes: bound of the part on disk.
        enabled: False: stores nothing, finds nothing.
        clock: wall-clock seconds, for the order of eviction across restarts.
    """

    def __init__(
        self,
        path: Path | None,
        *,
        memory_bytes: int = 64 << 20,
        disk_bytes: int = 2 << 30,
        enabled: bool = True,
        clock: Callable[[], float] = time.time,
    ) -> None:
        raise NotImplementedError

    def peek(self, key: bytes) -> CachedSegment | None:
        """The answer if it is in memory; microseconds, never touches the disk."""
        raise NotImplementedError

    async def get_many(self, keys: Sequence[bytes]) -> dict[bytes, CachedSegment]:
        """The answers that are known, from memory, else from disk in one query in a thread."""
        raise NotImplementedError

    async def put_many(self, answers: Mapping[bytes, CachedSegment] | Iterable[tuple[bytes, CachedSegment]]) -> None:
        """Keep answers: visible to this process at once, on disk in the background (see `flush`)."""
        raise NotImplementedError

    async def flush(self) -> None:
        """Return when all that was put is on disk."""
        raise NotImplementedError

    def stats(self) -> CacheStats:
        """Counters and sizes for metrics; cheap."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """Flush and close; later calls find nothing."""
        raise NotImplementedError
