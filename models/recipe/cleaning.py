"""Decides whether an aligned pair is fit for training, and names the reason when it is not."""

from __future__ import annotations

import re
from collections import Counter

from recipe.corpus import Language
from recipe.overlap import key
from tarjimon.text.fidelity_issue import Severity
from tarjimon.text.fidelity_numbers import number_issues
from tarjimon.text.orthography import fold
from tarjimon.text.protection import find_spans

MAX_CHARACTERS = 900
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_UZBEK_CYRILLIC = re.compile(r"\w*[ўқғҳЎҚҒҲ]\w*")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_LETTERS = re.compile(r"[^\W\d_]")
_MARKUP = re.compile(
    r"</?[A-Za-z][^>]*>|&[a-z]+;|\$\{[^}]*\}|\{\{?[^{}]*\}?\}|%(?:\d+\$)?[sdifu@]|%\([^)]*\)[sd]|\\[nt\"]|\$[A-Z_]+\$?"
)
_NUMBER = re.compile(r"\d+(?:[ \u00a0\u202f]\d{3}(?!\d))*(?:[.,]\d+)*")
_STOP: dict[Language, frozenset[str]] = {
    "uz": frozenset(
        """
        va bilan uchun ham bu bo'yicha hamda emas yoki kerak qilish bo'lgan mumkin
        ва билан учун ҳам бу бўйича ҳамда эмас ёки керак қилиш бўлган мумкин
        """.split()  # noqa: SIM905 - a list of words is read more easily as words
    ),
    "en": frozenset(
        [
            "the",
            "of",
            "and",
            "to",
            "is",
            "in",
            "for",
            "with",
            "that",
            "this",
            "are",
            "be",
            "you",
            "your",
            "not",
            "or",
        ]
    ),
    "ru": frozenset(["и", "в", "на", "с", "для", "по", "не", "что", "или", "это", "как", "от", "из", "к"]),
}


def rejection(source: Language, target: Language, source_text: str, target_text: str) -> str | None:
    """The reason for leaving a pair out, or None for a good one. Uzbek text must be folded to Latin already."""
    if not source_text or not target_text:
        return "empty"
    if max(len(source_text), len(target_text)) > MAX_CHARACTERS:
        return "too long"
    if not _LETTERS.search(source_text) or not _LETTERS.search(target_text):
        return "no letters"
    if too_uneven(source_text, target_text):
        return "length ratio"
    for language, text in ((source, source_text), (target, target_text)):
        if not right_script(language, text):
            return f"script of {language}"
        if foreign(language, text):
            return f"language of {language}"
    if untranslated(source_text, target_text):
        return "untranslated"
    if Counter(_MARKUP.findall(source_text)) != Counter(_MARKUP.findall(target_text)):
        return "markup differs"
    if len(" ".join(_MARKUP.findall(source_text))) > 0.3 * len(source_text):
        return "mostly markup"
    if numbers(source_text) != numbers(target_text) and not numbers_agree(
        source, target, source_text, target_text
    ):
        return "numbers differ"
    return None


def too_uneven(source: str, target: str, ratio: float = 2.5, slack: int = 15) -> bool:
    """Whether one text is more than `ratio` times the other plus `slack` characters."""
    short, long = sorted((len(source), len(target)))
    return long > ratio * short + slack


def right_script(language: Language, text: str) -> bool:
    """Russian mostly Cyrillic, English nearly all Latin, folded Uzbek mostly Latin (brand names allowed)."""
    for span in find_spans(text):  # addresses and codes have the script that they have
        text = text.replace(span.text, " ")
    cyrillic, latin = len(_CYRILLIC.findall(text)), len(_LATIN.findall(text))
    if cyrillic + latin == 0:
        return True
    share = cyrillic / (cyrillic + latin)
    if language == "ru":
        return share >= 0.5 and 4 * len(_UZBEK_CYRILLIC.findall(text)) <= len(text.split())
    return share <= (0.02 if language == "en" else 0.1)


def foreign(language: Language, text: str) -> bool:
    """Whether function words say that a text of three words or more is in another language than it claims."""
    words = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*", text.casefold())
    if len(words) < 3:
        return False
    hits = {name: sum(word in stop for word in words) for name, stop in _STOP.items()}
    return any(count >= 2 and count > 2 * hits[language] for name, count in hits.items() if name != language)


def untranslated(source: str, target: str) -> bool:
    """The same text on both sides, in whatever alphabet, three words or more: nobody translated it."""
    if len(source.split()) < 3:
        return False
    return source.casefold() == target.casefold() or key(fold(source)) == key(fold(target))


def numbers_agree(source: Language, target: Language, source_text: str, target_text: str) -> bool:
    """Whether the product finds no number lost, changed or made up (it knows number words, dates and scales)."""
    found = number_issues(source_text, target_text, source, target)
    return not any(issue.severity is Severity.ERROR for issue in found)


def numbers(text: str) -> Counter[str]:
    """Multiset of the numbers of a text; thousands separators and the decimal comma folded, `2:0` is two numbers."""
    found: Counter[str] = Counter()
    for match in _NUMBER.findall(text):
        digits = re.sub(r"[ \u00a0\u202f]", "", match)
        digits = re.sub(r",(\d{3})(?!\d)", r"\1", digits).replace(",", ".")
        found[digits.strip(".").lstrip("0") or "0"] += 1
    return found
