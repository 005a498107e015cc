"""What the scheduler counts, for the snapshot."""

from __future__ import annotations

from collections import Counter

COUNTERS = (
    "submitted",
    "coalesced",
    "completed",
    "failed",
    "cancelled",
    "expired",
    "batches",
    "retried_batches",
    "hung_batches",
    "source_tokens",
    "padded_source_tokens",
    "output_tokens",
)
REFUSALS = ("queue_full", "deadline", "shutting_down", "draining", "unhealthy", "too_large")

_DECAY = 0.97


class Tally:
    """Counters that only grow, and means over about the last 30 batches.

    Attributes:
        counters: segments, batches and tokens, by name.
        refusals: segments refused at the door, by cause.
        fill: recent mean of padded tokens ÷ budget.
        padding_share: recent share of padded source tokens that are padding.
    """

    def __init__(self) -> None:
        self.counters: Counter[str] = Counter(dict.fromkeys(COUNTERS, 0))
        self.refusals: Counter[str] = Counter(dict.fromkeys(REFUSALS, 0))
        self._batches = self._fill = self._padded = self._real = 0.0

    @property
    def fill(self) -> float:
        """Padded tokens ÷ budget, 0.0 before the first batch."""
        return self._fill / self._batches if self._batches else 0.0

    @property
    def padding_share(self) -> float:
        """Padding ÷ padded source tokens, 0.0 before the first batch."""
        return 1.0 - self._real / self._padded if self._padded else 0.0

    def batch(self, fill: float, padded: int, real: int) -> None:
        """Count a batch that is handed to an engine."""
        self.counters["batches"] += 1
        self.counters["source_tokens"] += real
        self.counters["padded_source_tokens"] += padded
        self._batches = self._batches * _DECAY + 1.0
        self._fill = self._fill * _DECAY + fill
        self._padded = self._padded * _DECAY + padded
        self._real = self._real * _DECAY + real
