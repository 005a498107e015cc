"""Numeric facts have one value, however and in whatever language they are written."""

import time

import pytest

from tarjimon.text.numbers import NumberKind, NumericEntity, extract_numbers


def hard(text: str, language: str) -> list[NumericEntity]:
    return [entity for entity in extract_numbers(text, language) if entity.hard]


@pytest.mark.parametrize(
    ("value", "spellings"),
    [
        (
            "1350",
            ["uz:1 350 tonna", "ru:1\u00a0350 тонн", "en:1,350 tonnes", "uz:1.350 ta", "ru:1\u202f350 тонн"],
        ),
        ("3.7", ["uz:3,7 foiz", "ru:3,7 процента", "en:3.7 percent", "uz:3.7%", "en:3.70 per cent"]),
        (
            "6000",
            ["uz:6 mingta", "uz:6 минг", "ru:6 тысяч", "en:6 thousand", "ru:6 тыс.", "en:6,000", "ru:6 000"],
        ),
        (
            "1500000000",
            ["uz:1,5 mlrd. so'm", "ru:1,5 миллиарда", "en:1.5 billion", "en:$1.5bn", "uz:1,5 млрд сўм"],
        ),
        ("1500000000", ["uz:1 milliard 500 million", "ru:1 млрд 500 млн", "en:1,500 million"]),
        ("240000000", ["uz:240 million dollarlik", "en:a 240-million-dollar loan", "ru:240 млн", "en:$240m"]),
        ("2000000000000", ["uz:2 trillion", "ru:2 трлн", "en:2 trillion", "uz:2 триллион"]),
        (
            "2020-11-05",
            ["uz:2020-yil 5-noyabr", "uz:2020 йил 5 ноябрь", "ru:5 ноября 2020 года", "en:5 November 2020"],
        ),
        (
            "2020-11-05",
            [
                "en:November 5, 2020",
                "uz:05.11.2020",
                "ru:05.11.2020 г.",
                "en:2020-11-05",
                "en:5th of November 2020",
            ],
        ),
        ("2020-11-05", ["uz:2020-yilning 5-noyabr kuni", "uz:2020 й. 5 ноябрь", "uz:2020-y. 5-noyabr"]),
        ("--05-15", ["uz:15-mayda", "ru:15 мая", "en:15 May", "en:May 15", "uz:15-майда"]),
        ("2024-05", ["uz:2024-yil mayida", "ru:в мае 2024 года", "en:in May 2024"]),
        ("14:30", ["uz:soat 14:30 da", "ru:в 14:30", "en:2:30 p.m.", "en:at 14:30"]),
        ("20", ["uz:XX asr", "ru:ХХ век", "uz:20-asr", "en:20th century", "uz:XX аср"]),
        ("5", ["uz:5-sinf", "ru:5-й класс", "en:5th grade", "uz:5 ta", "uz:5 marta", "uz:5 марта"]),
        ("PQ-123", ["uz:PQ-123-son", "uz:ПҚ–123-сон", "ru:ПП-123"]),
        ("PF-60", ["uz:PF-60", "ru:УП-60", "uz:ПФ-60"]),
        ("129n", ["ru:№ 129н", "en:№ 129n"]),
        ("998712000000", ["uz:+998 71 200-00-00", "en:+998712000000"]),
    ],
)
def test_one_value_in_every_spelling(value: str, spellings: list[str]) -> None:
    for spelling in spellings:
        language, _, text = spelling.partition(":")
        assert [entity.value for entity in hard(text, language)] == [value], spelling


def test_a_range_is_two_numbers() -> None:
    assert [entity.value for entity in hard("2020–2024-yillar", "uz")] == ["2020", "2024"]
    assert "5000000000" in hard("5–7 mlrd. so'm", "uz")[0].readings


def test_a_date_knows_its_parts() -> None:
    (date,) = hard("2020-yil 5-noyabr kuni", "uz")
    assert (date.kind, date.day, date.month, date.year) == (NumberKind.DATE, 5, 11, 2020)


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("ikki tomonlama", "uz", "2"),
        ("икки томонлама", "uz", "2"),
        ("двух стран", "ru", "2"),
        ("two countries", "en", "2"),
        ("o'n besh kun", "uz", "15"),
        ("двадцать пять", "ru", "25"),
        ("twenty-five", "en", "25"),
        ("uch ming", "uz", "3000"),
    ],
)
def test_number_words_are_soft(text: str, language: str, value: str) -> None:
    (entity,) = extract_numbers(text, language)
    assert (entity.value, entity.hard) == (value, False)


@pytest.mark.parametrize(
    "text", ["https://lex.uz/docs/5432", "info2024@mfa.uz", "hisobot_2024.docx", "{0} %1$s <h1>"]
)
def test_digits_of_addresses_and_tags_are_not_numbers(text: str) -> None:
    assert hard(text, "uz") == []


def test_offsets_point_into_the_text() -> None:
    text = "Jami 1 350 tonna, 3,7 foiz, 2020-yil 5-noyabr, PQ-123, soat 14:30, o'n besh"
    assert [text[entity.start : entity.end] for entity in extract_numbers(text, "uz")] == [
        entity.text for entity in extract_numbers(text, "uz")
    ]


@pytest.mark.parametrize(
    "unit", ["1", "1 ", "1,", "1.", "1 111 ", "1-", "1 ming ", "5-may ", "X", "bir ", "1:1", "2020-yil "]
)
def test_long_bait_takes_linear_time(unit: str) -> None:
    text = unit * (150_000 // len(unit))
    begin = time.perf_counter()
    extract_numbers(text, "uz")
    assert time.perf_counter() - begin < 15
