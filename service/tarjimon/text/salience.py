"""Which sentences of a release carry it: a small, deterministic extractive ranking."""

import math
import re
from collections import Counter
from collections.abc import Sequence

_WORD = re.compile(r"[^\W\d_][\w'’ʻʼ‘]*")
_NUMBER = re.compile(r"\d")
_STEM = 5  # letters; Uzbek and Russian inflect at the end of the word
_FEWEST_WORDS = 5


def rank(sentences: Sequence[str], titles: Sequence[str] = ()) -> tuple[int, ...]:
    """Order sentences by how well they stand for the whole, best first.

    A sentence scores by the words it shares with the others and with the titles (cosine over stems weighted by
    rarity), and by its place: releases put the news first. Very short sentences come last.

    Args:
        sentences: the document in reading order.
        titles: its headings, if known.

    Returns:
        Indexes into `sentences`, each once.
    """
    bags = [_stems(sentence) for sentence in sentences]
    spread = Counter(stem for bag in bags for stem in bag)
    count = len(sentences)

    def weighted(bag: Counter[str]) -> dict[str, float]:
        return {stem: n * math.log(1 + count / spread[stem]) for stem, n in bag.items() if stem in spread}

    vectors = [weighted(bag) for bag in bags]
    whole: Counter[str] = Counter()
    for vector in vectors:
        whole.update(vector)
    heading = weighted(sum((_stems(title) for title in titles), Counter()))

    def score(index: int) -> float:
        vector = vectors[index]
        rest = {stem: value - vector.get(stem, 0.0) for stem, value in whole.items()}
        place = 1.0 / (1.0 + 0.35 * index)
        short = sum(bags[index].values()) < _FEWEST_WORDS
        figures = 0.05 if _NUMBER.search(sentences[index]) else 0.0
        return (
            _cosine(vector, rest)
            + 0.8 * _cosine(vector, heading)
            + 0.9 * place
            + figures
            - (2.0 if short else 0.0)
        )

    scores = [score(index) for index in range(count)]
    return tuple(sorted(range(count), key=lambda index: (-scores[index], index)))


def overlap(one: str, other: str) -> float:
    """How much of the first text's character 4-grams the second has, 0.0 to 1.0."""
    grams, others = _grams(one), _grams(other)
    total = sum(grams.values())
    return sum((grams & others).values()) / total if total else 0.0


def _stems(text: str) -> Counter[str]:
    return Counter(word[:_STEM].lower() for word in _WORD.findall(text) if len(word) > 2)


def _grams(text: str) -> Counter[str]:
    plain = " ".join(text.lower().split())
    return Counter(plain[at : at + 4] for at in range(max(0, len(plain) - 3)))


def _cosine(one: dict[str, float], other: dict[str, float]) -> float:
    dot = sum(value * other.get(stem, 0.0) for stem, value in one.items())
    norm = math.sqrt(sum(v * v for v in one.values()) * sum(v * v for v in other.values()))
    return dot / norm if norm else 0.0
