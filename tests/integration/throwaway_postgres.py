"""A real PostgreSQL for the length of a test module: initdb and pg_ctl in a temporary folder."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class NoPostgresError(Exception):
    """It cannot be started here; the message says why."""


def _tool(name: str) -> str:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which(name, path=os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")]))
    if found is None:
        raise NoPostgresError(f"{name} is not installed (Debian: apt-get install -y postgresql)")
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def throwaway_postgres() -> Iterator[str]:
    """Start one; gives its URL.

    Raises:
        NoPostgresError: it is not installed, or there is no user for it (it refuses to run as root).
    """
    initdb, pg_ctl = _tool("initdb"), _tool("pg_ctl")
    # initdb refuses root; Debian's package brings the user "postgres".
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="tarjimon-pg-"))

    def run(*command: str) -> None:
        done = subprocess.run(command, user=user, group=user, cwd=folder, capture_output=True, text=True)
        if done.returncode:
            log = folder / "log"
            told = log.read_text() if log.exists() else ""
            raise NoPostgresError(f"{command[0]} failed: {done.stderr or done.stdout} {told}")

    try:
        if user is not None:
            try:
                shutil.chown(folder, user, user)
            except LookupError:
                raise NoPostgresError("root cannot run it, and there is no user 'postgres'") from None
        data, port = folder / "data", _free_port()
        run(initdb, "-D", str(data), "-U", "tarjimon", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        settings = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c max_connections=50"
        # Its own output must not go into our pipe, which would then never end.
        run(pg_ctl, "-D", str(data), "-l", str(folder / "log"), "-o", settings, "-w", "-t", "60", "start")
        try:
            yield f"postgresql://tarjimon@127.0.0.1:{port}/postgres"
        finally:
            run(pg_ctl, "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
