"""From a safetensors checkpoint to a CTranslate2 folder, with guards for what goes wrong silently.

Guards, each seen with ctranslate2 4.8 and transformers 5:
- mT5: transformers sets tie_word_embeddings on load and does not scale the output; the converter would.
- mBART-50: the converted config.json has no bos_token, and the model cannot be loaded.
- M2M-100: the language codes are missing from the vocabulary unless special_tokens_map.json lists them.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tarjimon.errors import CorruptModelError, ModelUnavailableError
from tarjimon.models.folder import CONFIGURATIONS, tokenizers_in, weights_in
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
    converter = _converter()
    with _completed(checkpoint, spec) as folder:
        try:
            converter(str(folder)).convert(str(output), quantization=spec.quantization, force=True)
        except (RuntimeError, ValueError, KeyError, AttributeError, OSError, TypeError) as error:
            raise CorruptModelError(
                f"{checkpoint} cannot be converted as {spec.architecture}: {type(error).__name__}: {error}."
            ) from error
    _patch_config(output / "config.json")
    for path in tokenizers_in(checkpoint):
        shutil.copyfile(path, output / path.name)
    _require_codes(output, spec)


def _converter() -> Any:
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

    class SafeConverter(TransformersConverter):  # type: ignore[misc]
        """Safetensors only, local only, and mT5's output unscaled."""

        def load_model(self, model_class: Any, model_name_or_path: str, **kwargs: Any) -> Any:
            model = model_class.from_pretrained(
                model_name_or_path, use_safetensors=True, local_files_only=True, **kwargs
            )
            if model.config.model_type in ("mt5", "umt5"):
                model.config.tie_word_embeddings = False
            return model

        def load_tokenizer(self, tokenizer_class: Any, model_name_or_path: str, **kwargs: Any) -> Any:
            return tokenizer_class.from_pretrained(model_name_or_path, local_files_only=True, **kwargs)

    return SafeConverter


@contextmanager
def _completed(checkpoint: Path, spec: ModelSpec) -> Iterator[Path]:
    """The checkpoint, or a folder of links to it beside the files that it lacks."""
    if spec.scheme is not Scheme.M2M100 or (checkpoint / "special_tokens_map.json").is_file():
        yield checkpoint
        return
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        for path in checkpoint.iterdir():
            if path.is_file():
                (folder / path.name).symlink_to(path.resolve())
        codes = _language_codes(checkpoint) or sorted({*spec.sources.values(), *spec.targets.values()})
        tokens = {
            "bos_token": "<s>",
            "eos_token": "</s>",
            "unk_token": "<unk>",
            "pad_token": "<pad>",
            "additional_special_tokens": codes,
        }
        (folder / "special_tokens_map.json").write_text(json.dumps(tokens))
        yield folder


def _language_codes(checkpoint: Path) -> list[str]:
    """The codes in the order of their ids, from whichever configuration lists them."""
    for name in CONFIGURATIONS:
        if name.startswith(("tokenizer_config", "special_tokens")) and (checkpoint / name).is_file():
            known = json.loads((checkpoint / name).read_bytes())
            codes = known.get("additional_special_tokens") or known.get("extra_special_tokens")
            if isinstance(codes, list) and codes:
                return [code if isinstance(code, str) else code["content"] for code in codes]
    return []


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
