"""A run of inline HTML content as text with tags: white space collapsed, references decoded, ranges paired."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from html import unescape

from tarjimon.documents.base import Tag, TagKind
from tarjimon.documents.spacing import close_up

_SPACE = re.compile(r"[ \t\n\r\f]+")
_SPEAKS = re.compile(r"\w")


class PieceKind(Enum):
    """What a piece of a run is."""

    TEXT = auto()
    OPEN = auto()
    CLOSE = auto()
    BREAK = auto()
    OPAQUE = auto()


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the source; `name` is an element's."""

    kind: PieceKind
    start: int
    end: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """Inline content that is one unit.

    Attributes:
        start, end: where it stands in the source; white space and marks without text around it are outside.
        text: a line feed stands for each <br>.
        tags: with markup as it is in the source.
        spans: where each tag stands.
        spaced: numbers of the tags that have space on both sides in the source.
        breaks: where each <br> stands.
        named_spaces: True when the source writes &nbsp;.
    """

    start: int
    end: int
    text: str
    tags: tuple[Tag, ...]
    spans: tuple[tuple[int, int], ...]
    spaced: frozenset[int]
    breaks: tuple[tuple[int, int], ...]
    named_spaces: bool


def read_run(source: str, pieces: Sequence[Piece]) -> Run | None:
    """Read a run; None when there is nothing in it to translate."""
    pairs = _pairs(pieces)
    first, last = 0, len(pieces)
    while first < last and _outside(source, pieces[first], first in pairs):
        first += 1
    while last > first and _outside(source, pieces[last - 1], last - 1 in pairs):
        last -= 1
    start, end = pieces[first].start if first < last else 0, pieces[last - 1].end if last else 0
    parts: list[str] = []
    length = 0
    blank = True  # white space at the start, after white space and after a break is not seen
    tags: list[Tag] = []
    spans: list[tuple[int, int]] = []
    breaks: list[tuple[int, int]] = []
    for number in range(first, last):
        piece = pieces[number]
        raw = source[piece.start : piece.end]
        if piece.kind is PieceKind.TEXT:
            text = _SPACE.sub(" ", unescape(raw))
            if blank:
                text = text.lstrip(" ")
            if text:
                blank = text.endswith(" ")
            parts.append(text)
            length += len(text)
        elif piece.kind is PieceKind.BREAK:
            parts.append("\n")
            length += 1
            blank = True
            breaks.append((piece.start, piece.end))
        else:
            kind = {PieceKind.OPEN: TagKind.OPEN, PieceKind.CLOSE: TagKind.CLOSE}.get(
                piece.kind, TagKind.EMPTY
            )
            pair = pairs.get(number, -1)
            # What is seen in the place of the tag ends a run of white space; a comment does not.
            blank = blank and (kind is not TagKind.EMPTY or raw.startswith("<!"))
            tags.append(Tag(length, kind if pair >= 0 else TagKind.EMPTY, raw, pair))
            spans.append((piece.start, piece.end))
    text = "".join(parts)
    if not _SPEAKS.search(text):
        return None
    if pieces[first].kind is PieceKind.TEXT:
        space = _SPACE.match(source, start)
        start = space.end() if space else start
    while source[end - 1] in " \t\n\r\f" and pieces[last - 1].kind is PieceKind.TEXT:
        end -= 1
    stripped = text.rstrip(" ")
    tags = [Tag(min(t.position, len(stripped)), t.kind, t.markup, t.pair) for t in tags]
    closed_up, moved, spaced = close_up(stripped, tags)
    named = "&nbsp;" in source[start:end]
    return Run(start, end, closed_up, moved, tuple(spans), spaced, tuple(breaks), named)


def _pairs(pieces: Sequence[Piece]) -> dict[int, int]:
    """The number of the pair of each piece that begins or ends a range inside of the run."""
    pairs: dict[int, int] = {}
    stack: list[int] = []
    for number, piece in enumerate(pieces):
        if piece.kind is PieceKind.OPEN:
            stack.append(number)
        elif piece.kind is PieceKind.CLOSE:
            begun = next((n for n in reversed(stack) if pieces[n].name == piece.name), None)
            if begun is not None:
                # Ranges that cross this one stay without a pair and are kept as single marks.
                del stack[stack.index(begun) :]
                pairs[begun] = pairs[number] = begun
    numbers = {begun: n for n, begun in enumerate(sorted(set(pairs.values())))}
    return {number: numbers[begun] for number, begun in pairs.items()}


def _outside(source: str, piece: Piece, paired: bool) -> bool:
    """Whether a piece at the edge of a run can stay out of the unit."""
    if piece.kind is PieceKind.TEXT:
        return not source[piece.start : piece.end].strip(" \t\n\r\f")
    return piece.kind in (PieceKind.BREAK, PieceKind.OPAQUE) or not paired
