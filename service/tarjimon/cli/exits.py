"""Exit codes, and from a failure to a line that says what to do."""

from __future__ import annotations

import os
import sys
from enum import IntEnum

from tarjimon.errors import (
    ConfigError,
    DeadlineExpiredError,
    InvalidInputError,
    ModelError,
    NotFoundError,
    OverloadedError,
    RemoteError,
    ShuttingDownError,
    TarjimonError,
)


class Exit(IntEnum):
    """What `tarjimon` exits with; documented in docs/cli.md."""

    OK = 0
    FAILED = 1
    USAGE = 2
    BAD_INPUT = 3
    MODEL = 4
    SERVER = 5
    CONFIG = 6
    FLAGGED = 10
    INTERRUPTED = 130
    CLOSED_PIPE = 141


_CODES: tuple[tuple[type[TarjimonError], Exit], ...] = (
    (InvalidInputError, Exit.BAD_INPUT),
    (ConfigError, Exit.CONFIG),
    (ModelError, Exit.MODEL),
    (NotFoundError, Exit.MODEL),
    (RemoteError, Exit.SERVER),
    (OverloadedError, Exit.SERVER),
    (DeadlineExpiredError, Exit.SERVER),
    (ShuttingDownError, Exit.SERVER),
)


def exit_code(error: TarjimonError) -> Exit:
    """The exit code of a failure."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), Exit.FAILED)


def report(error: BaseException) -> Exit:
    """Tell the user on standard error, in one line, and return the exit code."""
    if isinstance(error, TarjimonError):
        place = f" [{error.field}]" if error.field else ""
        print(f"tarjimon: {error.message}{place}", file=sys.stderr)
        return exit_code(error)
    if isinstance(error, BrokenPipeError):
        # The reader of our output has seen enough; Python must not complain of it once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.CLOSED_PIPE
    if isinstance(error, OSError):
        name = f"{error.filename}: " if error.filename else ""
        print(f"tarjimon: {name}{error.strerror or error}", file=sys.stderr)
        return Exit.BAD_INPUT
    if isinstance(error, KeyboardInterrupt):
        print(
            "tarjimon: interrupted; files that were finished are complete, no other was touched",
            file=sys.stderr,
        )
        return Exit.INTERRUPTED
    raise error
