"""The throughput engine: CTranslate2 on CPU and CUDA."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ctranslate2

from tarjimon.domain import DecodingSettings, EncodedSegment, Hypothesis
from tarjimon.engine.base import EngineInfo
from tarjimon.engine.grouping import by_key
from tarjimon.errors import ConfigError, CorruptModelError, EngineError
from tarjimon.models.weights import CTRANSLATE2_WEIGHTS, read_ctranslate2_index

_BYTES_PER_WEIGHT = {"float32": 4, "int8_float32": 1, "int16": 2}  # any other: 1 for int8*, 2 for *float16


def cuda_visible() -> bool:
    """Whether CTranslate2 sees a CUDA device."""
    return bool(ctranslate2.get_cuda_device_count())


class CTranslate2Engine:
    """An `Engine` over CTranslate2.

    One call computes in the calling thread's turn on one worker; the GIL is released. Segments of a batch
    whose `max_output_tokens` differ are decoded in separate calls, because the longest length tried is part
    of what a beam search finds: with one call for all, a result would depend on its batch mates.

    Args:
        folder: a CTranslate2 model.
        device: "cpu", "cuda" or "cuda:N".
        compute_type: "auto" is int8 on CPU and float16 on CUDA; else a type that CTranslate2 knows.
        workers: batches computed at the same time.
        threads: CPU threads of one worker.

    Raises:
        CorruptModelError: the files cannot be read as a model.
        ConfigError: the device is absent, or it has no such compute type.
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
        kind, _, index = device.partition(":")
        compute_type = _checked_type(kind, compute_type)
        variables, _ = read_ctranslate2_index(folder / CTRANSLATE2_WEIGHTS)
        try:
            translator = ctranslate2.Translator(
                str(folder),
                device=kind,
                device_index=int(index or 0),
                compute_type=compute_type,
                inter_threads=workers,
                intra_threads=threads,
            )
        except (RuntimeError, ValueError, OSError) as error:
            if kind == "cuda":
                raise ConfigError(
                    f"{folder.name} could not be loaded on {device}: {error}.", field="device"
                ) from error
            raise CorruptModelError(f"CTranslate2 cannot load {folder}: {error}.") from error
        self._translator: Any = translator
        self._closing = threading.Lock()
        weights = sum(v.size // _stored_bytes(v.dtype) for v in variables)
        self._info = EngineInfo(
            library="ctranslate2",
            device=device,
            compute_type=str(translator.compute_type),
            workers=workers,
            threads=threads,
            memory_bytes=weights * _loaded_bytes(str(translator.compute_type)),
        )

    @property
    def info(self) -> EngineInfo:
        """What the engine runs on."""
        return self._info

    def translate_batch(
        self, batch: Sequence[EncodedSegment], decoding: DecodingSettings
    ) -> list[Hypothesis]:
        """See `Engine.translate_batch`."""
        translator = self._translator
        if translator is None:
            raise EngineError("The engine is closed.", reason="ENGINE_CLOSED")
        if not all(segment.source for segment in batch):
            raise EngineError("A segment's source was empty: there is nothing to decode.")
        answers: dict[int, Hypothesis] = {}
        # Equal lengths and equally long prefixes decode together.
        for (limit, forced, aligned), places in by_key(
            batch, lambda s: (s.max_output_tokens, len(s.target_prefix), s.alignment)
        ).items():
            try:
                results = translator.translate_batch(
                    [list(batch[i].source) for i in places],
                    target_prefix=[list(batch[i].target_prefix) for i in places] if forced else None,
                    max_batch_size=0,
                    beam_size=decoding.beam_size,
                    length_penalty=decoding.length_penalty,
                    repetition_penalty=decoding.repetition_penalty,
                    no_repeat_ngram_size=decoding.no_repeat_ngram_size,
                    max_input_length=0,  # never cut silently: a longer input raises
                    max_decoding_length=limit + forced,
                    disable_unk=True,
                    return_scores=True,
                    return_end_token=True,
                    return_attention=aligned,
                )
            except (RuntimeError, ValueError) as error:
                raise EngineError(f"CTranslate2 failed on a batch of {len(places)}: {error}.") from error
            for place, result in zip(places, results, strict=True):
                answers[place] = _hypothesis(result, forced, limit, decoding)
        return [answers[i] for i in range(len(batch))]

    def close(self) -> None:
        """See `Engine.close`."""
        with self._closing:
            translator, self._translator = self._translator, None
            if translator is not None:
                translator.unload_model()


def _hypothesis(result: Any, forced: int, limit: int, decoding: DecodingSettings) -> Hypothesis:
    written = result.hypotheses[0][forced:]
    complete = bool(written) and written[-1] == "</s>"
    # CTranslate2 divides the sum of log-probabilities by the length, prefix included, to the power of the
    # penalty; the prefix itself adds nothing to the sum.
    whole = len(written) + forced
    total = float(result.scores[0]) * whole**decoding.length_penalty
    tokens = tuple(written[:-1] if complete else written)
    rows = result.attention[0][forced : forced + len(tokens)] if result.attention else ()
    return Hypothesis(
        tokens,
        total / max(1, len(written)),
        complete or len(written) < limit,
        tuple(map(tuple, rows)),
    )


def _checked_type(kind: str, compute_type: str) -> str:
    if kind not in ("cpu", "cuda"):
        raise ConfigError(f'Device {kind!r} is not one of "cpu", "cuda", "cuda:N".', field="device")
    if kind == "cuda" and not cuda_visible():
        raise ConfigError("Device cuda was asked for and no CUDA device is visible; use cpu.", field="device")
    if compute_type == "auto":
        return "int8" if kind == "cpu" else "float16"
    supported = ctranslate2.get_supported_compute_types(kind)
    if compute_type not in supported:
        raise ConfigError(
            f"Compute type {compute_type!r} does not run on {kind} here; "
            f"it has: {', '.join(sorted(supported))}.",
            field="compute_type",
        )
    return compute_type


def _stored_bytes(dtype: str) -> int:
    return {"float32": 4, "int32": 4, "int8": 1}.get(dtype, 2)


def _loaded_bytes(compute_type: str) -> int:
    return _BYTES_PER_WEIGHT.get(compute_type, 1 if compute_type.startswith("int8") else 2)
