"""A text in any Uzbek spelling to its canonical form, with the source offset of every character."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tarjimon.text import orthography_tables as tables
from tarjimon.text.orthography_words import is_plain, respell

_LETTER = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff"
    + "".join(sorted(tables.CYRILLIC_LOWER | {char.upper() for char in tables.CYRILLIC_LOWER}))
)  # fmt: skip
_INNER = re.escape(tables.APOSTROPHES + tables.INVISIBLE)
_QUOTES = re.escape(tables.APOSTROPHES)
# Every part is bounded or its classes are disjoint, so scanning is linear in the text.
_TOKEN = re.compile(
    rf"(?P<kept>\b(?:https?|ftp)://[^\s<>\"«»“”„){_QUOTES[1:]}]+"
    rf"|\b[A-Za-z0-9._%+-]{{1,64}}@[A-Za-z0-9-]{{1,63}}(?:\.[A-Za-z0-9-]{{1,63}})+"
    rf"(?![{_LETTER}\u0300-\u036f{_INNER}]))"
    rf"|(?P<word>[{_LETTER}][{_LETTER}\u0300-\u036f]*(?:[{_INNER}]{{1,3}}[{_LETTER}][{_LETTER}\u0300-\u036f]*)*)"
    rf"(?P<trail>[{_QUOTES}]*)"
    rf"|(?P<quote>[{_QUOTES}]+)"
    r"|(?P<line>\n)"
)

_LONGEST_WORD = 256  # letters without a break beyond this are no word, and stay as they are
_REMEMBERED = 20_000  # words of one text, so that memory stays bounded


@dataclass(frozen=True, slots=True)
class Folded:
    """Canonical text and, for each of its characters, the offset of the source character it came from.

    Attributes:
        text: the canonical form.
        offsets: `len(text) + 1` offsets into the source, never decreasing; the last is the source's length,
            so that `source[offsets[a]:offsets[b]]` is the source of `text[a:b]`.
    """

    text: str
    offsets: tuple[int, ...]


def pieces(source: str) -> Iterator[tuple[str, list[int] | int]]:
    """Yield canonical pieces in order, each with its offsets, or with one offset when it is unchanged."""
    done = 0
    quoted = False
    spelled: dict[str, tuple[str, list[int]]] = {}  # releases repeat their words
    for match in _TOKEN.finditer(source):
        kind = match.lastgroup
        if kind == "line":
            quoted = False
        elif kind == "quote":
            quoted = quoted or _opens(source, match)
        if kind in ("line", "quote", "kept"):
            continue
        if match.start() > done:
            yield source[done : match.start()], done
        word = match["word"]
        if len(word) > _LONGEST_WORD or is_plain(word):
            yield word, match.start()
            last = word
        else:
            if word not in spelled:
                if len(spelled) >= _REMEMBERED:
                    spelled.clear()
                letters = respell(word)
                origins = [letter.origin for letter in letters for _ in letter.text]
                spelled[word] = "".join(letter.text for letter in letters), origins
            last, origins = spelled[word]
            yield last, [match.start() + origin for origin in origins]
        trail = match["trail"]
        if trail:
            mark, quoted = _trailing(trail, last, quoted)
            yield mark, match.end("word")
        done = match.end()
    yield source[done:], done


def _opens(source: str, match: re.Match[str]) -> bool:
    """True when the quote marks stand before a word and after none, and are no bare ASCII apostrophe."""
    if match[0].strip("'") == "" or source[match.end() : match.end() + 1].strip() == "":
        return False
    return not source[max(match.start() - 1, 0) : match.start()].isalnum()


def _trailing(trail: str, word: str, quoted: bool) -> tuple[str, bool]:
    """The marks behind a word: a letter mark (tog‘ -> tog'), a closing quotation, or both.

    Returns the marks as they shall stand and whether a quotation is still open.
    """
    first, rest = trail[0], trail[1:]
    marks_letter = word[-1:].lower() in ("o", "g")
    if rest:
        if marks_letter and rest[0] != first:
            first = "'"
        return first + rest, quoted and trail.strip("'") == ""
    if first == "'":
        return first, quoted
    if first in tables.MODIFIER_APOSTROPHES or not quoted:
        return "'", quoted
    if marks_letter and first == "\u2018":
        return "'", quoted  # an opening mark cannot close: ‘bog‘ ichida’
    return first, False


def fold_aligned(text: str) -> Folded:
    """Fold `text` and keep, for every canonical character, where it came from."""
    out: list[str] = []
    offsets: list[int] = []
    for piece, origin in pieces(text):
        out.append(piece)
        if isinstance(origin, int):
            offsets.extend(range(origin, origin + len(piece)))
        else:
            offsets.extend(origin)
    offsets.append(len(text))
    return Folded("".join(out), tuple(offsets))


def fold(text: str) -> str:
    """Canonical spelling of Uzbek `text`: today's Latin with ASCII `o'`, `g'` and `'`.

    Takes all three alphabets and every apostrophe; leaves addresses, foreign words, runs of more than 256
    letters and everything that is no letter as it is. Total, linear, idempotent.
    """
    return "".join(piece for piece, _ in pieces(text))
