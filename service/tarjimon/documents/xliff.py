"""XLIFF 1.2 and 2.x as a document: segments without a translation get one, all others keep theirs.

Notes, matches, alternative translations and everything that is not a target stay. The XML is written anew by lxml, so
quotes and white space inside of tags may differ from the source; with nothing translated the bytes are the source's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from tarjimon.documents.base import TranslatedUnit, Unit, check_tags
from tarjimon.documents.edits import check_nesting
from tarjimon.documents.xliff_inline import plain_text, read_content, write_content
from tarjimon.documents.xliff_segments import Segment, XliffFile, child, read_xliff
from tarjimon.errors import InvalidInputError

MACHINE = "tarjimon:mt"
"""The subState of XLIFF 2.x segments that nobody has checked."""

_DONE = frozenset(("translated", "reviewed", "final", "signed-off"))


class Xliff:
    """A bilingual file whose empty targets are to be filled."""

    def __init__(self, data: bytes, *, name: str = "file.xliff") -> None:
        """Read a file.

        Raises:
            InvalidInputError: not well-formed, not XLIFF, or an id used twice; names the lines.
        """
        self._data = data
        self._name = name
        read = read_xliff(data, name)
        self._kept = sum(1 for segment in read.segments if segment.target is not None and segment.kept)
        self.source_language = next((s.source_language for s in read.segments), "")
        self.target_language = next((s.target_language for s in read.segments), "")
        units: list[Unit] = []
        for segment in _waiting(read):
            content = read_content(segment.source)
            units.append(Unit(f"{len(units):06d}", content.text, content.tags, segment.place))
        self._units = tuple(units)
        self._left_alone = tuple(f"{s.place}: {s.kept}" for s in read.segments if s.kept)

    @property
    def units(self) -> tuple[Unit, ...]:
        """Segments that have no translation yet."""
        return self._units

    @property
    def left_alone(self) -> tuple[str, ...]:
        """Segments that have a translation, or must not get one."""
        return self._left_alone

    def render(self, translated: Mapping[str, TranslatedUnit], *, language: str | None = None) -> bytes:
        """The file with targets for the named units, marked as machine translation that waits for review.

        Args:
            translated: by unit id.
            language: BCP-47 code of the targets; None leaves what the file says.

        Raises:
            ValueError: an unknown unit, tags that are not the unit's, or a character that XML cannot have.
            InvalidInputError: the file holds translations into another language already.
        """
        known = {unit.id: unit for unit in self._units}
        unknown = translated.keys() - known.keys()
        if unknown:
            raise ValueError(f"no such units: {sorted(unknown)}")
        for identity, new in translated.items():
            check_tags(known[identity], new)
            check_nesting(known[identity], new.tags)
        if not translated and language in (None, self.target_language):
            return self._data
        file = read_xliff(self._data, self._name)
        if language is not None:
            self._set_language(file, language)
        remade: set[etree._Element] = set()
        for unit, segment in zip(self._units, list(_waiting(file)), strict=True):
            if unit.id in translated:
                _fill(segment, translated[unit.id], file.version, remade)
        return etree.tostring(file.root.getroottree(), xml_declaration=True, encoding="UTF-8")

    def _set_language(self, file: XliffFile, language: str) -> None:
        stated = self.target_language
        if stated and self._kept and stated.split("-")[0].lower() != language.split("-")[0].lower():
            raise InvalidInputError(
                f"{self._name}: the file holds {self._kept} translations into {stated!r}, so it cannot become one "
                f"into {language!r}; ask for {stated!r}, or take the translations out"
            )
        if stated.split("-")[0].lower() == language.split("-")[0].lower():
            return
        if file.version == 2:
            file.root.set("trgLang", language)
            return
        for element in file.root:
            if isinstance(element.tag, str) and etree.QName(element).localname == "file":
                element.set("target-language", language)


def _waiting(file: XliffFile) -> Iterator[Segment]:
    return (s for s in file.segments if not s.kept and any(c.isalnum() for c in plain_text(s.source)))


def _fill(segment: Segment, new: TranslatedUnit, version: int, remade: set[etree._Element]) -> None:
    content = read_content(segment.source)
    if version == 2:
        target = _fresh_target(segment.holder)
        segment.holder.set("state", "translated")
        segment.holder.set("subState", MACHINE)
    else:
        target = _marker(segment, remade) if segment.mid else _fresh_target(segment.holder)
        whole = child(segment.holder, "target")
        assert whole is not None
        whole.set("state", "needs-review-translation")
        whole.set("state-qualifier", "mt-suggestion")
    write_content(target, content, new.text, new.tags)


def _fresh_target(holder: etree._Element) -> etree._Element:
    """An empty target in its place; attributes of one that was there stay."""
    old = child(holder, "target")
    if old is not None:
        _replace_content(old, None)
        return old
    before = child(holder, "seg-source")
    if before is None:
        before = child(holder, "source")
    assert before is not None
    target = etree.Element(
        str(before.tag).rpartition("}")[0] + "}target" if "}" in str(before.tag) else "target"
    )
    # addnext puts the new element before the tail: white space belongs on both sides of it.
    before.addnext(target)
    before.tail = target.tail
    return target


def _marker(segment: Segment, remade: set[etree._Element]) -> etree._Element:
    """The marker of a segment in the target, which is made after <seg-source> when a first one is filled."""
    unit = segment.holder
    if unit not in remade:
        remade.add(unit)
        segmented = child(unit, "seg-source")
        assert segmented is not None
        old = child(unit, "target")
        kept = {m.get("mid"): deepcopy(m) for m in old.iter("{*}mrk")} if old is not None else {}
        target = _fresh_target(unit)
        model = deepcopy(segmented)
        _replace_content(target, model)
        for marker in [m for m in target.iter("{*}mrk") if m.get("mtype") == "seg"]:
            _replace_content(marker, kept.get(marker.get("mid")))
    target_element = child(unit, "target")
    assert target_element is not None
    found = next(m for m in target_element.iter("{*}mrk") if m.get("mid") == segment.mid)
    _replace_content(found, None)
    return found


def _replace_content(element: etree._Element, model: etree._Element | None) -> None:
    for part in list(element):
        element.remove(part)
    element.text = model.text if model is not None else None
    if model is not None:
        element.extend(list(model))


@dataclass(frozen=True, slots=True)
class Correction:
    """A segment of a bilingual file that came back.

    Attributes:
        source, target: texts without inline codes.
        source_language, target_language: as the file says, blank when it does not.
        state: as the file says: "final", "translated", "needs-review-translation", ...; blank when it does not.
        reviewed: True when the file says that a person has finished the segment.
        place: for people.
    """

    source: str
    target: str
    source_language: str
    target_language: str
    state: str
    reviewed: bool
    place: str


def corrections(data: bytes, name: str = "file.xliff") -> Iterator[Correction]:
    """Every segment with a target, in the file's order.

    Raises:
        InvalidInputError: as Xliff.
    """
    for segment in read_xliff(data, name).segments:
        target = plain_text(segment.target).strip() if segment.target is not None else ""
        if target:
            reviewed = segment.approved or (segment.state in _DONE and segment.sub_state != MACHINE)
            yield Correction(
                plain_text(segment.source).strip(),
                target,
                segment.source_language,
                segment.target_language,
                segment.state,
                reviewed,
                segment.place,
            )
