"""What each command of `python -m recipe` does; imports are inside, so that each needs only its own packages."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any


def say(text: str) -> None:
    """Print a result."""
    sys.stdout.write(f"{text}\n")


def prepare(chosen: argparse.Namespace) -> int:
    """Clean, deduplicate, weigh, tokenise."""
    from recipe.augment.generate import triples
    from recipe.mixture import read_mixture
    from recipe.overlap import development_index
    from recipe.prepare import (
        Allowed,
        Gatherer,
        balance_table,
        encode,
        read_own_documents,
        validation_examples,
    )
    from recipe.prepared import save
    from recipe.tokens import Pieces
    from tarjimon.text.orthography import fold

    gatherer = Gatherer(read_mixture(chosen.mixture), fold, development_index(chosen.eval))
    held_out = gatherer.documents(read_own_documents(chosen.documents))
    if chosen.corpus is not None:
        gatherer.aligned(chosen.corpus, Allowed(web=not chosen.no_web, copyleft=not chosen.no_copyleft))
    gatherer.generated(triples(chosen.generated, seed=1))
    table = gatherer.ledger.table()
    notes = {
        "web": not chosen.no_web,
        "copyleft": not chosen.no_copyleft,
        "generated": chosen.generated,
        "table": table,
    }
    validation = validation_examples(held_out, fold, chosen.validation)
    pieces = Pieces(chosen.tokenizer)
    pieces.require_explicit_spacing()
    data = encode(gatherer.examples, validation, pieces, notes)
    save(chosen.out, data)
    say(f"{table}\n\n{balance_table(gatherer.examples, data)}\n")
    say(
        f"{len(data)} examples, {len(data.starts) - 1} texts, {len(data.tokens)} pieces, "
        f"{len(data.validation)} for validation, {chosen.out.stat().st_size / 2**20:.1f} MiB, {data.fingerprint()}"
    )
    return 0


def augment(chosen: argparse.Namespace) -> int:
    """Print generated sentences, for reading."""
    from recipe.augment.generate import triples

    for triple in triples(chosen.count, chosen.seed):
        say("\t".join(triple[name] for name in ("uz", "ru", "en")))
    return 0


def check(chosen: argparse.Namespace) -> int:
    """Proofread the documents; status 1 when something must be looked at."""
    from recipe.proofread import findings

    found = list(findings(chosen.documents))
    for finding in found:
        say(str(finding))
    say(f"{len(found)} findings")
    return 1 if found else 0


def init(chosen: argparse.Namespace) -> int:
    """Make a model folder to train from: e5 weights, or random ones of the same shape."""
    from recipe.e5 import packaged_file, read
    from recipe.initialise import from_e5
    from recipe.model import TOKENIZER, Shape, build, config_of, own_weights, save_folder

    e5 = read(chosen.e5 or packaged_file())
    tokenizer, kept = _vocabulary(chosen, e5.pieces, e5.scores)
    shape = Shape(len(tokenizer["model"]["vocab"]), chosen.encoder_layers, chosen.decoder_layers)
    model = build(config_of(shape), dropout=0.1, attention="eager", seed=chosen.seed)
    if not chosen.random:
        from_e5(model, e5, kept, chosen.seed)
    save_folder(chosen.out, model, own_weights(model))
    (chosen.out / TOKENIZER).write_text(json.dumps(tokenizer, ensure_ascii=False), encoding="utf-8")
    say(f"{chosen.out}: {sum(p.numel() for p in model.parameters()) / 1e6:.1f}M parameters, {shape}")
    return 0


def _vocabulary(
    chosen: argparse.Namespace, pieces: tuple[str, ...], scores: tuple[float, ...]
) -> tuple[dict[str, Any], tuple[int, ...]]:
    from tokenizers import Tokenizer

    from recipe.tokens import with_explicit_spacing
    from recipe.vocabulary import charsmap, count_pieces, named, select, tokenizer_json

    if chosen.tokenizer is not None:
        stored = json.loads(chosen.tokenizer.read_text(encoding="utf-8"))
        return with_explicit_spacing(stored), named(
            pieces, scores, (p for p, _ in stored["model"]["vocab"])
        ).kept
    rules = charsmap()
    everything = Tokenizer.from_str(json.dumps(tokenizer_json(pieces, scores, rules)))
    vocabulary = select(pieces, scores, count_pieces(everything, _texts(chosen)), chosen.vocabulary)
    return tokenizer_json(vocabulary.pieces, vocabulary.scores, rules), vocabulary.kept


def _texts(chosen: argparse.Namespace) -> Iterator[str]:
    """Every training text, Uzbek folded; never a development set."""
    from recipe.corpus import aligned_files, read_aligned
    from recipe.prepare import read_own_documents
    from tarjimon.text.orthography import fold

    for document in read_own_documents(chosen.documents):
        for sentence in document.sentences:
            yield from (fold(text) if name == "uz" else text for name, text in sentence.texts.items())
    if chosen.corpus is not None:
        for path, stem, languages in aligned_files(chosen.corpus):
            for row in read_aligned(path, stem, languages):
                yield from (fold(text) if name == "uz" else text for name, text in row.texts.items())


def prune_e5(chosen: argparse.Namespace) -> int:
    """Cut the e5 file down to the pieces of a tokenizer."""
    from recipe.e5 import packaged_file, prune, read
    from recipe.vocabulary import named

    e5 = read(packaged_file())
    stored = json.loads(chosen.tokenizer.read_text(encoding="utf-8"))
    kept = named(e5.pieces, e5.scores, (piece for piece, _ in stored["model"]["vocab"])).kept
    prune(packaged_file(), kept, chosen.out)
    say(f"{chosen.out}: {len(kept)} pieces, {chosen.out.stat().st_size / 2**20:.1f} MiB")
    return 0


def pack(chosen: argparse.Namespace) -> int:
    """Store a model folder in eight bits."""
    from recipe.model import CONFIG, PACKED, TOKENIZER, stored_weights
    from recipe.packed import pack

    chosen.out.mkdir(parents=True, exist_ok=True)
    for name in (CONFIG, TOKENIZER):
        shutil.copyfile(chosen.model / name, chosen.out / name)
    pack(stored_weights(chosen.model), chosen.out / PACKED)
    say(f"{chosen.out}: {(chosen.out / PACKED).stat().st_size / 2**20:.1f} MiB")
    return 0


def synthesise(chosen: argparse.Namespace) -> int:
    """Translate monolingual text into training text."""
    from recipe.overlap import development_index
    from recipe.synthesise import pairs, sentences, write

    source, target = chosen.direction.split("-")
    dropped: Counter[str] = Counter()
    with chosen.text.open(encoding="utf-8") as lines:
        found = islice(sentences(lines, source), chosen.limit)
        made = pairs(found, (source, target), _translate(chosen), development_index(chosen.eval), dropped)
        count = write(chosen.out, made, (source, target))
    say(f"{chosen.out}: {count} pairs; dropped: {dict(dropped.most_common())}")
    return 0


def _translate(chosen: argparse.Namespace) -> Callable[[list[str], str], list[str]]:
    if not chosen.torch:
        from recipe.translator import Decoding, Translator

        return Translator(chosen.model, Decoding(chosen.beam), chosen.threads).translate
    import torch

    from recipe.model import TOKENIZER, load_folder
    from recipe.prepared import Validation
    from recipe.tokens import Pieces
    from recipe.validation import greedy

    cuda = torch.cuda.is_available()
    model = load_folder(chosen.model, 0.0, "sdpa" if cuda else "eager").eval()
    model.to("cuda" if cuda else "cpu")
    pieces = Pieces(chosen.model / TOKENIZER)

    def translate(texts: list[str], target: str) -> list[str]:
        examples = [Validation("translate", target, ids, "") for ids in pieces.encode(texts)]
        with torch.inference_mode():
            return greedy(model, examples, pieces, rows=256 if cuda else 40)

    return translate


def train(chosen: argparse.Namespace) -> int:
    """Train until the configured end, the time limit or a signal."""
    from recipe.training import run

    return run(chosen.config, chosen.run, chosen.data, chosen.init, chosen.max_seconds, chosen.anneal)


def take(chosen: argparse.Namespace) -> int:
    """Write the averaged weights of a run's checkpoint as a model folder, while the run goes on."""
    from recipe.checkpoint import load
    from recipe.model import CONFIG, TOKENIZER, WEIGHTS, save_tensors

    progress, state = load(chosen.run)
    chosen.out.mkdir(parents=True, exist_ok=True)
    for name in (CONFIG, TOKENIZER):
        shutil.copyfile(chosen.run / name, chosen.out / name)
    save_tensors(chosen.out / WEIGHTS, state.average)
    say(f"{chosen.out}: averaged weights of {progress}")
    return 0


def export(chosen: argparse.Namespace) -> int:
    """Average model folders and write the int8 CTranslate2 folder."""
    from recipe.export import checksums, export
    from recipe.model import TOKENIZER

    sizes = export(chosen.model, chosen.model[0] / TOKENIZER, chosen.out, chosen.quantization)
    for name, digest in checksums(chosen.out).items():
        say(f"{sizes[name]:>11,} {digest} {name}")
    return 0


def evaluate(chosen: argparse.Namespace) -> int:
    """Score models on the development sets; with --report, put the figures into REPORT.md."""
    from recipe.evaluation import document_set, evaluate, write_report
    from recipe.mixture import read_mixture
    from recipe.prepare import read_own_documents
    from recipe.translator import Decoding
    from tarjimon.text.orthography import fold

    models = dict(item.split("=", 1) for item in chosen.model)
    paths = {name: Path(path) for name, path in models.items()}
    decoding = Decoding(chosen.beam, chosen.repetition_penalty)
    mixture = read_mixture(chosen.mixture)
    held_out = [
        document
        for document in read_own_documents(chosen.documents)
        if document.number % mixture.validation_modulo == mixture.validation_remainder
    ]
    shown = document_set("Held-out documents of data/", held_out, fold, None)
    figures = evaluate(
        paths, chosen.eval, fold, decoding, chosen.threads, chosen.lines, not chosen.no_summaries, shown
    )
    if chosen.report is not None:
        write_report(chosen.report, figures)
    say(figures)
    return 0


def split(chosen: argparse.Namespace) -> int:
    """Cut files into pieces that fit through a narrow door."""
    from recipe.pieces import split

    say("\n".join(str(path) for path in split(chosen.files, chosen.out, int(chosen.limit * 2**20))))
    return 0


def join(chosen: argparse.Namespace) -> int:
    """Put pieces together again."""
    from recipe.pieces import join

    say("\n".join(str(path) for path in join(chosen.folder, chosen.out)))
    return 0


def plot(chosen: argparse.Namespace) -> int:
    """Draw the metrics of runs."""
    from recipe.plot import draw

    draw({path.name: path for path in chosen.run}, chosen.out)
    return 0


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "prepare": prepare,
    "augment": augment,
    "check": check,
    "init": init,
    "prune-e5": prune_e5,
    "train": train,
    "pack": pack,
    "synthesise": synthesise,
    "take": take,
    "export": export,
    "evaluate": evaluate,
    "split": split,
    "join": join,
    "plot": plot,
}
