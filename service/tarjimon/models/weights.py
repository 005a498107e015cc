"""Weights files seen from outside: what format they are, whether they are whole, what they hash to.

No tensor is loaded and no library of the engine is needed. Formats: CTranslate2's model.bin (written by
`ctranslate2.specs.ModelSpec`, binary version 6) and safetensors (its README's "Format" section).
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tarjimon.errors import CorruptModelError, UnsafeWeightsError

CTRANSLATE2_WEIGHTS = "model.bin"
_BINARY_VERSIONS = range(4, 7)  # the layout below

_PICKLED_SUFFIXES = frozenset(
    {".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".h5", ".msgpack", ".ot", ".npz", ".py"}
)
_PICKLED_NAMES = re.compile(r"(pytorch_model|training_args|optimizer|scheduler|rng_state)[\w.-]*\.bin")
_PICKLE_STARTS = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
_ITEM_BYTES = (4, 1, 2, 4, 2, 2)  # float32, int8, int16, int32, float16, bfloat16
_DTYPES = ("float32", "int8", "int16", "int32", "float16", "bfloat16")


@dataclass(frozen=True, slots=True)
class Variable:
    """One tensor of a model.bin.

    Attributes:
        name: its path in the model, such as "encoder/layer_0/ffn/linear_0/weight".
        shape: its dimensions.
        dtype: "float32", "int8", "int16", "int32", "float16" or "bfloat16".
        offset: where its bytes begin in the file.
        size: how many bytes it has.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    offset: int
    size: int


def is_code_carrier(name: str) -> bool:
    """Whether a file of this name can run code when it is loaded: pickles and remote code."""
    lowered = name.lower()
    return Path(lowered).suffix in _PICKLED_SUFFIXES or _PICKLED_NAMES.fullmatch(lowered) is not None


def sha256_of(path: Path, advance: Callable[[int], None] | None = None) -> str:
    """The SHA-256 of a file, lower-case hex.

    Args:
        path: the file.
        advance: told the number of bytes of each block read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
            if advance is not None:
                advance(len(block))
    return digest.hexdigest()


def read_ctranslate2_index(path: Path) -> tuple[tuple[Variable, ...], dict[str, str]]:
    """The table of contents of a model.bin: its variables, and alias -> variable.

    Raises:
        UnsafeWeightsError: the file is a pickle or a zip.
        CorruptModelError: it is not a model.bin, cut short, longer than it says, or of a later version.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(4)
        if start.startswith(_PICKLE_STARTS):
            raise UnsafeWeightsError(
                f"{path} is a pickle, which can run code; a CTranslate2 model.bin or safetensors is expected."
            )
        file.seek(0)
        try:
            return _index(file, size)
        except (struct.error, UnicodeDecodeError, IndexError, ValueError) as error:
            raise CorruptModelError(
                f"{path} is not a whole CTranslate2 model ({error}): fetch or copy it again."
            ) from error


def check_safetensors(path: Path) -> None:
    """Check a safetensors file's header against its size.

    Raises:
        UnsafeWeightsError: the file is a pickle or a zip.
        CorruptModelError: the header is malformed or the file is cut short.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        if start.startswith(_PICKLE_STARTS):
            raise UnsafeWeightsError(f"{path} is a pickle under a safetensors name; it can run code.")
        try:
            (length,) = struct.unpack("<Q", start)
            if length > min(size, 100_000_000):
                raise ValueError(f"header of {length} bytes in a file of {size}")
            header = json.loads(file.read(length))
            end = max(
                (t["data_offsets"][1] for name, t in header.items() if name != "__metadata__"), default=0
            )
        except (struct.error, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            raise CorruptModelError(f"{path} is not a whole safetensors file: {error}.") from error
    if 8 + length + end != size:
        raise CorruptModelError(
            f"{path} has {size} bytes, its header announces {8 + length + end}: fetch or copy it again."
        )


def _index(file: BinaryIO, size: int) -> tuple[tuple[Variable, ...], dict[str, str]]:
    (version,) = _read(file, "<I")
    if version not in _BINARY_VERSIONS:
        raise ValueError(
            f"binary version {version}, expected {_BINARY_VERSIONS[0]} to {_BINARY_VERSIONS[-1]}"
        )
    name = _string(file)
    if not re.fullmatch(r"\w{1,64}", name):
        raise ValueError(f"model class {name[:20]!r}")
    _read(file, "<I")  # revision
    (count,) = _read(file, "<I")
    variables = []
    for _ in range(count):
        variable = _string(file)
        (rank,) = _read(file, "<B")
        shape = _read(file, f"<{rank}I")
        (dtype,) = _read(file, "<B")
        (length,) = _read(file, "<I")
        if length != math.prod(shape) * _ITEM_BYTES[dtype]:
            raise ValueError(f"variable {variable!r} has {length} bytes for shape {shape}")
        variables.append(Variable(variable, shape, _DTYPES[dtype], file.tell(), length))
        if file.seek(length, 1) > size:
            raise ValueError(f"cut short inside {variable!r}")
    (count,) = _read(file, "<I")
    aliases = {_string(file): _string(file) for _ in range(count)}
    if file.tell() != size:
        raise ValueError(f"{size - file.tell()} bytes after the end")
    return tuple(variables), aliases


def _read(file: BinaryIO, form: str) -> tuple[int, ...]:
    return struct.unpack(form, file.read(struct.calcsize(form)))


def _string(file: BinaryIO) -> str:
    (length,) = _read(file, "<H")
    raw = file.read(length)
    if len(raw) != length or not raw.endswith(b"\0"):
        raise ValueError("a name is cut short")
    return raw[:-1].decode()
