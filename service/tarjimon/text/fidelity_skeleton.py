"""Names across scripts: a consonant skeleton in which Komilov, Камилов and Kamilov are one."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

_PAIRS = {
    "shch": "S", "tch": "C", "sch": "S", "dzh": "j", "дж": "j", "ҷ": "j", "sh": "S", "ch": "C", "kh": "h", "zh": "j",
    "ts": "s", "тс": "s", "ph": "f", "th": "t", "ck": "k", "gh": "g", "dj": "j", "ee": "", "кс": "ks",
    "ce": "s", "ci": "s", "cy": "s", "wh": "v",
}  # fmt: skip
_SINGLE = dict(
    zip(
        "bvgdjzklmnprstfhqxwcбвгджзклмнпрстфхцчшщқғҳşçğ",
        "bvgdjsklmnprstfhkhvkbvgdjsklmnprstfhsCSSkghSCg",
        strict=True,
    )
)
_UZBEK = str.maketrans({"ş": "sh", "ç": "ch", "ğ": "g"})
_ADJECTIVE = re.compile(r"(?<=..)n?sk[gmh]?\Z")
# What endings add to a skeleton. No v: Davlat is not Davlatov.
_ENDING = re.compile(r"[mghnsSCt]{0,2}")
_UZBEK_ENDING = re.compile(r"(?:lr|lk|nng|ng|n|dn|dg|d|gC|g|k|C|S|m|s|t|h|j)*")
_VOWELS = frozenset("aeiouyöüаеёиоуыэюяўӣй")


@lru_cache(maxsize=65536)
def skeleton(word: str, language: str | None = None) -> str:
    """The consonants of a word in a Latin shorthand; `@` stands for a vowel at its start.

    Args:
        word: one word in Latin or Cyrillic.
        language: `en` reads x as ks; otherwise x is the Uzbek letter.
    """
    text = word.lower().translate(_UZBEK)
    if language == "en":
        text = text.replace("x", "ks")
    if not text.isascii():  # São, Chișinău; й, ў and ё are vowels with or without their marks
        text = "".join(
            letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter)
        )
    out = "@" if text[:1] in _VOWELS else ""
    position, last = 0, ""
    while position < len(text):
        for size in (4, 3, 2):
            piece = text[position : position + size]
            if len(piece) == size and piece in _PAIRS:
                sound = _PAIRS[piece]
                break
        else:
            size, sound = 1, _SINGLE.get(text[position], "")
        position += size
        if sound != last:
            out += sound
        last = sound
    # Russian adjectives of places: Каршинский, Ургутский are Qarshi, Urgut.
    return _ADJECTIVE.sub("", out) if language == "ru" else out


def spellings(word: str, language: str | None) -> tuple[str, ...]:
    """The skeletons of a name as each language may have heard it: Rwanda and Ruanda, Jamaica and Yamayka."""
    text = word.lower()
    if language != "en":
        return (skeleton(text, language),)
    heard = [text, text.replace("w", "u"), text.replace("j", "y"), text.replace("ph", "p")]
    heard += [text.replace("ch", "kh"), text.replace("qu", "kv")]
    return tuple(dict.fromkeys(skeleton(one, language) for one in heard))


def same_name(summary: str, source: str, summary_language: str | None = None) -> bool:
    """Whether two skeletons are one name, case endings and derivations apart.

    Prefers to say no: names of one consonant never match, a changed consonant is forgiven only in long names.
    """
    ending = _UZBEK_ENDING if summary_language == "uz" else _ENDING
    return _alike(summary, source, ending) or _loosely_alike(summary, source, ending)


class KnownNames:
    """The names of a source, looked up by the way they begin."""

    def __init__(self, shapes: Iterable[str]) -> None:
        self._by_start: dict[str, set[str]] = defaultdict(set)
        for shape in shapes:
            self._by_start[shape[:2]].add(shape)
            self._by_start[_without_breath(shape)[:2]].add(shape)

    def has(self, shape: str, language: str | None) -> bool:
        """Whether a skeleton of the summary is the name of one of these."""
        starts = {shape[:2], _without_breath(shape)[:2]}
        return any(
            same_name(shape, other, language) for start in starts for other in self._by_start.get(start, ())
        )


def _without_breath(shape: str) -> str:
    return shape.replace("h", "").replace("g", "")


def _alike(summary: str, source: str, ending: re.Pattern[str]) -> bool:
    shared = _common_prefix(summary, source)
    if shared < 2:
        return summary == source
    rest_summary, rest_source = summary[shared:], source[shared:]
    if ending.fullmatch(rest_summary) and _UZBEK_ENDING.fullmatch(rest_source):
        return shared > 2 or len(rest_source) <= 3
    # One consonant heard otherwise: Qirg'iz and Kirgiz, Samarqand and Samarkand's relatives.
    if min(len(summary), len(source)) < 5 or abs(len(summary) - len(source)) > 3:
        return False
    common = _common_prefix(rest_summary[1:], rest_source[1:])
    return common >= 2 and bool(
        ending.fullmatch(rest_summary[1 + common :]) and _UZBEK_ENDING.fullmatch(rest_source[1 + common :])
    )


def _loosely_alike(summary: str, source: str, ending: re.Pattern[str]) -> bool:
    # Russian writes h as г or х, English often drops it: Tehron, Тегеран, Tehran.
    if "h" not in summary + source:
        return False
    first, second = (_without_breath(text) for text in (summary, source))
    return len(first) >= 3 and len(second) >= 3 and _alike(first, second, ending)


def _common_prefix(first: str, second: str) -> int:
    size = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        size += 1
    return size
