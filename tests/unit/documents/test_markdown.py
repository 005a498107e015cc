"""Markdown comes back as it was, except for the text that was replaced."""

from pathlib import Path

import pytest

from tarjimon.documents.base import Tag, TagKind, TranslatedUnit
from tarjimon.documents.markdown import Markdown

SAMPLE = Path(__file__).parents[3] / "examples" / "release-2020-11-05.md"

RICH = (
    "---\ntitle: Sarlavha\n---\n\n"
    "# Bosh *mavzu*\n\n\n"
    'Bu **qalin** matn, [havola](https://example.uz/a_b "izoh") va `kod` bor.\nYumshoq qator  \nqattiq qator.\n\n'
    "> - bir\n>   ikki\n\n"
    "| Nomi | Soni |\n|------|-----:|\n| *Olma* | 1\\|2 |\n\n"
    "1. Birinchi\n2. Ikkinchi ![rasm](a.png)\n\n"
    "```\nkod bloki\n```\n\n<div>html</div>\n\nIzoh[^1] \\*yulduz\\* &amp; &lt;b&gt;\n\n[^1]: Izoh matni.\n"
)


def unchanged(document: Markdown) -> dict[str, TranslatedUnit]:
    return {unit.id: TranslatedUnit(unit.text, unit.tags) for unit in document.units}


def test_the_sample_release_is_untouched_when_nothing_is_replaced() -> None:
    data = SAMPLE.read_bytes()
    document = Markdown(data)
    assert document.render({}) == data
    assert document.render(unchanged(document)) == data


def test_the_sample_release_keeps_heading_emphasis_and_blank_lines() -> None:
    document = Markdown(SAMPLE.read_bytes())
    rendered = document.render(
        {unit.id: TranslatedUnit("X" * len(unit.text), unit.tags) for unit in document.units}
    ).decode()
    lines = rendered.split("\n")
    original = SAMPLE.read_text(encoding="utf-8").split("\n")
    assert [bool(line.strip()) for line in lines] == [bool(line.strip()) for line in original]
    assert lines[3].startswith("# X")
    assert lines[5].startswith("*X")
    assert lines[5].endswith("X*")
    assert "***XXXXX***" in rendered


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_rich_markdown_is_byte_identical_when_nothing_is_replaced(newline: str) -> None:
    data = RICH.replace("\n", newline).encode()
    assert Markdown(data).render({}) == data


def test_text_is_free_of_markup_and_tags_are_kept_apart() -> None:
    units = {unit.text: unit for unit in Markdown(RICH.encode()).units}
    heading = units["Bosh mavzu"]
    assert [(t.position, t.kind, t.markup) for t in heading.tags] == [
        (5, TagKind.OPEN, "*"),
        (10, TagKind.CLOSE, "*"),
    ]
    assert "Bu qalin matn, havola va  bor. Yumshoq qator\nqattiq qator." in units
    assert {"bir ikki", "Nomi", "Olma", "1|2", "Birinchi", "Izoh matni."} <= units.keys()
    assert "Izoh *yulduz* & <b>" in units


def test_code_html_and_front_matter_are_listed_as_left_alone() -> None:
    alone = Markdown(RICH.encode()).left_alone
    assert [line.split(": ")[1] for line in alone] == ["front matter", "code block", "HTML block"]


def test_a_translation_cannot_become_markup() -> None:
    document = Markdown(b"Salom\n\n| a |\n|---|\n| b |\n")
    hostile = "1. a*b*c | <x> _d_ [q](z) `k`"
    rendered = document.render({unit.id: TranslatedUnit(hostile) for unit in document.units})
    again = Markdown(rendered)
    assert [unit.text for unit in again.units] == [hostile] * 3
    assert all(unit.tags == () for unit in again.units)


def test_markup_that_means_nothing_is_not_escaped() -> None:
    document = Markdown(b"Salom\n")
    rendered = document.render({document.units[0].id: TranslatedUnit("5 * 3 = 15 & a_b")})
    assert rendered == b"5 * 3 = 15 & a_b\n"


def test_tags_that_are_not_the_units_are_refused() -> None:
    document = Markdown(b"Bu *muhim* gap\n")
    with pytest.raises(ValueError, match="line 1"):
        document.render({document.units[0].id: TranslatedUnit("No tags")})
    backwards = tuple(reversed(document.units[0].tags))
    with pytest.raises(ValueError, match="line 1"):
        document.render({document.units[0].id: TranslatedUnit("Long enough text", backwards)})


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="no such units"):
        Markdown(b"Salom\n").render({"nope": TranslatedUnit("x", (Tag(0, TagKind.EMPTY, "x"),))})
