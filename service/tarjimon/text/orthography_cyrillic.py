"""Cyrillic letters written in Latin, by the letters around them."""

from __future__ import annotations

from tarjimon.text import orthography_lexicon as lexicon
from tarjimon.text import orthography_tables as tables
from tarjimon.text.orthography_letters import Letter, is_cyrillic, lower


def to_latin(units: list[Letter]) -> list[Letter]:
    """Write the Cyrillic letters among `units` in Latin."""
    if not any(is_cyrillic(unit.text) for unit in units):
        return units
    lowered = [lower(unit.text) for unit in units]
    whole = lexicon.CYRILLIC_WORDS.get("".join(lowered))
    if whole is not None and len(whole) >= len(units):
        return _spelled(units, whole)
    result: list[Letter] = []
    for at, unit in enumerate(units):
        if not is_cyrillic(unit.text):
            doubled = bool(result) and result[-1].text.endswith("'")
            if unit.text == "'" and (doubled or _drops_hard_sign(lowered, at)):
                continue
            result.append(unit)
            continue
        latin = _cyrillic_letter(lowered, at)
        if latin == "'" and (not result or result[-1].text.endswith("'")):
            continue
        if latin:
            capital = unit.text != lowered[at]
            result.append(Letter(latin, unit.origin, capital))
    return result


def _spelled(units: list[Letter], latin: str) -> list[Letter]:
    """`latin`, at least as long as `units`, with the case of the first letter; the last origin repeats."""
    if units[0].text.isupper():
        latin = latin.capitalize()
    last = len(units) - 1
    return [Letter(char, units[min(at, last)].origin) for at, char in enumerate(latin)]


def _is_vowel(char: str) -> bool:
    return char in tables.CYRILLIC_VOWELS or char in tables.LATIN_VOWELS


def _drops_hard_sign(word: list[str], at: int) -> bool:
    """объект: after a consonant the sign only separates; маъюс: after a vowel it is the tutuq belgisi."""
    before = word[at - 1] if at else ""
    after = word[at + 1] if at + 1 < len(word) else ""
    if before in ("ў", "ғ", "ӯ"):
        return True
    if after not in tables.IOTATED:
        return False
    return after == "е" or not _is_vowel(before)


def _cyrillic_letter(word: list[str], at: int) -> str:
    """Latin for the lower-case Cyrillic letter at `at`, by the letters around it."""
    char = word[at]
    before = word[at - 1] if at else ""
    after = word[at + 1] if at + 1 < len(word) else ""
    if char == "е":
        return "ye" if not before or _is_vowel(before) or before in "ъь'" else "e"
    if char == "ц":
        if before == "ц":
            return ""
        return "ts" if before and _is_vowel(before) and after else "s"
    if char == "щ":
        return "shch" if after and _is_vowel(after) else "sh"
    if char == "ъ":
        return "" if _drops_hard_sign(word, at) else "'"
    if char == "ь":
        return "'" if word[at + 1 : at + 3] == ["и", "й"] else _soft_sign(before, after)
    if char == "ҳ" and before in ("с", "s"):
        return "'h"
    return tables.CYRILLIC_FIXED[char]


def _soft_sign(before: str, after: str) -> str:
    """Dropped, but y in батальон, and the tutuq belgisi where ъ was meant (маьно, саньат)."""
    if after == "о":
        return "y"
    if after in tables.IOTATED or not before:
        return ""
    if _is_vowel(before) or after in ("а", "э", "ў"):
        return "'"
    return ""
