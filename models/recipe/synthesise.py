"""Translates monolingual text with a trained model into training text, and keeps what passes the product's checks.

Into Russian and English this is self-training (or distillation, when the model is a larger teacher); from Russian
or English into Uzbek, with a model trained with `to_uzbek` above 0, it is back-translation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from recipe.cleaning import rejection
from recipe.corpus import Language
from recipe.overlap import OverlapIndex
from tarjimon.text.fidelity import check
from tarjimon.text.orthography import fold
from tarjimon.text.segmentation import segment

Translate = Callable[[list[str], str], list[str]]


def sentences(
    lines: Iterable[str], language: Language, shortest: int = 25, longest: int = 350
) -> Iterator[str]:
    """Sentences of a text, Uzbek folded, each once; lengths in characters."""
    seen: set[str] = set()
    for line in lines:
        text = line.rstrip("\n").split("\t")[0]
        for part in segment(text, language):
            sentence = (fold(part.text) if language == "uz" else part.text).strip()
            if shortest <= len(sentence) <= longest and sentence not in seen:
                seen.add(sentence)
                yield sentence


def pairs(
    source: Iterable[str],
    languages: tuple[Language, Language],
    translate: Translate,
    development: OverlapIndex,
    dropped: Counter[str],
    chunk: int = 512,
) -> Iterator[tuple[str, str]]:
    """(sentence, translation) of what is fit for training; reasons of the others are counted in `dropped`."""
    waiting: list[str] = []
    for sentence in source:
        if development.exact(sentence) or development.near(sentence):
            dropped["near a development set"] += 1
            continue
        waiting.append(sentence)
        if len(waiting) == chunk:
            yield from _kept(waiting, languages, translate, dropped)
            waiting = []
    if waiting:
        yield from _kept(waiting, languages, translate, dropped)


def _kept(
    batch: list[str], languages: tuple[Language, Language], translate: Translate, dropped: Counter[str]
) -> Iterator[tuple[str, str]]:
    for sentence, output in zip(batch, translate(batch, languages[1]), strict=True):
        reason = rejection(*languages, sentence, output)
        if reason is None and not check(sentence, output, *languages).ok:
            reason = "fidelity"
        if reason is not None:
            dropped[reason] += 1
            continue
        yield sentence, output


def write(path: Path, made: Iterable[tuple[str, str]], languages: tuple[Language, Language]) -> int:
    """Write `uz-ru` or `uz-en` columns whichever way the translation went; returns the number of rows."""
    count = 0
    with path.open("w", encoding="utf-8") as out:
        for left, right in made:
            columns = (left, right) if languages[0] == "uz" else (right, left)
            out.write("\t".join(" ".join(text.split()) for text in columns) + "\n")
            count += 1
    return count
