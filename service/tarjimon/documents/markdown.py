"""Markdown: block structure, blank lines and everything that is not text stay as they were, byte for byte."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from tarjimon.documents.base import TranslatedUnit, Unit, check_tags
from tarjimon.documents.decoding import decode
from tarjimon.documents.inline_markdown import UnmatchedError, join_inline, split_inline

_LEFT_ALONE = {
    "front_matter": "front matter",
    "fence": "code block",
    "code_block": "code block",
    "html_block": "HTML block",
}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a unit's inline source stands in the file, and how lines go on inside of it."""

    start: int
    end: int
    line_break: str
    cell: bool


class Markdown:
    """A CommonMark file with tables, footnotes, strike-through and front matter."""

    def __init__(self, data: bytes, *, name: str = "text", encoding: str | None = None) -> None:
        self._text, self._codec = decode(data, name, encoding)
        self._parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
        self._parser.use(front_matter_plugin).use(footnote_plugin, inline=False, move_to_end=False)
        self._places: dict[str, _Place] = {}
        self._units: list[Unit] = []
        self._left_alone: list[str] = []
        self._read()

    @property
    def units(self) -> tuple[Unit, ...]:
        """Paragraphs, headings, list items, quotations and cells."""
        return tuple(self._units)

    @property
    def left_alone(self) -> tuple[str, ...]:
        """Code, raw HTML, front matter, and blocks whose markup could not be followed."""
        return tuple(self._left_alone)

    def render(self, translated: Mapping[str, TranslatedUnit], *, language: str | None = None) -> bytes:
        """The file with the named units replaced."""
        unknown = translated.keys() - self._places.keys()
        if unknown:
            raise ValueError(f"no such units: {sorted(unknown)}")
        out: list[str] = []
        end = 0
        for unit in self._units:
            if unit.id not in translated:
                continue
            new = translated[unit.id]
            check_tags(unit, new)
            place = self._places[unit.id]
            source = join_inline(
                self._parser,
                new.text,
                new.tags,
                line_break=place.line_break,
                cell=place.cell,
                block_start=self._text[place.start : place.end],
            )
            out += (self._text[end : place.start], source)
            end = place.end
        out.append(self._text[end:])
        return "".join(out).encode(self._codec)

    def _read(self) -> None:
        lines = _line_spans(self._text)
        cursors: dict[int, int] = {}
        cell = False
        for token in self._parser.parse(self._text):
            if token.type in ("th_open", "td_open"):
                cell = True
            elif token.type in ("th_close", "td_close"):
                cell = False
            elif token.type in _LEFT_ALONE and token.map:
                self._left_alone.append(f"line {token.map[0] + 1}: {_LEFT_ALONE[token.type]}")
            elif token.type == "inline" and token.map and token.content.strip():
                self._read_inline(token, lines, cursors, cell)

    def _read_inline(
        self, token: Token, lines: list[tuple[int, int]], cursors: dict[int, int], cell: bool
    ) -> None:
        assert token.map is not None
        place_name = f"line {token.map[0] + 1}"
        try:
            starts, end = self._locate(token.content, token.map[0], lines, cursors)
            text, tags = split_inline(token.content, token.children or [])
        except UnmatchedError as error:
            self._left_alone.append(f"{place_name}: markup that could not be followed ({error})")
            return
        if len(starts) > 1:
            second = token.map[0] + 1
            mark = "\\" if "\\\n" in token.content else "  "
            line_break = f"{mark}\n{self._text[lines[second][0] : starts[1]]}"
        else:
            line_break = "  \n"
        identity = f"{len(self._units):06d}"
        self._places[identity] = _Place(starts[0], end, line_break, cell)
        self._units.append(Unit(identity, text, tags, place_name))

    def _locate(
        self, content: str, first: int, lines: list[tuple[int, int]], cursors: dict[int, int]
    ) -> tuple[list[int], int]:
        """The start of each content line in the file, and the end of the last."""
        starts: list[int] = []
        at = 0
        for number, line in enumerate(content.split("\n"), start=first):
            if number >= len(lines):
                raise UnmatchedError("the block runs past the file")
            begin, stop = lines[number]
            begin = max(begin, cursors.get(number, 0))
            # In a table cell the parser has taken the backslash off an escaped bar.
            for written in (line, line.replace("|", "\\|")):
                found = self._text.find(written, begin, stop)
                if found >= 0:
                    break
            else:
                raise UnmatchedError("a line of the block is not in the file")
            starts.append(found)
            at = cursors[number] = found + len(written)
        return starts, at


def _line_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of each line as markdown-it counts them: CRLF, CR and LF end a line."""
    spans: list[tuple[int, int]] = []
    start = at = 0
    while at < len(text):
        if text[at] == "\n" or text[at] == "\r":
            spans.append((start, at))
            at += 2 if text.startswith("\r\n", at) else 1
            start = at
        else:
            at += 1
    spans.append((start, len(text)))
    return spans
