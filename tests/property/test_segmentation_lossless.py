"""Segments and the white space between them are the whole input, for any string."""

from hypothesis import given
from hypothesis import strategies as st

from tarjimon.text.segmentation import segment
from tarjimon.text.segmentation_long import split_long

PIECES = st.sampled_from(
    [
        "U keldi",
        "Sh",
        "M",
        ".",
        "...",
        "?!",
        " ",
        "\n",
        "\r\n",
        "\u00a0",
        "\u200b",
        "\u2028",
        "\x00",
        "\ud800",
    ]
)
MARKS = st.sampled_from(
    [
        "»",
        "«",
        '"',
        ")",
        "(",
        "1,5",
        "mlrd",
        "so'm",
        "й",
        "г",
        "и т.д",
        "– ",
        "1. ",
        "a) ",
        "2024",
        "x.uz",
        "\t",
    ]
)
ANY = st.text(st.characters(codec=None), max_size=200) | st.lists(PIECES | MARKS, max_size=60).map("".join)


@given(ANY, st.sampled_from([None, "uz", "ru", "en"]), st.booleans())
def test_gaps_and_segments_join_to_the_input(text: str, language: str | None, hard_wrap: bool) -> None:
    position, paragraph, joined = 0, 0, ""
    for part in segment(text, language, hard_wrap=hard_wrap):
        gap = text[position : part.start]
        assert gap == "" or gap.isspace()
        assert part.text == text[part.start : part.end] == part.text.strip() != ""
        assert part.paragraph >= paragraph
        joined += gap + part.text
        position, paragraph = part.end, part.paragraph
    rest = text[position:]
    assert rest == "" or rest.isspace()
    assert joined + rest == text


@given(ANY)
def test_a_newline_never_lies_inside_a_segment(text: str) -> None:
    assert not any("\n" in part.text or "\r" in part.text for part in segment(text))


@given(ANY, st.integers(1, 40))
def test_parts_of_a_long_sentence_fit_and_lose_nothing(text: str, limit: int) -> None:
    spans = split_long(text, limit, len)
    position = 0
    for start, end in spans:
        assert text[position:start] == "" or text[position:start].isspace()
        assert 0 < end - start <= limit
        position = end
    assert text[position:].strip() == ""


@given(ANY, st.integers(1, 8))
def test_any_growing_measure_terminates(text: str, limit: int) -> None:
    spans = split_long(text, limit, lambda part: 3 * len(part.encode("utf-8", "surrogatepass")))
    kept = "".join(text[start:end] for start, end in spans)
    assert "".join(kept.split()) == "".join(text.split())
