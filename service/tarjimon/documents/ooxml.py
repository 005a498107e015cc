"""Packages of Office Open XML: the main part, relationships, document properties, and what is never read."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from tarjimon.documents.archives import Archive
from tarjimon.documents.base import Tag, TranslatedUnit
from tarjimon.documents.parts import Part, Slot, parse
from tarjimon.errors import InvalidInputError

RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_CORE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
_DC = "http://purl.org/dc/elements/1.1/"
_PROPERTIES = {
    f"{{{_DC}}}title": "title",
    f"{{{_DC}}}subject": "subject",
    f"{{{_CORE}}}keywords": "keywords",
    f"{{{_DC}}}description": "comments",
    f"{{{_CORE}}}category": "category",
}
_KINDS = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml": "a Word document (.docx)",
    "application/vnd.openxmlformats-officedocument.presentationml": "a PowerPoint presentation (.pptx)",
    "application/vnd.openxmlformats-officedocument.spreadsheetml": "an Excel workbook (.xlsx)",
}


@dataclass(frozen=True, slots=True)
class Relationship:
    """A part that another part names.

    Attributes:
        id: by which the other part's XML refers to it.
        kind: the last word of its type: "header", "slide".
        member: its name in the archive.
    """

    id: str
    kind: str
    member: str


class Package:
    """An Office Open XML file."""

    def __init__(self, data: bytes, *, name: str, wanted: str, main_type: str) -> None:
        """Open a package.

        Args:
            data: the file.
            name: its name, for errors.
            wanted: "a Word document (.docx)", for errors.
            main_type: the content type of its main part.

        Raises:
            InvalidInputError: not a package, of another program, with macros, or damaged.
        """
        self.archive = Archive(data, name=name, wanted=wanted)
        self.types: dict[str, str] = {}
        if "[Content_Types].xml" not in self.archive:
            raise self._wrong(self._what_else())
        self.types = self._content_types()
        kinds = set(self.types.values())
        if any("macroEnabled" in kind for kind in kinds) or self._has_macros():
            raise InvalidInputError(
                f"{name}: the file contains macros; macros are neither run nor passed on, save it without "
                f"them as {wanted} and send that",
                reason="MACROS",
            )
        self.main = self._main_part()
        if self.types.get(self.main.lower()) != main_type:
            raise self._wrong(self._what_else())
        self._relations: dict[str, tuple[Relationship, ...]] = {}

    def related(self, member: str, *kinds: str) -> tuple[Relationship, ...]:
        """The parts inside of the package that a part names, in the file's order; of these kinds, if given."""
        if member not in self._relations:
            self._relations[member] = tuple(self._read_relations(member))
        return tuple(r for r in self._relations[member] if not kinds or r.kind in kinds)

    def properties(self) -> tuple[Part, ...]:
        """The document's properties, as a part to translate."""
        return tuple(Part(r.member, _walk_properties) for r in self.related("", "core-properties"))

    def never_read(self) -> Iterator[str]:
        """Parts with texts that are left alone, for people."""
        counts: dict[str, int] = {}
        for member in self.archive.names:
            what = _never_read(member, self.types.get(member.lower(), ""))
            if what is not None:
                noun, why = what
                if noun == "custom properties" and b"<vt:lpwstr>" not in self.archive.read(member):
                    continue
                counts[noun] = counts.get(noun, 0) + 1
                yield f"{noun} {counts[noun]}: {why}"

    def _content_types(self) -> dict[str, str]:
        root = parse(self.archive, "[Content_Types].xml")
        by_suffix = {
            (e.get("Extension") or "").lower(): e.get("ContentType") or ""
            for e in root.iter(f"{_TYPES}Default")
        }
        types = {
            member.lower(): by_suffix.get(member.rpartition(".")[2].lower(), "")
            for member in self.archive.names
        }
        for element in root.iter(f"{_TYPES}Override"):
            types[(element.get("PartName") or "").lstrip("/").lower()] = element.get("ContentType") or ""
        return types

    def _has_macros(self) -> bool:
        return any(member.rpartition("/")[2].lower() == "vbaproject.bin" for member in self.archive.names)

    def _main_part(self) -> str:
        for relation in self._read_relations(""):
            if relation.kind == "officeDocument":
                if relation.member not in self.archive:
                    raise self.archive.damaged(f"its main part {relation.member} is missing")
                return relation.member
        raise self.archive.damaged("it does not say which of its parts is the document")

    def _read_relations(self, member: str) -> Iterator[Relationship]:
        folder, _, base = member.rpartition("/")
        listing = posixpath.join(folder, "_rels", f"{base}.rels")
        if listing not in self.archive:
            return
        for element in parse(self.archive, listing).iter(_RELATIONS):
            if element.get("TargetMode") == "External":
                continue
            target = element.get("Target") or ""
            path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            kind = (element.get("Type") or "").rpartition("/")[2]
            yield Relationship(element.get("Id") or "", kind, posixpath.normpath(path))

    def _what_else(self) -> str:
        main = next((kind for kind in self.types.values() if kind.endswith(".main+xml")), "")
        for prefix, kind in _KINDS.items():
            if main.startswith(prefix):
                return (
                    f"this is {kind}" if kind != self.archive.wanted else "this is a template or a slide show"
                )
        if "mimetype" in self.archive:
            return "this is an OpenDocument file or an e-book"
        return "this is a zip archive with other files in it"

    def _wrong(self, found: str) -> InvalidInputError:
        return InvalidInputError(
            f"{self.archive.name}: expected {self.archive.wanted}, but {found}; "
            f"save it as {self.archive.wanted}, give it the right ending, or unpack it",
            reason="WRONG_FORMAT",
        )


@dataclass(frozen=True, slots=True)
class TextSlot:
    """An element whose whole text is a unit."""

    place: str
    element: etree._Element

    def read(self) -> tuple[str, tuple[Tag, ...]]:
        """Its text; it has no tags."""
        return self.element.text or "", ()

    def write(self, new: TranslatedUnit, language: str | None) -> None:
        """Replace its text."""
        self.element.text = new.text


@dataclass(frozen=True, slots=True)
class AttributeSlot:
    """An attribute whose value is a unit, on one or more elements."""

    place: str
    elements: Sequence[etree._Element]
    attribute: str

    def read(self) -> tuple[str, tuple[Tag, ...]]:
        """Its value; it has no tags."""
        return self.elements[0].get(self.attribute) or "", ()

    def write(self, new: TranslatedUnit, language: str | None) -> None:
        """Replace its value."""
        for element in self.elements:
            element.set(self.attribute, new.text)


def alternative_texts(elements: Sequence[etree._Element], place: str) -> Iterator[Slot]:
    """The texts that stand for a picture (`descr`, `title` of its properties, ECMA-376-1 20.1.2.2.8)."""
    for attribute, what in (("title", "title"), ("descr", "alternative text")):
        if elements[0].get(attribute):
            yield AttributeSlot(f"{place}, {what} of an image", elements, attribute)


def _walk_properties(root: etree._Element) -> Iterator[Slot]:
    for element in root:
        name = _PROPERTIES.get(str(element.tag))
        if name is not None:
            yield TextSlot(f"document properties, {name}", element)


def _never_read(member: str, kind: str) -> tuple[str, str] | None:
    if kind.endswith(("drawingml.chart+xml", "chartex+xml")):
        return "chart", "text in a chart is not read"
    if kind.endswith("diagramData+xml"):
        return "diagram", "text in SmartArt is not read"
    if "/embeddings/" in member:
        return "embedded file", f"{member.rpartition('/')[2]} is not opened"
    if kind.endswith("custom-properties+xml"):
        return "custom properties", "not read"
    if kind.endswith("document.glossary+xml"):
        return "building blocks", "not read"
    if kind.endswith(("threadedcomments+xml", "presentationml.comments+xml")):
        return "comment thread", "not read"
    if kind.endswith("digital-signature-xmlsignature+xml"):
        return "digital signature", "it is of the original and does not hold for a translation"
    if member.startswith("afchunk") or "/afchunk" in member:
        return "embedded file", f"{member.rpartition('/')[2]} is not opened"
    return None
