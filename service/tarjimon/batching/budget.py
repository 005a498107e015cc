"""What a batch costs, and which neighbours in length belong together: pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Slot = tuple[int, int, int, Any]
"""(source tokens, expected output tokens, arrival number, entry): sorts by length, then by age."""

STRETCH = 2
"""Bulk work that tops up an interactive batch may be this many times as long as its longest segment."""


@dataclass(frozen=True, slots=True)
class TokenBudget:
    """Bounds of one batch.

    Attributes:
        source: padded source tokens, longest x count.
        output: padded expected output tokens, longest x count.
        segments: count.
    """

    source: int
    output: int
    segments: int

    def holds(self, longest_source: int, longest_output: int, count: int) -> bool:
        """Whether such a batch may run; a segment alone always may, or it would block the queue for good."""
        return count == 1 or (
            count <= self.segments
            and longest_source * count <= self.source
            and longest_output * count <= self.output
        )

    def fill(self, longest_source: int, longest_output: int, count: int) -> float:
        """The fuller of the two: padded tokens ÷ budget; above 1 for a segment larger than the budget."""
        return max(longest_source * count / self.source, longest_output * count / self.output)


def nearest(slots: Sequence[Slot], anchor: int, budget: TokenBudget) -> tuple[int, int]:
    """The range [low, high) of length-sorted slots around the anchor that fills the budget.

    Grows step by step to the side whose length differs less from the anchor's, and stops on a side when the
    batch would burst.
    """
    length, source, output = slots[anchor][0], slots[anchor][0], slots[anchor][1]
    low, high = anchor, anchor + 1
    down, up = low > 0, high < len(slots)
    while down or up:
        rise = up and (not down or slots[high][0] - length <= length - slots[low - 1][0])
        slot = slots[high] if rise else slots[low - 1]
        joined = max(source, slot[0]), max(output, slot[1])
        if not budget.holds(*joined, high - low + 1):
            if rise:
                up = False
            else:
                down = False
            continue
        source, output = joined
        if rise:
            high += 1
            up = high < len(slots)
        else:
            low -= 1
            down = low > 0
    return low, high


def shorter(
    slots: Sequence[Slot], start: int, longest: tuple[int, int], count: int, budget: TokenBudget
) -> tuple[int, int]:
    """The range [low, high) of slots, taken downwards from `start`, that still fits beside a formed batch.

    Slots at the top that would stretch the batch over its budget are passed by.

    Args:
        slots: sorted by length.
        start: index above the longest slot that may join.
        longest: (source, output) of the batch so far.
        count: segments in the batch so far.
        budget: the bounds.
    """
    source, output = longest
    low = high = start
    while low > 0:
        slot = slots[low - 1]
        joined = max(source, slot[0]), max(output, slot[1])
        if budget.holds(*joined, count + 1):
            source, output = joined
            count += 1
        elif low == high:
            high -= 1
        else:
            break
        low -= 1
    return low, high
