"""A job that is killed again and again ends as one that never was: byte for byte, nothing lost or done twice."""

import os
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from archive_documents import archive, outputs, write_archive

from tarjimon.archive.failpoints import NAMES

FULL = os.environ.get("TARJIMON_CHAOS") == "full"
DOCUMENTS = 300 if FULL else 60
KILLS = 100 if FULL else 8
SETTINGS = ("--to", "ru,en", "--summarize", "--documents", "16")


def _states(destination: Path) -> dict[str, int]:
    with closing(sqlite3.connect(destination / ".tarjimon" / "journal.db")) as db:
        return dict(db.execute("SELECT state, count(*) FROM document GROUP BY state"))


def _done_outputs(destination: Path) -> dict[str, tuple[int, int]]:
    """Inode and time of the outputs of documents that the journal calls done."""
    with closing(sqlite3.connect(destination / ".tarjimon" / "journal.db")) as db:
        rows = db.execute(
            "SELECT value.value ->> 'path' FROM document, json_each(outputs) value WHERE state = 'done'"
        )
        paths = [path for (path,) in rows]
    found = {path: (destination / path).stat() for path in paths}
    return {path: (state.st_ino, state.st_mtime_ns) for path, state in found.items()}


@pytest.mark.slow
@pytest.mark.timeout(1800 if FULL else 180)
def test_kills_at_every_step_and_at_any_time_leave_no_trace(tmp_path: Path) -> None:
    source, calm, stormy = tmp_path / "in", tmp_path / "calm", tmp_path / "stormy"
    write_archive(source, DOCUMENTS)
    code, _, error = archive(source, calm, *SETTINGS)
    assert code == 0, error

    chance = random.Random(11)
    killed = 0
    passings = {"claimed": 3, "summaries.written": 1, "summaries.renamed": 1, "report.renamed": 1}
    points = list(NAMES)
    for number in range(KILLS * 3):
        if killed == KILLS:
            break
        before = _done_outputs(stormy) if (stormy / ".tarjimon" / "journal.db").exists() else {}
        if number % 4 == 3:
            code, _, error = archive(source, stormy, *SETTINGS, kill_after=chance.uniform(0.3, 3.0))
        else:
            point = points[number % len(points)]
            passing = chance.randint(1, passings.get(point, 12 if FULL else 20))
            code, _, error = archive(source, stormy, *SETTINGS, fail_point=f"{point}:{passing}")
        assert code in (-9, 0), error
        killed += code == -9
        after = _done_outputs(stormy)
        assert {path: after[path] for path in before} == before, "what was done was written again"
    assert killed == KILLS

    code, _, error = archive(source, stormy, *SETTINGS)
    assert code == 0, error
    assert _states(stormy) == {"done": DOCUMENTS}
    assert outputs(stormy) == outputs(calm)
    assert len([name for name in outputs(stormy) if name.startswith(("ru/", "en/"))]) == 2 * DOCUMENTS
    assert outputs(stormy)["summaries.jsonl"].count(b"\n") == DOCUMENTS
    assert not list((stormy / ".tarjimon" / "scratch").iterdir())


@pytest.mark.parametrize("point", NAMES)
def test_a_kill_at_each_fail_point_is_survived(point: str, tmp_path: Path) -> None:
    source, destination = tmp_path / "in", tmp_path / "out"
    write_archive(source, 5)
    settings = ("--to", "ru", "--summarize")
    code, _, error = archive(source, destination, *settings, fail_point=f"{point}:1")
    assert code == -9, f"the fail point was never passed: {error}"
    code, _, error = archive(source, destination, *settings)
    assert code == 0, error
    found = outputs(destination)
    assert len([name for name in found if name.startswith("ru/")]) == 5
    assert found["summaries.jsonl"].count(b"\n") == 5
    assert "report.json" in found
