"""Which columns of a table, or keys of a record, hold text for people rather than codes, names and numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable

_TWO_WORDS = re.compile(r"[^\W\d_]{2,}[’'ʻʼ`‘\w]*[,;:.!?»”\")]*\s+[«“\"(]*[^\W\d_]{2,}")


def holds_prose(texts: Iterable[str]) -> bool:
    """True when at least half of the texts that are not blank have two words in a row."""
    found = filled = 0
    for text in texts:
        if text.strip():
            filled += 1
            found += bool(_TWO_WORDS.search(text))
    return filled > 0 and found * 2 >= filled
