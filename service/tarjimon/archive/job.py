"""A job from its order to its report: the workplace, the checks before, the run, the final files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from tarjimon.archive import report
from tarjimon.archive.engines import ArchiveEngine
from tarjimon.archive.failpoints import FailPoints
from tarjimon.archive.flow import Budget, Patience
from tarjimon.archive.journal import Journal
from tarjimon.archive.runner import Limits, Progress, Runner
from tarjimon.archive.sink import FolderSink, Sink, is_url, open_sink
from tarjimon.archive.sources import Source, open_source
from tarjimon.archive.tables import LinesTable, ParquetTable
from tarjimon.archive.values import ArchiveOrder
from tarjimon.archive.work import DocumentWork
from tarjimon.archive.workplace import Workplace, workplace
from tarjimon.errors import ConfigError, InvalidInputError
from tarjimon.text.language import LanguageIdentifier

SUMMARIES = "summaries.jsonl"
REPORT = "report.json"


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How a job is run; nothing of it changes the outputs.

    Attributes:
        limits: documents at a time, attempts.
        characters: being translated at a time.
        force: start over: all documents are done anew, whatever the journal says.
        pause_seconds: between tries while the disk is full.
        cost_per_hour: price of an hour of the machines that work; 0: not told.
        journal: folder of the journal; None: in the destination.
    """

    limits: Limits = field(default_factory=Limits)
    characters: int = 400_000
    force: bool = False
    pause_seconds: float = 10.0
    cost_per_hour: float = 0.0
    journal: Path | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended.

    Attributes:
        completed: False: cancelled before all was done.
        report: as in the report file.
        progress: of this run.
        report_file: the HTML page.
    """

    completed: bool
    report: dict[str, Any]
    progress: Progress
    report_file: Path


@asynccontextmanager
async def _open_source(place: str, staging: Path, order: ArchiveOrder) -> AsyncIterator[Source]:
    source = await asyncio.to_thread(open_source, place, staging, form=order.form, column=order.column)
    with closing(source):
        yield source


async def run_archive(
    source_place: str,
    destination: str,
    order: ArchiveOrder,
    engine: ArchiveEngine,
    settings: RunSettings,
    *,
    tell: Callable[[str], None],
    show: Callable[[Progress], None] = lambda progress: None,
    fail_points: FailPoints | None = None,
) -> Result:
    """Do what is missing of a job, and write the final files.

    Args:
        source_place: path or URL of the archive.
        destination: folder or URL.
        order: what determines the outputs.
        engine: translates.
        settings: how it is run.
        tell: gets lines for people.
        show: gets the progress.
        fail_points: for tests.

    Raises:
        ConfigError: another runner is at work here, or order or engine differ from the journal's.
        InvalidInputError: the source cannot be read.
        TarjimonError: the engine failed in a way that no document is to blame for.
    """
    points = fail_points or FailPoints()
    _refuse_overlap(source_place, destination)
    place = workplace(destination, settings.journal)
    with place.locked():
        journal = await asyncio.to_thread(Journal, place.journal)
        with closing(journal):
            await _same_job(journal, order, engine, settings.force)
            sink = open_sink(destination, place.scratch, points)
            parts = FolderSink(place.parts, place.scratch, points)
            patience = Patience(tell, settings.pause_seconds)
            async with _open_source(source_place, place.staging, order) as source:
                work = DocumentWork(
                    order, source, sink, parts, engine, LanguageIdentifier(), Budget(settings.characters)
                )
                runner = Runner(
                    journal,
                    source,
                    work,
                    settings.limits,
                    patience,
                    points,
                    tokens=engine.tokens,
                    show=show,
                )
                completed = await runner.run()
                if completed:
                    await patience.until_there_is_room(
                        lambda: asyncio.to_thread(_final_files, journal, source, sink, parts, order)
                    )
            made = await patience.until_there_is_room(
                lambda: asyncio.to_thread(_reports, journal, sink, place, settings, points, completed)
            )
    return Result(completed, made, runner.progress, place.folder / "report.html")


async def _same_job(journal: Journal, order: ArchiveOrder, engine: ArchiveEngine, force: bool) -> None:
    """Compare with the journal; with `force`, begin anew."""
    wanted = {"order": order.as_json(), "engine": await engine.identity(order.model)}
    differences = []
    for name, value in wanted.items():
        known = journal.get(name)
        if known is None:
            continue
        for key in sorted(known.keys() | value.keys()):
            if known.get(key) != value.get(key):
                differences.append(f"{key} was {known.get(key)!r}, is {value.get(key)!r}")
    if differences and not force:
        raise ConfigError(
            f"this destination belongs to a job with other settings ({'; '.join(differences)}); give the same "
            "ones, choose another destination, or start over with --force",
            reason="ARCHIVE_SETTINGS_DIFFER",
        )
    journal.begin_job(wanted, restart=force and journal.get("order") is not None)


def _final_files(
    journal: Journal, source: Source, sink: Sink, parts: FolderSink, order: ArchiveOrder
) -> None:
    if isinstance(source, LinesTable | ParquetTable):
        name = PurePosixPath(order.source.replace("\\", "/")).name
        sink.write(name, source.assembled(_finished_parts(journal, parts)), "summaries")
    elif order.max_sentences:
        sink.write(SUMMARIES, report.summaries(journal), "summaries")


def _finished_parts(journal: Journal, parts: FolderSink) -> Iterator[bytes]:
    for row in journal.rows():
        if row["state"] != "done":
            raise InvalidInputError(
                f"{row['path']}: {row['error'] or 'is not finished'}; a table is only written whole: mend the row "
                "and run the same command again",
                reason="TABLE_INCOMPLETE",
            )
        yield parts.read(PurePosixPath(row["path"]).name)


def _reports(
    journal: Journal, sink: Sink, place: Workplace, settings: RunSettings, points: FailPoints, completed: bool
) -> dict[str, Any]:
    known = report.facts(journal)
    if completed:
        sink.write(REPORT, report.as_json(known), "report")
    seconds, tokens = journal.seconds_and_tokens()
    full = report.with_cost(known, report.Cost(seconds, tokens, settings.cost_per_hour))
    own = FolderSink(place.folder, place.scratch, points)
    own.write(REPORT, report.as_json(full), "own")
    own.write("report.html", report.as_html(full), "own")
    return full


def _refuse_overlap(source: str, destination: str) -> None:
    if is_url(source) or is_url(destination):
        return
    inside, outside = Path(destination).resolve(), Path(source).resolve()
    if inside == outside or outside in inside.parents:
        raise InvalidInputError(
            f"{destination}: lies in the archive {source}; its outputs would become inputs: choose another folder"
        )
