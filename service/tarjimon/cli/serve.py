"""`tarjimon serve`: the gRPC server."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tarjimon.cli.exits import Exit
from tarjimon.cli.options import ConfigFile, run
from tarjimon.config import load_settings


class LogLevel(StrEnum):
    """How much is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; loopback if not given.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes any free one.")] = None,
    insecure_public: Annotated[
        bool | None,
        typer.Option("--insecure-public", help="Allow plain text on an address that is not loopback."),
    ] = None,
    port_file: Annotated[
        Path | None,
        typer.Option(
            help="Write the port to this file when it opens; `tarjimon health` tells when the server is ready."
        ),
    ] = None,
    log_level: Annotated[
        LogLevel, typer.Option(help="Least severe log line that is written.")
    ] = LogLevel.INFO,
    log_json: Annotated[bool, typer.Option("--log-json", help="Write logs as JSON, a line each.")] = False,
    config: ConfigFile = None,
) -> None:
    """Run the gRPC server until SIGTERM or SIGINT; calls in flight are finished first."""

    async def work() -> Exit:
        from tarjimon.cli.files import write_atomically
        from tarjimon.cli.logs import configure
        from tarjimon.pipeline.application import Application
        from tarjimon.server import serve as run_server

        configure(log_level.value, log_json)
        settings = load_settings(
            config, server={"host": host, "port": port, "insecure_public": insecure_public}
        )

        def announce(bound: int) -> None:
            print(f"tarjimon: serving on {settings.server.host}:{bound}", file=sys.stderr, flush=True)
            if port_file is not None:
                write_atomically(port_file, f"{bound}\n".encode())

        return Exit(await run_server(settings, application_factory=Application, announce=announce))

    run(work)
