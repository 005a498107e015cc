"""Validation during training: greedy translations of held-out sentences, scored with chrF."""

from __future__ import annotations

from collections.abc import Sequence

import sacrebleu
import torch
from transformers import BartForConditionalGeneration

from recipe.batches import padded
from recipe.prepared import Validation
from recipe.tokens import BOS, EOS, Pieces


def greedy(
    model: BartForConditionalGeneration,
    examples: Sequence[Validation],
    pieces: Pieces,
    rows: int = 40,
    longest: int = 120,
) -> list[str]:
    """Greedy outputs of the examples, in their order."""
    device = model.model.shared.weight.device
    order = sorted(range(len(examples)), key=lambda i: len(examples[i].source))
    out = [""] * len(examples)
    for start in range(0, len(order), rows):
        chosen = order[start : start + rows]
        sources = [
            [BOS, *pieces.prefixes.source_prefix(examples[i].task), *examples[i].source, EOS] for i in chosen
        ]
        source = torch.from_numpy(padded(sources)).to(device)
        tags = [pieces.prefixes.target[examples[i].target] for i in chosen]  # type: ignore[index]
        made = model.generate(
            input_ids=source,
            attention_mask=(source != 1).long(),
            decoder_input_ids=torch.tensor([[EOS, tag] for tag in tags], device=device),
            max_new_tokens=min(longest, 2 * source.shape[1] + 10),
            num_beams=1,
            do_sample=False,
        )
        for place, ids in zip(chosen, made.tolist(), strict=True):
            out[place] = pieces.decode(ids[2:])
    return out


def scores(
    model: BartForConditionalGeneration, examples: Sequence[Validation], pieces: Pieces
) -> dict[str, float]:
    """chrF of each target language, and their mean under "all"."""
    was_training = model.training
    model.eval()
    with torch.inference_mode():
        outputs = greedy(model, examples, pieces)
    model.train(was_training)
    found: dict[str, float] = {}
    for target in sorted({example.target for example in examples}):
        numbers = [i for i, example in enumerate(examples) if example.target == target]
        hypotheses = [outputs[i] for i in numbers]
        references = [examples[i].reference for i in numbers]
        found[target] = round(sacrebleu.corpus_chrf(hypotheses, [references]).score, 2)
    found["all"] = round(sum(found.values()) / len(found), 2)
    return found
