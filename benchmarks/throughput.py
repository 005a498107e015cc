"""Segments and output tokens per second through gRPC ÷ CTranslate2's own translate_batch over the same sentences."""

from __future__ import annotations

import argparse
import asyncio
import time

from harness import encoded, header, offline, raw_model, sentences, server

from tarjimon.client import TarjimonClient
from tarjimon.domain import DecodingSettings
from tarjimon.pipeline.values import DecodingChoice, TranslationOptions


async def through_grpc(
    address: str, rows: list[str], clients: int, per_call: int, decoding: DecodingSettings, target: str
) -> float:
    """Seconds until every sentence is translated by `clients` channels that call one after another."""
    options = TranslationOptions(
        decoding=DecodingChoice(
            decoding.beam_size,
            decoding.length_penalty,
            decoding.repetition_penalty,
            decoding.no_repeat_ngram_size,
        )
    )
    calls = [rows[at : at + per_call] for at in range(0, len(rows), per_call)]
    waiting = iter(calls)

    async def client() -> None:
        async with TarjimonClient(address) as channel:
            for call in waiting:
                await channel.translate(call, source="uz", targets=[target], options=options)

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=1024)
    parser.add_argument("--target", default="ru")
    parser.add_argument("--beam", type=int, default=0, help="0: the model's own settings")
    arguments = parser.parse_args()
    header("throughput")
    rows = sentences(arguments.sentences)
    model = raw_model()
    decoding = model.spec.decoding
    if arguments.beam:
        decoding = DecodingSettings(
            arguments.beam,
            decoding.length_penalty,
            decoding.repetition_penalty,
            decoding.no_repeat_ngram_size,
        )
    segments = encoded(model, rows, arguments.target)
    print(f"{len(rows)} distinct sentences, {model.engine.info.label}, {decoding}")
    offline(model, segments[:128], decoding)
    before, tokens = offline(model, segments, decoding)
    results: list[tuple[str, float]] = []
    # The same work on both sides: no cache, and no second pass for sentences that fail the fidelity check.
    with server(CACHE__ENABLED="false", MODELS__SECOND_PASS="false") as running:
        asyncio.run(through_grpc(running.address, rows[:128], 8, 8, decoding, arguments.target))
        for per_call in (32, 1):
            for clients in (64, 8, 1):
                part = rows if clients > 1 else rows[: len(rows) // 4]
                seconds = asyncio.run(
                    through_grpc(running.address, part, clients, per_call, decoding, arguments.target)
                )
                results.append((f"{clients} clients, {per_call} per call", len(part) / seconds))
    after, _ = offline(model, segments, decoding)
    raw = len(rows) / ((before + after) / 2)
    per_segment = tokens / len(rows)
    print(
        f"\nraw engine, before and after: {len(rows) / before:.1f} and {len(rows) / after:.1f} segments/s\n"
    )
    print("| through gRPC | segments/s | output tokens/s | ÷ raw engine |\n|---|---|---|---|")
    print(f"| (raw: translate_batch offline, sorted) | {raw:.1f} | {raw * per_segment:.0f} | 1.00 |")
    for name, rate in results:
        print(f"| {name} | {rate:.1f} | {rate * per_segment:.0f} | {rate / raw:.2f} |")


if __name__ == "__main__":
    main()
