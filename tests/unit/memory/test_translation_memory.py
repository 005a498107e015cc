"""The translation memory finds a sentence in any spelling, keeps clients apart, and stores all or nothing."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rapidfuzz.distance import Indel

from tarjimon.errors import ConfigError, LimitExceededError, MemoryUnavailableError
from tarjimon.memory.translation_memory import TranslationMemory
from tarjimon.memory.translation_memory_entry import ALMOST, Entry, EntryState, Question, Stored
from tarjimon.memory.translation_memory_key import canonical, skeleton

SPELLINGS = (
    "O‘zbekiston Respublikasi hukumati yangi dasturni ma’qulladi.",
    "O'zbekiston Respublikasi hukumati yangi dasturni ma'qulladi.",
    "Oʻzbekiston  Respublikasi\nhukumati yangi dasturni maʼqulladi. ",
    "O`zbekiston Respublikasi hukumati yangi dasturni ma`qulladi.",
    "Ўзбекистон Республикаси ҳукумати янги дастурни маъқуллади.",
    "Özbekiston Respublikasi hukumati yangi dasturni ma'qulladi.",
)
TARGET = "Правительство  Республики Узбекистан одобрило НОВУЮ программу."


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[TranslationMemory]:
    opened = TranslationMemory(str(tmp_path / "memory.sqlite"))
    yield opened
    opened.close()


def entry(source: str, target: str = TARGET, **other: str) -> Entry:
    return Entry(source, target, "uz", "ru", other.get("origin", "a.tmx"), client=other.get("client", ""))


def ask(text: str, target: str = "ru") -> Question:
    return Question(text, "uz", target)


@pytest.mark.parametrize("stored", SPELLINGS)
@pytest.mark.parametrize("asked", SPELLINGS)
def test_every_spelling_is_one_entry(memory: TranslationMemory, stored: str, asked: str) -> None:
    memory.store([entry(stored)])
    assert memory.store([entry(asked, "другой")]) == Stored(0, 1, 0)
    memory.store([entry(stored)])
    [match] = memory.look_up([ask(asked)]).values()
    assert (match.similarity, match.target, match.source, match.repaired) == (1.0, TARGET, stored, False)


def test_letter_case_is_not_exact(memory: TranslationMemory) -> None:
    memory.store([entry("Yangi dastur ma'qullandi")])
    shouted = ask("YANGI DASTUR MA'QULLANDI")
    assert memory.look_up([shouted]) == {}
    assert memory.look_up([shouted], fuzzy=True)[shouted].similarity == ALMOST


def test_languages_are_kept_apart(memory: TranslationMemory) -> None:
    memory.store([entry(SPELLINGS[0])])
    assert memory.look_up([ask(SPELLINGS[0], "en"), Question(SPELLINGS[0], "ru", "ru")], fuzzy=True) == {}


def test_a_client_sees_its_own_and_the_shared_entries_only(memory: TranslationMemory) -> None:
    text = SPELLINGS[0]
    similar = text.replace("yangi", "katta")
    memory.store([entry(text, "А", client="a"), entry(text, "Б", client="b")])
    assert memory.look_up([ask(text), ask(similar)], client="c", fuzzy=True) == {}
    assert memory.look_up([ask(text)], client="a")[ask(text)].target == "А"
    assert memory.look_up([ask(similar)], client="b", fuzzy=True)[ask(similar)].target == "Б"
    memory.store([entry(text, "общий")])
    assert memory.look_up([ask(text)], client="b")[ask(text)].target == "Б"
    assert memory.look_up([ask(text)], client="c")[ask(text)].target == "общий"


def test_what_is_known_is_counted_and_replaced(memory: TranslationMemory) -> None:
    assert memory.store([entry("Bir."), entry("Ikki.")]) == Stored(2, 0, 0)
    assert memory.store([entry("Bir."), entry("Ikki.", "Два."), entry("Uch.")]) == Stored(1, 1, 1)
    assert memory.look_up([ask("Ikki.")])[ask("Ikki.")].target == "Два."


def test_of_equal_sentences_in_one_import_the_last_counts(memory: TranslationMemory) -> None:
    memory.store([entry("Bir.", "первый"), entry("Бир.", "последний")])
    assert memory.look_up([ask("Bir.")])[ask("Bir.")].target == "последний"


def test_an_import_that_fails_leaves_nothing(memory: TranslationMemory) -> None:
    def rows() -> Iterator[Entry]:
        for number in range(2500):
            yield entry(f"{number}-gap shu yerda.")
        raise ValueError("the file is broken")

    with pytest.raises(ValueError, match="broken"):
        memory.store(rows())
    assert list(memory.entries()) == []
    assert memory.look_up([ask("1-gap shu yerda.")], fuzzy=True) == {}


def test_a_full_memory_takes_nothing_more(tmp_path: Path) -> None:
    memory = TranslationMemory(str(tmp_path / "m.sqlite"), largest=3)
    memory.store([entry("Bir."), entry("Ikki.")])
    with pytest.raises(LimitExceededError, match="limit of 3"):
        memory.store([entry("Uch."), entry("To'rt.")])
    assert len(list(memory.entries())) == 2
    memory.close()


def test_deleting_an_origin_deletes_what_finds_it(memory: TranslationMemory, tmp_path: Path) -> None:
    memory.store([entry(SPELLINGS[0]), entry("Boshqa gap shu yerda turadi.", origin="b.tmx")])
    assert memory.delete("a.tmx") == 1
    assert memory.look_up([ask(SPELLINGS[0])], fuzzy=True) == {}
    assert [(row.origin, row.entries) for row in memory.origins()] == [("b.tmx", 1)]
    assert memory.delete("b.tmx", client="a") == 0
    memory.delete("b.tmx")
    with sqlite3.connect(tmp_path / "memory.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM memory_grams").fetchone() == (0,)
    connection.close()


def test_entries_come_back_as_they_were_stored(memory: TranslationMemory) -> None:
    rows = [
        Entry(SPELLINGS[n], f"{n}", "uz", "en", "x.xlf", "Aziza", EntryState.CORRECTED, f"client {n}")
        for n in range(3)
    ]
    memory.store(rows)
    back = list(memory.entries())
    assert [(e.source, e.target, e.author, e.state, e.client) for e in back] == [
        (e.source, e.target, e.author, e.state, e.client) for e in rows
    ]
    assert all(time.time() - 60 < e.updated <= time.time() for e in back)
    assert len(list(memory.entries(client="client 1"))) == 1


def test_similar_sentences_have_their_true_score(memory: TranslationMemory) -> None:
    known = "Vazirlar Mahkamasi qishloq xo'jaligini rivojlantirish dasturini tasdiqladi."
    memory.store([entry(known)])
    asked = ask("Вазирлар Маҳкамаси саноатни ривожлантириш дастурини тасдиқлади.")
    match = memory.look_up([asked], fuzzy=True)[asked]
    expected = Indel.normalized_similarity(canonical(asked.text, "uz").lower(), known.lower())
    assert match.similarity == pytest.approx(expected)
    assert 0.75 <= match.similarity < ALMOST
    assert memory.look_up([asked]) == {}
    assert memory.look_up([ask("Bugun ob-havo ochiq bo'ladi.")], fuzzy=True) == {}


def test_the_best_of_many_similar_ones_is_found(memory: TranslationMemory) -> None:
    rng = random.Random(5)
    words = [
        f"{a}{b}{c}" for a in ("qur", "bil", "yoz", "sev") for b in "aiou" for c in ("moq", "gan", "di", "sa")
    ]
    sentences = sorted({" ".join(rng.choices(words, k=rng.randint(5, 14))) for _ in range(3000)})
    memory.store(entry(text, f"<{text}>") for text in sentences)
    missed = 0
    for known in rng.sample(sentences, 60):
        parts = known.split()
        parts[rng.randrange(len(parts))] = "boshqacha"
        asked = ask(" ".join(parts))
        best = max(Indel.normalized_similarity(text, asked.text) for text in sentences)
        if best >= 0.75:
            match = memory.look_up([asked], fuzzy=True).get(asked)
            missed += match is None or match.similarity < min(best, ALMOST) - 1e-9
    assert missed <= 3


def test_a_thousand_copies_of_a_dateline_do_not_hide_a_match(memory: TranslationMemory) -> None:
    memory.store(
        entry(f"Toshkent shahri, {n}-raqamli umumiy e'lon.", f"Объявление {n}.") for n in range(1500)
    )
    memory.store([entry("Toshkent shahri, umumiy tozalash e'loni chiqdi.", "Уборка.")])
    asked = ask("Toshkent shahri, umumiy tozalash e'lonlari chiqdi.")
    assert memory.look_up([asked], fuzzy=True)[asked].target == "Уборка."
    numbered = ask("Toshkent shahri, 9001-raqamli umumiy e'lon.")
    match = memory.look_up([numbered], fuzzy=True)[numbered]
    assert (match.target, match.repaired) == ("Объявление 9001.", True)


def test_many_questions_are_a_fixed_number_of_statements(memory: TranslationMemory) -> None:
    from sqlalchemy import event

    memory.store(entry(f"{n}-gap juda muhim edi va tugadi.") for n in range(300))
    seen: list[str] = []
    event.listen(
        memory._database._engine, "before_cursor_execute", lambda *arguments: seen.append(arguments[2])
    )
    memory.look_up([ask(f"{n}-gap juda muhim edi va bitdi.") for n in range(250)], client="a", fuzzy=True)
    assert len(seen) <= 4


def test_strange_texts_neither_match_nor_fail(memory: TranslationMemory) -> None:
    memory.store([entry(SPELLINGS[0])])
    odd = ["", " ", "\0", "5", "...", "\ud800", "a" * 50_000, "😀" * 300, "'" * 100]
    assert memory.look_up([ask(text) for text in odd], client="x\0y", fuzzy=True) == {}


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://user:secret@host/db", "mysql"),
        ("postgresql://user:secret@127.0.0.1:1/db", "cannot be opened"),
        ("://", "cannot be read"),
        ("sqlite:///:memory:", "needs a file"),
        ("sqlite:////nowhere/at/all/m.sqlite", "/nowhere/at/all"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_its_password(url: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        TranslationMemory(url)
    assert said in caught.value.message
    assert "secret" not in caught.value.message
    assert caught.value.field == "memory.url"


def test_another_file_is_not_taken_for_a_memory(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("these are notes, not a database\n" * 100)
    with pytest.raises(ConfigError, match="not a database"):
        TranslationMemory(str(file))
    assert file.read_text().startswith("these are notes")


def test_a_newer_memory_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "m.sqlite"
    TranslationMemory(str(file)).close()
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE memory_version SET version = 99")
    connection.close()
    with pytest.raises(ConfigError, match="newer"):
        TranslationMemory(str(file))


def test_a_database_that_breaks_later_says_so(tmp_path: Path) -> None:
    file = tmp_path / "m.sqlite"
    memory = TranslationMemory(str(file))
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TABLE memory_entries")
    connection.close()
    with pytest.raises(MemoryUnavailableError, match="memory_entries"):
        memory.look_up([ask("Bir.")])
    memory.close()


def test_the_skeleton_hides_numbers_case_and_months() -> None:
    assert skeleton("2020-yil 5-may kuni PQ-12 son 1,5 mlrd.") == "#-yil #-@ kuni pq-# son # mlrd."
    assert skeleton("mayda to'lqin") == "mayda to'lqin"
