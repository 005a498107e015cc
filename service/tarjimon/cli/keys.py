"""`tarjimon keys`: API keys for the clients of a server."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="API keys for the clients of a server.")


@app.callback()
def root() -> None:
    """Keep `new` a sub-command, for others to come."""


@app.command()
def new(name: Annotated[str, typer.Argument(help="The client's name.")]) -> None:
    """Make a key. It is shown once; the file of clients gets its hash."""
    from tarjimon.server.clients import new_key

    key, hashed = new_key()
    print(f"give this key to {name}; it is kept nowhere:\n\n{key}\n")
    print("and put this into the file that security.clients names:\n")
    print(f'[[client]]\nname = "{name}"\nkey_sha256 = "{hashed}"')
