"""Response messages to the pipeline's values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import TypeVar

from tarjimon.domain import DecodingSettings, Receipt
from tarjimon.errors import RemoteError
from tarjimon.memory.translation_memory_entry import MemoryMatch
from tarjimon.pipeline.values import (
    FinishedSegment,
    ModelStatus,
    SegmentStatus,
    SourceSegment,
    SummarizedText,
    Summary,
    SummaryMethod,
    SummarySentence,
    TargetSegment,
    TermReport,
    TranslatedText,
    Translation,
)
from tarjimon.text.fidelity import Issue, IssueKind, Severity, Verdict
from tarjimon.text.language import Identification
from tarjimon.text.orthography import Alphabet
from tarjimon.v1 import common_pb2, summarization_service_pb2, translation_service_pb2

_Member = TypeVar("_Member", bound=Enum)
_Number = TypeVar("_Number", bound=int)


def translated_texts(response: translation_service_pb2.TranslateTextResponse) -> tuple[TranslatedText, ...]:
    """The answer of TranslateText."""
    receipts = all_receipts(response.receipts)
    return tuple(translated_text(text, receipts) for text in response.texts)


def translated_text(
    message: translation_service_pb2.TranslatedText, receipts: Sequence[Receipt]
) -> TranslatedText:
    """One text with its translations."""
    return TranslatedText(
        segments=tuple(source_segment(segment) for segment in message.segments),
        detection=identification(message.detection),
        translations=tuple(_translation(one, receipts) for one in message.translations),
    )


def finished_segment(message: translation_service_pb2.StreamSegment) -> FinishedSegment:
    """A segment of a stream."""
    return FinishedSegment(
        source_segment(message.source), message.target_language, _target_segment(message.target)
    )


def streamed_text(
    message: translation_service_pb2.StreamTextDone, segments: Sequence[SourceSegment]
) -> TranslatedText:
    """The end of a stream's text; its source segments came before, in any order."""
    receipts = all_receipts(message.receipts)
    return TranslatedText(
        segments=tuple(sorted(segments, key=lambda segment: segment.start)),
        detection=identification(message.detection),
        translations=tuple(_translation(one, receipts) for one in message.translations),
    )


def summarized_text(response: summarization_service_pb2.SummarizeResponse) -> SummarizedText:
    """The answer of Summarize."""
    receipts = all_receipts(response.receipts)
    return SummarizedText(
        segments=tuple(source_segment(segment) for segment in response.segments),
        summaries=tuple(
            Summary(
                target_language=summary.target_language,
                text=summary.text,
                method=_named(
                    SummaryMethod,
                    summarization_service_pb2.SummaryMethod.Name,
                    summary.method,
                    "SUMMARY_METHOD_",
                ),
                fallback_reason=summary.fallback_reason,
                sentences=tuple(
                    SummarySentence(
                        sentence.text, tuple(sentence.source_segment_ids), _verdict(sentence.fidelity)
                    )
                    for sentence in summary.sentences
                ),
                receipt=_receipt_at(receipts, summary.receipt),
            )
            for summary in response.summaries
        ),
    )


def identification(message: common_pb2.Detection) -> Identification:
    """What was found out about a language."""
    return Identification(
        language=message.language,
        script=message.script,
        alphabet=_alphabet(message.alphabet),
        confidence=message.confidence,
    )


def _term(message: translation_service_pb2.TermReport) -> TermReport:
    return TermReport(
        term=message.term,
        expected=message.expected,
        source_start=message.source_span.start,
        source_end=message.source_span.end,
        target_span=_span(message.target_span) if message.HasField("target_span") else None,
        placed=message.placed,
        origin=message.origin,
    )


def model_status(message: translation_service_pb2.ModelInfo) -> ModelStatus:
    """A model of the catalogue."""
    state = translation_service_pb2.ModelState.Name(message.state).removeprefix("MODEL_STATE_")
    return ModelStatus(
        id=message.id,
        title=message.title,
        licence=message.licence,
        licence_note=message.licence_note,
        source_languages=tuple(message.source_languages),
        target_languages=tuple(message.target_languages),
        tasks=tuple(message.tasks),
        state=state.lower().replace("_", "-"),
        weights_sha256=message.weights_sha256,
    )


def source_segment(message: common_pb2.SourceSegment) -> SourceSegment:
    """A sentence of the input."""
    return SourceSegment(
        id=message.id,
        start=message.span.start,
        end=message.span.end,
        text=message.text,
        paragraph=message.paragraph,
        detection=identification(message.detection),
    )


def _translation(message: translation_service_pb2.Translation, receipts: Sequence[Receipt]) -> Translation:
    return Translation(
        target_language=message.target_language,
        text=message.text,
        segments=tuple(_target_segment(segment) for segment in message.segments),
        receipt=_receipt_at(receipts, message.receipt),
    )


def _target_segment(message: translation_service_pb2.TargetSegment) -> TargetSegment:
    return TargetSegment(
        id=message.id,
        text=message.text,
        start=message.span.start,
        end=message.span.end,
        status=_named(SegmentStatus, common_pb2.SegmentStatus.Name, message.status, "SEGMENT_STATUS_"),
        verdict=_verdict(message.fidelity),
        attempts=message.fidelity.attempts,
        score=message.score,
        memory_match=_memory_match(message.memory_match) if message.HasField("memory_match") else None,
        confidence=message.confidence,
        terms=tuple(_term(term) for term in message.terms),
    )


def _memory_match(message: translation_service_pb2.MemoryMatch) -> MemoryMatch:
    return MemoryMatch(message.similarity, message.source, message.target, message.repaired, message.origin)


def _alphabet(name: str) -> Alphabet | None:
    try:
        return Alphabet(name) if name else None
    except ValueError:
        raise _newer_server(f"alphabet {name!r}") from None


def _verdict(message: common_pb2.FidelityVerdict) -> Verdict:
    return Verdict(message.ok, tuple(_issue(issue) for issue in message.issues))


def _issue(message: common_pb2.FidelityIssue) -> Issue:
    return Issue(
        kind=_named(IssueKind, common_pb2.IssueKind.Name, message.kind, "ISSUE_KIND_"),
        severity=_named(Severity, common_pb2.Severity.Name, message.severity, "SEVERITY_"),
        message=message.message,
        source_span=_span(message.source_span) if message.HasField("source_span") else None,
        target_span=_span(message.target_span) if message.HasField("target_span") else None,
    )


def _span(message: common_pb2.Span) -> tuple[int, int]:
    return message.start, message.end


def all_receipts(messages: Sequence[common_pb2.Receipt]) -> tuple[Receipt, ...]:
    """The receipts of a response, in its order."""
    return tuple(
        Receipt(
            model_id=message.model,
            weights_sha256=message.weights_sha256,
            engine=message.engine,
            decoding=DecodingSettings(
                beam_size=message.decoding.beam_size,
                length_penalty=message.decoding.length_penalty,
                repetition_penalty=message.decoding.repetition_penalty,
                no_repeat_ngram_size=message.decoding.no_repeat_ngram_size,
            ),
            version=message.version,
        )
        for message in messages
    )


def _receipt_at(receipts: Sequence[Receipt], index: int) -> Receipt | None:
    return receipts[index] if 0 <= index < len(receipts) else None


def _named(members: type[_Member], name_of: Callable[[_Number], str], value: _Number, prefix: str) -> _Member:
    """The member with the wire's name. A server newer than this client may send others."""
    try:
        return members[name_of(value).removeprefix(prefix)]
    except (KeyError, ValueError):
        raise _newer_server(f"{prefix}{value}") from None


def _newer_server(value: str) -> RemoteError:
    return RemoteError(
        f"the server sent {value}, which this client does not know: update the client",
        code="OK",
        reason="UNKNOWN_ENUM_VALUE",
    )
