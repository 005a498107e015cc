"""`tarjimon translate`: files or standard input into other languages."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from tarjimon.cli.backend import Backend, open_backend
from tarjimon.cli.exits import Exit
from tarjimon.cli.files import STDIN, outputs, read_document, refuse_existing, write_atomically
from tarjimon.cli.options import (
    AsJson,
    ConfigFile,
    Encoding,
    Files,
    From,
    MaxSentences,
    Model,
    Server,
    To,
    languages,
    run,
    source_language,
)
from tarjimon.config import load_settings
from tarjimon.documents.base import Document
from tarjimon.domain import SOURCE_LANGUAGES
from tarjimon.pipeline.documents import TranslatedDocument, translate_document
from tarjimon.pipeline.values import DecodingChoice, SummarizedText, TranslatedText, TranslationOptions

_SAMPLE = 4000


def translate(
    files: Files = None,
    to: To = "ru,en",
    source: From = None,
    summarize: Annotated[
        bool, typer.Option("--summarize", help="Write a summary in each target, too.")
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
        str | None, typer.Option("--format", help="text or markdown; goes by the file's name if not given.")
    ] = None,
    wrapped: Annotated[
        bool, typer.Option("--hard-wrapped", help="Single line breaks in plain text are only wraps.")
    ] = False,
    encoding: Encoding = None,
    model: Model = None,
    beam: Annotated[int | None, typer.Option("--beam", help="Hypotheses kept at each step, 1 to 8.")] = None,
    max_sentences: MaxSentences = 2,
    server: Server = None,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Translate files: release.md becomes release.ru.md and release.en.md, with the same structure.

    Standard input is translated to standard output.
    """

    async def work() -> Exit:
        targets = languages(to)
        paths = files or [STDIN]
        to_stdout = as_json or side_by_side or paths == [STDIN] or str(out) == "-"
        folder = None if to_stdout else out
        wanted = (
            [] if to_stdout else [p for path in paths for p in _results(path, folder, targets, summarize)]
        )
        refuse_existing(wanted, overwrite)
        documents = [read_document(p, form=form, encoding=encoding, wrapped=wrapped) for p in paths]
        options = TranslationOptions(model=model, decoding=DecodingChoice(beam_size=beam))
        printed: list[dict[str, Any]] = []
        flagged = 0
        async with open_backend(server, load_settings(config)) as backend:
            for path, document in zip(paths, documents, strict=True):
                job = _Job(backend, document, source_language(source), targets, options)
                translated = await job.translate(path)
                summaries = await job.summarize(max_sentences) if summarize else None
                if as_json:
                    printed.append(_json(path, translated, summaries))
                elif to_stdout:
                    _print(translated, summaries, targets, job.language, side_by_side)
                else:
                    _write(path, folder, translated, summaries, targets)
                flagged += _flags(path, translated)
        if as_json:
            json.dump(printed, sys.stdout, ensure_ascii=False, indent=2)
            sys.stdout.write("\n")
        return Exit.FLAGGED if strict and flagged else Exit.OK

    run(work)


class _Job:
    """One document on its way."""

    def __init__(
        self,
        backend: Backend,
        document: Document,
        source: str | None,
        targets: Sequence[str],
        options: TranslationOptions,
    ) -> None:
        self._backend = backend
        self._document = document
        self._targets = targets
        self._options = options
        self.language = source or ""
        self._source = source

    async def translate(self, name: str) -> TranslatedDocument:
        """Find out the document's language if it was not stated, and translate it."""
        if self._source is None:
            sample = "\n".join(unit.text for unit in self._document.units)[:_SAMPLE]
            [found] = await self._backend.detect([sample])
            # A short heading does not show its language; the whole document does.
            self._source = found.language if found.language in SOURCE_LANGUAGES else None
            self.language = found.language

        async def call(texts: Sequence[str], wrapped: bool) -> Sequence[TranslatedText]:
            options = TranslationOptions(self._options.model, self._options.decoding, wrapped)
            return await self._backend.translate(
                texts, source=self._source, targets=self._targets, options=options
            )

        from tarjimon.cli.progress import progress

        with progress(name, len(self._document.units)) as advance:
            return await translate_document(self._document, call, self._targets, progress=advance)

    async def summarize(self, max_sentences: int) -> SummarizedText:
        """Summarise the document's text in every target."""
        text = "\n".join(unit.text for unit in self._document.units)
        return await self._backend.summarize(
            text, source=self._source, targets=self._targets, max_sentences=max_sentences, model=None
        )


def _results(path: str, folder: Path | None, targets: Sequence[str], summarize: bool) -> list[Path]:
    extra = outputs(path, folder, targets, ".summary.txt") if summarize else []
    return outputs(path, folder, targets) + extra


def _write(
    path: str,
    folder: Path | None,
    translated: TranslatedDocument,
    summaries: SummarizedText | None,
    targets: Sequence[str],
) -> None:
    written = outputs(path, folder, targets)
    for file, translation in zip(written, translated.translations, strict=True):
        write_atomically(file, translation.data)
    if summaries is not None:
        extra = outputs(path, folder, targets, ".summary.txt")
        for file, summary in zip(extra, summaries.summaries, strict=True):
            write_atomically(file, (summary.text + "\n").encode())
        written += extra
    print(f"{path} → {', '.join(map(str, written))}", file=sys.stderr)


def _print(
    translated: TranslatedDocument,
    summaries: SummarizedText | None,
    targets: Sequence[str],
    language: str,
    side_by_side: bool,
) -> None:
    from rich.console import Console

    from tarjimon.cli.render import print_side_by_side, print_summaries

    console = Console()
    if side_by_side:
        print_side_by_side(console, translated, targets, language)
    else:
        for translation in translated.translations:
            if len(targets) > 1:
                sys.stdout.write(f"--- {translation.target_language} ---\n")
            sys.stdout.flush()
            sys.stdout.buffer.write(translation.data)
            if not translation.data.endswith(b"\n"):
                sys.stdout.write("\n")
    sys.stdout.flush()
    if summaries is not None:
        print_summaries(console, summaries)


def _json(path: str, translated: TranslatedDocument, summaries: SummarizedText | None) -> dict[str, Any]:
    from tarjimon.cli.render import document_json, summaries_json

    row = {"file": path, **document_json(translated)}
    if summaries is not None:
        row["summaries"] = summaries_json(summaries)
    return row


def _flags(path: str, translated: TranslatedDocument) -> int:
    from rich.console import Console

    from tarjimon.cli.render import print_flags

    console = Console(stderr=True)
    for line in translated.left_alone:
        console.print(f"{path}, {line}: left as it is", style="dim", highlight=False)
    return print_flags(console, translated, path)
