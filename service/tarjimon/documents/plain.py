"""Plain text: a unit for each line, or for each paragraph of hard-wrapped lines."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tarjimon.documents.base import TranslatedUnit, Unit, check_tags
from tarjimon.documents.decoding import decode

_LINE = re.compile(r"[^\r\n]*\S[^\r\n]*")
_PARAGRAPH = re.compile(r"[^\r\n]*\S[^\r\n]*(?:(?:\r\n|\r|\n)[^\r\n]*\S[^\r\n]*)*")


class PlainText:
    """A text file; white space around its units stays as it was."""

    def __init__(
        self, data: bytes, *, name: str = "text", encoding: str | None = None, wrapped: bool = False
    ) -> None:
        self._text, self._codec = decode(data, name, encoding)
        pattern = _PARAGRAPH if wrapped else _LINE
        self._spans: dict[str, tuple[int, int]] = {}
        units: list[Unit] = []
        line, counted = 1, 0
        for number, match in enumerate(pattern.finditer(self._text)):
            line += self._text.count("\n", counted, match.start())
            counted = match.start()
            identity = f"{number:06d}"
            self._spans[identity] = match.span()
            units.append(Unit(identity, match.group(), place=f"line {line}", wrapped=wrapped))
        self._units = tuple(units)

    @property
    def units(self) -> tuple[Unit, ...]:
        """The lines or paragraphs that are not blank."""
        return self._units

    @property
    def left_alone(self) -> tuple[str, ...]:
        """Nothing: plain text has no other parts."""
        return ()

    def render(self, translated: Mapping[str, TranslatedUnit], *, language: str | None = None) -> bytes:
        """The text with the named units replaced. Raises ValueError too."""
        unknown = translated.keys() - self._spans.keys()
        if unknown:
            raise ValueError(f"no such units: {sorted(unknown)}")
        out: list[str] = []
        end = 0
        for unit in self._units:
            if unit.id not in translated:
                continue
            new = translated[unit.id]
            check_tags(unit, new)
            start, stop = self._spans[unit.id]
            out += (self._text[end:start], new.text)
            end = stop
        out.append(self._text[end:])
        return "".join(out).encode(self._codec)
