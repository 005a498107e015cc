"""StreamTranslate: results as they finish, back-pressure both ways, and no work left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import grpc
import pytest
from loopback_server import RunningServer, running_server

from tarjimon.v1 import translation_service_pb2 as pb

CONFIG = pb.StreamTranslateRequest(config=pb.StreamTranslateConfig(target_languages=["ru", "en"]))


def text(content: str, name: str = "") -> pb.StreamTranslateRequest:
    return pb.StreamTranslateRequest(text=pb.StreamText(id=name, text=content))


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to pass within 10 s")


async def test_each_segment_comes_once_per_target_then_the_whole_text(running: RunningServer) -> None:
    call = running.translation.StreamTranslate()
    await call.write(CONFIG)
    await call.write(text("bir\nikki", "first"))
    await call.write(text(""))
    await call.done_writing()
    segments: list[tuple[str, str, str]] = []
    done: dict[str, pb.StreamTextDone] = {}
    async for response in call:
        if response.WhichOneof("response") == "segment":
            assert response.text_id not in done
            assert not response.segment.target.HasField("span")
            segments.append(
                (response.text_id, response.segment.target_language, response.segment.target.text)
            )
        else:
            done[response.text_id] = response.text_done
    assert sorted(segments) == [
        ("first", "en", "[en] bir"),
        ("first", "en", "[en] ikki"),
        ("first", "ru", "[ru] bir"),
        ("first", "ru", "[ru] ikki"),
    ]
    assert done["first"].segment_count == 2
    assert [translation.text for translation in done["first"].translations] == [
        "[ru] bir\n[ru] ikki",
        "[en] bir\n[en] ikki",
    ]
    assert done["first"].detection.language == "uz"
    assert done["first"].receipts[0].model == "fake"
    assert done["1"].segment_count == 0  # the second text had no name: its number


async def test_a_text_that_is_done_overtakes_one_that_is_not(running: RunningServer) -> None:
    call = running.translation.StreamTranslate()
    await call.write(CONFIG)
    await call.write(text("SLOW", "slow"))
    await call.write(text("tez", "fast"))
    first = await call.read()
    assert first.text_id == "fast"
    running.application.release.set()
    await call.done_writing()
    rest = [(await call.read()).text_id for _ in range(4)]
    assert rest == ["fast", "fast", "slow", "slow"]
    assert (await call.read()).WhichOneof("response") == "text_done"
    assert await call.read() is grpc.aio.EOF


async def test_no_more_texts_are_read_than_may_be_unfinished() -> None:
    async for running in running_server(limits={"stream_texts_in_flight": 3}):
        await running.server.warm_up()
        call = running.translation.StreamTranslate()

        async def write_all(call: Any = call) -> None:
            await call.write(CONFIG)
            for number in range(20):
                await call.write(text(f"SLOW {number}"))
            await call.done_writing()

        writing = asyncio.create_task(write_all())
        await until(lambda: running.application.running == 3)  # noqa: B023
        await asyncio.sleep(0.2)
        assert len(running.application.callers) == 3
        running.application.release.set()
        done = {response.text_id async for response in call}
        await writing
        assert len(done) == 20
        assert running.application.most_running == 3


async def test_a_reader_that_does_not_read_stops_the_work() -> None:
    async for running in running_server(limits={"stream_texts_in_flight": 2}):
        await running.server.warm_up()
        call = running.translation.StreamTranslate()
        large = "\n".join(["so'z " * 200] * 20)

        async def write_all(call: Any = call, large: str = large) -> None:
            await call.write(CONFIG)
            for _ in range(400):
                await call.write(text(large))
            await call.done_writing()

        writing = asyncio.create_task(write_all())
        seen = -1
        while seen != len(running.application.callers):  # until it stands still
            seen = len(running.application.callers)
            await asyncio.sleep(0.4)
        assert seen < 300
        done = 0
        async for response in call:
            done += response.WhichOneof("response") == "text_done"
        await writing
        assert done == 400


@pytest.mark.parametrize("how", ["cancel", "deadline", "error"])
async def test_a_broken_stream_leaves_no_work_behind(running: RunningServer, how: str) -> None:
    call = running.translation.StreamTranslate(timeout=2 if how == "deadline" else None)
    await call.write(CONFIG)
    await call.write(text("SLOW 1"))
    await call.write(text("SLOW 2"))
    await until(lambda: running.application.running == 2)
    if how == "cancel":
        call.cancel()
    elif how == "error":
        await call.write(text("ENGINE"))
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call.read()
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    await until(lambda: running.application.running == 0 and running.server.gate.in_flight == 0)
    assert running.application.cancelled == 2


async def test_segments_before_an_error_arrive(running: RunningServer) -> None:
    call = running.translation.StreamTranslate()
    await call.write(CONFIG)
    await call.write(text("yaxshi", "good"))
    got = [await call.read() for _ in range(3)]
    assert got[-1].WhichOneof("response") == "text_done"
    await call.write(text("BOOM", "bad"))
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call.read()
    assert caught.value.code() is grpc.StatusCode.INTERNAL
    assert "nobody foresaw" not in str(caught.value.details())


async def test_a_stream_without_messages_ends_well(running: RunningServer) -> None:
    call = running.translation.StreamTranslate()
    await call.done_writing()
    assert [response async for response in call] == []


async def test_a_drain_finishes_the_texts_at_hand_and_takes_no_more(running: RunningServer) -> None:
    call = running.translation.StreamTranslate()
    await call.write(CONFIG)
    await call.write(text("SLOW", "at hand"))
    await until(lambda: running.application.running == 1)
    draining = asyncio.create_task(running.server.drain(5))
    await until(running.server.gate.draining.is_set)
    running.application.release.set()
    got = [await call.read() for _ in range(3)]
    assert got[-1].WhichOneof("response") == "text_done"
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call.read()
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert await draining
