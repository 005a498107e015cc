"""How many CPUs this process may really use, and how to lay workers over them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CpuLayout:
    """A proposal for CPU engines.

    Attributes:
        cpus: CPUs that this process may use, fractions of a quota kept (1.5 = one and a half).
        workers: batches computed at the same time.
        threads: threads of each worker.
        limited_by: what set the limit: "affinity", "cgroup v2 quota", "cgroup v1 quota" or "cpuset".
    """

    cpus: float
    workers: int
    threads: int
    limited_by: str


def cpu_layout(workers: int = 0, threads: int = 0) -> CpuLayout:
    """Choose workers and threads from the machine; non-zero arguments are kept as they are."""
    raise NotImplementedError
