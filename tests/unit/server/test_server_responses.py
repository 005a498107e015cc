"""Values to messages and back: the server's and the client's conversions are each other's inverse."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tarjimon.client import responses as client
from tarjimon.domain import DecodingSettings, Receipt
from tarjimon.pipeline.values import (
    FinishedSegment,
    ModelStatus,
    SegmentStatus,
    SourceSegment,
    SummarizedText,
    Summary,
    SummaryMethod,
    SummarySentence,
    TargetSegment,
    TranslatedText,
    Translation,
)
from tarjimon.server import responses as server
from tarjimon.text.fidelity import Issue, IssueKind, Severity, Verdict
from tarjimon.text.language import Identification
from tarjimon.text.orthography import Alphabet

NUMBER = st.integers(0, 2**31 - 1)
TEXT = st.text(max_size=12)
DETECTION = st.builds(
    Identification,
    language=st.sampled_from(["uz", "ru", "und"]),
    script=st.sampled_from(["Latn", "Zyyy"]),
    alphabet=st.sampled_from([None, *Alphabet]),
    confidence=st.floats(0, 1),
)
SPAN = st.none() | st.tuples(NUMBER, NUMBER)
# `expected` and `found` of an issue are for the pipeline; its message says them in words.
ISSUE = st.builds(
    Issue,
    kind=st.sampled_from(IssueKind),
    severity=st.sampled_from(Severity),
    message=TEXT,
    source_span=SPAN,
    target_span=SPAN,
    expected=st.just(""),
    found=st.just(""),
)
VERDICT = st.builds(Verdict, ok=st.booleans(), issues=st.lists(ISSUE, max_size=2).map(tuple))
RECEIPT = st.none() | st.builds(
    Receipt,
    model_id=TEXT,
    weights_sha256=TEXT,
    engine=TEXT,
    decoding=st.builds(DecodingSettings, beam_size=st.integers(1, 8), length_penalty=st.floats(0, 3)),
    version=TEXT,
)
SOURCE = st.builds(
    SourceSegment, id=TEXT, start=NUMBER, end=NUMBER, text=TEXT, paragraph=NUMBER, detection=DETECTION
)
TARGET = st.builds(
    TargetSegment,
    id=TEXT,
    text=TEXT,
    start=NUMBER,
    end=NUMBER,
    status=st.sampled_from(SegmentStatus),
    verdict=VERDICT,
    attempts=NUMBER,
    score=st.floats(-50, 0),
)
TRANSLATION = st.builds(
    Translation,
    target_language=TEXT,
    text=TEXT,
    segments=st.lists(TARGET, max_size=3).map(tuple),
    receipt=RECEIPT,
)
TRANSLATED = st.builds(
    TranslatedText,
    segments=st.lists(SOURCE, max_size=3, unique_by=lambda s: s.start).map(
        lambda found: tuple(sorted(found, key=lambda s: s.start))
    ),
    detection=DETECTION,
    translations=st.lists(TRANSLATION, max_size=2).map(tuple),
)
SUMMARY = st.builds(
    Summary,
    target_language=TEXT,
    text=TEXT,
    method=st.sampled_from(SummaryMethod),
    fallback_reason=TEXT,
    sentences=st.lists(
        st.builds(
            SummarySentence,
            text=TEXT,
            source_segment_ids=st.lists(TEXT, max_size=2).map(tuple),
            verdict=VERDICT,
        ),
        max_size=2,
    ).map(tuple),
    receipt=RECEIPT,
)


@given(st.lists(TRANSLATED, max_size=2).map(tuple))
def test_translations_come_through(texts: tuple[TranslatedText, ...]) -> None:
    assert client.translated_texts(server.translate_text_response(texts)) == texts


@given(TRANSLATED)
def test_the_end_of_a_streams_text_comes_through(text: TranslatedText) -> None:
    done = server.stream_text_done("t", text)
    assert done.text_done.segment_count == len(text.segments)
    assert client.streamed_text(done.text_done, text.segments[::-1]) == text


@given(SOURCE, TARGET)
def test_a_streams_segment_comes_through_without_its_span(
    source: SourceSegment, target: TargetSegment
) -> None:
    message = server.stream_segment("t", FinishedSegment(source, "ru", target))
    found = client.finished_segment(message.segment)
    assert found.source == source
    assert (found.target.start, found.target.end) == (0, 0)
    assert (found.target.text, found.target.status) == (target.text, target.status)


@given(st.lists(SUMMARY, max_size=2).map(tuple), st.lists(SOURCE, max_size=2).map(tuple))
def test_summaries_come_through(summaries: tuple[Summary, ...], segments: tuple[SourceSegment, ...]) -> None:
    value = SummarizedText(segments, summaries)
    assert client.summarized_text(server.summarize_response(value)) == value


@given(st.sampled_from(["loaded", "available", "not-fetched"]))
def test_models_come_through(state: str) -> None:
    value = ModelStatus("id", "Title", "MIT", "note", ("uz",), ("ru", "en"), ("translate",), state, "00")
    assert client.model_status(server.model_info(value)) == value


def test_equal_receipts_are_sent_once() -> None:
    receipt = Receipt("m", "00", "e")
    translation = Translation("ru", "a", (), receipt)
    nothing = Translation("en", "a", (), None)
    text = TranslatedText((), Identification("uz", "Latn", None, 1.0), (translation, nothing))
    message = server.translate_text_response([text, text])
    assert len(message.receipts) == 1
    assert [one.receipt for one in message.texts[1].translations] == [0, -1]
