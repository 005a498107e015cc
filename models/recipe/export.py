"""Writes a trained model in the form that is shipped: int8 CTranslate2, tokenizer, float16 weights."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path

import torch
from safetensors.torch import save_file

from recipe.model import CONFIG, TOKENIZER, WEIGHTS, stored_weights
from recipe.tokens import Pieces
from recipe.vocabulary import EXTRA, SPECIAL, sentencepiece_model


def average(folders: list[Path]) -> dict[str, torch.Tensor]:
    """Mean of the weights of several model folders of one shape, in float32."""
    total: dict[str, torch.Tensor] = {}
    for folder in folders:
        for name, value in stored_weights(folder).items():
            total[name] = total[name] + value if name in total else value
    return {name: value / len(folders) for name, value in total.items()}


def export(folders: list[Path], tokenizer: Path, out: Path, quantization: str) -> dict[str, int]:
    """Average `folders` and write `out`; returns the size of every file in bytes.

    `out` gets `model.bin`, `config.json`, `shared_vocabulary.json` (CTranslate2), `sentencepiece.model` and
    `tokenizer.json`, and `hf_config.json` with `model.fp16.safetensors` for transformers and for going on.
    """
    from ctranslate2.converters import TransformersConverter

    weights = average(folders)
    config = json.loads((folders[0] / CONFIG).read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as temporary:
        source = Path(temporary)
        _transformers_folder(source, config, weights, tokenizer)
        TransformersConverter(str(source)).convert(str(out), quantization=quantization, force=True)
    (out / CONFIG).write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    save_file({name: value.half() for name, value in weights.items()}, out / WEIGHTS)
    shutil.copyfile(tokenizer, out / TOKENIZER)
    (out / "sentencepiece.model").write_bytes(_sentencepiece(tokenizer))
    (out / WEIGHTS).chmod(0o644)  # safetensors writes for its owner only
    Pieces(out / TOKENIZER)  # fails here rather than in the service when a control piece is missing
    return {path.name: path.stat().st_size for path in sorted(out.iterdir())}


def checksums(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a folder, as the catalogue wants them."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def _transformers_folder(
    folder: Path, config: dict[str, object], weights: dict[str, torch.Tensor], tokenizer: Path
) -> None:
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    save_file(
        {name: value.contiguous() for name, value in weights.items()},
        folder / "model.safetensors",
        metadata={"format": "pt"},
    )
    shutil.copyfile(tokenizer, folder / "tokenizer.json")
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": "<s>",
        "eos_token": "</s>",
        "pad_token": "<pad>",
        "unk_token": "<unk>",
        "additional_special_tokens": list(EXTRA),
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")


def _sentencepiece(tokenizer: Path) -> bytes:
    stored = json.loads(tokenizer.read_text(encoding="utf-8"))
    pieces, scores = zip(*stored["model"]["vocab"], strict=True)
    assert pieces[: len(SPECIAL)] == SPECIAL
    import base64

    steps = stored["normalizer"]["normalizers"]
    rules = next(step["precompiled_charsmap"] for step in steps if step["type"] == "Precompiled")
    return sentencepiece_model(pieces, scores, base64.b64decode(rules))
