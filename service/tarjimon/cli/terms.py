"""What became of a glossary's terms, for people and for machines."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rich.console import Console
from rich.text import Text

from tarjimon.pipeline.documents import TranslatedDocument
from tarjimon.pipeline.values import TermReport


def term_json(term: TermReport) -> dict[str, Any]:
    """A term for machines; its spans count in the segment's source and output."""
    return {
        "term": term.term,
        "expected": term.expected,
        "met": term.met,
        "placed": term.placed,
        "origin": term.origin,
        "source_span": [term.source_start, term.source_end],
        "target_span": list(term.target_span) if term.target_span else None,
    }


def print_terms(console: Console, document: TranslatedDocument, name: str) -> None:
    """List the terms that were missed, and those whose inflection must be checked, each with where."""
    places: dict[tuple[str, str, str, str], Counter[str]] = {}
    for unit, text in zip(document.units, document.texts, strict=True):
        for translation in text.translations:
            for term in (term for segment in translation.segments for term in segment.terms):
                if not term.met or term.placed:
                    what = (
                        "placed in its base form; check its inflection"
                        if term.met
                        else f"not met ({term.origin})"
                    )
                    key = translation.target_language, term.term, term.expected, what
                    places.setdefault(key, Counter())[unit.place or unit.id] += 1
    for (language, term_text, expected, what), where in places.items():
        shown = ", ".join(list(where)[:5]) + (", …" if len(where) > 5 else "")
        console.print(
            Text(f"{name}, {shown}, {language}: “{term_text}” → “{expected}” {what}"),
            style="dim",
            highlight=False,
        )
