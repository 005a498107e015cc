"""An engine whose batches the test lets through one by one, and a clock that it sets."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

from tarjimon.batching.scheduler import Scheduler, Work
from tarjimon.domain import DecodingSettings, EncodedSegment, Hypothesis, Lane
from tarjimon.engine.base import EngineInfo


class ManualClock:
    """Seconds that pass only when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class GatedEngine:
    """Answers each segment with its source reversed, when the gate is open or a permit is given."""

    def __init__(self, workers: int = 1, clock: ManualClock | None = None) -> None:
        self.info = EngineInfo("fake", "cpu", "float32", workers, 1, 0)
        self.batches: list[tuple[tuple[str, ...], ...]] = []
        self.decodings: list[DecodingSettings] = []
        self.poison: set[str] = set()
        self.always_fail = False
        self.drop_one = False
        self.seconds_per_batch = 0.0
        self.now_running = 0
        self.most_running = 0
        self._clock = clock
        self._permits = threading.Semaphore(0)
        self._open = True
        self._lock = threading.Lock()
        self._changed: asyncio.Event = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def hold(self) -> None:
        self._open = False

    def let(self, batches: int = 1) -> None:
        self._permits.release(batches)

    def open(self) -> None:
        self._open = True
        self._permits.release(1000)

    async def entered(self, batches: int) -> None:
        """Return when so many batches have entered the engine since the start."""
        while len(self.batches) < batches:
            self._changed.clear()
            if len(self.batches) < batches:
                await self._changed.wait()

    def translate_batch(
        self, batch: Sequence[EncodedSegment], decoding: DecodingSettings
    ) -> list[Hypothesis]:
        with self._lock:
            self.batches.append(tuple(segment.source for segment in batch))
            self.decodings.append(decoding)
            self.now_running += 1
            self.most_running = max(self.most_running, self.now_running)
        self._loop.call_soon_threadsafe(self._changed.set)
        if not self._open:
            self._permits.acquire()
        if self._clock is not None:
            self._clock.now += self.seconds_per_batch
        with self._lock:
            self.now_running -= 1
        if self.always_fail or any(self.poison.intersection(segment.source) for segment in batch):
            raise RuntimeError("kernel exploded")
        answers = [answer(segment) for segment in batch]
        return answers[1:] if self.drop_one else answers

    def close(self) -> None:
        raise AssertionError("the scheduler does not own the engine")


def answer(segment: EncodedSegment) -> Hypothesis:
    return Hypothesis(tokens=tuple(reversed(segment.source)), score=-float(len(segment.source)))


def make_work(
    name: str,
    length: int = 4,
    *,
    lane: Lane = Lane.INTERACTIVE,
    client: str = "a",
    deadline: float | None = None,
    model: str = "m",
    decoding: DecodingSettings | None = None,
    prefix: tuple[str, ...] = (),
    limit: int = 256,
) -> Work:
    """Work whose source begins with its name."""
    source = (name, *(f"t{i}" for i in range(length - 1)))
    segment = EncodedSegment(source, prefix, limit)
    return Work(model, segment, decoding or DecodingSettings(), lane, client, deadline)


def assert_at_rest(scheduler: Scheduler) -> None:
    """Every gauge is at zero."""
    state = scheduler.snapshot()
    assert set(state.queued_segments.values()) == {0}
    assert set(state.queued_tokens.values()) == {0}
    assert state.inflight_batches == 0
    assert state.inflight_segments == 0
    assert state.waiting_callers == 0
    counters = state.counters
    settled = sum(counters[name] for name in ("completed", "failed", "cancelled", "expired"))
    assert counters["submitted"] == settled
