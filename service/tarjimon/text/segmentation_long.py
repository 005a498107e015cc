"""Cutting an over-long sentence at its clauses, so that no part of it is ever truncated."""

import re
import unicodedata
from collections.abc import Callable

_APOSTROPHE = "'`´‘’ʻʼ"
# Best first. A cut is made where the match ends.
_BOUNDARIES = (
    re.compile(r"[.?!…]+[\"'»”’)\]]*\s+"),
    re.compile(r"[;:]\s+"),
    re.compile(
        r",\s+|\s+(?=[–—]\s)|\s+(?=(?:va|hamda|lekin|ammo|biroq|ва|ҳамда|лекин|аммо|бироқ|и|а|но|или|что|and|but|or|"
        r"that|which)\s)"
    ),
    re.compile(r"\s+"),
)
_MIN_SHARE = 0.4  # a cut in the first 40 % of what fits would waste the window and leave a fragment


def split_long(text: str, limit: int, measure: Callable[[str], int]) -> tuple[tuple[int, int], ...]:
    """Splits a sentence into parts that each measure at most `limit`.

    The cut is made after a sentence mark, a semicolon or colon, a comma or before a dash or conjunction, at
    white space, or anywhere, in that order of preference. Only white space lies between two parts.

    Args:
        text: the sentence.
        limit: the most that a part may measure, in `measure`'s unit.
        measure: the size of a string (tokens, say); longer strings should not measure less. Called O(log n)
            times per part, on strings of about a part's length.

    Returns:
        (start, end) spans in `text`, in order; none for white space only. A single code point (with its
        combining marks) that measures more than the limit is a part of its own.

    Raises:
        ValueError: `limit` is below 1.
    """
    if limit < 1:
        raise ValueError(f"limit must be at least 1, got {limit}: give the model's input length")
    spans: list[tuple[int, int]] = []
    start, end = _trim(text, 0, len(text))
    guess = max(16, 2 * limit)
    while start < end:
        fitting = _fitting(text, start, end, limit, measure, guess)
        cut = end if fitting == end else _cut(text, start, fitting, end)
        part = _trim(text, start, cut)
        if part[0] < part[1]:
            spans.append(part)
        guess = max(16, fitting - start)
        start, end = _trim(text, cut, end)
    return tuple(spans)


def _fitting(text: str, start: int, end: int, limit: int, measure: Callable[[str], int], guess: int) -> int:
    """The largest found offset up to which `text[start:]` measures at most the limit."""
    good, width = start, guess
    while True:
        probe = min(end, start + width)
        if measure(text[start:probe]) > limit:
            bad = probe
            break
        good = probe
        if probe == end:
            return end
        width *= 2
    while bad - good > 1:
        middle = (good + bad) // 2
        if measure(text[start:middle]) <= limit:
            good = middle
        else:
            bad = middle
    return max(good, start + 1)


def _cut(text: str, start: int, fitting: int, end: int) -> int:
    # When the rest needs two parts, two halves translate better than a whole and a scrap.
    aim = fitting if end - start > 2 * (fitting - start) else min(fitting, start + (end - start + 1) // 2)
    floor = start + int((fitting - start) * _MIN_SHARE)
    for boundary in _BOUNDARIES:
        cuts = [found.end() for found in boundary.finditer(text, floor, fitting) if floor < found.end()]
        if cuts:
            return min(cuts, key=lambda cut: abs(cut - aim))
    cut = fitting
    while cut > start + 1 and (unicodedata.combining(text[cut]) or text[cut] in _APOSTROPHE + "\u200d\ufe0f"):
        cut -= 1
    return cut if cut > start + 1 or fitting == start + 1 else fitting


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
