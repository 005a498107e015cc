"""Terms of a TBX file (ISO 30042:2008 and 2019), read with a parser that resolves nothing from outside."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import Any

from lxml import etree

from tarjimon.domain import SOURCE_LANGUAGES, TARGET_LANGUAGES
from tarjimon.errors import InvalidInputError
from tarjimon.text.terms import Term

_CONCEPTS = frozenset({"termEntry", "conceptEntry"})
_LANGUAGES = frozenset({"langSet", "langSec"})
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_DISCOURAGED = frozenset({"deprecatedTerm-admn-sts", "supersededTerm-admn-sts", "deprecated", "superseded"})


def tbx_terms(data: bytes, name: str) -> Iterator[tuple[int, Term]]:
    """Terms of a file with their lines: of every concept, each of our languages into each other.

    A target's first term that is not discouraged is what to write, its others are as good. Languages that are
    not ours are left out.

    Raises:
        InvalidInputError: no well-formed TBX, or it declares entities.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        raise InvalidInputError(
            f"{name}, line {line}: this is not well-formed XML: {error.msg}", reason="MALFORMED_FILE"
        ) from error
    # Neither a bomb nor a window to other files: entities have no place in a term base.
    document_type: Any = root.getroottree().docinfo.internalDTD
    if document_type is not None and any(True for _ in document_type.iterentities()):
        raise InvalidInputError(
            f"{name} declares XML entities, which are not read here; remove them", reason="UNSAFE_FILE"
        )
    if _local(root) not in ("martif", "tbx"):
        raise InvalidInputError(
            f"{name}, line {root.sourceline}: the root is <{_local(root)}>; expected <martif> or <tbx>",
            reason="MALFORMED_FILE",
        )
    for concept in root.iter():
        if _local(concept) in _CONCEPTS:
            yield from _concept(concept)


def _concept(concept: etree._Element) -> Iterator[tuple[int, Term]]:
    by_language: dict[str, list[tuple[int, str]]] = {}
    for section in concept.iter():
        code = (section.get(_LANGUAGE) or "").split("-")[0].lower()
        if _local(section) in _LANGUAGES and code in SOURCE_LANGUAGES:
            by_language.setdefault(code, []).extend(_terms(section))
    for source, target in permutations(by_language, 2):
        renderings = [text for _, text in by_language[target]]
        if target in TARGET_LANGUAGES and renderings:
            for line, text in by_language[source]:
                yield line, Term(text, source, renderings[0], target, accepted=tuple(renderings[1:]))


def _terms(section: etree._Element) -> Iterator[tuple[int, str]]:
    """The terms of a language, without those that it advises against."""
    for element in section.iter():
        if _local(element) != "term":
            continue
        group = element.getparent()
        notes = (note.text for note in (group if group is not None else ()) if _local(note) == "termNote")
        if _DISCOURAGED.isdisjoint(note or "" for note in notes):
            line: Any = element.sourceline  # lxml's stubs do not know that it is a number
            yield line, " ".join("".join(map(str, element.itertext())).split())


def _local(element: etree._Element) -> str:
    """The element's name without its namespace; blank for comments and the like."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
