"""The values that enter and leave the scheduler: work, settings, snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tarjimon.domain import DecodingSettings, EncodedSegment, Lane
from tarjimon.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Work:
    """One segment to decode, and on whose behalf.

    Attributes:
        model: the key under which the engine was attached.
        segment: what the engine gets.
        decoding: how it searches; segments of different settings never share a batch.
        lane: interactive work goes first.
        client: who asks; the unit of fairness, for example the authenticated name.
        deadline: the scheduler's clock, in seconds, at which the answer loses its worth; None: never.
    """

    model: str
    segment: EncodedSegment
    decoding: DecodingSettings = field(default_factory=DecodingSettings)
    lane: Lane = Lane.INTERACTIVE
    client: str = ""
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class SchedulerSettings:
    """How batches are formed, bounded and watched. Raises ConfigError when a value makes no sense.

    Attributes:
        source_budget: padded source tokens of one batch (longest x count). A segment above it runs alone.
        output_budget: padded expected output tokens of one batch, each beam counted.
        max_batch_segments: segments in one batch.
        window_batches: how many batches' worth of waiting work is considered when lengths are matched;
            more means less padding and coarser fairness.
        bulk_share: part of the engine's tokens that bulk work gets even when interactive work never ends.
        interactive_queue_tokens: waiting tokens (source + expected output) above which the lane refuses.
        bulk_queue_tokens: the same for the bulk lane.
        hang_seconds: a batch that runs longer, and longer than `hang_factor` x its estimate, is hung.
        hang_factor: see `hang_seconds`.
    """

    source_budget: int = 4096
    output_budget: int = 4096
    max_batch_segments: int = 256
    window_batches: int = 16
    bulk_share: float = 0.125
    interactive_queue_tokens: int = 400_000
    bulk_queue_tokens: int = 4_000_000
    hang_seconds: float = 60.0
    hang_factor: float = 20.0

    @property
    def batch_tokens(self) -> int:
        """Source + output tokens of a typical full batch: the narrower budget decides."""
        return 2 * min(self.source_budget, self.output_budget)

    def __post_init__(self) -> None:
        for name in (
            "source_budget",
            "output_budget",
            "max_batch_segments",
            "window_batches",
            "interactive_queue_tokens",
            "bulk_queue_tokens",
        ):
            if getattr(self, name) < 1:
                raise ConfigError(
                    f"batching.{name} is {getattr(self, name)}; expected a whole number of at least 1.",
                    field=f"batching.{name}",
                )
        if not 0.0 < self.bulk_share < 1.0:
            raise ConfigError(
                f"batching.bulk_share is {self.bulk_share}; expected a fraction above 0 and below 1.",
                field="batching.bulk_share",
            )
        for name in ("hang_seconds", "hang_factor"):
            if not getattr(self, name) > 0:
                raise ConfigError(
                    f"batching.{name} is {getattr(self, name)}; expected a number above 0.",
                    field=f"batching.{name}",
                )


@dataclass(frozen=True, slots=True)
class EngineSnapshot:
    """One attached engine at this moment.

    Attributes:
        workers: threads that take batches.
        busy_workers: of them, those that compute.
        hung_workers: threads given up by the watchdog and still inside the engine.
        healthy: False when no thread is left to take batches.
        queued_segments: segments that wait for this engine.
        inflight_segments: segments inside the engine.
        tokens_per_second: recent source + output tokens per second of busy time, all workers.
        consecutive_failures: batches that failed since the last one that succeeded.
    """

    workers: int
    busy_workers: int
    hung_workers: int
    healthy: bool
    queued_segments: int
    inflight_segments: int
    tokens_per_second: float
    consecutive_failures: int


@dataclass(frozen=True, slots=True)
class SchedulerSnapshot:
    """The scheduler at this moment; counters only grow, gauges return to zero when nothing waits.

    Attributes:
        queued_segments: by lane, segments waiting for a batch.
        queued_tokens: by lane, their tokens (source + expected output).
        inflight_batches: batches inside an engine.
        inflight_segments: segments inside an engine.
        waiting_callers: futures not yet settled.
        batch_fill: recent mean of padded tokens ÷ budget, 0 to 1 (above 1: a segment larger than the budget).
        padding_share: recent share of padded source tokens that are padding.
        tokens_per_second: recent source + output tokens per second of busy engine time.
        engines: by attached key.
        refusals: by cause: queue_full, deadline, shutting_down, draining, unhealthy, too_large.
        counters: submitted, coalesced, completed, failed, cancelled, expired, batches, retried_batches,
            hung_batches, source_tokens, padded_source_tokens, output_tokens.
    """

    queued_segments: Mapping[Lane, int]
    queued_tokens: Mapping[Lane, int]
    inflight_batches: int
    inflight_segments: int
    waiting_callers: int
    batch_fill: float
    padding_share: float
    tokens_per_second: float
    engines: Mapping[str, EngineSnapshot]
    refusals: Mapping[str, int]
    counters: Mapping[str, int]
