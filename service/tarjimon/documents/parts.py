"""Texts in the XML parts of an office archive: found by a walk over each part, replaced by the same walk.

Only the parts in which a text changes are written anew; every other member of the archive keeps its bytes. Trees are
not kept between reading and rendering, so a document costs its packed bytes and its units, and a render changes
nothing of the document.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from lxml import etree

from tarjimon.documents.archives import Archive
from tarjimon.documents.base import Tag, TranslatedUnit, Unit, check_tags
from tarjimon.errors import InvalidInputError


class Slot(Protocol):
    """A place in a parsed part that holds one unit."""

    @property
    def place(self) -> str:
        """For people: "table 2, row 3, cell 1"."""
        ...

    def read(self) -> tuple[str, tuple[Tag, ...]]:
        """Its text and tags; a blank text makes no unit."""
        ...

    def write(self, new: TranslatedUnit, language: str | None) -> None:
        """Replace its text in the tree. Raises ValueError for tags that are not properly nested."""
        ...


Walk = Callable[[etree._Element], Iterator[Slot]]
"""Finds the slots of a part, in reading order, and does not change it."""


@dataclass(frozen=True, slots=True)
class Part:
    """A member of the archive that holds text, and how to find the text in it."""

    member: str
    walk: Walk


class PartTexts:
    """The units of an office file, and the way back."""

    def __init__(self, archive: Archive, data: bytes, parts: Sequence[Part]) -> None:
        self._archive = archive
        self._data = data
        # Two relationships may name the same part.
        self._parts = tuple({part.member: part for part in reversed(parts)}.values())[::-1]
        self._ids: dict[str, list[str]] = {}
        units: list[Unit] = []
        for part in self._parts:
            ids = self._ids[part.member] = []
            for slot in part.walk(parse(archive, part.member)):
                text, tags = slot.read()
                if text.strip():
                    ids.append(f"{len(units):06d}")
                    units.append(Unit(ids[-1], text, tags, slot.place))
        self.units = tuple(units)

    def changed(
        self, translated: Mapping[str, TranslatedUnit], language: str | None = None
    ) -> dict[str, etree._Element]:
        """The parts in which a text differs, parsed and with the new texts.

        Raises:
            ValueError: an unknown unit, or tags that are not the unit's.
        """
        known = {unit.id: unit for unit in self.units}
        unknown = translated.keys() - known.keys()
        if unknown:
            raise ValueError(f"no such units: {sorted(unknown)}")
        new: dict[str, TranslatedUnit] = {}
        for identity, text in translated.items():
            check_tags(known[identity], text)
            if (text.text, text.tags) != (known[identity].text, known[identity].tags):
                new[identity] = text
        roots: dict[str, etree._Element] = {}
        for part in self._parts:
            ids = self._ids[part.member]
            if not any(identity in new for identity in ids):
                continue
            root = parse(self._archive, part.member)
            # All are found before the first is written: a text box stands inside of a paragraph.
            slots = [slot for slot in part.walk(root) if slot.read()[0].strip()]
            for identity, slot in zip(ids, slots, strict=True):
                if identity in new:
                    _write(slot, new[identity], language)
            roots[part.member] = root
        return roots

    def render(self, roots: Mapping[str, etree._Element]) -> bytes:
        """The file with these parts; the very same bytes when there are none."""
        if not roots:
            return self._data
        return self._archive.replaced({member: serialise(root) for member, root in roots.items()})


def _write(slot: Slot, new: TranslatedUnit, language: str | None) -> None:
    try:
        slot.write(new, language)
    except ValueError as error:
        raise ValueError(f"{slot.place}: {error}") from error


def parse(archive: Archive, member: str) -> etree._Element:
    """The root of an XML part.

    Entities are never expanded and nothing is fetched; a part with a document type, the only place where entities
    can be declared, is refused.

    Raises:
        InvalidInputError: missing, not well-formed, or with a document type.
    """
    data = archive.read(member)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    if (
        b"<!DOCTYPE" in data
        or "<!DOCTYPE".encode("utf-16-le") in data
        or "<!DOCTYPE".encode("utf-16-be") in data
    ):
        raise _document_type(archive, member)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise archive.damaged(f"{member} is not well-formed XML ({error.msg})") from error
    if getattr(root.getroottree().docinfo, "doctype", ""):
        raise _document_type(archive, member)
    return root


def _document_type(archive: Archive, member: str) -> InvalidInputError:
    return InvalidInputError(
        f"{archive.name}: {member} declares a document type or entities, which {archive.wanted} never does; "
        "get the file from its author again",
        reason="UNSAFE_XML",
    )


def signature(element: etree._Element, ignored: Collection[str] = ()) -> str:
    """Tags and attributes of an element and what is in it, equal for equal formatting.

    Args:
        element: such as the properties of a run.
        ignored: names of child elements and of attributes, that do not show.
    """
    own = sorted(item for item in element.attrib.items() if item[0] not in ignored)
    return f"{own}" * bool(own) + "".join(
        sorted(f"{child.tag}{signature(child)};" for child in element if child.tag not in ignored)
    )


def serialise(root: etree._Element) -> bytes:
    """An XML part as office programs write it."""
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8", standalone=True)
