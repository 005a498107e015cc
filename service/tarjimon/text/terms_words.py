"""Words of a text and of a term: what stands between them, where they came from, and how they are cased."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from tarjimon.text.orthography import fold, fold_aligned
from tarjimon.text.stems import Stems, stems

# Letters and digits with apostrophes inside; a last apostrophe only where it marks a letter (tog').
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*(?:(?<=[og])')?", re.IGNORECASE)
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u02bb\u02bc`\u00b4", "'"))
_MARKS = str.maketrans(
    dict.fromkeys("«»“”„‟〝〞", '"') | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
)
_ABBREVIATION = re.compile(r"(?:(?:[SC]h|[A-ZА-ЯЎҚҒҲЁ])'?){2,7}")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text.

    Attributes:
        text: canonical spelling, casing kept.
        gap: what stands before it, white space and marks made alike.
        start, end: offsets into the text as it was given.
        after: the marks right behind it, made alike, up to the next word.
        stems: what it may be a form of.
    """

    text: str
    gap: str
    start: int
    end: int
    after: str
    stems: Stems


@dataclass(frozen=True, slots=True)
class Pattern:
    """A term cut into words: what stands before, between and behind them.

    Attributes:
        words: canonical spelling, casing kept.
        gaps: between the words, one fewer.
        lead, trail: marks that belong to the term (.NET, C++).
    """

    words: tuple[str, ...]
    gaps: tuple[str, ...]
    lead: str
    trail: str

    def fits(self, words: Sequence[Word]) -> bool:
        """Whether the term's own marks stand around the words."""
        return words[0].gap.endswith(self.lead) and words[-1].after.startswith(self.trail)

    def span(self, words: Sequence[Word]) -> tuple[int, int]:
        """The place of the words with the term's own marks."""
        return words[0].start - len(self.lead), words[-1].end + len(self.trail)


def tokenize(text: str, language: str) -> tuple[Word, ...]:
    """The words of a text, in order."""
    if language == "uz":
        folded = fold_aligned(text)
        canonical, offsets = folded.text, folded.offsets
    else:
        canonical, offsets = text.translate(_APOSTROPHES), tuple(range(len(text) + 1))
    matches = list(_WORD.finditer(canonical))
    words: list[Word] = []
    end = 0
    for number, match in enumerate(matches):
        following = matches[number + 1].start() if number + 1 < len(matches) else len(canonical)
        start, stop = offsets[match.start()], offsets[match.end()]
        # An outer ъ becomes an apostrophe, which is no letter of the word; in the source it is one.
        while start > (words[-1].end if words else 0) and text[start - 1].isalnum():
            start -= 1
        while stop < offsets[following] and text[stop].isalnum():
            stop += 1
        words.append(
            Word(
                text=match[0],
                gap=_alike(canonical[end : match.start()]),
                start=start,
                end=stop,
                after=_alike(canonical[match.end() : following]),
                stems=stems(match[0], language),
            )
        )
        end = match.end()
    return tuple(words)


def parse(term: str, language: str) -> Pattern:
    """Cut a term into words; no words: it has no letters and no digits."""
    canonical = (fold(term) if language == "uz" else term.translate(_APOSTROPHES)).strip()
    matches = list(_WORD.finditer(canonical))
    if not matches:
        return Pattern((), (), "", "")
    gaps = tuple(_alike(canonical[a.end() : b.start()]) for a, b in itertools.pairwise(matches))
    lead, trail = _alike(canonical[: matches[0].start()]), _alike(canonical[matches[-1].end() :])
    return Pattern(tuple(match[0] for match in matches), gaps, lead, trail)


def cased_alike(pattern: Pattern, words: Sequence[Word], *, strict: bool) -> bool:
    """Whether the words are cased as the term is: abbreviations always, all letters if `strict`."""
    for wanted, word in zip(pattern.words, words, strict=True):
        if _ABBREVIATION.fullmatch(wanted):
            # SHHT and ShHT are one; TIVNING, too.
            if not _ABBREVIATION.fullmatch(word.text[: len(wanted)]):
                return False
        elif strict and any(
            a != b for a, b in zip(wanted, word.text, strict=False) if a.lower() == b.lower()
        ):
            return False
    return True


def _alike(gap: str) -> str:
    return gap if gap == " " else re.sub(r"\s+", " ", gap.translate(_MARKS))
