"""Plain text: lines and paragraphs are replaced, white space and encoding stay."""

import pytest

from tarjimon.documents.base import TranslatedUnit
from tarjimon.documents.plain import PlainText
from tarjimon.errors import InvalidInputError

TEXT = "\ufeff Birinchi qator \r\n\r\n\tIkkinchi qator\n\n\nUchinchi\x85 qator"


def test_white_space_and_line_ends_stay() -> None:
    data = TEXT.encode("utf-8")
    document = PlainText(data)
    assert document.render({}) == data
    new = document.render({unit.id: TranslatedUnit("X") for unit in document.units})
    assert new.decode("utf-8-sig").split("X") == ["", "\r\n\r\n", "\n\n\n", ""]


def test_places_name_lines() -> None:
    document = PlainText(b"a\n\nb\r\nc")
    assert [unit.place for unit in document.units] == ["line 1", "line 3", "line 4"]


def test_wrapped_lines_are_one_unit() -> None:
    document = PlainText(b"bir\nikki\n\nuch", wrapped=True)
    assert [unit.text for unit in document.units] == ["bir\nikki", "uch"]


@pytest.mark.parametrize(("codec", "given"), [("utf-16", None), ("cp1251", "cp1251"), ("utf-8-sig", None)])
def test_an_encoding_comes_back_the_same(codec: str, given: str | None) -> None:
    data = "Тошкент шаҳри".replace("ҳ", "х").encode(codec)
    document = PlainText(data, encoding=given)
    assert document.units[0].text.endswith("Тошкент шахри")
    assert document.render({}) == data


def test_bytes_of_another_encoding_name_line_and_byte() -> None:
    data = b"yaxshi\n" + "Тошкент".encode("cp1251")
    with pytest.raises(InvalidInputError, match=r"report\.txt, line 2, byte 7: .*--encoding"):
        PlainText(data, name="report.txt")


def test_an_unknown_encoding_is_named() -> None:
    with pytest.raises(InvalidInputError, match="klingon"):
        PlainText(b"x", encoding="klingon")
