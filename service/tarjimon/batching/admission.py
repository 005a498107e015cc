"""The door: what is refused before it waits, because the queue is full or the deadline cannot be met."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from tarjimon.batching.callers import expired
from tarjimon.batching.station import Station
from tarjimon.batching.tally import Tally
from tarjimon.batching.work import SchedulerSettings
from tarjimon.domain import Lane
from tarjimon.errors import LimitExceededError, OverloadedError

_NEVER = float("inf")
_LONGEST_RETRY = 60.0


@dataclass(slots=True)
class Demand:
    """What one client asks of one engine and lane in one call.

    Attributes:
        tokens: source + expected output of what is not yet being computed for others.
        deadline: the earliest.
    """

    tokens: int = 0
    deadline: float = _NEVER


Demands = dict[tuple[Station, Lane, str], Demand]
"""By engine, lane and client."""


class Door:
    """Bounds by lane over all engines, and the wait that each deadline allows."""

    def __init__(self, settings: SchedulerSettings, clock: Callable[[], float], tally: Tally) -> None:
        self._clock = clock
        self._refusals = tally.refusals
        self._bounds = {
            Lane.INTERACTIVE: settings.interactive_queue_tokens,
            Lane.BULK: settings.bulk_queue_tokens,
        }

    def check(self, demands: Demands, segments: int, stations: Collection[Station]) -> None:
        """Pass, or refuse all.

        Raises:
            OverloadedError: a queue is full, or the estimated wait exceeds a deadline.
            DeadlineExpiredError: a deadline has come already.
            LimitExceededError: more than a lane holds when it is empty.
        """
        wanted = dict.fromkeys(Lane, 0)
        for (_, lane, _), demand in demands.items():
            wanted[lane] += demand.tokens
        for lane, tokens in wanted.items():
            if tokens:
                self._check_bound(lane, tokens, segments, stations)
        now = self._clock()
        for (station, lane, client), demand in demands.items():
            if demand.deadline < _NEVER:
                self._check_deadline(station, lane, client, demand.tokens, demand.deadline - now, segments)

    def _check_bound(self, lane: Lane, tokens: int, segments: int, stations: Collection[Station]) -> None:
        bound = self._bounds[lane]
        if tokens > bound:
            self._refusals["too_large"] += segments
            raise LimitExceededError(
                f"{segments} segments with {tokens} tokens (source and expected output) were handed over at "
                f"once; the {lane} lane holds at most {bound}. Hand them over in smaller parts.",
                field=f"batching.{lane}_queue_tokens",
            )
        queued = sum(station.waiting(lane)[1] for station in stations)
        if queued + tokens > bound:
            self._refusals["queue_full"] += segments
            rate = sum(station.tokens_per_second for station in stations)
            raise _overloaded(
                f"The {lane} queue is full: {queued} of {bound} tokens wait and {tokens} more were asked for",
                (queued + tokens - bound) / rate if rate else 1.0,
            )

    def _check_deadline(
        self, station: Station, lane: Lane, client: str, tokens: int, left: float, segments: int
    ) -> None:
        if left <= 0:
            self._refusals["deadline"] += segments
            raise expired()
        if not tokens or station.wait(tokens, lane, None) <= left:
            return
        wait = station.wait(tokens, lane, client)  # dearer: counts only each client's fair share
        if wait > left:
            self._refusals["deadline"] += segments
            raise _overloaded(
                f"The answer would take about {wait:.1f} s and the deadline is in {left:.1f} s",
                wait - left,
                cause="deadline",
            )


def _overloaded(what: str, seconds: float, cause: str = "queue_full") -> OverloadedError:
    retry_after = min(_LONGEST_RETRY, max(0.1, seconds))
    return OverloadedError(
        f"{what}; ask again in {retry_after:.1f} s.", retry_after=retry_after, metadata={"cause": cause}
    )
