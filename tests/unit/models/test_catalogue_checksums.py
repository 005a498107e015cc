"""Promise: replaced weights need new files and one command, and a forgotten command is noticed."""

from __future__ import annotations

import tomllib
from pathlib import Path

from checksums import HERE, with_checksums
from model_folders import sha256

TEXT = """\
# head
[[model]]
id = "a"
source = { kind = "embedded", folder = "a" }

[model.sha256]
"gone.bin" = "00"
"model.bin" = "11"

[model.decoding]
beam_size = 2

[[model]]
id = "b"
source = { kind = "hub", repo = "o/b" }

[model.sha256]
"kept" = "22"
"""


def test_the_packaged_catalogue_is_current() -> None:
    text = (HERE / "catalogue.toml").read_text(encoding="utf-8")
    assert with_checksums(text, HERE / "embedded") == text


def test_only_the_embedded_models_tables_are_made_anew(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "model.bin").write_bytes(b"new")
    (tmp_path / "a" / "MODEL_CARD.md").write_text("words")
    renewed = with_checksums(TEXT, tmp_path)
    first, second = tomllib.loads(renewed)["model"]
    assert first["sha256"] == {"model.bin": sha256(b"new")}
    assert first["decoding"] == {"beam_size": 2}
    assert second["sha256"] == {"kept": "22"}
    assert renewed.startswith("# head\n")
    assert with_checksums(renewed, tmp_path) == renewed
