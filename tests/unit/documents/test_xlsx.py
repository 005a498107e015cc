"""Workbooks keep formulas, numbers and everything else but the texts that were replaced."""

import datetime
import io
import re
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

from tarjimon.documents.base import TranslatedUnit
from tarjimon.documents.xlsx import Xlsx


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def again(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def shared(data: bytes) -> bytes:
    """The workbook with all strings in one table, as Excel keeps them; openpyxl keeps each in its cell."""
    parts = members(data)
    strings: list[bytes] = []

    def number(match: re.Match[bytes]) -> bytes:
        if match[2] not in strings:
            strings.append(match[2])
        return b'<c%st="s"><v>%d</v></c>' % (match[1], strings.index(match[2]))

    for name in parts:
        if name.startswith("xl/worksheets/sheet"):
            parts[name] = re.sub(rb'<c([^>]*)t="inlineStr"[^>]*><is>(.*?)</is></c>', number, parts[name])
    items = b"".join(b"<si>%s</si>" % string for string in strings)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{main}">'.encode() + items + b"</sst>"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    for name, end, entry in (
        (
            "xl/_rels/workbook.xml.rels",
            b"</Relationships>",
            f'<Relationship Id="s1" Type="{relation}" Target="sharedStrings.xml"/>',
        ),
        (
            "[Content_Types].xml",
            b"</Types>",
            f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/>',
        ),
    ):
        assert b"sharedStrings" not in parts[name]
        parts[name] = parts[name].replace(end, entry.encode() + end)
    return zipped(parts)


def upper(document: Xlsx) -> dict[str, TranslatedUnit]:
    return {unit.id: TranslatedUnit(unit.text.upper(), unit.tags) for unit in document.units}


def report() -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Hisobot"
    for row in (
        ["Viloyat", "Soni", "Sana", "Jami"],
        ["Buxoro", 12, datetime.date(2026, 11, 24), "=B2*2"],
        ["Navoiy", 3.5, None, '=CONCATENATE(A3," soni")'],
        ["Buxoro", 1, None, "=SUM(B2:B4)"],
    ):
        sheet.append(row)
    sheet["A2"].comment = Comment("Izoh matni", "Muallif")
    book.create_sheet("Ikkinchi")["B4"] = "Boshqa varaq"
    return book


def test_texts_are_found_once_with_their_first_cell() -> None:
    assert [(unit.text, unit.place) for unit in Xlsx(shared(saved(report()))).units] == [
        ("Viloyat", "sheet Hisobot, A1"),
        ("Soni", "sheet Hisobot, B1"),
        ("Sana", "sheet Hisobot, C1"),
        ("Jami", "sheet Hisobot, D1"),
        ("Buxoro", "sheet Hisobot, A2"),
        ("Navoiy", "sheet Hisobot, A3"),
        ("Boshqa varaq", "sheet Ikkinchi, B4"),
        ("Izoh matni", "sheet Hisobot, comment on A2"),
    ]


def test_formulas_numbers_and_dates_stay() -> None:
    data = shared(saved(report()))
    document = Xlsx(data)
    sheet = again(document.render(upper(document)))["Hisobot"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["VILOYAT", "SONI", "SANA", "JAMI"],
        ["BUXORO", 12, datetime.datetime(2026, 11, 24), "=B2*2"],
        ["NAVOIY", 3.5, None, '=CONCATENATE(A3," soni")'],
        ["BUXORO", 1, None, "=SUM(B2:B4)"],
    ]
    assert sheet["A2"].comment.text == "IZOH MATNI"


def test_only_parts_with_texts_are_written_anew() -> None:
    data = shared(saved(report()))
    document = Xlsx(data)
    assert document.render({}) == data
    after = members(document.render(upper(document)))
    changed = {name for name, content in members(data).items() if after[name] != content}
    assert changed == {"xl/sharedStrings.xml", "xl/comments/comment1.xml"}


def test_words_that_formulas_compare_with_are_left_alone() -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["A2"], book.active["A3"] = "Ha", "ha", "Hammasi"
    book.active["B1"] = '=IF(A1="Ha",1,"Yo\'q")'
    document = Xlsx(saved(book))
    assert [unit.text for unit in document.units] == ["Hammasi"]
    assert document.left_alone == (
        "sheet Sheet, A1: a word that a formula compares with",
        "sheet Sheet, A2: a word that a formula compares with",
    )


def test_choices_of_a_list_are_left_alone() -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "Yangi"
    book.active["A2"] = "Boshqa"
    choice = DataValidation(type="list", formula1='"Yangi, Eski"', prompt="Tanlang", showInputMessage=True)
    choice.add("A1")
    book.active.add_data_validation(choice)
    document = Xlsx(saved(book))
    assert [unit.text for unit in document.units] == ["Boshqa"]
    assert "sheet Sheet: A1: messages of a data validation are not read" in document.left_alone


@pytest.mark.parametrize("kept", [shared, bytes], ids=["shared strings", "strings in cells"])
def test_headers_of_tables_are_left_alone_wherever_they_stand(kept: Callable[[bytes], bytes]) -> None:
    book = report()
    book["Hisobot"].add_table(Table(displayName="T1", ref="A1:B4"))
    document = Xlsx(kept(saved(book)))
    texts = [unit.text for unit in document.units]
    assert "Viloyat" not in texts
    assert "Soni" not in texts
    assert {"Sana", "Buxoro"} <= set(texts)
    assert "sheet Hisobot, B1: header of a table, by which formulas know the column" in document.left_alone
    again(document.render(upper(document)))


def test_printed_headers_and_charts_are_listed() -> None:
    book = report()
    sheet = book["Hisobot"]
    sheet.oddHeader.center.text = "Sahifa boshi"
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=4), titles_from_data=True)
    sheet.add_chart(chart, "F1")
    assert Xlsx(saved(book)).left_alone == (
        "sheet Hisobot: header and footer of the printed page are not read",
        "chart 1: text in a chart is not read",
    )


def inline(data: bytes) -> bytes:
    """The workbook with a string of its own in a new cell, a calculated text, and a reading aid."""
    parts = members(data)
    sheet = parts["xl/worksheets/sheet1.xml"]
    row = (
        b'<row r="9"><c r="A9" t="inlineStr"><is><r><t>Ichki </t></r><r><rPr><b/></rPr><t>matn</t></r></is></c>'
        b'<c r="B9" t="str"><f>A1&amp;"!"</f><v>Viloyat!</v></c></row></sheetData>'
    )
    assert b"</sheetData>" in sheet
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b"</sheetData>", row)
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b' fullCalcOnLoad="1"', b"")
    assert b"<calcPr" in parts["xl/workbook.xml"]
    return zipped(parts)


def test_strings_of_a_cell_are_read_and_calculated_texts_are_calculated_anew() -> None:
    document = Xlsx(inline(saved(report())))
    (unit,) = (unit for unit in document.units if unit.place == "sheet Hisobot, A9")
    assert (unit.text, len(unit.tags)) == ("Ichki matn", 2)
    new = document.render({unit.id: TranslatedUnit("INNER TEXT", unit.tags)})
    sheet = members(new)["xl/worksheets/sheet1.xml"]
    assert b"INNER " in sheet
    assert b"<b/></rPr><t>TEXT</t>" in sheet
    assert b"<v>Viloyat!</v>" in sheet
    assert b'fullCalcOnLoad="1"' in members(new)["xl/workbook.xml"]


@pytest.mark.parametrize("text", ["ikki\nqator", "  bo'sh  joy ", "_x0041_ kodi", "bell\x07", "<b>&amp;"])
def test_odd_texts_come_back(text: str) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "Salom"
    document = Xlsx(saved(book))
    new = document.render({document.units[0].id: TranslatedUnit(text)})
    assert [unit.text for unit in Xlsx(new).units] == [text]


def test_an_empty_workbook_has_no_units() -> None:
    data = saved(openpyxl.Workbook())
    assert Xlsx(data).units == ()
    assert Xlsx(data).render({}) == data
