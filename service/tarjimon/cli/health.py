"""`tarjimon health`: is a server ready?"""

from __future__ import annotations

from typing import Annotated

import typer

from tarjimon.cli.exits import Exit
from tarjimon.cli.options import run


def health(
    server: Annotated[
        str, typer.Option("--server", envvar="TARJIMON_SERVER_ADDRESS", help="host:port of the server.")
    ] = "127.0.0.1:50051",
    wait: Annotated[float, typer.Option(help="Seconds to wait for it to become ready.")] = 3.0,
) -> None:
    """Exit with 0 when the server is ready, with 5 when it is not within --wait seconds."""

    async def work() -> Exit:
        from tarjimon.client import TarjimonClient, options_from_environment

        async with TarjimonClient(server, options_from_environment()) as client:
            await client.wait_ready(wait)
        print("ready")
        return Exit.OK

    run(work)
