import pytest

pytest.importorskip("babel")
pytest.importorskip("pymorphy3")

from recipe.augment import amounts, english, entities, russian, uzbek


@pytest.mark.parametrize(
    ("word", "name", "made"),
    [
        ("Toshkent", "gen", "Toshkentning"),
        ("Toshkent", "dat", "Toshkentga"),
        ("bank", "dat", "bankka"),
        ("Bishkek", "dat", "Bishkekka"),
        ("Iroq", "dat", "Iroqqa"),
        ("Chirchiq", "gacha", "Chirchiqqacha"),
        ("vazirligi", "dat", "vazirligiga"),
        ("Xiva", "dagi", "Xivadagi"),
        ("Qo'qon", "abl", "Qo'qondan"),
    ],
)
def test_uzbek_cases(word: str, name: str, made: str) -> None:
    assert uzbek.case(word, name) == made


@pytest.mark.parametrize(
    ("word", "made"),
    [
        ("vazirlik", "vazirligi"),
        ("bo'lim", "bo'limi"),
        ("idora", "idorasi"),
        ("shahar", "shahri"),
        ("qishloq", "qishlog'i"),
        ("o'rin", "o'rni"),
        ("bank", "banki"),
        ("huquq", "huquqi"),
    ],
)
def test_uzbek_possessives(word: str, made: str) -> None:
    assert uzbek.possessive(word) == made


@pytest.mark.parametrize(
    ("number", "made"),
    [
        (2, "ikkinchi"),
        (6, "oltinchi"),
        (9, "to'qqizinchi"),
        (20, "yigirmanchi"),
        (215, "ikki yuz o'n beshinchi"),
    ],
)
def test_uzbek_ordinals_in_words(number: int, made: str) -> None:
    assert uzbek.ordinal_in_words(number) == made


@pytest.mark.parametrize(
    ("phrase", "count", "case", "made"),
    [
        ("Саудовская Аравия", None, "loc", "Саудовской Аравии"),
        ("Республика Корея", 1, "ins", "Республикой Корея"),
        ("Министерство иностранных дел", 1, "gen", "Министерства иностранных дел"),
        ("Нидерланды", None, "gen", "Нидерландов"),
        ("Токио", None, "loc", "Токио"),
        ("Нью-Йорк", None, "loc", "Нью-Йорке"),
        ("сельское хозяйство", None, "gen", "сельского хозяйства"),
        ("информационные технологии", None, "gen", "информационных технологий"),
        ("хоким области", 1, "ins", "хокимом области"),
        ("генеральный консул", 2, "dat", "генеральному консулу"),
    ],
)
def test_russian_phrases(phrase: str, count: int | None, case: str, made: str) -> None:
    assert russian.phrase(phrase, case, count) == made


@pytest.mark.parametrize(
    ("noun", "number", "made"),
    [
        ("школа", 2, "школы"),
        ("школа", 5, "школ"),
        ("школа", 12, "школ"),
        ("рабочее место", 3, "рабочих места"),
        ("двусторонняя встреча", 4, "двусторонние встречи"),
        ("двусторонняя встреча", 7, "двусторонних встреч"),
        ("человек", 7, "человек"),
        ("год", 11, "лет"),
        ("сум", 5, "сумов"),
    ],
)
def test_russian_nouns_after_numbers(noun: str, number: int, made: str) -> None:
    assert russian.counted(noun, number) == made


@pytest.mark.parametrize(
    ("first", "last", "female", "case", "made"),
    [
        ("Отабек", "Ражабов", False, "gen", "Отабека Ражабова"),
        ("Отабек", "Ражабов", False, "ins", "Отабеком Ражабовым"),
        ("Дилноза", "Каримова", True, "dat", "Дилнозе Каримовой"),
        ("Малика", "Каримова", True, "gen", "Малики Каримовой"),
        ("Нилуфар", "Каримова", True, "acc", "Нилуфар Каримову"),
        ("Зульфия", "Алиева", True, "dat", "Зульфии Алиевой"),
    ],
)
def test_russian_names(first: str, last: str, female: bool, case: str, made: str) -> None:
    assert russian.person(first, last, case, female) == made


def test_russian_prepositions() -> None:
    by_name = {name.en: name for name in entities.countries()}
    assert by_name["France"].form("ru", "in") == "во Франции"
    assert by_name["Cuba"].form("ru", "from") == "с Кубы"
    assert by_name["Italy"].form("ru", "to") == "в Италию"
    assert by_name["Sweden"].form("ru", "with") == "со Швецией"
    assert by_name["Serbia"].form("ru", "with") == "с Сербией"


@pytest.mark.parametrize(
    ("noun", "made"),
    [
        ("school", "schools"),
        ("company", "companies"),
        ("day", "days"),
        ("person", "people"),
        ("grandchild", "grandchildren"),
        ("new branch", "new branches"),
    ],
)
def test_english_plurals(noun: str, made: str) -> None:
    assert english.plural(noun) == made


def test_amounts_in_three_languages() -> None:
    fraction, whole = amounts.Sum(1.5, 2, "so'm"), amounts.Sum(2, 1, "dollar")
    assert [fraction.form(name, "nom") for name in ("uz", "ru", "en")] == [
        "1,5 milliard so'm",
        "1,5 миллиарда сумов",
        "1.5 billion soums",
    ]
    assert whole.form("ru", "nom") == "2 миллиона долларов"
    assert whole.form("ru", "gen") == "2 миллионов долларов"
    assert amounts.Percent(12.5).form("ru", "nom") == "12,5 процента"
    assert amounts.Date(2026, 3, 5).form("uz", "loc") == "2026-yil 5-martda"
    assert amounts.Date(2026, 3, 5).form("ru", "nom") == "5 марта 2026 года"
    assert amounts.Count(12500).form("en", "book") == "12,500 books"
    assert [english.ordinal(n) for n in (1, 2, 3, 11, 22)] == ["1st", "2nd", "3rd", "11th", "22nd"]
