"""Sentences, quotations, offsets, alphabets: what folding and rendering promise beyond single words."""

from __future__ import annotations

import time

import pytest

from tarjimon.text import orthography_lexicon as lexicon
from tarjimon.text.orthography import Alphabet, Folded, detect_alphabet, fold, fold_aligned, render

SENTENCES = [
    (
        "2024 йил 5 октябрь куни Ўзбекистон Республикаси Ташқи ишлар вазири АҚШ элчисини қабул қилди.",
        "2024-yil emas: ‘boshqa’ gap.",
        "2024 yil 5 oktabr kuni O'zbekiston Respublikasi Tashqi ishlar vaziri AQSh elchisini qabul qildi.",
    ),
    (
        "«Ўзбекнефтгаз» АЖ ва «Лукойл» компанияси 1,5 млрд. сўмлик шартнома имзолади.",
        "",
        "«O'zbekneftgaz» AJ va «Lukoyl» kompaniyasi 1,5 mlrd. so'mlik shartnoma imzoladi.",
    ),
    (
        "Т. Сатторов: “Янги қонун – янги имконият”, деди (ЎРҚ-547-сон, 2019 й. 15 июль).",
        "",
        "T. Sattorov: “Yangi qonun – yangi imkoniyat”, dedi (O'RQ-547-son, 2019 y. 15 iyul).",
    ),
    (
        "Батафсил: https://gov.uz/ўз/янги ёки info@gov.uz манзили орқали.",
        "",
        "Batafsil: https://gov.uz/ўз/янги yoki info@gov.uz manzili orqali.",
    ),
]


@pytest.mark.parametrize(("cyrillic", "_", "canonical"), SENTENCES)
def test_sentence(cyrillic: str, _: str, canonical: str) -> None:
    assert fold(cyrillic) == canonical


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("‘iqtibos’ so‘zi", "‘iqtibos’ so'zi"),
        ("'iqtibos' so'zi", "'iqtibos' so'zi"),
        ("u ‘bog‘ va tog‘’ dedi", "u ‘bog' va tog'’ dedi"),
        ("“O‘zbekiston” — «yangi»", "“O'zbekiston” — «yangi»"),
        ("‘Tango’ raqsi", "‘Tango’ raqsi"),
        ("tog’ va bog’", "tog' va bog'"),
        ("mavzu’ haqida", "mavzu' haqida"),
        ("Is’hoq, ma’no", "Is'hoq, ma'no"),
        ("``iqtibos´´", "``iqtibos´´"),
        ("5′ 30″", "5′ 30″"),
        ("‘salom!’ va tog’", "‘salom!’ va tog’"),
    ],
)
def test_quotation_marks_stay_and_letter_marks_fold(typed: str, canonical: str) -> None:
    assert fold(typed) == canonical


def test_every_spelling_of_a_sentence_is_one_entry() -> None:
    canonical = "Shavkat Mirziyoyev 2024-yil 5-noyabr kuni Is'hoqxon ko'chasidagi bog'da ma'ruza qildi."
    spellings = {
        render(canonical, alphabet, typographic=typographic)
        for alphabet in Alphabet
        for typographic in (False, True)
    }
    spellings |= {
        canonical.replace("'", mark) for mark in "\u2018\u2019\u02bb\u02bc`\u00b4\u02b9\u2032\uff07"
    }
    assert len(spellings) >= 13
    assert {fold(spelling) for spelling in spellings} == {canonical}


def test_typographic_latin_uses_the_proper_letters() -> None:
    assert render("O'zbek ma'no tog'", Alphabet.LATIN, typographic=True) == "Oʻzbek maʼno togʻ"
    assert render("O'zbek ma'no tog'", Alphabet.LATIN) == "O'zbek ma'no tog'"
    assert render("ma'no choy", Alphabet.NEW_LATIN, typographic=True) == "maʼno çoy"


@pytest.mark.parametrize(
    ("canonical", "cyrillic"),
    [
        ("sentabrda", "сентябрда"),
        ("aksiyadorlik jamiyati", "акциядорлик жамияти"),
        ("davlatsiz, ketsa, aytsin", "давлатсиз, кетса, айтсин"),
        ("deklaratsiyasining", "декларациясининг"),
        ("XXI asr, I. Karimov", "XXI аср, И. Каримов"),
        ("Windows va WhatsApp", "Windows ва WhatsApp"),
        ("'iqtibos' va tog'", "'иқтибос' ва тоғ"),
        ("https://lex.uz info@mfa.uz", "https://lex.uz info@mfa.uz"),
        ("O'ZBEKISTON CHEGARASI", "ЎЗБЕКИСТОН ЧЕГАРАСИ"),
        ("ekologiya va poema", "экология ва поэма"),
    ],
)
def test_render_cyrillic(canonical: str, cyrillic: str) -> None:
    assert render(canonical, Alphabet.CYRILLIC) == cyrillic
    assert fold(cyrillic) == canonical


@pytest.mark.parametrize(
    ("text", "alphabet"),
    [
        ("Ўзбекистон", Alphabet.CYRILLIC),
        ("O‘zbekiston Respublikasi", Alphabet.LATIN),
        ("Manba", Alphabet.LATIN),
        ("Özbekiston Respublikasi şahri", Alphabet.NEW_LATIN),
        ("Bugun AQSh elchisi Erdoğan bilan uchrashdi", Alphabet.LATIN),
        ("Президент Telegram каналида ёзди", Alphabet.CYRILLIC),
        ("2024, 15.05 — №7!", None),
        ("", None),
        ("日本", None),
    ],
)
def test_detect_alphabet(text: str, alphabet: Alphabet | None) -> None:
    assert detect_alphabet(text) is alphabet


def test_offsets_point_at_the_source() -> None:
    source = "Шаҳар  ‘ўзи’ so‘m АҚШ."
    folded = fold_aligned(source)
    assert folded.text == "Shahar  ‘o'zi’ so'm AQSh."
    assert len(folded.offsets) == len(folded.text) + 1

    def source_of(part: str) -> str:
        start = folded.text.index(part)
        return source[folded.offsets[start] : folded.offsets[start + len(part)]]

    assert source_of("Shahar") == "Шаҳар"
    assert source_of("o'zi") == "ўзи"
    assert source_of("so'm") == "so‘m"
    assert source_of("AQSh") == "АҚШ"
    assert source_of("Sh") == "Ш"
    assert folded.offsets[-1] == len(source)


def test_offsets_of_respelled_words() -> None:
    assert fold_aligned("октябрь") == Folded("oktabr", (0, 1, 2, 3, 4, 5, 7))
    assert fold_aligned("Ishoq").text == "Is'hoq"
    assert fold_aligned("Ishoq").offsets == (0, 1, 2, 2, 3, 4, 5)


def test_the_lexicon_is_stable() -> None:
    for key, value in lexicon.RESPELLED_STEMS.items():
        assert fold(key) == value
        assert fold(value) == value
        for other in lexicon.RESPELLED_STEMS:
            assert not value.startswith(other)
            assert not other.startswith(value)
    for acronym in lexicon.SPELLED_ACRONYMS:
        assert fold(acronym) == acronym
        assert fold(render(acronym, Alphabet.CYRILLIC)) == acronym
    for loan in lexicon.CYRILLIC_LOANS:
        assert render(fold(loan), Alphabet.CYRILLIC) == loan


def test_folding_is_linear() -> None:
    def seconds(text: str) -> float:
        started = time.perf_counter()
        fold(text)
        return time.perf_counter() - started

    marks = ["a\u0301", "\u0301", "a\u00ad", "‘", "'", "o'"]
    hostile = [*marks, "а", "а ", "Шў ", "АҚШ-", "a.", "a@", "Ш", "ШҲ", "http://", "-a", "S"]
    for unit in hostile:
        short, long = (min(seconds(unit * count) for _ in range(2)) for count in (5_000, 40_000))
        assert long < 40 * max(short, 0.002), unit  # 8 times the text; quadratic work would be 64 times


def test_a_run_of_letters_that_is_no_word_stays() -> None:
    assert fold("ш" * 256) == "sh" * 256
    assert fold("ш" * 257) == "ш" * 257
