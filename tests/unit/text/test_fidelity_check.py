"""The verdict on a translation: faithful ones pass, each kind of damage is found."""

import time

import pytest

from tarjimon.text.fidelity import IssueKind, Severity, check

FAITHFUL = [
    ("2020-yil 5-noyabr kuni 1 350 tonna yuk keldi.", "5 ноября 2020 года прибыло 1 350 тонн груза.", "ru"),
    (
        "2020-yil 5-noyabr kuni 1 350 tonna yuk keldi.",
        "On November 5, 2020, 1,350 tonnes of cargo arrived.",
        "en",
    ),
    ("Eksport 1,5 mlrd. so'mni tashkil etdi.", "Exports amounted to 1.5 billion soums.", "en"),
    ("Aholining 3,7 foizi ish qidirmoqda.", "3.7 percent of the population is looking for work.", "en"),
    ("Yig'ilishda 2 ta hujjat imzolandi.", "На заседании подписаны два документа.", "ru"),
    ("Ikki davlat 3 ta bitim tuzdi.", "The two states concluded three agreements.", "en"),
    ("XX asr boshida shahar kichik edi.", "В начале XX века город был маленьким.", "ru"),
    ("XX asr boshida shahar kichik edi.", "The town was small at the start of the 20th century.", "en"),
    ("PQ-123-son qaror qabul qilindi.", "Принято постановление № ПП-123.", "ru"),
    (
        "Murojaat uchun: info@mfa.uz, +998 71 200-00-00.",
        "Для обращений: info@mfa.uz, +998 71 200-00-00.",
        "ru",
    ),
    ("Salom, <b>{name}</b>!", "Здравствуйте, <b>{name}</b>!", "ru"),
    ("Narx 5–7 mlrd. so'm atrofida.", "Цена от 5 до 7 млрд сумов.", "ru"),
    ("90-yillarda zavod yopildi.", "The factory closed in the 1990s.", "en"),
    ("Majlis soat 14:30 da boshlandi.", "The meeting began at 2:30 p.m.", "en"),
    ("Президент 2024 йил 15 майда Самарқандга борди.", "15 мая 2024 года Президент посетил Самарканд.", "ru"),
    ("", "", "ru"),
    ("123 456", "123 456", "en"),
]


@pytest.mark.parametrize(("source", "target", "language"), FAITHFUL)
def test_a_faithful_translation_passes(source: str, target: str, language: str) -> None:
    assert [
        issue for issue in check(source, target, "uz", language).issues if issue.severity is Severity.ERROR
    ] == []


SOURCE = (
    "2020-yil 5-noyabr kuni vazirlik 1 350 tonna yuk va 3,7 foiz ulush haqida PQ-123-son qaror qabul qildi."
)
BROKEN = [
    (
        "5 ноября 2020 года министерство приняло ПП-123 о 1 530 тоннах груза и доле 3,7 процента.",
        IssueKind.NUMBER_MISSING,
    ),
    (
        "5 ноября 2020 года министерство приняло ПП-123 о 1 530 тоннах груза и доле 3,7 процента.",
        IssueKind.NUMBER_ADDED,
    ),
    (
        "5 ноября 2020 года министерство приняло ПП-123 о грузе и его доле в размере 3,7 процента.",
        IssueKind.NUMBER_MISSING,
    ),
    (
        "5 декабря 2020 года министерство приняло ПП-123 о 1 350 тоннах груза и доле 3,7 процента.",
        IssueKind.DATE_CHANGED,
    ),
    (
        "6 ноября 2020 года министерство приняло ПП-123 о 1 350 тоннах груза и доле 3,7 процента.",
        IssueKind.DATE_CHANGED,
    ),
    (
        "5 ноября 2021 года министерство приняло ПП-123 о 1 350 тоннах груза и доле 3,7 процента.",
        IssueKind.DATE_CHANGED,
    ),
    (
        "5 ноября 2020 года министерство приняло ПП-321 о 1 350 тоннах груза и доле 3,7 процента.",
        IssueKind.CODE_MISSING,
    ),
    ("5 ноября 2020 года министерство приняло ПП-123.", IssueKind.OMISSION),
    (
        "5 ноября 2020 года министерство приняло ПП-123 о 1 350 тоннах груза и доле 3,7 процента и",
        IssueKind.TRUNCATED,
    ),
    (
        "5-noyabr 2020 kuni ministry 1 350 tonna yuk va 3,7 foiz ulush haqida PQ-123 qaror.",
        IssueKind.UNTRANSLATED,
    ),
    ("", IssueKind.EMPTY),
    ("...", IssueKind.EMPTY),
]


@pytest.mark.parametrize(("target", "kind"), BROKEN)
def test_damage_is_an_error(target: str, kind: IssueKind) -> None:
    verdict = check(SOURCE, target, "uz", "ru")
    assert not verdict.ok
    assert kind in {issue.kind for issue in verdict.issues if issue.severity is Severity.ERROR}


@pytest.mark.parametrize(
    ("source", "target", "kind"),
    [
        ("Xat: info@mfa.uz ga.", "Письмо: info@mfа.ru.", IssueKind.CONTACT_MISSING),
        ("Sayt: https://gov.uz/yangilik.", "Сайт правительства.", IssueKind.CONTACT_MISSING),
        ("Tel.: +998 71 200-00-00.", "Тел.: +998 71 200-00-01.", IssueKind.CONTACT_MISSING),
        ("Kanal: @mfa_uz sahifasi.", "Канал: страница @mfa.", IssueKind.CONTACT_MISSING),
        ("Salom, <b>{name}</b>, xush kelibsiz!", "Здравствуйте, {name}</b>, добро!", IssueKind.TAG_MISMATCH),
        ("Jami %d ta xabar bor.", "Всего сообщений сейчас.", IssueKind.TAG_MISMATCH),
        ("Kechirasiz, men bugun kela olmayman.", "но мне жаль, " * 30, IssueKind.REPETITION),
        ("Ha, albatta, men bugun kelaman.", "да да да да да да да да", IssueKind.REPETITION),
        ("Juda uzun qichqiriq eshitildi.", "Послышался крик: аааааааааааааааааааа.", IssueKind.REPETITION),
        (
            "Vazir yangi tashabbuslarni ilgari surdi.",
            "Министр выдвинул новые tashabbuslarni.",
            IssueKind.UNTRANSLATED,
        ),
        ("Vazir yangi loyihani taqdim etdi.", "Vazir yangi loyihani taqdim etdi.", IssueKind.UNTRANSLATED),
        ("Вазир янги лойиҳани тақдим этди.", "Министр представил янги лойиҳани.", IssueKind.UNTRANSLATED),
    ],
)
def test_each_kind_is_found(source: str, target: str, kind: IssueKind) -> None:
    assert kind in {
        issue.kind for issue in check(source, target, "uz", "ru").issues if issue.severity is Severity.ERROR
    }


def test_days_that_changed_months_are_found() -> None:
    verdict = check("3-may va 5-iyun kunlari", "5 мая и 3 июня", "uz", "ru")
    assert IssueKind.DATE_CHANGED in {issue.kind for issue in verdict.issues}


def test_a_word_of_the_target_stands_for_one_number_only() -> None:
    verdict = check("Ikki oyda 2 ta poyezd keldi.", "За два месяца прибыли поезда.", "uz", "ru")
    assert [issue.kind for issue in verdict.issues] == [IssueKind.NUMBER_MISSING]


def test_changed_letters_of_a_document_number_are_a_warning() -> None:
    (issue,) = check(
        "PF-60-son farmon kuchga kirdi.", "Постановление ПП-60 вступило в силу.", "uz", "ru"
    ).issues
    assert (issue.kind, issue.severity) == (IssueKind.CODE_MISSING, Severity.WARNING)


def test_an_issue_says_where_and_what() -> None:
    source, target = "Jami 350 ta uy qurildi.", "Всего построено 530 домов."
    missing, added = check(source, target, "uz", "ru").issues
    assert source[slice(*missing.source_span or ())] == "350"
    assert target[slice(*missing.target_span or ())] == "530"
    assert (missing.expected, missing.found, added.found) == ("350", "530", "530")
    assert "350" in missing.message


def test_a_loop_of_the_source_may_stay() -> None:
    assert check("Yo'q, yo'q, yo'q, yo'q, yo'q!", "Нет, нет, нет, нет, нет!", "uz", "ru").ok


def test_a_lone_brand_in_latin_is_not_untranslated() -> None:
    assert check(
        "Toshkentda Samsung va Huawei vakolatxonalari ochildi.",
        "В Ташкенте открылись представительства Samsung и Huawei.",
        "uz",
        "ru",
    ).ok


@pytest.mark.parametrize("unit", ["a", "a ", "1 ", "so'z ", "да ", "<b>", "x.y ", "ab", "5-may "])
def test_hostile_length_takes_linear_time(unit: str) -> None:
    text = unit * (60_000 // len(unit))
    begin = time.perf_counter()
    check(text, text[: len(text) // 2], "uz", "ru")
    assert time.perf_counter() - begin < 15


def test_many_different_numbers_take_linear_time() -> None:
    source, target = (
        " ".join(str(number) for number in range(first, first + 20_000)) for first in (10_000, 50_000)
    )
    begin = time.perf_counter()
    assert len(check(source, target, "uz", "ru").issues) >= 40_000
    assert time.perf_counter() - begin < 20
