"""Promise: the layout follows what this process may use, not what the machine has."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tarjimon.engine.threads import cpu_layout


def machine(root: Path, *, groups: str = "0::/", files: dict[str, str] | None = None) -> Path:
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(groups + "\n")
    for name, content in (files or {}).items():
        path = root / "sys/fs/cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content + "\n")
    return root


@pytest.fixture(autouse=True)
def _eight_cpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(8)), raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 128)


@pytest.mark.parametrize(
    ("groups", "files", "cpus", "limited_by"),
    [
        ("0::/", {}, 8, "affinity"),
        ("0::/", {"cpu.max": "max 100000"}, 8, "affinity"),
        ("0::/", {"cpu.max": "250000 100000"}, 2.5, "cgroup v2 quota"),
        ("0::/a/b", {"a/b/cpu.max": "400000 100000", "a/cpu.max": "150000 100000"}, 1.5, "cgroup v2 quota"),
        ("0::/a", {"a/cpu.max": "1600000 100000"}, 8, "affinity"),
        ("0::/not/visible/inside", {"cpu.max": "300000 100000"}, 3, "cgroup v2 quota"),
        ("4:cpu,cpuacct:/c", {"cpu/c/cpu.cfs_quota_us": "200000", "cpu/c/cpu.cfs_period_us": "100000"}, 2,
         "cgroup v1 quota"),
        ("4:cpu,cpuacct:/c", {"cpu/c/cpu.cfs_quota_us": "-1", "cpu/c/cpu.cfs_period_us": "100000"}, 8, "affinity"),
        ("0::/", {"cpu.max": "nonsense"}, 8, "affinity"),
    ],
)  # fmt: skip
def test_the_tightest_limit_counts(
    tmp_path: Path, groups: str, files: dict[str, str], cpus: float, limited_by: str
) -> None:
    layout = cpu_layout(root=machine(tmp_path, groups=groups, files=files))
    assert (layout.cpus, layout.limited_by) == (cpus, limited_by)
    assert (layout.workers, layout.threads) == (max(1, int(cpus)), 1)


@pytest.mark.parametrize(
    ("workers", "threads", "expected"),
    [(0, 0, (8, 1)), (2, 0, (2, 4)), (0, 4, (2, 4)), (3, 5, (3, 5)), (16, 0, (16, 1)), (0, 16, (1, 16))],
)
def test_what_is_asked_for_is_kept(
    tmp_path: Path, workers: int, threads: int, expected: tuple[int, int]
) -> None:
    layout = cpu_layout(workers, threads, root=machine(tmp_path))
    assert (layout.workers, layout.threads) == expected


def test_less_than_one_cpu_is_still_one_worker(tmp_path: Path) -> None:
    layout = cpu_layout(root=machine(tmp_path, files={"cpu.max": "50000 100000"}))
    assert (layout.cpus, layout.workers, layout.threads) == (0.5, 1, 1)
