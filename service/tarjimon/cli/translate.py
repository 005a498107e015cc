"""`tarjimon translate`: files, folders or standard input into other languages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tarjimon.cli.backend import open_backend
from tarjimon.cli.exits import Exit, report
from tarjimon.cli.files import STDIN, expand
from tarjimon.cli.jobs import Order, translate_file
from tarjimon.cli.memory import MemoryUrl, with_memory
from tarjimon.cli.options import (
    AsJson,
    ConfigFile,
    Encoding,
    Files,
    From,
    Glossary,
    GlossaryName,
    IgnoreOfficialNames,
    MaxSentences,
    Memory,
    Model,
    Server,
    To,
    languages,
    run,
    source_language,
)
from tarjimon.config import load_settings
from tarjimon.errors import InvalidInputError
from tarjimon.memory.glossary import read_glossary
from tarjimon.pipeline.values import DecodingChoice, TranslationOptions


def translate(
    files: Files = None,
    to: To = "ru,en",
    source: From = None,
    summarize: Annotated[
        bool, typer.Option("--summarize", help="Write a summary in each target, too.")
    ] = False,
    bilingual: Annotated[
        bool,
        typer.Option(
            "--bilingual", help="Write a page with source and translation side by side, for review."
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="Folder for the results; - for standard output. Beside the files if not given."
        ),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace results that exist.")] = False,
    side_by_side: Annotated[
        bool, typer.Option("--side-by-side", help="Print source and translations in columns; write no files.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 10 when a segment needs a person's check.")
    ] = False,
    form: Annotated[
        str | None, typer.Option("--format", help="How files are read; goes by their names if not given.")
    ] = None,
    columns: Annotated[
        str | None, typer.Option("--columns", help="Of tables: columns to translate, separated by commas.")
    ] = None,
    wrapped: Annotated[
        bool, typer.Option("--hard-wrapped", help="Single line breaks in plain text are only wraps.")
    ] = False,
    encoding: Encoding = None,
    model: Model = None,
    beam: Annotated[int | None, typer.Option("--beam", help="Hypotheses kept at each step, 1 to 8.")] = None,
    glossary: Glossary = None,
    glossary_name: GlossaryName = None,
    ignore_official_names: IgnoreOfficialNames = False,
    memory: Memory = None,
    memory_url: MemoryUrl = None,
    max_sentences: MaxSentences = 2,
    server: Server = None,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Translate files: release.md becomes release.ru.md and release.en.md, with the same structure.

    A folder stands for all files in it that can be read. Standard input is translated to standard output. A file
    that cannot be translated is reported, and the others are translated.
    """

    async def work() -> Exit:
        paths = expand(files or [STDIN])
        printed = as_json or side_by_side or paths == [STDIN] or str(out) == "-"
        if bilingual and printed:
            raise InvalidInputError("--bilingual writes files: it goes with --out FOLDER or nothing")
        if memory_url and server:
            raise InvalidInputError("--memory-url: a server has its own memory; leave out one of the two")
        order = Order(
            targets=languages(to),
            source=source_language(source),
            options=TranslationOptions(
                model=model,
                decoding=DecodingChoice(beam_size=beam),
                memory=memory,
                glossary=read_glossary(glossary) if glossary else (),
                glossary_name=glossary_name,
                ignore_official_names=ignore_official_names,
            ),
            form=form,
            encoding=encoding,
            wrapped=wrapped,
            columns=tuple(name.strip() for name in columns.split(",")) if columns else (),
            max_sentences=max_sentences if summarize else 0,
            bilingual=bilingual,
            folder=None if printed else out,
            overwrite=overwrite,
            console="json" if as_json else "columns" if side_by_side else "text" if printed else "",
        )
        flagged = 0
        worst = Exit.OK
        async with open_backend(server, with_memory(load_settings(config), memory_url)) as backend:
            for path in paths:
                try:
                    flagged += await translate_file(backend, path, order)
                except (InvalidInputError, OSError) as error:
                    # Something is wrong with this file; the next one may be well.
                    if len(paths) == 1:
                        raise
                    worst = report(error)
        return worst or (Exit.FLAGGED if strict and flagged else Exit.OK)

    run(work)
