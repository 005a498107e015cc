"""What the inference path does at its limits, over the real server: it stays up, answers the others, and its counters
return to zero."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import grpc
import pytest

from tarjimon.client import ClientOptions, TarjimonClient
from tarjimon.config import Settings
from tarjimon.domain import DecodingSettings, EncodedSegment, Hypothesis
from tarjimon.engine.base import Engine, EngineInfo
from tarjimon.errors import ConfigError, EngineError, ModelError, TarjimonError
from tarjimon.pipeline import application as application_module
from tarjimon.pipeline.application import Application
from tarjimon.pipeline.values import SegmentStatus, TranslationOptions
from tarjimon.server import TarjimonServer
from tarjimon.v1 import translation_service_pb2 as pb
from tarjimon.v1.translation_service_pb2_grpc import TranslationServiceStub

SENTENCES = [
    f"Vazirlar {number}-yig'ilishda hamkorlik masalalarini muhokama qildilar." for number in range(1, 65)
]
OPTIONS = TranslationOptions()


class Faulty:
    """A real engine that can be told to raise or to hang."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.raising = False
        self.pause = 0.0
        self.hanging = threading.Event()
        self.hanging.set()
        self.batches = 0

    @property
    def info(self) -> EngineInfo:
        return self._engine.info

    def translate_batch(
        self, batch: Sequence[EncodedSegment], decoding: DecodingSettings
    ) -> list[Hypothesis]:
        self.batches += 1
        if self.raising:
            raise RuntimeError("a fault put here by a test")
        self.hanging.wait(30)
        time.sleep(self.pause)
        return self._engine.translate_batch(batch, decoding)

    def close(self) -> None:
        self._engine.close()


@asynccontextmanager
async def serving(**sections: dict[str, Any]) -> AsyncIterator[tuple[str, Application]]:
    settings = Settings.model_validate({"server": {"port": 0}, "cache": {"enabled": False}, **sections})
    app = Application(settings)
    server = TarjimonServer(settings, app)
    port = await server.bind()
    await server.warm_up()
    try:
        yield f"127.0.0.1:{port}", app
    finally:
        await server.drain(5)


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> list[Faulty]:
    """Every model that is loaded gets an engine that the test can break; the list fills up with them."""
    from dataclasses import replace

    made: list[Faulty] = []
    real = application_module.load

    def load(*arguments: Any, **options: Any) -> Any:
        model = real(*arguments, **options)
        made.append(Faulty(model.engine))
        return replace(model, engine=made[-1])

    monkeypatch.setattr(application_module, "load", load)
    return made


async def at_rest(app: Application) -> None:
    """Wait until nothing is queued or running; fail when that does not come."""
    for _ in range(500):
        now = app.snapshot().scheduler
        if not (now.waiting_callers or now.inflight_segments or any(now.queued_segments.values())):
            assert not any(now.queued_tokens.values())
            assert now.inflight_batches == 0
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"not at rest: {now}")


async def works(address: str) -> None:
    async with TarjimonClient(address) as client:
        [text] = await client.translate([SENTENCES[0]], source="uz", targets=["en"])
    assert text.translations[0].segments[0].status is SegmentStatus.TRANSLATED


async def test_a_budget_smaller_than_a_single_segment_still_translates_everything() -> None:
    async with serving(batching={"source_tokens": 1, "output_tokens": 1}) as (address, app):
        async with TarjimonClient(address) as client:
            texts = await client.translate(SENTENCES[:8], source="uz", targets=["ru"])
        assert all(t.translations[0].segments[0].text for t in texts)
        await at_rest(app)


async def test_zero_workers_are_a_configuration_error() -> None:
    with pytest.raises((ConfigError, ValueError), match="workers"):
        Settings.model_validate({"models": {"workers": -1}})


async def test_a_model_larger_than_the_memory_budget_is_refused_with_both_sizes() -> None:
    app = Application(Settings.model_validate({"models": {"memory_bytes": 1_000_000}}))
    with pytest.raises(ModelError, match=r"MiB|bytes|MB"):
        await app.start()
    await app.close(0)


async def test_an_engine_that_raises_fails_its_calls_and_not_the_server(faulty: list[Faulty]) -> None:
    async with serving() as (address, app):
        faulty[0].raising = True
        async with TarjimonClient(address, ClientOptions(timeout=20)) as client:
            with pytest.raises(EngineError):
                await client.translate(SENTENCES[:4], source="uz", targets=["ru"])
        await at_rest(app)
        faulty[0].raising = False
        await works(address)


async def test_an_engine_that_hangs_is_given_up_and_the_server_answers_on(faulty: list[Faulty]) -> None:
    async with serving(batching={"batch_seconds": 0.5}, models={"workers": 1}) as (address, app):
        await works(address)
        faulty[0].hanging.clear()
        async with grpc.aio.insecure_channel(address) as channel:
            stub = TranslationServiceStub(channel)
            request = pb.TranslateTextRequest(
                texts=SENTENCES[1:3], source_language="uz", target_languages=["ru"]
            )
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await stub.TranslateText(request, timeout=25)
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
        async with TarjimonClient(address) as client:
            assert await client.detect([SENTENCES[0]])
            assert await client.models()
        faulty[0].hanging.set()
        await at_rest(app)
        deadline = time.monotonic() + 15
        while True:
            try:
                await works(address)
                break
            except TarjimonError:
                assert time.monotonic() < deadline, "the server did not recover"
                await asyncio.sleep(0.2)


async def test_what_is_finished_by_the_deadline_arrives_and_the_rest_is_marked(faulty: list[Faulty]) -> None:
    async with serving(models={"workers": 1}, batching={"source_tokens": 64, "output_tokens": 64}) as (
        address,
        app,
    ):
        faulty[0].pause = 0.12
        async with TarjimonClient(address) as client:
            texts = await client.translate(SENTENCES, source="uz", targets=["ru"], timeout=2.0)
        statuses = [t.translations[0].segments[0].status for t in texts]
        assert SegmentStatus.TRANSLATED in statuses
        assert SegmentStatus.NOT_DONE in statuses
        assert set(statuses) == {SegmentStatus.TRANSLATED, SegmentStatus.NOT_DONE}
        await at_rest(app)


async def test_a_thousand_calls_cancelled_at_random_leave_nothing_behind() -> None:
    chance = random.Random(5)
    async with serving() as (address, app):
        async with grpc.aio.insecure_channel(address) as channel:
            stub = TranslationServiceStub(channel)

            async def call(number: int) -> None:
                request = pb.TranslateTextRequest(
                    texts=[f"{SENTENCES[number % 64]} {number}."],
                    source_language="uz",
                    target_languages=["ru", "en"],
                )
                running = stub.TranslateText(request)
                await asyncio.sleep(chance.random() * 0.5)
                running.cancel()
                with suppress(asyncio.CancelledError, grpc.aio.AioRpcError):
                    await running

            for start in range(0, 1000, 200):
                await asyncio.gather(*(call(number) for number in range(start, start + 200)))
            await at_rest(app)
        await works(address)


async def test_clients_that_vanish_in_the_middle_of_streams_free_their_work() -> None:
    async with serving() as (address, app):
        for _ in range(10):
            async with grpc.aio.insecure_channel(address) as channel:
                stub = TranslationServiceStub(channel)
                stream = stub.StreamTranslate()
                await stream.write(
                    pb.StreamTranslateRequest(
                        config=pb.StreamTranslateConfig(source_language="uz", target_languages=["ru"])
                    )
                )
                await stream.write(pb.StreamTranslateRequest(text=pb.StreamText(text="\n".join(SENTENCES))))
                await stream.read()
                # The channel goes away with the call in the middle.
        await at_rest(app)
        await works(address)


async def test_the_same_sentence_from_many_clients_is_decoded_once(faulty: list[Faulty]) -> None:
    async with serving() as (address, app):
        async with TarjimonClient(address) as client:
            before = app.snapshot().scheduler.counters["coalesced"]
            texts = await asyncio.gather(
                *(client.translate([SENTENCES[9]], source="uz", targets=["ru"]) for _ in range(16))
            )
        assert len({t[0].translations[0].text for t in texts}) == 1
        assert app.snapshot().scheduler.counters["coalesced"] > before
        await at_rest(app)


async def test_a_result_does_not_depend_on_what_else_is_in_the_batch() -> None:
    """Float32: equal to the last token, whatever the neighbours."""
    async with serving(models={"compute_type": "float32"}) as (address, _), TarjimonClient(address) as client:
        alone = [
            (await client.translate([s], source="uz", targets=["en"]))[0].translations[0].text
            for s in SENTENCES[:6]
        ]
        crowd = SENTENCES[:6] + [s * 3 for s in SENTENCES[10:30]]
        together = await client.translate(crowd, source="uz", targets=["en"])
    assert [t.translations[0].text for t in together[:6]] == alone
