"""The unit that spelling works on: a letter and the place it came from."""

from __future__ import annotations

from typing import NamedTuple

from tarjimon.text.orthography_tables import CYRILLIC_LOWER


class Letter(NamedTuple):
    """A canonical letter (`text` holds two for a digraph) and where it came from.

    `capital` is True for a capital whose digraph still needs its second letter cased.
    """

    text: str
    origin: int
    capital: bool = False


def lower(char: str) -> str:
    """Lower-case `char` unless that would make it longer (İ)."""
    lowered = char.lower()
    return lowered if len(lowered) == len(char) else char


def is_cyrillic(char: str) -> bool:
    """True for a Cyrillic letter that has a Latin spelling here."""
    return lower(char) in CYRILLIC_LOWER
