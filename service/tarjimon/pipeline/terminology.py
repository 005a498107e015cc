"""Which terms hold for a call: its own, a glossary that the operator installed, the official names."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from pathlib import Path

from tarjimon.domain import SOURCE_LANGUAGES, TARGET_LANGUAGES
from tarjimon.errors import InvalidInputError, LimitExceededError, NotFoundError, UnsupportedLanguageError
from tarjimon.memory.glossary import LONGEST_TERM, MOST_TERMS, read_glossaries
from tarjimon.pipeline.values import TranslationOptions
from tarjimon.text.official_names import official_terms
from tarjimon.text.terms import Term, TermIndex, TermMatch, has_words

_RECENT = 8


class CallTerms:
    """The terms of one call, ready to be found.

    Args:
        own: what the call demands.
        terminology: the server's glossaries.
        glossary: the name of one of them; blank: none.
        official: whether official names are looked for.
    """

    def __init__(
        self, own: tuple[Term, ...], terminology: Terminology, glossary: str, official: bool
    ) -> None:
        self._own = own
        self._terminology = terminology
        self._glossary = glossary
        self._official = official
        self._indexes: dict[tuple[str, str], TermIndex] = {}

    def is_for(self, own: tuple[Term, ...], glossary: str, official: bool) -> bool:
        """Whether these are the terms of such a call; its own terms must be the very same object."""
        return self._own is own and (self._glossary, self._official) == (glossary, official)

    def find(self, text: str, source: str, target: str) -> tuple[TermMatch, ...]:
        """The terms of a segment from left to right; a later tier takes only what an earlier one left."""
        pair = source, target
        if pair not in self._indexes:
            self._indexes[pair] = TermIndex(_for_target(self._own, target), source)
        tiers = [self._indexes[pair]]
        if self._glossary:
            tiers.append(self._terminology.installed(self._glossary, source, target))
        if self._official:
            tiers.append(self._terminology.official(source, target))
        found: list[TermMatch] = []
        for tier in tiers:
            found += tier.find(text, [(match.start, match.end) for match in found])
        return tuple(sorted(found, key=lambda match: match.start))


class Terminology:
    """The glossaries of a server.

    Args:
        folder: the operator's glossaries, a file each; None: there are none.
        official: whether the built-in official names are looked for.

    Raises:
        ConfigError: a file of the folder cannot be used.
    """

    def __init__(self, folder: Path | None = None, *, official: bool = True) -> None:
        self._installed: Mapping[str, tuple[Term, ...]] = read_glossaries(folder) if folder else {}
        self._official = official
        self._indexes: dict[tuple[str, str, str], TermIndex] = {}
        self._recent: deque[CallTerms] = deque(maxlen=_RECENT)
        self._checked: deque[tuple[Term, ...]] = deque(maxlen=_RECENT)

    def check(self, options: TranslationOptions) -> None:
        """Raise InvalidInputError, LimitExceededError or NotFoundError for terms that cannot be used."""
        if len(options.glossary) > MOST_TERMS:
            raise LimitExceededError(
                f"{len(options.glossary):,} terms in one call; at most {MOST_TERMS:,}: "
                "let the server's operator install the glossary, and name it",
                field="options.glossary",
            )
        if not any(options.glossary is known for known in self._checked):
            for number, term in enumerate(options.glossary):
                _check_term(term, f"options.glossary[{number}]")
            self._checked.append(options.glossary)
        name = options.glossary_name
        if name and name not in self._installed:
            known = ", ".join(sorted(self._installed)) or "none"
            raise NotFoundError(
                f"there is no glossary {name!r}; installed: {known}",
                reason="GLOSSARY_NOT_FOUND",
                field="options.glossary_name",
            )

    def for_call(self, options: TranslationOptions) -> CallTerms:
        """The terms of a call whose options were checked."""
        official = self._official and not options.ignore_official_names
        name = options.glossary_name or ""
        # The texts of a stream and the parts of a document share one glossary: it is indexed once.
        for known in self._recent:
            if known.is_for(options.glossary, name, official):
                return known
        self._recent.append(CallTerms(options.glossary, self, name, official))
        return self._recent[-1]

    def installed(self, name: str, source: str, target: str) -> TermIndex:
        """The index of an installed glossary."""
        key = f"={name}", source, target
        if key not in self._indexes:
            self._indexes[key] = TermIndex(_for_target(self._installed[name], target), source)
        return self._indexes[key]

    def official(self, source: str, target: str) -> TermIndex:
        """The index of the official names."""
        key = "", source, target
        if key not in self._indexes:
            self._indexes[key] = TermIndex(official_terms(source, target), source)
        return self._indexes[key]


def _for_target(terms: Iterable[Term], target: str) -> list[Term]:
    """The terms that hold for a target, those made for it alone first."""
    holding = [term for term in terms if term.target_language in (None, target)]
    return sorted(holding, key=lambda term: term.target_language is None)


def _check_term(term: Term, place: str) -> None:
    for name, text in (("source", term.source), ("target", term.target)):
        if len(text) > LONGEST_TERM:
            raise LimitExceededError(
                f"{place}.{name} has {len(text):,} characters; at most {LONGEST_TERM}",
                field=f"{place}.{name}",
            )
    if not has_words(term.source, term.source_language):
        raise InvalidInputError(
            f"{place}.source is {term.source!r}: give a term with letters or digits", field=f"{place}.source"
        )
    if not term.do_not_translate and not has_words(term.target, term.target_language or ""):
        raise InvalidInputError(
            f"{place}.target is {term.target!r}: give what {term.source!r} must become, or set do_not_translate",
            field=f"{place}.target",
        )
    codes = (
        ("source_language", term.source_language, SOURCE_LANGUAGES),
        ("target_language", term.target_language, TARGET_LANGUAGES),
    )
    for name, code, known in codes:
        if code is not None and code not in known:
            raise UnsupportedLanguageError(
                f"{place}.{name} is {code!r}; expected one of {', '.join(known)}", field=f"{place}.{name}"
            )
