"""Presentations keep everything but the texts that were replaced."""

import io
import zipfile

import pptx
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from tarjimon.documents.base import Tag, TagKind, TranslatedUnit, Unit
from tarjimon.documents.pptx import Pptx


def saved(show: pptx.presentation.Presentation) -> bytes:
    out = io.BytesIO()
    show.core_properties.comments = ""
    show.core_properties.title = ""
    show.save(out)
    return out.getvalue()


def again(data: bytes) -> pptx.presentation.Presentation:
    return pptx.Presentation(io.BytesIO(data))


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def upper(document: Pptx) -> dict[str, TranslatedUnit]:
    return {unit.id: TranslatedUnit(unit.text.upper(), unit.tags) for unit in document.units}


def full_show() -> bytes:
    show = pptx.Presentation()
    first = show.slides.add_slide(show.slide_layouts[0])
    first.shapes.title.text = "Sarlavha"
    first.placeholders[1].text = "Kichik sarlavha"
    second = show.slides.add_slide(show.slide_layouts[5])
    second.shapes.title.text = "Jadval"
    table = second.shapes.add_table(2, 2, Inches(1), Inches(2), Inches(4), Inches(1)).table
    table.cell(1, 0).text = "Katak"
    group = second.shapes.add_group_shape()
    box = group.shapes.add_textbox(Inches(1), Inches(4), Inches(3), Inches(1))
    box.text_frame.text = "Guruhdagi matn"
    box._element.nvSpPr.cNvPr.set("descr", "Rasm izohi")
    second.notes_slide.notes_text_frame.text = "Ma'ruzachi uchun"
    return saved(show)


def with_paragraph(*runs: tuple[str, bool]) -> tuple[Pptx, Unit]:
    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[6])
    paragraph = slide.shapes.add_textbox(Inches(1), Inches(1), Inches(4), Inches(1)).text_frame.paragraphs[0]
    for text, bold in runs:
        if text == "\n":
            paragraph.add_line_break()
            continue
        run = paragraph.add_run()
        run.text = text
        run.font.bold = bold or None
    document = Pptx(saved(show))
    assert len(document.units) == 1
    return document, document.units[0]


def first_paragraph(data: bytes) -> pptx.text.text._Paragraph:
    return again(data).slides[0].shapes[0].text_frame.paragraphs[0]


def test_every_text_is_found_with_its_place() -> None:
    assert [(unit.text, unit.place) for unit in Pptx(full_show()).units] == [
        ("Sarlavha", "slide 1, title"),
        ("Kichik sarlavha", "slide 1, subtitle"),
        ("Jadval", "slide 2, title"),
        ("Katak", "slide 2, table 1, row 2, cell 1"),
        ("Rasm izohi", "slide 2, alternative text of an image"),
        ("Guruhdagi matn", "slide 2, text 1"),
        ("Ma'ruzachi uchun", "slide 2, notes, text 1"),
    ]


def test_slides_are_in_the_order_in_which_they_are_shown() -> None:
    show = again(full_show())
    slides = show.slides._sldIdLst
    slides.append(slides[0])
    places = {unit.text: unit.place for unit in Pptx(saved(show)).units}
    assert places["Jadval"] == "slide 1, title"
    assert places["Sarlavha"] == "slide 2, title"


def test_nothing_replaced_is_the_same_file() -> None:
    data = full_show()
    document = Pptx(data)
    assert document.render({}) == data
    unchanged = {unit.id: TranslatedUnit(unit.text, unit.tags) for unit in document.units}
    assert document.render(unchanged) == data


def test_every_text_is_replaced_and_other_parts_keep_their_bytes() -> None:
    data = full_show()
    document = Pptx(data)
    new = document.render(upper(document))
    assert [u.text for u in Pptx(new).units] == [u.text.upper() for u in document.units]
    after = members(new)
    assert {name for name, content in members(data).items() if after[name] != content} == {
        "ppt/slides/slide1.xml",
        "ppt/slides/slide2.xml",
        "ppt/notesSlides/notesSlide1.xml",
    }


def test_formatting_and_line_breaks_move_with_their_words() -> None:
    document, unit = with_paragraph(
        ("Bu ", False), ("muhim", True), (" gap", False), ("\n", False), ("ikki", False)
    )
    assert unit.text == "Bu muhim gap\nikki"
    opening, closing = unit.tags
    new = TranslatedUnit(
        "An important\ntwo",
        (
            Tag(3, TagKind.OPEN, opening.markup, opening.pair),
            Tag(12, TagKind.CLOSE, closing.markup, closing.pair),
        ),
    )
    paragraph = first_paragraph(document.render({unit.id: new}))
    assert [(run.text, run.font.bold) for run in paragraph.runs] == [
        ("An ", None),
        ("important", True),
        ("two", None),
    ]
    assert paragraph.text == "An important\vtwo"


def test_tabs_stand_between_texts() -> None:
    document, unit = with_paragraph(("Vazir\t\tKarimov", False))
    assert unit.text == "Vazir\nKarimov"
    changed = TranslatedUnit(
        "Deputy\nKarimov", tuple(Tag(7, tag.kind, tag.markup, tag.pair) for tag in unit.tags)
    )
    assert first_paragraph(document.render({unit.id: changed})).text == "Deputy\t\tKarimov"


def test_slide_numbers_are_kept_and_not_offered() -> None:
    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[6])
    paragraph = slide.shapes.add_textbox(Inches(1), Inches(1), Inches(4), Inches(1)).text_frame.paragraphs[0]
    paragraph.add_run().text = "Bet "
    field = paragraph._p.makeelement(
        paragraph._p.tag.replace("}p", "}fld"), {"type": "slidenum", "id": "{1}"}
    )
    paragraph._p.append(field)
    document = Pptx(saved(show))
    (unit,) = document.units
    assert (unit.text, len(unit.tags)) == ("Bet ", 1)
    rebuilt = first_paragraph(
        document.render({unit.id: TranslatedUnit("Page ", (Tag(5, TagKind.EMPTY, unit.tags[0].markup),))})
    )
    assert [child.tag.rpartition("}")[2] for child in rebuilt._p] == ["r", "fld"]


def test_language_marks_follow_the_target_or_go() -> None:
    document, unit = with_paragraph(("Salom", True))
    text = {unit.id: TranslatedUnit("Hi")}
    (run,) = first_paragraph(document.render(text, language="ru")).runs
    assert run._r.rPr.get("lang") == "ru"
    marked = Pptx(document.render(text, language="ru"))
    (run,) = first_paragraph(marked.render({marked.units[0].id: TranslatedUnit("Hello")})).runs
    assert (run.text, run._r.rPr.get("lang"), run.font.bold) == ("Hello", None, True)


def test_static_text_of_a_layout_is_translated_and_its_prompts_are_not() -> None:
    show = pptx.Presentation()
    layout = show.slide_layouts[6]
    slide = show.slides.add_slide(layout)
    box = slide.shapes.add_textbox(Inches(1), Inches(1), Inches(4), Inches(1))
    box.text_frame.text = "Vazirlik"
    layout.shapes._spTree.append(box._element)
    assert [(u.text, u.place) for u in Pptx(saved(show)).units] == [("Vazirlik", "layout of slide 1, text 1")]


def test_charts_and_their_workbooks_are_listed() -> None:
    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[6])
    chart = CategoryChartData()
    chart.categories = ["Sharq"]
    chart.add_series("Savdo", (1.0,))
    slide.shapes.add_chart(XL_CHART_TYPE.PIE, Inches(1), Inches(1), Inches(3), Inches(3), chart)
    alone = Pptx(saved(show)).left_alone
    assert "chart 1: text in a chart is not read" in alone
    assert any(line.startswith("embedded file 1: ") for line in alone)


def test_an_empty_presentation_has_no_units() -> None:
    data = saved(pptx.Presentation())
    assert Pptx(data).units == ()
    assert Pptx(data).render({}) == data
