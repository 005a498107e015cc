"""HTML: only texts change, in their places; a translation never becomes markup."""

import time

import lxml.html
import pytest

from tarjimon.documents.base import Document, TagKind, TranslatedUnit
from tarjimon.documents.html import Html
from tarjimon.errors import InvalidInputError

PAGE = """<!DOCTYPE html>
<!-- izoh -->
<html lang="uz" dir=ltr>
<head><meta charset="utf-8"><title>Bosh sahifa &amp; yangiliklar</title>
<meta name="description" content="Vazirlik yangiliklari"><meta name=viewport content="width=device-width">
<script>if (a < b) { "salom" }</script><style>p { color: red }</style></head>
<body>
  <h1>Katta   <em>muhim</em>
     xabar</h1>
  <p>Bu <a href='x?a=1&b=2' title="Batafsil o'qish">havola</a>&nbsp;va <code>kod()</code> bor.<br/>Ikkinchi qator.</p>
  <p><img src=a.png alt=Rasm> Rasm tagidagi matn<!-- ichki --></p>
  <ul><li>Birinchi<li>Ikkinchi <span translate="no">Tarjimon</span> band</ul>
  <pre>  kod   bloki </pre>
  <div translate=no><p>Tegilmasin</p></div>
  <p lang="ru">Русский абзац</p>
  <td>5 < 6 va 7 &gt; 2</td>
  <input type="submit" value="Yuborish"><input placeholder="Qidirish">
  <p>— 	</p>
</body></html>
"""


def unchanged(document: Document) -> dict[str, TranslatedUnit]:
    return {unit.id: TranslatedUnit(unit.text, unit.tags) for unit in document.units}


def texts(document: Html) -> list[str]:
    return [unit.text for unit in document.units]


def test_a_page_is_read_in_order_with_its_attributes() -> None:
    assert texts(Html(PAGE.encode())) == [
        "Bosh sahifa & yangiliklar",
        "Vazirlik yangiliklari",
        "Katta muhim xabar",
        "Bu havola\xa0va bor.\nIkkinchi qator.",
        "Batafsil o'qish",
        "Rasm",
        "Rasm tagidagi matn",
        "Birinchi",
        "Ikkinchi band",
        "Русский абзац",
        "5 < 6 va 7 > 2",
        "Yuborish",
        "Qidirish",
    ]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_is_not_replaced_keeps_its_bytes(newline: str) -> None:
    data = PAGE.replace("\n", newline).encode()
    document = Html(data)
    assert document.render({}) == data
    assert document.render(unchanged(document)) == data
    [first] = [unit for unit in document.units if unit.text == "Birinchi"]
    assert document.render({first.id: TranslatedUnit("Первый")}) == data.replace(
        b"Birinchi", "Первый".encode()
    )


def test_code_scripts_and_marked_parts_are_listed() -> None:
    assert list(Html(PAGE.encode()).left_alone) == [
        "line 6: script",
        "line 6: style sheet",
        "line 10: code",
        'line 12: marked translate="no"',
        "line 13: preformatted text",
        'line 14: marked translate="no"',
    ]


def test_inline_elements_are_tags_and_code_is_one_tag() -> None:
    units = {unit.text.split()[0]: unit for unit in Html(PAGE.encode()).units}
    assert [(t.position, t.kind, t.markup) for t in units["Bu"].tags] == [
        (3, TagKind.OPEN, "<a href='x?a=1&b=2' title=\"Batafsil o'qish\">"),
        (9, TagKind.CLOSE, "</a>"),
        (13, TagKind.EMPTY, "<code>kod()</code>"),
    ]
    unit = next(u for u in Html(PAGE.encode()).units if u.text.startswith("Bu"))
    document = Html(PAGE.encode())
    opened, closed, code = unit.tags
    new = TranslatedUnit(
        "Код и ссылка\xa0тут.\nВторая.",
        tuple(type(t)(p, t.kind, t.markup, t.pair) for t, p in ((code, 4), (opened, 6), (closed, 12))),
    )
    attribute = next(u for u in document.units if u.text.startswith("Batafsil"))
    rendered = document.render({unit.id: new, attribute.id: TranslatedUnit('Читать "всё"')}).decode()
    assert (
        "<p>Код <code>kod()</code> и <a href='x?a=1&b=2' title=\"Читать &quot;всё&quot;\">ссылка</a>"
        "&nbsp;тут.<br/>Вторая.</p>" in rendered
    )


HOSTILE = '<script>alert(1)</script> & "x" \' --> </title></p> &lt;'


@pytest.mark.parametrize("source", ["<p>Salom</p>", "<title>Salom</title>", "<img alt=Salom>", "<td>Salom"])
def test_a_translation_never_becomes_markup(source: str) -> None:
    document = Html(source.encode())
    rendered = document.render({document.units[0].id: TranslatedUnit(HOSTILE)}).decode()
    before, after = (lxml.html.document_fromstring(text) for text in (source, rendered))
    assert [e.tag for e in before.iter()] == [e.tag for e in after.iter()]
    assert HOSTILE in (after.text_content() + "".join(e.get("alt") or "" for e in after.iter()))
    assert [unit.text for unit in Html(rendered.encode()).units] == [HOSTILE]


def test_the_pages_language_changes_and_that_of_a_quotation_stays() -> None:
    rendered = Html(PAGE.encode()).render({}, language="en").decode()
    assert '<html lang="en" dir=ltr>' in rendered
    assert '<p lang="ru">' in rendered
    assert rendered.replace('lang="en"', 'lang="uz"') == PAGE


def test_a_declared_encoding_is_used_and_what_it_cannot_write_becomes_a_reference() -> None:
    data = '<meta charset="windows-1251"><p>Тошкент</p>'.encode("cp1251")
    document = Html(data)
    assert texts(document) == ["Тошкент"]
    assert document.render({}) == data
    rendered = document.render({document.units[0].id: TranslatedUnit("Қўқон — Tashkent")})
    assert "&#1178;ў&#1179;он — Tashkent".encode("cp1251") in rendered
    assert Html("<p>Салом</p>".encode("utf-16")).units[0].text == "Салом"


def test_an_unknown_or_wrong_encoding_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"p\.html: there is no encoding 'klingon'"):
        Html(b"<meta charset=klingon><p>x</p>", name="p.html")
    with pytest.raises(InvalidInputError, match=r"p\.html, line 2.*cp1251"):
        Html(b"<p>\n" + "Тошкент шаҳри".replace("ҳ", "х").encode("cp1251"), name="p.html")


def test_an_empty_file_is_refused_and_a_page_without_text_has_no_units() -> None:
    with pytest.raises(InvalidInputError, match=r"p\.html: the file is empty"):
        Html(b" \n", name="p.html")
    assert Html(b"<p></p>").units == ()


@pytest.mark.parametrize(
    "broken",
    ["<p>a <b>b <i>c</b> d</i> e", "<b>a<p>b</b>c", "</p>x</div>", "<p title='x>y", "<pre>x"],
)
def test_broken_markup_keeps_its_bytes(broken: str) -> None:
    document = Html(broken.encode())
    assert document.render({}) == broken.encode()
    rendered = document.render(
        {unit.id: TranslatedUnit(unit.text + "!", unit.tags) for unit in document.units}
    ).decode()
    assert rendered.replace("!", "") == broken


@pytest.mark.parametrize("unfinished", ["a <!-- x", "a <b", "a &am", "a <"])
def test_markup_that_never_ends_is_text(unfinished: str) -> None:
    document = Html(unfinished.encode())
    assert document.render({}) == unfinished.encode()
    [unit] = document.units
    assert "<" not in document.render({unit.id: TranslatedUnit(unit.text + ".", unit.tags)}).decode()


def test_a_page_of_many_megabytes_takes_bounded_time() -> None:
    data = ("<p>Salom <b>dunyo</b>, bu uzun matn.</p>\n" * 25_000).encode()
    start = time.perf_counter()
    document = Html(data)
    document.render({unit.id: TranslatedUnit("Привет, дорогой мир", unit.tags) for unit in document.units})
    assert time.perf_counter() - start < 20
    assert len(document.units) == 25_000
