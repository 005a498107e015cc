"""How many different sentences an archive has, within about 1 % and in 16 KB: HyperLogLog.

Flajolet, Fusy, Gandouet, Meunier 2007, with linear counting while few registers are set. Each document keeps its own
few registers in the journal, so that the merged estimate is the same however often a job was killed.
"""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Iterable

_BITS = 14
_REGISTERS = 1 << _BITS
_PAIR = struct.Struct(">HB")


def registers_of(texts: Iterable[str]) -> bytes:
    """The registers that these texts set, three bytes each."""
    found: dict[int, int] = {}
    for text in texts:
        digest = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
        register, rest = digest & (_REGISTERS - 1), digest >> _BITS
        rank = 64 - _BITS - rest.bit_length() + 1
        found[register] = max(rank, found.get(register, 0))
    return b"".join(_PAIR.pack(register, rank) for register, rank in sorted(found.items()))


class Sketch:
    """The registers of many documents."""

    def __init__(self) -> None:
        self._registers = bytearray(_REGISTERS)

    def merge(self, registers: bytes) -> None:
        """Take in what `registers_of` gave."""
        for register, rank in _PAIR.iter_unpack(registers):
            if rank > self._registers[register]:
                self._registers[register] = rank

    def estimate(self) -> float:
        """Different texts seen."""
        empty = self._registers.count(0)
        raw = (
            0.7213
            / (1 + 1.079 / _REGISTERS)
            * _REGISTERS**2
            / math.fsum(2.0**-rank for rank in self._registers)
        )
        if raw <= 2.5 * _REGISTERS and empty:
            return _REGISTERS * math.log(_REGISTERS / empty)
        return raw
