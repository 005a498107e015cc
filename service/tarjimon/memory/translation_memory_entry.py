"""What a translation memory holds and what it answers: entries, questions, matches."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

LONGEST_TEXT = 10_000
"""Code points of an entry's source or target; a longer one is a document, not a segment."""

LEAST_SIMILARITY = 0.75
"""Below it a match costs a translator more time than it saves (the bottom of the usual fuzzy bands)."""

ALMOST = 0.99
"""The best that anything but an exact match is given: only numbers, dates or letter case differ."""


class EntryState(StrEnum):
    """Who stands behind an entry."""

    IMPORTED = "imported"
    CORRECTED = "corrected"
    APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class Entry:
    """A sentence and its translation.

    Attributes:
        source, target: as written.
        source_language, target_language: BCP-47 codes.
        origin: the file it comes from, without folders.
        author: who wrote or approved the translation; blank when unknown.
        state: who stands behind it.
        client: whose it is; blank: everybody's.
        updated: seconds since 1970, UTC; 0.0 for an entry that is not stored yet.
    """

    source: str
    target: str
    source_language: str
    target_language: str
    origin: str = ""
    author: str = ""
    state: EntryState = EntryState.IMPORTED
    client: str = ""
    updated: float = 0.0


@dataclass(frozen=True, slots=True)
class Question:
    """A sentence that the memory is asked for.

    Attributes:
        text: as it stands in the input.
        source_language, target_language: BCP-47 codes.
    """

    text: str
    source_language: str
    target_language: str


@dataclass(frozen=True, slots=True)
class MemoryMatch:
    """What the memory knows of a sentence; as tarjimon.v1.MemoryMatch.

    Attributes:
        similarity: LEAST_SIMILARITY to 1.0; 1.0: the same sentence in whatever spelling; ALMOST: only numbers,
            dates or letter case differ.
        source: the memory's sentence, as it was written there.
        target: its translation, with repaired numbers if `repaired`.
        repaired: True when numbers or dates were put right.
        origin: the file it comes from.
    """

    similarity: float
    source: str
    target: str
    repaired: bool = False
    origin: str = ""

    @property
    def exact(self) -> bool:
        """Whether the translation can stand for the sentence."""
        return self.similarity >= 1.0


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of entries that were to be stored: counts."""

    added: int = 0
    replaced: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class OriginCount:
    """Entries of one file, one client and one pair of languages."""

    origin: str
    client: str
    source_language: str
    target_language: str
    entries: int
