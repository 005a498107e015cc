"""Bytes that are no message: the field at fault is found, and no bytes make the search itself fail."""

from __future__ import annotations

import pytest
from google.protobuf.message import DecodeError
from hypothesis import given, settings
from hypothesis import strategies as st

from tarjimon.server.malformed import malformed_request
from tarjimon.v1 import summarization_service_pb2, translation_service_pb2

TRANSLATE = translation_service_pb2.TranslateTextRequest
SUMMARIZE = summarization_service_pb2.SummarizeRequest


@given(st.binary(max_size=200))
@settings(max_examples=500)
def test_any_bytes_give_an_error_with_advice(data: bytes) -> None:
    error = malformed_request(data, TRANSLATE.DESCRIPTOR)
    assert error.message
    assert error.reason in ("MALFORMED_MESSAGE", "INVALID_UTF8")


@given(st.lists(st.text(max_size=20), max_size=5), st.integers(0, 5), st.binary(max_size=5))
def test_the_text_with_bad_bytes_is_the_one_that_is_named(texts: list[str], at: int, before: bytes) -> None:
    bad = b"a" * len(before) + b"\xff"
    at = min(at, len(texts))
    fields = [text.encode() for text in texts]
    fields.insert(at, bad)
    data = b"".join(b"\x0a" + bytes([len(field)]) + field for field in fields)
    with pytest.raises(DecodeError):
        TRANSLATE.FromString(data)
    error = malformed_request(data, TRANSLATE.DESCRIPTOR)
    assert error.field == f"texts[{at}]"
    assert error.metadata["byte_offset"] == str(len(before))


def test_fields_of_other_kinds_are_skipped_on_the_way() -> None:
    data = SUMMARIZE(max_sentences=3, lane=2).SerializeToString() + b"\x32\x01\xff"
    assert malformed_request(data, SUMMARIZE.DESCRIPTOR).field == "model"
