"""`tarjimon archive`: whole archives, and what a journal says of them."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from tarjimon.cli.exits import Exit
from tarjimon.cli.options import (
    AsJson,
    ConfigFile,
    Encoding,
    From,
    MaxSentences,
    Model,
    To,
    languages,
    run,
    source_language,
)
from tarjimon.config import load_settings


class _RunByDefault(TyperGroup):
    """`tarjimon archive SRC DST` is `tarjimon archive run SRC DST`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h"):
            args = ["run", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_RunByDefault,
    no_args_is_help=True,
    help="Translate archives of any size: `tarjimon archive SRC DST --to ru,en`. It may be killed at any moment; "
    "the same command goes on.",
)

Destination = Annotated[str, typer.Argument(help="The destination of the job.", metavar="DST")]
JournalFolder = Annotated[
    Path | None,
    typer.Option(
        "--journal", help="Local folder of the journal; DST/.tarjimon if not given. Needed for URLs."
    ),
]


@app.command("run")
def run_command(
    src: Annotated[str, typer.Argument(help="Folder, .zip, .tar(.gz), .jsonl, .parquet, document, or URL.")],
    dst: Annotated[str, typer.Argument(help="Folder or URL for the results.")],
    to: To = "ru,en",
    source: From = None,
    summarize: Annotated[bool, typer.Option("--summarize", help="Write summaries.jsonl, too.")] = False,
    max_sentences: MaxSentences = 2,
    column: Annotated[
        str | None, typer.Option("--column", help="Of a table (.jsonl, .parquet): the column to translate.")
    ] = None,
    form: Annotated[
        str | None, typer.Option("--format", help="How documents are read; goes by their names if not given.")
    ] = None,
    columns: Annotated[
        str | None, typer.Option("--columns", help="Of table documents: columns to translate.")
    ] = None,
    wrapped: Annotated[
        bool, typer.Option("--hard-wrapped", help="Single line breaks in plain text are only wraps.")
    ] = False,
    encoding: Encoding = None,
    model: Model = None,
    beam: Annotated[int | None, typer.Option("--beam", help="Hypotheses kept at each step, 1 to 8.")] = None,
    server: Annotated[
        str | None,
        typer.Option(
            "--server", help="Servers that share the work: a:50051,b:50051; without, this process works."
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Start over: do all documents anew, also with other settings.")
    ] = False,
    attempts: Annotated[
        int, typer.Option("--max-attempts", min=1, help="Failures after which a document is given up.")
    ] = 3,
    documents: Annotated[int, typer.Option("--documents", min=1, help="Documents worked on at a time.")] = 96,
    cost: Annotated[
        float,
        typer.Option("--cost-per-hour", min=0, help="Price of an hour of the machines, for the report."),
    ] = 0.0,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 10 when a segment needs a person's check.")
    ] = False,
    journal: JournalFolder = None,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Translate an archive, or go on with it."""

    # Said in full, so that the same archive named from another folder is the same job.
    named = src if "://" in src else str(Path(src).resolve())

    async def work() -> Exit:
        from tarjimon.archive.failpoints import FailPoints
        from tarjimon.archive.job import RunSettings, run_archive
        from tarjimon.archive.runner import Limits
        from tarjimon.archive.values import ArchiveOrder
        from tarjimon.archive.workplace import workplace

        _stop_on_sigterm()
        order = ArchiveOrder(
            source=named,
            targets=tuple(languages(to)),
            language=source_language(source),
            max_sentences=max_sentences if summarize else 0,
            model=model,
            beam=beam,
            form=form,
            encoding=encoding,
            wrapped=wrapped,
            columns=tuple(name.strip() for name in columns.split(",")) if columns else (),
            column=column,
        )
        settings = RunSettings(Limits(documents, attempts), force=force, cost_per_hour=cost, journal=journal)
        points = FailPoints.from_environment()
        with _display() as (tell, show):
            cache = workplace(dst, journal).segments
            try:
                async with _engine(server, cache, config, tell) as engine:
                    result = await run_archive(
                        src, dst, order, engine, settings, tell=tell, show=show, fail_points=points
                    )
            except asyncio.CancelledError:
                tell("interrupted; every file that is there is complete, the same command goes on")
                return Exit.INTERRUPTED
        _summarise(result.report, result.report_file, as_json)
        if not result.completed:
            print("tarjimon: cancelled; the same command goes on where it stopped", file=sys.stderr)
            return Exit.INTERRUPTED
        if result.report["documents"]["failed"]:
            return Exit.FAILED
        return Exit.FLAGGED if strict and result.report["fidelity"]["flagged"] else Exit.OK

    run(work)


@app.command()
def status(dst: Destination, journal: JournalFolder = None, as_json: AsJson = False) -> None:
    """Say how far a job is."""

    async def work() -> Exit:
        from tarjimon.archive.upkeep import status_of

        found = await asyncio.to_thread(status_of, dst, journal)
        _print(found, as_json)
        return Exit.OK

    run(work)


@app.command()
def retry(
    dst: Destination,
    paths: Annotated[
        list[str] | None, typer.Argument(help="Documents; all that failed if not given.")
    ] = None,
    journal: JournalFolder = None,
) -> None:
    """Have failed documents, or those named, done again by the next run."""

    async def work() -> Exit:
        from tarjimon.archive.upkeep import retry_failed

        count = await asyncio.to_thread(retry_failed, dst, paths or None, journal)
        print(f"{count} documents will be done again by the next `tarjimon archive` with the same settings")
        return Exit.OK

    run(work)


@app.command()
def verify(dst: Destination, journal: JournalFolder = None, as_json: AsJson = False) -> None:
    """Compare every output with the journal's checksums; missing and changed ones are done again by the next run."""

    async def work() -> Exit:
        from tarjimon.archive.upkeep import verify_outputs

        found = await asyncio.to_thread(verify_outputs, dst, journal)
        _print(found, as_json)
        return Exit.FAILED if found["missing"] or found["changed"] else Exit.OK

    run(work)


@app.command()
def cancel(dst: Destination, journal: JournalFolder = None) -> None:
    """End the runner that works on a job, after the documents that it has begun."""

    async def work() -> Exit:
        from tarjimon.archive.upkeep import cancel_run

        await asyncio.to_thread(cancel_run, dst, journal)
        print("the runner will stop as soon as the documents that it has begun are finished")
        return Exit.OK

    run(work)


@asynccontextmanager
async def _engine(
    server: str | None, cache: Path, config: Path | None, tell: Callable[[str], None]
) -> AsyncIterator[Any]:
    from tarjimon.archive.engines import LocalEngine, RemoteEngines

    if server is not None:
        addresses = [part.strip() for part in server.split(",") if part.strip()]
        async with RemoteEngines(addresses, tell) as remote:
            yield remote
        return
    settings = load_settings(config)
    if settings.cache.file is None:
        cache.parent.mkdir(parents=True, exist_ok=True)
        settings = load_settings(config, cache={"file": cache})
    async with LocalEngine(settings) as local:
        yield local


class _Display:
    """A line that moves on a terminal, a line now and then elsewhere."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console = Console(stderr=True, highlight=False)
        self._live = self._console.is_terminal
        self._status = self._console.status("listing the archive") if self._live else None
        self._next = time.monotonic() + 30.0

    def __enter__(self) -> tuple[Callable[[str], None], Callable[[Any], None]]:
        if self._status:
            self._status.start()
        return self._tell, self._show

    def __exit__(self, *_: object) -> None:
        if self._status:
            self._status.stop()

    def _tell(self, line: str) -> None:
        print(f"tarjimon: {line}", file=sys.stderr, flush=True)

    def _show(self, progress: Any) -> None:
        line = progress_line(progress)
        if self._status:
            self._status.update(line)
        elif time.monotonic() >= self._next:
            self._next += 30.0
            self._tell(line)


def _display() -> _Display:
    return _Display()


def progress_line(progress: Any) -> str:
    """A run in a line: done, rates, flagged segments, time left."""
    of = f"{progress.todo:,}" if progress.listed else "… (listing)"
    parts = [f"{progress.finished:,} of {of} documents", f"{progress.rate:.1f}/s"]
    if progress.tokens and progress.seconds:
        parts.append(f"{progress.tokens / progress.seconds:,.0f} tokens/s")
    parts.append(f"{progress.flagged:,} of {progress.segments:,} segments flagged")
    if progress.failed:
        parts.append(f"{progress.failed:,} failed")
    if progress.eta is not None:
        left = round(progress.eta)
        parts.append(f"{left // 3600}:{left % 3600 // 60:02}:{left % 60:02} left")
    return " · ".join(parts)


def _summarise(report: dict[str, Any], page: Path, as_json: bool) -> None:
    if as_json:
        _print(report, True)
        return
    documents = report["documents"]
    spent = report["spent"]
    print(
        f"{documents['done']:,} documents done, {documents['failed']:,} failed, {documents['skipped']:,} not for us; "
        f"{report['fidelity']['flagged']:,} of {report['fidelity']['segments']:,} segments flagged; "
        f"{report['repeated_segments_share']:.0%} of the sentences were repeats; "
        f"{spent['seconds']:g} s; report: {page}"
    )


def _print(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        json.dump(found, sys.stdout, ensure_ascii=False, indent=2)
        sys.stdout.write("\n")
        return
    for key, value in found.items():
        if isinstance(value, list):
            print(f"{key.replace('_', ' ')}: {len(value)}")
            for line in value:
                print(f"  {line}")
        else:
            print(f"{key.replace('_', ' ')}: {value}")


def _stop_on_sigterm() -> None:
    """SIGTERM ends the run in good order, as Ctrl-C does."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
