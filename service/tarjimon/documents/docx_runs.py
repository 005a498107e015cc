"""A WordprocessingML paragraph as text with tags, and back (ECMA-376-1, 17.3 and 17.16)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from tarjimon.documents.parts import signature
from tarjimon.documents.runs import RunReader, Runs

NS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def w(name: str) -> str:
    """A WordprocessingML name."""
    return f"{{{NS}}}{name}"


RUN, PROPERTIES, LANG, TEXT = w("r"), w("rPr"), w("lang"), w("t")
_CONTAINERS = {
    w("hyperlink"): "link",
    w("ins"): "insertion",
    w("moveTo"): "insertion",
    w("smartTag"): "tag",
    w("customXml"): "tag",
    w("sdt"): "control",
    w("bdo"): "direction",
    w("dir"): "direction",
}
# Traces of editing that mean nothing in a new text: spelling marks and where a page ended when it was last saved.
_DROPPED = {
    w(name)
    for name in (
        "proofErr",
        "lastRenderedPageBreak",
        "softHyphen",
        "customXmlPr",
        "smartTagPr",
        "sdtPr",
        "sdtEndPr",
    )
}
_EMPTY = {
    w("footnoteReference"): "note",
    w("endnoteReference"): "note",
    w("footnoteRef"): "note",
    w("endnoteRef"): "note",
    w("commentReference"): "comment",
    w("commentRangeStart"): "comment",
    w("commentRangeEnd"): "comment",
    w("annotationRef"): "comment",
    w("bookmarkStart"): "bookmark",
    w("bookmarkEnd"): "bookmark",
    w("drawing"): "image",
    w("pict"): "image",
    w("object"): "object",
    w("del"): "deletion",
    w("moveFrom"): "deletion",
    w("br"): "break",
    w("tab"): "tab",
    w("ptab"): "tab",
    w("sym"): "symbol",
}
_NOT_FORMATTING = {LANG, w("rPrChange"), w("noProof"), w("ins"), w("del"), w("moveFrom"), w("moveTo")}
_SHOWS_ON_BLANKS = re.compile(r"\}(?:u|shd|highlight|strike|dstrike|bdr|em|effect|position)\b")
_TRANSLATED_FIELDS = re.compile(r"\s*(?:HYPERLINK|FORMTEXT|QUOTE)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Payload:
    """What a tag stands for.

    Attributes:
        elements: moved to the tag's place; for a field, what begins it.
        end: for a field whose result is translated, what ends it.
        run: the run that an only child is taken out of, or None.
    """

    elements: tuple[etree._Element, ...]
    end: tuple[etree._Element, ...] = ()
    run: etree._Element | None = None


class ParagraphReader:
    """One reading of a paragraph.

    Attributes:
        properties: from a formatting to the run properties that make it.
    """

    def __init__(self, element: etree._Element) -> None:
        self._element = element
        self.properties: dict[str, etree._Element | None] = {"": None}
        self._reader: RunReader[Payload] = RunReader(lambda key: bool(_SHOWS_ON_BLANKS.search(key)))

    def read(self) -> Runs[Payload]:
        """The paragraph's text and tags, and what they stand for."""
        self._sequence(list(self._element))
        return self._reader.finish()

    def _sequence(self, children: list[etree._Element]) -> None:
        at = 0
        while at < len(children):
            child = children[at]
            if child.tag == RUN and child.find(w("fldChar")) is not None:
                at = self._field(children, at)
                continue
            self._child(child)
            at += 1

    def _child(self, child: etree._Element) -> None:
        tag = child.tag
        if tag == RUN:
            self._run(child)
        elif tag == w("pPr") or tag in _DROPPED:
            pass
        elif tag in _CONTAINERS or (tag == w("fldSimple") and _is_translated(child.get(w("instr")))):
            self._reader.open(_CONTAINERS.get(str(tag), "field"), Payload((child,)))
            self._sequence(list(inside_of(child)))
            self._reader.close()
        else:
            name = "field" if tag == w("fldSimple") else _EMPTY.get(str(tag), "mark")
            self._reader.empty(name, Payload((child,)))

    def _field(self, children: list[etree._Element], at: int) -> int:
        """Read the field that begins at a child; returns where it ends."""
        depth, separate, instruction = 0, None, ""
        for end in range(at, len(children)):
            for mark in children[end].iter(w("fldChar"), w("instrText")):
                kind = mark.get(w("fldCharType"))
                if mark.tag == w("instrText"):
                    instruction += (mark.text or "") if depth == 1 and separate is None else ""
                elif kind == "begin":
                    depth += 1
                elif kind == "separate" and depth == 1:
                    separate = end
                elif kind == "end":
                    depth -= 1
            if depth <= 0:
                break
        else:
            # It ends in another paragraph (a table of contents): its marks stay, its text is text.
            self._reader.empty("field", Payload((children[at],)))
            return at + 1
        if separate is None or not at < separate < end or not _is_translated(instruction):
            self._reader.empty("field", Payload(tuple(children[at : end + 1])))
            return end + 1
        opening, result = tuple(children[at : separate + 1]), children[separate + 1 : end]
        self._reader.open("field", Payload(opening, end=(children[end],)))
        self._sequence(result)
        self._reader.close()
        return end + 1

    def _run(self, run: etree._Element) -> None:
        properties = run.find(PROPERTIES)
        key = _key(properties)
        self.properties.setdefault(key, properties)
        content = [child for child in run if child.tag != PROPERTIES and child.tag not in _DROPPED]
        for child in content:
            tag = child.tag
            if tag == TEXT:
                self._reader.text(_shown(child), key)
            elif tag == w("cr") or (
                tag == w("br") and child.get(w("type"), "textWrapping") == "textWrapping"
            ):
                self._reader.text("\n", key)
            elif tag == w("noBreakHyphen"):
                self._reader.text("\u2011", key)
            else:
                name = _EMPTY.get(str(tag), "mark")
                payload = Payload((child,), run=run) if len(content) > 1 else Payload((run,))
                self._reader.empty(name, payload, apart=name in ("tab", "break"))


def untranslated_text(paragraph: etree._Element) -> list[str]:
    """What in a paragraph is text, or shows as text, and is left alone."""
    found = []
    if any((e.text or "").strip() for e in paragraph.iter(w("delText"))):
        found.append("text deleted under change tracking")
    if paragraph.find(".//{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath") is not None:
        found.append("formula")
    if paragraph.find(f".//{w('ruby')}") is not None:
        found.append("phonetic guide")
    if paragraph.find(f".//{w('object')}") is not None:
        found.append("embedded object")
    return found


def _key(properties: etree._Element | None) -> str:
    """The formatting, so that equal formatting is equal text."""
    if properties is None:
        return ""
    return signature(properties, _NOT_FORMATTING)


def _shown(text: etree._Element) -> str:
    """A w:t as Word shows it: without xml:space="preserve" its edges are not text."""
    content = text.text or ""
    if text.get(XML_SPACE) != "preserve":
        content = content.strip("\t\n\r ")
    return content.replace("\r\n", " ").replace("\n", " ").replace("\r", " ").replace("\t", " ")


def inside_of(container: etree._Element) -> etree._Element:
    """Where a container's text is."""
    content = container.find(w("sdtContent"))
    return container if content is None else content


def _is_translated(instruction: str | None) -> bool:
    return bool(_TRANSLATED_FIELDS.match(instruction or ""))
