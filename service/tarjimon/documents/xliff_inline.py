"""Inline codes of XLIFF 1.2 and 2.x: content as text with tags, and text with tags as content.

Sources: XLIFF 1.2 (OASIS, 2008), 2.4 "Inline elements"; XLIFF 2.1 (OASIS, 2018), 4.7 "Inline content".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace

from lxml import etree

from tarjimon.documents.base import Tag, TagKind
from tarjimon.documents.spacing import close_up, padded
from tarjimon.documents.xml_safety import local_name

_RANGES = frozenset(("g", "pc", "mrk"))
_BEGINS = frozenset(("bpt", "bx", "sc", "sm"))
_ENDS = frozenset(("ept", "ex", "ec", "em"))
_NAMESPACE = re.compile(r' xmlns(?::[\w.-]+)?="[^"]*"')
_WRAP = re.compile(r"[ \t]*[\r\n]\s*")
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


@dataclass(frozen=True, slots=True)
class Content:
    """What stands in a source or a target.

    Attributes:
        text: without codes.
        tags: the codes.
        codes: the element of each tag; None for the end of a range.
        spaced: numbers of the tags that have space on both sides.
    """

    text: str
    tags: tuple[Tag, ...]
    codes: tuple[etree._Element | None, ...]
    spaced: frozenset[int]


def read_content(element: etree._Element) -> Content:
    """Read a source, a target or a segment marker."""
    parts: list[str] = []
    tags: list[Tag] = []
    codes: list[etree._Element | None] = []
    length = pairs = 0
    preserved = _preserved(element)

    def put(text: str | None) -> None:
        nonlocal length
        if text:
            # Without xml:space="preserve" a line break is only how the file was laid out.
            parts.append(text if preserved else _WRAP.sub("\n", text))
            length += len(parts[-1])

    def walk(parent: etree._Element) -> None:
        nonlocal pairs
        put(parent.text)
        for child in parent:
            if _is_range(child):
                pair = pairs
                pairs += 1
                tags.append(Tag(length, TagKind.OPEN, _begin(child), pair))
                codes.append(child)
                walk(child)
                tags.append(Tag(length, TagKind.CLOSE, f"</{local_name(child)}>", pair))
                codes.append(None)
            else:
                tags.append(Tag(length, TagKind.EMPTY, _whole(child)))
                codes.append(child)
            put(child.tail)

    walk(element)
    paired = _pair_flat(tags, codes, pairs)
    text = "".join(parts)
    if not preserved:
        begin = len(text) - len(text.lstrip("\n"))
        text = text.strip("\n").replace("\n", " ")
        paired = [replace(t, position=min(max(0, t.position - begin), len(text))) for t in paired]
    closed, moved, spaced = close_up(text, paired)
    return Content(closed, moved, tuple(codes), spaced)


def write_content(element: etree._Element, content: Content, text: str, tags: Sequence[Tag]) -> None:
    """Put a text into an empty element, with the codes of `content` where the tags stand.

    Raises:
        ValueError: a character that XML cannot have.
    """
    codes: dict[Tag, list[tuple[etree._Element | None, bool, int]]] = {}
    for number, (tag, code) in enumerate(zip(content.tags, content.codes, strict=True)):
        codes.setdefault(replace(tag, position=0), []).append((code, number in content.spaced, tag.position))
    inside = [element]
    end = 0
    for tag in tags:
        _append(inside[-1], text[end : tag.position])
        end = tag.position
        code, spaced, at = codes[replace(tag, position=0)].pop(0)
        if code is None:
            inside.pop()
        elif _is_range(code):
            copy = deepcopy(code)
            for part in list(copy):
                copy.remove(part)
            copy.text = copy.tail = None
            inside[-1].append(copy)
            inside.append(copy)
        else:
            around = "\0"
            if tag.kind is TagKind.EMPTY:
                around = padded("\0", text, tag.position, spaced=spaced, source=content.text, at=at)
            before, after = around.split("\0")
            _append(inside[-1], before)
            copy = deepcopy(code)
            copy.tail = after or None
            inside[-1].append(copy)
    _append(inside[-1], text[end:])


def plain_text(element: etree._Element) -> str:
    """The text of a source or a target without its codes."""
    return read_content(element).text


def _append(parent: etree._Element, text: str) -> None:
    if not text:
        return
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def _is_range(element: etree._Element) -> bool:
    name = local_name(element)
    if name == "mrk":
        return element.get("mtype") != "protected" and element.get("translate") != "no"
    return name in _RANGES


def _pair_flat(tags: list[Tag], codes: Sequence[etree._Element | None], pairs: int) -> list[Tag]:
    """Codes that begin or end a range by reference to each other, as pairs where both are here and nest."""
    paired = list(tags)
    stack: list[tuple[int, str, int]] = []
    for number, (tag, code) in enumerate(zip(tags, codes, strict=True)):
        if tag.kind is TagKind.OPEN:
            stack.append((number, "", tag.pair))
        elif tag.kind is TagKind.CLOSE:
            while stack and stack.pop()[2] != tag.pair:
                pass
        elif code is not None and local_name(code) in _BEGINS:
            stack.append((number, code.get("rid") or code.get("id") or "", -1))
        elif code is not None and local_name(code) in _ENDS and stack:
            begun, reference, pair = stack[-1]
            if pair == -1 and reference == (code.get("startRef") or code.get("rid") or code.get("id")):
                stack.pop()
                paired[begun] = replace(tags[begun], kind=TagKind.OPEN, pair=pairs)
                paired[number] = replace(tag, kind=TagKind.CLOSE, pair=pairs)
                pairs += 1
    return paired


def _preserved(element: etree._Element) -> bool:
    at: etree._Element | None = element
    while at is not None:
        value = at.get(_SPACE)
        if value is not None:
            return value == "preserve"
        at = at.getparent()
    return False


def _begin(element: etree._Element) -> str:
    attributes = "".join(f' {str(key).rpartition("}")[2]}="{element.get(key)}"' for key in element.attrib)
    return f"<{local_name(element)}{attributes}>"


def _whole(element: etree._Element) -> str:
    return _NAMESPACE.sub("", etree.tostring(element, encoding="unicode", with_tail=False))
