"""`tarjimon memory`: import what people translated and corrected, export it, count it, delete it."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tarjimon import __version__
from tarjimon.cli.exits import Exit, report
from tarjimon.cli.files import read_bytes, refuse_existing
from tarjimon.cli.memory_files import BadRow, LeftOut, Reading, rows_of, tmx
from tarjimon.cli.options import AsJson, ConfigFile, From, languages, run, source_language
from tarjimon.config import Settings, load_settings
from tarjimon.errors import InvalidInputError, LimitExceededError, TarjimonError
from tarjimon.memory.translation_memory_entry import Entry, Stored

if TYPE_CHECKING:
    from tarjimon.memory.translation_memory import TranslationMemory

app = typer.Typer(no_args_is_help=True, help="Translation memory: import, export, count and delete entries.")

MemoryUrl = Annotated[
    str | None,
    typer.Option(
        "--memory-url",
        help="Translation memory: an SQLite file or postgresql://user@host/name. A file of yours if not given.",
    ),
]
Client = Annotated[
    str, typer.Option("--client", help="Whose entries: a client's name; everybody's if not given.")
]
_SHOWN = 20
_LARGEST_TMX = 2 * 1024**3


def personal_memory() -> Path:
    """The file in which a user's own memory is kept."""
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "tarjimon" / "memory.sqlite"


def with_memory(settings: Settings, url: str | None) -> Settings:
    """The settings with the memory that a command works with: the flag's, the settings', or the user's own."""
    chosen = url or settings.memory.url or (str(personal_memory()) if personal_memory().exists() else None)
    return settings.model_copy(update={"memory": settings.memory.model_copy(update={"url": chosen})})


@app.command("import")
def import_files(
    files: Annotated[list[str], typer.Argument(help="TMX, corrected XLIFF, or TSV (source, tab, target).")],
    source: From = None,
    to: Annotated[
        str | None, typer.Option("--to", help="Language of the targets, for TSV; others are left out of TMX.")
    ] = None,
    author: Annotated[str, typer.Option("--author", help="Who answers for the translations.")] = "",
    client: Client = "",
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Import the good rows of a file that has bad ones, too.")
    ] = False,
    url: MemoryUrl = None,
    config: ConfigFile = None,
) -> None:
    """Import files, each whole or not at all; what is known already is replaced.

    Of XLIFF only segments are taken that a person has finished: state final, signed-off, reviewed or approved.
    """

    async def work() -> Exit:
        target = languages(to) if to else []
        if len(target) > 1:
            raise InvalidInputError("--to: name one language")
        reading = Reading(source_language(source), target[0] if target else None, author, client)
        code = Exit.OK
        with _memory(url, config, create=True) as memory:
            for name in files:
                try:
                    _import(memory, name, reading, skip_bad)
                except (TarjimonError, OSError) as error:
                    code = report(error)
        return code

    run(work)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="The TMX file to write.")],
    client: Annotated[str | None, typer.Option("--client", help="Only the entries of this client.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that exists.")] = False,
    url: MemoryUrl = None,
    config: ConfigFile = None,
) -> None:
    """Write the memory as TMX, for other tools and for safe keeping."""

    async def work() -> Exit:
        refuse_existing([file], overwrite)
        with _memory(url, config) as memory:
            count = _write(file, memory.entries(client=client))
        print(f"{file}: {count} entries", file=sys.stderr)
        return Exit.OK

    run(work)


@app.command()
def stats(url: MemoryUrl = None, as_json: AsJson = False, config: ConfigFile = None) -> None:
    """Count the entries by the file they come from."""

    async def work() -> Exit:
        from dataclasses import asdict

        with _memory(url, config) as memory:
            rows, name = memory.origins(), memory.name
        if as_json:
            json.dump({"memory": name, "origins": [asdict(r) for r in rows]}, sys.stdout, ensure_ascii=False)
            sys.stdout.write("\n")
            return Exit.OK
        from rich.console import Console
        from rich.table import Table

        table = Table("origin", "client", "from", "to", "entries", title=name)
        for row in rows:
            languages = row.source_language, row.target_language
            table.add_row(row.origin, row.client or "everybody", *languages, str(row.entries))
        Console().print(table)
        return Exit.OK

    run(work)


@app.command()
def delete(
    origin: Annotated[str, typer.Option("--origin", help="A file of `tarjimon memory stats`.")],
    client: Annotated[str | None, typer.Option("--client", help="Only the entries of this client.")] = None,
    url: MemoryUrl = None,
    config: ConfigFile = None,
) -> None:
    """Delete what came from a file."""

    async def work() -> Exit:
        with _memory(url, config) as memory:
            count = memory.delete(origin, client=client)
        if not count:
            raise InvalidInputError(f"--origin: nothing comes from {origin!r}; see `tarjimon memory stats`")
        print(f"{origin}: {count} entries deleted", file=sys.stderr)
        return Exit.OK

    run(work)


@contextmanager
def _memory(url: str | None, config: Path | None, *, create: bool = False) -> Iterator[TranslationMemory]:
    from tarjimon.memory.translation_memory import TranslationMemory

    settings = with_memory(load_settings(config), url).memory
    chosen = settings.url
    if chosen is None:
        if not create:
            raise InvalidInputError("there is no translation memory yet: `tarjimon memory import` makes one")
        personal_memory().parent.mkdir(parents=True, exist_ok=True)
        chosen = str(personal_memory())
    memory = TranslationMemory(chosen, largest=settings.entries)
    try:
        yield memory
    finally:
        memory.close()


def _write(file: Path, entries: Iterator[Entry]) -> int:
    """Write TMX whole or not at all; a large memory never stands in ours."""
    count = 0

    def counted() -> Iterator[Entry]:
        nonlocal count
        for entry in entries:
            count += 1
            yield entry

    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.writelines(tmx(counted(), __version__, datetime.now(UTC)))
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return count


def _import(memory: TranslationMemory, name: str, reading: Reading, skip_bad: bool) -> None:
    bad: list[BadRow] = []
    left_out = 0

    def good() -> Iterator[Entry]:
        from tarjimon.memory.translation_memory_units import with_sentences

        nonlocal left_out
        for row in rows_of(name, _read(name), reading):
            if isinstance(row, BadRow):
                bad.append(row)
            elif isinstance(row, LeftOut):
                left_out += 1
            else:
                yield from with_sentences(row)
        if bad and not skip_bad:
            # Raised inside the transaction, so that nothing of the file stays.
            raise InvalidInputError(
                f"{name}: {len(bad)} bad rows, nothing was imported (--skip-bad leaves them out):{_listed(bad)}"
            )

    stored = memory.store(good())
    if bad:
        print(f"{name}: {len(bad)} bad rows left out:{_listed(bad)}", file=sys.stderr)
    print(_told(name, stored, left_out), file=sys.stderr)


def _read(name: str) -> bytes:
    """The file. A memory may be larger than a document: TMX is read row by row."""
    file = Path(name)
    if file.suffix.lower() != ".tmx" or not file.is_file():
        return read_bytes(name)
    if file.stat().st_size > _LARGEST_TMX:
        raise LimitExceededError(f"{name}: larger than {_LARGEST_TMX // 1024**3} GB; cut it into parts")
    return file.read_bytes()


def _listed(bad: list[BadRow]) -> str:
    lines = [f"\n  {row.place}: {row.problem}" for row in bad[:_SHOWN]]
    more = f"\n  and {len(bad) - _SHOWN} more" if len(bad) > _SHOWN else ""
    return "".join(lines) + more


def _told(name: str, stored: Stored, left_out: int) -> str:
    extra = f", {left_out} left out (not reviewed, or other languages)" if left_out else ""
    return (
        f"{name}: {stored.added} added, {stored.replaced} replaced, {stored.unchanged} known already{extra}"
    )
