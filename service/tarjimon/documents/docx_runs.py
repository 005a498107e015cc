"""A WordprocessingML paragraph as text with tags, and back (ECMA-376-1, 17.3 and 17.16)."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from tarjimon.documents.base import Tag, TranslatedUnit
from tarjimon.documents.parts import signature
from tarjimon.documents.runs import RunReader, Runs, write_runs

NS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def w(name: str) -> str:
    """A WordprocessingML name."""
    return f"{{{NS}}}{name}"


_RUN, _PROPERTIES, _LANG, _TEXT = w("r"), w("rPr"), w("lang"), w("t")
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
_NOT_FORMATTING = {_LANG, w("rPrChange"), w("noProof"), w("ins"), w("del"), w("moveFrom"), w("moveTo")}
_SHOWS_ON_BLANKS = re.compile(r"\}(?:u|shd|highlight|strike|dstrike|bdr|em|effect|position)\b")
_TRANSLATED_FIELDS = re.compile(r"\s*(?:HYPERLINK|FORMTEXT|QUOTE)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Payload:
    """What a tag stands for.

    Attributes:
        elements: moved to the tag's place; for a field, what begins it.
        end: for a field whose result is translated, what ends it.
        run: the run that an only child is taken out of, or None.
        container: True when translated text goes into the element.
    """

    elements: tuple[etree._Element, ...]
    end: tuple[etree._Element, ...] = ()
    run: etree._Element | None = None
    container: bool = False


class ParagraphSlot:
    """A paragraph and its twins (the older drawing of the same text box, kept for older programs)."""

    def __init__(self, place: str, paragraphs: Sequence[etree._Element]) -> None:
        self.place = place
        self._paragraphs = tuple(paragraphs)

    def read(self) -> tuple[str, tuple[Tag, ...]]:
        """The paragraph's text and tags."""
        runs = _Paragraph(self._paragraphs[0]).read()
        return runs.text, runs.tags

    def with_twin(self, other: ParagraphSlot) -> ParagraphSlot:
        """This paragraph, and another that always says the same."""
        return ParagraphSlot(self.place, (*self._paragraphs, *other._paragraphs))

    def write(self, new: TranslatedUnit, language: str | None) -> None:
        """Rebuild the paragraph and its twins. Raises ValueError for crossing tags."""
        for element in self._paragraphs:
            paragraph = _Paragraph(element)
            paragraph.write(paragraph.read(), new, language)


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


class _Paragraph:
    """One reading or writing of a paragraph."""

    def __init__(self, element: etree._Element) -> None:
        self._element = element
        self._properties: dict[str, etree._Element | None] = {"": None}
        self._reader: RunReader[Payload] = RunReader(lambda key: bool(_SHOWS_ON_BLANKS.search(key)))

    def read(self) -> Runs[Payload]:
        self._children(self._element)
        return self._reader.finish()

    def _children(self, parent: etree._Element) -> None:
        self._sequence(list(parent))

    def _sequence(self, children: list[etree._Element]) -> None:
        at = 0
        while at < len(children):
            child = children[at]
            if child.tag == _RUN and child.find(w("fldChar")) is not None:
                at = self._field(children, at)
                continue
            self._child(child)
            at += 1

    def _child(self, child: etree._Element) -> None:
        tag = child.tag
        if tag == _RUN:
            self._run(child)
        elif tag == w("pPr") or tag in _DROPPED:
            pass
        elif tag in _CONTAINERS or (tag == w("fldSimple") and _is_translated(child.get(w("instr")))):
            self._reader.open(_CONTAINERS.get(str(tag), "field"), Payload((child,), container=True))
            self._children(_inside(child))
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
        self._reader.open("field", Payload(opening, end=(children[end],), container=True))
        self._sequence(result)
        self._reader.close()
        return end + 1

    def _run(self, run: etree._Element) -> None:
        properties = run.find(_PROPERTIES)
        key = _key(properties)
        self._properties.setdefault(key, properties)
        content = [child for child in run if child.tag != _PROPERTIES and child.tag not in _DROPPED]
        for child in content:
            tag = child.tag
            if tag == _TEXT:
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

    def write(self, runs: Runs[Payload], new: TranslatedUnit, language: str | None) -> None:
        sink = _Builder(self._element, self._properties, language)
        write_runs(runs, new, sink)
        sink.finish()


class _Builder:
    """Builds the content of a paragraph anew and then puts it in place of the old."""

    def __init__(
        self, paragraph: etree._Element, properties: dict[str, etree._Element | None], language: str | None
    ) -> None:
        self._paragraph = paragraph
        self._properties = properties
        self._language = language
        self._out: list[list[etree._Element]] = [[]]

    def text(self, text: str, formatting: str) -> None:
        run = self._paragraph.makeelement(_RUN)
        self._format(run, self._properties.get(formatting))
        for piece in re.split(r"([\n\t\u2011])", text):
            if piece in ("\n", "\t", "\u2011"):
                etree.SubElement(run, w({"\n": "br", "\t": "tab", "\u2011": "noBreakHyphen"}[piece]))
            elif piece:
                element = etree.SubElement(run, _TEXT)
                element.text = piece
                if piece != piece.strip() or "  " in piece:
                    element.set(XML_SPACE, "preserve")
        self._out[-1].append(run)

    def _format(self, run: etree._Element, properties: etree._Element | None) -> None:
        new = self._paragraph.makeelement(_PROPERTIES) if properties is None else copy.deepcopy(properties)
        old = new.find(_LANG)
        if old is not None and self._language is None:
            # The source's language would have every word underlined as misspelt.
            new.remove(old)
        elif self._language is not None:
            lang = old if old is not None else self._paragraph.makeelement(_LANG)
            lang.set(w("val"), self._language)
            if old is None:
                _insert_lang(new, lang)
        if len(new):
            run.insert(0, new)

    def open(self, payload: Payload) -> None:
        if payload.end:
            self._out[-1] += payload.elements
        else:
            self._out.append([])

    def close(self, payload: Payload) -> None:
        if payload.end:
            self._out[-1] += payload.end
            return
        content = self._out.pop()
        container = payload.elements[0]
        inside = _inside(container)
        for child in list(inside):
            if not _is_property(child):
                inside.remove(child)
        inside.extend(content)
        self._out[-1].append(container)

    def empty(self, payload: Payload) -> None:
        if payload.run is None:
            self._out[-1] += payload.elements
            return
        run = self._paragraph.makeelement(_RUN)
        properties = payload.run.find(_PROPERTIES)
        if properties is not None:
            run.append(copy.deepcopy(properties))
        run.extend(payload.elements)
        self._out[-1].append(run)

    def finish(self) -> None:
        for child in list(self._paragraph):
            if child.tag != w("pPr"):
                self._paragraph.remove(child)
        for element in self._out[0]:
            element.tail = None
        self._paragraph.extend(self._out[0])


def _insert_lang(properties: etree._Element, lang: etree._Element) -> None:
    """The schema wants w:lang near the end (ECMA-376-1, 17.3.2.28)."""
    later = {w(name) for name in ("eastAsianLayout", "specVanish", "oMath", "rPrChange")}
    for at, child in enumerate(properties):
        if child.tag in later:
            properties.insert(at, lang)
            return
    properties.append(lang)


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


def _inside(container: etree._Element) -> etree._Element:
    content = container.find(w("sdtContent"))
    return container if content is None else content


def _is_property(child: etree._Element) -> bool:
    return isinstance(child.tag, str) and child.tag.endswith("Pr")


def _is_translated(instruction: str | None) -> bool:
    return bool(_TRANSLATED_FIELDS.match(instruction or ""))
