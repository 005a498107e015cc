"""Identification: scripts, alphabets, priors, refusals, speed."""

from __future__ import annotations

import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjimon.text.language import Identification, LanguageIdentifier
from tarjimon.text.language_script import letters_by_script, script_of
from tarjimon.text.language_table import grams, pack, unpack
from tarjimon.text.language_training import train
from tarjimon.text.orthography import Alphabet, render

IDENTIFIER = LanguageIdentifier()
SENTENCE = "O'zbekiston Respublikasi Tashqi ishlar vaziri Toshkent shahrida muzokaralar o'tkazdi."


@pytest.fixture(scope="module")
def identifier() -> LanguageIdentifier:
    return LanguageIdentifier()


@pytest.mark.parametrize("alphabet", list(Alphabet))
def test_uzbek_in_every_alphabet(identifier: LanguageIdentifier, alphabet: Alphabet) -> None:
    found = identifier.identify(render(SENTENCE, alphabet))
    assert (found.language, found.alphabet) == ("uz", alphabet)
    assert found.script == ("Cyrl" if alphabet is Alphabet.CYRILLIC else "Latn")
    assert found.confidence > 0.9


@pytest.mark.parametrize(
    "title",
    [
        "O‘ZBEKISTON RESPUBLIKASI PREZIDENTINING FARMONI",
        "YANGI LOYIHALAR TAQDIMOTI BO`LIB O`TDI",
        "ЎЗБЕКИСТОН РЕСПУБЛИКАСИ ПРЕЗИДЕНТИНИНГ ФАРМОНИ",
        "TOŞKENT ŞAHRIDA YANGI MAKTAB OÇILDI",
    ],
)
def test_titles_in_capitals(identifier: LanguageIdentifier, title: str) -> None:
    assert identifier.identify(title).language == "uz"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "2024-05-15, 12:30 — 1 234,5",
        "!!! ... ??? «»",
        "😀🎉🇺🇿",
        "\x00\x01",
        "\u200f\u200e",
        "\ud800\udfff",
        "A",
        "№ 5-ПҚ",
        "https://gov.uz/uz/news info@gov.uz",
        "Manba",
        "MFA",
        "asdkjh qweoiru zxmcnv",
    ],
)
def test_refuses_to_guess(identifier: LanguageIdentifier, text: str) -> None:
    found = identifier.identify(text)
    assert found.language == "und"
    assert found.alphabet is None
    assert found.confidence < 0.7


def test_a_prior_decides_a_short_title(identifier: LanguageIdentifier) -> None:
    assert identifier.identify("Manba").language == "und"
    assert identifier.identify("Manba", prior="uz").language == "uz"
    assert identifier.identify("Манба", prior="uz").alphabet is Alphabet.CYRILLIC
    assert identifier.identify("Источник", prior="ru").language == "ru"


def test_a_prior_gives_no_language_to_digits(identifier: LanguageIdentifier) -> None:
    assert identifier.identify("2024", prior="uz") == Identification("und", "Zyyy", None, 0.0)


def test_russian_in_an_uzbek_document_is_russian(identifier: LanguageIdentifier) -> None:
    text = "Пресс-служба Министерства иностранных дел Республики Узбекистан сообщила об итогах визита."
    assert identifier.identify(text, prior="uz").language == "ru"


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("salom", "Latn"),
        ("салом", "Cyrl"),
        ("سلام", "Arab"),
        ("γειά", "Grek"),
        ("გამარჯობა", "Geor"),
        ("बोलो", "Deva"),
        ("こんにちは世界", "Jpan"),
        ("世界和平", "Hani"),
        ("안녕", "Hang"),
        ("салом dunyo", "Mixed"),
        ("Президент Telegram каналида баёнот эълон қилди", "Cyrl"),
        ("12 — 5", "Zyyy"),
        ("", "Zyyy"),
    ],
)
def test_script(identifier: LanguageIdentifier, text: str, script: str) -> None:
    assert script_of(letters_by_script(text)) == script
    assert identifier.identify(text).script == script


@pytest.mark.parametrize(
    ("text", "language"),
    [("안녕하세요 여러분 반갑습니다", "ko"), ("日本語の文章です", "ja"), ("Καλημέρα κόσμε", "el")],
)
def test_a_script_of_one_language_names_it(identifier: LanguageIdentifier, text: str, language: str) -> None:
    assert identifier.identify(text).language == language


def test_constructing_reads_nothing() -> None:
    assert LanguageIdentifier()._tables is None


def test_loads_and_answers_quickly() -> None:
    started = time.perf_counter()
    identifier = LanguageIdentifier()
    identifier.identify("Salom, dunyo")
    assert time.perf_counter() - started < 2.0
    started = time.perf_counter()
    for _ in range(50):
        identifier.identify(SENTENCE)
    assert (time.perf_counter() - started) / 50 < 0.05
    started = time.perf_counter()
    identifier.identify(SENTENCE * 100_000)
    assert time.perf_counter() - started < 1.0


def test_training_learns_and_packing_keeps() -> None:
    texts = {"aa": ["tata mata rata tata"] * 3, "bb": ["zuzu muzu ruzu zuzu"] * 3}
    classes, rows = train(texts, keep=40, smoothing=1.0)
    table = unpack(pack({"Latn": (classes, rows)}))["Latn"]
    assert table.classes == ("aa", "bb")
    assert len(table.rows) == 40
    scores, total = table.weigh("tata")
    assert scores["aa"] > 0 > scores["bb"]
    assert total == len(list(grams("tata"))) == 4 + 5 + 4 + 3 + 2


def test_a_damaged_table_is_refused() -> None:
    packed = pack({"Latn": train({"aa": ["tata mata"] * 3, "bb": ["zuzu"] * 3}, keep=9)})
    for damaged in (b"", packed[:20], b"not xz at all"):
        if damaged:
            with pytest.raises(ValueError, match="language table is damaged"):
                unpack(damaged)


def test_the_table_is_small() -> None:
    identifier = LanguageIdentifier()
    identifier.identify("salom")
    tables = identifier._tables
    assert tables is not None
    held = sum(
        sys.getsizeof(gram) + sys.getsizeof(row) for t in tables.values() for gram, row in t.rows.items()
    )
    assert held < 20_000_000


@given(st.text(alphabet=st.characters(exclude_categories=())), st.sampled_from([None, "uz", "ru", "xx"]))
def test_any_text_gets_an_answer(text: str, prior: str | None) -> None:
    found = IDENTIFIER.identify(text, prior=prior)
    assert 0.0 <= found.confidence <= 1.0
    assert (found.alphabet is not None) <= (found.language == "uz")
    assert (found.language == "und") == (found.confidence < 0.7)
