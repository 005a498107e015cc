"""Russian nouns and adjectives without their case endings: light, for looking terms up, not for analysis."""

from __future__ import annotations

from collections.abc import Iterator

# The longest first.
_ENDINGS = (
    "иями",
    "ями", "ами", "иях", "ией", "иею", "ием", "иев", "ого", "его", "ому", "ему", "ыми", "ими",
    "иям",
    "ях", "ах", "ей", "ою", "ею", "ой", "ом", "ем", "ов", "ев", "ий", "ый", "ая", "яя",
    "ое", "ее", "ие", "ые", "ым", "им", "ых", "их", "ую", "юю", "ия", "ию",
    "ью", "ии", "ям", "ам",
    "и", "ы", "а", "я", "о", "е", "у", "ю", "ь", "й",
)  # fmt: skip
_VOWELS = frozenset("аеиоуыэюяaeiouy")  # Latin ones, too: Paynet'а
_SHORTEST = 3


def russian_key(word: str) -> str:
    """The word without its longest ending, as long as three letters with a vowel remain; ё counts as е."""
    word = word.replace("ё", "е")
    for ending in _ENDINGS:
        stem = word[: -len(ending)]
        if word.endswith(ending) and len(stem) >= _SHORTEST and not _VOWELS.isdisjoint(stem):
            return stem
    return word


def russian_stems(word: str) -> dict[str, bool]:
    """The keys of the dictionary forms that a word may come from; none is a derivation.

    Args:
        word: lower case.
    """
    return dict.fromkeys(_candidates(word), False)


def _candidates(word: str) -> Iterator[str]:
    key = russian_key(word)
    yield key
    if key.endswith("'"):
        yield key[:-1]  # Paynet'а
    # рынка -> рынок, отца -> отец: the vowel is there only in front of no ending.
    if key != word.replace("ё", "е") and len(key) > 2 and key[-1] in "кцнл" and key[-2] not in _VOWELS:
        head = key[:-1].removesuffix("ь")
        yield head + "о" + key[-1]
        yield head + "е" + key[-1]
