"""JSON and JSON lines: strings at the chosen paths are translated in place; every other byte stays.

The standard library's decoder reads the text; its hook for strings notes where each stands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from json.decoder import scanstring  # type: ignore[attr-defined]
from json.scanner import py_make_scanner  # type: ignore[attr-defined]
from typing import Any

from tarjimon.documents.base import TranslatedUnit, Unit
from tarjimon.documents.decoding import decode
from tarjimon.documents.edits import Edit, changes, splice
from tarjimon.documents.prose import holds_prose
from tarjimon.errors import InvalidInputError, LimitExceededError

_SPACE = re.compile(r"[ \t\n\r\ufeff]*")


class _Placed(str):
    """A string and where it stands in the text, quotes and all."""

    __slots__ = ("end", "start")
    start: int
    end: int


class _Pairs(list[tuple[str, Any]]):
    """An object as its pairs, in their order, with keys that are there twice."""


class _Decoder(json.JSONDecoder):
    def __init__(self) -> None:
        super().__init__(object_pairs_hook=_Pairs)
        self.parse_string: Callable[..., tuple[str, int]] = _place
        self.scan_once = py_make_scanner(self)


def _place(text: str, begin: int, strict: bool = True) -> tuple[str, int]:
    value, end = scanstring(text, begin, strict)
    placed = _Placed(value)
    placed.start, placed.end = begin - 1, end
    return placed, end


class JsonTexts:
    """A JSON file, or a file with a JSON value in each line."""

    def __init__(
        self,
        data: bytes,
        *,
        name: str = "data.json",
        encoding: str | None = None,
        columns: Sequence[str] = (),
        lines: bool = False,
    ) -> None:
        """Read a file.

        Args:
            data: the file.
            name: its name, for errors.
            encoding: None: UTF-8 or a byte order mark.
            columns: paths of the strings to translate, keys joined by dots: "items.title" is the title of each
                of the items; none: those paths that hold sentences.
            lines: True for JSON lines.

        Raises:
            InvalidInputError: undecodable, empty, not JSON, or a path that is not there; names the line.
            LimitExceededError: values in values too deep.
        """
        self._data = data
        self._text, self._codec = decode(data, name, encoding)
        if not self._text.strip("\ufeff \t\r\n"):
            raise InvalidInputError(f"{name}: the file is empty; expected JSON", reason="EMPTY_FILE")
        found: dict[str, list[_Placed]] = {}
        for value in _values(self._text, name, lines):
            _collect(value, found)
        chosen = _chosen(found, columns, name)
        strings = sorted((s for path in chosen for s in found[path]), key=lambda s: s.start)
        paths = {s.start: path for path in chosen for s in found[path]}
        self._places: dict[str, _Placed] = {}
        units: list[Unit] = []
        line, counted = 1, 0
        for string in strings:
            if not any(c.isalpha() for c in string):
                continue
            line += self._text.count("\n", counted, string.start)
            counted = string.start
            identity = f"{len(units):06d}"
            self._places[identity] = string
            units.append(Unit(identity, str(string), (), f"line {line}, {paths[string.start]}"))
        self._units = tuple(units)
        reason = "not chosen" if columns else "holds no sentences"
        self._left_alone = tuple(f"key {path}: {reason}" for path in found if path not in chosen)

    @property
    def units(self) -> tuple[Unit, ...]:
        """Strings with letters at the chosen paths."""
        return self._units

    @property
    def left_alone(self) -> tuple[str, ...]:
        """Paths of strings that were not chosen."""
        return self._left_alone

    def render(self, translated: Mapping[str, TranslatedUnit], *, language: str | None = None) -> bytes:
        """The file with the named strings replaced. Raises ValueError for unknown units."""
        edits = []
        for identity, new in changes(self._units, translated).items():
            place = self._places[identity]
            # A file that writes its letters as \u0410 keeps doing so.
            escaped = self._text.isascii() and not place.isascii()
            edits.append(Edit(place.start, place.end, json.dumps(new.text, ensure_ascii=escaped)))
        return splice(self._text, edits).encode(self._codec) if edits else self._data


def _values(text: str, name: str, lines: bool) -> Iterator[Any]:
    decoder = _Decoder()
    at = _skip(text, 0)
    try:
        while at < len(text):
            value, end = decoder.raw_decode(text, at)
            yield value
            at = _skip(text, end)
            if at >= len(text):
                return
            if not lines:
                raise json.JSONDecodeError(
                    "more after the value; is it a file of JSON lines (.jsonl)?", text, at
                )
            if "\n" not in text[end:at]:
                raise json.JSONDecodeError("two values in one line", text, at)
    except json.JSONDecodeError as error:
        raise InvalidInputError(
            f"{name}, line {error.lineno}, column {error.colno}: not JSON ({error.msg})",
            reason="DAMAGED_FILE",
            metadata={"line": str(error.lineno)},
        ) from error
    except RecursionError as error:
        raise LimitExceededError(f"{name}: lists and objects stand in each other too deep") from error


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _collect(value: Any, found: dict[str, list[_Placed]]) -> None:
    """Strings by path; the elements of a list share the list's."""
    stack: list[tuple[str, Any]] = [("", value)]
    while stack:
        path, at = stack.pop()
        if isinstance(at, _Placed):
            found.setdefault(path, []).append(at)
        elif isinstance(at, _Pairs):
            stack += [(f"{path}.{key}" if path else str(key), inner) for key, inner in reversed(at)]
        elif isinstance(at, list):
            stack += [(path, inner) for inner in reversed(at)]


def _chosen(found: Mapping[str, Sequence[str]], columns: Sequence[str], name: str) -> tuple[str, ...]:
    if not columns:
        return tuple(path for path, strings in found.items() if holds_prose(strings))
    for column in columns:
        if column not in found:
            raise InvalidInputError(
                f"{name}: there is no text at {column!r}; expected some of {', '.join(found) or 'none at all'}",
                field="columns",
            )
    return tuple(dict.fromkeys(columns))
