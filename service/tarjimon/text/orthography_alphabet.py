"""Which of Uzbek's three alphabets a text is written in."""

from __future__ import annotations

import re
from enum import Enum

from tarjimon.text.orthography_tables import APOSTROPHES, CYRILLIC_LOWER, NEW_LATIN_CORE

_LATIN_LETTER = re.compile("[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]")
_OLD_LATIN = re.compile(rf"[sc]h|[og][{re.escape(APOSTROPHES)}]", re.IGNORECASE)


class Alphabet(Enum):
    """An alphabet of Uzbek."""

    LATIN = "latin"
    CYRILLIC = "cyrillic"
    NEW_LATIN = "new-latin"


def detect_alphabet(text: str) -> Alphabet | None:
    """The alphabet most of `text` is written in; None when it has no letter of Uzbek.

    The new Latin is told by ş ç ö ğ outnumbering sh, ch, o' and g'; Latin with none of either is `LATIN`.
    """
    lowered = text.lower()
    cyrillic = sum(char in CYRILLIC_LOWER for char in lowered)
    latin = len(_LATIN_LETTER.findall(lowered))
    if cyrillic + latin == 0:
        return None
    if cyrillic > latin:
        return Alphabet.CYRILLIC
    new = sum(char in NEW_LATIN_CORE for char in lowered)
    return Alphabet.NEW_LATIN if new > len(_OLD_LATIN.findall(lowered)) else Alphabet.LATIN
