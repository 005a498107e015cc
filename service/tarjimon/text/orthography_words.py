"""One Uzbek word in any of its alphabets, written in today's Latin with the source of every letter."""

from __future__ import annotations

import re

from tarjimon.text import orthography_lexicon as lexicon
from tarjimon.text import orthography_tables as tables
from tarjimon.text.orthography_case import acronym_cased, digraphs_cased
from tarjimon.text.orthography_cyrillic import to_latin
from tarjimon.text.orthography_letters import Letter, lower
from tarjimon.text.orthography_script import clusters, one_script

# ц after a consonant is s: reaktsiya, konstitutsional are a Russian habit in Latin texts.
_HARD_TS = re.compile("(?<=[knpr])t(?=si(?:ya|on))", re.IGNORECASE)
# The Cyrillic surname -аев/-оев/-иев is -ayev; Latin texts often copy the bare e.
_BARE_SURNAME = re.compile("(?<=[aiou])e(?=v(?:a|ich|na)?(?:ning|ni|ga|da|dan|lar)?'?$)", re.IGNORECASE)
_HALF_SHOUTED = re.compile(r"(?:(?:Sh|Ch|Y[aeou]|[A-Z])'?)+")
_KEY_HEADS = frozenset(key[:3] for key in lexicon.RESPELLED_STEMS)
_KEY_LENGTHS = sorted({len(key) for key in lexicon.RESPELLED_STEMS}, reverse=True)


def respell(word: str) -> list[Letter]:
    """Write `word` in canonical letters, each with the offset in `word` that it came from."""
    units = clusters(word)
    if all(lower(unit.text) in "ъь'" for unit in units):
        return [Letter(char, i) for i, char in enumerate(word)]
    letters = _new_to_old(to_latin(one_script(units)))
    return _habits_mended(_stem_respelled(acronym_cased(digraphs_cased(letters))))


def is_plain(word: str) -> bool:
    """True when `word` is already canonical, decided cheaply: the common case of Latin text."""
    if not word.isascii() or "`" in word or "''" in word:
        return False
    if word[:3].lower() in _KEY_HEADS:
        return False
    if _HARD_TS.search(word) or (word[0].isupper() and _BARE_SURNAME.search(word)):
        return False
    return not (len(word) > 2 and any(char.isupper() for char in word[1:3]))


def _new_to_old(units: list[Letter]) -> list[Letter]:
    """ş ç ö ğ and the drafts' letters as digraphs, unless the word has letters that Uzbek lacks."""
    if all(unit.text.isascii() for unit in units):
        return units
    chars = [lower(unit.text) for unit in units]
    if _is_foreign("".join(chars)):
        return units
    result: list[Letter] = []
    for unit, char in zip(units, chars, strict=True):
        digraph = tables.NEW_LATIN.get(char)
        if unit.text == "'" and result and result[-1].text.endswith("'"):
            continue
        result.append(unit if digraph is None else Letter(digraph, unit.origin, unit.text != char))
    return result


def _is_foreign(lowered: str) -> bool:
    if "w" in lowered or re.search("c(?!h)", lowered):
        return True
    return any(not char.isascii() and char not in tables.NEW_LATIN for char in lowered)


def _habits_mended(letters: list[Letter]) -> list[Letter]:
    """Latin habits that have one right spelling: reaktsiya, Mirziyoev, TEKShIRUV."""
    word = "".join(unit.text for unit in letters)
    if len(word.rstrip("'")) > 6 and not word.isupper() and _HALF_SHOUTED.fullmatch(word):
        return [Letter(unit.text.upper(), unit.origin) for unit in letters]
    if len(word) != len(letters):
        return letters
    mended = [unit for at, unit in enumerate(letters) if not _HARD_TS.match(word, at)]
    surname = _BARE_SURNAME.search(word) if word[:1].isupper() else None
    if surname:
        at = surname.start() - (len(letters) - len(mended))
        mended.insert(at, Letter("Y" if mended[at].text.isupper() else "y", mended[at].origin))
    return mended


def _stem_respelled(letters: list[Letter]) -> list[Letter]:
    """Apply the lexicon of irregular stems to the start of the word."""
    lowered = "".join(lower(unit.text) for unit in letters[: _KEY_LENGTHS[0]])
    if lowered[:3] not in _KEY_HEADS:
        return letters
    for length in _KEY_LENGTHS:
        key = lowered[:length]
        value = lexicon.RESPELLED_STEMS.get(key) if len(key) == length else None
        if value is not None:
            return _spliced(letters, key, value)
    return letters


def _spliced(letters: list[Letter], key: str, value: str) -> list[Letter]:
    head = 0
    while head < min(len(key), len(value)) and key[head] == value[head]:
        head += 1
    tail = 0
    while tail < min(len(key), len(value)) - head and key[-1 - tail] == value[-1 - tail]:
        tail += 1
    new = value[head : len(value) - tail]
    origin = letters[min(head, len(letters) - 1)].origin
    shouted = letters[max(head - 1, 0)].text.isupper() and letters[min(head, len(key) - 1)].text.isupper()
    inserted = [Letter(char.upper() if shouted else char, origin) for char in new]
    return letters[:head] + inserted + letters[len(key) - tail :]
