"""The order of training: which examples an epoch holds, and how they are cut into batches.

Everything is a function of (seed, epoch, batch number), so that a resumed run sees what an uninterrupted one sees.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recipe.prepared import TARGETS, TASKS, Prepared
from recipe.tokens import BOS, EOS, PAD, Prefixes

I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """Sizes in pieces.

    Attributes:
        tokens: padded pieces of source plus target in one batch, at most.
        pool: examples that are sorted by length together; smaller is more random, larger pads less.
        source, target: longest text that is used; longer examples are left out (and counted by `prepare`).
    """

    tokens: int
    pool: int = 4096
    source: int = 400
    target: int = 200


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded ids: `source` (rows x longest source), `decoder_input` and `labels` (rows x longest target)."""

    source: I64
    decoder_input: I64
    labels: I64
    target_tokens: int


class Epochs:
    """Batches of a prepared file, epoch by epoch."""

    def __init__(self, data: Prepared, prefixes: Prefixes, limits: BatchLimits, seed: int) -> None:
        self._data = data
        self._prefixes = prefixes
        self._limits = limits
        self._seed = seed
        source, target = data.lengths()
        self._fits = (source <= limits.source) & (target <= limits.target) & (source > 0) & (target > 0)
        self._cost = np.stack([source + 4, target + 2])

    def plan(self, epoch: int) -> list[I64]:
        """The batches of one epoch, as example numbers, in the order in which they are trained."""
        rng = np.random.default_rng([self._seed, epoch])
        visits = self._data.visits * self._fits
        times = np.floor(visits + rng.random(len(visits))).astype(np.int64)
        order = np.repeat(np.arange(len(visits)), times)
        rng.shuffle(order)
        batches: list[I64] = []
        for start in range(0, len(order), self._limits.pool):
            batches += self._cut(order[start : start + self._limits.pool], rng)
        return batches

    def _cut(self, pool: I64, rng: np.random.Generator) -> list[I64]:
        # Sources of like length together, and among them targets of like length, up and down in turn, so that
        # neither side is padded much where one group of sources ends and the next begins.
        group = self._cost[0, pool] // 4
        target = self._cost[1, pool] + rng.random(len(pool))
        pool = pool[np.lexsort((np.where(group % 2 == 0, target, -target), group))]
        cut: list[I64] = []
        begin, wide_source, wide_target = 0, 0, 0
        for place, example in enumerate(pool):
            source = max(wide_source, int(self._cost[0, example]))
            target = max(wide_target, int(self._cost[1, example]))
            if place > begin and (source + target) * (place - begin + 1) > self._limits.tokens:
                cut.append(pool[begin:place])
                begin, source, target = place, int(self._cost[0, example]), int(self._cost[1, example])
            wide_source, wide_target = source, target
        cut.append(pool[begin:])
        return [cut[i] for i in rng.permutation(len(cut))]

    def batch(self, examples: I64) -> Batch:
        """Pad the examples of one batch."""
        sources, inputs, labels = [], [], []
        for example in examples:
            task = TASKS[self._data.task[example]]
            prefix = self._prefixes.target[TARGETS[self._data.language[example]]]
            source = self._data.text(int(self._data.source[example]))
            target = self._data.text(int(self._data.target[example]))
            sources.append([BOS, *self._prefixes.source_prefix(task), *source, EOS])
            inputs.append([EOS, prefix, *target])
            labels.append([PAD, *target, EOS])
        counted = sum(len(row) - 1 for row in labels)
        return Batch(padded(sources), padded(inputs), padded(labels), counted)

    def stream(self, epoch: int, batch: int) -> Iterator[tuple[int, int, Batch]]:
        """Batches from a position on, for ever: (epoch, number of the next batch in it, batch)."""
        while True:
            plan = self.plan(epoch)
            if not plan:
                raise ValueError("the prepared file has no example that fits the batch limits")
            for number in range(batch, len(plan)):
                yield epoch, number + 1, self.batch(plan[number])
            epoch, batch = epoch + 1, 0


def padded(rows: list[list[int]]) -> I64:
    """Rows of ids as one array, `PAD` at the right."""
    out = np.full((len(rows), max(map(len, rows))), PAD, dtype=np.int64)
    for number, row in enumerate(rows):
        out[number, : len(row)] = row
    return out
