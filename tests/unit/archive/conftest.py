"""A job in a temporary folder with the fake engine."""

from pathlib import Path
from typing import Any

import pytest
from archive_fake_engine import FakeEngine, RunJob

from tarjimon.archive.job import Result, RunSettings, run_archive
from tarjimon.archive.values import ArchiveOrder


@pytest.fixture
def lines() -> list[str]:
    """What the job said."""
    return []


@pytest.fixture
def run_job(tmp_path: Path, lines: list[str]) -> RunJob:
    """Runs a job from `in` to `out`; keyword arguments go into the order or the settings."""

    async def run(
        engine: FakeEngine,
        source: str | None = None,
        destination: str | None = None,
        settings: RunSettings | None = None,
        **order: Any,
    ) -> Result:
        place = source or str(tmp_path / "in")
        chosen = ArchiveOrder(**{"source": place, "targets": ("ru", "en"), "language": "uz", **order})
        return await run_archive(
            place,
            destination or str(tmp_path / "out"),
            chosen,
            engine,
            settings or RunSettings(pause_seconds=0.01),
            tell=lines.append,
        )

    return run


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """The source folder, with three documents."""
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.txt", "b.txt", "sub/c.txt"):
        (folder / name).write_text(f"text of {name}")
    return folder
