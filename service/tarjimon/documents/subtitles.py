"""SRT and WebVTT: times, numbers, settings and order of cues stay; the text of a cue is a unit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from textwrap import wrap

import srt  # type: ignore[import-untyped]
from webvtt.vtt import WebVTTCueBlock

from tarjimon.documents.base import Tag, TagKind, TranslatedUnit, Unit
from tarjimon.documents.decoding import decode
from tarjimon.documents.edits import Edit, changes, splice
from tarjimon.errors import InvalidInputError

LINE = 42
"""Characters in a line of a cue: the limit of the BBC's and Netflix's guides for Latin and Cyrillic letters."""

_TAG = re.compile(r"</?(?:[A-Za-z][^<>]*|\d[\d:.]*)>|\{\\[^{}]*\}")
_BREAK = re.compile(r"[ \t]*(?:\r\n|\r|\n)[ \t]*")
_DIALOGUE = re.compile(r"^\s*[-–—]\s?\S")
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


@dataclass(frozen=True, slots=True)
class _Cue:
    start: int
    end: int
    place: str


class Subtitles:
    """A file of cues."""

    def __init__(
        self, data: bytes, *, name: str = "film.srt", encoding: str | None = None, vtt: bool = False
    ) -> None:
        """Read a file.

        Args:
            data: the file.
            name: its name, for errors.
            encoding: None: UTF-8 or a byte order mark.
            vtt: True for WebVTT, False for SubRip.

        Raises:
            InvalidInputError: undecodable, empty, or with something that is no cue; names the line.
        """
        self._data = data
        self._text, self._codec = decode(data, name, encoding)
        self._vtt = vtt
        if not self._text.strip():
            raise InvalidInputError(f"{name}: the file is empty; expected subtitles", reason="EMPTY_FILE")
        self._cues: dict[str, _Cue] = {}
        self._dialogues: set[str] = set()
        self._left_alone: list[str] = []
        units: list[Unit] = []
        for cue in self._read_vtt(name) if vtt else _read_srt(self._text, name):
            raw = self._text[cue.start : cue.end]
            dialogue = all(_DIALOGUE.match(_TAG.sub("", line)) for line in _BREAK.split(raw))
            text, tags = _split(raw, dialogue, vtt)
            if any(c.isalnum() for c in text):
                identity = f"{len(units):06d}"
                self._cues[identity] = cue
                if dialogue:
                    self._dialogues.add(identity)
                units.append(Unit(identity, text, tags, cue.place))
        self._units = tuple(units)

    @property
    def units(self) -> tuple[Unit, ...]:
        """Cues with words in them; the lines of one sentence are joined, those of a dialogue are not."""
        return self._units

    @property
    def left_alone(self) -> tuple[str, ...]:
        """Notes, style sheets and regions of WebVTT."""
        return tuple(self._left_alone)

    def render(self, translated: Mapping[str, TranslatedUnit], *, language: str | None = None) -> bytes:
        """The file with the named cues replaced, in lines of at most 42 characters where words allow it.

        Raises:
            ValueError: an unknown unit, or tags that are not the unit's.
        """
        changed = changes(self._units, translated)
        if not changed:
            return self._data
        newline = "\r\n" if "\r\n" in self._text else "\n"
        edits = []
        for identity, new in changed.items():
            cue = self._cues[identity]
            written = newline.join(_lines(new, identity in self._dialogues, self._vtt))
            edits.append(Edit(cue.start, cue.end, written))
        return splice(self._text, edits).encode(self._codec)

    def _read_vtt(self, name: str) -> Iterator[_Cue]:
        if not self._text.lstrip("\ufeff").startswith("WEBVTT"):
            raise InvalidInputError(
                f"{name}, line 1: a WebVTT file begins with WEBVTT; is it an .srt file with a wrong ending?",
                reason="WRONG_FORMAT",
            )
        for number, block in _blocks(self._text):
            lines = [text for _, text in block]
            if WebVTTCueBlock.is_valid(lines):
                payload = block[1:] if "-->" in lines[0] else block[2:]
                if payload:
                    start, end = payload[0][0], payload[-1][0] + len(payload[-1][1])
                    yield _Cue(start, end, f"line {number}")
            elif "-->" in "".join(lines):
                raise InvalidInputError(
                    f"{name}, line {number}: the times of the cue are not of the form 00:01.000 --> 00:02.000"
                )
            elif lines[0].startswith(("NOTE", "STYLE", "REGION")):
                self._left_alone.append(f"line {number}: {lines[0].split()[0].lower()}")


def _read_srt(text: str, name: str) -> Iterator[_Cue]:
    end = 0
    line, counted = 1, 0
    for match in srt.SRT_REGEX.finditer(text):
        _contiguous(text, end, match.start(), name)
        end = match.end()
        at = match.start(2)
        line += text.count("\n", counted, at)
        counted = at
        yield _Cue(match.start(5), match.end(5), f"line {line}")
    _contiguous(text, end, len(text), name)


def _contiguous(text: str, start: int, end: int, name: str) -> None:
    rest = text[start:end].lstrip("\ufeff")
    if rest.strip():
        line = text.count("\n", 0, end - len(rest.lstrip())) + 1
        raise InvalidInputError(
            f"{name}, line {line}: not part of a cue; expected a number, a line of the form "
            "00:00:01,000 --> 00:00:02,000 and the text, or name the file .txt",
            reason="DAMAGED_FILE",
        )


def _blocks(text: str) -> Iterator[tuple[int, list[tuple[int, str]]]]:
    """Lines between empty lines: the line number of the first, and the offset and text of each."""
    block: list[tuple[int, str]] = []
    for number, match in enumerate(_LINES.finditer(text), start=1):
        line = match.group().rstrip("\r\n")
        if line:
            block.append((match.start(), line))
        elif block:
            yield number - len(block), block
            block = []
    if block:
        yield text.count("\n") + 2 - len(block) - text.endswith("\n"), block


def _split(raw: str, dialogue: bool, vtt: bool) -> tuple[str, tuple[Tag, ...]]:
    parts: list[str] = []
    tags: list[Tag] = []
    begun: list[tuple[str, int]] = []
    length = end = 0

    def put(piece: str) -> None:
        nonlocal length
        piece = _BREAK.sub("\n" if dialogue else " ", piece)
        parts.append(_unescaped(piece) if vtt else piece)
        length += len(parts[-1])

    for match in _TAG.finditer(raw):
        put(raw[end : match.start()])
        end = match.end()
        tags.append(Tag(length, TagKind.EMPTY, match.group()))
        name = re.match(r"</?([A-Za-z]+)", match.group())
        if name and match.group()[1] != "/":
            begun.append((name.group(1).lower(), len(tags) - 1))
        elif name and begun and begun[-1][0] == name.group(1).lower():
            number = begun.pop()[1]
            tags[number] = Tag(tags[number].position, TagKind.OPEN, tags[number].markup, number)
            tags[-1] = Tag(length, TagKind.CLOSE, match.group(), number)
    put(raw[end:])
    return "".join(parts), tuple(tags)


def _lines(new: TranslatedUnit, dialogue: bool, vtt: bool) -> list[str]:
    lines: list[str] = []
    tags = list(new.tags)
    done = 0
    whole = new.text if dialogue else new.text.replace("\n", " ")
    for piece in whole.split("\n"):
        # textwrap drops the space at a break; walking along it keeps the places of the tags.
        wrapped = wrap(piece, LINE, break_long_words=False, break_on_hyphens=False) or [""]
        wrapped = _balanced(piece, wrapped)
        at = done
        for number, text in enumerate(wrapped):
            at = whole.index(text[0], at) if text else at
            stop = done + len(piece) if number == len(wrapped) - 1 else _end(whole, at, text)
            line, cursor = "", at
            while tags and (tags[0].position <= stop):
                position = max(tags[0].position, cursor)
                line += _written(whole[cursor:position], vtt) + tags.pop(0).markup
                cursor = position
            lines.append(line + _written(whole[cursor:stop].rstrip(), vtt))
            at = stop
        done += len(piece) + 1
    lines[-1] += "".join(tag.markup for tag in tags)
    # An empty line would end the cue.
    return [line for line in lines if line.strip()] or [""]


def _end(text: str, start: int, line: str) -> int:
    """Where a wrapped line ends in the text, in which white space may be wider."""
    at = start
    for char in line:
        if not char.isspace():
            at = text.index(char, at) + 1
    return at


def _balanced(piece: str, wrapped: list[str]) -> list[str]:
    """Two lines of like length rather than a long and a short one."""
    if len(wrapped) != 2:
        return wrapped
    for width in range(len(piece) // 2, LINE):
        narrower = wrap(piece, width, break_long_words=False, break_on_hyphens=False)
        if len(narrower) == 2:
            return narrower
    return wrapped


def _unescaped(text: str) -> str:
    for written, char in (("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", "\xa0"), ("&amp;", "&")):
        text = text.replace(written, char)
    return text


def _written(text: str, vtt: bool) -> str:
    """Text that can neither be a tag nor an arrow between times."""
    if vtt:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\xa0", "&nbsp;")
    return _TAG.sub(lambda m: m.group().replace("<", "‹").replace(">", "›").replace("{", "("), text).replace(
        "-->", "→"
    )
