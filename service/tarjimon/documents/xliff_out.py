"""Translations written as XLIFF 2.1 and 1.2, for review in a translator's own tool.

Confidence is ITS 2.0's mtConfidence, offers of the translation memory are translation candidates, and states are
those that OmegaT and Weblate show: waiting for review, or final. Sources: XLIFF 2.1 (OASIS, 2018), 5.1 "Translation
Candidates" and 5.9 "ITS"; ITS 2.0 (W3C, 2013), 8.15 "MT Confidence"; XLIFF 1.2 (OASIS, 2008), 2.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from lxml import etree

from tarjimon.documents.xliff import MACHINE

_V1 = "urn:oasis:names:tc:xliff:document:1.2"
_V2 = "urn:oasis:names:tc:xliff:document:2.0"
_MATCHES = "urn:oasis:names:tc:xliff:matches:2.0"
_ITS = "http://www.w3.org/2005/11/its"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An offer of the translation memory: a similar source, its translation, and how similar, 0 to 1."""

    source: str
    target: str
    similarity: float


@dataclass(frozen=True, slots=True)
class OutputSegment:
    """A segment to be reviewed.

    Attributes:
        id: unique in the file; used as it is in 1.2, and behind a letter in 2.1, where ids are NMTOKEN.
        place: where it stands in the document, for people.
        source, target: texts; a blank target is written as a segment without a translation.
        confidence: 0 to 1; None when no model was asked.
        flags: what a reviewer should look at, a message each.
        from_memory: the target is an exact match of the memory.
        approved: a person has confirmed it.
        candidates: similar translations.
    """

    id: str
    place: str
    source: str
    target: str
    confidence: float | None = None
    flags: tuple[str, ...] = ()
    from_memory: bool = False
    approved: bool = False
    candidates: tuple[Candidate, ...] = ()


def write_xliff_2(
    segments: Sequence[OutputSegment],
    *,
    source_language: str,
    target_language: str,
    original: str,
    annotator: str,
) -> bytes:
    """XLIFF 2.1.

    Args:
        segments: in reading order.
        source_language, target_language: BCP-47 codes.
        original: the document's name.
        annotator: an IRI of the model that gave the confidence.

    Raises:
        ValueError: an id used twice, or a character that XML cannot have.
    """
    _check(segments)
    root = etree.Element(
        f"{{{_V2}}}xliff",
        {
            "version": "2.1",
            "srcLang": source_language,
            "trgLang": target_language,
            f"{{{_ITS}}}version": "2.0",
        },
        nsmap=cast("dict[str, str]", {None: _V2, "its": _ITS, "mtc": _MATCHES}),
    )
    root.set(f"{{{_ITS}}}annotatorsRef", f"mt-confidence|{annotator}")
    root.set(_SPACE, "preserve")
    file = etree.SubElement(root, f"{{{_V2}}}file", {"id": "f1", "original": original})
    for segment in segments:
        unit = etree.SubElement(file, f"{{{_V2}}}unit", {"id": _token(segment.id)})
        if segment.candidates:
            matches = etree.SubElement(unit, f"{{{_MATCHES}}}matches")
            for offer in segment.candidates:
                quality = f"{100 * offer.similarity:.2f}"
                match = etree.SubElement(
                    matches,
                    f"{{{_MATCHES}}}match",
                    {"ref": "#s", "type": "tm", "similarity": quality, "matchQuality": quality},
                )
                etree.SubElement(match, f"{{{_V2}}}source").text = offer.source
                etree.SubElement(match, f"{{{_V2}}}target").text = offer.target
        _notes_2(unit, segment)
        state, detail = _state_2(segment)
        written = etree.SubElement(unit, f"{{{_V2}}}segment", {"id": "s", "state": state})
        if detail:
            written.set("subState", detail)
        etree.SubElement(written, f"{{{_V2}}}source").text = segment.source
        if segment.target:
            target = etree.SubElement(written, f"{{{_V2}}}target")
            if segment.confidence is None:
                target.text = segment.target
            else:
                mark = etree.SubElement(target, f"{{{_V2}}}mrk", {"id": "c", "type": "its:any"})
                mark.set(f"{{{_ITS}}}mtConfidence", _confidence(segment.confidence))
                mark.text = segment.target
    return _bytes(root)


def write_xliff_1(
    segments: Sequence[OutputSegment],
    *,
    source_language: str,
    target_language: str,
    original: str,
    annotator: str,
) -> bytes:
    """XLIFF 1.2; arguments and errors as of write_xliff_2."""
    _check(segments)
    root = etree.Element(
        f"{{{_V1}}}xliff",
        {"version": "1.2", f"{{{_ITS}}}version": "2.0"},
        nsmap=cast("dict[str, str]", {None: _V1, "its": _ITS}),
    )
    file = etree.SubElement(
        root,
        f"{{{_V1}}}file",
        {
            "original": original,
            "source-language": source_language,
            "target-language": target_language,
            "datatype": "plaintext",
            f"{{{_ITS}}}annotatorsRef": f"mt-confidence|{annotator}",
        },
    )
    body = etree.SubElement(file, f"{{{_V1}}}body")
    for segment in segments:
        unit = etree.SubElement(body, f"{{{_V1}}}trans-unit", {"id": segment.id})
        unit.set(_SPACE, "preserve")
        unit.set("approved", "yes" if segment.approved else "no")
        etree.SubElement(unit, f"{{{_V1}}}source").text = segment.source
        target = etree.SubElement(unit, f"{{{_V1}}}target", _state_1(segment))
        target.text = segment.target or None
        if segment.confidence is not None:
            target.set(f"{{{_ITS}}}mtConfidence", _confidence(segment.confidence))
        if segment.place:
            etree.SubElement(unit, f"{{{_V1}}}note", {"from": "tarjimon"}).text = segment.place
        for flag in segment.flags:
            attributes = {"from": "tarjimon", "annotates": "target", "priority": "1"}
            etree.SubElement(unit, f"{{{_V1}}}note", attributes).text = flag
        for offer in segment.candidates:
            attributes = {"match-quality": f"{100 * offer.similarity:.0f}%", "origin": "translation memory"}
            alternative = etree.SubElement(unit, f"{{{_V1}}}alt-trans", attributes)
            etree.SubElement(alternative, f"{{{_V1}}}source").text = offer.source
            etree.SubElement(alternative, f"{{{_V1}}}target", {_LANG: target_language}).text = offer.target
    return _bytes(root)


def _notes_2(unit: etree._Element, segment: OutputSegment) -> None:
    if not segment.place and not segment.flags:
        return
    notes = etree.SubElement(unit, f"{{{_V2}}}notes")
    if segment.place:
        etree.SubElement(notes, f"{{{_V2}}}note", {"category": "location"}).text = segment.place
    for flag in segment.flags:
        attributes = {"category": "tarjimon-flag", "appliesTo": "target", "priority": "1"}
        etree.SubElement(notes, f"{{{_V2}}}note", attributes).text = flag


def _state_2(segment: OutputSegment) -> tuple[str, str]:
    if not segment.target:
        return "initial", ""
    if segment.approved:
        return "final", ""
    return "translated", "tarjimon:tm" if segment.from_memory else MACHINE


def _state_1(segment: OutputSegment) -> dict[str, str]:
    if not segment.target:
        return {"state": "needs-translation"}
    if segment.approved:
        return {"state": "final"}
    if segment.from_memory:
        return {"state": "translated", "state-qualifier": "exact-match"}
    return {"state": "needs-review-translation", "state-qualifier": "mt-suggestion"}


def _confidence(value: float) -> str:
    if not 0 <= value <= 1:
        raise ValueError(f"a confidence is from 0 to 1, not {value}")
    return f"{value:.4f}"


def _token(identity: str) -> str:
    return "u" + "".join(c if c.isalnum() or c in "-._" else f"_{ord(c):x}_" for c in identity)


def _check(segments: Sequence[OutputSegment]) -> None:
    seen: set[str] = set()
    for segment in segments:
        if segment.id in seen:
            raise ValueError(f"the segment id {segment.id!r} is used twice")
        seen.add(segment.id)


def _bytes(root: etree._Element) -> bytes:
    # Units on lines of their own; inside of them white space is text.
    for parent in list(root.iter()):
        if len(parent) and etree.QName(parent).localname in ("xliff", "file", "body"):
            parent.text = "\n"
            for unit in parent:
                unit.tail = "\n"
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")
