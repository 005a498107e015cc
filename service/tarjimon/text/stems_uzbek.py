"""Uzbek nouns without their suffixes: a small grammar read from the right end of the word.

stem (+ -lik/-cha) (+ -lar) (+ possessive) (+ case) (+ particle), where -dagi and -niki make a new stem that is
inflected again. On the way the letters that a suffix changed are restored: vazirligi -> vazirlik, qishlog'i ->
qishloq, o'g'li -> o'g'il, shahri -> shahar, toqqa -> tog'. Source: A. G'ulomov, M. Asqarova, *Hozirgi o'zbek
adabiy tili*; main spelling rules of 1995, sections 29-38.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

_VOWELS = "aeiou"
_SHORTEST_STEM = 2
_DROPPED = "iua"  # o'g'il, burun, shahar


class _Layer(IntEnum):
    """How far from the end a suffix stands; the next one to the left must be further in."""

    PARTICLE = 0
    CASE = 1
    POSSESSIVE = 2
    PLURAL = 3
    DERIVATION = 4


@dataclass(frozen=True, slots=True)
class _Suffix:
    """A suffix: its layer, what may stand left of it, and on which letters it sits ("": any)."""

    text: str
    layer: _Layer
    then: int
    after: str = ""
    derives: bool = False


def _grammar() -> tuple[_Suffix, ...]:
    particle, case, possessive, plural, derivation = _Layer
    rows = [_Suffix(s, particle, case) for s in ("dir", "dirlar", "mi", "dek", "day")]
    rows += [_Suffix(s, particle, case) for s in ("gina", "kina", "qina")]
    rows += [_Suffix(s, case, possessive) for s in ("ning", "ni", "ga", "da", "dan", "gacha")]
    rows += [_Suffix(s, case, possessive, "k") for s in ("ka", "kacha")]
    rows += [_Suffix(s, case, possessive, "q") for s in ("qa", "qacha")]
    rows += [_Suffix("cha", case, possessive, derives=True)]
    # -dagi and -niki end a stem of their own, so they may stand left of any other suffix.
    rows += [_Suffix(s, derivation, possessive) for s in ("dagi", "niki")]
    rows += [_Suffix(s, possessive, plural, "C") for s in ("i", "im", "ing", "imiz", "ingiz")]
    rows += [_Suffix(s, possessive, plural, "V") for s in ("si", "m", "ng", "miz", "ngiz")]
    rows += [_Suffix(s, possessive, plural, "V") for s in ("yi", "yim", "ying", "yimiz", "yingiz")]
    rows += [_Suffix("i", possessive, plural, "e")]  # mavqei, as it was spelled before mavqeyi
    rows += [_Suffix("lar", plural, derivation)]
    rows += [_Suffix(s, derivation, derivation, derives=True) for s in ("lik", "cha")]
    return tuple(rows)


_BY_LAST_LETTER: dict[str, list[_Suffix]] = {}
for _row in _grammar():
    _BY_LAST_LETTER.setdefault(_row.text[-1], []).append(_row)


def uzbek_stems(word: str) -> dict[str, bool]:
    """Every stem that the grammar can take a word back to, each with whether a derivation was undone.

    Args:
        word: lower case, canonical spelling.
    """
    found: dict[str, bool] = {}
    open_ends: list[tuple[str, int, bool]] = [(word, _Layer.PARTICLE, False)]
    seen: set[tuple[str, int, bool]] = set()
    while open_ends:
        state = open_ends.pop()
        if state in seen:
            continue
        seen.add(state)
        stem, layer, derived = state
        found[stem] = found.get(stem, True) and derived
        if stem.endswith("'") and stem[-2:-1] not in ("o", "g"):
            stem = stem[:-1]  # BMT'ning
            found[stem] = found.get(stem, True) and derived
        for suffix in _BY_LAST_LETTER.get(stem[-1:], ()):
            if suffix.layer < layer or not stem.endswith(suffix.text):
                continue
            rest = stem[: -len(suffix.text)]
            if len(rest) < _SHORTEST_STEM or not _sits_on(suffix.after, rest):
                continue
            for base in (rest, *_restored(rest, suffix)):
                open_ends.append((base, suffix.then, derived or suffix.derives))
    return found


def without_possessive(word: str) -> Iterator[str]:
    """The head of an izofa without its third person ending: vazirligi gives vazirlig and vazirlik.

    A name such as "Tashqi ishlar vazirligi" has the ending in its base form, and loses it before -lar.
    """
    for ending, after in (("si", "V"), ("i", "C")):
        rest = word[: -len(ending)]
        if word.endswith(ending) and len(rest) > _SHORTEST_STEM and _sits_on(after, rest):
            yield rest
            yield from _restored(rest, _Suffix(ending, _Layer.POSSESSIVE, _Layer.PLURAL, after))


def _sits_on(after: str, rest: str) -> bool:
    last = rest[-1]
    if after == "V":
        return last in _VOWELS or rest.endswith("o'")
    if after == "C":
        return last not in _VOWELS and not rest.endswith("o'")
    return not after or last == after


def _restored(rest: str, suffix: _Suffix) -> Iterator[str]:
    """Stems whose last letters the suffix may have changed."""
    if suffix.layer is _Layer.CASE and suffix.after == "q":
        yield rest[:-1] + "g'"
    if suffix.layer is not _Layer.POSSESSIVE or suffix.after != "C":
        return
    if rest.endswith("g'"):
        yield rest[:-2] + "q"
    elif rest.endswith("g") and not rest.endswith("ng"):
        yield rest[:-1] + "k"
    last = 2 if rest[-2:] in ("g'", "sh", "ch", "ng") else 1
    head = rest[:-last]
    if len(head) > 1 and head[-1] not in _VOWELS and not head.endswith("o'"):
        for vowel in _DROPPED:
            yield head + vowel + rest[-last:]
