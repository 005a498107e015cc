"""From a translated document to the rows of its review page."""

from __future__ import annotations

from tarjimon.documents.review_page import ReviewFlag, ReviewRow, review_page
from tarjimon.pipeline.documents import TranslatedDocument
from tarjimon.pipeline.values import SegmentStatus
from tarjimon.text.fidelity import Severity

LOW_CONFIDENCE = 0.25
"""Below it, a segment is flagged."""

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
    moved = set(translation.moved_tags)
    rows: list[ReviewRow] = []
    receipt = None
    for unit, text in zip(document.units, document.texts, strict=True):
        one = text.translations[target]
        receipt = receipt or one.receipt
        for source, segment in zip(text.segments, one.segments, strict=True):
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
            translated = segment.status is SegmentStatus.TRANSLATED
            if translated and segment.confidence < LOW_CONFIDENCE:
                flags.append(
                    ReviewFlag("low_confidence", f"the model is unsure ({segment.confidence:.0%})", False)
                )
            if (unit.id, segment.id) in moved:
                flags.append(
                    ReviewFlag("tag_mismatch", "the place of inline formatting is an estimate", False)
                )
            rows.append(
                ReviewRow(
                    unit.place,
                    source.text,
                    segment.text,
                    segment.confidence if translated else None,
                    tuple(flags),
                    _NOTES.get(segment.status, ""),
                )
            )
    made_by = (
        f"{receipt.model_id}, weights {receipt.weights_sha256[:12]}, Tarjimon {receipt.version}"
        if receipt
        else "no model was needed"
    )
    title = f"{name} → {translation.target_language}"
    return review_page(title, source_language, translation.target_language, rows, made_by)
