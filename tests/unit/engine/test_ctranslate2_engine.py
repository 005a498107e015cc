"""Promises of the CTranslate2 engine on the embedded model, and of loading it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from tarjimon.domain import DecodingSettings, EncodedSegment
from tarjimon.engine.ctranslate2 import CTranslate2Engine
from tarjimon.engine.loading import Model, load, warm_up
from tarjimon.errors import ConfigError, CorruptModelError, EngineError
from tarjimon.models.catalogue import Catalogue
from tarjimon.models.store import ModelFiles, ModelStore

SENTENCES = (
    "Vazir yangi ko'prik qurilishini ko'zdan kechirdi.",
    "Salom!",
    "Viloyatda 15 ta maktab ta'mirlandi, yana uchtasi keyingi yilga qoldirildi, deyiladi xabarda.",
    "Talabalar kutubxonada dars tayyorladi.",
    "Bugun yomg'ir yog'di va ko'chalar suv bilan to'ldi.",
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    return ModelStore(tmp_path_factory.mktemp("cache"), Catalogue.load(), offline=True).resolve(
        "tarjimon-mini"
    )


@pytest.fixture(scope="module")
def model(files: ModelFiles) -> Model:
    return load(files, compute_type="float32", workers=2)


@pytest.fixture(scope="module")
def batch(model: Model) -> list[EncodedSegment]:
    return [model.codec.encode(s, source="uz", target=t) for s in SENTENCES for t in ("ru", "en")]


def test_a_loaded_model_says_what_it_runs_on(model: Model) -> None:
    info = model.engine.info
    assert (info.library, info.device, info.compute_type, info.workers) == (
        "ctranslate2",
        "cpu",
        "float32",
        2,
    )
    assert 100e6 < info.memory_bytes < 200e6
    receipt = model.receipt()
    assert receipt.engine == "ctranslate2/cpu/float32"
    assert receipt.weights_sha256 == model.spec.sha256["model.bin"]
    assert receipt.decoding == model.spec.decoding
    assert model.receipt(DecodingSettings(beam_size=5)).decoding.beam_size == 5
    assert 0 < warm_up(model) < 30


@pytest.mark.parametrize("beam_size", [1, 2, 4])
def test_a_result_does_not_depend_on_its_batch_mates(
    model: Model, batch: list[EncodedSegment], beam_size: int
) -> None:
    mixed = [replace(s, max_output_tokens=4 + 9 * (i % 3)) for i, s in enumerate(batch)]
    decoding = DecodingSettings(beam_size=beam_size)
    together = model.engine.translate_batch(mixed, decoding)
    for segment, hypothesis in zip(mixed, together, strict=True):
        (alone,) = model.engine.translate_batch([segment], decoding)
        assert (alone.tokens, alone.complete) == (hypothesis.tokens, hypothesis.complete)
        assert alone.score == pytest.approx(hypothesis.score, abs=1e-4)


def test_a_score_is_the_mean_over_tokens_whatever_the_length_penalty(
    model: Model, batch: list[EncodedSegment]
) -> None:
    scores = [
        [h.score for h in model.engine.translate_batch(batch, DecodingSettings(length_penalty=penalty))]
        for penalty in (0.0, 1.0, 2.0)
    ]
    assert scores[0] == pytest.approx(scores[1], abs=1e-4)
    assert scores[0] == pytest.approx(scores[2], abs=1e-4)
    assert all(-8 < score < 0 for score in scores[0])


def test_an_output_cut_at_its_limit_is_marked(model: Model, batch: list[EncodedSegment]) -> None:
    whole = model.engine.translate_batch(batch, DecodingSettings())
    assert all(h.complete for h in whole)
    for segment, hypothesis in zip(batch, whole, strict=True):
        length = len(hypothesis.tokens)
        for limit, complete in ((length + 1, True), (length, False), (max(1, length - 1), False)):
            (cut,) = model.engine.translate_batch(
                [replace(segment, max_output_tokens=limit)], DecodingSettings()
            )
            assert cut.complete == complete
            assert cut.tokens == hypothesis.tokens[: len(cut.tokens)]
            assert len(cut.tokens) <= limit


def test_the_prefix_and_the_end_are_not_part_of_the_output(model: Model, batch: list[EncodedSegment]) -> None:
    for hypothesis in model.engine.translate_batch(batch, model.spec.decoding):
        assert not set(hypothesis.tokens) & {"<2ru>", "<2en>", "</s>", "<s>", "<pad>", "<unk>"}
    assert model.engine.translate_batch([], DecodingSettings()) == []


def test_many_threads_may_call_at_once(model: Model, batch: list[EncodedSegment]) -> None:
    expected = model.engine.translate_batch(batch, model.spec.decoding)
    with ThreadPoolExecutor(4) as pool:
        runs = [pool.submit(model.engine.translate_batch, batch, model.spec.decoding) for _ in range(6)]
        assert all(run.result() == expected for run in runs)


def test_what_the_library_refuses_is_our_error(model: Model) -> None:
    too_long = EncodedSegment(("<s>", *["▁a"] * 600, "</s>"), ("<2ru>",), 8)
    with pytest.raises(EngineError, match="failed on a batch of 1"):
        model.engine.translate_batch([too_long], DecodingSettings())
    with pytest.raises(EngineError, match="source was empty"):
        model.engine.translate_batch([EncodedSegment((), ("<2ru>",), 8)], DecodingSettings())


def test_a_closed_engine_says_so(files: ModelFiles, batch: list[EncodedSegment]) -> None:
    engine = CTranslate2Engine(files.folder)
    assert engine.translate_batch(batch[:1], DecodingSettings())
    engine.close()
    engine.close()
    with pytest.raises(EngineError, match="closed"):
        engine.translate_batch(batch[:1], DecodingSettings())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"device": "tpu"}, "Device 'tpu' is not one of"),
        ({"compute_type": "int3"}, "'int3' does not run on cpu here; it has: .*int8"),
        ({"engine": "onnx"}, "Engine 'onnx' is not one of"),
        ({"engine": "transformers"}, "is here in the ctranslate2 format"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    files: ModelFiles, arguments: dict[str, str], said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        load(files, **arguments)  # type: ignore[arg-type]


def test_a_device_that_is_absent_is_named(files: ModelFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tarjimon.engine.ctranslate2.cuda_visible", lambda: False)
    with pytest.raises(ConfigError, match="no CUDA device is visible; use cpu"):
        load(files, device="cuda")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("model.bin", b""),
        ("model.bin", b"\x06\0\0\0"),
        ("model.bin", None),
        ("shared_vocabulary.json", b"[1"),
        ("config.json", b"{"),
    ],
)
def test_corrupt_files_are_an_error_and_never_end_the_process(
    files: ModelFiles, tmp_path: Path, name: str, content: bytes | None
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(files.folder, folder)
    path = folder / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2] if content is None else content)
    with pytest.raises(CorruptModelError):
        CTranslate2Engine(folder)


def test_importing_the_engine_does_not_import_torch() -> None:
    program = (
        "import sys, tarjimon.engine.loading; print(sorted({'torch', 'transformers'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=_path()
    )
    assert run.stdout.strip() == "[]"


def _path() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
