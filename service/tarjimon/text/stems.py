"""The dictionary forms that an inflected word may come from: Uzbek by its grammar, Russian and English lightly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from tarjimon.text.stems_english import english_stems
from tarjimon.text.stems_russian import russian_key, russian_stems
from tarjimon.text.stems_uzbek import uzbek_stems

_LONGEST_WORD = 64  # beyond it nothing is inflected, it is an accident of typing
_REMEMBERED = 50_000

_STEMS: Mapping[str, Callable[[str], Mapping[str, bool]]] = {
    "uz": uzbek_stems,
    "ru": russian_stems,
    "en": english_stems,
}


@dataclass(frozen=True, slots=True)
class Stems:
    """What a word of a text may be a form of.

    Attributes:
        exact: the key of the word as it stands.
        possible: key -> whether a derivation lies between (Toshkent, toshkentlik); holds `exact`.
    """

    exact: str
    possible: Mapping[str, bool]


def dictionary_key(word: str, language: str) -> str:
    """The key of a term's word, to be looked up among the `Stems.possible` of a text's words.

    Args:
        word: in its base form; Uzbek in canonical spelling.
        language: `uz`, `ru`, `en`; any other is not inflected.
    """
    lowered = word.lower()
    return russian_key(lowered) if language == "ru" else lowered


@lru_cache(maxsize=_REMEMBERED)
def stems(word: str, language: str) -> Stems:
    """What a word of a text may be a form of.

    The answer holds more than what is right: it is a set of questions to a term base, not an analysis.

    Args:
        word: Uzbek in canonical spelling.
        language: as `dictionary_key`.
    """
    lowered = word.lower()
    exact = dictionary_key(lowered, language)
    find = _STEMS.get(language)
    if find is None or len(word) > _LONGEST_WORD:
        return Stems(exact, {exact: False})
    return Stems(exact, {**find(lowered), exact: False})
