"""Maps the e5 encoder into both sides of the encoder-decoder, exactly for twelve layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from transformers import BartForConditionalGeneration

from recipe.e5 import E5

ATTENTION = {"q_proj": "q", "k_proj": "k", "v_proj": "v", "out_proj": "ao"}


def spread(count: int, total: int) -> list[int]:
    """`count` of `total` layers, evenly spaced, always with the last one."""
    if not 1 <= count <= total:
        raise ValueError(f"cannot take {count} of {total} layers")
    return [round((i + 1) * total / count) - 1 for i in range(count)]


def from_e5(model: BartForConditionalGeneration, e5: E5, kept: Sequence[int], seed: int) -> None:
    """Fill `model` from `e5`.

    The first `len(kept)` embedding rows are those of the kept pieces; the others (language tags, `<sum>`,
    placeholders) start at the mean embedding plus noise of its spread. Encoder and decoder layers are evenly
    spaced e5 layers; the decoder's cross-attention starts as a copy of that layer's self-attention.
    """
    draw = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        table = _tensor(e5, "emb.word")
        rows = model.model.shared.weight
        rows[: len(kept)] = table[torch.tensor(list(kept))]
        extra = rows.shape[0] - len(kept)
        sample = table[4:20000] if table.shape[0] > 20000 else table
        rows[len(kept) :] = sample.mean(0) + torch.randn(extra, rows.shape[1], generator=draw) * sample.std(0)
        positions = _tensor(e5, "emb.pos") + _tensor(e5, "emb.type")[0]
        for side in (model.model.encoder, model.model.decoder):
            table_of_side = side.embed_positions.weight
            usable = min(len(positions), table_of_side.shape[0] - 2)
            table_of_side[:2] = 0
            table_of_side[2 : 2 + usable] = positions[:usable]
            _copy(side.layernorm_embedding, e5, "emb.ln")
            for layer, number in zip(side.layers, spread(len(side.layers), e5.layers), strict=True):
                _copy_layer(layer, e5, number)


def _copy_layer(layer: Any, e5: E5, number: int) -> None:
    blocks = [(layer.self_attn, layer.self_attn_layer_norm)]
    if hasattr(layer, "encoder_attn"):
        blocks.append((layer.encoder_attn, layer.encoder_attn_layer_norm))
    for attention, norm in blocks:
        for ours, theirs in ATTENTION.items():
            _copy(getattr(attention, ours), e5, f"l{number}.{theirs}")
        _copy(norm, e5, f"l{number}.aln")
    _copy(layer.fc1, e5, f"l{number}.fi")
    _copy(layer.fc2, e5, f"l{number}.fo")
    _copy(layer.final_layer_norm, e5, f"l{number}.oln")


def _copy(module: Any, e5: E5, name: str) -> None:
    module.weight.copy_(_tensor(e5, f"{name}.w"))
    module.bias.copy_(_tensor(e5, f"{name}.b"))


def _tensor(e5: E5, name: str) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(e5.tensors[name]))
