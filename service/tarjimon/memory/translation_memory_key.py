"""From a sentence to what it is found by: its canonical form, its key, its skeleton and its grams."""

from __future__ import annotations

import itertools
import re
import unicodedata
from hashlib import blake2b

from tarjimon.text.orthography import fold

NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
"""A run of digits with the separators inside it."""

GRAMS = 10
"""Grams by which an entry is found, at most; with the skeleton's own."""

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_STEM = 5  # Uzbek and Russian inflect at the end: the beginning is what similar sentences share
_FEW_WORDS = 5  # a changed word in the middle of fewer leaves hardly a pair of neighbours whole
_UZ_MONTHS = "yanvar|fevral|mart|aprel|may|iyun|iyul|avgust|sentabr|oktabr|noyabr|dekabr"
MONTH_AFTER_DAY = re.compile(rf"(?<=#[- ])(?:{_UZ_MONTHS})(?![^\W\d_])")
"""An Uzbek month in a skeleton under construction, its day masked already."""


def canonical(text: str, language: str) -> str:
    """A sentence in the one form in which it is compared: composed, one Uzbek spelling, single spaces."""
    composed = unicodedata.normalize("NFC", text)
    return " ".join((fold(composed) if language == "uz" else composed).split())


def source_key(canonical_text: str) -> bytes:
    """The key of a sentence: BLAKE2b-128 over its canonical form."""
    return blake2b(canonical_text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def skeleton(canonical_text: str) -> str:
    """The sentence without what varies between two releases of a kind: letter case, numbers, month of a day."""
    masked = NUMBER.sub("#", canonical_text.lower())
    return MONTH_AFTER_DAY.sub("@", masked)


def grams(skeleton_text: str, source_language: str, target_language: str, client: str) -> tuple[int, ...]:
    """Signed 64-bit numbers, some of which any sentence that is 75 % similar shares with this one.

    They are hashes of pairs of neighbouring word stems, of which the GRAMS smallest are kept (a bottom-k sketch,
    Broder 1997: both sides keep the same ones of what they share), and one of the whole skeleton. Pairs are rare
    enough that each leads to few entries, also in a memory of a million; languages and client are part of the
    hash, so that nobody's entries crowd out another's.
    """
    scope = blake2b(
        "\0".join((source_language, target_language, client)).encode("utf-8", "surrogatepass"), digest_size=16
    ).digest()
    stems = [word[:_STEM] for word in _WORD.findall(skeleton_text)]
    features = {f"{first} {second}" for first, second in itertools.pairwise(stems)}
    if len(stems) <= _FEW_WORDS:
        features.update(stems)
    kept = sorted(_number(feature, scope) for feature in features)[:GRAMS]
    return (_number(f"= {skeleton_text}", scope), *kept)


def _number(feature: str, scope: bytes) -> int:
    data = feature.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(data, digest_size=8, key=scope).digest(), "big", signed=True)
