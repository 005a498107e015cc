"""The segments of an XLIFF file: what each holds already, and whether it waits for a translation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from tarjimon.documents.xliff_inline import plain_text
from tarjimon.documents.xml_safety import local_name, parse_xml
from tarjimon.errors import InvalidInputError

_WAITING = frozenset(("new", "needs-translation"))


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment.

    Attributes:
        place: for people: 'line 12, unit "u1"'.
        holder: the trans-unit of XLIFF 1.2, the segment of 2.x.
        source: the source, or the marker of one segment in <seg-source>.
        target: the target, or its marker of this segment; None when there is none.
        mid: of the marker; blank when the trans-unit is not segmented.
        kept: why it is not translated; blank when it is.
        state: of the target, as the file says it.
        sub_state: of the target, as the file says it.
        approved: XLIFF 1.2's mark of a finished unit.
        source_language, target_language: as the file says, blank when it does not.
    """

    place: str
    holder: etree._Element
    source: etree._Element
    target: etree._Element | None
    mid: str
    kept: str
    state: str
    sub_state: str
    approved: bool
    source_language: str
    target_language: str


@dataclass(frozen=True, slots=True)
class XliffFile:
    """A parsed file and its major version."""

    root: etree._Element
    version: int
    segments: tuple[Segment, ...]


def read_xliff(data: bytes, name: str) -> XliffFile:
    """Parse a file.

    Raises:
        InvalidInputError: not well-formed, not XLIFF, a version that is not 1.x or 2.x, or an id used twice.
    """
    root = parse_xml(data, name, roots=("xliff",))
    version = root.get("version", "")
    if version.startswith("1."):
        return XliffFile(root, 1, tuple(_version_1(root, name)))
    if version.startswith("2."):
        return XliffFile(root, 2, tuple(_version_2(root, name)))
    raise InvalidInputError(
        f"{name}, line {root.sourceline}: XLIFF version {version!r} is not read; expected 1.0 to 1.2 or 2.0 to 2.2"
    )


def child(element: etree._Element, name: str) -> etree._Element | None:
    """The first child with a local name."""
    return next((e for e in element if local_name(e) == name), None)


def _version_1(root: etree._Element, name: str) -> Iterator[Segment]:
    for file in _children(root, "file"):
        seen: dict[str, int] = {}
        for unit in file.iter("{*}trans-unit"):
            identity = unit.get("id", "")
            _once(seen, identity, unit, name, "trans-unit")
            source = child(unit, "source")
            if source is None:
                raise _no_source(name, unit, identity)
            target, segmented = child(unit, "target"), child(unit, "seg-source")
            approved = unit.get("approved") == "yes"
            state = target.get("state", "") if target is not None else ""
            refused = 'marked translate="no"' if _inherited(unit, "translate") == "no" else ""
            markers = _markers(segmented) if segmented is not None else {}
            targets = _markers(target) if target is not None else {}
            _check_markers(segmented, name, identity)
            pairs = [(mid, marker, targets.get(mid)) for mid, marker in markers.items()] or [
                ("", source, target)
            ]
            for mid, from_, to in pairs:
                number = f", segment {mid!r}" if mid else ""
                yield Segment(
                    f'line {from_.sourceline}, trans-unit "{identity}"{number}',
                    unit, from_, to, mid,
                    refused or _kept(from_, to, state, approved, _WAITING),
                    state, "", approved,
                    file.get("source-language", ""), file.get("target-language", ""),
                )  # fmt: skip


def _version_2(root: etree._Element, name: str) -> Iterator[Segment]:
    files: dict[str, int] = {}
    for file in _children(root, "file"):
        _once(files, file.get("id", ""), file, name, "file")
        units: dict[str, int] = {}
        for unit in file.iter("{*}unit"):
            identity = unit.get("id", "")
            _once(units, identity, unit, name, "unit")
            refused = 'marked translate="no"' if _inherited(unit, "translate") == "no" else ""
            segments: dict[str, int] = {}
            for segment in _children(unit, "segment"):
                number = segment.get("id", "")
                if number:
                    _once(segments, number, segment, name, "segment")
                source, target = child(segment, "source"), child(segment, "target")
                if source is None:
                    raise _no_source(name, segment, identity)
                state = segment.get("state", "")
                yield Segment(
                    f'line {segment.sourceline}, unit "{identity}"' + (f', segment "{number}"' if number else ""),
                    segment, source, target, "",
                    refused or _kept(source, target, state, False, frozenset()),
                    state, segment.get("subState", ""), False,
                    root.get("srcLang", ""), root.get("trgLang", ""),
                )  # fmt: skip


def _kept(
    source: etree._Element, target: etree._Element | None, state: str, approved: bool, waiting: frozenset[str]
) -> str:
    if target is None or not (plain_text(target).strip() or len(target)):
        return "approved without a translation" if approved else ""
    if approved:
        return "has an approved translation"
    if state in waiting:
        return ""
    if state in ("", "initial") and plain_text(source) == plain_text(target):
        return ""  # tools write the source into targets that nobody has touched
    return f"has a translation ({state})" if state else "has a translation"


def _markers(element: etree._Element) -> dict[str, etree._Element]:
    return {m.get("mid", ""): m for m in element.iter("{*}mrk") if m.get("mtype") == "seg"}


def _check_markers(segmented: etree._Element | None, name: str, identity: str) -> None:
    seen: dict[str, int] = {}
    for marker in segmented.iter("{*}mrk") if segmented is not None else ():
        if marker.get("mtype") == "seg":
            _once(seen, marker.get("mid", ""), marker, name, f'segment of trans-unit "{identity}"', "mid")


def _once(
    seen: dict[str, int], identity: str, element: etree._Element, name: str, what: str, attribute: str = "id"
) -> None:
    line: int = getattr(element, "sourceline", None) or 0
    if not identity:
        raise InvalidInputError(f"{name}, line {line}: a {what} has no {attribute}", reason="MISSING_ID")
    if identity in seen:
        raise InvalidInputError(
            f"{name}, line {line}: the {what} {attribute} {identity!r} is used already in line {seen[identity]}; "
            "each must be used once, for corrections are found by it",
            reason="DUPLICATE_ID",
            metadata={"line": str(line), "first_line": str(seen[identity]), "id": identity},
        )
    seen[identity] = line


def _no_source(name: str, element: etree._Element, identity: str) -> InvalidInputError:
    return InvalidInputError(f"{name}, line {element.sourceline}: unit {identity!r} has no <source>")


def _inherited(element: etree._Element, attribute: str) -> str:
    at: etree._Element | None = element
    while at is not None:
        if at.get(attribute) is not None:
            return at.get(attribute, "")
        at = at.getparent()
    return ""


def _children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (e for e in element if local_name(e) == name)
