"""Sentence segmentation of Uzbek, Russian and English: one linear pass, nothing lost."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tarjimon.text.abbreviations import CURRENCIES, DIGRAPHS, TOP_DOMAINS, Lexicon, Role, lexicon, normal

_NEWLINE = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
_CLOSING = "\"'\u2018\u2019\u201d\u201c»›)\\]}*_"
_OPENING = "\"'\u2018\u201c\u201e«‹(\\[{*_" + _INVISIBLE
_DASH = "-\u2010-\u2015\u2212"
# A run of stops, the quotes and brackets that close with it (some typists put a space before them).
_STOP = re.compile(rf"([.?!…]+)([{_CLOSING}{_INVISIBLE}]*(?:[ \u00a0][)\]»”](?![^\s.,;:!?…]))*)")
_SPACE = re.compile(r"\s+")
_LEAD = re.compile(rf"[{_OPENING}]*(?:[{_DASH}]{{1,2}}[ \u00a0]?)?[{_OPENING}]*")
_WORD = re.compile(r"[^\W\d_]+(?:['`´‘’ʻʼ-][^\W\d_]+)*")
_LETTER = r"[^\W\d_]"
_TOKEN = re.compile(
    rf"(?:{_LETTER}['`´‘’ʻʼ]?\.[ \u00a0]?)*{_LETTER}(?:{_LETTER}|[.'`´‘’ʻʼ-](?={_LETTER})|['`´‘’ʻʼ]\Z)*\Z"
)
_LIST_MARK = re.compile(r"[(\[*_#>\s]*(?:\d{1,3}(?:\.\d{1,3}){0,3}|[IVXLC]{1,6}|[ІХVI]{1,6}|[^\W\d_])\Z")
_BULLET = re.compile(rf"[ \t]*(?:[•●▪◦*+{_DASH}]\s|\d{{1,3}}[.)]\s|[^\W\d_]\)\s|#{{1,6}}\s|>)")
_DAY = re.compile(r"(?<!\d)\d{1,2}\Z")
_MONTH_NEXT = re.compile(r"\d{1,2}\.")
_DAY_MONTH = re.compile(r"(?<!\d)\d{1,2}\.[ \u00a0]?\d{1,2}\Z")
_ITEM = re.compile(r"[:;]\s{1,2}\d{1,2}\Z")
_ONE_LETTER_WORDS = frozenset("uуя")  # "… dedi u.", "и я."
_WINDOW = 48  # code points of context read on either side of a stop: no word or token is longer


@dataclass(frozen=True, slots=True)
class Segment:
    """One sentence and its place in the input.

    Attributes:
        start: offset of its first code point in the input.
        end: offset after its last code point.
        text: `input[start:end]`; neither starts nor ends with white space.
        paragraph: number of its paragraph (from 0; blank lines are not counted).
    """

    start: int
    end: int
    text: str
    paragraph: int


def segment(text: str, language: str | None = None, *, hard_wrap: bool = False) -> tuple[Segment, ...]:
    """Splits a text into sentences.

    What lies between two segments (and before the first, after the last) is white space only, so segments
    and gaps join to the input exactly.

    Args:
        text: any string, lone surrogates and null characters included.
        language: `uz`, `ru` or `en` when known; None reads the abbreviations of all three.
        hard_wrap: False: every newline ends a paragraph. True: the lines were wrapped at a fixed width, so
            only a blank line or a list marker ends a paragraph, and a segment may contain newlines.
    """
    words = lexicon(language)
    segments: list[Segment] = []
    paragraph = 0
    for start, end in _paragraphs(text, hard_wrap):
        before = len(segments)
        for first, last in _sentences(text, start, end, words):
            segments.append(Segment(first, last, text[first:last], paragraph))
        paragraph += len(segments) > before
    return tuple(segments)


def _paragraphs(text: str, hard_wrap: bool) -> Iterator[tuple[int, int]]:
    start = line = 0
    for newline in _NEWLINE.finditer(text):
        if not hard_wrap or _ends_block(text, line, newline.start(), newline.end()):
            yield start, newline.start()
            start = newline.end()
        line = newline.end()
    yield start, len(text)


def _ends_block(text: str, line: int, end: int, following: int) -> bool:
    """Whether a newline in wrapped text ends a paragraph: beside a blank line, or before a list item."""
    if text[line:end].isspace() or line == end:
        return True
    return following < len(text) and _BULLET.match(text, following) is not None


def _sentences(text: str, start: int, end: int, words: Lexicon) -> Iterator[tuple[int, int]]:
    start = _skip_space(text, start, end)
    if start >= end:
        return
    caseless = end - start < 2000 and text[start:end].islower()
    for stop in _STOP.finditer(text, start, end):
        after = stop.end()
        if after >= end:
            break
        following = _skip_space(text, after, end)
        if following >= end:
            break
        if _ends_sentence(text, start, end, stop, following, words, caseless):
            # Without white space the stop's trailing marks may belong to either side: keep them left.
            yield start, after
            start = following
    while end > start and text[end - 1].isspace():
        end -= 1
    yield start, end


def _skip_space(text: str, position: int, end: int) -> int:
    found = _SPACE.match(text, position, end)
    return found.end() if found else position


def _ends_sentence(
    text: str, start: int, end: int, stop: re.Match[str], following: int, words: Lexicon, caseless: bool
) -> bool:
    marks, position = stop.group(1), stop.start()
    if position == start:
        return False
    if following == stop.end():
        return _space_is_missing(text, start, end, stop)
    lead = _LEAD.match(text, following, min(end, following + _WINDOW))
    first = lead.end() if lead else following
    opener = text[first] if first < end else ""
    if not (opener.isalnum() or opener in "#@№$€£+•●▪◦" or ord(opener) > 0x2190):
        return False
    if text[position - 1] in "([" and marks != "...":
        return False
    token = _TOKEN.search(text, max(start, position - _WINDOW // 2), position)
    if opener.islower():
        if text[first + 1 : first + 2] == ")":  # the next item of "a) …; b) …"
            return True
        return caseless and token is not None and len(token[0]) > 3 and normal(token[0]) not in words.roles
    if marks != ".":
        return True
    if position - start < 16 and _LIST_MARK.match(text, start, position):
        return False
    if token is None:
        if _ITEM.search(text, max(start, position - 6), position):
            return False
        return not (text[position - 1].isdigit() and opener.isdigit() and _spaced_date(text, position, first))
    word = _WORD.match(text, first, min(end, first + _WINDOW))
    return _stop_after(text, start, position, token[0], opener, word, words)


def _stop_after(
    text: str, start: int, position: int, token: str, opener: str, word: re.Match[str] | None, words: Lexicon
) -> bool:
    """Whether a single stop after the word or abbreviation `token` ends the sentence."""
    opens = word is not None and _is_opener(text, word, words)
    role = _role(text, position, token, words)
    if role is None or (role is Role.NUMERIC and not opener.isdigit()):
        if not _is_initial(token):
            return True
        return opens or not opener.isalpha()
    if role is Role.NEVER:
        return False
    if role is Role.NUMERIC:
        return False
    if role is Role.FINAL or opens:
        return True
    if role is Role.NAME or opener.isdigit() or not opener.isalpha():
        return False
    if word is not None and normal(word[0].split("-")[0]) in CURRENCIES:
        return False
    # "В 2024 г. Узбекистан …": an opening adverbial, not a sentence.
    return position - start > _WINDOW or text.count(" ", start, position) >= 4


def _role(text: str, position: int, token: str, words: Lexicon) -> Role | None:
    key = normal(token).replace(" ", "").replace("\u00a0", "")
    role = words.roles.get(key)
    last = key.rsplit(".", 1)[-1]
    if role is None and "." in key:
        role = words.roles.get(last) if len(last) > 1 else None
    if len(key) == 1:
        if token.isupper() or token in _ONE_LETTER_WORDS:
            return None
        return Role.QUANTITY if key in "гвcmt" and _after_number(text, position - 1) else Role.NAME
    if role is None and len(key) <= 7 and "." in key and not token[0].isupper():
        # t.f.d., и.о. and their kind: one lower-case letter between stops.
        return Role.NAME if all(len(part) <= 2 for part in key.split(".")) else None
    return role


def _after_number(text: str, position: int) -> bool:
    before = text[max(0, position - 4) : position].rstrip(" \u00a0-–")
    return bool(before) and (before[-1].isdigit() or before[-1] in "IVXХ")


def _is_initial(token: str) -> bool:
    last = token.replace(" ", "").replace("\u00a0", "").rsplit(".", 1)[-1]
    if not last[:1].isupper():
        return False
    return len(last) == 1 or normal(last) in DIGRAPHS


def _is_opener(text: str, word: re.Match[str], words: Lexicon) -> bool:
    # "И." in "В. И. Вернадский" is an initial, "И" in "… 2020 г. И тогда" opens a sentence.
    return text[word.end() : word.end() + 1] != "." and normal(word[0]) in words.openers


def _spaced_date(text: str, position: int, following: int) -> bool:
    """Whether the stop belongs to `15. 05. 2024`."""
    before, after = text[max(0, position - 8) : position], text[following : following + 5]
    return (_DAY.search(before) is not None and _MONTH_NEXT.match(after) is not None) or (
        _DAY_MONTH.search(before) is not None and after[:4].isdigit()
    )


def _space_is_missing(text: str, start: int, end: int, stop: re.Match[str]) -> bool:
    """Whether the stop in `keldi.Keyin` ends a sentence: letters before it, a capitalised word after it."""
    position, after = stop.start(), stop.end()
    opener = text[after]
    if not opener.isupper() or not text[position - 1].isalpha() or not text[position - 1].islower():
        return False
    left = text[max(start, position - _WINDOW) : position].rsplit(None, 1)[-1]
    right = text[after : min(end, after + _WINDOW)].split(None, 1)[0]
    if any(mark in left or mark in right for mark in ("/", "@", "_", "www", "=")):
        return False
    word = _WORD.match(right)
    if word is None or normal(word[0]) in TOP_DOMAINS or right[word.end() : word.end() + 1] == ".":
        return False
    return len(left.rsplit(".", 1)[-1]) > 2 and (len(word[0]) == 1 or word[0][1:].islower() or left.isupper())
