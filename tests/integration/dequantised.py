"""A transformers checkpoint made of a CTranslate2 BART's own int8 weights, so that both engines hold equal numbers.

CTranslate2 stores round(weight x scale) with one scale per row; dividing gives the float weights that it
computes with itself under compute type float32.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import torch
from transformers import BartConfig, BartForConditionalGeneration

from tarjimon.models.weights import read_ctranslate2_index


def dequantised_checkpoint(folder: Path, output: Path) -> Path:
    """Write the checkpoint of a CTranslate2 BART folder; gives the output folder."""
    tensors = read_tensors(folder / "model.bin")
    stacks = {
        side: len({m[1] for n in tensors if (m := re.match(rf"{side}/layer_(\d+)/", n))})
        for side in ("encoder", "decoder")
    }
    pieces = json.loads((folder / "shared_vocabulary.json").read_bytes())
    size, width = tensors["decoder/embeddings/weight"].shape
    heads = int(tensors["encoder/num_heads"])
    config = BartConfig(
        vocab_size=size,
        d_model=width,
        encoder_layers=stacks["encoder"],
        decoder_layers=stacks["decoder"],
        encoder_attention_heads=heads,
        decoder_attention_heads=heads,
        encoder_ffn_dim=len(tensors["encoder/layer_0/ffn/linear_0/bias"]),
        decoder_ffn_dim=len(tensors["decoder/layer_0/ffn/linear_0/bias"]),
        max_position_embeddings=len(tensors["encoder/position_encodings/encodings"]),
        bos_token_id=pieces.index("<s>"),
        pad_token_id=pieces.index("<pad>"),
        eos_token_id=pieces.index("</s>"),
        decoder_start_token_id=pieces.index("</s>"),
        forced_eos_token_id=None,
    )
    model = BartForConditionalGeneration(config)
    state = {"model.shared.weight": tensors["decoder/embeddings/weight"]}
    for side, depth in stacks.items():
        state |= _stack(tensors, side, depth)
    missing, unexpected = model.load_state_dict(
        {k: torch.from_numpy(v.copy()) for k, v in state.items()}, strict=False
    )
    assert not unexpected
    assert set(missing) <= {
        "model.encoder.embed_tokens.weight",
        "model.decoder.embed_tokens.weight",
        "lm_head.weight",
        "final_logits_bias",
    }
    model.tie_weights()
    model.save_pretrained(output)
    for name in ("shared_vocabulary.json", "sentencepiece.model"):
        shutil.copyfile(folder / name, output / name)
    return output


def read_tensors(path: Path) -> dict[str, np.ndarray]:
    """Every variable of a model.bin as float32, or as it is when it has no scale."""
    data = path.read_bytes()
    variables, _ = read_ctranslate2_index(path)
    raw = {
        v.name: np.frombuffer(data, v.dtype, offset=v.offset, count=int(np.prod(v.shape))).reshape(v.shape)
        for v in variables
    }
    return {
        name: value.astype(np.float32) / raw[f"{name}_scale"][:, None] if f"{name}_scale" in raw else value
        for name, value in raw.items()
        if not name.endswith("_scale")
    }


def _stack(tensors: dict[str, np.ndarray], side: str, depth: int) -> dict[str, np.ndarray]:
    ours, theirs = side, f"model.{side}"
    positions = tensors[f"{ours}/position_encodings/encodings"]
    state = {f"{theirs}.embed_positions.weight": np.concatenate([np.zeros_like(positions[:2]), positions])}
    state |= _norm(tensors, f"{ours}/layernorm_embedding", f"{theirs}.layernorm_embedding")
    for i in range(depth):
        a, b = f"{ours}/layer_{i}", f"{theirs}.layers.{i}"
        state |= _fused(tensors, f"{a}/self_attention/linear_0", [f"{b}.self_attn.{x}_proj" for x in "qkv"])
        state |= _fused(tensors, f"{a}/self_attention/linear_1", [f"{b}.self_attn.out_proj"])
        state |= _norm(tensors, f"{a}/self_attention/layer_norm", f"{b}.self_attn_layer_norm")
        if side == "decoder":
            state |= _fused(tensors, f"{a}/attention/linear_0", [f"{b}.encoder_attn.q_proj"])
            state |= _fused(tensors, f"{a}/attention/linear_1", [f"{b}.encoder_attn.{x}_proj" for x in "kv"])
            state |= _fused(tensors, f"{a}/attention/linear_2", [f"{b}.encoder_attn.out_proj"])
            state |= _norm(tensors, f"{a}/attention/layer_norm", f"{b}.encoder_attn_layer_norm")
        state |= _fused(tensors, f"{a}/ffn/linear_0", [f"{b}.fc1"])
        state |= _fused(tensors, f"{a}/ffn/linear_1", [f"{b}.fc2"])
        state |= _norm(tensors, f"{a}/ffn/layer_norm", f"{b}.final_layer_norm")
    return state


def _fused(tensors: dict[str, np.ndarray], name: str, parts: list[str]) -> dict[str, np.ndarray]:
    state = {}
    for kind in ("weight", "bias"):
        for part, value in zip(parts, np.split(tensors[f"{name}/{kind}"], len(parts)), strict=True):
            state[f"{part}.{kind}"] = value
    return state


def _norm(tensors: dict[str, np.ndarray], name: str, part: str) -> dict[str, np.ndarray]:
    return {f"{part}.weight": tensors[f"{name}/gamma"], f"{part}.bias": tensors[f"{name}/beta"]}
