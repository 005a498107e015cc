"""The same weights and sentences through Tarjimon, a loop of transformers' generate, batches of 16, and Argos.

Argos Translate is used as its users do, one text in a call, with a package made of the embedded model's files; it is
measured only where it is installed (`pip install argostranslate`). It brings its own beam of 4; Tarjimon runs with
the same beam beside it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from harness import ROOT, encoded, header, raw_model, sentences, server
from throughput import through_grpc

from tarjimon.domain import DecodingSettings

EMBEDDED = ROOT / "models" / "embedded" / "tarjimon-mini"


def transformers_runs(rows: list[str], beam: int) -> dict[str, Callable[[], int]]:
    """Naive loop and batches of 16; each gives the number of sentences it did."""
    sys.path.insert(0, str(ROOT / "tests" / "integration"))
    import torch
    from dequantised import dequantised_checkpoint
    from transformers import BartForConditionalGeneration

    pieces = json.loads((EMBEDDED / "shared_vocabulary.json").read_text())
    ids = {piece: number for number, piece in enumerate(pieces)}
    with tempfile.TemporaryDirectory() as folder:
        bart = BartForConditionalGeneration.from_pretrained(
            dequantised_checkpoint(EMBEDDED, Path(folder) / "hf")
        ).eval()
    model = raw_model(workers=1)
    segments = [[ids[p] for p in s.source] for s in encoded(model, rows)]

    def generate(part: list[list[int]]) -> int:
        width = max(map(len, part))
        x = torch.tensor([row + [1] * (width - len(row)) for row in part])
        with torch.inference_mode():
            bart.generate(
                input_ids=x,
                attention_mask=(x != 1).long(),
                decoder_input_ids=torch.tensor([[2, ids["<2ru>"]]] * len(part)),
                max_new_tokens=min(256, 2 * width),
                num_beams=beam,
                repetition_penalty=1.15,
                do_sample=False,
                early_stopping=True,
            )
        return len(part)

    return {
        "transformers, generate per sentence": lambda: sum(generate([s]) for s in segments),
        "transformers, batches of 16": lambda: sum(
            generate(segments[at : at + 16]) for at in range(0, len(segments), 16)
        ),
    }


def argos_run(rows: list[str], folder: Path) -> Callable[[], int] | None:
    """Argos Translate over a package of the same files; None where it is not installed."""
    try:
        from argostranslate import package, translate
    except ImportError:
        return None
    (folder / "model").mkdir()
    for name in ("model.bin", "shared_vocabulary.json"):
        shutil.copy(EMBEDDED / name, folder / "model" / name)
    config = json.loads((EMBEDDED / "config.json").read_text())
    # Argos adds no special tokens of its own.
    config |= {"add_source_bos": True, "add_source_eos": True}
    (folder / "model" / "config.json").write_text(json.dumps(config))
    shutil.copy(EMBEDDED / "sentencepiece.model", folder / "sentencepiece.model")
    (folder / "metadata.json").write_text(
        json.dumps(
            {
                "package_version": "1.0",
                "argos_version": "1.9",
                "from_code": "uz",
                "from_name": "Uzbek",
                "to_code": "ru",
                "to_name": "Russian",
                "target_prefix": "<2ru>",
            }
        )
    )

    class OneSentence:
        """Every text of this benchmark is one sentence."""

        def split_sentences(self, text: str) -> list[str]:
            return [text]

    packaged = package.Package(folder)
    import ctranslate2

    translator = ctranslate2.Translator(str(folder / "model"), inter_threads=2, intra_threads=1)

    def run() -> int:
        for row in rows:
            translate.apply_packaged_translation(packaged, row, translator, OneSentence(), 1)
        return len(rows)

    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=512)
    parser.add_argument("--others", type=int, default=64, help="sentences for the slower ones")
    arguments = parser.parse_args()
    header("versus")
    rows = sentences(arguments.sentences)
    few = rows[: arguments.others]
    default = raw_model(workers=1).spec.decoding
    rates: dict[str, float] = {}
    with server(CACHE__ENABLED="false", MODELS__SECOND_PASS="false") as running:
        for beam in (default.beam_size, 4):
            decoding = DecodingSettings(beam, default.length_penalty, default.repetition_penalty)
            asyncio.run(through_grpc(running.address, rows[:64], 8, 8, decoding, "ru"))
            seconds = asyncio.run(through_grpc(running.address, rows, 64, 32, decoding, "ru"))
            rates[f"Tarjimon through gRPC, beam {beam}"] = len(rows) / seconds
    others = {
        name: (run, default.beam_size) for name, run in transformers_runs(few, default.beam_size).items()
    }
    with tempfile.TemporaryDirectory() as folder:
        argos = argos_run(few, Path(folder))
        if argos is not None:
            others["Argos Translate, one text in a call"] = (argos, 4)
        print("| | segments/s | Tarjimon is faster by |\n|---|---|---|")
        for name, rate in rates.items():
            print(f"| {name} | {rate:.1f} | |")
        for name, (run, beam) in others.items():
            started = time.perf_counter()
            rate = run() / (time.perf_counter() - started)
            ours = rates[f"Tarjimon through gRPC, beam {beam}"]
            print(f"| {name} (beam {beam}) | {rate:.2f} | {ours / rate:.1f} × |", flush=True)
    if argos is None:
        print("\nArgos Translate is not installed here: left out.")


if __name__ == "__main__":
    main()
