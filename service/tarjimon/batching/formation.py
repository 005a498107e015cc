"""Which entries make the next batch of an engine: interactive first, bulk in the room left and its share."""

from __future__ import annotations

from collections.abc import Mapping

from tarjimon.batching.budget import TokenBudget
from tarjimon.batching.entry import Entry
from tarjimon.batching.queue import LaneQueue
from tarjimon.batching.work import SchedulerSettings
from tarjimon.domain import Lane


class BatchFormer:
    """The two lanes of one engine.

    Attributes:
        lanes: the queues.
    """

    def __init__(self, settings: SchedulerSettings) -> None:
        quantum = max(64, settings.batch_tokens // 16)
        self.lanes: Mapping[Lane, LaneQueue] = {
            lane: LaneQueue(settings.window_batches * settings.batch_tokens, quantum) for lane in Lane
        }
        self._interactive = self.lanes[Lane.INTERACTIVE]
        self._bulk = self.lanes[Lane.BULK]
        self._budget = TokenBudget(
            settings.source_budget, settings.output_budget, settings.max_batch_segments
        )
        self._share = settings.bulk_share
        self._owed_to_bulk = 0.0

    @property
    def segments(self) -> int:
        """Entries that wait."""
        return self._interactive.segments + self._bulk.segments

    @property
    def tokens(self) -> int:
        """Their cost."""
        return self._interactive.tokens + self._bulk.tokens

    def next_batch(self, idle_workers: int) -> tuple[list[Entry], bool]:
        """Form a batch, sorted by length; empty when nothing waits.

        Args:
            idle_workers: workers that could take a batch now; a short queue is spread over them.

        Returns:
            The entries, and whether both lanes competed for the batch (see `account`).
        """
        contended = bool(self._interactive.segments and self._bulk.segments)
        if not contended:
            self._owed_to_bulk = 0.0
        budget = self._budget
        if idle_workers > 1:
            spread = -(-self.segments // idle_workers)
            budget = TokenBudget(budget.source, budget.output, max(1, min(budget.segments, spread)))
        bulk_first = not self._interactive.segments or (contended and self._owed_to_bulk > 0)
        first, second = (self._bulk, self._interactive) if bulk_first else (self._interactive, self._bulk)
        batch = first.take(budget)
        if batch and second.segments and len(batch) < budget.segments:
            batch += second.top_up(batch, budget)
            batch.sort(key=lambda entry: (entry.source, entry.output, entry.seq))
        return batch, contended

    def account(self, seconds: float, bulk_part: float) -> None:
        """Note a contended batch's time, so that bulk work gets its share of it sooner or later.

        Args:
            seconds: what the batch took.
            bulk_part: part of its tokens that were bulk work, 0 to 1.
        """
        self._owed_to_bulk += (self._share - bulk_part) * seconds
