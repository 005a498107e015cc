"""The inline level of Markdown: where each piece of markup stands in the source of one block.

markdown-it gives inline tokens without offsets. This module walks the block's source along the tokens; where
they cannot be matched to the end it raises, and the block is left alone rather than damaged.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tarjimon.documents.base import Tag, TagKind

_ENTITY = re.compile(r"&(?:#[xX][0-9a-fA-F]{1,6}|#\d{1,7}|[A-Za-z][A-Za-z0-9]{1,31});")
_PUNCTUATION = set("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_BLOCK_START = re.compile(r"^(\s*)(?:([-+*#>=~`]|:(?=-))|(\d{1,9})([.)]))")
_SPECIAL = re.compile(r"[\\`*_\[\]<>~&!]")


class UnmatchedError(Exception):
    """The source of a block could not be walked along its tokens."""


def split_inline(source: str, tokens: Sequence[Token]) -> tuple[str, tuple[Tag, ...]]:
    """Take the markup out of a block.

    Args:
        source: the block's inline source, its lines joined by a line feed.
        tokens: markdown-it's children for it.

    Returns:
        The plain text (a soft break as a space, a hard break as a line feed), and the tags.

    Raises:
        UnmatchedError: source and tokens do not fit.
    """
    text: list[str] = []
    tags: list[Tag] = []
    open_pairs: list[int] = []
    length = at = pairs = 0

    def put(piece: str) -> None:
        nonlocal length
        text.append(piece)
        length += len(piece)

    for token in tokens:
        start = at
        if token.type == "text":
            at = _walk_text(source, at, token.content)
            put(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            match = re.compile(r"(?:\\| *)\n[ \t]*").match(source, at)
            if not match:
                raise UnmatchedError(token.type)
            at = match.end()
            put(" " if token.type == "softbreak" else "\n")
        else:
            at = _walk_markup(source, at, token)
            markup = source[start:at]
            if token.nesting == 1:
                open_pairs.append(pairs)
                tags.append(Tag(length, TagKind.OPEN, markup, pairs))
                pairs += 1
            elif token.nesting == -1:
                if not open_pairs:
                    raise UnmatchedError("a closing mark without its opening one")
                tags.append(Tag(length, TagKind.CLOSE, markup, open_pairs.pop()))
            else:
                tags.append(Tag(length, TagKind.EMPTY, markup))
    if at != len(source) or open_pairs:
        raise UnmatchedError(f"{len(source) - at} characters are left over")
    return "".join(text), tuple(tags)


def join_inline(
    parser: MarkdownIt, text: str, tags: Sequence[Tag], *, line_break: str, cell: bool, block_start: str
) -> str:
    """Write a block's inline source anew.

    Args:
        parser: to check what the result means.
        text: the plain text; a line feed is a hard break.
        tags: inline tags, positions never falling.
        line_break: how this file writes a hard break, up to and with the prefix of the next line.
        cell: True inside of a table, where | must be escaped.
        block_start: the old source: what it began with may stay as it is.

    Returns:
        Source whose markup is the tags and nothing else; special characters are escaped only when needed.
    """
    plain = _write(text, tags, escape=False)
    wanted = [t.markup for t in tags]
    if _markup_of(parser, plain) != (wanted, text.replace("\n", " ")):
        plain = _write(text, tags, escape=True)
    if not _BLOCK_START.match(block_start):
        # A line that begins like a list item or a heading would become one.
        plain = _BLOCK_START.sub(
            lambda m: f"{m[1]}\\{m[2]}" if m[2] else f"{m[1]}{m[3]}\\{m[4]}", plain, count=1
        )
    if cell:
        plain = re.sub(r"(?<!\\)\|", r"\\|", plain)
    return plain.replace("\n", " " if cell else line_break)


def _write(text: str, tags: Sequence[Tag], *, escape: bool) -> str:
    out: list[str] = []
    end = 0
    for tag in tags:
        out += (_escaped(text[end : tag.position]) if escape else text[end : tag.position], tag.markup)
        end = tag.position
    out.append(_escaped(text[end:]) if escape else text[end:])
    return "".join(out)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)


def _markup_of(parser: MarkdownIt, source: str) -> tuple[list[str], str] | None:
    inline = parser.parseInline(source)[0]
    try:
        text, tags = split_inline(source, inline.children or [])
    except UnmatchedError:
        return None
    return [t.markup for t in tags], text.replace("\n", " ")


def _walk_text(source: str, at: int, content: str) -> int:
    """The end of the source that gives `content`: characters, backslash escapes and entities."""
    done = 0
    while done < len(content):
        if at >= len(source):
            raise UnmatchedError("text runs past the source")
        char = source[at]
        entity = _ENTITY.match(source, at) if char == "&" else None
        if char == "\\" and at + 1 < len(source) and source[at + 1] == content[done] in _PUNCTUATION:
            at, done = at + 2, done + 1
        elif entity and content.startswith(html.unescape(entity.group()), done):
            at, done = entity.end(), done + len(html.unescape(entity.group()))
        elif char == content[done] or (char == "\0" and content[done] == "\ufffd"):
            at, done = at + 1, done + 1
        else:
            raise UnmatchedError(f"{char!r} in the source, {content[done]!r} in the text")
    return at


def _walk_markup(source: str, at: int, token: Token) -> int:
    """The end of the markup that `token` stands for."""
    if token.type in ("em_open", "em_close", "strong_open", "strong_close", "s_open", "s_close"):
        return _expect(source, at, token.markup)
    if token.type == "code_inline":
        body = _expect(source, at, token.markup)
        fence = re.compile(rf"(?<!`){re.escape(token.markup)}(?!`)")
        end = fence.search(source, body)
        if not end:
            raise UnmatchedError("code without an end")
        return end.end()
    if token.type == "html_inline":
        return _expect(source, at, token.content)
    if token.type == "link_open":
        return _expect(source, at, "<" if token.markup == "autolink" else "[")
    if token.type == "link_close":
        return (
            _expect(source, at, ">")
            if token.markup == "autolink"
            else _link_tail(source, _expect(source, at, "]"))
        )
    if token.type == "image":
        return _link_tail(source, _bracket_end(source, _expect(source, at, "![")))
    if token.type == "footnote_ref":
        return _bracket_end(source, _expect(source, at, "[^"))
    raise UnmatchedError(token.type)


def _expect(source: str, at: int, markup: str) -> int:
    if not source.startswith(markup, at):
        raise UnmatchedError(f"{markup!r} is not at {at}")
    return at + len(markup)


def _bracket_end(source: str, at: int) -> int:
    """After the ] that closes the bracket whose inside begins at `at`."""
    depth = 1
    while at < len(source):
        char = source[at]
        at += 2 if char == "\\" else 1
        depth += (char == "[") - (char == "]")
        if depth == 0:
            return at
    raise UnmatchedError("a bracket without an end")


def _link_tail(source: str, at: int) -> int:
    """After `(destination "title")` or `[reference]`, or `at` itself for a shortcut reference."""
    if source.startswith("[", at):
        return _bracket_end(source, at + 1)
    if not source.startswith("(", at):
        return at
    depth, quote, at = 1, "", at + 1
    while at < len(source):
        char = source[at]
        at += 2 if char == "\\" else 1
        if quote:
            quote = "" if char == quote else quote
        elif char == "<":
            quote = ">"
        elif char in "\"'" and source[at - 2] in " \t\n":
            quote = char
        else:
            depth += (char == "(") - (char == ")")
            if depth == 0:
                return at
    raise UnmatchedError("a link without an end")
