"""The pipeline with the embedded model: nothing lost, everything flagged, the same answer every time."""

import itertools
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tarjimon.config import LimitSettings, Settings
from tarjimon.errors import (
    DeadlineExpiredError,
    InvalidInputError,
    LimitExceededError,
    ModelNotFoundError,
    UnsupportedLanguageError,
)
from tarjimon.pipeline.application import Application
from tarjimon.pipeline.values import (
    Caller,
    DecodingChoice,
    FinishedSegment,
    SegmentStatus,
    SummaryMethod,
    TranslatedText,
    TranslationOptions,
)
from tarjimon.text.fidelity import IssueKind

SAMPLE = (Path(__file__).parents[2] / "examples" / "release-2020-11-05.md").read_text(encoding="utf-8")
OPTIONS = TranslationOptions()
CALLER = Caller("test")

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application() -> AsyncIterator[Application]:
    async with Application(Settings()) as app:
        yield app


async def one(
    application: Application, text: str, source: str | None = None, target: str = "en"
) -> TranslatedText:
    [result] = await application.translate(
        [text], source=source, targets=[target], options=OPTIONS, caller=CALLER
    )
    return result


async def test_white_space_and_paragraphs_of_the_release_are_kept(application: Application) -> None:
    [result] = await application.translate(
        [SAMPLE], source=None, targets=["ru", "en"], options=OPTIONS, caller=CALLER
    )
    assert result.detection.language == "uz"
    for translation in result.translations:
        gaps = [SAMPLE[a.end : b.start] for a, b in zip(result.segments, result.segments[1:], strict=False)]
        outputs = translation.segments
        assert gaps == [translation.text[a.end : b.start] for a, b in itertools.pairwise(outputs)]
        assert [s.id for s in outputs] == [s.id for s in result.segments]
        assert all(translation.text[s.start : s.end] == s.text for s in outputs)
        assert translation.receipt is not None
        assert translation.receipt.model_id == "tarjimon-mini"
    assert result.translations[0].text != result.translations[1].text


async def test_every_spelling_gives_the_same_translation(application: Application) -> None:
    spellings = [
        "O'zbekiston Respublikasi Tashqi ishlar vaziri bilan uchrashuv bo'lib o'tdi.",
        "Oʻzbekiston Respublikasi Tashqi ishlar vaziri bilan uchrashuv boʻlib oʻtdi.",
        "O‘zbekiston Respublikasi Tashqi ishlar vaziri bilan uchrashuv bo‘lib o‘tdi.",
        "Özbekiston Respublikasi Taşqi işlar vaziri bilan uçraşuv bölib ötdi.",
        "Ўзбекистон Республикаси Ташқи ишлар вазири билан учрашув бўлиб ўтди.",
    ]
    results = await application.translate(
        spellings, source=None, targets=["en"], options=OPTIONS, caller=CALLER
    )
    assert [r.detection.language for r in results] == ["uz"] * 5
    assert len({r.translations[0].text for r in results}) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n\t ",
        "...!?",
        "12 345,67",
        "🙂🙂",
        "https://gov.uz/a?b=c",
        "info@mfa.uz",
        "\u200f\u202e",
        "—\n—",
    ],
)
async def test_what_needs_no_translation_is_copied(application: Application, text: str) -> None:
    result = await one(application, text)
    assert result.translations[0].text == text
    assert result.translations[0].receipt is None
    assert all(s.status is SegmentStatus.COPIED for s in result.translations[0].segments)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("kk", "Қазақстан Республикасының Президенті бүгін Астанада шетел елшілерімен кездесу өткізді."),
        (
            "tr",
            "Türkiye Cumhuriyeti Dışişleri Bakanlığı bugün yaptığı açıklamada görüşmelerin süreceğini bildirdi.",
        ),
    ],
)
async def test_other_languages_pass_through_flagged(
    application: Application, language: str, text: str
) -> None:
    result = await one(application, text)
    [segment] = result.translations[0].segments
    assert segment.text == text
    assert segment.status is SegmentStatus.PASSED_THROUGH
    assert [issue.kind for issue in segment.verdict.issues] == [IssueKind.LANGUAGE]
    assert language in segment.verdict.issues[0].message


async def test_a_russian_paragraph_in_an_uzbek_release_stays_or_is_translated(
    application: Application,
) -> None:
    russian = "Министры обсудили вопросы дальнейшего развития двустороннего сотрудничества."
    text = f"Vazirlar hamkorlikni yanada rivojlantirish masalalarini muhokama qildilar.\n\n{russian}"
    [result] = await application.translate(
        [text], source="uz", targets=["ru", "en"], options=OPTIONS, caller=CALLER
    )
    in_russian, in_english = (t.segments[1] for t in result.translations)
    assert (in_russian.status, in_russian.text) == (SegmentStatus.COPIED, russian)
    assert in_english.status is SegmentStatus.TRANSLATED
    assert in_english.text != russian


async def test_null_characters_and_direction_marks_do_no_harm(application: Application) -> None:
    text = "Vazirlar\0 hamkorlikni \u200fmuhokama qildilar.\n\u202eIkkinchi gap ham bor edi."
    result = await one(application, text)
    assert len(result.translations[0].segments) == 2
    assert "\n" in result.translations[0].text


async def test_a_sentence_longer_than_the_model_takes_is_translated_whole_or_flagged(
    application: Application,
) -> None:
    sentence = " ".join(["Vazirlar hamkorlik masalalarini muhokama qildilar va kelishib oldilar"] * 60) + "."
    result = await one(application, sentence, "uz")
    assert len(result.segments) == 1
    [segment] = result.translations[0].segments
    assert segment.status is SegmentStatus.TRANSLATED
    assert not segment.verdict.ok or len(segment.text) > len(sentence) / 2


async def test_headings_in_capitals_are_translated_to_capitals(application: Application) -> None:
    result = await one(application, "VAZIRLARNING UCHRASHUVI BO'LIB O'TDI")
    assert result.translations[0].text.isupper()


async def test_the_same_input_gives_the_same_answer_with_and_without_cache() -> None:
    text = "Tomonlar hamkorlik istiqbollarini muhokama qildilar. Uchrashuv Toshkentda bo'lib o'tdi."
    answers = []
    for enabled in (True, False):
        settings = Settings.model_validate({"cache": {"enabled": enabled}})
        async with Application(settings) as app:
            answers += [await one(app, text) for _ in range(2)]
    assert len({repr(a) for a in answers}) == 1


async def test_a_stream_gives_each_segment_once_and_the_text_last(application: Application) -> None:
    items = [
        item
        async for item in application.stream(
            SAMPLE, source="uz", targets=["en", "ru"], options=OPTIONS, caller=CALLER
        )
    ]
    *segments, whole = items
    assert isinstance(whole, TranslatedText)
    assert all(isinstance(item, FinishedSegment) for item in segments)
    seen = {(s.target_language, s.source.id) for s in segments if isinstance(s, FinishedSegment)}
    assert len(seen) == len(segments) == 2 * len(whole.segments)


async def test_a_passed_deadline_is_an_error(application: Application) -> None:
    with pytest.raises(DeadlineExpiredError):
        await application.translate(
            ["Bu gap hali hech qachon tarjima qilinmagan edi."],
            source="uz",
            targets=["ru"],
            options=OPTIONS,
            caller=Caller("test", deadline=time.monotonic() - 1),
        )


@pytest.mark.parametrize(
    ("options", "targets", "kind", "field"),
    [
        (OPTIONS, ["xx"], UnsupportedLanguageError, "target_languages[0]"),
        (TranslationOptions(model="nope"), ["ru"], ModelNotFoundError, "model"),
        (
            TranslationOptions(decoding=DecodingChoice(beam_size=99)),
            ["ru"],
            InvalidInputError,
            "options.decoding.beam_size",
        ),
    ],
)
async def test_bad_requests(
    application: Application,
    options: TranslationOptions,
    targets: list[str],
    kind: type[Exception],
    field: str | None,
) -> None:
    with pytest.raises(kind) as caught:
        await application.translate(
            ["Salom dunyo"], source="uz", targets=targets, options=options, caller=CALLER
        )
    assert getattr(caught.value, "field", None) == field


async def test_a_text_over_the_limit_is_refused_whole() -> None:
    settings = Settings(limits=LimitSettings(characters_per_text=100))
    app = Application(settings)
    with pytest.raises(LimitExceededError, match="at most 100"):
        await app.translate(["a" * 101], source="uz", targets=["ru"], options=OPTIONS, caller=CALLER)
    await app.close(0)


async def test_summaries_name_their_sources_and_method(application: Application) -> None:
    result = await application.summarize(
        SAMPLE, source=None, targets=["uz", "ru", "en"], max_sentences=2, model=None, caller=CALLER
    )
    known = {segment.id for segment in result.segments}
    for summary in result.summaries:
        assert summary.text
        assert 1 <= len(summary.sentences) <= 2
        assert summary.method in (SummaryMethod.ABSTRACTIVE, SummaryMethod.EXTRACTIVE)
        assert bool(summary.fallback_reason) == (summary.method is SummaryMethod.EXTRACTIVE)
        for sentence in summary.sentences:
            assert sentence.source_segment_ids
            assert set(sentence.source_segment_ids) <= known


async def test_an_uzbek_extract_consists_of_source_sentences(application: Application) -> None:
    # A document in Russian is not what the model summarises, so the extract is taken.
    text = (
        "Министры обсудили вопросы торговли и инвестиций. Встреча прошла в Ташкенте 5 ноября 2020 года. "
        "Стороны договорились продолжить переговоры весной."
    )
    result = await application.summarize(
        text, source="ru", targets=["ru"], max_sentences=1, model=None, caller=CALLER
    )
    [summary] = result.summaries
    assert summary.method is SummaryMethod.EXTRACTIVE
    assert summary.text in text
    assert summary.receipt is None


async def test_segments_given_by_the_caller_keep_their_ids(application: Application) -> None:
    document = [
        ("a", "Vazirlar Toshkentda uchrashdilar va hamkorlikni muhokama qildilar."),
        ("b", "Bitim imzolandi."),
    ]
    result = await application.summarize(
        document, source="uz", targets=["uz"], max_sentences=1, model=None, caller=CALLER
    )
    assert [s.id for s in result.segments] == ["a", "b"]
    assert set(result.summaries[0].sentences[0].source_segment_ids) <= {"a", "b"}


@pytest.mark.parametrize("text", ["", "12345", "🙂"])
async def test_nothing_to_summarise_is_said_so(application: Application, text: str) -> None:
    result = await application.summarize(
        text, source=None, targets=["ru"], max_sentences=2, model=None, caller=CALLER
    )
    assert result.summaries[0].method is SummaryMethod.NONE
    assert result.summaries[0].text == ""
