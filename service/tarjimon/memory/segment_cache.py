"""The segment cache: what was already decoded, in memory in front of disk."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tarjimon.memory.segment_cache_disk import DiskAnswers
from tarjimon.memory.segment_cache_key import CachedSegment, segment_key

__all__ = ["CacheStats", "CachedSegment", "SegmentCache", "segment_key"]

_ENTRY_OVERHEAD = 330
"""Bytes of a key, an entry and its two strings in CPython, their characters aside."""
_UNWRITTEN_LIMIT = 20_000
"""Answers that may wait for the disk before `put_many` waits too."""


@dataclass(frozen=True, slots=True)
class CacheStats:
    """Counters since start, and sizes now (bytes in memory are an estimate).

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


class SegmentCache:
    """Keeps answers by key (see `segment_key`). It never fails a request: a disk that fails is a miss.

    Used from one event loop; the file may be shared with other processes.

    Args:
        path: the SQLite file, created when missing; None: memory only.
        memory_bytes: bound of the part in memory.
        disk_bytes: bound of the part on disk.
        enabled: False: stores nothing, finds nothing, creates no file.
    """

    def __init__(
        self,
        path: Path | None,
        *,
        memory_bytes: int = 64 << 20,
        disk_bytes: int = 2 << 30,
        enabled: bool = True,
    ) -> None:
        self._enabled = enabled
        self._memory_bound = memory_bytes
        self._memory: OrderedDict[bytes, CachedSegment] = OrderedDict()
        self._memory_bytes = 0
        self._disk = DiskAnswers(path, disk_bytes) if path is not None and enabled else None
        self._thread = ThreadPoolExecutor(1, "tarjimon-segment-cache") if self._disk else None
        self._unwritten: dict[bytes, CachedSegment] = {}
        self._in_writing: dict[bytes, CachedSegment] = {}
        self._writing: asyncio.Future[None] | None = None
        self._memory_hits = self._disk_hits = self._misses = self._writes = self._evictions = 0

    def peek(self, key: bytes) -> CachedSegment | None:
        """The answer if it is in memory; microseconds, never touches the disk. A miss is not counted."""
        answer = self._memory.get(key)
        if answer is not None:
            self._memory.move_to_end(key)
            self._memory_hits += 1
        return answer

    async def get_many(self, keys: Sequence[bytes]) -> dict[bytes, CachedSegment]:
        """The answers that are known, from memory, else from disk in one query in a thread."""
        if not self._enabled:
            return {}
        found: dict[bytes, CachedSegment] = {}
        missing: list[bytes] = []
        for key in dict.fromkeys(keys):
            answer = self.peek(key)
            if answer is None:
                answer = self._unwritten.get(key) or self._in_writing.get(key)
                self._memory_hits += answer is not None
            if answer is None:
                missing.append(key)
            else:
                found[key] = answer
        if missing and self._disk is not None and self._thread is not None:
            loop = asyncio.get_running_loop()
            on_disk, old = await loop.run_in_executor(self._thread, self._disk.get, missing)
            self._disk_hits += len(on_disk)
            for key, answer in on_disk.items():
                self._remember(key, answer)
            found.update(on_disk)
            if old:
                self._unwritten = {**old, **self._unwritten}
                self._write_soon()
            self._misses += len(missing) - len(on_disk)
        else:
            self._misses += len(missing)
        return found

    async def put_many(
        self, answers: Mapping[bytes, CachedSegment] | Iterable[tuple[bytes, CachedSegment]]
    ) -> None:
        """Keep answers: visible to this process at once, on disk in the background (see `flush`)."""
        if not self._enabled:
            return
        fresh = dict(answers)
        self._writes += len(fresh)
        for key, answer in fresh.items():
            self._remember(key, answer)
        if self._disk is not None and fresh:
            self._unwritten.update(fresh)
            self._write_soon()
            if len(self._unwritten) > _UNWRITTEN_LIMIT:
                await self.flush()

    async def flush(self) -> None:
        """Return when all that was put is on disk."""
        while self._writing is not None:
            await asyncio.shield(self._writing)

    def stats(self) -> CacheStats:
        """Counters and sizes for metrics; cheap."""
        disk = self._disk
        return CacheStats(
            memory_hits=self._memory_hits,
            disk_hits=self._disk_hits,
            misses=self._misses,
            writes=self._writes,
            memory_evictions=self._evictions,
            disk_evictions=disk.evictions if disk else 0,
            failures=disk.failures if disk else 0,
            memory_entries=len(self._memory),
            memory_bytes=self._memory_bytes,
            disk_bytes=disk.size if disk else 0,
        )

    async def aclose(self) -> None:
        """Flush and close; later calls find nothing and store nothing."""
        await self.flush()
        self._enabled = False
        self._memory.clear()
        self._memory_bytes = 0
        if self._disk is not None and self._thread is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._disk.close)
            self._thread.shutdown(wait=True)

    def _remember(self, key: bytes, answer: CachedSegment) -> None:
        previous = self._memory.pop(key, None)
        if previous is not None:
            self._memory_bytes -= _size(previous)
        size = _size(answer)
        if size > self._memory_bound:
            return
        self._memory[key] = answer
        self._memory_bytes += size
        while self._memory_bytes > self._memory_bound:
            _, dropped = self._memory.popitem(last=False)
            self._memory_bytes -= _size(dropped)
            self._evictions += 1

    def _write_soon(self) -> None:
        """Hand all unwritten answers to the thread in one transaction, unless it is at work already."""
        if self._writing is not None or self._disk is None:
            return
        self._in_writing, self._unwritten = self._unwritten, {}
        loop = asyncio.get_running_loop()
        self._writing = loop.run_in_executor(self._thread, self._disk.put, self._in_writing)
        self._writing.add_done_callback(self._written)

    def _written(self, _: asyncio.Future[None]) -> None:
        self._writing = None
        self._in_writing = {}
        if self._unwritten:
            self._write_soon()


def _size(answer: CachedSegment) -> int:
    return 2 * (len(answer.text) + len(answer.verdict)) + _ENTRY_OVERHEAD
