"""The transformers engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tarjimon.domain import DecodingSettings, EncodedSegment, Hypothesis
from tarjimon.engine.base import EngineInfo


def torch_cuda_visible() -> bool:
    """Whether torch is installed and sees a CUDA device."""
    raise NotImplementedError


class TransformersEngine:
    """An `Engine` over transformers.

    Args:
        folder: the model's folder.
        device: "cpu", "cuda" or "cuda:N".
        compute_type: see `loading.load`.
        workers: batches computed at the same time.
        threads: CPU threads of one worker.
    """

    def __init__(
        self,
        folder: Path,
        *,
        device: str = "cpu",
        compute_type: str = "auto",
        workers: int = 1,
        threads: int = 1,
    ) -> None:
        raise NotImplementedError

    @property
    def info(self) -> EngineInfo:
        """What the engine runs on."""
        raise NotImplementedError

    def translate_batch(
        self, batch: Sequence[EncodedSegment], decoding: DecodingSettings
    ) -> list[Hypothesis]:
        """See `Engine.translate_batch`."""
        raise NotImplementedError

    def close(self) -> None:
        """See `Engine.close`."""
        raise NotImplementedError
