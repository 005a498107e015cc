"""Which writing system a text is in, by counting its letters."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter

# First code point of each block that matters, and its ISO 15924 code; "" marks letters of any other script.
_BLOCKS = (
    (0x0041, "Latn"), (0x0250, ""), (0x0370, "Grek"), (0x0400, "Cyrl"), (0x0530, "Armn"), (0x0590, "Hebr"),
    (0x0600, "Arab"), (0x0700, ""), (0x0750, "Arab"), (0x0780, ""), (0x08A0, "Arab"), (0x0900, "Deva"),
    (0x0980, ""), (0x0E00, "Thai"), (0x0E80, ""), (0x10A0, "Geor"), (0x1100, "Hang"), (0x1200, ""),
    (0x1C80, "Cyrl"), (0x1C90, "Geor"), (0x1CC0, ""), (0x1E00, "Latn"), (0x1F00, "Grek"), (0x2000, ""),
    (0x2DE0, "Cyrl"), (0x2E00, ""), (0x3040, "Jpan"), (0x3100, ""), (0x3400, "Hani"), (0xA000, ""),
    (0xA640, "Cyrl"), (0xA6A0, ""), (0xAC00, "Hang"), (0xD7B0, ""), (0xF900, "Hani"), (0xFB00, ""),
    (0xFB50, "Arab"), (0xFE00, ""), (0xFE70, "Arab"), (0xFEFF, ""), (0x20000, "Hani"), (0x30000, ""),
)  # fmt: skip
_STARTS = [start for start, _ in _BLOCKS]
_MINORITY = 0.3  # of the letters; below it a second script is a name or an abbreviation

NONE = "Zyyy"
MIXED = "Mixed"
# Scripts that one language of ours alone uses.
SOLE_LANGUAGE = {
    "Grek": "el",
    "Armn": "hy",
    "Hebr": "he",
    "Thai": "th",
    "Geor": "ka",
    "Hang": "ko",
    "Jpan": "ja",
}


def letters_by_script(text: str) -> Counter[str]:
    """Count the letters of `text` by script; letters of rare scripts count as `Zzzz`."""
    counts: Counter[str] = Counter()
    for char in text:
        if char.isalpha():
            block = bisect_right(_STARTS, ord(char)) - 1
            counts[(_BLOCKS[block][1] if block >= 0 else "") or "Zzzz"] += 1
    return counts


def script_of(counts: Counter[str]) -> str:
    """ISO 15924 code of the script, `Mixed` when a second one has 30 % of the letters, `Zyyy` for no letters."""
    total = counts.total()
    if total == 0:
        return NONE
    ranked = counts.most_common(2)
    if len(ranked) == 2:
        if {ranked[0][0], ranked[1][0]} == {"Jpan", "Hani"}:
            return "Jpan"
        if ranked[1][1] / total >= _MINORITY:
            return MIXED
    return ranked[0][0]
