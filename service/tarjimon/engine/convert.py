"""From a safetensors checkpoint to a CTranslate2 folder, with guards for what goes wrong silently.

Guards, each seen with ctranslate2 4.8 and transformers 5:
- T5 without tied embeddings (MADLAD, T5 1.1) and mT5: transformers sets tie_word_embeddings on load and keeps
  the truth in scale_decoder_outputs (mT5 never scales); the converter reads the former, scales, and every
  score is wrong while greedy output stays right.
- M2M-100, NLLB: the tokenizer's get_vocab leaves the language codes out unless special_tokens_map.json lists
  them; ids of codes come from convert_tokens_to_ids instead.
- BART, mBART: configurations of transformers 5 no longer carry normalize_before, and the converter fails.
- mBART-50: the converted config.json has no bos_token, and the model cannot be loaded.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tarjimon.engine.transformers import without_progress_bars
from tarjimon.errors import CorruptModelError, ModelUnavailableError
from tarjimon.models.folder import tokenizers_in, weights_in
from tarjimon.models.spec import ModelSpec, Scheme


def convert_checkpoint(checkpoint: Path, output: Path, spec: ModelSpec) -> None:
    """Write the CTranslate2 form of a checkpoint, tokenizer files included; a `store.Converter`.

    Args:
        checkpoint: a folder with config.json, safetensors and a tokenizer.
        output: an empty folder.
        spec: says how the weights are stored and which language codes there must be.

    Raises:
        ModelUnavailableError: the extra `torch` is not installed.
        CorruptModelError: the checkpoint cannot be read as the architecture that it claims.
        UnsafeWeightsError: it holds no safetensors.
    """
    form, _ = weights_in(checkpoint)
    if form != "transformers":
        raise CorruptModelError(f"{checkpoint} is a CTranslate2 folder already.")
    converter = _converter(spec)(str(checkpoint))
    import transformers  # it is there: `_converter` has looked

    try:
        with without_progress_bars(transformers):
            converter.convert(str(output), quantization=spec.quantization, force=True)
    except (RuntimeError, ValueError, KeyError, AttributeError, OSError, TypeError) as error:
        raise CorruptModelError(
            f"{checkpoint} cannot be converted as {spec.architecture}: {type(error).__name__}: {error}."
        ) from error
    _patch_config(output / "config.json")
    for path in tokenizers_in(checkpoint):
        shutil.copyfile(path, output / path.name)
    _require_codes(output, spec)


def _converter(spec: ModelSpec) -> Any:
    try:
        import torch  # noqa: F401  (the converter's own error would not name the extra)
        import transformers  # noqa: F401
        from ctranslate2.converters import TransformersConverter
    except ImportError as error:
        raise ModelUnavailableError(
            f"Converting a checkpoint needs the package {error.name}: install tarjimon[torch], or convert on "
            "another machine and copy the cache folder here.",
            field="model",
        ) from error

    class GuardedConverter(TransformersConverter):  # type: ignore[misc]
        """Local safetensors only; outputs scaled as transformers does; every piece at its own id."""

        def load_model(self, model_class: Any, model_name_or_path: str, **kwargs: Any) -> Any:
            model = model_class.from_pretrained(
                model_name_or_path, use_safetensors=True, local_files_only=True, **kwargs
            )
            config = model.config
            if config.model_type in ("t5", "mt5"):
                config.tie_word_embeddings = getattr(config, "scale_decoder_outputs", False)
            elif not hasattr(config, "normalize_before"):
                config.normalize_before = hasattr(model.model.encoder, "layer_norm")
            self._size = int(config.vocab_size)
            return model

        def load_tokenizer(self, tokenizer_class: Any, model_name_or_path: str, **kwargs: Any) -> Any:
            tokenizer = tokenizer_class.from_pretrained(model_name_or_path, local_files_only=True, **kwargs)
            return _WholeVocabulary(tokenizer, self._size, spec)

    return GuardedConverter


class _WholeVocabulary:
    """A tokenizer whose `get_vocab` has an entry for every row of the embeddings, each at its own id."""

    num_madeup_words = 0
    special_tokens_map: Mapping[str, Any] = {}

    def __init__(self, tokenizer: Any, size: int, spec: ModelSpec) -> None:
        self._tokenizer = tokenizer
        pieces = {i: piece for piece, i in tokenizer.get_vocab().items() if i < size}
        for code in {*spec.sources.values(), *spec.targets.values(), *spec.placeholder_slots}:
            at = tokenizer.convert_tokens_to_ids(code)
            if (
                at is not None
                and at != tokenizer.unk_token_id
                and tokenizer.convert_ids_to_tokens(at) == code
            ):
                pieces[at] = code
        self._vocabulary = {pieces.get(i, f"<unused {i}>"): i for i in range(size)}

    def get_vocab(self) -> dict[str, int]:
        return self._vocabulary

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tokenizer, name)


def _patch_config(path: Path) -> None:
    config = json.loads(path.read_bytes())
    if config.get("bos_token") is None:
        config["bos_token"] = "<s>"
        path.write_text(json.dumps(config, indent=2))


def _require_codes(output: Path, spec: ModelSpec) -> None:
    """A code that the vocabulary lacks would be read as <unk>, and the language ignored in silence."""
    if spec.scheme in (Scheme.MARIAN, Scheme.PLAIN, Scheme.BART):
        return
    wanted = {*spec.targets.values()}
    if spec.scheme in (Scheme.M2M100, Scheme.NLLB, Scheme.MBART50):
        wanted |= {*spec.sources.values()}
    for path in (output / "shared_vocabulary.json", output / "source_vocabulary.json"):
        if path.is_file():
            missing = sorted(wanted - set(json.loads(path.read_bytes())))
            if missing:
                raise CorruptModelError(
                    f"The vocabulary of {spec.id} has no {', '.join(missing)}: the catalogue's language codes "
                    "do not fit this checkpoint."
                )
