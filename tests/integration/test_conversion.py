"""Promise: a checkpoint of any family we name gives, converted, what transformers' own generate gives."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from tiny_checkpoints import FAMILIES, LONGEST, SOURCES, Checkpoint, build

from tarjimon.domain import EncodedSegment
from tarjimon.engine.convert import convert_checkpoint
from tarjimon.engine.loading import Model, load
from tarjimon.models.catalogue import Catalogue
from tarjimon.models.store import ModelStore

pytestmark = pytest.mark.filterwarnings("ignore:Recommended. pip install sacremoses")


class Family:
    """One family's checkpoint, loaded into both engines."""

    def __init__(self, name: str, work: Path) -> None:
        self.checkpoint: Checkpoint = build(name, work / name)
        spec = self.checkpoint.spec
        catalogue = Catalogue({spec.id: spec})
        converted = ModelStore(work / "cache", catalogue, converter=convert_checkpoint)
        self.fast: Model = load(converted.resolve(spec.id), compute_type="float32")
        self.reference: Model = load(ModelStore(work / "cache", catalogue).resolve(spec.id))

    def batch(self) -> list[EncodedSegment]:
        return [self.fast.codec.encode(text, source="uz", target="ru") for text in SOURCES]


@pytest.fixture(scope="module", params=FAMILIES)
def family(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Family:
    return Family(request.param, tmp_path_factory.mktemp("family"))


def test_both_engines_write_what_generate_writes(family: Family) -> None:
    expected = family.checkpoint.generate(list(SOURCES))
    assert len(set(expected)) > len(SOURCES) // 2, "the tiny model repeats itself: this would prove nothing"
    assert len({token for tokens in expected for token in tokens}) > 25
    assert (family.fast.engine.info.library, family.reference.engine.info.library) == (
        "ctranslate2",
        "transformers",
    )
    for model in (family.fast, family.reference):
        found = model.engine.translate_batch(family.batch(), model.spec.decoding)
        assert [h.tokens for h in found] == expected, model.engine.info.label
        assert all(h.complete or len(h.tokens) == LONGEST for h in found)


def test_scores_of_both_engines_agree(family: Family) -> None:
    # Scores are silently wrong when an output is scaled that should not be (mT5, MADLAD): greedy tokens hide it.
    ours, theirs = (
        model.engine.translate_batch(family.batch(), model.spec.decoding)
        for model in (family.fast, family.reference)
    )
    # Both libraries forbid an empty output, each in its own way: the first token's score may differ a little.
    assert [h.score for h in ours] == pytest.approx([h.score for h in theirs], abs=5e-3)


def test_the_text_comes_back_readable(family: Family) -> None:
    model = family.fast
    text = model.codec.decode(model.engine.translate_batch(family.batch()[:1], model.spec.decoding)[0])
    assert text == "Сегодня ясная погода."
