"""Canonical Uzbek written back in a chosen alphabet."""

from __future__ import annotations

import re

from tarjimon.text import orthography_lexicon as lexicon
from tarjimon.text import orthography_tables as tables
from tarjimon.text.orthography_alphabet import Alphabet
from tarjimon.text.orthography_fold import fold

_TOKEN = re.compile(
    r"(?P<kept>\b(?:https?|ftp)://[^\s<>\"«»“”„)]+"
    r"|\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+)"
    r"|(?P<open>')?(?P<word>[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]+(?:'[A-Za-z\u00c0-\u024f]+)*)"
    r"(?P<mark>(?<=[OoGg])'(?!'))?"
)
_FOREIGN = re.compile(r"w|c(?!h)|[^a-z']", re.IGNORECASE)
_ROMAN = re.compile(r"(?=[IVXLM])M{0,3}(?:D?C{0,3}|C[DM])(?:L?X{0,3}|X[LC])(?:V?I{0,3}|I[VX])")
_NEW = {"sh": "ş", "ch": "ç", "o'": "ö", "g'": "ğ"}
_NEW_DIGRAPH = re.compile(r"s'h|sh|ch|[og]'|Sh|Ch|SH|CH|[OG]'|S'[Hh]")
# -tsiya, -tsion, -tsist come from ц only; native t+s is a stem before -siz, -sin, -sa.
_LOAN_ENDINGS = re.compile(r"tsi(?=ya|on|ent|st|zm)|(?<=[knp])si(?=ya|on)")


def render(canonical: str, alphabet: Alphabet, *, typographic: bool = False) -> str:
    """Write canonical Uzbek (the answer of `fold`) in `alphabet`.

    Addresses and words with letters that Uzbek lacks (w, a bare c) stay Latin. `fold(render(x, a))` gives `x`
    back for Uzbek words.

    Args:
        canonical: text in the canonical form.
        alphabet: the alphabet to write.
        typographic: write U+02BB in oʻ gʻ and U+02BC for the tutuq belgisi, in the two Latin alphabets.
    """
    if alphabet is Alphabet.LATIN and not typographic:
        return canonical

    def written(match: re.Match[str]) -> str:
        if match["kept"]:
            return match[0]
        quote, word, mark = match["open"] or "", match["word"], match["mark"] or ""
        if quote and mark:
            return quote + _word(word, alphabet, typographic) + mark  # 'Tango': quotation marks
        dotted = len(word) == 1 and canonical.startswith(".", match.end())
        if alphabet is Alphabet.CYRILLIC and dotted:
            return quote + _letters(word + mark, "")  # an initial, not a Roman number
        return quote + _word(word + mark, alphabet, typographic)

    return _TOKEN.sub(written, canonical)


def _word(word: str, alphabet: Alphabet, typographic: bool) -> str:
    if alphabet is Alphabet.CYRILLIC:
        return _cyrillic_word(word)
    if alphabet is Alphabet.NEW_LATIN and not _FOREIGN.search(word):
        word = _NEW_DIGRAPH.sub(_new_letter, word)
    if typographic:
        word = re.sub("(?<=[OoGg])'", "\u02bb", word).replace("'", "\u02bc")
    return word


def _new_letter(match: re.Match[str]) -> str:
    letter = _NEW.get(match[0].lower())
    if letter is None:
        return match[0]  # s'h keeps its apostrophe, so that it stays apart from a mistyped sh
    return letter.upper() if match[0][0].isupper() else letter


def _cyrillic_word(word: str) -> str:
    if _FOREIGN.search(word) or (_ROMAN.fullmatch(word) and word not in "LM"):
        return word
    lowered = word.lower()
    for length in range(min(len(lowered), _LONGEST_STEM), 2, -1):
        stem = _STEMS.get(lowered[:length])
        if stem is not None:
            rest = _letters(word[length:], lowered[:length])
            if rest and stem[-1] in "ьъ":
                stem = stem[:-1]
            return _cased_like(stem, word[:length]) + rest
    return _letters(word, "")


def _cased_like(stem: str, model: str) -> str:
    letters = [char for char in model if char != "'"]
    if len(letters) > 1 and all(char.isupper() for char in letters):
        return stem.upper()
    return stem[0].upper() + stem[1:] if letters[0].isupper() else stem


def _letters(word: str, before: str) -> str:
    """Transliterate `word` by rule; `before` is what stands to its left in the same word."""
    loan = {match.start() for match in _LOAN_ENDINGS.finditer((before + word).lower())}
    lowered = word.lower()
    result: list[str] = []
    at = 0
    while at < len(word):
        previous = lowered[at - 1] if at else before[-1:]
        taken, cyrillic = _letter(lowered, at, previous, at + len(before) in loan)
        source = word[at : at + taken]
        if source[0].isupper():
            cyrillic = cyrillic.upper() if len(source) > 1 and source.isupper() else _capital(cyrillic)
        result.append(cyrillic)
        at += taken
    return "".join(result)


def _capital(cyrillic: str) -> str:
    return cyrillic[:1].upper() + cyrillic[1:]


def _letter(word: str, at: int, previous: str, loan: bool) -> tuple[int, str]:
    """How many Latin letters are taken at `at`, and the Cyrillic for them."""
    if loan:
        return (2, "ц") if word[at] == "t" else (1, "ц")
    starts = not previous or previous in tables.LATIN_VOWELS
    after_o_mark = previous == "'" and at > 1 and word[at - 2] in "o"
    if word.startswith("ye", at):
        return 2, "е" if starts or after_o_mark else "ье"
    if word[at] == "e":
        return 1, "э" if starts or after_o_mark else "е"
    for length in (3, 2, 1):
        cyrillic = tables.LATIN_TO_CYRILLIC.get(word[at : at + length])
        if cyrillic is not None and not (length == 2 and word[at : at + 3] == "yo'"):
            return length, cyrillic
    return 1, "ъ" if word[at] == "'" else word[at]


_STEMS = {fold(stem): stem for stem in lexicon.CYRILLIC_LOANS}
_LONGEST_STEM = max(map(len, _STEMS))
