"""Time and memory per 1,000 segments as the archive grows, and after very many requests: flat, or a leak."""

from __future__ import annotations

import argparse
import asyncio
import time

from harness import header, sentences, server

from tarjimon.client import TarjimonClient


async def segments(address: str, count: int, rows: list[str]) -> float:
    """Seconds for `count` distinct segments, 256 in a call, 4 calls at once."""
    numbers = iter(range(0, count, 256))

    async def client() -> None:
        async with TarjimonClient(address) as channel:
            for start in numbers:
                # A running number makes every segment distinct, so that nothing is coalesced.
                texts = [f"{rows[n % len(rows)]} {n}." for n in range(start, min(count, start + 256))]
                await channel.translate(texts, source="uz", targets=["ru"])

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(4)))
    return time.perf_counter() - started


async def requests(address: str, count: int, text: str) -> None:
    """`count` calls with one short sentence that the cache knows."""
    numbers = iter(range(count))

    async def client() -> None:
        async with TarjimonClient(address) as channel:
            for _ in numbers:
                await channel.translate([text], source="uz", targets=["ru"])

    await asyncio.gather(*(client() for _ in range(16)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--sizes", default="1000,10000", help="segments; 100000 takes an hour or more on two cores"
    )
    parser.add_argument("--requests", type=int, default=100_000)
    arguments = parser.parse_args()
    header("growth")
    rows = [row for row in sentences(3000) if len(row) < 60]
    print("| segments | seconds per 1,000 | server memory, MiB |\n|---|---|---|")
    with server(CACHE__ENABLED="false", MODELS__SECOND_PASS="false") as running:
        asyncio.run(segments(running.address, 256, rows))
        for size in map(int, arguments.sizes.split(",")):
            seconds = asyncio.run(segments(running.address, size, rows))
            print(f"| {size:,} | {seconds / size * 1000:.2f} | {running.rss_mib():.0f} |", flush=True)
    with server() as running:
        asyncio.run(requests(running.address, min(5000, arguments.requests), rows[0]))
        early = running.rss_mib()
        asyncio.run(requests(running.address, max(0, arguments.requests - 5000), rows[0]))
        late = running.rss_mib()
    print(
        f"\nafter 5,000 requests {early:.1f} MiB, after {arguments.requests:,} {late:.1f} MiB: "
        f"{late - early:+.1f} MiB"
    )


if __name__ == "__main__":
    main()
