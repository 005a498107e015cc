"""Formatted runs of an office paragraph as plain text with tags, and back.

A reader feeds the runs of a paragraph in order. Neighbours of equal formatting become one stretch of text; the
formatting of most characters needs no tag, any other is a pair of tags; so is what contains text (a link); what has
none (an image, a footnote mark) is an empty tag. A line break is a line break in the text; a tab is a tag
after a line break, because what stands before and after a tab are texts of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from tarjimon.documents.base import Tag, TagKind, TranslatedUnit

Payload = TypeVar("Payload")
SinkPayload = TypeVar("SinkPayload", contravariant=True)


class Sink(Protocol[SinkPayload]):
    """Builds a paragraph's runs anew."""

    def text(self, text: str, formatting: str) -> None:
        """Append text in a formatting that the reader gave; line breaks in it are line breaks."""
        ...

    def open(self, payload: SinkPayload) -> None:
        """Begin a container."""
        ...

    def close(self, payload: SinkPayload) -> None:
        """End a container."""
        ...

    def empty(self, payload: SinkPayload) -> None:
        """Append what has no text."""
        ...


@dataclass(slots=True)
class _Piece(Generic[Payload]):
    """Text in one formatting (None: blank, so it may have any that does not show on it), or a tag."""

    text: str = ""
    formatting: str | None = None
    own: str = ""
    kind: TagKind | None = None
    name: str = ""
    payload: Payload | None = None
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Runs(Generic[Payload]):
    """A paragraph, read.

    Attributes:
        text, tags: of the unit.
        base: the formatting that has no tags.
        formatting: of the pairs that are formatting, by markup.
        payloads: of all other tags, by markup.
        broken: markup of the tags before which a line break was put that is not in the file.
    """

    text: str
    tags: tuple[Tag, ...]
    base: str
    formatting: dict[str, str]
    payloads: dict[str, Payload]
    broken: frozenset[str]


class RunReader(Generic[Payload]):
    """Takes a paragraph's content in order.

    Args:
        shows_on_blanks: whether a formatting can be seen on white space (underline, shading).
    """

    def __init__(self, shows_on_blanks: Callable[[str], bool] = lambda formatting: False) -> None:
        self._shows = shows_on_blanks
        self._pieces: list[_Piece[Payload]] = []
        self._open: list[_Piece[Payload]] = []

    def text(self, text: str, formatting: str) -> None:
        """Text of a run."""
        if not text:
            return
        if self._shows(formatting):
            self._pieces.append(_Piece(text, formatting))
            return
        inner = text.strip()
        start = text.find(inner) if inner else len(text)
        for piece, key in ((text[:start], None), (inner, formatting), (text[start + len(inner) :], None)):
            if piece:
                self._pieces.append(_Piece(piece, key, formatting))

    def open(self, name: str, payload: Payload) -> None:
        """Begin of a container; `close` ends it."""
        piece = _Piece(kind=TagKind.OPEN, name=name, payload=payload)
        self._pieces.append(piece)
        self._open.append(piece)

    def close(self) -> None:
        """End of the innermost container."""
        opened = self._open.pop()
        self._pieces.append(_Piece(kind=TagKind.CLOSE, name=opened.name, payload=opened.payload))

    def empty(self, name: str, payload: Payload, *, apart: bool = False) -> None:
        """What has no text; `apart`: the text before it and the text after it are not one sentence."""
        self._pieces.append(_Piece(kind=TagKind.EMPTY, name=name, payload=payload, apart=apart))

    def finish(self) -> Runs[Payload]:
        """The unit's text and tags."""
        sizes: Counter[str] = Counter()
        for piece in self._pieces:
            if piece.formatting is not None:
                sizes[piece.formatting] += len(piece.text)
        base = max(sizes, key=lambda key: sizes[key], default="")
        _settle_blanks(self._pieces, base, self._shows)
        return _Assembly[Payload](base).run(self._pieces)


def _settle_blanks(pieces: list[_Piece[Payload]], base: str, shows: Callable[[str], bool]) -> None:
    """Blanks take the formatting of both their neighbours when it is the same one, else the base's; none that
    would show on them."""
    following: list[str | None] = []
    after: str | None = None
    for piece in reversed(pieces):
        if piece.formatting is not None:
            after = piece.formatting
        elif piece.kind in (TagKind.OPEN, TagKind.CLOSE):
            after = None
        following.append(after)
    following.reverse()
    before: str | None = None
    for piece, then in zip(pieces, following, strict=True):
        if piece.kind in (TagKind.OPEN, TagKind.CLOSE):
            before = None
        elif piece.kind is None and piece.formatting is None:
            wanted = before if before is not None and before == then else base
            piece.formatting = piece.own if shows(wanted) else wanted
        elif piece.kind is None:
            before = piece.formatting


@dataclass(slots=True)
class _Assembly(Generic[Payload]):
    base: str
    text: list[str] = field(default_factory=list)
    length: int = 0
    tags: list[Tag] = field(default_factory=list)
    formatting: dict[str, str] = field(default_factory=dict)
    payloads: dict[str, Payload] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    pair: int = 0

    def run(self, pieces: list[_Piece[Payload]]) -> Runs[Payload]:
        last_text = max((n for n, piece in enumerate(pieces) if piece.text), default=-1)
        containers: list[tuple[int, str]] = []
        span: tuple[int, str, str] | None = None
        pending: list[_Piece[Payload]] = []
        for number, piece in enumerate(pieces):
            if piece.kind is TagKind.EMPTY:
                # Held back: a mark at the end of a formatted stretch stands after its closing tag.
                pending.append(piece)
                continue
            wanted = piece.formatting if piece.kind is None and piece.formatting != self.base else None
            if span is not None and span[2] != wanted:
                self._tag(TagKind.CLOSE, span[1], span[0])
                span = None
            for mark in pending:
                self._empty(mark, number <= last_text)
            pending.clear()
            if piece.kind is TagKind.OPEN:
                assert piece.payload is not None
                opened = self._named(piece.name)
                self.payloads[opened[1]] = piece.payload
                self._tag(TagKind.OPEN, opened[1], opened[0])
                containers.append(opened)
            elif piece.kind is TagKind.CLOSE:
                closed = containers.pop()
                self._tag(TagKind.CLOSE, closed[1], closed[0])
            else:
                if wanted is not None and span is None:
                    opened = self._named("format")
                    span = (*opened, wanted)
                    self.formatting[opened[1]] = wanted
                    self._tag(TagKind.OPEN, opened[1], opened[0])
                self._append(piece.text)
        if span is not None:
            self._tag(TagKind.CLOSE, span[1], span[0])
        for mark in pending:
            self._empty(mark, False)
        return Runs(
            "".join(self.text),
            tuple(self.tags),
            self.base,
            self.formatting,
            self.payloads,
            frozenset(self.broken),
        )

    def _named(self, name: str) -> tuple[int, str]:
        self.pair += 1
        return self.pair, f"{name}{self.pair}"

    def _append(self, text: str) -> None:
        self.text.append(text)
        self.length += len(text)

    def _tag(self, kind: TagKind, markup: str, pair: int = -1) -> None:
        self.tags.append(Tag(self.length, kind, markup, pair))

    def _empty(self, piece: _Piece[Payload], text_follows: bool) -> None:
        assert piece.payload is not None
        _, markup = self._named(piece.name)
        if piece.apart and text_follows and self.text and not self.text[-1].endswith("\n"):
            self._append("\n")
            self.broken.add(markup)
        self.payloads[markup] = piece.payload
        self._tag(TagKind.EMPTY, markup)


def write_runs(runs: Runs[Payload], new: TranslatedUnit, sink: Sink[Payload]) -> None:
    """Build a paragraph from a translation whose tags are those of `runs`.

    Raises:
        ValueError: tags that cross.
    """
    dropped = _added_breaks(runs, new)
    stack: list[str] = []
    formats: list[str] = [runs.base]
    at = 0

    def text_until(end: int) -> None:
        text = "".join(c for n, c in enumerate(new.text[at:end], at) if n not in dropped)
        if text:
            sink.text(text, formats[-1])

    for tag in new.tags:
        text_until(tag.position)
        at = tag.position
        if tag.kind is TagKind.OPEN:
            stack.append(tag.markup)
            if tag.markup in runs.formatting:
                formats.append(runs.formatting[tag.markup])
            else:
                sink.open(runs.payloads[tag.markup])
        elif tag.kind is TagKind.CLOSE:
            if not stack or stack.pop() != tag.markup:
                raise ValueError(f"the tag {tag.markup} is closed where it is not open")
            if tag.markup in runs.formatting:
                formats.pop()
            else:
                sink.close(runs.payloads[tag.markup])
        else:
            sink.empty(runs.payloads[tag.markup])
    text_until(len(new.text))
    if stack:
        raise ValueError(f"the tag {stack[-1]} is never closed")


def _added_breaks(runs: Runs[Payload], new: TranslatedUnit) -> set[int]:
    """Where in a translation the line breaks stand that were put before a tab."""
    dropped: set[int] = set()
    for tag in new.tags:
        if tag.markup in runs.broken:
            for at in (tag.position - 1, tag.position):
                if 0 <= at < len(new.text) and new.text[at] == "\n" and at not in dropped:
                    dropped.add(at)
                    break
    return dropped
