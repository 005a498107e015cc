"""How the n-gram table is made from example texts; used when the table is remade, never by the service."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping

from tarjimon.text.language_table import LONGEST_GRAM, UNITS_PER_NAT, grams

_LIMIT = 127


def train(
    texts: Mapping[str, Iterable[str]], *, keep: int, smoothing: float = 1500.0, share: float = 0.01
) -> tuple[list[str], dict[str, bytes]]:
    """Score n-grams for the languages of one script.

    Each language's distribution is smoothed towards the average of all with `smoothing` pseudo-counts, or
    with `share` of its own size if that is more, so that much text in one genre does not speak against
    another; a score is the logarithm of the ratio to that average.

    Args:
        texts: example texts by class.
        keep: how many n-grams to keep, the most telling ones.
        smoothing: pseudo-counts given to the average distribution.
        share: the least part of a language's own counts that is added in pseudo-counts.

    Returns:
        The classes and one row of signed bytes for every n-gram, as `language_table.pack` takes them.
    """
    classes = list(texts)
    counts = [Counter(gram for text in texts[name] for gram in grams(text)) for name in classes]
    totals = [_totals(count) for count in counts]
    added = [[max(smoothing, share * size) for size in total] for total in totals]
    vocabulary = {gram for count in counts for gram, times in count.items() if times >= 2}
    scored: list[tuple[float, str, bytes]] = []
    for gram in vocabulary:
        size = len(gram)
        shares = [count[gram] / max(total[size], 1) for count, total in zip(counts, totals, strict=True)]
        average = sum(shares) / len(shares) + 1e-9
        chances = [
            (count[gram] + extra[size] * average) / (total[size] + extra[size])
            for count, total, extra in zip(counts, totals, added, strict=True)
        ]
        nats = [math.log(chance / average) for chance in chances]
        telling = sum(chance * abs(nat) for chance, nat in zip(chances, nats, strict=True)) / len(nats)
        row = bytes(max(-_LIMIT, min(_LIMIT, round(nat * UNITS_PER_NAT))) & 0xFF for nat in nats)
        scored.append((telling * (0.8 if size == LONGEST_GRAM else 1.0), gram, row))
    scored.sort(key=lambda item: (-item[0], item[1]))
    return classes, {gram: row for _, gram, row in sorted(scored[:keep], key=lambda item: item[1])}


def _totals(count: Counter[str]) -> list[int]:
    totals = [0] * (LONGEST_GRAM + 1)
    for gram, times in count.items():
        totals[len(gram)] += times
    return totals
