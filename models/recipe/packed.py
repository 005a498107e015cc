"""Weights in eight bits, for narrow doors: what CTranslate2's int8 would make of them, at a quarter of the size.

Every matrix is stored as CTranslate2 quantises it (symmetric, one scale per row, the largest weight at 127), so
that exporting unpacked weights as int8 gives the same integers as exporting the originals. Vectors stay float16.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

_SCALE = "#scale"


def pack(weights: dict[str, torch.Tensor], path: Path) -> None:
    """Write the packed weights."""
    stored: dict[str, torch.Tensor] = {}
    for name, value in weights.items():
        if value.dim() != 2:
            stored[name] = value.detach().cpu().half().contiguous()
            continue
        rows = value.detach().cpu().float()
        scale = rows.abs().amax(dim=1).clamp(min=1e-12) / 127
        stored[name] = torch.round(rows / scale[:, None]).to(torch.int8).contiguous()
        stored[name + _SCALE] = scale
    save_file(stored, path)


def unpack(path: Path) -> dict[str, torch.Tensor]:
    """The weights in float32."""
    stored = load_file(path)
    return {
        name: value.float() * stored[name + _SCALE][:, None] if value.dtype == torch.int8 else value.float()
        for name, value in stored.items()
        if not name.endswith(_SCALE)
    }
