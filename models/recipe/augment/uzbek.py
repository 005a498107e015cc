"""Uzbek noun suffixes by rule, in the folded spelling (`o'`, `g'`)."""

from __future__ import annotations

_CASES = {"gen": "ning", "acc": "ni", "loc": "da", "abl": "dan", "dagi": "dagi", "gacha": "gacha"}
_DROPPED = {
    "shahar": "shahr",
    "o'rin": "o'rn",
    "og'iz": "og'z",
    "burun": "burn",
    "ko'ngil": "ko'ngl",
    "singil": "singl",
    "o'g'il": "o'g'l",
}
_UNCHANGED = (
    "huquq",
    "ittifoq",
    "hamyurt",
    "ishtirok",
    "fabrik",
    "ocherk",
    "blok",
)  # loans that keep k and q


def case(word: str, name: str) -> str:
    """A noun, its plural or possessive form, in a case: nom, gen, acc, dat, loc, abl, dagi (of the place), gacha.

    After k and q the dative and its kin begin with the same consonant (`bankka`, `Iroqqa`); a final g' of a
    possessive stem does not occur, since possessives end in a vowel.
    """
    if name == "nom":
        return word
    if name in ("dat", "gacha"):
        ending = "ga" if name == "dat" else "gacha"
        last = word[-1].lower()
        if last == "k":
            return word + "k" + ending[1:]
        if last == "q":
            return word + "q" + ending[1:]
        return word + ending
    return word + _CASES[name]


def possessive(word: str) -> str:
    """Third person: `vazirlik` → `vazirligi`, `bo'lim` → `bo'limi`, `idora` → `idorasi`, `shahar` → `shahri`."""
    if word.endswith(tuple(_DROPPED)):
        stem = next(full for full in _DROPPED if word.endswith(full))
        return word[: -len(stem)] + _DROPPED[stem] + "i"
    if ends_in_vowel(word):
        return word + "si"
    if word.endswith(_UNCHANGED) or sum(letter in "aeiou" for letter in word.lower()) < 2:
        return word + "i"
    if word.endswith("k"):
        return word[:-1] + "gi"
    return word[:-1] + "g'i" if word.endswith("q") else word + "i"


def plural(word: str) -> str:
    """`vazir` → `vazirlar`."""
    return word + "lar"


def ordinal(number: int) -> str:
    """`5` → `5-`: the suffix is written with a hyphen after digits."""
    return f"{number}-"


_ONES = ["", "bir", "ikki", "uch", "to'rt", "besh", "olti", "yetti", "sakkiz", "to'qqiz"]
_TENS = ["", "o'n", "yigirma", "o'ttiz", "qirq", "ellik", "oltmish", "yetmish", "sakson", "to'qson"]


def in_words(number: int) -> str:
    """Cardinals under a thousand: 215 → `ikki yuz o'n besh`."""
    if not 0 < number < 1000:
        raise ValueError(f"{number} is not between 1 and 999")
    hundreds, rest = divmod(number, 100)
    parts = ["yuz" if hundreds == 1 else f"{_ONES[hundreds]} yuz"] if hundreds else []
    parts += [_TENS[rest // 10]] if rest >= 10 else []
    parts += [_ONES[rest % 10]] if rest % 10 else []
    return " ".join(parts)


def ordinal_in_words(number: int) -> str:
    """`beshinchi`, `ikkinchi`: -nchi after a vowel, -inchi after a consonant."""
    word = in_words(number)
    return word + ("nchi" if ends_in_vowel(word) else "inchi")


def ends_in_vowel(word: str) -> bool:
    """Whether the last sound is a vowel; `o'` is one, `g'` and a tutuq belgisi are not."""
    if word.endswith("'"):
        return word[-2:-1].lower() == "o"
    return word[-1].lower() in "aeiou"
