"""Fidelity under arbitrary values: equal facts pass, changed facts are found, nothing crashes."""

from hypothesis import assume, given
from hypothesis import strategies as st

from tarjimon.text.fidelity import IssueKind, check
from tarjimon.text.fidelity_facts import unsupported_facts
from tarjimon.text.numbers import extract_numbers

UZ = [
    "yanvar",
    "fevral",
    "mart",
    "aprel",
    "may",
    "iyun",
    "iyul",
    "avgust",
    "sentabr",
    "oktabr",
    "noyabr",
    "dekabr",
]
RU = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
]
EN = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
LANGUAGES = st.sampled_from(["uz", "ru", "en", None])
ANY = st.text(st.characters(codec=None), max_size=120)


def grouped(number: int, gap: str) -> str:
    return f"{number:,}".replace(",", gap)


@given(st.integers(2, 10**15), st.sampled_from([" ", "\u00a0", "\u202f"]))
def test_grouping_never_changes_a_number(number: int, gap: str) -> None:
    uzbek = f"Jami {grouped(number, gap)} tonna yuk yuborildi."
    assert check(uzbek, f"Всего отправлено {grouped(number, ' ')} тонн груза.", "uz", "ru").ok
    assert check(uzbek, f"A total of {grouped(number, ',')} tonnes of cargo was sent.", "uz", "en").ok


@given(st.integers(2, 10**12), st.integers(2, 10**12))
def test_a_changed_number_is_found(number: int, other: int) -> None:
    assume(number != other)
    verdict = check(
        f"Jami {number} tonna yuk yuborildi.", f"Всего отправлено {other} тонн груза.", "uz", "ru"
    )
    assert {IssueKind.NUMBER_MISSING, IssueKind.NUMBER_ADDED} <= {issue.kind for issue in verdict.issues}


@given(st.integers(1, 31), st.integers(1, 12), st.integers(1900, 2099))
def test_a_date_is_one_value_in_all_languages(day: int, month: int, year: int) -> None:
    written = [
        (f"{year}-yil {day}-{UZ[month - 1]} kuni", "uz"),
        (f"{day} {RU[month - 1]} {year} года", "ru"),
        (f"{day} {EN[month - 1]} {year}", "en"),
        (f"{EN[month - 1]} {day}, {year}", "en"),
        (f"{day:02}.{month:02}.{year}", "ru"),
        (f"{year}-{month:02}-{day:02}", "en"),
    ]
    values = {tuple(entity.value for entity in extract_numbers(text, language)) for text, language in written}
    assert values == {(f"{year}-{month:02}-{day:02}",)}


@given(st.integers(1, 28), st.integers(1, 12), st.integers(1, 28), st.integers(1, 12))
def test_a_changed_day_or_month_is_found(day: int, month: int, other_day: int, other_month: int) -> None:
    assume((day, month) != (other_day, other_month))
    target = f"Встреча состоялась {other_day} {RU[other_month - 1]}."
    assert not check(f"Uchrashuv {day}-{UZ[month - 1]} kuni bo'lib o'tdi.", target, "uz", "ru").ok


@given(
    st.integers(1, 9999),
    st.integers(0, 9),
    st.sampled_from([("mln", "миллиона", "million"), ("ming", "тысячи", "thousand")]),
)
def test_scales_agree(whole: int, tenth: int, scale: tuple[str, str, str]) -> None:
    uzbek = f"{whole},{tenth} {scale[0]}. so'm ajratildi."
    assert check(uzbek, f"Выделено {whole},{tenth} {scale[1]} сумов.", "uz", "ru").ok
    assert check(uzbek, f"{whole}.{tenth} {scale[2]} soums were allocated.", "uz", "en").ok


@given(ANY, ANY, LANGUAGES, LANGUAGES)
def test_any_text_gets_a_verdict(
    source: str, target: str, source_language: str | None, target_language: str | None
) -> None:
    verdict = check(source, target, source_language, target_language)
    for issue in verdict.issues:
        for span, text in ((issue.source_span, source), (issue.target_span, target)):
            assert span is None or 0 <= span[0] <= span[1] <= len(text)
    unsupported_facts(target, source, source_language, target_language)


@given(ANY, LANGUAGES)
def test_numbers_lie_in_their_text(text: str, language: str | None) -> None:
    for entity in extract_numbers(text, language):
        assert text[entity.start : entity.end] == entity.text
        assert entity.value == entity.readings[0]
