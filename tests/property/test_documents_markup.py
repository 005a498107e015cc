"""Random markup: tags in are tags out, nothing replaced is nothing changed, and no translation becomes markup."""

import json
from collections import Counter

import lxml.html
import polib
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tarjimon.documents.base import Document, Tag, TranslatedUnit, Unit
from tarjimon.documents.html import Html
from tarjimon.documents.json_lines import JsonTexts
from tarjimon.documents.po import Po
from tarjimon.documents.subtitles import Subtitles
from tarjimon.documents.tables import Table
from tarjimon.documents.xliff import Xliff

WORDS = st.sampled_from(
    ["Salom", "dunyo", "bo'lib", "o'tdi.", "Тошкент", "&amp;", "2024", "«qo'shtirnoq»", " ", "  "]
)
TEXT = st.lists(WORDS, min_size=1, max_size=5).map(" ".join)
NEW = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]) | st.sampled_from("<>&\"'\\%{}[]-:\n "),
    max_size=60,
)


def nested(names: list[str], empty: list[str]) -> st.SearchStrategy[str]:
    """Text with elements in each other."""

    def around(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        wrapped = st.tuples(st.sampled_from(names), inner).map(
            lambda p: f"<{p[0]}>{p[1]}</{p[0].split()[0]}>"
        )
        return st.lists(wrapped | inner | st.sampled_from(empty), min_size=1, max_size=4).map("".join)

    return st.recursive(TEXT, around, max_leaves=8)


HTML = nested(
    ["b", "i", "a href='x'", 'span title="izoh matni"', "code", "p", "td", 'b translate="no"'],
    ["<br>", "<img src=a alt=Rasm>", "<!-- c -->", "&nbsp;", "<wbr>", "</b>", "<i>", "\n  "],
)
XLIFF = st.recursive(
    TEXT,
    lambda inner: st.lists(
        st.tuples(st.integers(1, 10**6), inner).map(lambda p: f'<g id="g{p[0]}">{p[1]}</g>')
        | inner
        | st.integers(1, 10**6).map(lambda n: f'<x id="x{n}"/>')
        | st.tuples(st.integers(1, 10**6), inner).map(
            lambda p: f'<bpt id="{p[0]}">&lt;b&gt;</bpt>{p[1]}<ept id="{p[0]}">&lt;/b&gt;</ept>'
        ),
        min_size=1,
        max_size=4,
    ).map("".join),
    max_leaves=8,
)


def projected(unit: Unit, text: str, data: st.DataObject) -> TranslatedUnit:
    """The unit's tags in their order, at random places of a text."""
    places = sorted(
        data.draw(st.lists(st.integers(0, len(text)), min_size=len(unit.tags), max_size=len(unit.tags)))
    )
    tags = [Tag(p, t.kind, t.markup, t.pair) for p, t in zip(places, unit.tags, strict=True)]
    return TranslatedUnit(text, tuple(tags))


def unchanged(document: Document) -> dict[str, TranslatedUnit]:
    return {unit.id: TranslatedUnit(unit.text, unit.tags) for unit in document.units}


def elements(html: bytes) -> Counter[str]:
    root = lxml.html.fromstring("<div>" + html.decode() + "</div>")
    return Counter(str(e.tag) for e in root.iter())


@settings(deadline=None)
@given(HTML.filter(str.strip), st.data())
def test_html_keeps_its_elements(source: str, data: st.DataObject) -> None:
    encoded = source.encode()
    document = Html(encoded)
    assert document.render({}) == encoded
    assert document.render(unchanged(document)) == encoded
    translated = {u.id: projected(u, data.draw(NEW).replace("\n", " "), data) for u in document.units}
    rendered = document.render(translated)
    markup = Counter(piece.split()[0] for piece in rendered.decode().replace("<br>", "").split("<")[1:])
    before = Counter(piece.split()[0] for piece in source.replace("<br>", "").split("<")[1:])
    assert sum(markup.values()) == sum(before.values())


@settings(deadline=None)
@given(TEXT, NEW)
def test_a_text_in_html_stays_a_text(source: str, new: str) -> None:
    document = Html(f"<p>{source}</p>".encode())
    if not document.units:
        return
    rendered = document.render({document.units[0].id: TranslatedUnit(new.replace("\n", " "))})
    assert elements(rendered) == Counter(div=1, p=1)
    assert lxml.html.fromstring(rendered.decode()).text_content().strip() == new.replace("\n", " ").strip()


@settings(deadline=None)
@given(XLIFF, st.data())
def test_xliff_targets_hold_the_codes_of_their_sources(source: str, data: st.DataObject) -> None:
    encoded = (
        '<xliff version="1.2"><file original="a" source-language="uz" datatype="x"><body><trans-unit id="1">'
        f'<source xml:space="preserve">{source}</source></trans-unit></body></file></xliff>'
    ).encode()
    document = Xliff(encoded)
    assert document.render({}) == encoded
    if not document.units:
        return
    [unit] = document.units
    new = projected(unit, data.draw(NEW), data)
    root = etree.fromstring(document.render({unit.id: new}))
    sides = [next(root.iter(name)) for name in ("source", "target")]
    codes = [Counter((e.tag, e.get("id")) for e in side.iter() if e is not side) for side in sides]
    assert codes[0] == codes[1]
    same = etree.fromstring(document.render(unchanged(document)))
    sides = [next(same.iter(name)) for name in ("source", "target")]
    inner = [
        etree.tostring(side, encoding="unicode", with_tail=False).split(">", 1)[1].rsplit("<", 1)[0]
        for side in sides
    ]
    assert " ".join(inner[0].split()) == " ".join(inner[1].split())


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["Fayl", "%s", "{name}", "%(n)d", "topilmadi", "100%%"]), min_size=1), st.data()
)
def test_po_keeps_placeholders(words: list[str], data: st.DataObject) -> None:
    source = " ".join(words)
    document = Po(f'msgid "{source}"\nmsgstr ""\n'.encode())
    if not document.units:
        return
    [unit] = document.units
    text = data.draw(st.lists(st.sampled_from(["Файл", "не", "найден", '"', "\\"]), min_size=1).map(" ".join))
    rendered = document.render({unit.id: projected(unit, text, data)})
    again = Po(rendered.replace(b"#, fuzzy\n", b"").replace(b"msgid", b"#, x\nmsgid"))
    line = rendered.decode().split("msgstr ")[1]
    assert Counter(t.markup for t in unit.tags) == Counter(
        {mark: line.count(mark) for mark in {t.markup for t in unit.tags}}
    )
    assert again.left_alone
    [same] = polib.pofile(document.render(unchanged(document)).decode())
    assert same.msgstr == same.msgid == source


@settings(deadline=None)
@given(NEW.filter(str.strip), st.booleans(), st.data())
def test_subtitles_keep_their_cues(new: str, vtt: bool, data: st.DataObject) -> None:
    head, stop = ("WEBVTT\n\n", ".") if vtt else ("", ",")
    source = head + "".join(
        f"{n}\n00:00:0{n}{stop}000 --> 00:00:0{n}{stop}900\nSalom <i>katta</i> dunyo <b>bor</b>\n\n"
        for n in (1, 2, 3)
    )
    document = Subtitles(source.encode(), vtt=vtt)
    unit = document.units[1]
    again = Subtitles(document.render({unit.id: projected(unit, new, data)}), vtt=vtt)
    assert [u.text for u in (again.units[0], again.units[-1])] == ["Salom katta dunyo bor"] * 2
    assert len(again.units) == (3 if any(c.isalnum() for c in new) else 2)


CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from(',;"\n\t '), max_size=20)


@settings(deadline=None)
@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=5), NEW)
def test_tables_and_json_keep_other_cells(rows: list[tuple[str, str]], new: str) -> None:
    table = [("a", "b"), *rows]
    text = "".join(",".join('"' + c.replace('"', '""') + '"' for c in row) + "\r\n" for row in table)
    document = Table(text.encode(), columns=("b",))
    assert document.render({}) == text.encode()
    expected = [(a, new if any(c.isalpha() for c in b) else b) for a, b in rows]
    rendered = document.render({u.id: TranslatedUnit(new) for u in document.units})
    written = [("a", "b"), *expected]
    assert rendered.decode() == "".join(
        ",".join('"' + c.replace('"', '""') + '"' for c in row) + "\r\n" for row in written
    )
    data = json.dumps([{"a": a, "b": b} for a, b in rows], ensure_ascii=False)
    values = JsonTexts(data.encode(), columns=("b",))
    assert values.render(unchanged(values)) == data.encode()
    answer = json.loads(values.render({u.id: TranslatedUnit(new) for u in values.units}))
    assert [(v["a"], v["b"]) for v in answer] == expected
