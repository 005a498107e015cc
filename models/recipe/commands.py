"""What each command of `python -m recipe` does."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable


def prepare(chosen: argparse.Namespace) -> int:
    """Clean, deduplicate, weigh, tokenise."""
    from tarjimon.text.orthography import fold

    from recipe.mixture import read_mixture
    from recipe.overlap import development_index
    from recipe.prepare import Allowed, Gatherer, balance_table, encode, read_own_documents, validation_examples
    from recipe.prepared import save
    from recipe.tokens import Pieces

    mixture = read_mixture(chosen.mixture)
    gatherer = Gatherer(mixture, fold, development_index(chosen.eval))
    held_out = gatherer.documents(read_own_documents(chosen.documents))
    if chosen.corpus is not None:
        gatherer.aligned(chosen.corpus, Allowed(web=not chosen.no_web, copyleft=not chosen.no_copyleft))
    notes = {
        "web": not chosen.no_web,
        "copyleft": not chosen.no_copyleft,
        "generated": chosen.generated,
        "table": gatherer.ledger.table(),
    }
    data = encode(
        gatherer.examples, validation_examples(held_out, fold, chosen.validation), Pieces(chosen.tokenizer), notes
    )
    save(chosen.out, data)
    sys.stdout.write(f"{gatherer.ledger.table()}\n\n{balance_table(gatherer.examples, data)}\n\n")
    sys.stdout.write(
        f"{len(data)} examples, {len(data.starts) - 1} texts, {len(data.tokens)} pieces, "
        f"{len(data.validation)} for validation, {chosen.out.stat().st_size / 2**20:.1f} MiB, {data.fingerprint()}\n"
    )
    return 0


def train(chosen: argparse.Namespace) -> int:
    """Train until the configured end, the time limit or a signal."""
    from recipe.training import run

    return run(chosen.config, chosen.run, chosen.data, chosen.init, chosen.max_seconds)


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {"prepare": prepare, "train": train}
