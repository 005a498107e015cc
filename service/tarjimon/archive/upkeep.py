"""What can be asked of a job between its runs: status, retry, verify, cancel."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from tarjimon.archive.failpoints import FailPoints
from tarjimon.archive.job import SUMMARIES
from tarjimon.archive.journal import Journal
from tarjimon.archive.sink import FolderSink, open_sink
from tarjimon.archive.workplace import existing_workplace
from tarjimon.errors import InvalidInputError

_LISTED = 20


def status_of(destination: str, journal_folder: Path | None = None) -> dict[str, Any]:
    """How far a job is: whether a runner works, documents by state, the first failures, the settings."""
    place = existing_workplace(destination, journal_folder)
    with closing(Journal(place.journal)) as journal:
        totals = journal.totals()
        failures = []
        for row in journal.rows("state = 'failed'"):
            failures.append(f"{row['path']}: {row['reason']}: {row['error']}")
            if len(failures) == _LISTED:
                break
        seconds, _ = journal.seconds_and_tokens()
        return {
            "runner_at_work": place.is_locked(),
            **totals,
            "seconds": round(seconds, 1),
            "first_failures": failures,
            "settings": json.dumps(journal.get("order"), ensure_ascii=False),
        }


def retry_failed(
    destination: str, paths: Sequence[str] | None = None, journal_folder: Path | None = None
) -> int:
    """Give documents a new revision, so that the next run does them again.

    Args:
        destination: of the job.
        paths: documents; None: all that failed.
        journal_folder: see RunSettings.journal.

    Raises:
        InvalidInputError: a path that the journal has not, or that is not finished.
        ConfigError: a runner is at work.
    """
    place = existing_workplace(destination, journal_folder)
    with place.locked(), closing(Journal(place.journal)) as journal:
        count = journal.again(paths)
        if paths is not None and count < len(paths):
            raise InvalidInputError(
                f"{len(paths) - count} of the {len(paths)} documents are not in the journal as done or failed; "
                "give paths as `tarjimon archive status` shows them"
            )
        return count


def verify_outputs(destination: str, journal_folder: Path | None = None) -> dict[str, Any]:
    """Compare the outputs with the journal; what is missing or changed gets a new revision.

    Raises:
        ConfigError: a runner is at work.
    """
    place = existing_workplace(destination, journal_folder)
    with place.locked(), closing(Journal(place.journal)) as journal:
        order = journal.get("order") or {}
        points = FailPoints()
        if order.get("column") is None:
            sink = open_sink(destination, place.scratch, points)
        else:
            sink = FolderSink(place.parts, place.scratch, points)
        missing: list[str] = []
        changed: list[str] = []
        checked = 0
        for row in journal.rows("state = 'done'"):
            for output in json.loads(row["outputs"]):
                checked += 1
                found = sink.checksum(output["path"])
                if found == output["sha256"]:
                    continue
                (missing if found is None else changed).append(output["path"])
                journal.again([row["path"]])
                break
        if order.get("max_sentences") and order.get("column") is None:
            final = open_sink(destination, place.scratch, points)
            if final.checksum(SUMMARIES) is None:
                missing.append(SUMMARIES)
        return {"checked": checked, "missing": missing, "changed": changed}


def cancel_run(destination: str, journal_folder: Path | None = None) -> None:
    """Ask the runner that is at work to stop.

    Raises:
        InvalidInputError: none is.
    """
    place = existing_workplace(destination, journal_folder)
    if not place.is_locked():
        raise InvalidInputError(f"{destination}: no runner is at work here; there is nothing to cancel")
    with closing(Journal(place.journal)) as journal:
        journal.set("cancelled", True)
