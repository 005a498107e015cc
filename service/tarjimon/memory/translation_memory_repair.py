"""Numbers and dates of a remembered translation put right, where nothing else differs and nothing can go wrong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from tarjimon.memory.translation_memory_key import MONTH_AFTER_DAY, NUMBER, skeleton
from tarjimon.text.fidelity import IssueKind, check

_UZ = "yanvar|fevral|mart|aprel|may|iyun|iyul|avgust|sentabr|oktabr|noyabr|dekabr"
_RU = "января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря"
_EN = "January|February|March|April|May|June|July|August|September|October|November|December"
_MONTHS = {"uz": _UZ.split("|"), "ru": _RU.split("|"), "en": _EN.split("|")}
_NUMERIC = {
    IssueKind.NUMBER_MISSING,
    IssueKind.NUMBER_ADDED,
    IssueKind.DATE_CHANGED,
    IssueKind.CODE_MISSING,
    IssueKind.CONTACT_MISSING,
}
# What follows a Russian number and does not agree with it: a year, a month, a sign, a suffix, a case ending.
_FREE_AFTER = {
    "ru": re.compile(
        r"\s*(?:год(?:а|у|ом|е)?\b|г\.|%|-|–|/|млн|млрд|трлн|тыс\.|№|[.,;:)»]|$"
        rf"|(?:{_RU})\b)"
    ),
    "en": re.compile(rf"\s*(?:%|-|–|/|percent\b|million\b|billion\b|[.,;:)]|$|(?:{_EN})\b)"),
}
_YEAR = re.compile(r"(?:19|20)\d\d")


def repair(known: str, asked: str, target: str, source_language: str, target_language: str) -> str | None:
    """The translation of `known`, with the numbers and the months of `asked`.

    A number is exchanged only if it stands in the translation as often as in the source and every occurrence
    changes in the same way; a noun that agrees with it must keep its form (1 день, 2 дня, 5 дней); and the result
    must pass the fidelity check of numbers.

    Args:
        known: canonical form of the memory's sentence.
        asked: canonical form of the sentence to translate.
        target: translation of `known`.
        source_language, target_language: BCP-47 codes.

    Returns:
        The repaired translation, or None when more differs or the exchange is not safe.
    """
    if skeleton(known) != skeleton(asked) or known == asked:
        return None
    months = _month_changes(known, asked)
    old, new = NUMBER.findall(known), NUMBER.findall(asked)
    numbers = _changes(old, new)
    if numbers and any(_shape(before) != _shape(after) for before, after in numbers.items()):
        return None
    if months is None or numbers is None or not (months or numbers):
        return None
    result = _exchange_numbers(target, old, numbers, target_language)
    if result is not None and months:
        result = _exchange_months(result, months, target_language)
    if result is None:
        return None
    issues = check(asked, result, source_language, target_language).issues
    return None if any(issue.kind in _NUMERIC for issue in issues) else result


def _changes(old: Sequence[str], new: Sequence[str]) -> dict[str, str] | None:
    """What becomes of each old value, {} when nothing changes; None when equal values become different ones."""
    changes: dict[str, str] = {}
    for before, after in zip(old, new, strict=True):
        if changes.setdefault(before, after) != after:
            return None
    return changes if any(before != after for before, after in changes.items()) else {}


def _shape(number: str) -> tuple[str, bool]:
    separators = re.sub(r"\d", "", number)
    return separators, bool(separators) and len(re.split(r"[.,:]", number)[-1]) == 3


def _exchange_numbers(target: str, old: Sequence[str], changes: dict[str, str], language: str) -> str | None:
    expected = Counter(old)
    seen: Counter[str] = Counter()
    safe = True

    def exchanged(found: re.Match[str]) -> str:
        nonlocal safe
        written = found[0]
        value = written if written in changes else _swapped(written)
        if value not in changes:
            # A number that the source writes in words, or that the translator added: it stays.
            return written
        seen[value] += 1
        after = changes[value]
        if after == value:
            return written
        safe = safe and _agrees(value, after, target[found.end() :], language)
        return after if value == written else _swapped(after)

    result = NUMBER.sub(exchanged, target)
    complete = all(seen[value] == expected[value] for value, after in changes.items() if value != after)
    return result if safe and complete else None


def _swapped(number: str) -> str:
    """1,5 for 1.5 and the other way round."""
    return number.translate(str.maketrans(",.", ".,"))


def _agrees(before: str, after: str, rest: str, language: str) -> bool:
    """Whether what follows the number keeps its form."""
    if language not in _FREE_AFTER:
        return language == "uz"  # nouns do not agree with numbers in Uzbek
    if _FREE_AFTER[language].match(rest) or (_YEAR.fullmatch(before) and _YEAR.fullmatch(after)):
        return True
    return _plural(before, language) == _plural(after, language)


def _plural(number: str, language: str) -> str:
    """The plural category after CLDR: one, few, many or other."""
    if not number.isdigit():
        return "other"
    value = int(number[-3:])
    if language == "en":
        return "one" if number == "1" else "other"
    if value % 10 == 1 and value % 100 != 11:
        return "one"
    return "few" if value % 10 in (2, 3, 4) and value % 100 not in (12, 13, 14) else "many"


def _month_changes(known: str, asked: str) -> dict[str, str] | None:
    before, after = (MONTH_AFTER_DAY.findall(NUMBER.sub("#", text.lower())) for text in (known, asked))
    return _changes(before, after)


def _exchange_months(target: str, changes: dict[str, str], language: str) -> str | None:
    names = _MONTHS.get(language)
    if names is None:
        return None
    by_name = {
        names[_MONTHS["uz"].index(a)].lower(): names[_MONTHS["uz"].index(b)] for a, b in changes.items()
    }
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(names)})(?!\w)", re.I)
    found = {name.lower() for name in pattern.findall(target)}
    if found != set(by_name):
        return None
    return pattern.sub(lambda name: by_name[name[0].lower()], target)
