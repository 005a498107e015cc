"""Request messages to the pipeline's values; checks what only the wire can have wrong."""

from __future__ import annotations

import math

from tarjimon.domain import Lane
from tarjimon.errors import InvalidInputError, LimitExceededError
from tarjimon.pipeline.values import DecodingChoice, MemoryUse, TranslationOptions
from tarjimon.text.terms import Term
from tarjimon.v1 import common_pb2, summarization_service_pb2, translation_service_pb2

DEFAULT_SUMMARY_SENTENCES = 2
LARGEST_SUMMARY_SENTENCES = 10
LONGEST_ID_BYTES = 128

_LANES = {
    common_pb2.LANE_UNSPECIFIED: Lane.INTERACTIVE,
    common_pb2.LANE_INTERACTIVE: Lane.INTERACTIVE,
    common_pb2.LANE_BULK: Lane.BULK,
}


_MEMORY_USES = {
    translation_service_pb2.MEMORY_USE_UNSPECIFIED: None,
    translation_service_pb2.MEMORY_USE_OFF: MemoryUse.OFF,
    translation_service_pb2.MEMORY_USE_EXACT: MemoryUse.EXACT,
    translation_service_pb2.MEMORY_USE_FUZZY: MemoryUse.FUZZY,
}


def lane_of(value: common_pb2.Lane.ValueType, field: str) -> Lane:
    """The lane; proto3 lets any number through, so an unknown one is refused here."""
    try:
        return _LANES[value]
    except KeyError:
        raise InvalidInputError(
            f"{field} is {value}, which is no Lane: use LANE_INTERACTIVE or LANE_BULK",
            reason="UNKNOWN_ENUM_VALUE",
            field=field,
        ) from None


def options_of(message: translation_service_pb2.TranslationOptions) -> TranslationOptions:
    """What a caller chose for a translation; the lane apart (`lane_of`)."""
    return TranslationOptions(
        model=message.model or None,
        decoding=decoding_of(message.decoding, "options.decoding"),
        hard_wrapped=message.hard_wrapped,
        memory=_memory_use(message.memory),
        glossary=tuple(_term(entry) for entry in message.glossary),
        glossary_name=message.glossary_name or None,
        ignore_official_names=message.ignore_official_names,
    )


def _term(entry: translation_service_pb2.GlossaryEntry) -> Term:
    return Term(
        source=entry.source,
        source_language=entry.source_language or "uz",
        target=entry.target,
        target_language=entry.target_language or None,
        do_not_translate=entry.do_not_translate,
        case_sensitive=entry.case_sensitive,
    )


def _memory_use(value: translation_service_pb2.MemoryUse.ValueType) -> MemoryUse | None:
    try:
        return _MEMORY_USES[value]
    except KeyError:
        raise InvalidInputError(
            f"options.memory is {value}, which is no MemoryUse: use MEMORY_USE_OFF, _EXACT or _FUZZY",
            reason="UNKNOWN_ENUM_VALUE",
            field="options.memory",
        ) from None


def decoding_of(message: common_pb2.DecodingSettings, field: str) -> DecodingChoice:
    """The caller's wishes for decoding; 0 in a field means the model's default."""
    _check_range(message.beam_size, 0, 8, f"{field}.beam_size")
    _check_range(message.length_penalty, 0.0, 3.0, f"{field}.length_penalty")
    if message.repetition_penalty != 0.0:
        _check_range(message.repetition_penalty, 1.0, 2.0, f"{field}.repetition_penalty", or_zero=True)
    _check_range(message.no_repeat_ngram_size, 0, 10, f"{field}.no_repeat_ngram_size")
    return DecodingChoice(
        beam_size=message.beam_size or None,
        length_penalty=message.length_penalty or None,
        repetition_penalty=message.repetition_penalty or None,
        no_repeat_ngram_size=message.no_repeat_ngram_size or None,
    )


def document_of(
    message: summarization_service_pb2.SummarizeRequest,
) -> str | tuple[tuple[str, str], ...]:
    """The document of Summarize: its text, or its sentences with their ids."""
    kind = message.WhichOneof("document")
    if kind == "text":
        return message.text
    if kind is None:
        raise InvalidInputError(
            "the request has no document: set text or segments", reason="FIELD_MISSING", field="text"
        )
    segments = message.segments.segments
    if not segments:
        raise InvalidInputError(
            "segments is empty: give at least one sentence", reason="FIELD_MISSING", field="segments.segments"
        )
    seen: set[str] = set()
    for index, segment in enumerate(segments):
        field = f"segments.segments[{index}].id"
        if not segment.id:
            raise InvalidInputError(
                f"{field} is empty: give every sentence an id", reason="FIELD_MISSING", field=field
            )
        check_id(segment.id, field)
        if segment.id in seen:
            raise InvalidInputError(
                f"{field} was used before in this list: give every sentence an id of its own",
                reason="DUPLICATE_ID",
                field=field,
            )
        seen.add(segment.id)
    return tuple((segment.id, segment.text) for segment in segments)


def sentences_of(message: summarization_service_pb2.SummarizeRequest) -> int:
    """The wished number of sentences, or the default."""
    _check_range(message.max_sentences, 0, LARGEST_SUMMARY_SENTENCES, "max_sentences")
    return message.max_sentences or DEFAULT_SUMMARY_SENTENCES


def check_id(name: str, field: str) -> None:
    """Refuse an id that is too long."""
    size = len(name.encode())
    if size > LONGEST_ID_BYTES:
        raise LimitExceededError(
            f"{field} has {size} bytes, more than the limit of {LONGEST_ID_BYTES}: use a shorter id",
            field=field,
        )


def _check_range(value: float, lowest: float, highest: float, field: str, *, or_zero: bool = False) -> None:
    if math.isnan(value) or not lowest <= value <= highest:
        allowed = f"{lowest} to {highest}, or 0 for the default" if or_zero else f"{lowest} to {highest}"
        raise InvalidInputError(
            f"{field} is {value}: allowed are {allowed}", reason="OUT_OF_RANGE", field=field
        )
