"""The callers' deadlines in order of time, without keeping answered callers in memory."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from itertools import count

from tarjimon.batching.entry import Waiter


class Deadlines:
    """A heap of waiters by deadline; those already answered are swept out when they are the majority."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Waiter]] = []
        self._ticket = count()
        self._live = 0

    def add(self, waiter: Waiter) -> None:
        """Watch a waiter that has a deadline."""
        assert waiter.deadline is not None
        self._live += 1
        heappush(self._heap, (waiter.deadline, next(self._ticket), waiter))

    def settled(self) -> None:
        """Note that one of the watched waiters was answered."""
        self._live -= 1
        if len(self._heap) > 64 + 2 * self._live:
            self._heap = [item for item in self._heap if not item[2].done()]
            heapify(self._heap)

    def due(self, now: float) -> list[Waiter]:
        """Take out the waiters whose deadline has come and who were not answered."""
        waiters = []
        while self._heap and self._heap[0][0] <= now:
            waiter = heappop(self._heap)[2]
            if not waiter.done():
                waiters.append(waiter)
        return waiters

    def next_due(self) -> float | None:
        """The earliest deadline of an unanswered waiter."""
        while self._heap and self._heap[0][2].done():
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None
