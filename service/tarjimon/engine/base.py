"""The Engine protocol: the one small interface that schedulers see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tarjimon.domain import DecodingSettings, EncodedSegment, Hypothesis


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What an engine runs on.

    Attributes:
        library: "ctranslate2" or "transformers".
        device: "cpu" or "cuda" (with an index, "cuda:0", when several).
        compute_type: "int8", "float32", "float16", "bfloat16", "int8_float16"…
        workers: batches that may be computed at the same time (replicas).
        threads: CPU threads of one worker.
        memory_bytes: estimate of what the weights occupy.
    """

    library: str
    device: str
    compute_type: str
    workers: int
    threads: int
    memory_bytes: int

    @property
    def label(self) -> str:
        """The receipt's word for the engine, e.g. "ctranslate2/cpu/int8"."""
        return f"{self.library}/{self.device}/{self.compute_type}"


class Engine(Protocol):
    """Translates batches of encoded segments.

    `translate_batch` blocks, is safe to call from `info.workers` threads at once, releases the GIL while it
    computes, and gives one hypothesis per segment in the order of the batch. A result does not depend on the
    other segments of the batch. It raises EngineError.
    """

    @property
    def info(self) -> EngineInfo:
        """What the engine runs on."""
        ...

    def translate_batch(
        self, batch: Sequence[EncodedSegment], decoding: DecodingSettings
    ) -> list[Hypothesis]:
        """Decode a batch; the caller has priced it, the engine does not split it."""
        ...

    def close(self) -> None:
        """Free the weights. The caller has waited for every batch; later calls raise EngineError."""
        ...
