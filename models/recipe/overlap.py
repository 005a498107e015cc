"""Finds exact and near duplicates, inside the training text and against the development sets.

A text is compared by the hashes of its character 13-grams over letters and digits only, so that quotes,
spacing and case do not hide a copy. Containment (the share of one text's grams found in another) is used
rather than Jaccard similarity: a sentence copied into a longer one must be found too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

# The turned comma and the modifier apostrophe of Uzbek are letters to Unicode, apostrophes to a reader.
_NOT_WORD = re.compile(r"[\W_\u02bb\u02bc\u02b9]+")
_DIGITS = re.compile(r"\d+")
GRAM = 13


def key(text: str) -> str:
    """Letters and digits of `text`, case-folded, apostrophes and spacing gone: equal keys are one sentence."""
    return _NOT_WORD.sub("", text.casefold())


def skeleton(text: str) -> str:
    """`key` with every number as one `0`: rows that differ in their figures only share it."""
    return _NOT_WORD.sub("", _DIGITS.sub("0", text.casefold()))


def grams(text: str) -> set[int]:
    """Hashes of the character 13-grams of `key(text)`; empty for shorter texts."""
    folded = key(text)
    return {hash(folded[i : i + GRAM]) for i in range(len(folded) - GRAM + 1)}


class OverlapIndex:
    """Texts that must not occur elsewhere, exactly or nearly.

    A text is reported when its key equals an indexed key, or when at least `containment` of its 13-grams
    occur in one indexed text. Texts under `minimum_grams` grams are compared exactly only.
    """

    def __init__(self, containment: float = 0.5, minimum_grams: int = 12) -> None:
        self._containment = containment
        self._minimum = minimum_grams
        self._keys: set[str] = set()
        self._postings: dict[int, list[int]] = {}
        self._sizes: list[int] = []

    def add(self, text: str) -> None:
        """Index one text."""
        folded = key(text)
        if folded in self._keys:
            return
        self._keys.add(folded)
        number = len(self._sizes)
        own = grams(text)
        self._sizes.append(len(own))
        for gram in own:
            self._postings.setdefault(gram, []).append(number)

    def exact(self, text: str) -> bool:
        """Whether the same sentence is indexed; texts of under 20 letters and digits are never reported."""
        folded = key(text)
        return len(folded) >= 20 and folded in self._keys

    def near(self, text: str) -> bool:
        """Whether most of `text` occurs in one indexed text, or most of an indexed text in `text`."""
        own = grams(text)
        if len(own) < self._minimum:
            return False
        hits: Counter[int] = Counter()
        for gram in own:
            hits.update(self._postings.get(gram, ()))
        for number, count in hits.most_common(3):
            if count >= self._containment * len(own):
                return True
            if self._sizes[number] >= self._minimum and count >= self._containment * self._sizes[number]:
                return True
        return False


class NearDuplicates:
    """Streaming filter: is most of this text already in what was kept before?"""

    def __init__(self, containment: float = 0.8, minimum_grams: int = 20) -> None:
        self._containment = containment
        self._minimum = minimum_grams
        self._seen: set[int] = set()

    def seen(self, text: str) -> bool:
        """True when at least `containment` of the 13-grams occur in earlier kept texts; else `text` is kept."""
        own = grams(skeleton(text))
        if len(own) >= self._minimum and len(own & self._seen) >= self._containment * len(own):
            return True
        self._seen |= own
        return False


def development_index(folder: Path) -> OverlapIndex:
    """Index of every cell of every development file in `folder` (kind and heading cells are too short to match)."""
    files = sorted(folder.glob("*.tsv"))
    if not files:
        raise FileNotFoundError(
            f"no development *.tsv files in {folder}: pass the folder that holds them as --eval"
        )
    index = OverlapIndex()
    for path in files:
        for text in _cells(path):
            index.add(text)
    return index


def _cells(path: Path) -> Iterable[str]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("## "):
                yield from (cell for cell in line.rstrip("\n").split("\t") if len(cell) > 1)
