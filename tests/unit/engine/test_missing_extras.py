"""Promise: what an extra would bring is named when it is missing; nothing else needs it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tarjimon.domain import Task
from tarjimon.engine.convert import convert_checkpoint
from tarjimon.engine.transformers import TransformersEngine, torch_cuda_visible
from tarjimon.errors import ModelUnavailableError
from tarjimon.models.catalogue import LocalFolder, ModelSpec, Scheme
from tarjimon.models.hub import HubFetcher
from tarjimon.models.spec import Hub
from tarjimon.models.tokenizer import FastTokenizer

SAFETENSORS = b"\x02\0\0\0\0\0\0\0{}"


@pytest.fixture(autouse=True)
def _without(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("torch", "transformers", "tokenizers", "huggingface_hub"):
        monkeypatch.setitem(sys.modules, name, None)


def test_the_transformers_engine_names_the_extra(tmp_path: Path) -> None:
    assert not torch_cuda_visible()
    with pytest.raises(ModelUnavailableError, match=r"torch: install tarjimon\[torch\]"):
        TransformersEngine(tmp_path)


def test_the_conversion_names_the_extra(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(SAFETENSORS)
    (tmp_path / "config.json").write_text("{}")
    spec = ModelSpec(
        "own",
        "own",
        "bart",
        Scheme.BART,
        frozenset({Task.TRANSLATE}),
        {"uz": "uz"},
        {"ru": "ru"},
        "MIT",
        LocalFolder("."),
    )
    with pytest.raises(
        ModelUnavailableError, match=r"torch: install tarjimon\[torch\], or convert on another"
    ):
        convert_checkpoint(tmp_path, tmp_path / "out", spec)


def test_the_hub_and_the_fast_tokenizer_name_the_extra(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match=r"install tarjimon\[hub\]"):
        HubFetcher().fetch(Hub("owner/small"), tmp_path, lambda step: None)
    with pytest.raises(ModelUnavailableError, match=r"install tarjimon\[torch\]"):
        FastTokenizer(tmp_path / "tokenizer.json")
