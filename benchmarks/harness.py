"""What the benchmarks share: sentences, a real server process, the raw engine, and a report of the machine."""

from __future__ import annotations

import asyncio
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tarjimon.client import TarjimonClient
from tarjimon.config import Settings
from tarjimon.domain import DecodingSettings, EncodedSegment
from tarjimon.engine.loading import Model, load, warm_up
from tarjimon.pipeline.application import model_store
from tarjimon.pipeline.passes import canonical

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "models" / "recipe" / "data"


def sentences(count: int, seed: int = 7) -> list[str]:
    """Distinct Uzbek sentences of the project's own text, in a random order that the seed fixes."""
    found: dict[str, None] = {}
    for file in sorted(DATA.glob("*.tsv")):
        for line in file.read_text(encoding="utf-8").splitlines():
            cells = line.split("\t")
            if len(cells) == 4 and cells[0] == "B":
                found.setdefault(cells[1])
    rows = list(found)
    random.Random(seed).shuffle(rows)
    if len(rows) < count:
        raise SystemExit(f"only {len(rows)} sentences in {DATA}; {count} were asked for")
    return rows[:count]


def machine() -> str:
    """One line about the machine."""
    cpu = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    memory = psutil.virtual_memory().total / 1024**3
    cores = len(os.sched_getaffinity(0))
    return f"{cpu}, {cores} cores, {memory:.0f} GiB, Python {platform.python_version()}, {platform.system()}"


def header(name: str) -> None:
    """Print what runs, where and when."""
    command = " ".join(["python", *(str(a) for a in sys.argv)])
    print(f"# {name}\n{time.strftime('%Y-%m-%d %H:%M')} · {machine()}\n`{command}`\n", flush=True)


@dataclass(frozen=True)
class Server:
    """A server in a process of its own."""

    address: str
    pid: int
    ready_seconds: float

    def rss_mib(self) -> float:
        """Resident memory, MiB."""
        return psutil.Process(self.pid).memory_info().rss / 1024**2


@contextmanager
def server(**environment: str) -> Iterator[Server]:
    """A real server on a free port; settings as TARJIMON_… variables without the prefix."""
    with tempfile.TemporaryDirectory() as folder:
        port_file = Path(folder) / "port"
        variables = {f"TARJIMON_{key}": value for key, value in environment.items()}
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "tarjimon", "serve", "--port", "0", "--port-file", str(port_file)],
            env={**os.environ, **variables},
            stderr=subprocess.DEVNULL,
        )
        try:
            while not port_file.exists():
                if process.poll() is not None:
                    raise SystemExit("the server did not start")
                time.sleep(0.005)
            address = f"127.0.0.1:{port_file.read_text().strip()}"
            asyncio.run(_ready(address))
            yield Server(address, process.pid, time.perf_counter() - started)
        finally:
            process.terminate()
            process.wait(60)


async def _ready(address: str) -> None:
    async with TarjimonClient(address) as client:
        await client.wait_ready(60)


def raw_model(workers: int = 0) -> Model:
    """The embedded model as the server loads it, for measuring the engine alone."""
    settings = Settings()
    model = load(model_store(settings).resolve("tarjimon-mini"), workers=workers)
    warm_up(model)
    return model


def encoded(model: Model, rows: Sequence[str], target: str = "ru") -> list[EncodedSegment]:
    """Sentences as the engine sees them."""
    return [model.codec.encode(canonical(row, "uz"), source="uz", target=target) for row in rows]


def offline(
    model: Model, segments: Sequence[EncodedSegment], decoding: DecodingSettings
) -> tuple[float, int]:
    """CTranslate2's own translate_batch over sorted sentences: seconds and output tokens.

    This is the library's best offline use: the whole list at once, sorted by length, batched by tokens, on all
    of its workers.
    """
    translator = model.engine._translator  # type: ignore[attr-defined]  # the library itself, past our engine
    ordered = sorted(segments, key=lambda s: len(s.source), reverse=True)
    started = time.perf_counter()
    results = translator.translate_batch(
        [list(s.source) for s in ordered],
        target_prefix=[list(s.target_prefix) for s in ordered],
        beam_size=decoding.beam_size,
        length_penalty=decoding.length_penalty,
        repetition_penalty=decoding.repetition_penalty,
        no_repeat_ngram_size=decoding.no_repeat_ngram_size,
        max_decoding_length=256,
        max_batch_size=2048,
        batch_type="tokens",
    )
    seconds = time.perf_counter() - started
    return seconds, sum(
        len(r.hypotheses[0]) - len(s.target_prefix) for r, s in zip(results, ordered, strict=True)
    )


def peak_rss_mib() -> float:
    """Largest resident memory of this process so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]
