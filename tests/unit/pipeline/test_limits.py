"""What is refused before any work, with the field and what would be accepted."""

import pytest

from tarjimon.config import LimitSettings
from tarjimon.errors import InvalidInputError, LimitExceededError, UnsupportedLanguageError
from tarjimon.pipeline.limits import check_decoding, check_languages, check_sentences, check_texts
from tarjimon.pipeline.values import DecodingChoice

LIMITS = LimitSettings(texts_per_call=3, characters_per_text=10, characters_per_call=15, targets_per_call=2)


@pytest.mark.parametrize(
    ("texts", "kind", "field"),
    [
        ([], InvalidInputError, "texts"),
        (["a"] * 4, LimitExceededError, "texts"),
        (["a", "b" * 11], LimitExceededError, "texts[1]"),
        (["a" * 8, "b" * 8], LimitExceededError, "texts"),
        (["a", "\ud800"], InvalidInputError, "texts[1]"),
    ],
)
def test_texts(texts: list[str], kind: type[InvalidInputError], field: str) -> None:
    with pytest.raises(kind) as caught:
        check_texts(texts, LIMITS)
    assert caught.value.field == field


def test_texts_at_the_limit_pass() -> None:
    check_texts(["a" * 10, "", "b" * 5], LIMITS)


@pytest.mark.parametrize(
    ("source", "targets", "kind", "field"),
    [
        ("kk", ["ru"], UnsupportedLanguageError, "source_language"),
        (None, [], InvalidInputError, "target_languages"),
        (None, ["ru", "xx"], UnsupportedLanguageError, "target_languages[1]"),
        (None, ["ru", "ru"], InvalidInputError, "target_languages[1]"),
        (None, ["ru", "en", "uz"], LimitExceededError, "target_languages"),
    ],
)
def test_languages(source: str | None, targets: list[str], kind: type[InvalidInputError], field: str) -> None:
    with pytest.raises(kind) as caught:
        check_languages(source, targets, LIMITS)
    assert caught.value.field == field


@pytest.mark.parametrize(
    "choice",
    [
        DecodingChoice(beam_size=0),
        DecodingChoice(beam_size=9),
        DecodingChoice(length_penalty=-0.1),
        DecodingChoice(repetition_penalty=0.5),
        DecodingChoice(no_repeat_ngram_size=11),
        DecodingChoice(length_penalty=float("nan")),
    ],
)
def test_decoding_out_of_range(choice: DecodingChoice) -> None:
    with pytest.raises(InvalidInputError, match="expected"):
        check_decoding(choice)


@pytest.mark.parametrize("wanted", [0, -1, 11])
def test_summary_length_out_of_range(wanted: int) -> None:
    with pytest.raises(InvalidInputError, match="1 to 10"):
        check_sentences(wanted)
