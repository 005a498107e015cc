"""Automatic proofreading of the documents: what a machine can see wrong in an aligned row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recipe.cleaning import foreign, numbers, right_script, too_uneven
from recipe.corpus import LANGUAGES, Language, Sentence, read_documents
from recipe.overlap import key

_MIXED = re.compile(r"\b(?=\w*[A-Za-z])(?=\w*[\u0400-\u04ff])[\w']+")
_APOSTROPHE = re.compile(r"[\u2018\u2019\u02bb\u02bc`\u00b4]")
_THOUSAND = re.compile(r"(\d+(?:[.,]\d+)?)[ \u00a0-](?:ming|тысяч\w*|тыс\.|thousand)\w*")
_SCORE = re.compile(r"(?<![\w-])(\d{1,2})-(\d{1,2})(?![\w-])")
_SPACING = re.compile(r" {2,}| [,.;:!?](?!\S*\d)|\(\s|\s\)|[,;](?=[^\W\d_])|[\u00a0\u200b\u200e\ufeff]")
_PAIRS = (("«", "»"), ("“", "”"), ("(", ")"), ("„", "“"))
_WORDS: dict[Language, re.Pattern[str]] = {
    "ru": re.compile(
        r"\b(одн|дв[аеу]|тр[иёе]|четыр|пят|шест|сем|восем|девят|десят|сорок|сто|перв|втор|треть|четверт|полтора|обе?и?х?\b|"
        r"\w*дцат|тысяч|миллион|миллиард|вдвое|втрое)\w*",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twel\w+|\w+teen\w*|twent\w+|thirt\w+|fort\w+|fift\w+|sixt\w+|"
        r"sevent\w+|eight\w+|ninet\w+|hundred|thousand|million|billion|first|second|third|fourth|\w+th|half|both|once|twice|dozen|"
        r"single|double|tripl\w+|January|February|March|April|May|June|July|August|September|October|November|December)\b",
        re.IGNORECASE,
    ),
    "uz": re.compile(
        r"\b(bir|ikki|uch|to'rt|besh|olti|yetti|sakkiz|to'qqiz|o'n|yigirma|o'ttiz|qirq|ellik|oltmish|yetmish|sakson|to'qson|yuz|ming|million|"
        r"milliard|yarim|yanvar|fevral|mart|aprel|may|iyun|iyul|avgust|sentabr|oktabr|noyabr|dekabr)\w*",
        re.IGNORECASE,
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at."""

    document: str
    row: int
    what: str
    text: str

    def __str__(self) -> str:
        return f"{self.document} row {self.row}: {self.what}: {self.text}"


def findings(folder: Path) -> Iterator[Finding]:
    """All findings in the documents of a folder."""
    seen: dict[str, str] = {}
    identifiers: set[str] = set()
    for path in sorted(folder.glob("*.tsv")):
        for document in read_documents(path):
            if document.identifier in identifiers:
                yield Finding(document.identifier, 0, "identifier used twice", path.name)
            identifiers.add(document.identifier)
            for number, sentence in enumerate(document.sentences, 1):
                for what, text in row_findings(sentence):
                    yield Finding(document.identifier, number, what, text)
                if sentence.kind == "T":
                    continue  # short titles may well be alike
                mark = key("".join(sentence.texts.values()))
                if mark in seen:
                    yield Finding(
                        document.identifier, number, f"the same row as {seen[mark]}", sentence.texts["uz"]
                    )
                seen.setdefault(mark, f"{document.identifier} row {number}")


def row_findings(sentence: Sentence) -> Iterator[tuple[str, str]]:
    """(what, text) of one row."""
    for language in LANGUAGES:
        text = sentence.texts[language]
        if not text:
            yield f"empty {language}", ""
            continue
        if not right_script(language, text) or foreign(language, text):
            yield f"not {language}", text
        if mixed := _MIXED.search(text):
            yield f"letters of two scripts in {mixed[0]!r}", text
        if language == "uz" and _APOSTROPHE.search(text):
            yield "apostrophe that is not U+0027", text
        if spacing := _SPACING.search(text):
            yield f"spacing {spacing[0]!r}", text
        for opening, closing in _PAIRS[:3]:
            if text.count(opening) != text.count(closing) and not (
                opening == "(" and re.search(r"\w\)", text)
            ):
                yield f"unpaired {opening}{closing}", text
        if text.count('"') % 2:
            yield 'unpaired "', text
    if too_uneven(sentence.texts["ru"], sentence.texts["en"], slack=30) or too_uneven(
        sentence.texts["uz"], sentence.texts["en"], slack=30
    ):
        yield "lengths differ much", sentence.texts["uz"]
    yield from _number_findings(sentence)
    yield from _question_findings(sentence)


def _number_findings(sentence: Sentence) -> Iterator[tuple[str, str]]:
    found = {language: set(numbers(_in_digits(sentence.texts[language]))) for language in LANGUAGES}
    for number in sorted(set.union(*found.values())):
        missing = [name for name in LANGUAGES if number not in found[name]]
        # A number may be written in words on one side.
        if missing and not all(_WORDS[name].search(sentence.texts[name]) for name in missing):
            yield f"number {number} missing in {', '.join(missing)}", " | ".join(sentence.texts.values())


def _in_digits(text: str) -> str:
    """`9 ming`, `9 тысяч` as 9000; a score `2-0` as 2:0."""
    text = _SCORE.sub(r"\1:\2", text)
    return _THOUSAND.sub(
        lambda found: f"{float(found[1].replace(',', '.')) * 1000:.3f}".rstrip("0").rstrip("."), text
    )


def _question_findings(sentence: Sentence) -> Iterator[tuple[str, str]]:
    asks = {language: sentence.texts[language].rstrip('»”"').endswith("?") for language in LANGUAGES}
    if sentence.kind == "B" and asks["uz"] and not asks["ru"] and not asks["en"]:
        yield "a question in Uzbek only", " | ".join(sentence.texts.values())
