"""The threads that call an engine: one batch at a time each, one hop there and one hop back."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tarjimon.domain import DecodingSettings, EncodedSegment, Hypothesis
from tarjimon.engine.base import Engine
from tarjimon.errors import EngineError


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch.

    Attributes:
        hypotheses: one per segment, or None when the engine raised.
        error: what it raised, or None.
        seconds: inside the engine.
    """

    hypotheses: list[Hypothesis] | None
    error: BaseException | None
    seconds: float


Deliver = Callable[["Worker", Outcome], None]
"""Receives a worker's outcome on the loop."""


class Worker:
    """One thread; runs what it is given until it is stopped.

    Threads are daemons: one that hangs inside the engine must not keep the process from ending.
    """

    def __init__(
        self,
        name: str,
        engine: Engine,
        deliver: Deliver,
        loop: asyncio.AbstractEventLoop,
        clock: Callable[[], float],
    ) -> None:
        self._engine = engine
        self._deliver = deliver
        self._loop = loop
        self._clock = clock
        self._inbox: queue.SimpleQueue[tuple[list[EncodedSegment], DecodingSettings] | None] = (
            queue.SimpleQueue()
        )
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._thread.start()

    def run(self, segments: list[EncodedSegment], decoding: DecodingSettings) -> None:
        """Hand over a batch; the outcome is delivered on the loop."""
        self._inbox.put((segments, decoding))

    def stop(self) -> None:
        """End the thread after the batch that it runs, if any."""
        self._inbox.put(None)

    def join(self, seconds: float) -> None:
        """Wait for the thread's end; only for one that is not inside the engine."""
        self._thread.join(seconds)

    def _serve(self) -> None:
        while (job := self._inbox.get()) is not None:
            outcome = self._decode(*job)
            try:
                self._loop.call_soon_threadsafe(self._deliver, self, outcome)
            except RuntimeError:  # the loop is closed: nobody is left to tell
                return
            del job, outcome  # an idle worker must not keep the last batch in memory

    def _decode(self, segments: Sequence[EncodedSegment], decoding: DecodingSettings) -> Outcome:
        started = self._clock()
        try:
            hypotheses = self._engine.translate_batch(segments, decoding)
            if len(hypotheses) != len(segments):
                raise EngineError(
                    f"The engine gave {len(hypotheses)} hypotheses for a batch of {len(segments)} segments; "
                    "expected one each. This is a bug in the engine."
                )
        except BaseException as error:  # whatever it is, the thread survives and the callers hear of it
            return Outcome(None, error, self._clock() - started)
        return Outcome(hypotheses, None, self._clock() - started)


class WorkerPool:
    """The threads of one engine: those that are free, and those lost inside it.

    Attributes:
        size: workers that take batches or compute, lost ones not counted.
    """

    def __init__(
        self,
        name: str,
        engine: Engine,
        count: int,
        deliver: Deliver,
        loop: asyncio.AbstractEventLoop,
        clock: Callable[[], float],
    ) -> None:
        self._name = name
        self._engine = engine
        self._deliver = deliver
        self._loop = loop
        self._clock = clock
        self._wanted = count
        self._started = 0
        self._lost: set[Worker] = set()
        self._stopped = False
        self.size = 0
        self._idle: list[Worker] = []
        for _ in range(count):
            self._idle.append(self._start())

    @property
    def lost(self) -> int:
        """Workers given up and still inside the engine."""
        return len(self._lost)

    @property
    def idle(self) -> int:
        """Workers without a batch."""
        return len(self._idle)

    def acquire(self) -> Worker:
        """A worker for one batch; there must be an idle one."""
        return self._idle.pop()

    def release(self, worker: Worker) -> bool:
        """Take a worker back after its batch; False when the watchdog had given it up before.

        One that returns late fills a gap in the pool if there is one, else its thread ends.
        """
        was_lost = worker in self._lost
        if was_lost:
            self._lost.discard(worker)
            if self.size < self._wanted and not self._stopped:
                self.size += 1
                self._idle.append(worker)
            else:
                worker.stop()
        else:
            self._idle.append(worker)
        return not was_lost

    def give_up(self, worker: Worker) -> None:
        """Count a worker as lost, and replace it unless as many as the pool's size are lost already."""
        self._lost.add(worker)
        self.size -= 1
        if self.lost <= self._wanted:
            self._idle.append(self._start())

    def stop(self) -> None:
        """End the idle threads now, the others after what they run; lost ones end when they return."""
        self._stopped = True
        for worker in self._idle:
            worker.stop()
        for worker in self._idle:
            worker.join(1.0)
        self.size -= len(self._idle)
        self._idle.clear()

    def _start(self) -> Worker:
        self._started += 1
        self.size += 1
        name = f"tarjimon-{self._name}-{self._started}"
        return Worker(name, self._engine, self._deliver, self._loop, self._clock)
