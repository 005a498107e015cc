"""The reference engine: any AutoModelForSeq2SeqLM of transformers, from safetensors only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from tarjimon.domain import DecodingSettings, EncodedSegment, Hypothesis
from tarjimon.engine.base import EngineInfo
from tarjimon.engine.grouping import by_key
from tarjimon.errors import ConfigError, CorruptModelError, EngineError, ModelUnavailableError

UNK = "<unk>"
_DTYPES = ("float32", "float16", "bfloat16")


def torch_cuda_visible() -> bool:
    """Whether torch is installed and sees a CUDA device."""
    try:
        import torch
    except ImportError:
        return False
    return bool(torch.cuda.is_available())


class TransformersEngine:
    """An `Engine` over transformers' generate, held to CTranslate2's meaning of every decoding setting.

    Penalties count the forced prefix and not the decoder's start token; beam search stops early; unknown
    pieces are never written. With a repetition penalty and a beam the two libraries still differ, because
    transformers applies the penalty to log-probabilities and CTranslate2 to logits.

    Args:
        folder: a safetensors checkpoint with config.json and its tokenizer.
        device: "cpu", "cuda" or "cuda:N".
        compute_type: "auto" is float32 on CPU and float16 on CUDA; or "float32", "float16", "bfloat16".
        workers: batches computed at the same time.
        threads: CPU threads of torch, which has one number for the whole process.

    Raises:
        ModelUnavailableError: torch or transformers is not installed.
        CorruptModelError: the files cannot be read as a model.
        ConfigError: the device is absent or the compute type is none of those above.
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
        try:
            import torch
            import transformers
        except ImportError as error:
            raise ModelUnavailableError(
                f"The transformers engine needs the package {error.name}: install tarjimon[torch].",
                field="engine",
            ) from error
        if device != "cpu" and not torch.cuda.is_available():
            raise ConfigError(
                f"Device {device} was asked for and torch sees no CUDA device; use cpu.", field="device"
            )
        if compute_type == "auto":
            compute_type = "float32" if device == "cpu" else "float16"
        if compute_type not in _DTYPES:
            raise ConfigError(
                f"Compute type {compute_type!r} is not one of {', '.join(_DTYPES)}, which transformers runs.",
                field="compute_type",
            )
        try:
            with without_progress_bars(transformers):
                model = transformers.AutoModelForSeq2SeqLM.from_pretrained(
                    folder,
                    dtype=getattr(torch, compute_type),
                    use_safetensors=True,
                    local_files_only=True,
                    trust_remote_code=False,
                )
        except Exception as error:  # safetensors, JSON and shape errors have no common root
            raise CorruptModelError(f"transformers cannot load {folder}: {error}.") from error
        if device == "cpu":
            torch.set_num_threads(threads)
        self._torch: Any = torch
        self._pieces = _open_vocabulary(folder, transformers, int(model.config.vocab_size))
        self._config = _searching(transformers, model)
        model.generation_config = transformers.GenerationConfig()  # a checkpoint's own defaults are not ours
        self._model: Any = model.to(device).eval()
        self._device = device
        self._info = EngineInfo(
            library="transformers",
            device=device,
            compute_type=compute_type,
            workers=workers,
            threads=threads,
            memory_bytes=sum(p.numel() * p.element_size() for p in model.parameters()),
        )

    @property
    def info(self) -> EngineInfo:
        """What the engine runs on."""
        return self._info

    def translate_batch(
        self, batch: Sequence[EncodedSegment], decoding: DecodingSettings
    ) -> list[Hypothesis]:
        """See `Engine.translate_batch`."""
        if self._model is None:
            raise EngineError("The engine is closed.", reason="ENGINE_CLOSED")
        answers: dict[int, Hypothesis] = {}
        for (limit, _), places in by_key(
            batch, lambda s: (s.max_output_tokens, len(s.target_prefix))
        ).items():
            try:
                found = self._generate([batch[i] for i in places], limit, decoding)
            except (RuntimeError, IndexError, ValueError) as error:
                raise EngineError(f"transformers failed on a batch of {len(places)}: {error}.") from error
            answers.update(zip(places, found, strict=True))
        return [answers[i] for i in range(len(batch))]

    def close(self) -> None:
        """See `Engine.close`."""
        self._model = None
        if self._device != "cpu":
            self._torch.cuda.empty_cache()

    def _generate(
        self, segments: Sequence[EncodedSegment], limit: int, decoding: DecodingSettings
    ) -> list[Hypothesis]:
        torch, config = self._torch, self._config
        sources = [self._pieces.ids(s.source) for s in segments]
        if not all(sources):
            raise ValueError("a source is empty")
        width = max(map(len, sources))
        pad = config["pad_token_id"]
        ids = torch.tensor([s + [pad] * (width - len(s)) for s in sources], device=self._device)
        mask = torch.tensor([[1] * len(s) + [0] * (width - len(s)) for s in sources], device=self._device)
        start = config["decoder_start_token_id"]
        forced = [[start, *self._pieces.ids(s.target_prefix)] for s in segments]
        with torch.inference_mode():
            output = self._model.generate(
                input_ids=ids,
                attention_mask=mask,
                decoder_input_ids=torch.tensor(forced, device=self._device),
                logits_processor=_processors(decoding),
                num_beams=decoding.beam_size,
                length_penalty=decoding.length_penalty,
                no_repeat_ngram_size=decoding.no_repeat_ngram_size or None,
                early_stopping=decoding.beam_size > 1,
                max_new_tokens=limit,
                min_new_tokens=1,
                do_sample=False,
                suppress_tokens=[self._pieces.unk],
                return_dict_in_generate=True,
                output_scores=True,
                **config,
            )
            gains = self._model.compute_transition_scores(
                output.sequences,
                output.scores,
                getattr(output, "beam_indices", None) if decoding.beam_size > 1 else None,
                normalize_logits=decoding.beam_size == 1,
            )
        begin = len(forced[0])
        rows = zip(output.sequences[:, begin:].tolist(), gains.tolist(), strict=True)
        return [self._hypothesis(row, gain) for row, gain in rows]

    def _hypothesis(self, row: list[int], gains: list[float]) -> Hypothesis:
        eos = self._config["eos_token_id"]
        complete = eos in row
        written = row[: row.index(eos)] if complete else [i for i in row if i != self._config["pad_token_id"]]
        length = len(written) + complete
        return Hypothesis(self._pieces.words(written), sum(gains[:length]) / max(1, length), complete)


@contextmanager
def without_progress_bars(transformers: Any) -> Iterator[None]:
    """transformers draws bars on stderr while it reads weights; a server's log is no place for them."""
    bars = transformers.utils.logging
    shown = bars.is_progress_bar_enabled()
    bars.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            bars.enable_progress_bar()


class _Vocabulary(Protocol):
    unk: int

    def ids(self, pieces: Sequence[str]) -> list[int]: ...

    def words(self, ids: Sequence[int]) -> tuple[str, ...]: ...


class _Listed:
    """A vocabulary written as a list, as CTranslate2 writes it."""

    def __init__(self, pieces: list[str]) -> None:
        self._pieces = pieces
        self._ids = {piece: i for i, piece in enumerate(pieces)}
        self.unk = self._ids[UNK]

    def ids(self, pieces: Sequence[str]) -> list[int]:
        return [self._ids.get(piece, self.unk) for piece in pieces]

    def words(self, ids: Sequence[int]) -> tuple[str, ...]:
        return tuple(self._pieces[i] for i in ids)


class _FromTokenizer:
    """The vocabulary of a checkpoint's own tokenizer."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self.unk = int(tokenizer.unk_token_id)

    def ids(self, pieces: Sequence[str]) -> list[int]:
        return [int(i) for i in self._tokenizer.convert_tokens_to_ids(list(pieces))]

    def words(self, ids: Sequence[int]) -> tuple[str, ...]:
        return tuple(self._tokenizer.convert_ids_to_tokens(list(ids)))


def _open_vocabulary(folder: Path, transformers: Any, size: int) -> _Vocabulary:
    listed = folder / "shared_vocabulary.json"
    try:
        if listed.is_file():
            pieces = json.loads(listed.read_bytes())
            if len(pieces) > size:
                raise ValueError(f"{listed} has {len(pieces)} pieces for a model of {size}")
            return _Listed(pieces)
        return _FromTokenizer(
            transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        )
    except Exception as error:  # tokenizers and sentencepiece errors have no common root
        raise CorruptModelError(f"The tokenizer of {folder} cannot be loaded: {error}.") from error


def _searching(transformers: Any, model: Any) -> dict[str, int]:
    """The token ids that a search needs, from the checkpoint's generation settings or its configuration."""
    found = {}
    for name in ("decoder_start_token_id", "eos_token_id", "pad_token_id"):
        value = getattr(model.generation_config, name, None)
        value = getattr(model.config, name, None) if value is None else value
        value = value[0] if isinstance(value, list) else value
        if value is None:
            raise CorruptModelError(f"The checkpoint does not say its {name}.")
        found[name] = int(value)
    return found


def _processors(decoding: DecodingSettings) -> list[Any]:
    if decoding.repetition_penalty == 1.0:
        return []
    penalty = decoding.repetition_penalty

    def less_of_the_same(input_ids: Any, scores: Any) -> Any:
        """Keskar et al. 2019, over all that was written after the decoder's start token."""
        written = input_ids[:, 1:]
        own = scores.gather(1, written)
        return scores.scatter(1, written, own.where(own < 0, own / penalty).where(own >= 0, own * penalty))

    return [less_of_the_same]
