"""From a safetensors checkpoint to a CTranslate2 folder, with guards for what goes wrong silently."""

from __future__ import annotations

from pathlib import Path

from tarjimon.models.spec import ModelSpec


def convert_checkpoint(checkpoint: Path, output: Path, spec: ModelSpec) -> None:
    """Write the CTranslate2 form of a checkpoint, tokenizer files included; a `store.Converter`.

    Raises:
        ModelUnavailableError: the extra `torch` is not installed.
        CorruptModelError: the checkpoint cannot be read as the architecture that it claims.
        UnsafeWeightsError: it holds no safetensors.
    """
    raise NotImplementedError
