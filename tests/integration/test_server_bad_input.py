"""What bad input gets: a clear error that names the field, or the text back; never INTERNAL, never a lost line."""

from __future__ import annotations

import logging
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from loopback_server import RunningServer
from test_server_calls import details

from tarjimon.v1 import common_pb2, summarization_service_pb2, translation_service_pb2

pb = translation_service_pb2
sb = summarization_service_pb2


def translate(*texts: str, targets: tuple[str, ...] = ("ru",), **fields: Any) -> pb.TranslateTextRequest:
    return pb.TranslateTextRequest(texts=texts, target_languages=targets, **fields)


def decoding(**fields: float) -> dict[str, Any]:
    return {"options": pb.TranslationOptions(decoding=common_pb2.DecodingSettings(**fields))}


def violation(error: grpc.aio.AioRpcError) -> error_details_pb2.BadRequest.FieldViolation:
    found = details(error)["BadRequest"]
    assert isinstance(found, error_details_pb2.BadRequest)
    return found.field_violations[0]


@pytest.mark.parametrize(
    ("request_message", "field", "told"),
    [
        (translate(), "texts", "at least one"),
        (translate(*["a"] * 257), "texts", "256"),
        (translate("ok", "a" * 100_001), "texts[1]", "100,000"),
        (translate(*["a" * 99_000] * 4), "texts", "300,000"),
        (translate("a", targets=()), "target_languages", "ru, en, uz"),
        (translate("a", targets=("ru", "tlh")), "target_languages[1]", "ru, en, uz"),
        (translate("a", targets=("ru", "ru")), "target_languages[1]", "twice"),
        (translate("a", source_language="kk"), "source_language", "uz, ru, en"),
        (translate("a", **decoding(beam_size=9)), "options.decoding.beam_size", "0 to 8"),
        (translate("a", **decoding(beam_size=-1)), "options.decoding.beam_size", "0 to 8"),
        (
            translate("a", **decoding(length_penalty=float("nan"))),
            "options.decoding.length_penalty",
            "0.0 to 3.0",
        ),
        (
            translate("a", **decoding(repetition_penalty=0.5)),
            "options.decoding.repetition_penalty",
            "1.0 to 2.0",
        ),
        (
            translate("a", **decoding(no_repeat_ngram_size=11)),
            "options.decoding.no_repeat_ngram_size",
            "0 to 10",
        ),
        (translate("a", options=pb.TranslationOptions(lane=77)), "options.lane", "LANE_BULK"),  # type: ignore[arg-type]
    ],
)
async def test_translate_text_names_the_field_and_what_is_allowed(
    running: RunningServer, request_message: pb.TranslateTextRequest, field: str, told: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await running.translation.TranslateText(request_message)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert violation(caught.value).field == field
    assert told in violation(caught.value).description


def summarize(**fields: Any) -> sb.SummarizeRequest:
    return sb.SummarizeRequest(**{"text": "a", "target_languages": ["ru"], **fields})


def sentences(*pairs: tuple[str, str]) -> sb.SummarizeRequest:
    segments = sb.SegmentList(segments=[sb.InputSegment(id=name, text=text) for name, text in pairs])
    return sb.SummarizeRequest(segments=segments, target_languages=["ru"])


@pytest.mark.parametrize(
    ("request_message", "field", "told"),
    [
        (sb.SummarizeRequest(target_languages=["ru"]), "text", "text or segments"),
        (sentences(), "segments.segments", "at least one"),
        (sentences(("", "a")), "segments.segments[0].id", "id"),
        (sentences(("x", "a"), ("x", "b")), "segments.segments[1].id", "used before"),
        (sentences(("x" * 129, "a")), "segments.segments[0].id", "128"),
        (summarize(max_sentences=11), "max_sentences", "0 to 10"),
        (summarize(max_sentences=-1), "max_sentences", "0 to 10"),
        (summarize(lane=9), "lane", "LANE_BULK"),
        (summarize(target_languages=[]), "target_languages", "ru, en, uz"),
    ],
)
async def test_summarize_names_the_field_and_what_is_allowed(
    running: RunningServer, request_message: sb.SummarizeRequest, field: str, told: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await running.summarization.Summarize(request_message)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert violation(caught.value).field == field
    assert told in violation(caught.value).description


async def test_an_unknown_model_is_not_found(running: RunningServer) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await running.translation.TranslateText(translate("a", options=pb.TranslationOptions(model="gpt-0")))
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND
    info = details(caught.value)["ErrorInfo"]
    assert isinstance(info, error_details_pb2.ErrorInfo)
    assert info.reason == "MODEL_NOT_FOUND"


def field_bytes(number: int, value: bytes) -> bytes:
    """A length-delimited field as protobuf writes it."""
    size, out = len(value), bytearray([number << 3 | 2])
    while size > 0x7F:
        out.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes([*out, size]) + value


TRANSLATE = "/tarjimon.v1.TranslationService/TranslateText"


@pytest.mark.parametrize(
    ("method", "data", "field", "told"),
    [
        (TRANSLATE, field_bytes(1, b"ok") + field_bytes(1, b"ab\xff\xfe"), "texts[1]", "0xff at offset 2"),
        (TRANSLATE, field_bytes(1, "\u043c".encode("cp1251")), "texts[0]", "UTF-8"),
        (TRANSLATE, field_bytes(1, b"\xed\xa0\x80"), "texts[0]", "UTF-8"),  # a lone surrogate
        (TRANSLATE, field_bytes(4, field_bytes(1, b"\xff")), "options.model", "UTF-8"),
        (
            "/tarjimon.v1.SummarizationService/Summarize",
            field_bytes(2, field_bytes(1, field_bytes(1, b"a")) + field_bytes(1, field_bytes(2, b"\xc0"))),
            "segments.segments[1].text",
            "UTF-8",
        ),
    ],
)
async def test_bytes_that_are_no_utf8_name_the_field_and_the_byte(
    running: RunningServer, method: str, data: bytes, field: str, told: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await running.channel.unary_unary(method)(data)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert violation(caught.value).field == field
    assert told in violation(caught.value).description


@pytest.mark.parametrize("data", [b"\x0a\x05ab", b"\xff" * 30, b"\x0b", b"\x0a", b"\x80" * 12, b"\x0d\x00"])
async def test_bytes_that_are_no_protobuf_are_an_invalid_argument(
    running: RunningServer, data: bytes
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await running.channel.unary_unary(TRANSLATE)(data)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "tarjimon.v1.TranslateTextRequest" in str(caught.value.details())


async def test_bad_bytes_in_a_stream_end_it_with_invalid_argument(running: RunningServer) -> None:
    call = running.channel.stream_stream("/tarjimon.v1.TranslationService/StreamTranslate")()
    await call.write(field_bytes(1, field_bytes(2, b"ru")))
    await call.write(field_bytes(2, field_bytes(2, b"\xff")))
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call.read()
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert violation(caught.value).field == "text.text"


async def test_ten_megabytes_in_one_line_name_the_limit(running: RunningServer) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await running.translation.TranslateText(translate("a" * 10 * 1024 * 1024))
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "limits.message_bytes" in str(caught.value.details())
    assert "8388608" in str(caught.value.details())
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await running.translation.TranslateText(translate("a" * 5 * 1024 * 1024))
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert violation(caught.value).field == "texts[0]"
    assert "100,000" in violation(caught.value).description


async def test_a_message_far_beyond_the_limit_is_refused_by_the_transport(running: RunningServer) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await running.translation.TranslateText(translate("a" * 40 * 1024 * 1024))
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "larger than max" in str(caught.value.details())
    await running.translation.TranslateText(translate("still here"))


ODD_TEXTS = {
    "empty": "",
    "white space": " \t\n\r\n  ",
    "punctuation": "…!?—«»;:.,",
    "digits": "123 456,7\n89",
    "emoji": "👍🏽🎉\n👨‍👩‍👧",
    "null bytes": "bir\x00ikki\x00",
    "right to left": "\u202eabc\u202c \u200fsalom\u200e",
    "control characters": "\x01\x02\x1b[31m\x7f",
    "combining": "o\u0301\u0302\u0303" * 50,
    "noncharacters": "\ufffe\uffff\U0010ffff",
    "kazakh": "Қазақстан Республикасының Үкіметі қаулы қабылдады.",
    "turkish": "Türkiye Cumhuriyeti hükümeti bugün karar aldı.",
    "line separators": "a\u2028b\u2029c\x0bd\x0ce\x85f\r\ng\rh",
    "byte order mark": "\ufeffsalom",
}


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS.keys())
async def test_odd_texts_come_back_whole(
    running: RunningServer, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    response = await running.translation.TranslateText(translate(text, targets=("ru", "en")))
    for translation in response.texts[0].translations:
        assert translation.text.replace(f"[{translation.target_language}] ", "") == text
    covered = "".join(segment.text for segment in response.texts[0].segments)
    assert "".join(covered.split()) == "".join(text.split())
    assert not caplog.records


async def test_hostile_language_codes_do_not_break_the_status(running: RunningServer) -> None:
    for code in ("ru\r\nx-evil: 1", "\x00", "ж" * 100_000, "\u202e"):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await running.translation.TranslateText(translate("a", targets=(code,)))
        assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert violation(caught.value).field == "target_languages[0]"
        assert str(caught.value.details()).isprintable()


@pytest.mark.parametrize(
    ("messages", "field"),
    [
        ([pb.StreamTranslateRequest(text=pb.StreamText(text="a"))], "config"),
        ([pb.StreamTranslateRequest()], "config"),
        (["config", "config"], "text"),
        (["config", pb.StreamTranslateRequest()], "text"),
        (["config", ("x", "a"), ("x", "b")], "text.id"),
        (["config", ("", "a"), ("0", "b")], "text.id"),
        (["config", ("x" * 129, "a")], "text.id"),
        (["config", ("", "a" * 100_001)], "texts[0]"),
    ],
)
async def test_a_stream_out_of_order_is_refused(
    running: RunningServer, messages: list[Any], field: str
) -> None:
    config = pb.StreamTranslateRequest(config=pb.StreamTranslateConfig(target_languages=["ru"]))

    async def requests() -> Any:
        for message in messages:
            if message == "config":
                yield config
            elif isinstance(message, tuple):
                yield pb.StreamTranslateRequest(text=pb.StreamText(id=message[0], text=message[1]))
            else:
                yield message

    with pytest.raises(grpc.aio.AioRpcError) as caught:
        async for _ in running.translation.StreamTranslate(requests()):
            pass
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert violation(caught.value).field == field
