"""Counts of what came out of the pipeline, for metrics."""

from __future__ import annotations

from collections import Counter

from tarjimon.pipeline.values import SegmentStatus, TargetSegment
from tarjimon.text.fidelity import IssueKind


class Tally:
    """Segments by how they came about, findings of the fidelity check, and second decoding passes.

    Attributes:
        segments: by status.
        issues: by kind.
        second_passes: segments that were decoded again.
        failed: segments whose verdict is not ok.
    """

    def __init__(self) -> None:
        self.segments: Counter[SegmentStatus] = Counter()
        self.issues: Counter[IssueKind] = Counter()
        self.second_passes = 0
        self.failed = 0

    def add(self, segment: TargetSegment) -> None:
        """Count a finished segment."""
        self.segments[segment.status] += 1
        self.issues.update(issue.kind for issue in segment.verdict.issues)
        self.second_passes += segment.attempts > 1
        self.failed += not segment.verdict.ok
