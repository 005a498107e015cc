"""The prepared data file: every text once as token ids, and the examples that point at them.

One compressed `.npz` (no pickles inside) holds all that training needs, so that it can travel to a machine
that has neither the corpus nor the product's text package.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from recipe.corpus import Language

U16 = npt.NDArray[np.uint16]
U32 = npt.NDArray[np.uint32]
U8 = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]

TASKS = ("translate", "summary", "title")
TARGETS: tuple[Language, ...] = ("uz", "ru", "en")


@dataclass(frozen=True, slots=True)
class Validation:
    """One held-out example: source ids, and the reference as text."""

    task: str
    target: str
    source: list[int]
    reference: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """Training examples over a shared pool of texts.

    Attributes:
        tokens: the pieces of all texts, one after another.
        starts: `starts[i]:starts[i + 1]` are the pieces of text `i`; one longer than the number of texts.
        source, target: text numbers, one entry per example.
        task: index into `TASKS`, one entry per example.
        language: index into `TARGETS`, the target language of each example.
        visits: expected number of times that an example is seen in one epoch.
        validation: held-out examples for early stopping.
        notes: what the file was made from.
    """

    tokens: U16
    starts: U32
    source: U32
    target: U32
    task: U8
    language: U8
    visits: F32
    validation: tuple[Validation, ...]
    notes: dict[str, Any]

    def __len__(self) -> int:
        return len(self.source)

    def text(self, number: int) -> list[int]:
        """Pieces of one text."""
        return [int(i) for i in self.tokens[self.starts[number] : self.starts[number + 1]]]

    def lengths(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Pieces of every example's source and target."""
        ends = self.starts.astype(np.int64)
        sizes: npt.NDArray[np.int64] = ends[1:] - ends[:-1]
        return sizes[self.source], sizes[self.target]

    def fingerprint(self) -> str:
        """Changes with anything that changes the order or content of training."""
        digest = hashlib.sha256()
        for part in (
            self.tokens,
            self.starts,
            self.source,
            self.target,
            self.task,
            self.language,
            self.visits,
        ):
            digest.update(np.ascontiguousarray(part).tobytes())
        return digest.hexdigest()[:16]


def save(path: Path, data: Prepared) -> None:
    """Write `data` to `path` (whole or not at all)."""
    held_out = json.dumps(
        [[v.task, v.target, v.source, v.reference] for v in data.validation], ensure_ascii=False
    )
    temporary = path.with_suffix(".partial")
    with temporary.open("wb") as out:
        np.savez_compressed(
            out,
            tokens=data.tokens,
            starts=data.starts,
            source=data.source,
            target=data.target,
            task=data.task,
            language=data.language,
            visits=data.visits,
            validation=np.frombuffer(held_out.encode(), dtype=np.uint8),
            notes=np.frombuffer(json.dumps(data.notes, ensure_ascii=False).encode(), dtype=np.uint8),
        )
    temporary.replace(path)


def load(path: Path) -> Prepared:
    """Read a file that `save` wrote."""
    with np.load(path, allow_pickle=False) as stored:
        held_out = json.loads(stored["validation"].tobytes().decode())
        return Prepared(
            tokens=stored["tokens"],
            starts=stored["starts"],
            source=stored["source"],
            target=stored["target"],
            task=stored["task"],
            language=stored["language"],
            visits=stored["visits"],
            validation=tuple(Validation(*entry) for entry in held_out),
            notes=json.loads(stored["notes"].tobytes().decode()),
        )
