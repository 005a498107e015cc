"""From translated segments back to a text with the white space and paragraphs of the input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tarjimon.pipeline.plan import Plan
from tarjimon.pipeline.values import TargetSegment


def reassemble(plan: Plan, targets: Sequence[TargetSegment]) -> tuple[str, tuple[TargetSegment, ...]]:
    """Join the outputs with the gaps of the input.

    Args:
        plan: the text and its segments.
        targets: one for each segment, in the same order; their offsets are ignored.

    Returns:
        The text, and the segments with their offsets into it.
    """
    pieces: list[str] = []
    placed: list[TargetSegment] = []
    at = end = 0
    for planned, target in zip(plan.segments, targets, strict=True):
        gap = plan.text[end : planned.source.start]
        if not gap and pieces and pieces[-1] and target.text and pieces[-1][-1].isalnum() is False:
            # The source forgot the space after a full stop; its translation should not.
            gap = " " if pieces[-1][-1] in ".!?…" else gap
        pieces += (gap, target.text)
        at += len(gap)
        placed.append(replace(target, start=at, end=at + len(target.text)))
        at += len(target.text)
        end = planned.source.end
    pieces.append(plan.text[end:])
    return "".join(pieces), tuple(placed)
