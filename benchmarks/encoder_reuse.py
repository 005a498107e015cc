"""What could be saved by encoding a sentence once for both targets: the encoder's share of the work, and reuse in
transformers (CTranslate2 gives no access to encoder outputs for translation)."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from harness import ROOT, encoded, header, raw_model, sentences


def ctranslate2_times(rows: list[str]) -> tuple[float, float]:
    """Seconds for both targets, and for the encoder alone (one output token), batched by 32."""
    model = raw_model(workers=1)
    translator = model.engine._translator  # type: ignore[attr-defined]
    total = alone = 0.0
    for target in ("ru", "en"):
        segments = sorted(encoded(model, rows, target), key=lambda s: len(s.source))
        for at in range(0, len(segments), 32):
            part = segments[at : at + 32]
            arguments = {
                "target_prefix": [list(s.target_prefix) for s in part],
                "beam_size": model.spec.decoding.beam_size,
                "repetition_penalty": model.spec.decoding.repetition_penalty,
            }
            for limit in (256, 2):
                started = time.perf_counter()
                translator.translate_batch(
                    [list(s.source) for s in part], max_decoding_length=limit, **arguments
                )
                seconds = time.perf_counter() - started
                if limit == 256:
                    total += seconds
                else:
                    alone += seconds
    return total, alone


def transformers_times(rows: list[str]) -> tuple[float, float]:
    """Seconds for both targets with two encoder passes, and with one; greedy, batched by 32."""
    sys.path.insert(0, str(ROOT / "tests" / "integration"))
    import torch
    from dequantised import dequantised_checkpoint
    from transformers import BartForConditionalGeneration

    model = raw_model(workers=1)
    import json

    pieces = json.loads((ROOT / "models/embedded/tarjimon-mini/shared_vocabulary.json").read_text())
    ids = {piece: number for number, piece in enumerate(pieces)}
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = dequantised_checkpoint(ROOT / "models/embedded/tarjimon-mini", Path(folder) / "hf")
        bart = BartForConditionalGeneration.from_pretrained(checkpoint).eval()
    torch.set_num_threads(1)
    segments = sorted(encoded(model, rows, "ru"), key=lambda s: len(s.source))
    times = {"twice": 0.0, "once": 0.0}
    with torch.inference_mode():
        for at in range(0, len(segments), 32):
            part = [[ids[p] for p in s.source] for s in segments[at : at + 32]]
            width = max(map(len, part))
            x = torch.tensor([row + [1] * (width - len(row)) for row in part])
            mask = (x != 1).long()
            for way in times:
                started = time.perf_counter()
                shared = bart.get_encoder()(input_ids=x, attention_mask=mask) if way == "once" else None
                for tag in ("<2ru>", "<2en>"):
                    start = torch.tensor([[2, ids[tag]]] * len(part))
                    bart.generate(
                        input_ids=None if shared else x,
                        encoder_outputs=shared,
                        attention_mask=mask,
                        decoder_input_ids=start,
                        max_new_tokens=96,
                        num_beams=1,
                        do_sample=False,
                    )
                times[way] += time.perf_counter() - started
    return times["twice"], times["once"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=128)
    arguments = parser.parse_args()
    header("encoder reuse")
    rows = sentences(arguments.sentences)
    total, alone = ctranslate2_times(rows)
    print(
        f"CTranslate2, ru and en of {len(rows)} sentences: {total:.2f} s; encoder and one step alone {alone:.2f} s"
    )
    print(f"so reuse could save at most {alone / 2 / total:.1%} of the time (half of the encoder's share)\n")
    twice, once = transformers_times(rows)
    print(f"transformers, greedy: encoding twice {twice:.2f} s, once {once:.2f} s: ratio {once / twice:.2f}")


if __name__ == "__main__":
    main()
