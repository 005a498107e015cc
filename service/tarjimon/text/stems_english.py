"""English nouns without plural and possessive endings."""

from __future__ import annotations

from collections.abc import Iterator

_SHORTEST = 2
_IRREGULAR = {"men": "man", "women": "woman", "people": "person", "children": "child", "chairmen": "chairman"}


def english_stems(word: str) -> dict[str, bool]:
    """The dictionary forms that a word may come from; none is a derivation.

    Args:
        word: lower case, with an ASCII apostrophe.
    """
    return dict.fromkeys(_candidates(word), False)


def _candidates(word: str) -> Iterator[str]:
    yield word
    if word.endswith("'s"):
        word = word[:-2]
        yield word
    elif word.endswith("'"):
        word = word[:-1]
        yield word
    if word in _IRREGULAR:
        yield _IRREGULAR[word]
    if word.endswith("s") and not word.endswith("ss") and len(word) > _SHORTEST + 1:
        yield word[:-1]
        if word.endswith("ies"):
            yield word[:-3] + "y"
        if word.endswith("es"):
            yield word[:-2]
