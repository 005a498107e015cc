"""Options that several commands share, and how their values are read."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from tarjimon.cli.exits import Exit, report
from tarjimon.domain import SOURCE_LANGUAGES, TARGET_LANGUAGES
from tarjimon.errors import InvalidInputError, UnsupportedLanguageError
from tarjimon.pipeline.values import MemoryUse

Files = Annotated[
    list[str] | None,
    typer.Argument(help="Files to read; none, or -, reads standard input.", show_default=False),
]
To = Annotated[
    str, typer.Option("--to", help=f"Target languages, separated by commas: {','.join(TARGET_LANGUAGES)}.")
]
From = Annotated[
    str | None,
    typer.Option("--from", help=f"Source language ({', '.join(SOURCE_LANGUAGES)}); found out if not given."),
]
Server = Annotated[
    str | None,
    typer.Option(
        "--server",
        envvar="TARJIMON_SERVER_ADDRESS",
        help="host:port of a server; without it, this process works.",
    ),
]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", envvar="TARJIMON_CONFIG", help="Settings file (TOML).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON for machines to standard output.")]
Encoding = Annotated[
    str | None,
    typer.Option("--encoding", help="Encoding of the files, for example cp1251; UTF-8 if not given."),
]
Model = Annotated[str | None, typer.Option("--model", help="A model of `tarjimon models list`.")]
Glossary = Annotated[
    Path | None,
    typer.Option("--glossary", help="Terms that the translation must have: a .tsv, .csv or .tbx file."),
]
GlossaryName = Annotated[
    str | None, typer.Option("--glossary-name", help="A glossary that the server's operator has installed.")
]
IgnoreOfficialNames = Annotated[
    bool,
    typer.Option(
        "--ignore-official-names", help="Do not look for the built-in names of state bodies and places."
    ),
]
MaxSentences = Annotated[int, typer.Option("--max-sentences", help="Longest summary, 1 to 10 sentences.")]

Memory = Annotated[
    MemoryUse | None,
    typer.Option(
        "--memory",
        help="Translation memory: off, exact (known sentences are taken), fuzzy (similar ones are offered, too). "
        "Exact if not given and there is a memory.",
    ),
]


def languages(value: str) -> list[str]:
    """The target languages of a comma-separated list.

    Raises:
        UnsupportedLanguageError: one that is not written.
        InvalidInputError: one that is given twice, or none.
    """
    found = [part.strip().lower() for part in value.split(",") if part.strip()]
    for language in found:
        if language not in TARGET_LANGUAGES:
            raise UnsupportedLanguageError(
                f"--to: {language!r} is not a target language; expected some of {', '.join(TARGET_LANGUAGES)}"
            )
    if not found or len(set(found)) != len(found):
        raise InvalidInputError("--to: name each target language once, for example --to ru,en")
    return found


def source_language(value: str | None) -> str | None:
    """The source language, or None to find out.

    Raises:
        UnsupportedLanguageError: one that is not read.
    """
    if value is None or value.lower() == "auto":
        return None
    if value.lower() not in SOURCE_LANGUAGES:
        raise UnsupportedLanguageError(
            f"--from: {value!r} is not a source language; expected one of {', '.join(SOURCE_LANGUAGES)}"
        )
    return value.lower()


def run(work: Callable[[], Coroutine[Any, Any, Exit]]) -> None:
    """Run a command's coroutine; failures become a line on standard error and an exit code."""
    import asyncio

    try:
        code = asyncio.run(work())
    except (Exception, KeyboardInterrupt) as error:
        while isinstance(error, ExceptionGroup):
            # A task group wraps even a single failure; the first is the one to tell.
            error = error.exceptions[0]
        code = report(error)
    raise typer.Exit(int(code))
