"""What HTML's elements and attributes mean for translation.

Source: https://html.spec.whatwg.org/multipage/dom.html#attr-translate and the list of phrasing content.
"""

from __future__ import annotations

from collections.abc import Mapping

INLINE = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "img",
        "input",
        "ins",
        "label",
        "mark",
        "nobr",
        "q",
        "rb",
        "rp",
        "rt",
        "rtc",
        "ruby",
        "s",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "wbr",
    ]
)
"""Elements that stand in the middle of a sentence; all that are neither here nor below are blocks."""

OPAQUE_INLINE = frozenset(
    [
        "code",
        "kbd",
        "samp",
        "var",
        "svg",
        "math",
        "canvas",
        "audio",
        "video",
        "object",
        "iframe",
        "script",
        "style",
        "template",
        "noscript",
    ]
)
"""Elements in the middle of a sentence that are kept whole and untranslated."""

OPAQUE_BLOCK = frozenset(["pre", "textarea", "xmp", "listing", "plaintext"])

VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)

NAMES = {
    "code": "code",
    "kbd": "code",
    "samp": "code",
    "var": "code",
    "pre": "preformatted text",
    "script": "script",
    "style": "style sheet",
    "textarea": "text that the reader types",
}

_ATTRIBUTES = {
    "alt": frozenset(("img", "area", "input")),
    "placeholder": frozenset(("input", "textarea")),
    "label": frozenset(("option", "optgroup", "track")),
    "title": None,
    "aria-label": None,
    "aria-description": None,
}
_META = frozenset(
    [
        "description",
        "keywords",
        "og:title",
        "og:description",
        "og:site_name",
        "og:image:alt",
        "twitter:title",
        "twitter:description",
        "application-name",
    ]
)


def translatable(element: str, attributes: Mapping[str, str]) -> tuple[str, ...]:
    """The attributes of an element that people read."""
    if element == "meta":
        about = attributes.get("name") or attributes.get("property") or ""
        return ("content",) if about.lower() in _META else ()
    names = [
        name
        for name in attributes
        if name in _ATTRIBUTES and (_ATTRIBUTES[name] is None or element in (_ATTRIBUTES[name] or ()))
    ]
    if element == "input" and attributes.get("type", "").lower() in ("submit", "button", "reset"):
        names.append("value")
    return tuple(names)


def opaque(element: str, attributes: Mapping[str, str]) -> str:
    """Why an element is left alone with all that is in it; blank when it is not."""
    if (
        attributes.get("translate", "").lower() == "no"
        or "notranslate" in attributes.get("class", "").split()
    ):
        return 'marked translate="no"'
    if element in OPAQUE_INLINE or element in OPAQUE_BLOCK:
        return NAMES.get(element, f"<{element}>")
    return ""
