"""A summary may not say what its source does not: numbers, dates, names."""

import pytest

from tarjimon.text.fidelity_facts import names_and_numbers, unsupported_facts
from tarjimon.text.fidelity_skeleton import same_name, skeleton, spellings

SOURCE = (
    "2020-yilning 5-noyabr kuni Toshkentda O'zbekiston tashqi ishlar vaziri Abdulaziz Komilov Yaponiya va Germaniya "
    "elchilarini qabul qildi. Unda BMT va AQSh ishtirokida Qoraqalpog'istonda 1 350 ta uy qurish, Jizzaxdagi loyiha, "
    "Shavkat Mirziyoyevning tashabbuslari muhokama qilindi. Tomonlar 3 ta bitim imzoladi."
)


@pytest.mark.parametrize(
    ("summary", "language"),
    [
        ("5 ноября 2020 года Абдулазиз Камилов принял послов Японии и Германии.", "ru"),
        ("On 5 November 2020 Abdulaziz Kamilov received the ambassadors of Japan and Germany.", "en"),
        ("При участии ООН и США в Каракалпакстане построят 1 350 домов.", "ru"),
        ("With the UN and the US, 1,350 homes will be built in Karakalpakstan.", "en"),
        ("Обсуждены инициативы Шавката Мирзиёева и проект в Джизаке.", "ru"),
        ("Shavkat Mirziyoyev's initiatives and a project in Jizzakh were discussed.", "en"),
        ("Стороны подписали три соглашения.", "ru"),
        ("In Tashkent, Foreign Minister Kamilov met Japanese and German ambassadors.", "en"),
        ("Vazir Komilov Toshkentda elchilarni qabul qildi.", "uz"),
    ],
)
def test_what_the_source_says_passes(summary: str, language: str) -> None:
    assert unsupported_facts(summary, SOURCE, "uz", language) == ()


@pytest.mark.parametrize(
    ("summary", "language", "found"),
    [
        ("Министр Абдулазиз Каримов принял послов.", "ru", "Каримов"),
        ("Minister Abdulaziz Karimov received the ambassadors.", "en", "Karimov"),
        ("Каримов принял послов.", "ru", "Каримов"),
        ("Приняты послы Японии и Франции.", "ru", "Франции"),
        ("He received the ambassadors of Japan and Hungary.", "en", "Hungary"),
        ("В Каракалпакстане построят 1 530 домов.", "ru", "1530"),
        ("6 ноября 2020 года принял послов.", "ru", "2020-11-06"),
        ("On 5 October 2020 he received ambassadors.", "en", "2020-10-05"),
        ("5 ноября 2021 года принял послов.", "ru", "2021-11-05"),
        ("С участием ОБСЕ построят дома.", "ru", "ОБСЕ"),
        ("The project in Samarkand was discussed.", "en", "Samarkand"),
    ],
)
def test_what_the_source_does_not_say_is_found(summary: str, language: str, found: str) -> None:
    assert [issue.found for issue in unsupported_facts(summary, SOURCE, "uz", language)] == [found]


def test_cyrillic_source_vouches_like_latin() -> None:
    source = "Абдулазиз Комилов Қорақалпоғистонда АҚШ элчисини қабул қилди."
    assert (
        unsupported_facts("Kamilov received the US ambassador in Karakalpakstan.", source, "uz", "en") == ()
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Камилов", "Komilov"),
        ("Мирзиёев", "Mirziyoyevning"),
        ("Каракалпакстан", "Qoraqalpog'istondagi"),
        ("Хельсинки", "Xelsinkida"),
        ("Самарканд", "Samarqandda"),
        ("Чирчик", "Chirchiqda"),
        ("Шахрисабз", "Shahrisabz"),
    ],
)
def test_names_meet_across_scripts(one: str, other: str) -> None:
    assert same_name(skeleton(one, "ru"), skeleton(other, "uz"), "ru")


@pytest.mark.parametrize(
    ("one", "other"),
    [("Каримов", "Komilov"), ("Давлатов", "davlat"), ("Рахимов", "Karimov"), ("Ташкент", "Toshloq")],
)
def test_different_names_do_not_meet(one: str, other: str) -> None:
    assert not same_name(skeleton(one, "ru"), skeleton(other, "uz"), "ru")


def test_english_spellings_of_a_sound() -> None:
    assert any(same_name(shape, skeleton("Ruandaga", "uz"), "en") for shape in spellings("Rwanda", "en"))


def test_names_and_numbers_of_a_text() -> None:
    names, numbers = names_and_numbers("U 2024-yilda Buxoroga bordi.", "uz")
    assert [(name.text, name.certain) for name in names] == [("U", False), ("Buxoroga", True)]
    assert [number.value for number in numbers] == ["2024"]
