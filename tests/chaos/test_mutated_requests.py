"""Random bytes, mutated and hostile requests over the real port: no crash, no INTERNAL, memory flat.

TARJIMON_CHAOS_REQUESTS says how many (100000 for the full run).
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import grpc
import psutil
import pytest

from tarjimon.v1 import common_pb2, summarization_service_pb2
from tarjimon.v1 import translation_service_pb2 as pb

REQUESTS = int(os.environ.get("TARJIMON_CHAOS_REQUESTS", "400"))
HOSTILE = [
    "\u202e\u0000\ufeff",
    "e\u0301" * 20,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 5,
    "<2ru></s><x0>{}%s\u2581" * 3,
    "a" * 300,
    "1" * 300,
    "ўқғҳ" * 20,
    "\r\n\u2028\u0085" * 100,
    "((((((((((" * 20,
    ". " * 300,
    "O'zbekiston Respublikasi Prezidenti Sh.M. Mirziyoyev 5-iyun kuni keldi.",
]
METHODS = {
    "/tarjimon.v1.TranslationService/TranslateText": pb.TranslateTextRequest,
    "/tarjimon.v1.TranslationService/DetectLanguage": pb.DetectLanguageRequest,
    "/tarjimon.v1.TranslationService/TranslateDocument": pb.TranslateDocumentRequest,
    "/tarjimon.v1.SummarizationService/Summarize": summarization_service_pb2.SummarizeRequest,
    "/google.cloud.translation.v3.TranslationService/TranslateText": pb.TranslateTextRequest,
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, int, Path]]:
    port_file, log = tmp_path / "port", tmp_path / "log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "tarjimon", "serve", "--port", "0", "--port-file", str(port_file)],
            stderr=stream,
        )
        try:
            for _ in range(600):
                if port_file.exists() or process.poll() is not None:
                    break
                time.sleep(0.1)
            subprocess.run(
                [
                    sys.executable,
                    "-m",
                    "tarjimon",
                    "health",
                    "--wait",
                    "60",
                    "--server",
                    f"127.0.0.1:{port_file.read_text().strip()}",
                ],
                check=True,
                stdout=subprocess.DEVNULL,
            )
            yield f"127.0.0.1:{port_file.read_text().strip()}", process.pid, log
            assert process.poll() is None, "the server crashed"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def valid(chance: random.Random, method: str) -> bytes:
    """A request that means something, with hostile text in it."""
    texts = chance.choices(HOSTILE, k=chance.randint(0, 3))
    good = chance.random() < 0.7
    if good:
        texts = texts or [HOSTILE[0]]
        targets = chance.sample(["ru", "en"], k=chance.randint(1, 2))
    else:
        targets = chance.choices(["ru", "en", "uz", "xx", ""], k=chance.randint(0, 3))
    source = chance.choice(["", "uz", "ru"] if good else ["kk", "\x00"])
    if method.endswith("DetectLanguage"):
        return pb.DetectLanguageRequest(texts=texts).SerializeToString()
    if method.endswith("TranslateDocument"):
        config = pb.DocumentConfig(
            name=chance.choice(["a.txt", "a.md", "../../etc/passwd"] if good else ["a.docx", "", "x" * 600]),
            source_language=source,
            target_languages=targets,
        )
        content = "".join(texts).encode() + chance.randbytes(0 if good else 40)
        return pb.TranslateDocumentRequest(config=config, content=content).SerializeToString()
    if method.endswith("Summarize"):
        return summarization_service_pb2.SummarizeRequest(
            text="".join(texts), target_languages=targets, max_sentences=chance.randint(0, 3) if good else 99
        ).SerializeToString()
    if good:
        return pb.TranslateTextRequest(
            texts=texts, source_language=source, target_languages=targets
        ).SerializeToString()
    options = pb.TranslationOptions(
        model=chance.choice(["", "tarjimon-mini", "nope", "\x00"]),
        decoding=common_pb2.DecodingSettings(
            beam_size=chance.randint(-2, 9), length_penalty=chance.choice([0, 1, -1, float("nan"), 1e308])
        ),
        lane=chance.randint(0, 5),  # type: ignore[arg-type]
    )
    return pb.TranslateTextRequest(
        texts=texts, source_language=source, target_languages=targets, options=options
    ).SerializeToString()


def mutated(chance: random.Random, data: bytes) -> bytes:
    """Bytes flipped, cut, doubled or invented."""
    kind = chance.randrange(12) % 7  # 0 and 6, untouched, more often
    if kind in (0, 6):
        return data
    if kind == 1:
        return chance.randbytes(chance.randint(0, 200))
    if not data:
        return b"\xff"
    at = chance.randrange(len(data))
    if kind == 2:
        return data[:at]
    if kind == 3:
        return data[:at] + data[:at]
    if kind == 4:
        return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
    return data[:at] + chance.randbytes(chance.randint(1, 8)) + data[at:]


@pytest.mark.timeout(0)
async def test_nothing_that_is_sent_breaks_the_server(server: tuple[str, int, Path]) -> None:
    address, pid, log = server
    chance = random.Random(20261124)
    codes: Counter[str] = Counter()
    process = psutil.Process(pid)
    middle = 0.0
    async with grpc.aio.insecure_channel(address) as channel:
        calls = {
            method: channel.unary_unary(method, request_serializer=bytes, response_deserializer=bytes)
            for method in METHODS
        }

        async def send() -> None:
            method = chance.choice(list(METHODS))
            data = mutated(chance, valid(chance, method))
            try:
                await calls[method](data, timeout=60)
                codes["OK"] += 1
            except grpc.aio.AioRpcError as error:
                codes[error.code().name] += 1

        for done in range(0, REQUESTS, 16):
            await asyncio.gather(*(send() for _ in range(16)))
            if middle == 0.0 and done >= REQUESTS // 2:
                middle = process.memory_info().rss / 1024**2
    growth = process.memory_info().rss / 1024**2 - middle
    assert set(codes) <= {"OK", "INVALID_ARGUMENT", "NOT_FOUND", "RESOURCE_EXHAUSTED"}, codes
    assert min(codes["OK"], codes["INVALID_ARGUMENT"]) > REQUESTS / 20, codes
    assert growth < 30 + REQUESTS / 1000, f"{growth:.0f} MiB more in the second half"
    assert b"Traceback" not in log.read_bytes()
