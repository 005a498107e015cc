"""What speaks against a summary that a model wrote: facts that the source lacks, loops, words of another language."""

import re
from collections import Counter
from collections.abc import Iterator

from tarjimon.text.fidelity_facts import names_and_numbers, unsupported_facts
from tarjimon.text.fidelity_issue import Issue, IssueKind, Severity
from tarjimon.text.fidelity_repetition import repetition_issues
from tarjimon.text.orthography import fold
from tarjimon.text.segmentation import segment

_WORD = re.compile(r"[^\W\d_]+(?:['`´‘’ʻʼ-][^\W\d_]+)*")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]{3}")
_CYRILLIC = re.compile(r"[\u0400-\u052f]")
_STEM = 5  # letters; all three languages inflect behind them
_BEGINNING = 3  # letters of a name that all its forms share, short names' too
_COUNTRY = frozenset({"o'z"})  # "our country" may be called by its name
_OFTEN = 3  # times that a sentence may not say one word


def doubts(
    summary: str, source: str, source_language: str | None, summary_language: str | None
) -> tuple[Issue, ...]:
    """Why a summary should not be shown, worst first; () when nothing speaks against it.

    Args:
        summary: the text to doubt.
        source: the whole document.
        source_language: its BCP-47 code, or None.
        summary_language: the summary's.
    """
    found = [
        *unsupported_facts(summary, source, source_language, summary_language),
        *repetition_issues(source, summary),
        *_loops(summary, summary_language),
        *_foreign_words(summary, source, summary_language),
    ]
    if source_language == summary_language:
        found += _respelt_names(summary, source, source_language)
    return tuple(issue for issue in found if issue.severity is Severity.ERROR)


def _loops(summary: str, language: str | None) -> Iterator[Issue]:
    for sentence in segment(summary, language):
        stems = Counter(word[:_STEM].lower() for word in _WORD.findall(sentence.text) if len(word) >= _STEM)
        for stem, times in stems.items():
            if times >= _OFTEN:
                yield _issue(
                    IssueKind.REPETITION, f"the summary says “{stem}…” {times} times in one sentence", stem
                )


def _foreign_words(summary: str, source: str, language: str | None) -> Iterator[Issue]:
    """Words in a script that the summary's language does not use, unless the source writes them so."""
    wrong = _LATIN if language == "ru" else _CYRILLIC
    known = {word.lower() for word in _WORD.findall(source)} if language == "ru" else set()
    for word in _WORD.findall(summary):
        if wrong.search(word) and word.lower() not in known:
            yield _issue(
                IssueKind.UNTRANSLATED, f"the summary has a word of another language: “{word}”", word
            )


def _respelt_names(summary: str, source: str, language: str | None) -> Iterator[Issue]:
    """Names that are spelt in another way than the source, of the same language, spells them."""
    even = fold if language == "uz" else str
    known = {word[:_BEGINNING].lower() for word in _WORD.findall(even(source))} | _COUNTRY
    for name in names_and_numbers(even(summary), language)[0]:
        abbreviation = name.text[:2].isupper()
        if name.certain and not abbreviation and name.text[:_BEGINNING].lower() not in known:
            yield _issue(IssueKind.NAME_ADDED, f"the source does not have the name “{name.text}”", name.text)


def _issue(kind: IssueKind, message: str, found: str) -> Issue:
    return Issue(kind, Severity.ERROR, message, found=found)
