"""From a translated document to what a translator reviews: a page, and XLIFF."""

from __future__ import annotations

from collections.abc import Iterator

from tarjimon.documents.base import Unit
from tarjimon.documents.review_page import ReviewFlag, ReviewRow, review_page
from tarjimon.documents.xliff_out import Candidate, OutputSegment, write_xliff_2
from tarjimon.pipeline.documents import TranslatedDocument
from tarjimon.pipeline.values import SegmentStatus, SourceSegment, TargetSegment
from tarjimon.text.fidelity import Severity

LOW_CONFIDENCE = 0.25
"""Below it, a segment is flagged."""

_ANNOTATOR = "urn:tarjimon:confidence"

_NOTES = {
    SegmentStatus.COPIED: "copied: nothing to translate",
    SegmentStatus.PASSED_THROUGH: "left as it is",
    SegmentStatus.NOT_DONE: "not reached before the deadline",
    SegmentStatus.FROM_MEMORY: "from the translation memory",
}


def document_review(document: TranslatedDocument, target: int, name: str, source_language: str) -> bytes:
    """The review page of one of a document's translations.

    Args:
        document: the pipeline's answer.
        target: which of its targets.
        name: the document's name, for the title.
        source_language: BCP-47 code.
    """
    translation = document.translations[target]
    rows = [
        ReviewRow(
            unit.place,
            source.text,
            segment.text,
            segment.confidence if segment.status is SegmentStatus.TRANSLATED else None,
            _flags(unit, segment, translation.moved_tags),
            _note(segment),
        )
        for unit, source, segment in _segments(document, target)
    ]
    receipts = (text.translations[target].receipt for text in document.texts)
    receipt = next((receipt for receipt in receipts if receipt), None)
    made_by = (
        f"{receipt.model_id}, weights {receipt.weights_sha256[:12]}, Tarjimon {receipt.version}"
        if receipt
        else "no model was needed"
    )
    title = f"{name} → {translation.target_language}"
    return review_page(title, source_language, translation.target_language, rows, made_by)


def document_xliff(document: TranslatedDocument, target: int, name: str, source_language: str) -> bytes:
    """One of a document's translations as XLIFF 2.1, for a translator's own tool; arguments as above."""
    translation = document.translations[target]
    segments = [
        OutputSegment(
            id=f"{unit.id}-{segment.id}",
            place=unit.place,
            source=source.text,
            target=segment.text,
            confidence=segment.confidence if segment.status is SegmentStatus.TRANSLATED else None,
            flags=tuple(flag.message for flag in _flags(unit, segment, translation.moved_tags)),
            from_memory=segment.status is SegmentStatus.FROM_MEMORY,
            candidates=_candidates(segment),
        )
        for unit, source, segment in _segments(document, target)
    ]
    return write_xliff_2(
        segments,
        source_language=source_language or "und",
        target_language=translation.target_language,
        original=name,
        annotator=_ANNOTATOR,
    )


def _segments(
    document: TranslatedDocument, target: int
) -> Iterator[tuple[Unit, SourceSegment, TargetSegment]]:
    for unit, text in zip(document.units, document.texts, strict=True):
        for source, segment in zip(text.segments, text.translations[target].segments, strict=True):
            yield unit, source, segment


def _flags(unit: Unit, segment: TargetSegment, moved: frozenset[tuple[str, str]]) -> tuple[ReviewFlag, ...]:
    flags = [
        ReviewFlag(
            issue.kind.value,
            issue.message,
            issue.severity is Severity.ERROR,
            issue.source_span,
            issue.target_span,
        )
        for issue in segment.verdict.issues
    ]
    if segment.status is SegmentStatus.TRANSLATED and segment.confidence < LOW_CONFIDENCE:
        flags.append(ReviewFlag("low_confidence", f"the model is unsure ({segment.confidence:.0%})", False))
    if (unit.id, segment.id) in moved:
        flags.append(ReviewFlag("tag_mismatch", "the place of inline formatting is an estimate", False))
    return tuple(flags)


def _note(segment: TargetSegment) -> str:
    match = segment.memory_match
    if match is not None and segment.status is not SegmentStatus.FROM_MEMORY:
        return f"the memory has, {match.similarity:.0%} alike: {match.target}"
    return _NOTES.get(segment.status, "")


def _candidates(segment: TargetSegment) -> tuple[Candidate, ...]:
    match = segment.memory_match
    return (Candidate(match.source, match.target, match.similarity),) if match is not None else ()
