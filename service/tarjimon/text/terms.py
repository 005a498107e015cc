"""Terms of a glossary in a text: found in whatever spelling and inflection, the longest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tarjimon.text.stems import dictionary_key
from tarjimon.text.stems_uzbek import without_possessive
from tarjimon.text.terms_words import Pattern, Word, cased_alike, parse, tokenize


@dataclass(frozen=True, slots=True)
class Term:
    """A term and what it must become.

    Attributes:
        source: the term in its base form, in any spelling.
        source_language: BCP-47 code.
        target: what it must become, in its base form; blank with `do_not_translate`.
        target_language: BCP-47 code; None: it holds for every target.
        do_not_translate: it stays as it is written in the source.
        case_sensitive: only this casing is the term.
        origin: where it comes from: "call", a glossary's name, "official-names".
        accepted: other renderings that are as good as `target`.
    """

    source: str
    source_language: str = "uz"
    target: str = ""
    target_language: str | None = None
    do_not_translate: bool = False
    case_sensitive: bool = False
    origin: str = "call"
    accepted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TermMatch:
    """A term at its place in a text.

    Attributes:
        term: the term.
        start, end: code-point offsets into the text as it was given.
        derived: a derivation of the term (Toshkent, toshkentlik), whose rendering may rightly differ.
    """

    term: Term
    start: int
    end: int
    derived: bool = False


@dataclass(slots=True)
class _Node:
    """Where a reader of words stands: what may follow, and the terms that end here with an inflected word."""

    following: dict[tuple[str, str], _Node] = field(default_factory=dict)
    ending: dict[tuple[str, str], list[tuple[Term, Pattern]]] = field(default_factory=dict)


class TermIndex:
    """Any number of terms of one source language, ready to be found in texts in time linear in the text.

    Args:
        terms: terms; those of another language are left out, of equal ones the first counts.
        language: BCP-47 code of the texts.
    """

    def __init__(self, terms: Iterable[Term], language: str) -> None:
        self._language = language
        self._root = _Node()
        self._size = 0
        for term in terms:
            if term.source_language == language:
                self._add(term)

    def __len__(self) -> int:
        return self._size

    def find(self, text: str, taken: Sequence[tuple[int, int]] = ()) -> tuple[TermMatch, ...]:
        """The terms of a text from left to right, none overlapping another; of two at one place the longer.

        Args:
            text: in any spelling.
            taken: spans that are not free.
        """
        return self.find_words(tokenize(text, self._language), taken) if self._size else ()

    def find_words(
        self, words: Sequence[Word], taken: Sequence[tuple[int, int]] = ()
    ) -> tuple[TermMatch, ...]:
        """As `find`, for a text that was cut into words already."""
        found: list[TermMatch] = []
        at = 0
        while at < len(words):
            length, match = self._longest(words, at)
            free = match is not None and not any(a < match.end and match.start < b for a, b in taken)
            if match is not None and free:
                found.append(match)
                at += length
            else:
                at += 1
        return tuple(found)

    def _add(self, term: Term) -> None:
        pattern = parse(term.source, self._language)
        if not pattern.words:
            return
        self._size += 1
        node = self._root
        for word, gap in zip(pattern.words[:-1], ("", *pattern.gaps), strict=False):
            key = dictionary_key(word, self._language)
            node = node.following.setdefault((gap, key), _Node())
        last = dictionary_key(pattern.words[-1], self._language)
        gap = pattern.gaps[-1] if pattern.gaps else ""
        izofa = self._language == "uz" and len(pattern.words) > 1
        for key in {last, *(without_possessive(last) if izofa else ())}:
            node.ending.setdefault((gap, key), []).append((term, pattern))

    def _longest(self, words: Sequence[Word], at: int) -> tuple[int, TermMatch | None]:
        """The longest term that starts with this word, and its number of words."""
        nodes = [self._root]
        best: TermMatch | None = None
        length = 0
        for place in range(at, len(words)):
            word = words[place]
            gap = word.gap if place > at else ""
            for node in nodes:
                match = self._ends(node, gap, words[at : place + 1])
                # The plain form before a derivation of it, otherwise the longer.
                if match is not None and (best is None or place >= at + length or best.derived):
                    best, length = match, place + 1 - at
            # Only Russian and English inflect the words inside of a term.
            inner = (word.stems.exact,) if self._language == "uz" else word.stems.possible
            nodes = [
                node.following[gap, key] for node in nodes for key in inner if (gap, key) in node.following
            ]
            if not nodes:
                break
        return length, best

    def _ends(self, node: _Node, gap: str, words: Sequence[Word]) -> TermMatch | None:
        last = words[-1]
        best: TermMatch | None = None
        # The longest stem first: what is least inflected is most likely meant.
        for key in sorted(last.stems.possible, key=len, reverse=True) if node.ending else ():
            derived = last.stems.possible[key]
            for term, pattern in node.ending.get((gap, key), ()):
                if derived and not pattern.words[-1][:1].isupper():
                    continue  # vazirlik is no form of vazir
                if not pattern.fits(words) or not cased_alike(pattern, words, strict=term.case_sensitive):
                    continue
                match = TermMatch(term, *pattern.span(words), derived)
                if not derived:
                    return match
                best = best or match
        return best


class Rendering:
    """A translation in which the renderings of terms are looked for.

    Args:
        text: the translation.
        language: BCP-47 code.
    """

    def __init__(self, text: str, language: str) -> None:
        self._language = language
        self._words = tokenize(text, language)

    def places(self, form: str) -> tuple[tuple[int, int], ...]:
        """Where a form stands in whatever inflection: spans in the translation, from left to right."""
        index = TermIndex([Term(form, self._language)], self._language)
        return tuple((match.start, match.end) for match in index.find_words(self._words))


def has_words(term: str, language: str) -> bool:
    """Whether a term has letters or digits, without which it cannot be found."""
    return bool(parse(term, language).words)
