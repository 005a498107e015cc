import pytest
from recipe.cleaning import numbers, rejection


@pytest.mark.parametrize(
    ("source", "target", "reason"),
    [
        ("Vazirlik qaror qabul qildi.", "Министерство приняло решение.", None),
        ("", "Министерство приняло решение.", "empty"),
        ("12 345", "12 345", "no letters"),
        ("Qaror", "Решение было принято министерством после долгих обсуждений в парламенте.", "length ratio"),
        ("Vazirlik qaror qabul qildi.", "The ministry decided.", "script of ru"),
        ("Вазирлик қарор қабул қилди.", "Министерство приняло решение.", "script of uz"),
        ("This is the text of the page", "Это текст страницы для вас", "language of uz"),
        ("Jami %s ta fayl", "Всего файлов", "markup differs"),
        ("2024-yilda 15 ta loyiha", "В 2024 году 16 проектов", "numbers differ"),
        ("9 ming kishi keldi", "Пришли 9000 человек", None),
        ("1,5 million so'm", "1,5 миллиона сумов", None),
    ],
)
def test_a_pair_is_kept_or_its_fault_is_named(source: str, target: str, reason: str | None) -> None:
    assert rejection("uz", "ru", source, target) == reason


def test_uzbek_in_the_russian_column_is_found() -> None:
    assert rejection("uz", "ru", "Eng arzon narx", "Энг арзон нарх") == "untranslated"
    assert rejection("uz", "ru", "Yangi xabar keldi", "Янги хабар қолди") == "script of ru"
    assert rejection("uz", "ru", "Toshkent", "Ташкент") is None


def test_untranslated_entries_go_and_names_stay() -> None:
    assert rejection("uz", "en", "Open the main window", "Open the main window") is not None
    assert rejection("uz", "en", "Mozilla Firefox", "Mozilla Firefox") is None


def test_numbers_are_compared_without_separators() -> None:
    assert numbers("12 345,6 va 7") == numbers("12,345.6 and 7")
    assert numbers("2:0") == numbers("0:2")
    assert numbers("5 va 5") != numbers("5")
