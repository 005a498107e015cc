"""`tarjimon models`: what there is, and fetching what is not here."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from tarjimon.cli.backend import open_backend
from tarjimon.cli.exits import Exit
from tarjimon.cli.options import AsJson, ConfigFile, Server, run
from tarjimon.config import load_settings

app = typer.Typer(no_args_is_help=True, help="Models: list them, fetch one, tell all about one.")
ModelId = Annotated[str, typer.Argument(help="A name of `tarjimon models list`.")]


@app.command("list")
def list_models(server: Server = None, as_json: AsJson = False, config: ConfigFile = None) -> None:
    """List the models of the catalogue, here or on a server."""

    async def work() -> Exit:
        from dataclasses import asdict

        async with open_backend(server, load_settings(config), load=False) as backend:
            rows = await backend.models()
        if as_json:
            json.dump([asdict(row) for row in rows], sys.stdout, ensure_ascii=False, indent=2)
            sys.stdout.write("\n")
            return Exit.OK
        from rich.console import Console
        from rich.table import Table

        table = Table("model", "state", "does", "reads", "writes", "licence")
        for row in rows:
            licence = f"{row.licence}\n{row.licence_note}" if row.licence_note else row.licence
            table.add_row(
                row.id,
                row.state,
                ", ".join(row.tasks),
                ", ".join(row.source_languages),
                ", ".join(row.target_languages),
                licence,
            )
        Console().print(table)
        return Exit.OK

    run(work)


@app.command()
def pull(model: ModelId, config: ConfigFile = None) -> None:
    """Fetch a model's weights, verify and convert them, so that it works offline."""

    async def work() -> Exit:
        import asyncio

        from rich.console import Console

        from tarjimon.models.store import PullProgress
        from tarjimon.pipeline.application import model_store

        console = Console(stderr=True)
        told: set[tuple[str, str]] = set()

        def tell(step: PullProgress) -> None:
            if (step.stage, step.file) not in told:
                told.add((step.stage, step.file))
                console.print(f"{step.stage} {step.file}".rstrip(), highlight=False)

        store = model_store(load_settings(config))
        files = await asyncio.to_thread(store.pull, model, tell)
        print(files.folder)
        return Exit.OK

    run(work)


@app.command()
def info(model: ModelId, as_json: AsJson = False, config: ConfigFile = None) -> None:
    """Tell all about a model: licence, languages, files, checksum."""

    async def work() -> Exit:
        from tarjimon.pipeline.application import model_store

        status = model_store(load_settings(config)).info(model)
        spec = status.spec
        rows = {
            "id": spec.id,
            "title": spec.title,
            "description": spec.description,
            "licence": spec.licence,
            "licence_note": spec.licence_note,
            "tasks": ", ".join(sorted(spec.tasks)),
            "reads": ", ".join(spec.sources),
            "writes": ", ".join(spec.targets),
            "ready": status.ready,
            "detail": status.detail,
            "folder": str(status.folder),
            "bytes": status.bytes_on_disk,
            "sha256": status.weights_sha256 or "",
        }
        if as_json:
            json.dump(rows, sys.stdout, ensure_ascii=False, indent=2)
            sys.stdout.write("\n")
        else:
            for key, value in rows.items():
                if value != "":
                    print(f"{key:>13}  {value}")
        return Exit.OK

    run(work)
