"""Paragraphs, offsets, wrapped lines and hostile input of the sentence splitter."""

import time

import pytest

from tarjimon.text.segmentation import segment
from tarjimon.text.segmentation_long import split_long


def texts(text: str, **options: bool) -> list[str]:
    return [part.text for part in segment(text, "uz", **options)]


def words(text: str) -> int:
    return len(text.split())


@pytest.mark.parametrize(
    "newline", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\n\n \n"]
)
def test_every_newline_ends_a_paragraph(newline: str) -> None:
    parts = segment(f"Sarlavha nuqtasiz{newline}U keldi. Biz ketdik.{newline}")
    assert [(part.text, part.paragraph) for part in parts] == [
        ("Sarlavha nuqtasiz", 0),
        ("U keldi.", 1),
        ("Biz ketdik.", 1),
    ]


def test_hard_wrapped_lines_are_joined_until_a_blank_line_or_a_list() -> None:
    text = (
        "Vazirlik yangi\ntartibni joriy\netdi. U kuchga\nkirdi.\n\nIkkinchi xatboshi.\n- birinchi\n- ikkinchi"
    )
    assert texts(text, hard_wrap=True) == [
        "Vazirlik yangi\ntartibni joriy\netdi.",
        "U kuchga\nkirdi.",
        "Ikkinchi xatboshi.",
        "- birinchi",
        "- ikkinchi",
    ]
    assert [part.paragraph for part in segment(text, hard_wrap=True)] == [0, 0, 1, 2, 3]


def test_offsets_point_into_the_input() -> None:
    text = "\ufeff  😀 Birinchi.\u00a0\u00a0Ikkinchi!\t\tUchinchi? "
    parts = segment(text)
    assert [text[part.start : part.end] for part in parts] == [part.text for part in parts]
    assert len(parts) == 3


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u2028\u00a0"])
def test_white_space_has_no_segment(text: str) -> None:
    assert segment(text) == ()


@pytest.mark.parametrize("text", ["...", "?!", "\x00", "\u200b", "123", "😀", "\ud800", "."])
def test_what_is_not_white_space_is_kept(text: str) -> None:
    assert texts(text) == [text]


@pytest.mark.parametrize(
    "unit", ["U keldi. ", ". ", "A. ", "a", "so'z ", "abc.Def", ' ."', '." ) ', "a.", "1. ", "?!"]
)
def test_a_megabyte_on_one_line_takes_linear_time(unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        begin = time.perf_counter()
        segment(text)
        return time.perf_counter() - begin

    assert seconds(1_000_000) < 6.0


def test_long_sentence_is_cut_at_clauses() -> None:
    text = "Vazirlik hisobot berdi; komissiya uni ko'rib chiqdi, kengash esa ma'qulladi va nashr etdi"
    parts = [text[start:end] for start, end in split_long(text, 7, words)]
    assert parts == [
        "Vazirlik hisobot berdi;",
        "komissiya uni ko'rib chiqdi,",
        "kengash esa ma'qulladi va nashr etdi",
    ]


def test_a_fitting_sentence_is_left_whole() -> None:
    assert split_long("bir ikki uch", 3, words) == ((0, 12),)


def test_one_endless_word_is_cut_without_loss() -> None:
    text = "x" * 1_000_000
    spans = split_long(text, 100, len)
    assert "".join(text[start:end] for start, end in spans) == text
    assert max(end - start for start, end in spans) <= 100


def test_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="limit must be at least 1"):
        split_long("bir", 0, len)
