"""Promise: equal weights and equal input give equal greedy output on both engines."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from dequantised import dequantised_checkpoint

from tarjimon.domain import DecodingSettings, EncodedSegment, Hypothesis, Task
from tarjimon.engine.ctranslate2 import CTranslate2Engine
from tarjimon.engine.transformers import TransformersEngine
from tarjimon.models.catalogue import Catalogue
from tarjimon.models.codec import Codec
from tarjimon.models.store import ModelFiles, ModelStore

SENTENCES = (
    "Vazirlik yangi qarorni e'lon qildi.",
    "Uchrashuvda ikki davlat o'rtasidagi savdo hajmi 2,5 milliard dollarga yetgani qayd etildi.",
    "Poytaxtda 12-mart kuni yosh tadbirkorlar uchun ko'rgazma ochildi.",
    "Hokimlik 40 ta yangi avtobus sotib oldi va ularni aholi gavjum yo'nalishlarga qo'ydi.",
    "Tomonlar madaniyat va ta'lim sohasidagi hamkorlikni kengaytirishga kelishib oldilar.",
    "Shifoxona qurilishi kelgusi yilning iyun oyida yakunlanadi.",
    "Bu haqda matbuot xizmati xabar berdi.",
    "Fermerlar hosilni yig'ib olishni boshladilar, biroq yomg'ir ishlarni sekinlashtirdi.",
    "Elchi prezidentga ishonch yorlig'ini topshirdi.",
    "Bank aholiga kredit berish shartlarini yengillashtirdi.",
    "Maktablarda yangi darsliklar tarqatilmoqda.",
    "Suv ombori to'la, sug'orish mavsumi rejadan oldin boshlanadi.",
    "Yo'l harakati xavfsizligi bo'yicha yangi qoidalar 1-sentyabrdan kuchga kiradi.",
    "Olimlar bahorda ko'chib yuruvchi qushlarni sanab chiqdilar.",
    "Ushbu loyiha doirasida 300 nafar ishchi o'rni yaratiladi.",
    "Salom!",
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    return ModelStore(tmp_path_factory.mktemp("cache"), Catalogue.load(), offline=True).resolve(
        "tarjimon-mini"
    )


@pytest.fixture(scope="module")
def batch(files: ModelFiles) -> list[EncodedSegment]:
    codec = Codec(files)
    segments = [codec.encode(s, source="uz", target=t) for s in SENTENCES for t in ("ru", "en")]
    summary = codec.encode(" ".join(SENTENCES[:7]), source="uz", target="en", task=Task.SUMMARIZE)
    return [*segments, summary]


@pytest.fixture(scope="module")
def fast(files: ModelFiles) -> CTranslate2Engine:
    return CTranslate2Engine(files.folder, compute_type="float32")


@pytest.fixture(scope="module")
def reference(files: ModelFiles, tmp_path_factory: pytest.TempPathFactory) -> TransformersEngine:
    checkpoint: Path = dequantised_checkpoint(files.folder, tmp_path_factory.mktemp("checkpoint"))
    return TransformersEngine(checkpoint)


@pytest.mark.parametrize("penalty", [1.0, 1.15])
def test_greedy_output_of_the_embedded_model_is_equal_token_for_token(
    batch: list[EncodedSegment], fast: CTranslate2Engine, reference: TransformersEngine, penalty: float
) -> None:
    decoding = DecodingSettings(repetition_penalty=penalty)
    ours, theirs = fast.translate_batch(batch, decoding), reference.translate_batch(batch, decoding)
    assert [h.tokens for h in ours] == [h.tokens for h in theirs]
    assert [h.complete for h in ours] == [h.complete for h in theirs]
    assert [h.score for h in ours] == pytest.approx([h.score for h in theirs], abs=1e-3)
    assert_varied(ours)


def test_beam_search_agrees_on_most_segments(
    batch: list[EncodedSegment], fast: CTranslate2Engine, reference: TransformersEngine
) -> None:
    # transformers normalises by the length without the prefix, CTranslate2 with it: a few winners differ.
    decoding = DecodingSettings(beam_size=2)
    pairs = zip(
        fast.translate_batch(batch, decoding), reference.translate_batch(batch, decoding), strict=True
    )
    equal = sum(a.tokens == b.tokens for a, b in pairs)
    assert equal >= 0.8 * len(batch), f"{equal} of {len(batch)}"


def test_int8_agrees_with_float32_on_most_segments(
    batch: list[EncodedSegment], files: ModelFiles, fast: CTranslate2Engine
) -> None:
    quantised = CTranslate2Engine(files.folder, compute_type="int8")
    pairs = list(
        zip(
            quantised.translate_batch(batch, DecodingSettings()),
            fast.translate_batch(batch, DecodingSettings()),
            strict=True,
        )
    )
    shared = sum(len(set(a.tokens) & set(b.tokens)) for a, b in pairs) / sum(
        len(set(b.tokens)) for _, b in pairs
    )
    assert shared > 0.7, (
        f"{shared:.2f} of the pieces shared, {sum(a.tokens == b.tokens for a, b in pairs)} equal"
    )


def test_limits_and_prefixes_may_differ_inside_a_batch(
    batch: list[EncodedSegment], fast: CTranslate2Engine, reference: TransformersEngine
) -> None:
    mixed = [
        EncodedSegment(s.source, s.target_prefix if i % 3 else (), 3 + i % 5)
        for i, s in enumerate(batch[:12])
    ]
    ours, theirs = (engine.translate_batch(mixed, DecodingSettings()) for engine in (fast, reference))
    assert [h.tokens for h in ours] == [h.tokens for h in theirs]
    assert [h.complete for h in ours] == [h.complete for h in theirs]
    assert all(len(h.tokens) <= s.max_output_tokens for h, s in zip(ours, mixed, strict=True))
    assert any(not h.complete for h in ours)


def assert_varied(hypotheses: list[Hypothesis]) -> None:
    """Equal outputs prove nothing when all are one token repeated."""
    assert len({h.tokens for h in hypotheses}) > 0.8 * len(hypotheses)
    assert len({token for h in hypotheses for token in h.tokens}) > 50
