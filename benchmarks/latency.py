"""One sentence through gRPC against the raw engine call; and interactive calls beside a bulk archive."""

from __future__ import annotations

import argparse
import asyncio
import time

from harness import encoded, header, percentile, raw_model, sentences, server

from tarjimon.client import TarjimonClient
from tarjimon.domain import Lane


def row(name: str, seconds: list[float]) -> str:
    """A table row of percentiles in milliseconds."""
    cells = " | ".join(f"{percentile(seconds, share) * 1000:.1f}" for share in (0.5, 0.95, 0.99))
    return f"| {name} | {cells} |"


async def one_by_one(address: str, rows: list[str]) -> list[float]:
    """Seconds of each call with one sentence, one after another."""
    found = []
    async with TarjimonClient(address) as client:
        for text in rows:
            started = time.perf_counter()
            await client.translate([text], source="uz", targets=["ru"])
            found.append(time.perf_counter() - started)
    return found


async def beside_bulk(address: str, rows: list[str], bulk: list[str]) -> tuple[list[float], int]:
    """Seconds of interactive calls while bulk calls keep the machine busy, and bulk segments done meanwhile."""
    done = 0
    stop = asyncio.Event()

    async def archive() -> None:
        nonlocal done
        async with TarjimonClient(address) as client:
            while not stop.is_set():
                for at in range(0, len(bulk), 64):
                    if stop.is_set():
                        break
                    part = bulk[at : at + 64]
                    await client.translate(part, source="uz", targets=["ru"], lane=Lane.BULK)
                    done += len(part)

    archives = [asyncio.create_task(archive()) for _ in range(8)]
    await asyncio.sleep(2)
    done = 0
    found = await one_by_one(address, rows)
    stop.set()
    await asyncio.gather(*archives)
    return found, done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=200)
    arguments = parser.parse_args()
    header("latency")
    rows = sentences(arguments.sentences)
    bulk = sentences(arguments.sentences + 2048, seed=11)[arguments.sentences :]
    model = raw_model()
    engine: list[float] = []
    batches: list[float] = []
    for segment in encoded(model, rows):
        started = time.perf_counter()
        model.engine.translate_batch([segment], model.spec.decoding)
        engine.append(time.perf_counter() - started)
    waiting = sorted(encoded(model, bulk[:1024]), key=lambda s: len(s.source))
    for at in range(0, len(waiting), 64):
        started = time.perf_counter()
        model.engine.translate_batch(waiting[at : at + 64], model.spec.decoding)
        batches.append(time.perf_counter() - started)
    with server(CACHE__ENABLED="false", MODELS__SECOND_PASS="false") as running:
        asyncio.run(one_by_one(running.address, rows[:20]))
        idle = asyncio.run(one_by_one(running.address, rows))
        busy, done = asyncio.run(beside_bulk(running.address, rows, bulk))
    print("| milliseconds | p50 | p95 | p99 |\n|---|---|---|---|")
    print(row("raw engine, one sentence", engine))
    print(row("raw engine, one batch of 64", batches))
    print(row("gRPC, idle server", idle))
    print(row("gRPC interactive, bulk archive beside", busy))
    overhead = [a - b for a, b in zip(idle, engine, strict=True)]
    print(f"\noverhead p50: {percentile(overhead, 0.5) * 1000:.2f} ms")
    print(
        f"interactive p99 beside bulk ÷ p99 of a raw batch of 64: "
        f"{percentile(busy, 0.99) / percentile(batches, 0.99):.2f}"
    )
    print(f"bulk segments done meanwhile: {done} in {sum(busy):.1f} s")


if __name__ == "__main__":
    main()
