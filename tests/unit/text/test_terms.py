"""Terms in a text: which wins, where it stands, what is no match."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tarjimon.text.official_names import official_rows, official_terms
from tarjimon.text.orthography import Alphabet, fold, render
from tarjimon.text.terms import Term, TermIndex


def found(text: str, *terms: Term, language: str = "uz") -> list[tuple[str, str]]:
    return [(m.term.source, text[m.start : m.end]) for m in TermIndex(terms, language).find(text)]


def test_the_longest_term_wins() -> None:
    terms = Term("Tashqi ishlar vazirligi"), Term("vazirlik"), Term("ish")
    text = "Tashqi ishlar vazirligida va vazirlikda"
    assert found(text, *terms) == [
        ("Tashqi ishlar vazirligi", "Tashqi ishlar vazirligida"),
        ("vazirlik", "vazirlikda"),
    ]


def test_the_head_of_an_izofa_is_found_in_the_plural() -> None:
    text = "tashqi ishlar vazirliklari"
    assert found(text, Term("Tashqi ishlar vazirligi")) == [("Tashqi ishlar vazirligi", text)]


def test_inner_words_of_an_uzbek_term_are_not_inflected() -> None:
    assert found("ishlarning vaziri", Term("ishlar vaziri")) == []


@pytest.mark.parametrize("gap", [" ", "  ", "\n", "\u00a0"])
def test_white_space_between_words_does_not_matter(gap: str) -> None:
    assert found(f"Oliy{gap}sudga", Term("Oliy sud")) == [("Oliy sud", f"Oliy{gap}sudga")]


@pytest.mark.parametrize("text", ["Oliy, sud", "Oliy-sud", "Oliy. Sud", "oliysud"])
def test_marks_between_words_do(text: str) -> None:
    assert found(text, Term("Oliy sud")) == []


def test_marks_of_a_term_must_stand_there() -> None:
    assert found("C tilida va C++ tilida", Term("C++")) == [("C++", "C++")]
    assert found(".NET va NET", Term(".NET")) == [(".NET", ".NET")]
    text = "«O‘zbekneftgaz» AJning"
    assert [surface for _, surface in found(text, Term('"O\'zbekneftgaz" AJ'))] == [text]


def test_case_sensitive_terms_ask_for_their_casing() -> None:
    assert found("Til tilda Tilda TIL", Term("Til", case_sensitive=True)) == [
        ("Til", "Til"),
        ("Til", "Tilda"),
    ]
    assert len(found("Til tilda Tilda TIL", Term("Til"))) == 4


def test_spans_taken_by_others_are_left_out() -> None:
    index = TermIndex([Term("sud")], "uz")
    assert [m.start for m in index.find("sud sud sud", taken=[(4, 7)])] == [0, 8]


def test_terms_of_another_language_are_left_out() -> None:
    assert len(TermIndex([Term("суд", "ru"), Term("sud", "uz")], "uz")) == 1


def test_the_first_of_equal_terms_counts() -> None:
    index = TermIndex([Term("sud", target="a"), Term("суд", target="b")], "uz")
    assert [m.term.target for m in index.find("sudga")] == ["a"]


TERMS = [Term(t) for t in ("vazirlik", "o'g'il", "tog'", "Oliy sud", "BMT", "shahar", "Yangi O'zbekiston")]
INDEX = TermIndex(TERMS, "uz")
PIECES = st.sampled_from(
    [
        "vazirlik",
        "вазирлиги",
        "oʻgʻli",
        "ўғлининг",
        "tog‘",
        "toqqa",
        "Oliy",
        "sud",
        "судга",
        "BMT",
        "БМТнинг",
        "shahri",
        "Yangi",
        "Özbekiston",
        "«»",
        "(",
        ")",
        "-",
        ",",
        ".",
        "'",
        "’",
        "x",
        "ъ",
        " ",
        "\u00ad",
        "щ",
        "İ",
        "ß",
        "\u0301",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join) | st.lists(PIECES, max_size=30).map(" ".join) | st.text())
def test_a_match_is_made_of_whole_words_in_the_users_own_text(text: str) -> None:
    end = 0
    for match in INDEX.find(text):
        assert end <= match.start < match.end <= len(text)
        end = match.end
        surface = text[match.start : match.end]
        # The surface alone is the term, too: nothing of its neighbours was needed or taken.
        assert [m.term for m in INDEX.find(surface)] == [match.term]
        before, after = text[: match.start], text[match.end :]
        assert not (before[-1:].isalnum() and surface[:1].isalnum())
        assert not (after[:1].isalnum() and surface[-1:].isalnum())


@given(st.sampled_from(TERMS), st.sampled_from(["", "ning", "ga", "dagi"]), st.sampled_from(list(Alphabet)))
def test_every_alphabet_gives_the_same_matches(term: Term, suffix: str, alphabet: Alphabet) -> None:
    latin = f"Bu {fold(term.source)}{suffix} haqida."
    text = render(latin, alphabet)
    assert [m.term for m in INDEX.find(text)] == [m.term for m in INDEX.find(latin)]


def test_finding_is_linear_in_the_text() -> None:
    index = TermIndex([Term(f"O'zbekiston dasturi {n}") for n in range(5000)], "uz")
    words = "O'zbekiston dasturi lardagidagilarning vazirliklarimizdagilarga "

    def seconds(copies: int) -> float:
        begin = time.perf_counter()
        index.find(words * copies)
        return time.perf_counter() - begin

    seconds(10)
    small = min(seconds(200) for _ in range(3))
    assert seconds(2000) < 40 * small + 0.05


def test_the_official_names_are_complete_and_each_finds_itself() -> None:
    rows = official_rows()
    assert len(rows) >= 250
    assert all(len(row) == 3 and all(form for cell in row for form in cell) for row in rows)
    for source, target in (("uz", "ru"), ("uz", "en"), ("ru", "en"), ("en", "ru"), ("ru", "uz")):
        terms = list(official_terms(source, target))
        index = TermIndex(terms, source)
        for term in terms:
            matches = index.find(term.source)
            assert len(matches) == 1, term.source
            assert matches[0].end - matches[0].start == len(term.source), term.source
    names = [form for row in rows for form in row[0]]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("text", "target", "name"),
    [
        ("TIVning bayonoti", "ru", "Министерство иностранных дел"),
        ("Ташқи ишлар вазирлигида", "en", "Ministry of Foreign Affairs"),
        ("Buxoro viloyati hokimligiga", "ru", "хокимият Бухарской области"),
        ("ШҲТ саммити", "en", "Shanghai Cooperation Organisation"),
        ("Paxtakordagi", "ru", None),
        ("paxtakorlar", "ru", None),
    ],
)
def test_official_names_are_found(text: str, target: str, name: str | None) -> None:
    matches = TermIndex(official_terms("uz", target), "uz").find(text)
    assert [m.term.target for m in matches] == ([name] if name else [])
