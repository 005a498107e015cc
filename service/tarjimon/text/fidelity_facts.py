"""What a summary says and its source does not: numbers, dates and names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tarjimon.text.fidelity_issue import Issue, IssueKind, Severity
from tarjimon.text.fidelity_lexicon import equivalents, is_title_word, stands_for
from tarjimon.text.fidelity_skeleton import KnownNames, spellings
from tarjimon.text.numbers import NumberKind, NumericEntity, extract_numbers
from tarjimon.text.orthography import fold
from tarjimon.text.protection import find_spans
from tarjimon.text.segmentation import segment

_WORD = re.compile(r"[^\W\d_]+(?:['`´‘’ʻʼ][^\W\d_]+)*")
_SURNAME = re.compile(
    r"(?:[oe]v|[oe]va|yev|yeva|skiy|skaya|shvili|yan|zoda|ов|ев|ёв|ова|ева|ёва|швили|зода)(?:[ауые]|ым|ой)?\Z"
)
_LONG_SKELETON = 4
_SOFT_ROUND = frozenset({"12", "100", "1000", "1000000", "1000000000", "1000000000000"})


@dataclass(frozen=True, slots=True)
class Name:
    """A capitalised word.

    Attributes:
        text: as written.
        start: offset of its first code point.
        end: offset after its last.
        certain: capitalised for itself, not for opening a sentence or a quotation.
    """

    text: str
    start: int
    end: int
    certain: bool


def names_and_numbers(text: str, language: str | None) -> tuple[tuple[Name, ...], tuple[NumericEntity, ...]]:
    """The capitalised words and the numeric facts of a text, each in order."""
    return tuple(_names(text, language)), extract_numbers(text, language)


def unsupported_facts(
    summary: str, source: str, source_language: str | None, summary_language: str | None
) -> tuple[Issue, ...]:
    """Numbers, dates and capitalised names of a summary that its source lacks, in any of the three languages.

    Names match by their consonants across scripts, by a table of countries and institutions that sound
    different in each language, or by being a title (`Minister`). When unsure, a name is reported: the caller
    falls back to sentences of the source, so that a false alarm costs style, a missed one costs the truth.

    Args:
        summary: the text to doubt.
        source: the whole document.
        source_language: its language, or None.
        summary_language: the summary's.

    Returns:
        Errors for numbers, dates and names; a warning for a larger number in words.
    """
    names, numbers = names_and_numbers(summary, summary_language)
    known = extract_numbers(source, source_language)
    return (*_number_issues(numbers, known), *_name_issues(names, source, source_language, summary_language))


def _names(text: str, language: str | None) -> Iterator[Name]:
    covered = [(span.start, span.end) for span in find_spans(text)]
    for part in segment(text, language):
        if part.text.isupper():
            continue
        place = 0
        for word in _WORD.finditer(part.text):
            start, end = part.start + word.start(), part.start + word.end()
            while place < len(covered) and covered[place][1] <= start:
                place += 1
            inside = place < len(covered) and covered[place][0] <= start
            if not word[0][0].isupper() or inside:
                continue
            before = part.text[: word.start()].rstrip()
            opens = not before or (
                before[-1] in '«“"„(:–—-.!?…' and (before[-1] not in "-." or word.start() < 3)
            )
            yield Name(word[0], start, end, not opens)


def _number_issues(summary: tuple[NumericEntity, ...], source: tuple[NumericEntity, ...]) -> Iterator[Issue]:
    known = {reading for entity in source for reading in entity.readings}
    dates = [entity for entity in source if entity.kind is NumberKind.DATE]
    known |= {str(part) for entity in dates for part in (entity.day, entity.year) if part}
    known |= {entity.value.rpartition("-")[2] for entity in source if entity.kind is NumberKind.CODE}
    for entity in summary:
        span = (entity.start, entity.end)
        if entity.kind is NumberKind.DATE:
            if not _date_is_known(entity, dates, known):
                message = f"The date “{entity.text}” is not in the source."
                yield Issue(IssueKind.DATE_CHANGED, Severity.ERROR, message, None, span, "", entity.value)
        elif entity.hard:
            tail = {entity.value.rpartition("-")[2]} if entity.kind is NumberKind.CODE else set()
            if known.isdisjoint({*entity.readings, *tail}):
                message = f"The number “{entity.text}” is not in the source."
                yield Issue(IssueKind.NUMBER_ADDED, Severity.ERROR, message, None, span, "", entity.value)
        elif (
            float(entity.value) > 10 and entity.value not in _SOFT_ROUND and known.isdisjoint(entity.readings)
        ):
            message = f"The number “{entity.text}” is not in the source."
            yield Issue(IssueKind.NUMBER_ADDED, Severity.WARNING, message, None, span, "", entity.value)


def _date_is_known(entity: NumericEntity, dates: list[NumericEntity], known: set[str]) -> bool:
    """The day with its month is in the source, and so is the year; in a range a day stands apart from its month."""
    if entity.year and str(entity.year) not in known:
        return False
    if any(entity.month == date.month and entity.day in {0, date.day} for date in dates):
        return True
    # "yanvar oyida" without a number is not read as a date: a lone month is let through.
    if not entity.day:
        return True
    days = {date.day for date in dates if date.month == entity.month}
    return bool(days) and str(entity.day) in known and not any(date.day == entity.day for date in dates)


def _name_issues(
    names: tuple[Name, ...], source: str, source_language: str | None, summary_language: str | None
) -> Iterator[Issue]:
    folded = fold(source) if source_language in {"uz", None} else source
    written = set(_WORD.findall(folded))
    words = {word.lower().replace("ё", "е") for word in written}
    # An ordinary word vouches for a name only when it is long: "kabi" does not vouch for Cuba.
    known = KnownNames(
        shape
        for word in written
        for shape in spellings(word, source_language)
        if word[0].isupper() or len(shape) >= _LONG_SKELETON
    )
    doubted: set[str] = set()
    for name in names:
        word = name.text.lower().replace("ё", "е").replace("’", "'").removesuffix("'s")
        if not (name.certain or _SURNAME.search(word)) or is_title_word(word) or word in words:
            continue
        if any(stands_for(other, concept) for concept in equivalents(word) for other in words):
            continue
        shapes = spellings(word, summary_language)
        if any(known.has(shape, summary_language) for shape in shapes) or word in doubted:
            continue
        doubted.add(word)
        message = f"The name “{name.text}” is not in the source."
        yield Issue(
            IssueKind.NAME_ADDED, Severity.ERROR, message, None, (name.start, name.end), "", name.text
        )
