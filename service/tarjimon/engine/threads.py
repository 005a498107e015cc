"""How many CPUs this process may really use, and how to lay workers over them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CpuLayout:
    """A proposal for CPU engines.

    Attributes:
        cpus: CPUs that this process may use, fractions of a quota kept (1.5 = one and a half).
        workers: batches computed at the same time.
        threads: threads of each worker.
        limited_by: what set the limit: "affinity" (which a cpuset shows itself as), "cgroup v2 quota" or
            "cgroup v1 quota".
    """

    cpus: float
    workers: int
    threads: int
    limited_by: str


def cpu_layout(workers: int = 0, threads: int = 0, *, root: Path = Path("/")) -> CpuLayout:
    """Choose workers and threads from the machine; non-zero arguments are kept as they are.

    Many workers with one thread each are faster than one worker with many threads on short segments, since a
    sentence's matrices are too small to share out. The whole number of CPUs is rounded down, at least one: a
    thread more than the quota pays for is stopped by the kernel in the middle of a batch.

    Args:
        workers: batches computed at the same time, 0 to choose.
        threads: threads of each, 0 to choose.
        root: where /proc and /sys are; for tests.
    """
    affinity = float(
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    cpus, limited_by = affinity, "affinity"
    for quota, name in ((_quota_v2(root), "cgroup v2 quota"), (_quota_v1(root), "cgroup v1 quota")):
        if quota is not None and quota < cpus:
            cpus, limited_by = quota, name
    whole = max(1, int(cpus))
    if not threads:
        threads = max(1, whole // workers) if workers else 1
    if not workers:
        workers = max(1, whole // threads)
    return CpuLayout(cpus, workers, threads, limited_by)


def _quota_v2(root: Path) -> float | None:
    """The tightest cpu.max from this process's group up to the root of the hierarchy."""
    quotas = []
    for folder in _groups(root, "", root / "sys/fs/cgroup"):
        words = _words(folder / "cpu.max")
        if len(words) == 2 and words[0].isdigit() and words[1].isdigit() and int(words[1]):
            quotas.append(int(words[0]) / int(words[1]))
    return min(quotas, default=None)


def _quota_v1(root: Path) -> float | None:
    quotas = []
    for folder in _groups(root, "cpu", root / "sys/fs/cgroup/cpu"):
        quota, period = _words(folder / "cpu.cfs_quota_us"), _words(folder / "cpu.cfs_period_us")
        if quota and period and quota[0].isdigit() and period[0].isdigit() and int(period[0]):
            quotas.append(int(quota[0]) / int(period[0]))
    return min(quotas, default=None)


def _groups(root: Path, controller: str, mount: Path) -> list[Path]:
    """The control group of this process and its parents, under a mount point.

    Inside a container the path that /proc names may not exist under the mount: then the mount is the group.
    """
    for line in _lines(root / "proc/self/cgroup"):
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if controller in controllers.split(","):
            group = mount / path.lstrip("/")
            inside = [group, *(p for p in group.parents if p.is_relative_to(mount))]
            return [folder for folder in inside if folder.is_dir()] or [mount]
    return [mount]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []


def _words(path: Path) -> list[str]:
    return " ".join(_lines(path)).split()
