"""What a smaller output layer would save: the same weights with the target vocabulary cut to one script.

CTranslate2's own shortlist (`vmap`) takes the union of the candidates of a whole batch, so that a result would
depend on its batch mates; this measures the alternative that does not: a fixed cut for each target language.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from pathlib import Path

import ctranslate2
from harness import ROOT, encoded, header, raw_model, sentences

EMBEDDED = ROOT / "models" / "embedded" / "tarjimon-mini"
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2}")


def cut_model(folder: Path, target: str) -> tuple[Path, int]:
    """The embedded model with the other script's word pieces taken out of the decoder's vocabulary."""
    sys.path.insert(0, str(ROOT / "tests" / "integration"))
    from ctranslate2.converters.transformers import TransformersConverter
    from dequantised import dequantised_checkpoint

    pieces: list[str] = json.loads((EMBEDDED / "shared_vocabulary.json").read_text())
    foreign = _LATIN_WORD if target == "ru" else _CYRILLIC
    keep = [
        n for n, piece in enumerate(pieces) if n < 4 or piece.startswith("<") or not foreign.search(piece)
    ]
    checkpoint = dequantised_checkpoint(EMBEDDED, folder / "hf")
    config = checkpoint / "config.json"
    older = {"normalize_before": False, "normalize_embedding": True}  # the converter asks for these
    config.write_text(json.dumps({**json.loads(config.read_text()), **older}))
    spec = TransformersConverter(str(checkpoint))._load()
    spec.decoder.embeddings.weight = spec.decoder.embeddings.weight[keep]
    spec.decoder.projection.weight = spec.decoder.projection.weight[keep]
    bias = spec.decoder.projection.bias
    if hasattr(bias, "shape"):
        spec.decoder.projection.bias = bias[keep]
    spec._vocabularies = {"source": [], "target": []}
    spec.register_source_vocabulary(pieces)
    spec.register_target_vocabulary([pieces[n] for n in keep])
    spec.config.decoder_start_token = "</s>"
    spec.validate()
    spec.optimize(quantization="int8")
    output = folder / "cut"
    output.mkdir()
    spec.save(str(output))
    return output, len(keep)


def run(translator: ctranslate2.Translator, segments: list, beam: int) -> tuple[float, list[list[str]]]:
    """Seconds and outputs, batched by 32."""
    outputs: list[list[str]] = []
    started = time.perf_counter()
    for at in range(0, len(segments), 32):
        part = segments[at : at + 32]
        results = translator.translate_batch(
            [list(s.source) for s in part],
            target_prefix=[list(s.target_prefix) for s in part],
            beam_size=beam,
            repetition_penalty=1.15,
            max_decoding_length=128,
        )
        outputs += [r.hypotheses[0] for r in results]
    return time.perf_counter() - started, outputs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=128)
    parser.add_argument("--beam", type=int, default=2)
    arguments = parser.parse_args()
    header("output vocabulary")
    model = raw_model(workers=1)
    whole = ctranslate2.Translator(str(EMBEDDED), compute_type="int8", intra_threads=1)
    print("| target | pieces | seconds, 40,000 pieces | seconds, cut | speed-up | equal outputs |")
    print("|---|---|---|---|---|---|")
    for target in ("ru", "en"):
        rows = sorted(encoded(model, sentences(arguments.sentences), target), key=lambda s: len(s.source))
        with tempfile.TemporaryDirectory() as folder:
            path, size = cut_model(Path(folder), target)
            small = ctranslate2.Translator(str(path), compute_type="int8", intra_threads=1)
            run(whole, rows[:32], arguments.beam), run(small, rows[:32], arguments.beam)
            before, expected = run(whole, rows, arguments.beam)
            after, found = run(small, rows, arguments.beam)
        equal = sum(a == b for a, b in zip(expected, found, strict=True)) / len(rows)
        print(
            f"| {target} | {size:,} | {before:.2f} | {after:.2f} | {before / after:.2f} | {equal:.0%} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
