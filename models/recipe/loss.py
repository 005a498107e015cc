"""Label-smoothed cross-entropy, over the whole vocabulary or over sampled candidates.

With 40,000 pieces and a narrow network the output layer is most of a CPU step. The candidate form computes the
logits of the pieces that matter (those of the batch, the most frequent ones) and of a uniform sample of the
rest, whose weight in the partition function is corrected by the sampling rate, so that its expectation is that
of the full softmax (importance sampling after Bengio and Senecal, 2008; Jean et al., 2015).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from recipe.prepared import Prepared
from recipe.tokens import PAD


@dataclass(frozen=True, slots=True)
class Candidates:
    """Chooses the output pieces of a step."""

    always: torch.Tensor
    vocabulary: int
    sampled: int
    seed: int

    def choose(self, labels: torch.Tensor, step: int) -> tuple[torch.Tensor, int, int]:
        """Piece ids (certain ones first), how many are certain, how many pieces the others stand for."""
        certain = torch.unique(torch.cat([self.always, labels]))
        taken = torch.zeros(self.vocabulary, dtype=torch.bool)
        taken[certain] = True
        rest = torch.nonzero(~taken).squeeze(1)
        rng = np.random.default_rng([self.seed, 7, step])
        drawn = rest[torch.from_numpy(rng.choice(len(rest), min(self.sampled, len(rest)), replace=False))]
        return torch.cat([certain, drawn]), len(certain), len(rest)


def frequent_pieces(data: Prepared, count: int, vocabulary: int) -> torch.Tensor:
    """The pieces that targets use most, weighted by visits are near enough to raw counts over the text pool."""
    used = np.bincount(data.tokens, minlength=vocabulary)
    return torch.from_numpy(np.sort(np.argsort(-used, kind="stable")[:count]).copy())


def sampled_loss(
    hidden: torch.Tensor,
    embedding: torch.Tensor,
    labels: torch.Tensor,
    candidates: Candidates,
    step: int,
    smoothing: float,
) -> torch.Tensor:
    """Summed loss over the labels that are not `<pad>`; hidden (rows x width), labels (rows)."""
    wanted = labels != PAD
    hidden, labels = hidden[wanted], labels[wanted]
    ids, certain, represented = candidates.choose(labels.cpu(), step)
    place = torch.full((candidates.vocabulary,), -1, dtype=torch.long)
    place[ids] = torch.arange(len(ids))
    logits = F.linear(hidden, embedding[ids.to(hidden.device)]).float()
    correction = torch.zeros(len(ids))
    weight = torch.ones(len(ids))
    if len(ids) > certain:
        ratio = represented / (len(ids) - certain)
        correction[certain:] = float(np.log(ratio))
        weight[certain:] = ratio
    weight = (weight / weight.sum()).to(logits.device)
    partition = torch.logsumexp(logits + correction.to(logits.device), dim=1)
    right = logits.gather(1, place[labels.cpu()].to(logits.device).unsqueeze(1)).squeeze(1)
    uniform = logits @ weight
    return (partition - (1 - smoothing) * right - smoothing * uniform).sum()


def full_loss(
    hidden: torch.Tensor, embedding: torch.Tensor, labels: torch.Tensor, smoothing: float
) -> torch.Tensor:
    """Summed loss over the labels that are not `<pad>`, over the whole vocabulary."""
    wanted = labels != PAD
    logits = F.linear(hidden[wanted], embedding).float()
    return F.cross_entropy(logits, labels[wanted], label_smoothing=smoothing, reduction="sum")
