"""One segment on its way through the scheduler, and the callers who wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import IntEnum
from typing import Any

from tarjimon.batching.budget import Slot
from tarjimon.domain import DecodingSettings, EncodedSegment, Hypothesis, Lane

CoalescingKey = tuple[str, DecodingSettings, EncodedSegment]
"""What makes two pieces of work the same computation."""


Mates = tuple[DecodingSettings, int, int]
"""What must be equal within a batch: search settings, output limit, length of the forced prefix.

An engine takes one limit and one prefix length per call; it would compute such groups one after the other.
"""


class Place(IntEnum):
    """Where an entry is."""

    WAITING = 0
    WINDOW = 1
    RUNNING = 2
    DONE = 3


class Waiter(asyncio.Future[Hypothesis]):
    """A caller's future. It reports its own cancellation, so that nothing has to look for it later.

    A done-callback would do the same for two loop callbacks per segment.
    """

    __slots__ = ("_abandoned", "deadline", "entry")

    def __init__(
        self,
        entry: Entry,
        deadline: float | None,
        abandoned: Callable[[Waiter], None],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        super().__init__(loop=loop)
        self.entry = entry
        self.deadline = deadline
        self._abandoned = abandoned

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancel, and free the place in the queue if nobody else waits for the segment."""
        if not super().cancel(msg):
            return False
        self._abandoned(self)
        return True


class Entry:
    """A segment that waits or runs, once for all the callers who asked for the same.

    Attributes:
        key: what it is coalesced by; its first part names the engine.
        mates: with whom it may share a batch.
        source: source tokens, at least 1.
        output: expected output tokens, each beam counted.
        cost: source + output: what it weighs in queues, fairness and estimates.
        lane: the most urgent of its waiters'.
        client: on whose account it runs.
        seq: arrival number, unique.
        place: where it is.
        waiters: callers not yet answered.
    """

    __slots__ = ("client", "cost", "key", "lane", "mates", "output", "place", "seq", "source", "waiters")

    def __init__(
        self, key: CoalescingKey, source: int, output: int, lane: Lane, client: str, seq: int
    ) -> None:
        self.key = key
        segment = key[2]
        self.mates: Mates = (key[1], segment.max_output_tokens, len(segment.target_prefix))
        self.source = source
        self.output = output
        self.cost = source + output
        self.lane = lane
        self.client = client
        self.seq = seq
        self.place = Place.WAITING
        self.waiters: list[Waiter] = []

    @property
    def decoding(self) -> DecodingSettings:
        """The search settings."""
        return self.key[1]

    @property
    def segment(self) -> EncodedSegment:
        """What the engine gets."""
        return self.key[2]

    @property
    def slot(self) -> Slot:
        """Its place in a list sorted by length."""
        return (self.source, self.output, self.seq, self)
