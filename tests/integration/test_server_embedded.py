"""The server as it is shipped: `tarjimon serve` with the embedded model, asked over its port."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from test_server_bad_input import ODD_TEXTS

from tarjimon.client import ClientOptions, TarjimonClient
from tarjimon.errors import (
    DeadlineExpiredError,
    InvalidInputError,
    LimitExceededError,
    ModelError,
    ModelNotFoundError,
)
from tarjimon.models.packaged import packaged_models
from tarjimon.pipeline.values import (
    FinishedSegment,
    SegmentStatus,
    SummaryMethod,
    TranslatedText,
    TranslationOptions,
)

RELEASE = (
    "O\u2018zbekiston Respublikasi Prezidentining qarori 2024-yil 5-noyabrda qabul qilindi.\n\n"
    "Qarorga muvofiq, 2025-yil 1-yanvardan boshlab 1,5 mlrd. so\u2018m ajratiladi. "
    "Batafsil: https://lex.uz/docs/12345, tel.: +998 71 200-00-00.\n"
)


class ServeProcess:
    """`tarjimon serve` on a free port."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.started = time.monotonic()
        self._port_file = folder / "port"
        self._log = (folder / "log").open("w+")
        self.process = subprocess.Popen(
            [
                sys.executable,
                *("-m", "tarjimon", "serve", "--port", "0", "--port-file", str(self._port_file), *arguments),
            ],
            stdout=subprocess.DEVNULL,
            stderr=self._log,
            env={
                **{name: value for name, value in os.environ.items() if not name.startswith("TARJIMON_")},
                "TARJIMON_MODELS__OFFLINE": "true",
                "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            },
        )

    @property
    def address(self) -> str:
        while not self._port_file.exists():
            assert self.process.poll() is None, self.log()
            time.sleep(0.02)
        return f"127.0.0.1:{self._port_file.read_text().strip()}"

    async def ready(self) -> None:
        """Wait until it serves; fail at once when it ends instead."""
        async with TarjimonClient(self.address) as client:
            for _ in range(120):
                assert self.process.poll() is None, self.log()
                with contextlib.suppress(DeadlineExpiredError):
                    return await client.wait_ready(0.5)
        raise AssertionError(f"not ready within 60 s: {self.log()}")

    def log(self) -> str:
        self._log.seek(0)
        return self._log.read()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(40)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._log.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServeProcess]:
    """One server for the whole module; it must end well and without a traceback."""
    process = ServeProcess(tmp_path_factory.mktemp("served"))
    try:
        asyncio.run(process.ready())
        yield process
        assert process.stop() == 0, process.log()
        assert "Traceback" not in process.log()
        assert "code=INTERNAL" not in process.log()
    finally:
        process.close()


async def translated(served: ServeProcess, text: str, *targets: str) -> TranslatedText:
    async with TarjimonClient(served.address) as client:
        [result] = await client.translate([text], targets=targets or ("ru", "en"))
    return result


def gaps_of(text: str, spans: list[tuple[int, int]]) -> list[str]:
    """What stands between the segments of a text."""
    bounds = [(0, 0), *spans, (len(text), len(text))]
    return [text[end:start] for (_, end), (start, _) in itertools.pairwise(bounds)]


async def test_a_release_keeps_its_white_space_numbers_and_addresses(served: ServeProcess) -> None:
    result = await translated(served, RELEASE)
    assert result.detection.language == "uz"
    source = gaps_of(RELEASE, [(segment.start, segment.end) for segment in result.segments])
    assert all(not gap.strip() for gap in source)
    for translation in result.translations:
        spans = [(segment.start, segment.end) for segment in translation.segments]
        assert gaps_of(translation.text, spans) == source
        for segment, output in zip(result.segments, translation.segments, strict=True):
            assert translation.text[output.start : output.end] == output.text
            kept = [word for word in ("https://lex.uz/docs/12345", "2024", "2025") if word in segment.text]
            assert not output.verdict.ok or all(word in output.text for word in kept)
        assert translation.receipt is not None
        assert re.fullmatch(r"[0-9a-f]{64}", translation.receipt.weights_sha256)
    assert re.search("[а-я]", result.translations[0].text)


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS.keys())
async def test_odd_texts_lose_nothing(served: ServeProcess, text: str) -> None:
    result = await translated(served, text)
    spans = [(segment.start, segment.end) for segment in result.segments]
    source = gaps_of(text, spans)
    assert all(not gap.strip() for gap in source)
    for translation in result.translations:
        assert len(translation.segments) == len(result.segments)
        assert gaps_of(translation.text, [(s.start, s.end) for s in translation.segments]) == source
        for segment, output in zip(result.segments, translation.segments, strict=True):
            assert output.id == segment.id
            if output.status is not SegmentStatus.TRANSLATED:
                assert output.text == segment.text
            assert output.text.strip() or not segment.text.strip() or not output.verdict.ok


@pytest.mark.parametrize("name", ["kazakh", "turkish"])
async def test_a_neighbouring_language_is_passed_through_and_flagged(served: ServeProcess, name: str) -> None:
    result = await translated(served, ODD_TEXTS[name], "ru")
    [segment] = result.translations[0].segments
    assert segment.status is SegmentStatus.PASSED_THROUGH
    assert not segment.verdict.ok
    assert segment.verdict.issues[0].message


async def test_one_line_of_the_largest_size_comes_back(served: ServeProcess) -> None:
    line = "12345 67890 " * 8_333
    result = await translated(served, line, "ru")
    assert result.translations[0].text == line


async def test_too_large_texts_and_unknown_models_are_refused(served: ServeProcess) -> None:
    async with TarjimonClient(served.address) as client:
        with pytest.raises(LimitExceededError):
            await client.translate(["a" * 10_000_000], targets=["ru"])
        with pytest.raises(LimitExceededError):
            await client.translate(["a" * 100_001], targets=["ru"])
        with pytest.raises(InvalidInputError):
            await client.translate(["half \udc00"], targets=["ru"])
        with pytest.raises(ModelNotFoundError, match="gpt-0"):
            await client.translate([RELEASE], targets=["ru"], options=TranslationOptions(model="gpt-0"))


async def test_a_model_that_is_not_here_says_how_to_get_it(served: ServeProcess) -> None:
    async with TarjimonClient(served.address) as client:
        absent = next(model.id for model in await client.models() if model.state == "not-fetched")
        with pytest.raises(ModelError, match="models pull"):
            await client.translate([RELEASE], targets=["ru"], options=TranslationOptions(model=absent))


async def test_a_stream_gives_what_a_call_gives(served: ServeProcess) -> None:
    async with TarjimonClient(served.address) as client:
        [whole] = await client.translate([RELEASE], targets=["ru", "en"])
        segments: list[FinishedSegment] = []
        done: list[TranslatedText] = []
        async for _, item in client.stream_translate([("r", RELEASE)], targets=["ru", "en"]):
            if isinstance(item, TranslatedText):
                done.append(item)
            else:
                segments.append(item)
    assert [t.text for t in done[0].translations] == [t.text for t in whole.translations]
    assert [s.text for s in done[0].segments] == [s.text for s in whole.segments]
    assert done[0].detection == whole.detection
    assert len(segments) == 2 * len(whole.segments)


async def test_a_summary_names_its_sources(served: ServeProcess) -> None:
    async with TarjimonClient(served.address) as client:
        result = await client.summarize(RELEASE, targets=["ru", "en"], max_sentences=1)
    ids = {segment.id for segment in result.segments}
    for summary in result.summaries:
        assert summary.method in (SummaryMethod.ABSTRACTIVE, SummaryMethod.EXTRACTIVE)
        assert summary.text
        for sentence in summary.sentences:
            assert sentence.source_segment_ids
            assert ids >= set(sentence.source_segment_ids)


async def test_the_same_call_gives_the_same_answer(served: ServeProcess) -> None:
    assert await translated(served, RELEASE) == await translated(served, RELEASE)


async def test_sigterm_loses_none_of_many_calls(tmp_path: Path) -> None:
    process = ServeProcess(tmp_path)
    try:
        await process.ready()
        async with TarjimonClient(process.address, ClientOptions(timeout=60)) as client:
            texts = [f"Hujjat {number}-son bilan tasdiqlandi." for number in range(64)]
            calls = [asyncio.create_task(client.translate([text], targets=["ru"])) for text in texts]
            await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
            process.process.send_signal(signal.SIGTERM)
            answers = await asyncio.gather(*calls)
        assert all(answer[0].translations[0].text for answer in answers)
        assert process.process.wait(30) == 0, process.log()
        assert "Traceback" not in process.log()
    finally:
        process.close()


async def test_sigterm_right_after_the_start_ends_well(tmp_path: Path) -> None:
    process = ServeProcess(tmp_path)
    try:
        assert process.address
        started = time.monotonic()
        assert process.stop() == 0, process.log()
        assert time.monotonic() - started < 4
        assert "Traceback" not in process.log()
    finally:
        process.close()


def test_corrupt_weights_end_the_start_with_a_clear_error(tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(packaged_models() / "embedded" / "tarjimon-mini", folder)
    weights = folder / "model.bin"
    weights.write_bytes(weights.read_bytes()[:1_000_000])
    entry = (packaged_models() / "catalogue.toml").read_text(encoding="utf-8")
    entry = entry[entry.index("[[model]]") :].split("\n[[model]]")[0]
    catalogue = tmp_path / "catalogue.toml"
    catalogue.write_text(
        re.sub(r"source = \{.*\}", f'source = {{ kind = "local", path = "{folder}" }}', entry),
        encoding="utf-8",
    )
    config = tmp_path / "tarjimon.toml"
    config.write_text(f'[models]\ncatalogue = "{catalogue}"\n', encoding="utf-8")
    process = ServeProcess(tmp_path, "--config", str(config))
    try:
        assert process.process.wait(30) not in (0, 1)
        assert "model.bin" in process.log()
        assert "Traceback" not in process.log()
    finally:
        process.close()


def test_the_server_is_small(served: ServeProcess) -> None:
    resident = psutil.Process(served.process.pid).memory_info().rss
    assert resident < 700 * 1024**2
