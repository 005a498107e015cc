"""PO: empty and outdated translations are filled; all other lines of the file stay as they are.

polib reads the file and writes each changed message; the lines of its msgstr are then put in place of the old ones.
Filled messages are marked fuzzy: gettext does not show them to users until a person has checked them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import polib

from tarjimon.documents.base import Tag, TagKind, TranslatedUnit, Unit, check_tags
from tarjimon.documents.decoding import decode
from tarjimon.documents.spacing import close_up, padded
from tarjimon.errors import InvalidInputError

_CHARSET = re.compile(rb'"Content-Type:[^"]*charset=([\w.:-]+)', re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"%(?:\(\w+\)|\d+\$)?[-+0#']*(?:\d+|\*)?(?:\.\d+)?(?:hh|h|ll|l|L|z|j|t)?[diouxXeEfFgGcrsap]"
    r"|%\{\w+\}|\$\{[\w.]+\}|\{\{\s*[\w.]+\s*\}\}|\{[\w.]*(?:![rsa])?(?::[^{}]*)?\}|%%"
)
_MSGSTR = re.compile(r"msgstr(?:\[\d+\])?\s")
_FLAGS = re.compile(r"#,")
# https://www.gnu.org/software/gettext/manual/html_node/Plural-forms.html
_PLURALS = {
    "ru": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);",
    "en": "nplurals=2; plural=(n != 1);",
    "uz": "nplurals=2; plural=(n > 1);",
}
_NPLURALS = re.compile(r"nplurals\s*=\s*(\d+)")


@dataclass(frozen=True, slots=True)
class _Place:
    """Which message a unit is of, and how its placeholders stand."""

    entry: int
    plural: bool
    spaced: frozenset[int]


class Po:
    """A PO file or a template."""

    def __init__(self, data: bytes, *, name: str = "messages.po", encoding: str | None = None) -> None:
        """Read a file.

        Raises:
            InvalidInputError: bytes that are not of its encoding, a line that is no PO, or a message twice.
        """
        self._data = data
        declared = _CHARSET.search(data[:8192])
        label = declared.group(1).decode("ascii") if declared else ""
        self._text, self._codec = decode(
            data,
            name,
            encoding or (label if label and label != "CHARSET" and data[:3] != b"\xef\xbb\xbf" else None),
        )
        if not self._text.strip():
            raise InvalidInputError(f"{name}: the file is empty; expected a PO file", reason="EMPTY_FILE")
        self._name = name
        file = _parse(self._text, name)
        _refuse_duplicates(file, name)
        self._places: dict[str, _Place] = {}
        self._left_alone: list[str] = []
        units: list[Unit] = []
        for number, entry in enumerate(file):
            place = f"line {entry.linenum}"
            kept = _kept(entry)
            if kept:
                self._left_alone.append(f"{place}: {kept}")
                continue
            for text, plural in ((entry.msgid, False), (entry.msgid_plural, True)):
                if text and any(c.isalpha() for c in _PLACEHOLDER.sub("", text)):
                    plain, tags, spaced = _split(text)
                    identity = f"{len(units):06d}"
                    self._places[identity] = _Place(number, plural, spaced)
                    units.append(Unit(identity, plain, tags, place + (", plural" if plural else "")))
        self._units = tuple(units)

    @property
    def units(self) -> tuple[Unit, ...]:
        """Messages without a translation or with a fuzzy one; a plural is a unit of its own."""
        return self._units

    @property
    def left_alone(self) -> tuple[str, ...]:
        """Messages that are translated or obsolete."""
        return tuple(self._left_alone)

    def render(self, translated: Mapping[str, TranslatedUnit], *, language: str | None = None) -> bytes:
        """The file with msgstr for the named units.

        Args:
            translated: by unit id.
            language: BCP-47 code for the header and the number of plural forms; None leaves the header.

        Raises:
            ValueError: an unknown unit, or tags that are not the unit's.
        """
        known = {unit.id: unit for unit in self._units}
        unknown = translated.keys() - known.keys()
        if unknown:
            raise ValueError(f"no such units: {sorted(unknown)}")
        for identity, new in translated.items():
            check_tags(known[identity], new)
        if not translated and language is None:
            return self._data
        file = _parse(self._text, self._name)
        forms = _set_language(file, language)
        texts: dict[int, dict[bool, str]] = {}
        for identity, new in translated.items():
            place = self._places[identity]
            texts.setdefault(place.entry, {})[place.plural] = _join(known[identity], new, place.spaced)
        newline = "\r\n" if "\r\n" in self._text else "\n"
        lines = re.findall(r"[^\n]*\n|[^\n]+", self._text)
        entries = list(file)
        for number, new_texts in texts.items():
            entry = entries[number]
            _fill(entry, new_texts, forms)
            _replace_lines(lines, entry, newline)
        if language is not None and file.metadata:
            _replace_header(lines, file, newline)
        return "".join(lines).encode(self._codec)


def _parse(text: str, name: str) -> polib.POFile:
    try:
        # The line feed keeps polib from taking the text for the name of a file.
        return polib.pofile(text.replace("\r\n", "\n") + "\n", wrapwidth=0)
    except (OSError, UnicodeDecodeError) as error:
        found = re.search(r"line (\d+)", str(error))
        raise InvalidInputError(
            f"{name}, line {found.group(1) if found else 1}: not a PO file ({_reason(error)}); "
            "msgfmt --check says more",
            reason="DAMAGED_FILE",
        ) from error


def _refuse_duplicates(file: polib.POFile, name: str) -> None:
    """Two messages with the same msgid and context; polib's own check takes the square of their number."""
    seen: dict[tuple[str | None, str], int] = {}
    for entry in file:
        if entry.obsolete:
            continue
        line = entry.linenum or 1
        first = seen.setdefault((entry.msgctxt, entry.msgid), line)
        if first != line:
            raise InvalidInputError(
                f"{name}, line {line}: the message {entry.msgid!r} is there already in line {first}; "
                "each must be there once",
                reason="DUPLICATE_ID",
                metadata={"line": str(line), "first_line": str(first)},
            )


def _reason(error: Exception) -> str:
    return re.sub(r"^.*?Syntax error in po file\s*", "", str(error)) or "a line that gettext does not know"


def _kept(entry: polib.POEntry) -> str:
    if entry.obsolete:
        return "obsolete"
    if not entry.fuzzy and (entry.msgstr or (entry.msgstr_plural and all(entry.msgstr_plural.values()))):
        return "has a translation"
    return ""


def _split(text: str) -> tuple[str, tuple[Tag, ...], frozenset[int]]:
    parts: list[str] = []
    tags: list[Tag] = []
    length = end = 0
    for match in _PLACEHOLDER.finditer(text):
        parts.append(text[end : match.start()])
        length += match.start() - end
        tags.append(Tag(length, TagKind.EMPTY, match.group()))
        end = match.end()
    return close_up("".join((*parts, text[end:])), tags)


def _join(unit: Unit, new: TranslatedUnit, spaced: frozenset[int]) -> str:
    sources: dict[str, list[tuple[bool, int]]] = {}
    for number, tag in enumerate(unit.tags):
        sources.setdefault(tag.markup, []).append((number in spaced, tag.position))
    out: list[str] = []
    end = 0
    for tag in new.tags:
        wide, at = sources[tag.markup].pop(0)
        mark = padded(tag.markup, new.text, tag.position, spaced=wide, source=unit.text, at=at)
        out += (new.text[end : tag.position], mark)
        end = tag.position
    return "".join((*out, new.text[end:]))


def _fill(entry: polib.POEntry, texts: Mapping[bool, str], forms: int) -> None:
    if entry.msgid_plural:
        one, many = texts.get(False, entry.msgid), texts.get(True, entry.msgid_plural)
        entry.msgstr_plural = (
            {form: many if form else one for form in range(forms)} if forms > 1 else {0: many}
        )
    else:
        entry.msgstr = _like(entry.msgid, texts[False])
    if "fuzzy" not in entry.flags:
        entry.flags.insert(0, "fuzzy")


def _like(source: str, text: str) -> str:
    """The text with the line feeds at the ends of the source, which msgfmt demands."""
    begin, end = ("\n" if source.startswith("\n") else ""), ("\n" if source.endswith("\n") else "")
    return begin + text.strip("\n") + end


def _replace_lines(lines: list[str], entry: polib.POEntry, newline: str) -> None:
    """Put an entry's msgstr and flags into the file's lines; they stand from the entry's first line on."""
    start = (entry.linenum or 1) - 1
    first = next(n for n in range(start, len(lines)) if _MSGSTR.match(lines[n]))
    last = first + 1
    while last < len(lines) and (_MSGSTR.match(lines[last]) or lines[last].lstrip().startswith('"')):
        last += 1
    written = str(entry).split("\n")
    begin = next(n for n, line in enumerate(written) if _MSGSTR.match(line))
    new = [line + newline for line in written[begin:] if line]
    if not lines[last - 1].endswith(("\n", "\r")):
        new[-1] = new[-1].removesuffix(newline)
    # Every line keeps its number: those of other entries are still to be found by theirs.
    lines[first:last] = ["".join(new), *([""] * (last - first - 1))]
    flags = "#, " + ", ".join(entry.flags) + newline
    while start > 0 and lines[start - 1].startswith("#"):
        start -= 1
    comments = range(start, first)
    old = next((n for n in comments if _FLAGS.match(lines[n])), None)
    if old is not None:
        lines[old] = flags
    else:
        # Flags stand after the comments and before the previous message and the message itself.
        at = next(n for n in comments if lines[n].startswith("#|") or not lines[n].startswith("#"))
        lines[at] = flags + lines[at]


def _set_language(file: polib.POFile, language: str | None) -> int:
    """Set the header's language; the number of plural forms."""
    stated = _NPLURALS.search(file.metadata.get("Plural-Forms", ""))
    if language is None:
        return int(stated.group(1)) if stated else 2
    base = language.split("-")[0]
    file.metadata["Language"] = language.replace("-", "_")
    if base in _PLURALS:
        file.metadata["Plural-Forms"] = _PLURALS[base]
        return int(_PLURALS[base][len("nplurals=")])
    return int(stated.group(1)) if stated else 2


def _replace_header(lines: list[str], file: polib.POFile, newline: str) -> None:
    first = next((n for n, line in enumerate(lines) if line.startswith("msgstr")), None)
    if first is None:
        return
    last = first + 1
    while last < len(lines) and lines[last].startswith('"'):
        last += 1
    header = str(file.metadata_as_entry()).split("\n")
    begin = next(n for n, line in enumerate(header) if line.startswith("msgstr"))
    lines[first:last] = ["".join(line + newline for line in header[begin:] if line)]
