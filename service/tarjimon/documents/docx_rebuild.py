"""A Word paragraph to translate, and its runs built anew from the translation."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence

from lxml import etree

from tarjimon.documents.base import Tag, TranslatedUnit
from tarjimon.documents.docx_runs import (
    LANG,
    PROPERTIES,
    RUN,
    TEXT,
    XML_SPACE,
    ParagraphReader,
    Payload,
    inside_of,
    w,
)
from tarjimon.documents.runs import write_runs


class ParagraphSlot:
    """A paragraph and its twins (the older drawing of the same text box, kept for older programs)."""

    def __init__(self, place: str, paragraphs: Sequence[etree._Element]) -> None:
        self.place = place
        self._paragraphs = tuple(paragraphs)

    def read(self) -> tuple[str, tuple[Tag, ...]]:
        """The paragraph's text and tags."""
        runs = ParagraphReader(self._paragraphs[0]).read()
        return runs.text, runs.tags

    @property
    def paragraphs(self) -> tuple[etree._Element, ...]:
        """The paragraph and its twins."""
        return self._paragraphs

    def with_twin(self, other: ParagraphSlot) -> ParagraphSlot:
        """This paragraph, and another that always says the same."""
        return ParagraphSlot(self.place, (*self._paragraphs, *other._paragraphs))

    def write(self, new: TranslatedUnit, language: str | None) -> None:
        """Rebuild the paragraph and its twins. Raises ValueError for crossing tags."""
        for element in self._paragraphs:
            reader = ParagraphReader(element)
            runs = reader.read()
            builder = _Builder(element, reader.properties, language)
            write_runs(runs, new, builder)
            builder.finish()


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
        run = self._paragraph.makeelement(RUN)
        self._format(run, self._properties.get(formatting))
        for piece in re.split(r"([\n\t\u2011])", text):
            if piece in ("\n", "\t", "\u2011"):
                etree.SubElement(run, w({"\n": "br", "\t": "tab", "\u2011": "noBreakHyphen"}[piece]))
            elif piece:
                element = etree.SubElement(run, TEXT)
                element.text = piece
                if piece != piece.strip() or "  " in piece:
                    element.set(XML_SPACE, "preserve")
        self._out[-1].append(run)

    def _format(self, run: etree._Element, properties: etree._Element | None) -> None:
        new = self._paragraph.makeelement(PROPERTIES) if properties is None else copy.deepcopy(properties)
        old = new.find(LANG)
        if old is not None and self._language is None:
            # The source's language would have every word underlined as misspelt.
            new.remove(old)
        elif self._language is not None:
            lang = old if old is not None else self._paragraph.makeelement(LANG)
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
        inside = inside_of(container)
        for child in list(inside):
            if not _is_property(child):
                inside.remove(child)
        inside.extend(content)
        self._out[-1].append(container)

    def empty(self, payload: Payload) -> None:
        if payload.run is None:
            self._out[-1] += payload.elements
            return
        run = self._paragraph.makeelement(RUN)
        properties = payload.run.find(PROPERTIES)
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


def _is_property(child: etree._Element) -> bool:
    return isinstance(child.tag, str) and child.tag.endswith("Pr")
