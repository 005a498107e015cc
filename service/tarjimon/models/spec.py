"""What the catalogue knows about one model: frozen values, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tarjimon.domain import DecodingSettings, Task

CONFIDENCE_WEIGHTS = ("bias", "score", "length", "warnings", "errors", "second_pass")
"""Names of a model's confidence weights.

score: mean log-probability per token. length: by how much the length departs from the usual, as a factor's
logarithm. warnings, errors: findings of the fidelity check. second_pass: 1 when a second decoding was needed.
"""


class Scheme(StrEnum):
    """How languages and tasks are told to a model (see `prefix`)."""

    TARJIMON = "tarjimon"
    M2M100 = "m2m100"
    NLLB = "nllb"
    MBART50 = "mbart50"
    MADLAD = "madlad"
    MARIAN = "marian"
    MARIAN_MULTI = "marian-multi"
    BART = "bart"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Embedded:
    """Weights inside the package.

    Attributes:
        folder: its name under the package's embedded models.
    """

    folder: str


@dataclass(frozen=True, slots=True)
class LocalFolder:
    """Weights in a folder of this machine: a CTranslate2 model or a safetensors checkpoint.

    Attributes:
        path: the folder, "~" allowed; relative paths count from the catalogue file.
    """

    path: str


@dataclass(frozen=True, slots=True)
class Hub:
    """Weights on the Hugging Face hub.

    Attributes:
        repo: "owner/name".
        revision: a branch, a tag, "refs/pr/N" or, best, a commit of 40 hex digits.
    """

    repo: str
    revision: str = "main"


Source = Embedded | LocalFolder | Hub


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One entry of the catalogue.

    Attributes:
        id: the name by which callers ask for it.
        title: one line for people.
        architecture: the transformers model type ("bart", "m2m_100", "marian", "t5", "mt5", "mbart").
        scheme: how the languages and the task are told to the model.
        tasks: what it can do.
        sources: BCP-47 code -> the model's own code, for languages it reads.
        targets: BCP-47 code -> the model's own code, for languages it writes.
        licence: SPDX identifier of the weights' licence.
        source: where the files come from.
        licence_note: what a user must know before using it, such as "non-commercial use only".
        description: what it is good and bad at.
        sha256: file name -> lower-case hex, for files whose checksum the catalogue knows.
        max_source_tokens: longest source the model takes, special tokens included.
        good_source_tokens: longest source that it translates well; a longer sentence is split at a clause.
        max_output_tokens: most tokens written for one segment.
        output_ratio: output tokens granted per source token of a translation, before rounding up.
        placeholder_slots: tokens that the model was trained to carry over untouched; () when it was not.
        decoding: settings of the first pass.
        estimated_bytes: resident memory of the weights with the default compute type.
        confidence: weights that turn what is known of a segment into the probability that it needs no correction;
            empty when the model was never calibrated.
        pairs: per task the (source, target) pairs it was trained for; a task that is absent takes every pair.
        quantization: how a converted checkpoint is stored ("float16", "int8", "float32"…).
    """

    id: str
    title: str
    architecture: str
    scheme: Scheme
    tasks: frozenset[Task]
    sources: Mapping[str, str]
    targets: Mapping[str, str]
    licence: str
    source: Source
    licence_note: str = ""
    description: str = ""
    sha256: Mapping[str, str] = field(default_factory=dict)
    max_source_tokens: int = 512
    good_source_tokens: int = 512
    max_output_tokens: int = 256
    output_ratio: float = 2.0
    placeholder_slots: tuple[str, ...] = ()
    decoding: DecodingSettings = field(default_factory=DecodingSettings)
    estimated_bytes: int = 0
    pairs: Mapping[Task, frozenset[tuple[str, str]]] = field(default_factory=dict)
    quantization: str = "float16"
    confidence: Mapping[str, float] = field(default_factory=dict)

    def supports(self, task: Task, source: str, target: str) -> bool:
        """Whether the model was made for this task between these BCP-47 codes."""
        if task not in self.tasks or source not in self.sources or target not in self.targets:
            return False
        pairs = self.pairs.get(task)
        if pairs is not None:
            return (source, target) in pairs
        return task is Task.SUMMARIZE or source != target
