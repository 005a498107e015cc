"""Small model folders with the real formats' structure, and converters that leave traces."""

from __future__ import annotations

import hashlib
import json
import struct
from pathlib import Path

from tarjimon.domain import Task
from tarjimon.models.spec import ModelSpec, Scheme, Source

FLOATS = struct.pack("<4f", 1, 2, 3, 4)


def model_bin(data: bytes = FLOATS) -> bytes:
    """A whole CTranslate2 model.bin with one variable."""

    def string(text: str) -> bytes:
        return struct.pack("<H", len(text) + 1) + text.encode() + b"\0"

    variable = (
        string("decoder/weight")
        + struct.pack("<BIB", 1, len(data) // 4, 0)
        + struct.pack("<I", len(data))
        + data
    )
    return (
        struct.pack("<I", 6)
        + string("TransformerSpec")
        + struct.pack("<II", 7, 1)
        + variable
        + struct.pack("<I", 0)
    )


def safetensors(data: bytes = FLOATS) -> bytes:
    """A whole safetensors file with one tensor."""
    header = json.dumps(
        {"w": {"dtype": "F32", "shape": [len(data) // 4], "data_offsets": [0, len(data)]}}
    ).encode()
    return struct.pack("<Q", len(header)) + header + data


def write_ctranslate2(folder: Path, data: bytes = FLOATS) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.bin").write_bytes(model_bin(data))
    (folder / "config.json").write_text("{}")
    (folder / "shared_vocabulary.json").write_text('["<unk>"]')
    (folder / "sentencepiece.model").write_bytes(b"pieces")
    return folder


def write_checkpoint(folder: Path, data: bytes = FLOATS) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.safetensors").write_bytes(safetensors(data))
    (folder / "config.json").write_text("{}")
    (folder / "sentencepiece.bpe.model").write_bytes(b"pieces")
    return folder


def spec_for(source: Source, *, name: str = "small", sha256: dict[str, str] | None = None) -> ModelSpec:
    return ModelSpec(
        id=name,
        title="small",
        architecture="bart",
        scheme=Scheme.PLAIN,
        tasks=frozenset({Task.TRANSLATE}),
        sources={"uz": "uz"},
        targets={"ru": "ru"},
        licence="MIT",
        source=source,
        sha256=sha256 or {},
    )


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def plain_converter(checkpoint: Path, output: Path, spec: ModelSpec) -> None:
    """Copies the tensor's bytes into a model.bin."""
    write_ctranslate2(output, (checkpoint / "model.safetensors").read_bytes()[-16:])
