"""The figures of the report: chrF++, BLEU, spBLEU where possible, number fidelity, ROUGE with a Unicode tokenizer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import sacrebleu
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from recipe.cleaning import numbers_agree
from recipe.corpus import Language

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Quality:
    """Corpus scores of one set and direction."""

    chrf: float
    bleu: float
    spbleu: float | None
    segments: int


def quality(outputs: Sequence[str], references: Sequence[str]) -> Quality:
    """chrF++ and BLEU; spBLEU is None when its tokenizer model is not on this machine."""
    return Quality(
        sacrebleu.corpus_chrf(outputs, [references], word_order=2).score,
        sacrebleu.corpus_bleu(outputs, [references]).score,
        _spbleu(outputs, references),
        len(outputs),
    )


def signatures(outputs: Sequence[str], references: Sequence[str]) -> list[str]:
    """sacrebleu's own description of how chrF++ and BLEU were computed."""
    chrf, bleu = CHRF(word_order=2), BLEU()
    chrf.corpus_score(outputs, [references])
    bleu.corpus_score(outputs, [references])
    return [f"chrF++: {chrf.get_signature()}", f"BLEU: {bleu.get_signature()}"]


def numbers_kept(source: str, output: str, target: Language) -> bool:
    """Whether the product's own check finds no number of the Uzbek source lost, changed or made up."""
    return numbers_agree("uz", target, source, output)


def rouge(outputs: Sequence[str], references: Sequence[str]) -> dict[str, float]:
    """Mean F1 of ROUGE-1, ROUGE-2 and ROUGE-L over words in any script, in percent."""
    found: dict[str, float] = {}
    rows = [
        (_words(output), _words(reference)) for output, reference in zip(outputs, references, strict=True)
    ]
    for size in (1, 2):
        found[f"ROUGE-{size}"] = _mean([_overlap(_grams(a, size), _grams(b, size)) for a, b in rows])
    found["ROUGE-L"] = _mean([_f1(_longest_common(a, b), len(a), len(b)) for a, b in rows])
    return found


def _spbleu(outputs: Sequence[str], references: Sequence[str]) -> float | None:
    try:
        return float(sacrebleu.corpus_bleu(outputs, [references], tokenize="flores200").score)
    except Exception:  # the tokenizer model is downloaded on first use; what fails without a network varies
        return None


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _grams(words: list[str], size: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(words[i : i + size]) for i in range(len(words) - size + 1))


def _overlap(left: Counter[tuple[str, ...]], right: Counter[tuple[str, ...]]) -> float:
    return _f1((left & right).total(), left.total(), right.total())


def _f1(common: int, left: int, right: int) -> float:
    return 2 * common / (left + right) if left + right else 0.0


def _mean(values: list[float]) -> float:
    return 100 * sum(values) / max(1, len(values))


def _longest_common(left: list[str], right: list[str]) -> int:
    row = [0] * (len(right) + 1)
    for word in left:
        before = 0
        for place, other in enumerate(right, 1):
            kept = row[place]
            row[place] = before + 1 if word == other else max(row[place], row[place - 1])
            before = kept
    return row[-1]
