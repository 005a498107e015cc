"""Results for people (tables) and for machines (JSON)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tarjimon.cli.terms import term_json
from tarjimon.pipeline.documents import TranslatedDocument
from tarjimon.pipeline.values import SegmentStatus, SummarizedText, SummaryMethod, TargetSegment
from tarjimon.text.fidelity import Verdict
from tarjimon.text.language import Identification

NAMES = {"uz": "Uzbek", "ru": "Russian", "en": "English"}


def detection_json(found: Identification) -> dict[str, Any]:
    """A detection for machines."""
    return {
        "language": found.language,
        "script": found.script,
        "alphabet": found.alphabet.value if found.alphabet else None,
        "confidence": round(found.confidence, 4),
    }


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """A verdict for machines."""
    return {
        "ok": verdict.ok,
        "issues": [
            {
                "kind": issue.kind.value,
                "severity": issue.severity.value,
                "message": issue.message,
                "source_span": issue.source_span,
                "target_span": issue.target_span,
            }
            for issue in verdict.issues
        ],
    }


def document_json(document: TranslatedDocument) -> dict[str, Any]:
    """A translated document for machines: every segment with all of its targets."""
    units = []
    for unit, text in zip(document.units, document.texts, strict=True):
        segments = []
        for number, source in enumerate(text.segments):
            segments.append(
                {
                    "id": f"{unit.id}.{number}",
                    "span": [source.start, source.end],
                    "text": source.text,
                    "detection": detection_json(source.detection),
                    "targets": {
                        t.target_language: _target_json(t.segments[number]) for t in text.translations
                    },
                }
            )
        units.append({"id": unit.id, "place": unit.place, "segments": segments})
    receipts = {
        t.target_language: asdict(t.receipt)
        for text in document.texts
        for t in text.translations
        if t.receipt is not None
    }
    return {
        "units": units,
        "translations": {t.target_language: t.data.decode("utf-8", "replace") for t in document.translations},
        "left_alone": list(document.left_alone),
        "receipts": receipts,
    }


def _target_json(segment: TargetSegment) -> dict[str, Any]:
    return {
        "text": segment.text,
        "status": segment.status.value,
        "fidelity": verdict_json(segment.verdict),
        "attempts": segment.attempts,
        "score": round(segment.score, 4),
        "confidence": round(segment.confidence, 3),
        "terms": [term_json(term) for term in segment.terms],
        "memory_match": asdict(segment.memory_match) if segment.memory_match else None,
    }


def summaries_json(summarized: SummarizedText) -> list[dict[str, Any]]:
    """Summaries for machines."""
    sources = {segment.id: segment.text for segment in summarized.segments}
    return [
        {
            "language": summary.target_language,
            "text": summary.text,
            "method": summary.method.value,
            "fallback_reason": summary.fallback_reason,
            "sentences": [
                {
                    "text": sentence.text,
                    "rests_on": [{"id": i, "text": sources[i]} for i in sentence.source_segment_ids],
                    "fidelity": verdict_json(sentence.verdict),
                }
                for sentence in summary.sentences
            ],
            "receipt": asdict(summary.receipt) if summary.receipt else None,
        }
        for summary in summarized.summaries
    ]


def print_side_by_side(
    console: Console, document: TranslatedDocument, targets: Sequence[str], source: str
) -> None:
    """Source and targets in columns, a row for each unit; doubtful segments are marked with ⚑."""
    table = Table(show_lines=True, expand=True)
    table.add_column(NAMES.get(source, source), ratio=1)
    for target in targets:
        table.add_column(NAMES.get(target, target), ratio=1)
    for unit, text in zip(document.units, document.texts, strict=True):
        cells = [Text(unit.text)]
        for translation in text.translations:
            cell = Text()
            at = 0
            for segment in translation.segments:
                cell.append(translation.text[at : segment.start])
                doubtful = not segment.verdict.ok or segment.status is SegmentStatus.NOT_DONE
                cell.append(segment.text + (" ⚑" if doubtful else ""), style="yellow" if doubtful else "")
                at = segment.end
            cell.append(translation.text[at:])
            cells.append(cell)
        table.add_row(*cells)
    console.print(table)


def print_summaries(console: Console, summarized: SummarizedText) -> None:
    """Each summary under its language, with how it was made."""
    made = {
        SummaryMethod.ABSTRACTIVE: "written by the model",
        SummaryMethod.EXTRACTIVE: "the best source sentences, translated",
        SummaryMethod.NONE: "nothing to summarise",
    }
    for summary in summarized.summaries:
        name = NAMES.get(summary.target_language, summary.target_language)
        flagged = any(not sentence.verdict.ok for sentence in summary.sentences)
        doubt = "; ⚑ check it before use" if flagged else ""
        console.print(Text(f"Summary, {name} ({made[summary.method]}{doubt})", style="bold"))
        console.print(Text(summary.text))
        console.print()


def print_flags(console: Console, document: TranslatedDocument, name: str) -> int:
    """List the segments that a person must check; returns how many there are."""
    count = 0
    for number, translation in enumerate(document.translations):
        for unit, segment_number in document.flagged(number):
            text = document.texts[document.units.index(unit)]
            segment = text.translations[number].segments[segment_number]
            first = segment.verdict.issues[0].message if segment.verdict.issues else segment.status.value
            count += 1
            console.print(
                Text(
                    f"⚑ {name}, {unit.place or unit.id}, {translation.target_language}: {first}",
                    style="yellow",
                )
            )
    return count
