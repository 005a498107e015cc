"""Capitals of letters that Latin writes with two signs: SHAHAR, Shahar, AQSh."""

from __future__ import annotations

import re

from tarjimon.text import orthography_lexicon as lexicon
from tarjimon.text.orthography_letters import Letter

_SYLLABLES = re.compile(r"[^aeiou]?[aeiou][^aeiou]{0,2}(?:[aeiou][^aeiou]{0,2})?")
_CLUSTER_STARTS = (
    "shta",
    "shka",
    "shla",
    "shle",
    "shti",
    "shri",
)  # штаб, шкаф: words, though they look spelled
_ACRONYMS = {name.upper(): name for name in lexicon.SPELLED_ACRONYMS}


def digraphs_cased(letters: list[Letter]) -> list[Letter]:
    """One entry per canonical character, the second letter of each capital digraph cased."""
    capitals = [unit.capital or unit.text[:1].isupper() for unit in letters]
    result: list[Letter] = []
    at = 0
    while at < len(letters):
        end = at
        while end < len(letters) and (capitals[end] or (end > at and letters[end].text == "'")):
            end += 1
        if end == at:
            result.extend(Letter(char, letters[at].origin) for char in letters[at].text)
            at += 1
            continue
        run = letters[at:end]
        shout = _is_shouted(run, tail=letters[end:])
        for unit in run:
            text = unit.text if not unit.capital else unit.text.upper() if shout else _title(unit.text)
            result.extend(Letter(char, unit.origin) for char in text)
        at = end
    return result


def _title(text: str) -> str:
    """Capitalise the first letter, which in 'h follows the apostrophe."""
    return text[0] + text[1:].capitalize() if text[0] == "'" else text.capitalize()


def _is_shouted(run: list[Letter], tail: list[Letter]) -> bool:
    """True when a run of capitals is a word in capitals (SHAHAR) and not an acronym (AQSh) or one capital."""
    count = sum(unit.text != "'" for unit in run)
    if count < 2:
        return False
    if count > 5 or (count == 5 and not tail):
        return True
    upper = "".join(unit.text for unit in run).upper()
    if upper in _ACRONYMS:
        return False
    vowels = "".join("o" if unit.text == "o'" else unit.text for unit in run)
    plain = re.sub("sh|ch|g'|'h", "q", vowels.lower()).replace("ya", "a").replace("yo", "o")
    plain = plain.replace("yu", "u").replace("ye", "e").replace("'", "")
    if upper.lower().startswith(_CLUSTER_STARTS):
        return True
    return bool(_SYLLABLES.fullmatch(plain))


def acronym_cased(letters: list[Letter]) -> list[Letter]:
    """AQSH, however it was typed, as AQSh."""
    capitals = 0
    while capitals < len(letters) and letters[capitals].text.isupper():
        capitals += 1
    if capitals < 3:
        return letters
    name = _ACRONYMS.get("".join(unit.text for unit in letters[:capitals]))
    if name is None:
        return letters
    cased = [Letter(char, unit.origin) for char, unit in zip(name, letters, strict=False)]
    return cased + letters[capitals:]
