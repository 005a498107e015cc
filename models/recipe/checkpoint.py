"""Everything that a training run needs to go on, in one safetensors file, written whole or not at all."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file

NAME = "checkpoint.safetensors"


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands.

    Attributes:
        step, epoch, batch: steps done; epoch, and number of the next batch in it.
        target_tokens: label pieces trained on.
        seconds: wall time trained.
        best: best validation chrF so far. stale: validations since.
        data: fingerprint of the prepared file that epoch and batch refer to.
    """

    step: int = 0
    epoch: int = 0
    batch: int = 0
    target_tokens: int = 0
    seconds: float = 0.0
    best: float = 0.0
    stale: int = 0
    data: str = ""


@dataclass(slots=True)
class State:
    """Tensors of a run, by parameter name."""

    weights: dict[str, torch.Tensor]
    average: dict[str, torch.Tensor]
    first_moment: dict[str, torch.Tensor]
    second_moment: dict[str, torch.Tensor]
    rng: torch.Tensor
    cuda_rng: torch.Tensor | None


_PARTS = ("weights", "average", "first_moment", "second_moment")


def save(folder: Path, progress: Progress, state: State) -> None:
    """Write the checkpoint beside the old one, force it to disk, and put it in its place."""
    tensors: dict[str, torch.Tensor] = {"rng": state.rng}
    if state.cuda_rng is not None:
        tensors["cuda_rng"] = state.cuda_rng
    for part in _PARTS:
        for name, tensor in getattr(state, part).items():
            tensors[f"{part}/{name}"] = tensor.detach().cpu().contiguous()
    temporary = folder / f"{NAME}.partial"
    save_file(tensors, temporary, metadata={"progress": json.dumps(asdict(progress))})
    descriptor = os.open(temporary, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
    temporary.replace(folder / NAME)
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def exists(folder: Path) -> bool:
    """Whether the run folder has a checkpoint."""
    return (folder / NAME).exists()


def load(folder: Path) -> tuple[Progress, State]:
    """Read the checkpoint of a run folder."""
    parts: dict[str, dict[str, torch.Tensor]] = {part: {} for part in _PARTS}
    loose: dict[str, torch.Tensor] = {}
    with safe_open(folder / NAME, framework="pt") as stored:
        progress = Progress(**json.loads(stored.metadata()["progress"]))
        for key in stored.keys():  # noqa: SIM118 - safe_open is no mapping
            part, slash, name = key.partition("/")
            (parts[part] if slash else loose)[name if slash else part] = stored.get_tensor(key)
    return progress, State(
        parts["weights"],
        parts["average"],
        parts["first_moment"],
        parts["second_moment"],
        loose["rng"],
        loose.get("cuda_rng"),
    )
