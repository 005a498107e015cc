"""Command line: `python -m recipe COMMAND` from the folder `models/`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m recipe", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    prepare = commands.add_parser("prepare", help="clean the corpus and write the prepared data file")
    prepare.add_argument("--corpus", type=Path, help="folder with aligned *.LANGS.tsv files (searched recursively)")
    prepare.add_argument("--documents", type=Path, default=HERE / "data")
    prepare.add_argument("--eval", type=Path, required=True, help="folder with the development sets, to keep out")
    prepare.add_argument("--tokenizer", type=Path, required=True)
    prepare.add_argument("--mixture", type=Path, default=HERE / "configs" / "mixture.toml")
    prepare.add_argument("--generated", type=int, default=0, help="sentences to generate from the slot grammar")
    prepare.add_argument("--no-web", action="store_true", help="leave out text without a stated licence")
    prepare.add_argument("--no-copyleft", action="store_true", help="leave out GPL, LGPL and AGPL sources")
    prepare.add_argument("--validation", type=int, default=120, help="held-out sentences per direction")
    prepare.add_argument("--out", type=Path, required=True)
    train = commands.add_parser("train", help="train, resuming from the checkpoint in the run folder if there is one")
    train.add_argument("--config", type=Path, required=True)
    train.add_argument("--run", type=Path, required=True, help="run folder: checkpoint, metrics, log")
    train.add_argument("--data", type=Path, required=True, help="the prepared data file")
    train.add_argument("--init", type=Path, help="model folder to start from when there is no checkpoint")
    train.add_argument("--max-seconds", type=float, help="save and stop after this long")
    chosen = parser.parse_args(arguments)
    from recipe import commands as run  # torch is imported only by the commands that need it

    return run.COMMANDS[chosen.command](chosen)


if __name__ == "__main__":
    sys.exit(main())
