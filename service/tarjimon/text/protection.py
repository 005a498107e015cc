"""Spans that must pass the model unchanged: found, replaced by placeholders, and put back."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache


class Kind(StrEnum):
    """What a protected span is. `LITERAL` is text that looks like one of the model's own control tokens."""

    LITERAL = "literal"
    INLINE_CODE = "inline_code"
    TAG = "tag"
    URL = "url"
    EMAIL = "email"
    PLACEHOLDER = "placeholder"
    HANDLE = "handle"
    HASHTAG = "hashtag"
    FILE = "file"
    PHONE = "phone"
    CODE = "code"
    NUMBER = "number"


DEFAULT_KINDS = frozenset(Kind) - {Kind.NUMBER}
CONTACT_KINDS = frozenset({Kind.URL, Kind.EMAIL, Kind.HANDLE, Kind.PHONE})

_TOP = "uz|ru|com|org|net|gov|edu|info|biz|io|kz|kg|tj|tm|az|eu|uk|us|de|fr|cn|jp|kr|tr|tv|int|app|dev|ai|рф"
_FILE_END = (
    "pdf|docx?|xlsx?|pptx?|odt|ods|rtf|txt|csv|json|xml|xliff|tmx|html?|"
    "zip|rar|7z|jpe?g|png|gif|svg|mp[34]|exe|apk"
)
_GAP = "[ \u00a0\u202f-]"
# Every repetition is bounded, or starts only at a word's edge, so that scanning stays linear.
_PATTERNS: dict[Kind, str] = {
    Kind.LITERAL: r"<_{0,64}(?:x[0-9]{1,3}|2[a-z]{2,3}|sum)>",
    # A backtick is also an Uzbek apostrophe: code is only what no letter touches from outside.
    Kind.INLINE_CODE: r"(?<![^\W_])`[^`\s](?:[^`\n]{0,300}[^`\s])?`(?![^\W_])",
    Kind.TAG: r"</?[A-Za-z][A-Za-z0-9:-]{0,30}(?:\s[^<>\n]{0,300})?/?>|&(?:[A-Za-z]{2,10}|\#[0-9]{1,6});",
    Kind.URL: r"(?<!\w)(?:https?|ftp)://[^\s<>\"«»“”]{1,2000}(?<![.,;:!?)'’\]*_])"
    r"|(?<![\w@.-])www\.[^\s<>\"«»“”]{1,2000}(?<![.,;:!?)'’\]*_])"
    rf"|(?<![\w@.-])(?:[A-Za-z0-9][A-Za-z0-9-]{{0,62}}\.){{1,5}}(?:{_TOP})(?![\w@-])"
    r"(?:/[^\s<>\"«»“”]{1,2000}(?<![.,;:!?)'’\]*_]))?",
    Kind.EMAIL: r"(?<![\w.+-])[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}",
    Kind.PLACEHOLDER: r"\{\{[^{}\n]{1,80}\}\}|\$?\{[A-Za-z0-9_.:!,-]{0,80}\}"
    r"|(?<![\d%])%(?:\(\w{1,40}\)|[0-9]{1,2}\$)?[-+0\#]{0,3}[0-9]{0,3}"
    r"(?:\.[0-9]{1,3})?l{0,2}[sdfiuxXgeoc@](?![^\W_])",
    Kind.HANDLE: r"(?<![\w@.])@[A-Za-z][A-Za-z0-9_]{1,63}",
    Kind.HASHTAG: r"(?<![\w\#&])\#(?=\w{0,100}[^\W\d_])\w{1,100}",
    Kind.FILE: rf"(?<![\w./-])\w[\w-]{{0,80}}(?:\.[\w-]{{1,40}}){{0,3}}\.(?:{_FILE_END})(?!\w)",
    Kind.PHONE: rf"(?<![\w+])\+[0-9]{{1,3}}{_GAP}?\(?[0-9]{{2,5}}\)?(?:{_GAP}?[0-9]{{2,4}}){{2,4}}(?![\w-])"
    rf"|(?<![\w+])\([0-9]{{2,5}}\){_GAP}?[0-9]{{2,3}}(?:{_GAP}[0-9]{{2}}){{2}}(?![\w-])"
    rf"|(?<![\w+-])(?:[0-9]{{2}}{_GAP})?[0-9]{{3}}-[0-9]{{2}}-[0-9]{{2}}(?![\w-])",
    Kind.CODE: r"(?<![\w-])(?:[A-ZА-ЯЁЎҚҒҲ]{1,6}|[OЎ]['`´‘’ʻʼ]?R?Р?[QҚ])"
    r"[-–][0-9]{1,6}(?:/[0-9]{1,4})?[a-zа-я]?(?!\w)"
    r"|№[ \u00a0]?[0-9]{1,9}(?:[-/][0-9]{1,6})?[A-Za-zА-Яа-я]?(?!\w)"
    r"|(?<!\w)v[0-9]{1,4}(?:\.[0-9]{1,4}){1,3}(?!\w)",
    Kind.NUMBER: r"(?<!\w)[+−-]?[0-9]{1,20}(?:[ \u00a0\u202f.,:/][0-9]{1,20}){0,8}(?:[ \u00a0]?%)?(?![^\W_])",
}
_SLOT = re.compile(r"<[A-Za-z0-9]{1,16}>")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text that is not to be translated: what it is, where it lies, what it says."""

    kind: Kind
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Protected:
    """A text with placeholders.

    Attributes:
        text: what goes to the model.
        spans: (placeholder, what it stands for), in the order of the text.
        unprotected: spans for which no placeholder was left; they are in `text` as they were.
        escaped: how many literals like `<x0>` are written as `<_x0>` in `text`, for want of a placeholder.
        names: the control tokens that `restore` unescapes.
    """

    text: str
    spans: tuple[tuple[str, Span], ...]
    unprotected: tuple[Span, ...]
    escaped: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Restored:
    """A translation with its protected spans back in place.

    Attributes:
        text: the translation.
        missing: spans whose placeholder the model dropped; their text is not in `text`.
        duplicated: spans whose placeholder came more than once; every copy was put back.
        unexpected: placeholders that the model made up; they were taken out.
        escapes_lost: literals like `<x0>` that did not come through.
    """

    text: str
    missing: tuple[Span, ...]
    duplicated: tuple[Span, ...]
    unexpected: tuple[str, ...]
    escapes_lost: int

    @property
    def ok(self) -> bool:
        """Whether every span came back exactly once and nothing was made up."""
        return not (self.missing or self.duplicated or self.unexpected or self.escapes_lost)


def find_spans(text: str, kinds: Collection[Kind] = DEFAULT_KINDS) -> tuple[Span, ...]:
    """All spans of the given kinds, in order, none overlapping; the earlier kind wins a tie."""
    return _found(text, frozenset(kinds)) if kinds else ()


@lru_cache(maxsize=256)  # checks of one segment ask for its spans several times over
def _found(text: str, kinds: frozenset[Kind]) -> tuple[Span, ...]:
    return tuple(
        Span(Kind(match.lastgroup or ""), match.start(), match.end(), match[0])
        for match in _pattern(kinds).finditer(text)
    )


def protect(text: str, *, slots: Sequence[str], kinds: Collection[Kind] = DEFAULT_KINDS) -> Protected:
    """Replaces spans by placeholders.

    Args:
        text: one segment.
        slots: the placeholders that the model knows, such as `<x0>` … `<x11>`; used in order.
        kinds: what to protect. Text that looks like a control token (`<x0>`, `<2ru>`, `<sum>`) always is,
            first of all.

    Raises:
        ValueError: a slot is not `<letters and digits>`, or comes twice.
    """
    if len(set(slots)) != len(slots) or not all(_SLOT.fullmatch(slot) for slot in slots):
        raise ValueError(f"slots must be distinct and look like <x0>, got {list(slots)}")
    names = tuple(dict.fromkeys(slot[1:-1] for slot in slots))
    literals = list(_literals(names).finditer(text))
    spans = [Span(Kind.LITERAL, found.start(), found.end(), found[0]) for found in literals]
    taken = {position for span in spans for position in range(span.start, span.end)}
    for span in find_spans(text, frozenset(kinds) - {Kind.LITERAL}):
        if taken.isdisjoint(range(span.start, span.end)):
            spans.append(span)
    first_served = spans[: len(slots)]
    return _replace(text, sorted(spans, key=lambda span: span.start), set(first_served), slots, names)


def restore(translated: str, protected: Protected) -> Restored:
    """Puts the protected spans back into a translation and reports what did not come through."""
    originals = dict(protected.spans)
    counts: Counter[str] = Counter()
    unexpected: list[str] = []
    escapes = 0

    def original(found: re.Match[str]) -> str:
        nonlocal escapes
        token = found[0]
        if token in originals:
            counts[token] += 1
            return originals[token].text
        if token[1] == "_":
            escapes += 1
            return "<" + token[2:]
        unexpected.append(token)
        return ""

    text = _literals(protected.names).sub(original, translated)
    return Restored(
        text=text,
        missing=tuple(span for slot, span in protected.spans if not counts[slot]),
        duplicated=tuple(span for slot, span in protected.spans if counts[slot] > 1),
        unexpected=tuple(unexpected),
        escapes_lost=max(0, protected.escaped - escapes),
    )


def is_translatable(text: str) -> bool:
    """Whether there is anything to translate: a letter outside of URLs, addresses, codes and tags."""
    position = 0
    for span in find_spans(text):
        if _has_letter(text[position : span.start]):
            return True
        position = span.end
    return _has_letter(text[position:])


def _has_letter(text: str) -> bool:
    return any(character.isalpha() for character in text)


@cache
def _pattern(kinds: frozenset[Kind]) -> re.Pattern[str]:
    parts = (f"(?P<{kind.value}>{pattern})" for kind, pattern in _PATTERNS.items() if kind in kinds)
    return re.compile("|".join(parts))


@cache
def _literals(names: tuple[str, ...]) -> re.Pattern[str]:
    own = "".join(f"{re.escape(name)}|" for name in names)
    return re.compile(rf"<_{{0,64}}(?:{own}x[0-9]{{1,3}}|2[a-z]{{2,3}}|sum)>")


def _replace(
    text: str, spans: Sequence[Span], served: set[Span], slots: Sequence[str], names: tuple[str, ...]
) -> Protected:
    pieces: list[str] = []
    placed: list[tuple[str, Span]] = []
    unprotected: list[Span] = []
    position = escaped = 0
    for span in spans:
        pieces.append(text[position : span.start])
        if span in served:
            slot = slots[len(placed)]
            placed.append((slot, span))
            pieces.append(slot)
        elif span.kind is Kind.LITERAL:
            pieces.append("<_" + span.text[1:])
            escaped += 1
        else:
            pieces.append(span.text)
            unprotected.append(span)
        position = span.end
    pieces.append(text[position:])
    return Protected("".join(pieces), tuple(placed), tuple(unprotected), escaped, names)
