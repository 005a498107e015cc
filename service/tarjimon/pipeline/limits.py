"""What the pipeline refuses before it does any work; every refusal names the field and what would be accepted."""

from __future__ import annotations

from collections.abc import Sequence

from tarjimon.config import LimitSettings
from tarjimon.domain import SOURCE_LANGUAGES, TARGET_LANGUAGES
from tarjimon.errors import InvalidInputError, LimitExceededError, UnsupportedLanguageError
from tarjimon.pipeline.values import DecodingChoice

MAX_SUMMARY_SENTENCES = 10


def check_texts(texts: Sequence[str], limits: LimitSettings, field: str = "texts") -> None:
    """Raise InvalidInputError or LimitExceededError unless the texts are few, short and well-formed enough."""
    if not texts:
        raise InvalidInputError("there is no text; give at least one", field=field)
    if len(texts) > limits.texts_per_call:
        raise LimitExceededError(
            f"{len(texts)} texts in one call; at most {limits.texts_per_call}: use several calls or StreamTranslate",
            field=field,
        )
    total = 0
    for number, text in enumerate(texts):
        place = f"{field}[{number}]" if len(texts) > 1 or field == "texts" else field
        if len(text) > limits.characters_per_text:
            raise LimitExceededError(
                f"the text has {len(text):,} characters; at most {limits.characters_per_text:,}: "
                "cut it at a paragraph, or translate the file with the command line",
                field=place,
            )
        check_well_formed(text, place)
        total += len(text)
    if total > limits.characters_per_call:
        raise LimitExceededError(
            f"the texts have {total:,} characters together; at most {limits.characters_per_call:,} in one call",
            field=field,
        )


def check_well_formed(text: str, field: str) -> None:
    """Raise InvalidInputError for a lone surrogate, which no encoding of Unicode can carry."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidInputError(
            f"character {error.start} is half of a surrogate pair (U+{ord(text[error.start]):04X}); "
            "the text was damaged before it came here: decode it again from its source",
            field=field,
            reason="UNDECODABLE_TEXT",
        ) from None


def check_languages(source: str | None, targets: Sequence[str], limits: LimitSettings) -> None:
    """Raise UnsupportedLanguageError or InvalidInputError unless source and targets are ours."""
    if source is not None and source not in SOURCE_LANGUAGES:
        raise UnsupportedLanguageError(
            f"{source!r} is not a source language; expected {', '.join(SOURCE_LANGUAGES)}, or none to find out",
            field="source_language",
        )
    if not targets:
        raise InvalidInputError(
            f"no target language; give one or more of {', '.join(TARGET_LANGUAGES)}", field="target_languages"
        )
    if len(targets) > limits.targets_per_call:
        raise LimitExceededError(
            f"{len(targets)} target languages; at most {limits.targets_per_call}", field="target_languages"
        )
    for number, target in enumerate(targets):
        place = f"target_languages[{number}]"
        if target not in TARGET_LANGUAGES:
            raise UnsupportedLanguageError(
                f"{target!r} is not a target language; expected one of {', '.join(TARGET_LANGUAGES)}",
                field=place,
            )
        if target in targets[:number]:
            raise InvalidInputError(f"{target!r} is given twice; give each target once", field=place)


def check_decoding(choice: DecodingChoice) -> None:
    """Raise InvalidInputError for a decoding setting outside of its range."""
    ranges = (
        ("beam_size", choice.beam_size, 1, 8),
        ("length_penalty", choice.length_penalty, 0, 3),
        ("repetition_penalty", choice.repetition_penalty, 1, 2),
        ("no_repeat_ngram_size", choice.no_repeat_ngram_size, 0, 10),
    )
    for name, value, low, high in ranges:
        if value is not None and not low <= value <= high:
            raise InvalidInputError(
                f"{name} is {value}; expected {low} to {high}", field=f"options.decoding.{name}"
            )


def check_sentences(wanted: int) -> None:
    """Raise InvalidInputError for a length of summary that is not offered."""
    if not 1 <= wanted <= MAX_SUMMARY_SENTENCES:
        raise InvalidInputError(
            f"max_sentences is {wanted}; expected 1 to {MAX_SUMMARY_SENTENCES}", field="max_sentences"
        )
