"""A word as typed, made a sequence of letters of one script where the typist mixed two by mistake."""

from __future__ import annotations

import unicodedata

from tarjimon.text import orthography_tables as tables
from tarjimon.text.orthography_letters import Letter, is_cyrillic

_MARKS = frozenset(map(chr, range(0x300, 0x370)))
_LONGEST_CLUSTER = 4  # a letter with more marks than this is left as it is, so that work stays linear
_ROMAN = frozenset("IVXLCDMХСМІ")


def clusters(word: str) -> list[Letter]:
    """Letters composed with their marks, apostrophes made one, hyphenation hints left out."""
    units: list[Letter] = []
    at = 0
    while at < len(word):
        char, begin = word[at], at
        at += 1
        if char in tables.INVISIBLE:
            continue
        if char in tables.APOSTROPHES:
            if not units or units[-1].text != "'":
                units.append(Letter("'", begin))
            continue
        while at < len(word) and word[at] in _MARKS:
            at += 1
        cluster = word[begin:at]
        if 1 < len(cluster) <= _LONGEST_CLUSTER:
            cluster = unicodedata.normalize("NFC", cluster)
        if is_cyrillic(char) and not is_cyrillic(cluster):
            cluster = char  # a stress mark or a stray diacritic: Cyrillic Uzbek writes none
        units.append(Letter(cluster, begin))
    return units


def one_script(units: list[Letter]) -> list[Letter]:
    """Replace look-alike letters of the other script in a word that is otherwise of one script."""
    letters = [unit.text for unit in units if unit.text != "'"]
    cyrillic = [char for char in letters if is_cyrillic(char)]
    if not cyrillic or len(cyrillic) == len(letters):
        return units
    if len(letters) > 1 and _ROMAN.issuperset(letters):
        return [_looking(unit, tables.CYRILLIC_TO_LATIN_LOOK) for unit in units]
    capitals = 0
    while capitals < len(letters) and letters[capitals].isupper() and not is_cyrillic(letters[capitals]):
        capitals += 1
    rest = letters[capitals:]
    if capitals > 1 and rest and all(is_cyrillic(char) and not char.isupper() for char in rest):
        return units  # BMTнинг, XXинчи: a Latin abbreviation with a Cyrillic ending
    strong_cyrillic = any(char not in tables.CYRILLIC_TO_LATIN_LOOK for char in cyrillic)
    strong_latin = any(
        not is_cyrillic(char) and char not in tables.LATIN_TO_CYRILLIC_LOOK for char in letters
    )
    if strong_latin and strong_cyrillic:
        return _island_letters(units)
    if strong_latin:
        return [_looking(unit, tables.CYRILLIC_TO_LATIN_LOOK) for unit in units]
    return [_looking(unit, tables.LATIN_TO_CYRILLIC_LOOK) for unit in units]


def _looking(unit: Letter, table: dict[str, str]) -> Letter:
    return Letter(table.get(unit.text, unit.text), unit.origin)


def _island_letters(units: list[Letter]) -> list[Letter]:
    """Both scripts are surely present (Telegramда): only a lone look-alike between two others changes."""
    result = list(units)
    for at in range(1, len(units) - 1):
        before, here, after = (is_cyrillic(units[i].text) for i in (at - 1, at, at + 1))
        if before == after != here and "'" not in (units[at - 1].text, units[at + 1].text):
            table = tables.CYRILLIC_TO_LATIN_LOOK if here else tables.LATIN_TO_CYRILLIC_LOOK
            result[at] = _looking(units[at], table)
    return result
