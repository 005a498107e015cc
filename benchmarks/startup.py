"""Time to ready, memory, and the sample release end to end through the command line."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness import ROOT, header, server

SAMPLE = ROOT / "examples" / "release-2020-11-05.md"


def main() -> None:
    header("startup")
    with server() as running:
        ready, resident = running.ready_seconds, running.rss_mib()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tarjimon", "translate", str(SAMPLE), "--to", "ru,en", "--summarize"]
        started = time.perf_counter()
        subprocess.run([*command, "--out", str(Path(folder) / "out")], check=True, stderr=subprocess.DEVNULL)
        sample = time.perf_counter() - started
    print("| what | measured | limit | measured ÷ limit |\n|---|---|---|---|")
    for name, value, limit, unit in (
        ("server ready: health SERVING, warmed up", ready, 5.0, "s"),
        ("server resident memory", resident, 700.0, "MiB"),
        ("sample release, ru + en + summaries, process start included", sample, 10.0, "s"),
    ):
        print(f"| {name} | {value:.2f} {unit} | {limit:.0f} {unit} | {value / limit:.2f} |")


if __name__ == "__main__":
    main()
