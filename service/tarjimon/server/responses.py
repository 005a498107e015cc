"""The pipeline's values to response messages."""

from __future__ import annotations

from collections.abc import Iterable

from tarjimon.domain import DecodingSettings, Receipt
from tarjimon.memory.translation_memory_entry import MemoryMatch
from tarjimon.pipeline.documents import TranslatedDocument
from tarjimon.pipeline.values import (
    FinishedSegment,
    ModelStatus,
    SourceSegment,
    SummarizedText,
    Summary,
    TargetSegment,
    TermReport,
    TranslatedText,
    Translation,
)
from tarjimon.text.fidelity import Issue, Verdict
from tarjimon.text.language import Identification
from tarjimon.v1 import common_pb2, summarization_service_pb2, translation_service_pb2

_NO_RECEIPT = -1


class _Receipts:
    """Collects receipts; equal ones are sent once."""

    def __init__(self) -> None:
        self._index: dict[Receipt, int] = {}

    def index(self, receipt: Receipt | None) -> int:
        """The index under which the receipt is sent; -1 for none."""
        return _NO_RECEIPT if receipt is None else self._index.setdefault(receipt, len(self._index))

    def messages(self) -> list[common_pb2.Receipt]:
        """The receipts, in the order of their indices."""
        return [_receipt(receipt) for receipt in self._index]


def translate_text_response(
    texts: Iterable[TranslatedText],
) -> translation_service_pb2.TranslateTextResponse:
    """The answer of TranslateText."""
    receipts = _Receipts()
    messages = [_translated_text(text, receipts) for text in texts]
    return translation_service_pb2.TranslateTextResponse(texts=messages, receipts=receipts.messages())


def document_done(document: TranslatedDocument, *, segments: bool) -> translation_service_pb2.DocumentDone:
    """What there is to say about a translated document; with every segment if wanted."""
    receipts = _Receipts()
    units = [
        translation_service_pb2.DocumentUnit(place=unit.place, text=_translated_text(text, receipts))
        for unit, text in zip(document.units, document.texts, strict=True)
    ]
    return translation_service_pb2.DocumentDone(
        segment_count=sum(len(text.segments) for text in document.texts),
        flagged_count=sum(
            1 for target in range(len(document.translations)) for _ in document.flagged(target)
        ),
        left_alone=document.left_alone,
        units=units if segments else [],
        receipts=receipts.messages(),
    )


def _translated_text(text: TranslatedText, receipts: _Receipts) -> translation_service_pb2.TranslatedText:
    return translation_service_pb2.TranslatedText(
        segments=[_source_segment(segment) for segment in text.segments],
        detection=detection(text.detection),
        translations=[_translation(translation, receipts) for translation in text.translations],
    )


def stream_segment(
    text_id: str, finished: FinishedSegment
) -> translation_service_pb2.StreamTranslateResponse:
    """A finished segment of a stream; its span is left unset."""
    target = _target_segment(finished.target)
    target.ClearField("span")
    return translation_service_pb2.StreamTranslateResponse(
        text_id=text_id,
        segment=translation_service_pb2.StreamSegment(
            source=_source_segment(finished.source), target_language=finished.target_language, target=target
        ),
    )


def stream_text_done(text_id: str, text: TranslatedText) -> translation_service_pb2.StreamTranslateResponse:
    """The end of a stream's text."""
    receipts = _Receipts()
    translations = [_translation(translation, receipts) for translation in text.translations]
    return translation_service_pb2.StreamTranslateResponse(
        text_id=text_id,
        text_done=translation_service_pb2.StreamTextDone(
            segment_count=len(text.segments),
            translations=translations,
            receipts=receipts.messages(),
            detection=detection(text.detection),
        ),
    )


def summarize_response(summarized: SummarizedText) -> summarization_service_pb2.SummarizeResponse:
    """The answer of Summarize."""
    receipts = _Receipts()
    summaries = [_summary(summary, receipts) for summary in summarized.summaries]
    return summarization_service_pb2.SummarizeResponse(
        summaries=summaries,
        segments=[_source_segment(segment) for segment in summarized.segments],
        receipts=receipts.messages(),
    )


def detection(found: Identification) -> common_pb2.Detection:
    """What was found out about a language."""
    return common_pb2.Detection(
        language=found.language,
        script=found.script,
        alphabet=found.alphabet.value if found.alphabet else "",
        confidence=found.confidence,
    )


def model_info(model: ModelStatus) -> translation_service_pb2.ModelInfo:
    """A model of the catalogue."""
    return translation_service_pb2.ModelInfo(
        id=model.id,
        title=model.title,
        licence=model.licence,
        licence_note=model.licence_note,
        source_languages=model.source_languages,
        target_languages=model.target_languages,
        tasks=model.tasks,
        state=translation_service_pb2.ModelState.Value(f"MODEL_STATE_{_word(model.state)}"),
        weights_sha256=model.weights_sha256,
    )


def _source_segment(segment: SourceSegment) -> common_pb2.SourceSegment:
    return common_pb2.SourceSegment(
        id=segment.id,
        span=common_pb2.Span(start=segment.start, end=segment.end),
        text=segment.text,
        paragraph=segment.paragraph,
        detection=detection(segment.detection),
    )


def _translation(translation: Translation, receipts: _Receipts) -> translation_service_pb2.Translation:
    return translation_service_pb2.Translation(
        target_language=translation.target_language,
        text=translation.text,
        segments=[_target_segment(segment) for segment in translation.segments],
        receipt=receipts.index(translation.receipt),
    )


def _target_segment(segment: TargetSegment) -> translation_service_pb2.TargetSegment:
    return translation_service_pb2.TargetSegment(
        id=segment.id,
        text=segment.text,
        span=common_pb2.Span(start=segment.start, end=segment.end),
        status=common_pb2.SegmentStatus.Value(f"SEGMENT_STATUS_{segment.status.name}"),
        fidelity=_verdict(segment.verdict, segment.attempts),
        score=segment.score,
        confidence=segment.confidence,
        memory_match=_memory_match(segment.memory_match),
        terms=[_term(term) for term in segment.terms],
    )


def _term(term: TermReport) -> translation_service_pb2.TermReport:
    return translation_service_pb2.TermReport(
        term=term.term,
        expected=term.expected,
        source_span=common_pb2.Span(start=term.source_start, end=term.source_end),
        target_span=_span(term.target_span),
        met=term.met,
        placed=term.placed,
        origin=term.origin,
    )


def _memory_match(match: MemoryMatch | None) -> translation_service_pb2.MemoryMatch | None:
    if match is None:
        return None
    return translation_service_pb2.MemoryMatch(
        similarity=match.similarity,
        source=match.source,
        target=match.target,
        repaired=match.repaired,
        origin=match.origin,
    )


def _verdict(verdict: Verdict, attempts: int) -> common_pb2.FidelityVerdict:
    return common_pb2.FidelityVerdict(
        ok=verdict.ok, issues=[_issue(issue) for issue in verdict.issues], attempts=attempts
    )


def _issue(issue: Issue) -> common_pb2.FidelityIssue:
    return common_pb2.FidelityIssue(
        kind=common_pb2.IssueKind.Value(f"ISSUE_KIND_{issue.kind.name}"),
        severity=common_pb2.Severity.Value(f"SEVERITY_{issue.severity.name}"),
        message=issue.message,
        source_span=_span(issue.source_span),
        target_span=_span(issue.target_span),
    )


def _span(span: tuple[int, int] | None) -> common_pb2.Span | None:
    return None if span is None else common_pb2.Span(start=span[0], end=span[1])


def _summary(summary: Summary, receipts: _Receipts) -> summarization_service_pb2.Summary:
    return summarization_service_pb2.Summary(
        target_language=summary.target_language,
        text=summary.text,
        method=summarization_service_pb2.SummaryMethod.Value(f"SUMMARY_METHOD_{summary.method.name}"),
        fallback_reason=summary.fallback_reason,
        sentences=[
            summarization_service_pb2.SummarySentence(
                text=sentence.text,
                source_segment_ids=sentence.source_segment_ids,
                # The value does not count passes; a sentence of a summary was looked at once.
                fidelity=_verdict(sentence.verdict, 1),
            )
            for sentence in summary.sentences
        ],
        receipt=receipts.index(summary.receipt),
    )


def _receipt(receipt: Receipt) -> common_pb2.Receipt:
    return common_pb2.Receipt(
        model=receipt.model_id,
        weights_sha256=receipt.weights_sha256,
        engine=receipt.engine,
        decoding=_decoding(receipt.decoding),
        version=receipt.version,
    )


def _decoding(settings: DecodingSettings) -> common_pb2.DecodingSettings:
    return common_pb2.DecodingSettings(
        beam_size=settings.beam_size,
        length_penalty=settings.length_penalty,
        repetition_penalty=settings.repetition_penalty,
        no_repeat_ngram_size=settings.no_repeat_ngram_size,
    )


def _word(value: str) -> str:
    return value.upper().replace("-", "_")
