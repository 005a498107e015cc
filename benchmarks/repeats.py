"""An archive whose releases share boilerplate: what the cache and coalescing save, cold and warm.

Every document has `--shared` sentences of a small common stock (headings, closing formulas) and the rest of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time

from harness import header, sentences, server

from tarjimon.client import TarjimonClient


def archive(documents: int, length: int, shared: float, seed: int = 3) -> list[str]:
    """Documents of `length` sentences, a `shared` part of them out of a stock of 40."""
    own = round(length * (1 - shared))
    rows = sentences(documents * own + 40)
    stock, rest = rows[:40], iter(rows[40:])
    chance = random.Random(seed)
    made = []
    for _ in range(documents):
        body = [next(rest) for _ in range(own)] + chance.sample(stock, length - own)
        chance.shuffle(body)
        made.append("\n".join(body))
    return made


async def translate_all(address: str, documents: list[str], clients: int = 8) -> float:
    """Seconds for all documents through `clients` channels."""
    waiting = iter(documents)

    async def client() -> None:
        async with TarjimonClient(address) as channel:
            for document in waiting:
                await channel.translate([document], source="uz", targets=["ru"])

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=60)
    parser.add_argument("--length", type=int, default=10)
    parser.add_argument("--shared", type=float, default=0.4)
    arguments = parser.parse_args()
    header("repeats")
    documents = archive(arguments.documents, arguments.length, arguments.shared)
    lines = [line for document in documents for line in document.split("\n")]
    repeated = 1 - len(set(lines)) / len(lines)
    print(f"{len(documents)} documents, {len(lines)} segments, {repeated:.0%} of them repeats\n")
    times: list[tuple[str, float]] = []
    with server(CACHE__ENABLED="false") as running:
        asyncio.run(translate_all(running.address, documents[:4]))
        times.append(("no cache (coalescing only)", asyncio.run(translate_all(running.address, documents))))
    with tempfile.TemporaryDirectory() as folder:
        for name in ("cold cache", "warm cache, after a restart"):
            with server(CACHE__FILE=f"{folder}/cache.db") as running:
                times.append((name, asyncio.run(translate_all(running.address, documents))))
    print("| | seconds | segments/s | speed-up |\n|---|---|---|---|")
    for name, seconds in times:
        print(f"| {name} | {seconds:.2f} | {len(lines) / seconds:.1f} | {times[0][1] / seconds:.2f} |")


if __name__ == "__main__":
    main()
