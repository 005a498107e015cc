"""The engine says where its words come from when asked, and writes the same words."""

from dataclasses import replace

import pytest

from tarjimon.config import Settings
from tarjimon.engine.loading import Model, load
from tarjimon.pipeline.application import model_store

TEXT = "Vazirlik <2ru> majlisi 2026-yilda ochildi."


@pytest.fixture(scope="module")
def model() -> Model:
    return load(model_store(Settings()).resolve("tarjimon-mini"), workers=1, threads=1)


def test_alignment_is_given_only_when_asked_for_and_changes_nothing_else(model: Model) -> None:
    encoded = model.codec.encode(TEXT, source="uz", target="ru")
    asked = replace(encoded, alignment=True)
    plain, aligned = model.engine.translate_batch([encoded, asked], model.spec.decoding)
    assert plain.alignment == ()
    assert (plain.tokens, plain.score, plain.complete) == (aligned.tokens, aligned.score, aligned.complete)
    assert len(aligned.alignment) == len(aligned.tokens)
    for row in aligned.alignment:
        assert len(row) == len(encoded.source)
        assert sum(row) == pytest.approx(1, abs=0.05)


def test_every_source_piece_has_its_origin(model: Model) -> None:
    encoded = model.codec.encode(TEXT, source="uz", target="ru")
    origins = model.codec.origins(TEXT, encoded)
    assert len(origins) == len(encoded.source)
    assert origins[0] == origins[-1] == (0, 0)
    assert {i for start, end in origins for i in range(start, end)} >= set(range(len("Vazirlik")))
    assert TEXT[origins[1][0] : origins[1][1]].strip() in TEXT[: len("Vazirlik")]
