"""Logs of a server process: one line each on standard error, for people or as JSON for machines."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, and the facts of a call when there are any."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record as a line of JSON."""
        row: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        facts = getattr(record, "call", None)
        if isinstance(facts, dict):
            row.update(facts)
        else:
            row["message"] = record.getMessage()
        if record.exc_info:
            row["exception"] = self.formatException(record.exc_info)
        return json.dumps(row, ensure_ascii=False, default=str)


def configure(level: str, as_json: bool) -> None:
    """Send this process's logs to standard error.

    Args:
        level: "debug", "info", "warning" or "error".
        as_json: a JSON object a line instead of text.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        JsonFormatter() if as_json else logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
