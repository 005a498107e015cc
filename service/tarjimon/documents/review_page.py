"""The review page: source and translation side by side in one HTML file that works offline, without a server.

Rows are written here, so that the page reads and prints without scripts; the script adds filters, keys, editing and
the file of corrections that `tarjimon memory import` takes back.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib import resources
from string import Template

_NUMBER = re.compile(r"\d[\d.,: \u00a0\u202f/–-]*\d|\d")
_NAMES = {"uz": "Uzbek", "ru": "Russian", "en": "English"}
_KINDS = {
    "number_missing": "numbers",
    "number_added": "numbers",
    "date_changed": "numbers",
    "code_missing": "numbers",
    "contact_missing": "numbers",
    "omission": "omission",
    "truncated": "omission",
    "empty": "omission",
    "repetition": "repetition",
    "untranslated": "language",
    "language": "language",
    "low_confidence": "confidence",
    "term_missing": "terms",
    "tag_mismatch": "tags",
}
_FILTERS = {
    "all": "all segments",
    "flagged": "flagged",
    "unchecked": "flagged and not yet checked",
    "numbers": "numbers, dates, codes",
    "omission": "omissions",
    "repetition": "repetitions",
    "language": "untranslated",
    "confidence": "low confidence",
    "terms": "missing terms",
    "tags": "moved tags",
    "changed": "changed by me",
}


@dataclass(frozen=True, slots=True)
class ReviewFlag:
    """Something to look at.

    Attributes:
        kind: as the fidelity check names it, for example "number_missing".
        message: one sentence.
        error: True when a person must check it, False for a hint.
        source_span: code-point offsets into the source, if it has a place there.
        target_span: the same for the translation.
    """

    kind: str
    message: str
    error: bool
    source_span: tuple[int, int] | None = None
    target_span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A segment of the page.

    Attributes:
        place: where it stands in the file: "line 12".
        source, target: the texts.
        confidence: 0.0 to 1.0, or None when no model was asked.
        flags: what to look at.
        note: how it came about when not by the model: "copied", "from memory".
    """

    place: str
    source: str
    target: str
    confidence: float | None
    flags: tuple[ReviewFlag, ...]
    note: str = ""


def review_page(
    title: str, source_language: str, target_language: str, rows: Sequence[ReviewRow], footer: str = ""
) -> bytes:
    """Write the page.

    Args:
        title: the document's name.
        source_language, target_language: BCP-47 codes.
        rows: the segments in reading order.
        footer: model, version and the like; plain text.
    """
    folder = resources.files("tarjimon.documents")
    style, script, page = (
        folder.joinpath(f"review_page.{ending}").read_text(encoding="utf-8")
        for ending in ("css", "js", "html")
    )
    kinds = Counter(kind for row in rows for kind in _kinds(row))
    flagged = sum(any(flag.error for flag in row.flags) for row in rows)
    filled = Template(page).substitute(
        title=escape(title),
        facts=escape(f"{len(rows)} segments, {flagged} to check before use"),
        source_name=escape(_NAMES.get(source_language, source_language)),
        target_name=escape(_NAMES.get(target_language, target_language)),
        filters="".join(
            f'<option value="{value}">{escape(name)}{f" ({kinds[value]})" if kinds[value] else ""}</option>'
            for value, name in _FILTERS.items()
            if value in ("all", "flagged", "unchecked", "changed") or kinds[value]
        ),
        rows="\n".join(
            _row(number, row, source_language, target_language) for number, row in enumerate(rows, start=1)
        ),
        footer=escape(footer),
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
    )
    return filled.encode()


def _row(number: int, row: ReviewRow, source_language: str, target_language: str) -> str:
    worst = "error" if any(flag.error for flag in row.flags) else "warning" if row.flags else ""
    notes = [
        f'<span class="flag {"error" if flag.error else "warning"}">{escape(flag.message)}</span>'
        for flag in row.flags
    ]
    facts = [row.note] if row.note else []
    if row.confidence is not None:
        facts.append(f"confidence {row.confidence:.0%}")
    notes.append(f'<span class="meta">{escape(", ".join(facts))}</span>')
    source = _marked(row.source, [flag.source_span for flag in row.flags])
    target = _marked(row.target, [flag.target_span for flag in row.flags])
    return (
        f'<tr class="{worst}" data-kinds="{escape(" ".join(sorted(_kinds(row))))}">'
        f'<td class="num">{number}<span class="place">{escape(row.place)}</span></td>'
        f'<td><button type="button" class="copy" data-of="source" >copy</button>'
        f'<span class="text source" lang="{escape(source_language)}" dir="auto">{source}</span></td>'
        f'<td><button type="button" class="copy" data-of="target" >copy</button>'
        f'<span class="text target" lang="{escape(target_language)}" dir="auto">{target}</span></td>'
        f'<td class="notes">{"".join(notes)}</td></tr>'
    )


def _kinds(row: ReviewRow) -> set[str]:
    return {_KINDS[flag.kind] for flag in row.flags if flag.kind in _KINDS}


def _marked(text: str, spans: Sequence[tuple[int, int] | None]) -> str:
    """The text with the flagged places marked; its numbers, too, when something is flagged at all."""
    places = [span for span in spans if span is not None]
    if spans:
        places += [match.span() for match in _NUMBER.finditer(text)]
    out: list[str] = []
    at = 0
    for start, end in sorted(places):
        if start < at or end <= start:
            continue
        out += (escape(text[at:start]), "<mark>", escape(text[start:end]), "</mark>")
        at = end
    out.append(escape(text[at:]))
    return "".join(out)


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
