"""XML from strangers: one hardened way to parse it, within limits, for every format that is XML.

Nothing is ever fetched, no entity is ever expanded, and a document type with declarations of its own, the only place
where entities can be declared, is refused before the document is parsed. A document type that only names a DTD is
accepted and ignored, because TMX files have one.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.parsers import expat

from lxml import etree

from tarjimon.errors import InvalidInputError, LimitExceededError

_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class XmlLimits:
    """How large an XML document may be.

    Attributes:
        bytes: of the file.
        depth: of elements in elements.
    """

    bytes: int = 64 * 2**20
    depth: int = 200


DEFAULT_LIMITS = XmlLimits()


class _PrologRead(Exception):  # noqa: N818 - a signal, not an error
    """The root element has begun: what can declare entities is behind us."""


def hardened_parser() -> etree.XMLParser:
    """A parser that expands no entity, loads no DTD, uses no network, and keeps libxml2's own limits on.

    It does not refuse entity declarations: call `refuse_declarations` before.
    """
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, strip_cdata=False
    )


def parse_xml(
    data: bytes, name: str, *, roots: Sequence[str] = (), limits: XmlLimits = DEFAULT_LIMITS
) -> etree._Element:
    """Parse a document.

    Args:
        data: the file.
        name: its name, for errors.
        roots: local names that its root element may have; empty: any.
        limits: how large it may be.

    Raises:
        InvalidInputError: empty, not well-formed, with declarations, or with another root; names the line.
        LimitExceededError: larger or deeper than the limits.
    """
    refuse_declarations(data, name, limits=limits)
    try:
        root = etree.fromstring(data, hardened_parser())
    except etree.XMLSyntaxError as error:
        raise _malformed(name, error.lineno, error.msg) from error
    check_root(root, name, roots)
    _check_depth(root, name, limits)
    return root


def iterate_xml(
    data: bytes, name: str, tags: Sequence[str], *, root: str = "", limits: XmlLimits = DEFAULT_LIMITS
) -> Iterator[etree._Element]:
    """Elements of a long document one by one, in memory for one of them; each is empty after the next is asked for.

    Args:
        data: the file.
        name: its name, for errors.
        tags: local names of the elements wanted; they must not stand in each other.
        root: local name that the root must have; empty: any.
        limits: how large it may be.

    Raises:
        InvalidInputError: as parse_xml, when the bad place is reached.
        LimitExceededError: as parse_xml.
    """
    refuse_declarations(data, name, limits=limits)
    depth = 0
    wanted = set(tags)
    events = etree.iterparse(
        io.BytesIO(data),
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    try:
        for event, element in events:
            if event == "start":
                depth += 1
                if depth == 1:
                    check_root(element, name, (root,) if root else ())
                if depth > limits.depth:
                    raise _too_deep(name, element, limits)
                continue
            depth -= 1
            if local_name(element) in wanted:
                yield element
                element.clear()
                parent = element.getparent()
                while parent is not None and element.getprevious() is not None:
                    del parent[0]
    except etree.XMLSyntaxError as error:
        raise _malformed(name, error.lineno, error.msg) from error


def refuse_declarations(data: bytes, name: str, *, limits: XmlLimits = DEFAULT_LIMITS) -> None:
    """Read the part before the root element and refuse what can do harm.

    Raises:
        InvalidInputError: empty, not XML, or with a document type that declares something.
        LimitExceededError: more bytes than the limit.
    """
    if len(data) > limits.bytes:
        raise LimitExceededError(
            f"{name}: {len(data):,} bytes, more than the limit of {limits.bytes:,}; split the file"
        )
    if not data[:_CHUNK].strip() and not data.strip():
        raise InvalidInputError(f"{name}: the file is empty; expected an XML document", reason="EMPTY_FILE")
    parser = expat.ParserCreate()

    def doctype(root: str, system: str | None, public: str | None, declares: bool) -> None:
        if declares:
            raise InvalidInputError(
                f"{name}, line {parser.CurrentLineNumber}: the document type declares entities or elements of its "
                "own, which is not accepted; take the [...] part out of <!DOCTYPE> and write the characters "
                "themselves",
                reason="UNSAFE_XML",
            )

    def begin(tag: str, attributes: object) -> None:
        raise _PrologRead

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = begin
    try:
        for start in range(0, len(data), _CHUNK):
            parser.Parse(data[start : start + _CHUNK], False)
        parser.Parse(b"", True)
    except _PrologRead:
        return
    except expat.ExpatError as error:
        raise _malformed(name, error.lineno, expat.ErrorString(error.code)) from error
    except (LookupError, ValueError) as error:
        raise InvalidInputError(f"{name}, line 1: the encoding it declares is not known ({error})") from error


def check_root(root: etree._Element, name: str, roots: Sequence[str]) -> None:
    """Raise InvalidInputError unless the root's local name is one of `roots` (empty: any)."""
    found = local_name(root)
    if roots and found not in roots:
        expected = " or ".join(f"<{tag}>" for tag in roots)
        raise InvalidInputError(
            f"{name}, line {root.sourceline}: the document begins with <{found}>, expected {expected}; "
            "is it a file of another format with a wrong ending?",
            reason="WRONG_FORMAT",
        )


def local_name(element: etree._Element) -> str:
    """An element's name without its namespace; blank for a comment or a processing instruction."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _check_depth(root: etree._Element, name: str, limits: XmlLimits) -> None:
    level = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        level += 1 if event == "start" else -1
        if level > limits.depth:
            raise _too_deep(name, element, limits)


def _too_deep(name: str, element: etree._Element, limits: XmlLimits) -> LimitExceededError:
    return LimitExceededError(
        f"{name}, line {element.sourceline}: elements stand in each other more than {limits.depth} deep"
    )


def _malformed(name: str, line: int | None, what: str | None) -> InvalidInputError:
    return InvalidInputError(
        f"{name}, line {line or 1}: not well-formed XML ({what}); open the file in the program that made it "
        "and save it again",
        reason="DAMAGED_FILE",
        metadata={"line": str(line or 1)},
    )
