"""The network: a BART-shaped encoder-decoder, and the folder in which its weights rest between steps."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from transformers import BartConfig, BartForConditionalGeneration

from recipe.packed import unpack

CONFIG, WEIGHTS, TOKENIZER = "hf_config.json", "model.fp16.safetensors", "tokenizer.json"
PACKED = "model.int8.safetensors"


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the network."""

    vocabulary: int
    encoder_layers: int
    decoder_layers: int
    width: int = 384
    heads: int = 12
    inner: int = 1536
    positions: int = 512


def config_of(shape: Shape) -> BartConfig:
    """The transformers configuration of a shape; ids 0..3 are `<s> <pad> </s> <unk>`."""
    return BartConfig(
        vocab_size=shape.vocabulary,
        d_model=shape.width,
        encoder_layers=shape.encoder_layers,
        decoder_layers=shape.decoder_layers,
        encoder_attention_heads=shape.heads,
        decoder_attention_heads=shape.heads,
        encoder_ffn_dim=shape.inner,
        decoder_ffn_dim=shape.inner,
        activation_function="gelu",
        max_position_embeddings=shape.positions,
        attention_dropout=0.0,
        activation_dropout=0.0,
        scale_embedding=False,
        bos_token_id=0,
        pad_token_id=1,
        eos_token_id=2,
        decoder_start_token_id=2,
        forced_bos_token_id=None,
        forced_eos_token_id=None,
        tie_word_embeddings=True,
        normalize_before=False,
        normalize_embedding=True,
    )


def build(config: BartConfig, dropout: float, attention: str, seed: int) -> BartForConditionalGeneration:
    """A randomly initialised model. `attention` is "eager" (fast on a CPU) or "sdpa" (fast on a GPU)."""
    config.dropout = dropout
    config._attn_implementation = attention
    torch.manual_seed(seed)
    return BartForConditionalGeneration(config)


def load_folder(folder: Path, dropout: float, attention: str) -> BartForConditionalGeneration:
    """The model of a folder, in float32."""
    config = BartConfig.from_dict(json.loads((folder / CONFIG).read_text(encoding="utf-8")))
    model = build(config, dropout, attention, seed=0)
    load_weights(model, stored_weights(folder))
    return model


def stored_weights(folder: Path) -> dict[str, torch.Tensor]:
    """The tensors of a folder in float32, from float16 or, where there is none, from the packed file."""
    if (folder / WEIGHTS).exists():
        return {name: value.float() for name, value in load_file(folder / WEIGHTS).items()}
    if (folder / PACKED).exists():
        return unpack(folder / PACKED)
    raise FileNotFoundError(f"{folder} holds neither {WEIGHTS} nor {PACKED}")


def save_folder(folder: Path, model: BartForConditionalGeneration, weights: dict[str, torch.Tensor]) -> None:
    """Write configuration and float16 weights; tied copies of the embedding are left out."""
    folder.mkdir(parents=True, exist_ok=True)
    settings: dict[str, Any] = model.config.to_dict()
    (folder / CONFIG).write_text(json.dumps(settings, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    save_tensors(folder / WEIGHTS, weights)


def save_tensors(path: Path, weights: dict[str, torch.Tensor]) -> None:
    """Write tensors as float16 safetensors (whole or not at all)."""
    temporary = path.with_suffix(".partial")
    save_file({name: value.detach().cpu().half().contiguous() for name, value in weights.items()}, temporary)
    temporary.replace(path)


def own_weights(model: BartForConditionalGeneration) -> dict[str, torch.Tensor]:
    """Trained tensors by name, each once (the embedding is tied to both sides and to the output)."""
    return {name: parameter.data for name, parameter in model.named_parameters()}


def load_weights(model: BartForConditionalGeneration, weights: dict[str, torch.Tensor]) -> None:
    """Copy tensors into the model; a name too many or missing is an error."""
    own = dict(model.named_parameters())
    fixed = {"final_logits_bias"}
    given = {name: value for name, value in weights.items() if name not in fixed}
    if set(given) != set(own):
        raise ValueError(f"weights do not fit the model: {sorted(set(given) ^ set(own))[:6]}")
    with torch.no_grad():
        for name, value in given.items():
            own[name].copy_(value)
