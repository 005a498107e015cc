"""One file through `tarjimon translate`: read, translate, summarise, and written or printed."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tarjimon.cli.backend import Backend
from tarjimon.cli.files import STDIN, outputs, read_document, refuse_existing, write_atomically
from tarjimon.cli.progress import progress
from tarjimon.documents.base import Document
from tarjimon.domain import SOURCE_LANGUAGES
from tarjimon.pipeline.documents import TranslatedDocument, translate_document
from tarjimon.pipeline.values import SummarizedText, TranslatedText, TranslationOptions

_SAMPLE = 4000
SUMMARY_ENDING = ".summary.txt"
REVIEW_ENDING = ".review.html"
XLIFF_ENDING = ".xlf"


@dataclass(frozen=True, slots=True)
class Order:
    """What holds for all files of a command.

    Attributes:
        targets: BCP-47 codes.
        source: BCP-47 code; None: found out for each file.
        options: model, decoding.
        form, encoding, wrapped, columns: how files are read.
        max_sentences: length of the summaries; 0: none.
        bilingual: write a review page for each target.
        folder: where results go; None: beside the file.
        overwrite: replace results that exist.
        console: print instead of writing files: "", "text", "columns" or "json".
    """

    targets: Sequence[str]
    source: str | None
    options: TranslationOptions
    form: str | None = None
    encoding: str | None = None
    wrapped: bool = False
    columns: Sequence[str] = ()
    max_sentences: int = 0
    bilingual: bool = False
    folder: Path | None = None
    overwrite: bool = False
    console: str = ""

    def results(self, path: str) -> list[Path]:
        """The files that will be written for a file."""
        endings: list[str | None] = [None]
        endings += [SUMMARY_ENDING] if self.max_sentences else []
        endings += [REVIEW_ENDING, XLIFF_ENDING] if self.bilingual else []
        return [file for ending in endings for file in outputs(path, self.folder, self.targets, ending)]


async def translate_file(backend: Backend, path: str, order: Order) -> int:
    """Translate one file and write or print the results.

    Returns:
        The number of segments, over all targets, that a person must check.

    Raises:
        InvalidInputError: the file cannot be read, or a result exists already.
        TarjimonError: what the backend raises.
    """
    if not order.console:
        refuse_existing(order.results(path), order.overwrite)
    document = read_document(
        path, form=order.form, encoding=order.encoding, wrapped=order.wrapped, columns=order.columns
    )
    language = order.source or await _language(backend, document)
    translated = await _translated(backend, document, path, order, language)
    summaries = None
    if order.max_sentences:
        summaries = await backend.summarize(
            "\n".join(unit.text for unit in document.units),
            source=language,
            targets=order.targets,
            max_sentences=order.max_sentences,
            model=None,
        )
    if order.console == "json":
        _print_json(path, translated, summaries)
    elif order.console:
        _print(translated, summaries, order, language or "")
    else:
        _write(path, translated, summaries, order, language or "")
    return _flags(path, translated)


async def _language(backend: Backend, document: Document) -> str | None:
    """The language of a whole document: a short heading alone does not show it."""
    sample = "\n".join(unit.text for unit in document.units)[:_SAMPLE]
    [found] = await backend.detect([sample])
    return found.language if found.language in SOURCE_LANGUAGES else None


async def _translated(
    backend: Backend, document: Document, path: str, order: Order, language: str | None
) -> TranslatedDocument:
    async def call(texts: Sequence[str], wrapped: bool) -> Sequence[TranslatedText]:
        options = replace(order.options, hard_wrapped=wrapped)
        return await backend.translate(texts, source=language, targets=order.targets, options=options)

    name = "standard input" if path == STDIN else path
    with progress(name, len(document.units)) as advance:
        return await translate_document(document, call, order.targets, progress=advance)


def _write(
    path: str,
    translated: TranslatedDocument,
    summaries: SummarizedText | None,
    order: Order,
    language: str,
) -> None:
    written: list[Path] = []

    def put(ending: str | None, contents: Sequence[bytes]) -> None:
        for file, data in zip(outputs(path, order.folder, order.targets, ending), contents, strict=True):
            write_atomically(file, data)
            written.append(file)

    put(None, [translation.data for translation in translated.translations])
    if summaries is not None:
        put(SUMMARY_ENDING, [(summary.text + "\n").encode() for summary in summaries.summaries])
    if order.bilingual:
        from tarjimon.pipeline.review import document_review, document_xliff

        name = Path(path).name
        pages = [document_review(translated, n, name, language) for n in range(len(order.targets))]
        put(REVIEW_ENDING, pages)
        put(XLIFF_ENDING, [document_xliff(translated, n, name, language) for n in range(len(order.targets))])
    print(f"{path} → {', '.join(map(str, written))}", file=sys.stderr)


def _print(
    translated: TranslatedDocument, summaries: SummarizedText | None, order: Order, language: str
) -> None:
    from rich.console import Console

    from tarjimon.cli.render import print_side_by_side, print_summaries

    console = Console()
    if order.console == "columns":
        print_side_by_side(console, translated, order.targets, language)
    else:
        for translation in translated.translations:
            if len(order.targets) > 1:
                sys.stdout.write(f"--- {translation.target_language} ---\n")
            sys.stdout.flush()
            sys.stdout.buffer.write(translation.data)
            if not translation.data.endswith(b"\n"):
                sys.stdout.write("\n")
    sys.stdout.flush()
    if summaries is not None:
        print_summaries(console, summaries)


def _print_json(path: str, translated: TranslatedDocument, summaries: SummarizedText | None) -> None:
    """A line of JSON for each file, so that many files need no more memory than one."""
    from tarjimon.cli.render import document_json, summaries_json

    row: dict[str, Any] = {"file": path, **document_json(translated)}
    if summaries is not None:
        row["summaries"] = summaries_json(summaries)
    json.dump(row, sys.stdout, ensure_ascii=False)
    sys.stdout.write("\n")


def _flags(path: str, translated: TranslatedDocument) -> int:
    from rich.console import Console

    from tarjimon.cli.render import print_flags
    from tarjimon.cli.terms import print_terms

    console = Console(stderr=True)
    for line in translated.left_alone:
        console.print(f"{path}, {line}: left as it is", style="dim", highlight=False)
    print_terms(console, translated, path)
    return print_flags(console, translated, path)
