"""HTML: text between tags and in the attributes that people read is replaced in the source, at its place.

Nothing else is written anew, so every byte outside of the replaced texts stays as it was.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from html import escape

from tarjimon.documents.base import Tag, TagKind, TranslatedUnit, Unit
from tarjimon.documents.decoding import decode
from tarjimon.documents.edits import Edit, changes, splice
from tarjimon.documents.html_rules import INLINE, OPAQUE_BLOCK, VOID, opaque, translatable
from tarjimon.documents.html_runs import Piece, PieceKind, Run, read_run
from tarjimon.documents.html_tokens import (
    AttributeValue,
    Positions,
    Token,
    TokenKind,
    attribute_values,
    tokenize,
)
from tarjimon.documents.spacing import padded
from tarjimon.errors import InvalidInputError

_META_CHARSET = re.compile(rb"""<meta\b[^>]*?\bcharset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"""^\s*<\?xml\b[^>]*?\bencoding\s*=\s*["']([\w.:-]+)""")
# https://encoding.spec.whatwg.org/#names-and-labels; a page that says UTF-16 in ASCII letters is UTF-8.
_LABELS = {"iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252"}
_SPEAKS = re.compile(r"\w")


class Html:
    """A page or a fragment."""

    def __init__(self, data: bytes, *, name: str = "page.html", encoding: str | None = None) -> None:
        """Read a page.

        Args:
            data: the file.
            name: its name, for errors.
            encoding: wins over what the page declares; None: a byte order mark, the page's own, or UTF-8.

        Raises:
            InvalidInputError: bytes that are not of the encoding, or a file without any text and tag.
        """
        self._data = data
        self._source, self._codec = decode(data, name, encoding or _declared(data))
        if not self._source.strip():
            raise InvalidInputError(f"{name}: the file is empty; expected an HTML page", reason="EMPTY_FILE")
        reader = _Reader(self._source)
        found: list[Run | AttributeValue] = [*reader.runs, *reader.attributes]
        found.sort(key=lambda place: place.start)
        self._places: dict[str, Run | AttributeValue] = {}
        self._languages = reader.languages
        units: list[Unit] = []
        for place in found:
            identity = f"{len(units):06d}"
            self._places[identity] = place
            line = f"line {reader.positions.line(place.start)}"
            if isinstance(place, Run):
                units.append(Unit(identity, place.text, place.tags, line))
            else:
                units.append(Unit(identity, place.value, (), f"{line}, attribute"))
        self._units = tuple(units)
        self._left_alone = tuple(reader.left_alone)

    @property
    def units(self) -> tuple[Unit, ...]:
        """Blocks of text, and alt, title, placeholder, label and description texts."""
        return self._units

    @property
    def left_alone(self) -> tuple[str, ...]:
        """Code, scripts, style sheets, and what the page says is not to be translated."""
        return self._left_alone

    def render(self, translated: Mapping[str, TranslatedUnit], *, language: str | None = None) -> bytes:
        """The page with the named units replaced.

        Args:
            translated: by unit id.
            language: BCP-47 code to put in place of the page's own `lang`; None leaves it.

        Raises:
            ValueError: an unknown unit, or tags that are not the unit's.
        """
        changed = changes(self._units, translated)
        small = [
            Edit(place.start, place.end, _quoted(new.text))
            for identity, new in changed.items()
            if isinstance(place := self._places[identity], AttributeValue)
        ]
        if language is not None:
            small += [Edit(v.start, v.end, _quoted(language)) for v in self._languages]
        if not changed and not small:
            return self._data
        source = _Patched(self._source, small)
        out: list[str] = []
        end = 0
        for identity in sorted(changed):
            run = self._places[identity]
            if isinstance(run, Run):
                out += (source.cut(end, run.start), _written(run, changed[identity], source))
                end = run.end
        out.append(source.cut(end, len(self._source)))
        return "".join(out).encode(self._codec, "xmlcharrefreplace")


class _Patched:
    """The source with the edits of attributes, cut at places of the unedited source."""

    def __init__(self, source: str, edits: Sequence[Edit]) -> None:
        self._source = source
        self._edits = sorted(edits, key=lambda edit: edit.start)
        self._starts = [edit.start for edit in self._edits]

    def cut(self, start: int, end: int) -> str:
        here = self._edits[bisect_left(self._starts, start) : bisect_left(self._starts, end)]
        shifted = [Edit(e.start - start, e.end - start, e.new) for e in here]
        return splice(self._source[start:end], shifted)


class _Reader:
    """Collects runs of inline content between the boundaries of blocks."""

    def __init__(self, source: str) -> None:
        self.positions = Positions(source)
        self.runs: list[Run] = []
        self.attributes: list[AttributeValue] = []
        self.languages: list[AttributeValue] = []
        self.left_alone: list[str] = []
        self._source = source
        self._pieces: list[Piece] = []
        self._skipped: tuple[Token, int] | None = None
        self._page_language = ""
        tokenize(source, self.positions, self._take)
        self._finish()

    def _finish(self) -> None:
        if self._skipped is not None:
            self._leave(self._skipped[0], "never closed, left alone to the end of the file")
        self._flush()

    def _take(self, token: Token) -> None:
        if self._skipped is not None:
            self._skip(token)
        elif token.kind is TokenKind.TEXT:
            self._pieces.append(Piece(PieceKind.TEXT, token.start, token.end))
        elif token.kind is TokenKind.OTHER:
            self._pieces.append(Piece(PieceKind.OPAQUE, token.start, token.end))
        elif token.kind is TokenKind.END:
            self._tag(PieceKind.CLOSE, token)
        else:
            self._start(token)

    def _start(self, token: Token) -> None:
        attributes = dict(reversed(token.attributes))
        self._language(token, attributes)
        reason = opaque(token.name, attributes)
        if reason:
            if token.name in VOID or token.closed:
                self._pieces.append(Piece(PieceKind.OPAQUE, token.start, token.end))
            else:
                self._skipped = (token, 1)
                self._leave(token, reason)
            return
        names = translatable(token.name, attributes)
        if names:
            places = attribute_values(self._source, token)
            self.attributes += [places[n] for n in names if n in places and _SPEAKS.search(places[n].value)]
        if token.name == "br":
            self._pieces.append(Piece(PieceKind.BREAK, token.start, token.end))
        elif token.name in INLINE and (token.name in VOID or token.closed):
            self._pieces.append(Piece(PieceKind.OPAQUE, token.start, token.end))
        else:
            self._tag(PieceKind.OPEN, token)

    def _tag(self, kind: PieceKind, token: Token) -> None:
        if token.name in INLINE:
            self._pieces.append(Piece(kind, token.start, token.end, token.name))
        else:
            self._flush()

    def _skip(self, token: Token) -> None:
        assert self._skipped is not None
        begun, depth = self._skipped
        if token.name == begun.name and not token.closed:
            depth += (token.kind is TokenKind.START) - (token.kind is TokenKind.END)
        self._skipped = (begun, depth) if depth else None
        if depth:
            return
        if begun.name in OPAQUE_BLOCK or (opaque(begun.name, {}) == "" and begun.name not in INLINE):
            self._flush()
        else:
            self._pieces.append(Piece(PieceKind.OPAQUE, begun.start, token.end))

    def _language(self, token: Token, attributes: Mapping[str, str]) -> None:
        if token.name == "html":
            self._page_language = attributes.get("lang", attributes.get("xml:lang", ""))
        if not self._page_language:
            return
        for name in ("lang", "xml:lang"):
            if attributes.get(name) == self._page_language:
                self.languages += [v for n, v in attribute_values(self._source, token).items() if n == name]

    def _leave(self, token: Token, reason: str) -> None:
        self.left_alone.append(f"line {self.positions.line(token.start)}: {reason}")

    def _flush(self) -> None:
        if self._pieces:
            run = read_run(self._source, self._pieces)
            if run is not None:
                self.runs.append(run)
            self._pieces = []


def _written(run: Run, new: TranslatedUnit, source: _Patched) -> str:
    spans: dict[Tag, list[tuple[tuple[int, int], bool, int]]] = {}
    for number, (tag, span) in enumerate(zip(run.tags, run.spans, strict=True)):
        spans.setdefault(_key(tag), []).append((span, number in run.spaced, tag.position))
    breaks = iter(run.breaks)
    last = "<br>"

    def text(piece: str) -> str:
        nonlocal last
        out: list[str] = []
        for number, line in enumerate(piece.split("\n")):
            if number:
                span = next(breaks, None)
                last = source.cut(*span) if span else last
                out.append(last)
            out.append(escape(line, quote=False))
        written = "".join(out)
        return written.replace("\xa0", "&nbsp;") if run.named_spaces else written

    out: list[str] = []
    end = 0
    for tag in new.tags:
        span, spaced, at = spans[_key(tag)].pop(0)
        markup = source.cut(*span)
        if tag.kind is TagKind.EMPTY:
            markup = padded(markup, new.text, tag.position, spaced=spaced, source=run.text, at=at)
        out += (text(new.text[end : tag.position]), markup)
        end = tag.position
    out.append(text(new.text[end:]))
    return "".join(out)


def _key(tag: Tag) -> Tag:
    return Tag(0, tag.kind, tag.markup, tag.pair)


def _quoted(value: str) -> str:
    return f'"{escape(value)}"'


def _declared(data: bytes) -> str | None:
    head = data[:1024]
    if head.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return None
    match = _META_CHARSET.search(head) or _XML_ENCODING.search(head)
    if not match:
        return None
    label = match.group(1).decode("ascii").lower()
    return "utf-8" if label.startswith("utf-16") else _LABELS.get(label, label)
