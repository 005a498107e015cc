"""Numbers of a remembered translation are put right only where nothing can go wrong."""

from __future__ import annotations

import pytest

from tarjimon.memory.translation_memory_repair import repair


@pytest.mark.parametrize(
    ("known", "asked", "target", "language", "expected"),
    [
        ("Zalda 5 kishi bor.", "Zalda 7 kishi bor.", "В зале 5 человек.", "ru", "В зале 7 человек."),
        ("Zalda 21 kun.", "Zalda 31 kun.", "В зале 21 день.", "ru", "В зале 31 день."),
        (
            "Bank 1,5 mlrd. so'm ajratadi.",
            "Bank 2,7 mlrd. so'm ajratadi.",
            "The bank allots 1.5 billion soums.",
            "en",
            "The bank allots 2.7 billion soums.",
        ),
        (
            "Farmon 2020-yil 5-may kuni chiqdi.",
            "Farmon 2021-yil 17-iyun kuni chiqdi.",
            "Указ вышел 5 мая 2020 года.",
            "ru",
            "Указ вышел 17 июня 2021 года.",
        ),
        (
            "Farmon 2020-yil 5-may kuni chiqdi.",
            "Farmon 2020-yil 5-iyun kuni chiqdi.",
            "The decree came out on May 5, 2020.",
            "en",
            "The decree came out on June 5, 2020.",
        ),
        ("3 ta uy, 4 ta bog'.", "4 ta uy, 3 ta bog'.", "3 дома, 4 сада.", "ru", "4 дома, 3 сада."),
        ("O'sish 5 foiz.", "O'sish 6 foiz.", "Рост 5 %.", "ru", "Рост 6 %."),
    ],
)
def test_what_is_safe_is_repaired(known: str, asked: str, target: str, language: str, expected: str) -> None:
    assert repair(known, asked, target, "uz", language) == expected


@pytest.mark.parametrize(
    ("known", "asked", "target", "language"),
    [
        pytest.param("Zalda 5 kun.", "Zalda 2 kun.", "В зале 5 дней.", "ru", id="the noun would change"),
        pytest.param("Zalda 1 kun.", "Zalda 3 kun.", "In 1 day.", "en", id="the English noun would change"),
        pytest.param("Zalda 5 kun.", "Zalda 6 kun.", "В зале пять дней.", "ru", id="written as a word"),
        pytest.param("5 va 5 kun.", "5 va 6 kun.", "5 и 5 дней.", "ru", id="one value becomes two"),
        pytest.param("5 kun.", "6 kun.", "5 дней, 5 ночей.", "ru", id="more often in the translation"),
        pytest.param("1,5 mln.", "1500 mln.", "1,5 млн.", "ru", id="another shape"),
        pytest.param("1,5 mln.", "1,500 mln.", "1.5 million", "en", id="decimals or thousands"),
        pytest.param("5-may kuni.", "5-iyun kuni.", "5.05 числа.", "ru", id="the month is not a word"),
        pytest.param("Zalda 5 kun.", "Uyda 6 kun.", "В зале 5 дней.", "ru", id="a word differs"),
        pytest.param("Zalda 5 kun.", "Zalda 5 kun.", "В зале 5 дней.", "ru", id="nothing differs"),
    ],
)
def test_what_is_not_safe_is_left(known: str, asked: str, target: str, language: str) -> None:
    assert repair(known, asked, target, "uz", language) is None
