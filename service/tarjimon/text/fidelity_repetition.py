"""Loops in a translation: the model's commonest way of going wrong at length."""

import re
from collections import Counter
from collections.abc import Sequence

from tarjimon.text.fidelity_issue import Issue, IssueKind, Severity

_WORD = re.compile(r"\w+(?:['`´‘’ʻʼ-]\w+)*")
_LETTER_LOOP = re.compile(r"([^\s.…_=*~-]{1,8}?)\1{8,}")
_LONGEST_PHRASE = 24
# Copies of a phrase in a row that no writer makes, by its length in words (longer ones: two).
_COPIES = {1: 4, 2: 3, 3: 3}
_SHARE = 0.25  # of a text's three-word sequences that may be copies of earlier ones
_WORDS_FOR_SHARE = 16


def repetition_issues(source: str, target: str) -> list[Issue]:
    """Words, phrases or letters that repeat without the source doing so."""
    words = list(_WORD.finditer(target))
    lowered = [word[0].lower() for word in words]
    source_words = [word[0].lower() for word in _WORD.finditer(source)]
    loop = _loop(lowered)
    if loop and not _loop(source_words):
        start, end, size, copies = loop
        span = (words[start].start(), words[end - 1].end())
        phrase = target[words[start].start() : words[start + size - 1].end()]
        return [_issue(span, phrase, f"“{phrase}” comes {copies} times in a row.")]
    letters = _LETTER_LOOP.search(target)
    if letters and not _LETTER_LOOP.search(source):
        return [_issue(letters.span(), letters[1], f"“{letters[1]}” is repeated without end.")]
    share = _copied_share(lowered)
    if len(words) >= _WORDS_FOR_SHARE and share > _SHARE + 2 * _copied_share(source_words):
        return [_issue((0, len(target)), "", f"{share:.0%} of the three-word sequences are repeated.")]
    return []


def _issue(span: tuple[int, int], found: str, message: str) -> Issue:
    return Issue(IssueKind.REPETITION, Severity.ERROR, message, target_span=span, found=found)


def _loop(words: Sequence[str]) -> tuple[int, int, int, int] | None:
    """The first phrase that follows itself: (first word, word after the last, words in it, copies)."""
    for size in range(1, min(_LONGEST_PHRASE, len(words) // 2) + 1):
        needed = size * (_COPIES.get(size, 2) - 1)
        run = 0
        for place in range(size, len(words)):
            run = run + 1 if words[place] == words[place - size] else 0
            if run >= needed:
                end = place + 1
                while end < len(words) and words[end] == words[end - size]:
                    end, run = end + 1, run + 1
                return end - run - size, end, size, 1 + run // size
    return None


def _copied_share(words: Sequence[str]) -> float:
    triples = Counter(zip(words, words[1:], words[2:], strict=False))
    total = sum(triples.values())
    return (total - len(triples)) / total if total else 0.0
