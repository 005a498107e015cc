"""Small documents with many repeated sentences, the same ones for the same seed, and what a job left behind."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

_WHO = ("Vazir", "Elchi", "Hokim", "Rais", "Delegatsiya rahbari")
_WHAT = (
    "uchrashuv o'tkazdi",
    "hamkorlikni muhokama qildi",
    "yangi loyihani taqdim etdi",
    "tashrif bilan keldi",
    "minnatdorlik bildirdi",
)
_WHEN = ("Bugun", "Kecha", "Ertalab")


def write_archive(folder: Path, count: int, seed: int = 5) -> None:
    """`count` documents of one to three sentences out of 75, in a few folders, two formats."""
    chance = random.Random(seed)
    for number in range(count):
        sentences = [
            f"{chance.choice(_WHEN)} {chance.choice(_WHO)} {chance.choice(_WHAT)}."
            for _ in range(chance.randint(1, 3))
        ]
        ending = "md" if number % 5 == 0 else "txt"
        text = " ".join(sentences) if ending == "txt" else f"# {sentences[0]}\n\n{' '.join(sentences)}\n"
        path = folder / f"{number % 7}" / f"release-{number:04}.{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def archive(
    *arguments: object, fail_point: str = "", kill_after: float | None = None
) -> tuple[int, str, str]:
    """Run `tarjimon archive`; returns the exit code (-9: killed), standard output and error."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TARJIMON_")}
    if fail_point:
        environment["TARJIMON_FAILPOINT"] = fail_point
    process = subprocess.Popen(
        [sys.executable, "-m", "tarjimon", "archive", *map(str, arguments)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    if kill_after is not None:
        deadline = time.monotonic() + kill_after
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
    out, error = process.communicate(timeout=300)
    return process.returncode, out, error


def outputs(destination: Path) -> dict[str, bytes]:
    """Every file that belongs to the user."""
    return {
        str(path.relative_to(destination)): path.read_bytes()
        for path in sorted(destination.rglob("*"))
        if path.is_file() and ".tarjimon" not in path.parts
    }
