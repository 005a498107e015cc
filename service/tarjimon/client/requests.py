"""The pipeline's values to request messages; checks what protobuf cannot carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tarjimon.documents.formats import ReadOptions
from tarjimon.domain import Lane
from tarjimon.errors import InvalidInputError
from tarjimon.pipeline.values import DecodingChoice, MemoryUse, TranslationOptions
from tarjimon.text.terms import Term
from tarjimon.v1 import common_pb2, summarization_service_pb2, translation_service_pb2

_LANES = {Lane.INTERACTIVE: common_pb2.LANE_INTERACTIVE, Lane.BULK: common_pb2.LANE_BULK}

_MEMORY_USES = {
    None: translation_service_pb2.MEMORY_USE_UNSPECIFIED,
    MemoryUse.OFF: translation_service_pb2.MEMORY_USE_OFF,
    MemoryUse.EXACT: translation_service_pb2.MEMORY_USE_EXACT,
    MemoryUse.FUZZY: translation_service_pb2.MEMORY_USE_FUZZY,
}


def translate_text_request(
    texts: Sequence[str],
    *,
    source: str | None,
    targets: Sequence[str],
    options: TranslationOptions,
    lane: Lane,
    first: int = 0,
) -> translation_service_pb2.TranslateTextRequest:
    """A request for texts; `first` is the number of the first one, for messages."""
    return translation_service_pb2.TranslateTextRequest(
        texts=[sendable(text, f"texts[{first + index}]") for index, text in enumerate(texts)],
        source_language=sendable(source or "", "source_language"),
        target_languages=_sendable_targets(targets),
        options=_options(options, lane),
    )


def document_config(
    file: ReadOptions,
    *,
    form: str | None,
    source: str | None,
    targets: Sequence[str],
    options: TranslationOptions,
    lane: Lane,
    segments: bool,
) -> translation_service_pb2.DocumentConfig:
    """What holds for a document."""
    return translation_service_pb2.DocumentConfig(
        name=sendable(file.name, "config.name"),
        format=form or "",
        encoding=file.encoding or "",
        source_language=sendable(source or "", "source_language"),
        target_languages=_sendable_targets(targets),
        options=_options(replace(options, hard_wrapped=file.wrapped), lane),
        include_segments=segments,
        columns=file.columns,
    )


def stream_config(
    *, source: str | None, targets: Sequence[str], options: TranslationOptions, lane: Lane
) -> translation_service_pb2.StreamTranslateRequest:
    """The first message of a stream."""
    return translation_service_pb2.StreamTranslateRequest(
        config=translation_service_pb2.StreamTranslateConfig(
            source_language=sendable(source or "", "source_language"),
            target_languages=_sendable_targets(targets),
            options=_options(options, lane),
        )
    )


def stream_text(name: str, text: str) -> translation_service_pb2.StreamTranslateRequest:
    """A later message of a stream."""
    return translation_service_pb2.StreamTranslateRequest(
        text=translation_service_pb2.StreamText(
            id=sendable(name, "text.id"), text=sendable(text, f"the text with id {name!r}")
        )
    )


def summarize_request(
    document: str | Sequence[tuple[str, str]],
    *,
    source: str | None,
    targets: Sequence[str],
    max_sentences: int,
    model: str | None,
    lane: Lane,
) -> summarization_service_pb2.SummarizeRequest:
    """A request for summaries of a text, or of sentences with their ids."""
    request = summarization_service_pb2.SummarizeRequest(
        source_language=sendable(source or "", "source_language"),
        target_languages=_sendable_targets(targets),
        max_sentences=max_sentences,
        model=model or "",
        lane=_LANES[lane],
    )
    if isinstance(document, str):
        request.text = sendable(document, "text")
        return request
    request.segments.SetInParent()
    for index, (name, text) in enumerate(document):
        place = f"segments.segments[{index}]"
        request.segments.segments.add(id=sendable(name, f"{place}.id"), text=sendable(text, f"{place}.text"))
    return request


def detect_language_request(
    texts: Sequence[str], *, first: int = 0
) -> translation_service_pb2.DetectLanguageRequest:
    """A request to identify languages."""
    return translation_service_pb2.DetectLanguageRequest(
        texts=[sendable(text, f"texts[{first + index}]") for index, text in enumerate(texts)]
    )


def sendable(text: str, field: str) -> str:
    """The text, unless it cannot be written as UTF-8.

    Raises:
        InvalidInputError: a lone surrogate: half of a character, left by a program that cut or misread text.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidInputError(
            f"{field} is damaged: character {error.start} is half of a surrogate pair "
            f"(U+{ord(text[error.start]):04X}); read the text again from its source, as UTF-8",
            reason="UNDECODABLE_TEXT",
            field=field,
        ) from None
    return text


def _sendable_targets(targets: Sequence[str]) -> list[str]:
    if isinstance(targets, str):
        raise TypeError(f"targets is the string {targets!r}: give a list of codes, for example ['ru', 'en']")
    return [sendable(target, f"target_languages[{index}]") for index, target in enumerate(targets)]


def _options(options: TranslationOptions, lane: Lane) -> translation_service_pb2.TranslationOptions:
    return translation_service_pb2.TranslationOptions(
        model=sendable(options.model or "", "options.model"),
        decoding=_decoding(options.decoding),
        lane=_LANES[lane],
        hard_wrapped=options.hard_wrapped,
        memory=_MEMORY_USES[options.memory],
        glossary=[_entry(term, f"options.glossary[{n}]") for n, term in enumerate(options.glossary)],
        glossary_name=sendable(options.glossary_name or "", "options.glossary_name"),
        ignore_official_names=options.ignore_official_names,
    )


def _entry(term: Term, field: str) -> translation_service_pb2.GlossaryEntry:
    # A synonym that a TBX file accepts has no place on the wire: the server asks for the preferred term.
    return translation_service_pb2.GlossaryEntry(
        source=sendable(term.source, f"{field}.source"),
        source_language=sendable(term.source_language, f"{field}.source_language"),
        target=sendable(term.target, f"{field}.target"),
        target_language=sendable(term.target_language or "", f"{field}.target_language"),
        do_not_translate=term.do_not_translate,
        case_sensitive=term.case_sensitive,
    )


def _decoding(choice: DecodingChoice) -> common_pb2.DecodingSettings:
    # On the wire 0 means the model's default. Where 0 is also a wish, it is not distinguishable; the models'
    # defaults are 0 there.
    return common_pb2.DecodingSettings(
        beam_size=choice.beam_size or 0,
        length_penalty=choice.length_penalty or 0.0,
        repetition_penalty=choice.repetition_penalty or 0.0,
        no_repeat_ngram_size=choice.no_repeat_ngram_size or 0,
    )
