"""Fail points: places at which a test makes the process die as `kill -9` would."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from threading import Lock

from tarjimon.errors import ConfigError

VARIABLE = "TARJIMON_FAILPOINT"
NAMES = (
    "claimed",
    "output.written",
    "output.synced",
    "output.renamed",
    "output.durable",
    "journal.before",
    "journal.after",
    "summaries.written",
    "summaries.renamed",
    "report.renamed",
)
"""In the order in which a run passes them."""


class FailPoints:
    """Kills the process at the nth passing of one named point; does nothing in normal use.

    Args:
        name: one of NAMES, or None.
        passing: at which passing, from 1.
    """

    def __init__(self, name: str | None = None, passing: int = 1) -> None:
        if name is not None and (name not in NAMES or passing < 1):
            raise ConfigError(
                f"{VARIABLE}: there is no fail point {name}:{passing}; expected NAME:N with a name of "
                f"{', '.join(NAMES)} and N from 1"
            )
        self._name = name
        self._left = passing
        self._lock = Lock()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> FailPoints:
        """What TARJIMON_FAILPOINT=name:n says.

        Raises:
            ConfigError: an unknown name or number.
        """
        value = environment.get(VARIABLE, "")
        if not value:
            return cls()
        name, _, number = value.partition(":")
        return cls(name, int(number) if number.isdecimal() else 1 if not number else 0)

    def hit(self, name: str) -> None:
        """Pass a point; at the chosen one this does not return."""
        if name != self._name:
            return
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
