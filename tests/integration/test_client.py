"""Our client against a real server: values, errors, limits, streams, retries, readiness."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from fake_application import RECEIPT, translated
from loopback_server import RunningServer, running_server

from tarjimon.client import ClientOptions, SyncTarjimonClient, TarjimonClient
from tarjimon.config import LimitSettings
from tarjimon.domain import Lane
from tarjimon.errors import (
    ConfigError,
    CorruptModelError,
    DeadlineExpiredError,
    EngineError,
    InvalidInputError,
    LimitExceededError,
    ModelNotFoundError,
    OverloadedError,
    RemoteError,
    ShuttingDownError,
    TarjimonError,
    UnsupportedLanguageError,
)
from tarjimon.pipeline.values import DecodingChoice, FinishedSegment, TranslatedText, TranslationOptions


async def test_translate_gives_what_the_pipeline_gave(client: TarjimonClient) -> None:
    texts = ["Salom\n\n 12 \ndunyo", ""]
    answer = await client.translate(texts, targets=["ru", "en"])
    assert answer == tuple(translated(text, f"{n}.", ["ru", "en"]) for n, text in enumerate(texts))


async def test_summarize_detect_and_models_give_values(client: TarjimonClient) -> None:
    summarized = await client.summarize([("a", "bir"), ("b", "ikki")], targets=["ru"], max_sentences=1)
    assert summarized.summaries[0].sentences[0].source_segment_ids == ("a",)
    assert summarized.summaries[0].receipt == RECEIPT
    assert (await client.summarize("bir", targets=["en"])).summaries[0].text == "bir"
    assert [found.language for found in await client.detect(["salom", "1"])] == ["uz", "und"]
    assert [model.state for model in await client.models()] == ["loaded", "not-fetched"]


async def test_options_and_lane_arrive(client: TarjimonClient, running: RunningServer) -> None:
    chosen = TranslationOptions("fake", DecodingChoice(beam_size=4, length_penalty=0.5), hard_wrapped=True)
    await client.translate(["a"], targets=["ru"], options=chosen, lane=Lane.BULK, timeout=7)
    assert running.application.options == [chosen]
    caller = running.application.callers[0]
    assert caller.lane is Lane.BULK
    assert caller.deadline is not None
    assert caller.deadline < time.monotonic() + 7.5


async def test_more_texts_than_a_call_takes_are_shared_out_and_numbered_through(
    client: TarjimonClient, running: RunningServer
) -> None:
    texts = [f"matn {number}\nikkinchi" for number in range(600)]
    answer = await client.translate(texts, targets=["ru"])
    assert len(running.application.callers) == 3
    assert answer == tuple(translated(text, f"{number}.", ["ru"]) for number, text in enumerate(texts))
    long = ["a" * 90_000] * 7
    assert len(await client.translate(long, targets=["ru"])) == 7
    assert len(await client.detect(texts)) == 600


@pytest.mark.parametrize(
    ("texts", "arguments", "kind", "field"),
    [
        (["a"], {"targets": ["tlh"]}, UnsupportedLanguageError, "target_languages[0]"),
        (["a"], {"targets": []}, InvalidInputError, "target_languages"),
        ([], {"targets": ["ru"]}, InvalidInputError, "texts"),
        (["a" * 100_001], {"targets": ["ru"]}, LimitExceededError, "texts[0]"),
        (["ok", "half \ud83d"], {"targets": ["ru"]}, InvalidInputError, "texts[1]"),
        (["a"], {"targets": ["ru"], "options": TranslationOptions(model="gpt-0")}, ModelNotFoundError, None),
        (["CORRUPT"], {"targets": ["ru"]}, CorruptModelError, None),
        (["ENGINE"], {"targets": ["ru"]}, EngineError, None),
        (["OVERLOAD"], {"targets": ["ru"]}, OverloadedError, None),
        (["BOOM"], {"targets": ["ru"]}, RemoteError, None),
        (["a" * 9_000_000], {"targets": ["ru"]}, LimitExceededError, None),
        (["a" * 20_000_000], {"targets": ["ru"]}, LimitExceededError, None),
    ],
)
async def test_errors_are_the_servers_own(
    running: RunningServer, texts: list[str], arguments: dict, kind: type[TarjimonError], field: str | None
) -> None:
    async with TarjimonClient(running.address) as client:
        with pytest.raises(kind) as caught:
            await client.translate(texts, **arguments)
    assert type(caught.value) is kind
    assert caught.value.field == field
    assert caught.value.message


async def test_an_internal_error_names_the_request_to_look_for(client: TarjimonClient) -> None:
    with pytest.raises(RemoteError) as caught:
        await client.translate(["BOOM"], targets=["ru"])
    assert caught.value.code == "INTERNAL"
    assert caught.value.metadata["request_id"] in caught.value.message


async def test_strings_in_place_of_lists_are_refused(client: TarjimonClient) -> None:
    with pytest.raises(TypeError, match="list"):
        await client.translate("salom", targets=["ru"])
    with pytest.raises(TypeError, match="list"):
        await client.translate(["salom"], targets="ru")


async def test_a_deadline_is_an_error_of_its_own(client: TarjimonClient, running: RunningServer) -> None:
    with pytest.raises(DeadlineExpiredError, match="allow more time"):
        await client.translate(["SLOW"], targets=["ru"], timeout=0.2)


async def test_cancelling_the_client_frees_the_servers_work(
    client: TarjimonClient, running: RunningServer
) -> None:
    task = asyncio.create_task(client.translate(["SLOW"], targets=["ru"]))
    while running.application.running == 0:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    while running.application.running:
        await asyncio.sleep(0.01)
    assert running.application.cancelled == 1


async def test_calls_refused_for_a_moment_are_tried_again(
    client: TarjimonClient, running: RunningServer
) -> None:
    running.application.overloads = 3
    started = time.monotonic()
    answer = await client.translate(["OVERLOAD"], targets=["ru"])
    assert answer[0].translations[0].text == "[ru] OVERLOAD"
    assert running.application.overloads == 0
    # The server asks for 50 ms each time; the client's own backoff would be longer.
    assert 0.15 <= time.monotonic() - started < 1.6


async def test_a_server_that_is_nearly_ready_is_waited_for(starting: RunningServer) -> None:
    async def later() -> None:
        await asyncio.sleep(0.3)
        await starting.server.warm_up()

    warming = asyncio.create_task(later())
    async with TarjimonClient(starting.address) as client:
        await client.wait_ready(5)
        await client.translate(["a"], targets=["ru"])
    await warming


async def test_waiting_ends_with_what_is_wrong(starting: RunningServer) -> None:
    async with TarjimonClient(starting.address) as client:
        with pytest.raises(DeadlineExpiredError, match=r"still loading"):
            await client.wait_ready(0.3)
        with pytest.raises(ShuttingDownError) as caught:
            await client.translate(["a"], targets=["ru"])
        assert caught.value.reason == "STARTING_UP"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_no_server_is_told_with_the_address_and_what_to_do() -> None:
    address = f"127.0.0.1:{free_port()}"
    async with TarjimonClient(address) as client:
        with pytest.raises(RemoteError, match=rf"{address}.*tarjimon serve") as caught:
            await client.models()
        assert caught.value.reason == "SERVER_UNREACHABLE"
        with pytest.raises(DeadlineExpiredError, match=r"nothing answers"):
            await client.wait_ready(0.3)


async def test_an_address_without_port_is_refused() -> None:
    with pytest.raises(ConfigError, match="host:port"):
        async with TarjimonClient("localhost"):
            pass


async def test_a_client_that_is_not_open_says_so() -> None:
    with pytest.raises(RuntimeError, match="async with"):
        await TarjimonClient("127.0.0.1:1").models()


async def test_a_stream_gives_segments_and_whole_texts(client: TarjimonClient) -> None:
    async def texts() -> AsyncIterator[tuple[str, str]]:
        yield "a", "bir\nikki"
        yield "", "uch"

    segments: list[tuple[str, FinishedSegment]] = []
    whole: dict[str, TranslatedText] = {}
    async for name, item in client.stream_translate(texts(), targets=["ru"]):
        if isinstance(item, TranslatedText):
            whole[name] = item
        else:
            segments.append((name, item))
    assert whole == {"a": translated("bir\nikki", "", ["ru"]), "1": translated("uch", "", ["ru"])}
    assert sorted(item.target.text for _, item in segments) == ["[ru] bir", "[ru] ikki", "[ru] uch"]


async def test_a_stream_that_is_left_early_frees_the_server(
    client: TarjimonClient, running: RunningServer
) -> None:
    async with aclosing(client.stream_translate([("a", "tez"), ("b", "SLOW")], targets=["ru"])) as items:
        async for _ in items:
            break
    while running.server.gate.in_flight:
        await asyncio.sleep(0.01)
    assert running.application.running == 0


async def test_errors_in_a_stream(client: TarjimonClient) -> None:
    with pytest.raises(EngineError):
        async for _ in client.stream_translate([("a", "ENGINE")], targets=["ru"]):
            pass
    with pytest.raises(InvalidInputError, match="surrogate"):
        async for _ in client.stream_translate([("a", "SLOW"), ("b", "\ud800")], targets=["ru"]):
            pass

    def failing() -> object:
        yield "a", "SLOW"
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        async for _ in client.stream_translate(failing(), targets=["ru"]):
            pass


async def test_the_servers_error_is_told_when_it_comes_while_texts_are_being_sent(
    client: TarjimonClient,
) -> None:
    # grpc.aio answers most of these with INTERNAL of its own making.
    for at in range(20):
        texts = [("", "CORRUPT" if number == at % 5 else "a" * 1000) for number in range(200)]
        with pytest.raises(CorruptModelError):
            async for _ in client.stream_translate(texts, targets=["ru"]):
                pass


async def test_the_limits_of_the_options_decide_how_texts_are_shared_out() -> None:
    limits = LimitSettings.model_validate({"texts_per_call": 2})
    async for running in running_server(limits={"texts_per_call": 2}):
        await running.server.warm_up()
        async with TarjimonClient(running.address, ClientOptions(limits=limits)) as client:
            assert len(await client.translate(["a"] * 5, targets=["ru"])) == 5
        assert len(running.application.callers) == 3


def test_the_blocking_client_does_the_same() -> None:
    import threading

    ready, over = threading.Event(), threading.Event()
    address: list[str] = []

    async def host() -> None:
        async for running in running_server():
            await running.server.warm_up()
            address.append(running.address)
            ready.set()
            while not over.is_set():
                await asyncio.sleep(0.02)

    thread = threading.Thread(target=lambda: asyncio.run(host()))
    thread.start()
    try:
        assert ready.wait(10)
        with SyncTarjimonClient(address[0]) as client:
            client.wait_ready(5)
            assert client.translate(["salom"], targets=["ru"])[0].translations[0].text == "[ru] salom"
            assert client.detect(["salom"])[0].language == "uz"
            assert client.summarize("salom", targets=["ru"]).summaries[0].text == "salom"
            assert len(client.models()) == 2
            items = list(client.stream_translate([("a", "bir")], targets=["ru"]))
            assert len(items) == 2
            with pytest.raises(UnsupportedLanguageError):
                client.translate(["salom"], targets=["xx"])
    finally:
        over.set()
        thread.join()
