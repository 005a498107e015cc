"""What the memory knows is not asked of the model again; what is similar is offered; clients are kept apart."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio

from tarjimon.client.requests import translate_text_request
from tarjimon.client.responses import translated_texts
from tarjimon.config import MemorySettings, Settings
from tarjimon.domain import Lane
from tarjimon.errors import InvalidInputError, MemoryUnavailableError
from tarjimon.memory.translation_memory import TranslationMemory
from tarjimon.memory.translation_memory_entry import ALMOST, Entry
from tarjimon.pipeline.application import Application
from tarjimon.pipeline.values import (
    Caller,
    FinishedSegment,
    MemoryUse,
    SegmentStatus,
    TranslatedText,
    TranslationOptions,
)
from tarjimon.server.requests import options_of
from tarjimon.server.responses import translate_text_response
from tarjimon.text.fidelity import Severity

KNOWN = "Vazirlar Mahkamasi yangi qarorni tasdiqladi."
TARGET = "Кабинет  Министров УТВЕРДИЛ новое постановление."
PARAGRAPH = "Yangi ko'prik ochildi. Unda ikki yo'l bor."
WHOLE = "Открылся новый мост с двумя дорогами."

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("memory") / "memory.sqlite"


@pytest.fixture(scope="module")
def memory(file: Path) -> Iterator[TranslationMemory]:
    opened = TranslationMemory(str(file))
    opened.store(
        [
            Entry(KNOWN, TARGET, "uz", "ru", "known.tmx"),
            Entry("Majlisda 5 kishi qatnashdi.", "На заседании было 5 человек.", "uz", "ru", "known.tmx"),
            Entry("Faqat mijozning gapi bor.", "Слова клиента.", "uz", "ru", "own.tmx", client="a"),
            Entry(PARAGRAPH, WHOLE, "uz", "ru", "known.tmx"),
            Entry("Zalda 7 stol bor.", "В зале есть 9 столов.", "uz", "ru", "known.tmx"),
        ]
    )
    yield opened
    opened.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application(file: Path, memory: TranslationMemory) -> AsyncIterator[Application]:
    async with Application(Settings(memory=MemorySettings(url=str(file), entries=100))) as app:
        yield app


async def translate(
    application: Application,
    text: str,
    use: MemoryUse | None,
    *,
    client: str = "test",
    targets: Sequence[str] = ("ru",),
) -> TranslatedText:
    options = TranslationOptions(memory=use)
    [result] = await application.translate(
        [text], source="uz", targets=targets, options=options, caller=Caller(client)
    )
    return result


@pytest.mark.parametrize("use", [None, MemoryUse.EXACT, MemoryUse.FUZZY])
async def test_a_known_sentence_is_taken_in_any_spelling(
    application: Application, use: MemoryUse | None
) -> None:
    text = "Вазирлар Маҳкамаси янги қарорни тасдиқлади. Bugun havo ochiq bo'ladi."
    result = await translate(application, text, use)
    first, second = result.translations[0].segments
    assert (first.status, first.text, first.attempts) == (SegmentStatus.FROM_MEMORY, TARGET, 0)
    assert first.memory_match is not None
    assert (first.memory_match.similarity, first.memory_match.origin) == (1.0, "known.tmx")
    assert (second.status, second.memory_match) == (SegmentStatus.TRANSLATED, None)
    assert result.translations[0].text.startswith(TARGET + " ")


async def test_off_asks_the_model(application: Application) -> None:
    [segment] = (await translate(application, KNOWN, MemoryUse.OFF)).translations[0].segments
    assert (segment.status, segment.memory_match) == (SegmentStatus.TRANSLATED, None)
    assert segment.text != TARGET


async def test_only_the_known_target_comes_from_memory(application: Application) -> None:
    result = await translate(application, KNOWN, None, targets=("en", "ru"))
    assert [t.segments[0].status for t in result.translations] == [
        SegmentStatus.TRANSLATED,
        SegmentStatus.FROM_MEMORY,
    ]


async def test_a_similar_sentence_is_offered_beside_the_models_translation(application: Application) -> None:
    text = "Majlisda 7 kishi qatnashdi."
    [exact] = (await translate(application, text, MemoryUse.EXACT)).translations[0].segments
    [fuzzy] = (await translate(application, text, MemoryUse.FUZZY)).translations[0].segments
    assert exact.memory_match is None
    assert (fuzzy.status, fuzzy.text) == (SegmentStatus.TRANSLATED, exact.text)
    assert fuzzy.memory_match is not None
    match = fuzzy.memory_match
    assert (match.similarity, match.target, match.repaired) == (ALMOST, "На заседании было 7 человек.", True)


async def test_a_clients_sentences_are_its_own(application: Application) -> None:
    text = "Faqat mijozning gapi bor."
    [own] = (await translate(application, text, None, client="a")).translations[0].segments
    [other] = (await translate(application, text, MemoryUse.FUZZY, client="b")).translations[0].segments
    assert own.status is SegmentStatus.FROM_MEMORY
    assert (other.status, other.memory_match) == (SegmentStatus.TRANSLATED, None)


async def test_a_paragraph_that_is_known_whole_stays_in_one_piece(application: Application) -> None:
    text = f"  {PARAGRAPH}\n"
    result = await translate(application, text, None)
    [segment] = result.translations[0].segments
    assert (segment.status, result.translations[0].text) == (SegmentStatus.FROM_MEMORY, f"  {WHOLE}\n")
    assert text[result.segments[0].start : result.segments[0].end] == PARAGRAPH
    # English is not known, and segments are shared by all targets: it is cut as ever.
    both = await translate(application, text, None, targets=("ru", "en"))
    assert len(both.segments) == 2


async def test_a_persons_translation_is_checked_and_only_warned_of(application: Application) -> None:
    [segment] = (await translate(application, "Zalda 7 stol bor.", None)).translations[0].segments
    assert segment.status is SegmentStatus.FROM_MEMORY
    assert segment.verdict.ok
    assert segment.verdict.issues
    assert {issue.severity for issue in segment.verdict.issues} == {Severity.WARNING}


async def test_a_stream_takes_from_memory_too(application: Application) -> None:
    results = application.stream(
        KNOWN, source="uz", targets=["ru"], options=TranslationOptions(), caller=Caller("test")
    )
    parts = [part async for part in results]
    assert isinstance(parts[0], FinishedSegment)
    assert parts[0].target.status is SegmentStatus.FROM_MEMORY


async def test_a_demanded_memory_that_is_not_there_is_an_error() -> None:
    application = Application(Settings())
    with pytest.raises(InvalidInputError, match="none is configured") as caught:
        await translate(application, KNOWN, MemoryUse.EXACT)
    assert caught.value.field == "options.memory"
    await application.close(0.0)


async def test_a_memory_that_breaks_is_told_of_and_can_be_left_out(tmp_path: Path) -> None:
    import sqlite3

    file = tmp_path / "m.sqlite"
    async with Application(Settings(memory=MemorySettings(url=str(file), entries=100))) as application:
        with sqlite3.connect(file) as connection:
            connection.execute("DROP TABLE memory_entries")
        connection.close()
        with pytest.raises(MemoryUnavailableError):
            await translate(application, KNOWN, None)
        [segment] = (await translate(application, KNOWN, MemoryUse.OFF)).translations[0].segments
        assert segment.status is SegmentStatus.TRANSLATED


async def test_use_and_match_travel_over_the_wire(application: Application) -> None:
    for use in (None, *MemoryUse):
        request = translate_text_request(
            [KNOWN], source="uz", targets=["ru"], options=TranslationOptions(memory=use), lane=Lane.BULK
        )
        assert options_of(request.options).memory is use
    request.options.memory = 77  # type: ignore[assignment]
    with pytest.raises(InvalidInputError, match="77"):
        options_of(request.options)
    text = await translate(application, f"{KNOWN} Majlisda 7 kishi qatnashdi.", MemoryUse.FUZZY)
    [back] = translated_texts(translate_text_response([text]))
    sent, received = (t.translations[0].segments for t in (text, back))
    assert [s.memory_match for s in received] == [s.memory_match for s in sent]
    assert [s.status for s in received] == [SegmentStatus.FROM_MEMORY, SegmentStatus.TRANSLATED]
    assert None not in [s.memory_match for s in received]
