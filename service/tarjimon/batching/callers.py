"""Who waits for which segment: coalescing, deadlines, cancellation, answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tarjimon.batching.deadlines import Deadlines
from tarjimon.batching.entry import CoalescingKey, Entry, Place, Waiter
from tarjimon.batching.tally import Tally
from tarjimon.domain import Hypothesis
from tarjimon.errors import DeadlineExpiredError, TarjimonError


class Callers:
    """Every unanswered caller, and the one entry that each of them shares with those who ask the same.

    Args:
        loop: where the futures live.
        tally: counts answers.
        leave: takes an entry for which nobody waits any more out of its queue.

    Attributes:
        waiting: futures not yet settled.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, tally: Tally, leave: Callable[[Entry], None]) -> None:
        self.waiting = 0
        self._loop = loop
        self._counters = tally.counters
        self._leave = leave
        self._entries: dict[CoalescingKey, Entry] = {}
        self._deadlines = Deadlines()
        self.find = self._entries.get

    def open(self, entry: Entry) -> None:
        """Let later callers find the entry."""
        self._entries[entry.key] = entry

    def join(self, entry: Entry, deadline: float | None) -> Waiter:
        """A future for one more caller of the entry."""
        waiter = Waiter(entry, deadline, self._abandoned, self._loop)
        entry.waiters.append(waiter)
        self.waiting += 1
        if deadline is not None:
            self._deadlines.add(waiter)
        return waiter

    def answer(self, entry: Entry, hypothesis: Hypothesis) -> None:
        """Give all callers of the entry their hypothesis."""
        self._counters["completed"] += len(entry.waiters)
        for waiter in self._close(entry):
            waiter.set_result(hypothesis)

    def fail(self, entry: Entry, error: Callable[[], TarjimonError]) -> None:
        """Give each caller of the entry an error of its own."""
        self._counters["failed"] += len(entry.waiters)
        for waiter in self._close(entry):
            waiter.set_exception(error())

    def drop(self, entry: Entry) -> None:
        """Forget an entry for which nobody waits."""
        self._close(entry)

    def expire(self, now: float) -> None:
        """Fail the callers whose deadline has come; their entries leave unless others wait for them."""
        for waiter in self._deadlines.due(now):
            self._counters["expired"] += 1
            waiter.set_exception(expired())
            self._settled(waiter)
            self._part(waiter)

    def next_deadline(self) -> float | None:
        """When `expire` has work to do next."""
        return self._deadlines.next_due()

    def _abandoned(self, waiter: Waiter) -> None:
        self._counters["cancelled"] += 1
        self._settled(waiter)
        self._part(waiter)

    def _part(self, waiter: Waiter) -> None:
        entry = waiter.entry
        entry.waiters.remove(waiter)
        if not entry.waiters and entry.place < Place.RUNNING:
            self._leave(entry)
            self._close(entry)

    def _close(self, entry: Entry) -> list[Waiter]:
        entry.place = Place.DONE
        if self._entries.get(entry.key) is entry:
            del self._entries[entry.key]
        waiters, entry.waiters = entry.waiters, []
        for waiter in waiters:
            self._settled(waiter)
        return waiters

    def _settled(self, waiter: Waiter) -> None:
        self.waiting -= 1
        if waiter.deadline is not None:
            self._deadlines.settled()


def expired() -> DeadlineExpiredError:
    """The error of a caller whose deadline came before the answer."""
    return DeadlineExpiredError(
        "The deadline passed before the segment was decoded; allow more time or send less at once."
    )
