"""HTML cut into tokens by the standard library's parser, each with its place in the source."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from html import unescape
from html.parser import HTMLParser

_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'=<>`]+))?""")


class TokenKind(Enum):
    """What a token is."""

    START = auto()
    END = auto()
    TEXT = auto()
    OTHER = auto()  # a comment, a document type, a processing instruction, or what the parser gave up on


@dataclass(frozen=True, slots=True)
class Token:
    """A token: `name` is the element's, `attributes` are a start tag's, as the parser understands them."""

    kind: TokenKind
    start: int
    end: int
    name: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    closed: bool = False


@dataclass(frozen=True, slots=True)
class AttributeValue:
    """Where the value of an attribute stands, quotes and all."""

    start: int
    end: int
    value: str


class Positions:
    """From offsets to lines and back."""

    def __init__(self, source: str) -> None:
        self._starts = [0, *(m.end() for m in re.finditer("\n", source))]

    def offset(self, line: int, column: int) -> int:
        """The offset of a place as the parser tells it: lines from 1, columns from 0."""
        return self._starts[line - 1] + column

    def line(self, offset: int) -> int:
        """The line of an offset, from 1."""
        return bisect_right(self._starts, offset)


class _Tokenizer(HTMLParser):
    """Keeps back each token until the next one begins, for only then is its end known."""

    def __init__(self, positions: Positions, take: Callable[[Token], None]) -> None:
        super().__init__(convert_charrefs=False)
        self._positions = positions
        self._take = take
        self._held: tuple[TokenKind, int, str, tuple[tuple[str, str], ...], bool] | None = None

    def _token(
        self,
        kind: TokenKind,
        name: str = "",
        attributes: tuple[tuple[str, str], ...] = (),
        closed: bool = False,
    ) -> None:
        start = self._positions.offset(*self.getpos())
        self.release(start)
        self._held = (kind, start, name, attributes, closed)

    def release(self, end: int) -> None:
        """Hand on the token that is kept back."""
        if self._held is not None:
            kind, start, name, attributes, closed = self._held
            self._take(Token(kind, start, end, name, attributes, closed))
            self._held = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._token(TokenKind.START, tag, tuple((k, v or "") for k, v in attrs))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._token(TokenKind.START, tag, tuple((k, v or "") for k, v in attrs), closed=True)

    def handle_endtag(self, tag: str) -> None:
        self._token(TokenKind.END, tag)

    def handle_data(self, data: str) -> None:
        # A lone "<" is text; a longer piece that begins with it is markup that never ends.
        self._token(TokenKind.OTHER if len(data) > 1 and data.startswith("<") else TokenKind.TEXT)

    def handle_entityref(self, name: str) -> None:
        self._token(TokenKind.TEXT)

    def handle_charref(self, name: str) -> None:
        self._token(TokenKind.TEXT)

    def handle_comment(self, data: str) -> None:
        self._token(TokenKind.OTHER)

    def handle_decl(self, decl: str) -> None:
        self._token(TokenKind.OTHER)

    def handle_pi(self, data: str) -> None:
        self._token(TokenKind.OTHER)

    def unknown_decl(self, data: str) -> None:
        self._token(TokenKind.OTHER)


def tokenize(source: str, positions: Positions, take: Callable[[Token], None]) -> None:
    """Hand every token of the source to `take`, in order; together they are the whole source."""
    parser = _Tokenizer(positions, take)
    parser.feed(source)
    parser.close()
    parser.release(len(source))


def attribute_values(source: str, token: Token) -> dict[str, AttributeValue]:
    """Where the values of a start tag's attributes stand; only those that are found without doubt."""
    found: dict[str, AttributeValue] = {}
    wanted: dict[str, str] = {}
    for name, value in token.attributes:
        wanted.setdefault(name, value)
    for match in _ATTRIBUTE.finditer(source, token.start + 1 + len(token.name), token.end):
        name, raw = match.group(1).lower(), match.group(2)
        if raw is None or name in found:
            continue
        value = unescape(raw[1:-1] if raw[0] in "\"'" else raw)
        if wanted.get(name) == value:
            found[name] = AttributeValue(match.start(2), match.end(2), value)
    return found
