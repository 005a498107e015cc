"""Scores of character n-grams by language: reading them, and weighing a text with them."""

from __future__ import annotations

import json
import lzma
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

LONGEST_GRAM = 5
UNITS_PER_NAT = 24  # scores are stored as whole 24ths of a nat, in one signed byte
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*'?")
_APOSTROPHES = str.maketrans(
    dict.fromkeys("\u2018\u2019\u02bb\u02bc`\u00b4\u02b9\u2032\uff07\u201b\u02bd", "'")
)


@dataclass(frozen=True, slots=True)
class Table:
    """N-gram scores for the languages of one script.

    Attributes:
        classes: language codes; `uz-new` is Uzbek in its new Latin alphabet.
        rows: for every n-gram, one signed byte a class: 24 times the logarithm of how much likelier it is
            in that language than in the average one.
    """

    classes: tuple[str, ...]
    rows: Mapping[str, memoryview]

    def weigh(self, text: str) -> tuple[dict[str, float], int]:
        """Log-likelihood of `text` by class, in nats above the average class, and its number of n-grams."""
        found: list[memoryview] = []
        total = 0
        for gram in grams(text):
            total += 1
            row = self.rows.get(gram)
            if row is not None:
                found.append(row)
        sums = [sum(column) / UNITS_PER_NAT for column in zip(*found, strict=True)] if found else []
        return dict(zip(self.classes, sums or [0.0] * len(self.classes), strict=True)), total


def grams(text: str) -> Iterator[str]:
    """Every run of one to five characters inside the words of `text`, a space standing for a word's edge."""
    for word in _WORD.findall(text.lower().translate(_APOSTROPHES)):
        padded = f" {word} "
        for size in range(1, LONGEST_GRAM + 1):
            for at in range(len(padded) - size + 1):
                if size > 1 or padded[at] != " ":
                    yield padded[at : at + size]


def pack(tables: Mapping[str, tuple[Sequence[str], Mapping[str, bytes]]]) -> bytes:
    """Serialise tables by script, each its classes and rows; the inverse of `unpack`."""
    blob = b""
    for script, (classes, rows) in tables.items():
        head = {"script": script, "classes": list(classes), "grams": list(rows)}
        blob += json.dumps(head, ensure_ascii=False).encode() + b"\n" + b"".join(rows.values())
    return lzma.compress(blob, preset=9)


def unpack(packed: bytes) -> dict[str, Table]:
    """Read what `pack` wrote.

    Raises:
        ValueError: the bytes are damaged or of another format.
    """
    try:
        view = memoryview(lzma.decompress(packed))
        tables: dict[str, Table] = {}
        at = 0
        while at < len(view):
            line = bytes(view[at:]).index(b"\n")
            head = json.loads(bytes(view[at : at + line]))
            at += line + 1
            width = len(head["classes"])
            end = at + width * len(head["grams"])
            if end > len(view):
                raise ValueError("it ends too early")
            body = view[at:end].cast("b")
            rows = {gram: body[i * width : (i + 1) * width] for i, gram in enumerate(head["grams"])}
            tables[head["script"]] = Table(tuple(head["classes"]), rows)
            at = end
    except (lzma.LZMAError, ValueError, KeyError, UnicodeDecodeError) as problem:
        raise ValueError(f"the language table is damaged: {problem}; reinstall the package") from problem
    return tables
