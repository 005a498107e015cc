"""Changed copies of a pair that the product meets in practice: casing, list items, no full stop, cut sentences."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

_CLAUSE = re.compile(r"[,;:–—] ")


def variants(source: str, target: str) -> Iterator[tuple[str, str]]:
    """One or two changed copies; which ones is decided by the text itself, so that a rerun gives the same."""
    choice = zlib.crc32(source.encode()) % 5
    if choice == 0:
        yield source.upper(), target.upper()
    elif choice == 1 and source.endswith(".") and target.endswith("."):
        yield source[:-1], target[:-1]
    elif choice == 2:
        mark = ("- ", "• ", "1) ", "a) ")[zlib.crc32(target.encode()) % 4]
        yield mark + _ending(source), mark + _ending(target)
    elif choice == 3:
        yield source.lower(), target.lower()
    else:
        cut = first_clause(source, target)
        if cut is not None:
            yield cut


def first_clause(source: str, target: str) -> tuple[str, str] | None:
    """The first clause of both texts when each has the same number of clauses of like size, else None."""
    left, right = _CLAUSE.split(source), _CLAUSE.split(target)
    if len(left) != len(right) or len(left) < 2 or min(len(left[0]), len(right[0])) < 20:
        return None
    if not 0.6 < len(left[0]) / len(right[0]) < 1.6:
        return None
    return left[0], right[0]


def _ending(text: str) -> str:
    return f"{text[:-1]};" if text.endswith(".") else text
