"""Tables and JSON: chosen cells are replaced in place, everything else keeps its bytes."""

import csv
import io
import json
import time

import pytest

from tarjimon.documents.base import TranslatedUnit
from tarjimon.documents.json_lines import JsonTexts
from tarjimon.documents.tables import Table
from tarjimon.errors import InvalidInputError, LimitExceededError

CSV = (
    'id,sarlavha,"matn",hudud,sana\r\n'
    '1,Yangi maktab ochildi,"Bugun ""Zangiota"" tumanida\r\nyangi maktab ochildi.",Toshkent,2024-01-02\r\n'
    '"2",,"Vergul, va nuqta","Samarqand",\r\n'
    "3,Suv keldi,Qishloqqa suv keldi,Buxoro,x"
)


def texts(document: Table | JsonTexts) -> list[str]:
    return [unit.text for unit in document.units]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_columns_with_sentences_are_translated_in_place(codec: str, delimiter: str) -> None:
    rows = list(csv.reader(io.StringIO(CSV)))
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    data = out.getvalue().encode(codec)
    document = Table(data)
    assert texts(document) == [
        rows[1][1],
        rows[1][2].replace("\r\n", "\r\n"),
        rows[2][2],
        rows[3][1],
        rows[3][2],
    ]
    assert document.render({}) == data
    assert document.render({u.id: TranslatedUnit(u.text) for u in document.units}) == data
    rendered = document.render(
        {u.id: TranslatedUnit(f'"{n}"{delimiter}\nЯ') for n, u in enumerate(document.units)}
    )
    again = list(csv.reader(io.StringIO(rendered.decode(codec), newline=""), delimiter=delimiter))
    assert again[1] == ["1", f'"0"{delimiter}\nЯ', f'"1"{delimiter}\nЯ', "Toshkent", "2024-01-02"]
    assert [row[0] for row in again] == ["id", "1", "2", "3"]
    assert again[2] == ["2", "", f'"2"{delimiter}\nЯ', "Samarqand", ""]


def test_other_cells_keep_their_quotes_and_line_ends() -> None:
    document = Table(CSV.encode(), columns=("hudud",))
    assert texts(document) == ["Toshkent", "Samarqand", "Buxoro"]
    rendered = document.render({u.id: TranslatedUnit(u.text.upper()) for u in document.units}).decode()
    expected = (
        CSV.replace("Toshkent", "TOSHKENT").replace("Samarqand", "SAMARQAND").replace("Buxoro", "BUXORO")
    )
    assert rendered == expected


def test_columns_are_named_or_numbered() -> None:
    assert texts(Table(CSV.encode(), columns=("2", "sarlavha"))) == ["Yangi maktab ochildi", "Suv keldi"]
    document = Table(CSV.encode())
    assert document.units[1].place == "line 2, column matn"
    assert document.units[2].place == "line 4, column matn"
    assert "column hudud: holds no sentences" in document.left_alone


@pytest.mark.parametrize(
    ("data", "columns", "message"),
    [
        (CSV, ("yo'q",), r"t\.csv, line 1: there is no column \"yo'q\"; expected some of id, sarlavha"),
        ("a,a\nx y,z w\n", ("a",), r"t\.csv, line 1: 2 columns are named 'a'"),
        ("a,b\n1,\"ochiq qo'shtirnoq\n", (), r"t\.csv, line 2: not a row of a table"),
        ('a,b\n1,"' + "x" * 200_000 + '"\n', (), r"t\.csv, line 2: a cell of more than 131,072"),
        ("", (), r"t\.csv: the file is empty"),
    ],
)
def test_bad_tables_are_refused_with_file_and_line(data: str, columns: tuple[str, ...], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        Table(data.encode(), name="t.csv", columns=columns)


JSON = """{"id": 1.50, "title" : "Yangi maktab ochildi", "title": "Ikkinchi sarlavha ham",
  "items": [ {"text":"Birinchi \\"band\\" matni\\n", "url": "https://a.uz/b"}, {"text": "\\u0422oshkent shahri"} ],
  "tags": ["salom dunyo", "yaxshi kun"], "n": null}
"""


def test_strings_with_sentences_are_translated_in_place() -> None:
    document = JsonTexts(JSON.encode())
    assert texts(document) == [
        "Yangi maktab ochildi", "Ikkinchi sarlavha ham", 'Birinchi "band" matni\n', "Тoshkent shahri",
        "salom dunyo", "yaxshi kun",
    ]  # fmt: skip
    assert document.left_alone == ("key items.url: holds no sentences",)
    assert document.units[2].place == "line 2, items.text"
    assert document.render({}) == JSON.encode()
    assert document.render({u.id: TranslatedUnit(u.text) for u in document.units}) == JSON.encode()
    new = 'Я "x" \\ \n{}'
    rendered = document.render({document.units[4].id: TranslatedUnit(new)}).decode()
    assert json.loads(rendered)["tags"][0] == new
    assert rendered.replace(json.dumps(new, ensure_ascii=False), '"salom dunyo"') == JSON


def test_paths_are_chosen_by_dots() -> None:
    assert texts(JsonTexts(JSON.encode(), columns=("items.url", "tags"))) == [
        "https://a.uz/b", "salom dunyo", "yaxshi kun",
    ]  # fmt: skip


def test_escaped_letters_stay_escaped() -> None:
    data = json.dumps({"t": "Тошкент шаҳри"}).encode()
    document = JsonTexts(data)
    assert (
        document.render({"000000": TranslatedUnit("Город")}, language="ru")
        == json.dumps({"t": "Город"}).encode()
    )


def test_json_lines_are_values_of_their_own() -> None:
    data = b'{"t": "bir ikki", "k": "a"}\r\n\r\n{"t": "uch to\'rt", "k": "b"}\n'
    document = JsonTexts(data, lines=True)
    assert texts(document) == ["bir ikki", "uch to'rt"]
    assert document.units[1].place == "line 3, t"
    assert document.render({"000001": TranslatedUnit("три")}) == data.replace(b"uch to'rt", "три".encode())


@pytest.mark.parametrize(
    ("data", "lines", "message"),
    [
        ('{"a": "b"\n "c"}', False, r"d\.json, line 2, column 2: not JSON"),
        ('{"a": 1}\n{"a": 2}', False, r"d\.json, line 2.*JSON lines"),
        ('{"a": 1} {"a": 2}', True, r"d\.json, line 1.*two values"),
        (" \n", False, r"d\.json: the file is empty"),
        ('{"a": "\x01"}', False, r"d\.json, line 1"),
    ],
)
def test_bad_json_is_refused_with_file_and_line(data: str, lines: bool, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        JsonTexts(data.encode(), name="d.json", lines=lines)


def test_unknown_paths_and_deep_values_are_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"no text at 'x'; expected some of title, items\.text"):
        JsonTexts(JSON.encode(), columns=("x",))
    with pytest.raises(LimitExceededError, match="too deep"):
        JsonTexts(b"[" * 100_000, name="deep.json")


def test_large_files_take_bounded_time() -> None:
    start = time.perf_counter()
    rows = "".join(f'{n},"Salom, dunyo bu matn",x\n' for n in range(50_000))
    document = Table(("a,b,c\n" + rows).encode())
    document.render({u.id: TranslatedUnit("Привет, мир") for u in document.units})
    lines = "".join(f'{{"a": {n}, "b": "Salom dunyo bu matn"}}\n' for n in range(50_000))
    texts_ = JsonTexts(lines.encode(), lines=True)
    texts_.render({u.id: TranslatedUnit("Привет, мир") for u in texts_.units})
    assert len(document.units) == len(texts_.units) == 50_000
    assert time.perf_counter() - start < 30
