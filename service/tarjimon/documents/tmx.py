"""TMX 1.4: translation memories read unit by unit in bounded memory, and written.

Source: TMX 1.4b Specification (LISA OSCAR, 2005).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from tarjimon.documents.xml_safety import XmlLimits, iterate_xml, local_name
from tarjimon.errors import InvalidInputError

LIMITS = XmlLimits(bytes=4 * 2**30)
"""A memory of millions of units is large, and costs the memory of one unit."""

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_DATE = "%Y%m%dT%H%M%SZ"
# What XML 1.0 cannot have.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class MemoryRow:
    """A translation of one segment.

    Attributes:
        source_language, target_language: as the file writes them.
        source, target: texts; inline codes are taken out.
        origin: who and what made it: attributes of <tu> and <tuv> and <prop>s, by name.
        created, changed: None when the file does not say or writes it in a way that is not TMX's.
        place: for people: "line 12".
    """

    source_language: str
    target_language: str
    source: str
    target: str
    origin: dict[str, str] = field(default_factory=dict)
    created: datetime | None = None
    changed: datetime | None = None
    place: str = ""


def read_tmx(
    data: bytes, name: str = "memory.tmx", *, source_language: str | None = None, limits: XmlLimits = LIMITS
) -> Iterator[MemoryRow]:
    """The rows of a memory: one for each language of a unit besides its source's.

    Args:
        data: the file.
        name: its name, for errors.
        source_language: reads units from this language's side; None: the side that the file calls its source.
            Compared by the first subtag: "uz" is "uz-Latn-UZ".
        limits: of the XML.

    Raises:
        InvalidInputError: not well-formed, not TMX, a unit without a language; when its place is reached.
    """
    header_language = ""
    for element in iterate_xml(data, name, ("header", "tu"), root="tmx", limits=limits):
        if local_name(element) == "header":
            header_language = element.get("srclang", "")
            continue
        yield from _rows(element, name, source_language, header_language)


def write_tmx(
    rows: Iterable[MemoryRow], *, source_language: str, version: str, now: datetime
) -> Iterator[bytes]:
    """A memory, in pieces to be written one after the other.

    Args:
        rows: each becomes a unit.
        source_language: of the header; "*all*" when rows have several.
        version: of this program, for the header.
        now: when the file is made.
    """
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n<tmx version="1.4">\n'
        f'<header creationtool="tarjimon" creationtoolversion={quoteattr(version)} segtype="sentence" '
        f'o-tmf="tarjimon" adminlang="en" srclang={quoteattr(source_language)} datatype="plaintext" '
        f'creationdate="{now.astimezone(UTC).strftime(_DATE)}"/>\n<body>\n'
    ).encode()
    for row in rows:
        dates = _date_attribute("creationdate", row.created) + _date_attribute("changedate", row.changed)
        made = "".join(
            f" {key}={quoteattr(_clean(row.origin[key]))}"
            for key in ("creationid", "changeid")
            if key in row.origin
        )
        properties = "".join(
            f"<prop type={quoteattr(_clean(key))}>{escape(_clean(value))}</prop>"
            for key, value in row.origin.items()
            if key not in ("creationid", "changeid")
        )
        yield (
            f"<tu{dates}{made}>{properties}"
            f"<tuv xml:lang={quoteattr(row.source_language)}><seg>{escape(_clean(row.source))}</seg></tuv>"
            f"<tuv xml:lang={quoteattr(row.target_language)}><seg>{escape(_clean(row.target))}</seg></tuv></tu>\n"
        ).encode()
    yield b"</body>\n</tmx>\n"


def _rows(unit: etree._Element, name: str, wanted: str | None, header: str) -> Iterator[MemoryRow]:
    place = f"line {unit.sourceline}"
    sides: list[tuple[str, str, etree._Element]] = []
    for variant in unit:
        if local_name(variant) != "tuv":
            continue
        language = variant.get(_LANG) or variant.get("lang") or ""
        if not language:
            raise InvalidInputError(f"{name}, line {variant.sourceline}: a <tuv> has no xml:lang")
        segment = next((e for e in variant if local_name(e) == "seg"), None)
        if segment is None:
            raise InvalidInputError(f"{name}, line {variant.sourceline}: a <tuv> has no <seg>")
        sides.append((language, _flat(segment).strip(), variant))
    source = wanted or unit.get("srclang") or header
    at = next((n for n, side in enumerate(sides) if _same(side[0], source)), None)
    if at is None:
        # "*all*": no side is the source, so the first one is; a language that was asked for must be there.
        if wanted is not None or not sides:
            return
        at = 0
    source_language, source_text, _ = sides[at]
    for number, (language, text, variant) in enumerate(sides):
        if number == at or not text or not source_text:
            continue
        origin = {**_origin(unit), **_origin(variant)}
        yield MemoryRow(
            source_language,
            language,
            source_text,
            text,
            origin,
            _date(variant.get("creationdate") or unit.get("creationdate")),
            _date(variant.get("changedate") or unit.get("changedate")),
            place,
        )


def _origin(element: etree._Element) -> dict[str, str]:
    names = ("creationid", "changeid", "creationtool", "tuid", "o-tmf")
    found = {key: element.get(key, "") for key in names if element.get(key)}
    for child in element:
        if local_name(child) == "prop" and child.text:
            found[child.get("type", "prop")] = child.text
    return found


def _flat(segment: etree._Element) -> str:
    """The text of a segment: codes hold another program's markup, only <hi> holds text of the sentence."""
    parts = [segment.text or ""]
    for child in segment:
        if local_name(child) == "hi":
            parts.append(_flat(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _same(language: str, wanted: str) -> bool:
    return re.split("[-_]", language.lower())[0] == re.split("[-_]", wanted.lower())[0]


def _date(text: str | None) -> datetime | None:
    try:
        return datetime.strptime(text or "", _DATE).replace(tzinfo=UTC)
    except ValueError:
        return None


def _date_attribute(name: str, value: datetime | None) -> str:
    return f' {name}="{value.astimezone(UTC).strftime(_DATE)}"' if value else ""


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
