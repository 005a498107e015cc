"""The `tarjimon` command: its sub-commands, and nothing else."""

from __future__ import annotations

from typing import Annotated

import typer

from tarjimon import __version__
from tarjimon.cli.archive import app as archive_app
from tarjimon.cli.bench import bench
from tarjimon.cli.health import health
from tarjimon.cli.keys import app as keys_app
from tarjimon.cli.memory import app as memory_app
from tarjimon.cli.models import app as models_app
from tarjimon.cli.serve import serve
from tarjimon.cli.text import detect, summarize
from tarjimon.cli.top import top
from tarjimon.cli.translate import translate

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Uzbek press releases into Russian and English, with short summaries.",
)
app.command()(translate)
app.command()(summarize)
app.command()(detect)
app.command()(serve)
app.command()(health)
app.command()(top)
app.command()(bench)
app.add_typer(models_app, name="models")
app.add_typer(archive_app, name="archive")
app.add_typer(memory_app, name="memory")
app.add_typer(keys_app, name="keys")


def _version(wanted: bool) -> None:
    if wanted:
        print(f"tarjimon {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Take the options that stand before a sub-command."""


def main() -> None:
    """Entry point of the console script."""
    app()
