"""What the archive's parts hand to each other: the order, documents, outputs, outcomes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """Where a document is; within a revision it only moves forward."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class ArchiveOrder:
    """What determines the outputs of a job; a journal belongs to one such order.

    Attributes:
        source: the archive's path or URL, as the journal shows it.
        targets: BCP-47 codes.
        language: BCP-47 code of the sources; None: found out for each document.
        max_sentences: length of the summaries; 0: none.
        model: the catalogue's name; None: the default.
        beam: hypotheses; None: the model's default.
        form, encoding, wrapped, columns: how documents are read.
        column: of a table (JSON lines, Parquet): the one that is translated; None: the source is no table.
    """

    source: str
    targets: tuple[str, ...]
    language: str | None = None
    max_sentences: int = 0
    model: str | None = None
    beam: int | None = None
    form: str | None = None
    encoding: str | None = None
    wrapped: bool = False
    columns: tuple[str, ...] = ()
    column: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain values, for the journal."""
        return json.loads(json.dumps(asdict(self)))  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Entry:
    """A document as a source lists it.

    Attributes:
        path: where it stands in the archive, with "/", never leaving it.
        size: bytes.
        stamp: changes when the content does: a modification time, an ETag, a checksum.
        locator: what the source needs to read it again.
        skip: why it is not for us, for example an unknown type; blank: it is.
        refusal: why it must not be read, for example an unsafe name; blank: it may.
    """

    path: str
    size: int
    stamp: str
    locator: str = ""
    skip: str = ""
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """A file that was written: path below the destination, size in bytes, SHA-256."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A document that is this run's to work on.

    Attributes:
        id, path, size, locator: as the journal has them.
        revision: counts how often its content changed or it was asked for again.
        attempts: failures so far in this revision.
        crashes: runs that died while working on it.
        previous: content hash of the outputs that exist, or blank.
        outputs: these outputs.
    """

    id: int
    path: str
    size: int
    locator: str
    revision: int
    attempts: int
    crashes: int
    previous: str
    outputs: tuple[Output, ...]


@dataclass(frozen=True, slots=True)
class Fidelity:
    """What the pipeline said of a document's segments, over all targets.

    Attributes:
        segments: target segments.
        flagged: of them, those that a person must check.
        second_pass: of them, those that were decoded again.
        by_kind: issues by kind.
    """

    segments: int = 0
    flagged: int = 0
    second_pass: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """A document that was finished.

    Attributes:
        sha256: of its content.
        language: what it was translated from; blank: undecided.
        characters: in its units.
        outputs: the files.
        fidelity: of its segments.
        summary: the row of summaries.jsonl, or None.
        receipts: what made it, by target and model.
        left_alone: number of places not offered for translation.
        sentences: source segments that were translated.
        sketch: their registers, see sketch.py.
    """

    sha256: str
    language: str
    characters: int
    outputs: tuple[Output, ...]
    fidelity: Fidelity
    summary: dict[str, Any] | None
    receipts: dict[str, str]
    left_alone: int = 0
    sentences: int = 0
    sketch: bytes = b""
