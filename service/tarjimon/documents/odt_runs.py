"""An OpenDocument paragraph as text with tags, and back (ODF 1.3 part 3, sections 5 and 6)."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping

from lxml import etree

from tarjimon.documents.base import Tag, TranslatedUnit
from tarjimon.documents.parts import signature
from tarjimon.documents.runs import RunReader, Runs, write_runs

TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0"
FO = "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
DRAW = "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
_RSID = "http://openoffice.org/2009/office"


def t(name: str) -> str:
    """A name of OpenDocument text."""
    return f"{{{TEXT}}}{name}"


_SPAN, _STYLE_NAME, _SPACES, _COUNT = t("span"), t("style-name"), t("s"), t("c")
_CONTAINERS = {t("a"): "link", t("meta"): "tag"}
_EMPTY = {
    t("note"): "note",
    t("tab"): "tab",
    f"{{{DRAW}}}frame": "image",
    f"{{{OFFICE}}}annotation": "comment",
    f"{{{OFFICE}}}annotation-end": "comment",
    t("bookmark"): "bookmark",
    t("bookmark-start"): "bookmark",
    t("bookmark-end"): "bookmark",
    t("change"): "deletion",
    t("change-start"): "insertion",
    t("change-end"): "insertion",
}
_NOT_FORMATTING = {
    f"{{{_RSID}}}rsid",
    f"{{{_RSID}}}paragraph-rsid",
    *(f"{{{FO}}}{name}" for name in ("language", "country", "script")),
    *(
        f"{{{STYLE}}}{name}{kind}"
        for name in ("language", "country", "script", "rfc-language-tag")
        for kind in ("", "-asian", "-complex")
    ),
}
_CELL_VALUE = f"{{{OFFICE}}}string-value"
_BETWEEN = "\x1f"
_SHOWS_ON_BLANKS = re.compile(r"text-underline-style|text-line-through-style|background-color")


class SpanStyles:
    """Which of a part's character styles look the same; programs make a new one for every edit."""

    def __init__(self, root: etree._Element) -> None:
        self._same: dict[str, str] = {}
        self._on_blanks: set[str] = set()
        first: dict[str, str] = {}
        for style in root.iterfind(f"{{{OFFICE}}}automatic-styles/{{{STYLE}}}style"):
            name = style.get(f"{{{STYLE}}}name")
            if style.get(f"{{{STYLE}}}family") != "text" or name is None:
                continue
            parent = style.get(f"{{{STYLE}}}parent-style-name", "")
            shown = "".join(signature(child, _NOT_FORMATTING) for child in style)
            self._same[name] = first.setdefault(f"{parent} {shown}", name) if parent or shown else ""
            if _SHOWS_ON_BLANKS.search(shown):
                self._on_blanks.add(name)

    def shown(self, name: str) -> str:
        """The style that stands for all that look like this one; "" when it changes nothing."""
        return self._same.get(name, name)

    def shows_on_blanks(self, formatting: str) -> bool:
        """Whether white space in these styles can be seen. Named styles are taken to show."""
        return any(
            name in self._on_blanks or name not in self._same
            for name in filter(None, formatting.split(_BETWEEN))
        )


class OdtParagraph:
    """A paragraph or heading."""

    def __init__(self, place: str, element: etree._Element, styles: SpanStyles) -> None:
        self.place = place
        self._element = element
        self._styles = styles

    def read(self) -> tuple[str, tuple[Tag, ...]]:
        """The paragraph's text and tags."""
        runs = self._read()
        return runs.text, runs.tags

    def write(self, new: TranslatedUnit, language: str | None) -> None:
        """Rebuild the paragraph. Raises ValueError for crossing tags."""
        builder = _Builder(self._element)
        write_runs(self._read(), new, builder)
        builder.finish()
        cell = self._element.getparent()
        if cell is not None and _CELL_VALUE in cell.attrib:
            # A copy of the old text, which a program could show instead of the new.
            del cell.attrib[_CELL_VALUE]

    def _read(self) -> Runs[etree._Element]:
        reader: RunReader[etree._Element] = RunReader(self._styles.shows_on_blanks)
        _Reading(reader, self._styles).inside(self._element, "")
        return reader.finish()


class _Reading:
    """Follows white space over a whole paragraph: a run of it is one space, and none at the start."""

    def __init__(self, reader: RunReader[etree._Element], styles: SpanStyles) -> None:
        self._reader = reader
        self._styles = styles
        self._blank = True

    def inside(self, parent: etree._Element, formatting: str) -> None:
        self._text(parent.text, formatting)
        for child in parent:
            self._child(child, formatting)
            self._text(child.tail, formatting)

    def _child(self, child: etree._Element, formatting: str) -> None:
        tag = child.tag
        if tag == _SPAN:
            style = self._styles.shown(child.get(_STYLE_NAME, ""))
            self.inside(child, f"{formatting}{_BETWEEN}{style}".strip(_BETWEEN) if style else formatting)
        elif tag == _SPACES:
            count = child.get(_COUNT, "1")
            self._reader.text(" " * (int(count) if count.isdecimal() else 1), formatting)
            self._blank = False
        elif tag == t("line-break"):
            self._reader.text("\n", formatting)
            self._blank = False
        elif tag == t("soft-page-break") or not isinstance(tag, str):
            pass
        elif tag in _CONTAINERS:
            self._reader.open(_CONTAINERS[tag], child)
            self.inside(child, formatting)
            self._reader.close()
        else:
            self._reader.empty(_EMPTY.get(tag, "field"), child, apart=tag == t("tab"))
            self._blank = False

    def _text(self, text: str | None, formatting: str) -> None:
        if not text:
            return
        collapsed = re.sub(r"[ \t\r\n]+", " ", text)
        if self._blank:
            collapsed = collapsed.lstrip(" ")
        if collapsed:
            self._blank = collapsed.endswith(" ")
            self._reader.text(collapsed, formatting)


class _Builder:
    """Builds the content of a paragraph anew and then puts it in place of the old."""

    def __init__(self, paragraph: etree._Element) -> None:
        self._paragraph = paragraph
        self._new = paragraph.makeelement(paragraph.tag)
        self._into = [self._new]
        self._blank = True

    def text(self, text: str, formatting: str) -> None:
        target = self._into[-1]
        for name in filter(None, formatting.split(_BETWEEN)):
            target = etree.SubElement(target, _SPAN, {_STYLE_NAME: name})
        for piece in re.split(r"(\n|\t| +)", text):
            if piece in ("\n", "\t"):
                etree.SubElement(target, t("line-break" if piece == "\n" else "tab"))
            elif piece.startswith(" "):
                self._spaces(target, len(piece))
                continue
            else:
                _append(target, piece)
            self._blank = self._blank and not piece

    def _spaces(self, target: etree._Element, count: int) -> None:
        """A space after another, or at the start, is dropped when the file is read, unless it is an element."""
        if not self._blank:
            _append(target, " ")
            count -= 1
        if count:
            etree.SubElement(target, _SPACES, {_COUNT: str(count)} if count > 1 else {})
        self._blank = True

    def open(self, payload: etree._Element) -> None:
        container = copy.copy(payload)
        for child in list(container):
            container.remove(child)
        container.text = container.tail = None
        self._into[-1].append(container)
        self._into.append(container)

    def close(self, payload: etree._Element) -> None:
        self._into.pop()

    def empty(self, payload: etree._Element) -> None:
        payload.tail = None
        self._into[-1].append(payload)
        self._blank = False

    def finish(self) -> None:
        for child in list(self._paragraph):
            self._paragraph.remove(child)
        self._paragraph.text = self._new.text
        self._paragraph.extend(list(self._new))


def _append(parent: etree._Element, text: str) -> None:
    if not text:
        return
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def set_language(root: etree._Element, language: str, countries: Mapping[str, str]) -> None:
    """Mark all text of a part whose language is stated with another.

    Args:
        root: the part.
        language: BCP-47 code.
        countries: for languages without a region in their code.
    """
    plain, _, region = language.partition("-")
    for properties in root.iter(f"{{{STYLE}}}text-properties"):
        if properties.get(f"{{{FO}}}language", "zxx") not in ("zxx", "none"):
            properties.set(f"{{{FO}}}language", plain)
            properties.set(f"{{{FO}}}country", region or countries.get(plain, "none"))
