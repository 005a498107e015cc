"""Requests to values: what 0 and blank mean, and what only the wire can have wrong."""

from __future__ import annotations

import math

import pytest

from tarjimon.errors import InvalidInputError
from tarjimon.pipeline.values import DecodingChoice, TranslationOptions
from tarjimon.server.requests import decoding_of, options_of, sentences_of
from tarjimon.v1 import common_pb2, summarization_service_pb2, translation_service_pb2


def test_unset_options_are_the_defaults() -> None:
    assert options_of(translation_service_pb2.TranslationOptions()) == TranslationOptions()


def test_zero_takes_the_models_default() -> None:
    assert decoding_of(common_pb2.DecodingSettings(), "decoding") == DecodingChoice()


@pytest.mark.parametrize(
    ("name", "allowed", "refused"),
    [
        ("beam_size", [1, 8], [-1, 9, 2**31 - 1]),
        ("length_penalty", [0.1, 3.0], [-0.1, 3.1, math.inf, math.nan]),
        ("repetition_penalty", [1.0, 2.0], [0.9, 2.1, -1.0, math.nan]),
        ("no_repeat_ngram_size", [1, 10], [-1, 11]),
    ],
)
def test_decoding_settings_have_ranges(name: str, allowed: list[float], refused: list[float]) -> None:
    for value in allowed:
        choice = decoding_of(common_pb2.DecodingSettings(**{name: value}), "decoding")  # type: ignore[arg-type]
        assert getattr(choice, name) == value
    for value in refused:
        with pytest.raises(InvalidInputError) as caught:
            decoding_of(common_pb2.DecodingSettings(**{name: value}), "decoding")  # type: ignore[arg-type]
        assert caught.value.field == f"decoding.{name}"


def test_the_number_of_sentences_has_a_default() -> None:
    assert sentences_of(summarization_service_pb2.SummarizeRequest()) == 2
    assert sentences_of(summarization_service_pb2.SummarizeRequest(max_sentences=10)) == 10
