"""Every method over the wire, and what surrounds each call: ids, deadlines, statuses, the log line."""

from __future__ import annotations

import asyncio
import logging
import time

import grpc
import pytest
from fake_application import SECRET
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from loopback_server import RunningServer, running_server

from tarjimon.domain import Lane
from tarjimon.v1 import common_pb2, summarization_service_pb2, translation_service_pb2

pb = translation_service_pb2


def details(error: grpc.aio.AioRpcError) -> dict[str, object]:
    """The status details by the name of their type."""
    status = rpc_status.from_call(error)
    assert status is not None
    found: dict[str, object] = {}
    for kind in (error_details_pb2.ErrorInfo, error_details_pb2.BadRequest, error_details_pb2.RetryInfo):
        for packed in status.details:
            message = kind()
            if packed.Unpack(message):
                found[kind.__name__] = message
    return found


async def test_translate_text_gives_segments_spans_receipts_and_verdicts(running: RunningServer) -> None:
    text = "Salom\n\n  123\ndunyo \n"
    response = await running.translation.TranslateText(
        pb.TranslateTextRequest(texts=[text, ""], target_languages=["ru", "en"])
    )
    first, second = response.texts
    assert [segment.id for segment in first.segments] == ["0.0", "0.1", "0.2"]
    for segment in first.segments:
        assert text[segment.span.start : segment.span.end] == segment.text
    assert [translation.target_language for translation in first.translations] == ["ru", "en"]
    for translation in first.translations:
        assert translation.text == text.replace("Salom", f"[{translation.target_language}] Salom").replace(
            "dunyo", f"[{translation.target_language}] dunyo"
        )
        for segment in translation.segments:
            assert translation.text[segment.span.start : segment.span.end] == segment.text
        assert [segment.status for segment in translation.segments] == [
            common_pb2.SEGMENT_STATUS_TRANSLATED,
            common_pb2.SEGMENT_STATUS_COPIED,
            common_pb2.SEGMENT_STATUS_TRANSLATED,
        ]
        issue = translation.segments[0].fidelity.issues[0]
        assert issue.kind == common_pb2.ISSUE_KIND_NUMBER_ADDED
        assert issue.HasField("source_span")
        assert not issue.HasField("target_span")
        assert translation.receipt == 0
    assert len(response.receipts) == 1
    assert response.receipts[0].model == "fake"
    assert second.translations[0].text == ""
    assert second.translations[0].receipt == -1


async def test_detect_summarize_and_list(running: RunningServer) -> None:
    detected = await running.translation.DetectLanguage(pb.DetectLanguageRequest(texts=["salom", "1"]))
    assert [found.language for found in detected.detections] == ["uz", "und"]
    models = (await running.translation.ListModels(pb.ListModelsRequest())).models
    assert [model.state for model in models] == [pb.MODEL_STATE_LOADED, pb.MODEL_STATE_NOT_FETCHED]
    sb = summarization_service_pb2
    sentences = sb.SegmentList(segments=[sb.InputSegment(id=name, text=f"gap {name}") for name in "abcd"])
    summarized = await running.summarization.Summarize(
        sb.SummarizeRequest(segments=sentences, target_languages=["ru", "en"])
    )
    assert [summary.target_language for summary in summarized.summaries] == ["ru", "en"]
    assert [list(s.source_segment_ids) for s in summarized.summaries[0].sentences] == [["a"], ["b"]]
    assert summarized.summaries[0].method == sb.SUMMARY_METHOD_EXTRACTIVE
    assert [segment.id for segment in summarized.segments] == list("abcd")


async def test_options_lane_client_and_deadline_reach_the_pipeline(running: RunningServer) -> None:
    options = pb.TranslationOptions(
        model="fake",
        lane=common_pb2.LANE_BULK,
        hard_wrapped=True,
        decoding=common_pb2.DecodingSettings(beam_size=4, repetition_penalty=1.5),
    )
    request = pb.TranslateTextRequest(texts=["a"], target_languages=["ru"], options=options)
    await running.translation.TranslateText(request, timeout=20)
    caller, chosen = running.application.callers[0], running.application.options[0]
    assert caller.lane is Lane.BULK
    assert caller.client == "127.0.0.1"
    assert caller.deadline is not None
    assert 15 < caller.deadline - time.monotonic() < 21  # gRPC rounds it up on the wire
    assert chosen.model == "fake"
    assert chosen.hard_wrapped
    assert (chosen.decoding.beam_size, chosen.decoding.repetition_penalty) == (4, 1.5)
    assert chosen.decoding.length_penalty is None
    await running.translation.TranslateText(pb.TranslateTextRequest(texts=["a"], target_languages=["ru"]))
    assert running.application.callers[1].deadline is None
    assert running.application.callers[1].lane is Lane.INTERACTIVE


@pytest.mark.parametrize(
    ("text", "code", "reason", "retried"),
    [
        ("OVERLOAD", grpc.StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED", True),
        ("ENGINE", grpc.StatusCode.UNAVAILABLE, "ENGINE_FAILED", True),
        ("CORRUPT", grpc.StatusCode.FAILED_PRECONDITION, "MODEL_CORRUPT", False),
    ],
)
async def test_failures_of_the_pipeline_become_statuses_with_details(
    running: RunningServer, text: str, code: grpc.StatusCode, reason: str, retried: bool
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await running.translation.TranslateText(
            pb.TranslateTextRequest(texts=[text], target_languages=["ru"]),
            metadata=(("x-request-id", "caller-7"),),
        )
    assert caught.value.code() is code
    found = details(caught.value)
    info = found["ErrorInfo"]
    assert isinstance(info, error_details_pb2.ErrorInfo)
    assert (info.reason, info.domain, info.metadata["request_id"]) == (reason, "tarjimon", "caller-7")
    trailers = dict(caught.value.trailing_metadata())
    assert trailers["x-request-id"] == "caller-7"
    assert ("RetryInfo" in found) is retried
    assert ("grpc-retry-pushback-ms" in trailers) is retried


async def test_an_unforeseen_error_tells_the_client_nothing_but_the_request_id(
    running: RunningServer, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await running.translation.TranslateText(
            pb.TranslateTextRequest(texts=["BOOM"], target_languages=["ru"])
        )
    assert caught.value.code() is grpc.StatusCode.INTERNAL
    request_id = dict(caught.value.trailing_metadata())["x-request-id"]
    everything = repr(caught.value.details()) + repr(rpc_status.from_call(caught.value))
    assert request_id in everything
    assert SECRET not in everything
    assert "Traceback" not in everything
    assert "RuntimeError" not in everything
    logged = [record for record in caplog.records if record.exc_info and request_id in record.getMessage()]
    assert len(logged) == 1


async def test_the_access_log_has_one_line_per_call_and_no_text(
    running: RunningServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "tarjimon.server.access")
    await running.translation.TranslateText(
        pb.TranslateTextRequest(texts=["maxfiy"], target_languages=["ru"]),
        metadata=(("x-request-id", "bad id with spaces="),),
    )
    with pytest.raises(grpc.aio.AioRpcError):
        await running.translation.TranslateText(
            pb.TranslateTextRequest(texts=["maxfiy"], target_languages=["xx"]),
            metadata=(("x-request-id", "b"),),
        )
    lines = [record.getMessage() for record in caplog.records if record.name == "tarjimon.server.access"]
    assert len(lines) == 2
    assert "code=OK" in lines[0]
    assert "method=/tarjimon.v1.TranslationService/TranslateText" in lines[0]
    assert "bad id" not in lines[0]
    assert "code=INVALID_ARGUMENT" in lines[1]
    assert "request_id=b " in lines[1]
    assert "maxfiy" not in "".join(lines)


async def test_a_clients_cancellation_and_its_deadline_end_the_work(running: RunningServer) -> None:
    request = pb.TranslateTextRequest(texts=["SLOW"], target_languages=["ru"])
    call = running.translation.TranslateText(request)
    while running.application.running == 0:
        await asyncio.sleep(0.01)
    call.cancel()
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await running.translation.TranslateText(request, timeout=0.5)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    for _ in range(500):
        if running.application.cancelled == 2 and running.server.gate.in_flight == 0:
            break
        await asyncio.sleep(0.02)
    assert running.application.cancelled == 2
    assert running.application.running == 0
    assert running.server.gate.in_flight == 0


async def test_more_calls_than_allowed_are_refused_with_a_time_to_come_back() -> None:
    async for running in running_server(server={"concurrent_calls": 2}):
        await running.server.warm_up()
        request = pb.TranslateTextRequest(texts=["SLOW"], target_languages=["ru"])
        calls = [running.translation.TranslateText(request) for _ in range(2)]
        while running.server.gate.in_flight < 2:
            await asyncio.sleep(0.01)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await running.translation.TranslateText(request)
        assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert "RetryInfo" in details(caught.value)
        running.application.release.set()
        await asyncio.gather(*calls)
        await running.translation.TranslateText(request)


async def test_an_answer_beyond_the_message_limit_is_refused_with_advice() -> None:
    async for running in running_server(limits={"message_bytes": 64 * 1024}):
        await running.server.warm_up()
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await running.translation.TranslateText(
                pb.TranslateTextRequest(texts=["a" * 40_000], target_languages=["ru", "en"])
            )
        assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert "limits.message_bytes" in str(caught.value.details())


async def test_an_unknown_method_is_unimplemented(running: RunningServer) -> None:
    call = running.channel.unary_unary("/tarjimon.v1.TranslationService/Nothing")
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call(b"")
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
