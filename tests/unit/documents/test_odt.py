"""OpenDocument texts keep everything but the texts that were replaced."""

import io
import zipfile

import odfdo
import pytest

from tarjimon.documents.base import Tag, TagKind, TranslatedUnit, Unit
from tarjimon.documents.odt import Odt

NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:officeooo="http://openoffice.org/2009/office"'
)


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_body(body: str, styles: str = "") -> bytes:
    """A text with this body and these automatic styles."""
    blank = io.BytesIO()
    odfdo.Document("text").save(blank)
    out = io.BytesIO()
    with zipfile.ZipFile(blank) as source, zipfile.ZipFile(out, "w") as target:
        for info in source.infolist():
            content = source.read(info)
            if info.filename == "content.xml":
                content = (
                    f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {NAMES} office:version="1.3">'
                    f"<office:automatic-styles>{styles}</office:automatic-styles>"
                    f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
                ).encode()
            target.writestr(info, content)
    return out.getvalue()


def texts(document: Odt) -> list[Unit]:
    return [
        unit
        for unit in document.units
        if not unit.place.startswith(("document properties", "header", "footer"))
    ]


def only(body: str, styles: str = "") -> tuple[Odt, Unit]:
    document = Odt(with_body(body, styles))
    (unit,) = texts(document)
    return document, unit


def paragraph_xml(data: bytes) -> str:
    content = members(data)["content.xml"].decode()
    return content[content.index("<text:p") : content.rindex("</text:p>") + 9]


def upper(document: Odt) -> dict[str, TranslatedUnit]:
    return {unit.id: TranslatedUnit(unit.text.upper(), unit.tags) for unit in document.units}


FULL = (
    '<text:sequence-decls><text:sequence-decl text:name="T"/></text:sequence-decls>'
    '<text:h text:outline-level="1">Sarlavha</text:h>'
    "<text:list><text:list-item><text:p>Band</text:p></text:list-item></text:list>"
    "<table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>Ustun</text:p></table:table-cell>"
    "</table:table-row></table:table-header-rows><table:table-row><table:table-cell><text:p>Katak</text:p>"
    "<text:p>ikki</text:p></table:table-cell></table:table-row></table:table>"
    '<text:p>Izohli<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body>'
    "<text:p>Izoh</text:p></text:note-body></text:note> gap<office:annotation><dc:creator>A</dc:creator>"
    "<text:p>Sharh</text:p></office:annotation>.</text:p>"
    "<text:p><draw:frame><draw:text-box><text:p>Quti</text:p></draw:text-box><svg:title>Nomi</svg:title>"
    "<svg:desc>Rasm izohi</svg:desc></draw:frame></text:p>"
    "<text:section><text:p>Bo'lim</text:p></text:section>"
)


def test_every_text_is_found_with_its_place() -> None:
    assert [(unit.text, unit.place) for unit in texts(Odt(with_body(FULL)))] == [
        ("Sarlavha", "paragraph 1"),
        ("Band", "paragraph 2"),
        ("Ustun", "table 1, row 1, cell 1"),
        ("Katak", "table 1, row 2, cell 1, paragraph 1"),
        ("ikki", "table 1, row 2, cell 1, paragraph 2"),
        ("Izohli gap.", "paragraph 3"),
        ("Izoh", "footnote 1, paragraph 1"),
        ("Sharh", "comment 1, paragraph 1"),
        ("Nomi", "paragraph 4, title of an image"),
        ("Rasm izohi", "paragraph 4, alternative text of an image"),
        ("Quti", "paragraph 4, text box, paragraph 1"),
        ("Bo'lim", "paragraph 5"),
    ]


def test_every_text_is_replaced_and_other_parts_keep_their_bytes() -> None:
    data = with_body(FULL)
    document = Odt(data)
    assert document.render({}) == data
    new = document.render({u.id: TranslatedUnit(u.text.upper(), u.tags) for u in texts(document)})
    assert [u.text for u in texts(Odt(new))] == [u.text.upper() for u in texts(document)]
    before, after = members(data), members(new)
    assert {name for name in before if before[name] != after[name]} == {"content.xml"}
    with zipfile.ZipFile(io.BytesIO(new)) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type, first.extra) == ("mimetype", zipfile.ZIP_STORED, b"")


def test_styles_that_look_the_same_are_one_text() -> None:
    style = '<style:style style:name="{}" style:family="text"><style:text-properties {}/></style:style>'
    styles = (
        style.format("T1", 'fo:font-weight="bold"')
        + style.format("T2", 'officeooo:rsid="00aa" fo:font-weight="bold" fo:language="uz"')
        + style.format("T3", 'officeooo:rsid="00bb"')
    )
    _, unit = only(
        '<text:p>Bu <text:span text:style-name="T1">qalin</text:span><text:span text:style-name="T2">roq</text:span> '
        '<text:span text:style-name="T3">oddiy bir matn</text:span></text:p>',
        styles,
    )
    assert unit.text == "Bu qalinroq oddiy bir matn"
    assert [(tag.position, tag.kind) for tag in unit.tags] == [(3, TagKind.OPEN), (11, TagKind.CLOSE)]


def test_links_notes_tabs_and_bookmarks_survive() -> None:
    document, unit = only(
        '<text:p><text:bookmark text:name="joy"/>Bu <text:a xlink:href="https://example.uz">havola</text:a>'
        '<text:tab/>va<text:reference-mark text:name="r"/> <text:page-number>3</text:page-number></text:p>'
    )
    assert unit.text == "Bu havola\nva "
    new = TranslatedUnit(
        "A linkage\nand",
        tuple(Tag(min(tag.position, 13), tag.kind, tag.markup, tag.pair) for tag in unit.tags),
    )
    xml = paragraph_xml(document.render({unit.id: new}))
    for kept in ('text:name="joy"', 'xlink:href="https://example.uz"', "<text:tab/>", 'text:name="r"', ">3<"):
        assert xml.count(kept) == 1
    assert "\n" not in xml


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("<text:p>\n  Bir \n ikki</text:p>", "Bir ikki"),
        ('<text:p>Bir<text:s text:c="3"/>ikki</text:p>', "Bir   ikki"),
        ("<text:p>Bir<text:line-break/>ikki<text:soft-page-break/> uch</text:p>", "Bir\nikki uch"),
        ("<text:p>Bir <text:span> ikki</text:span></text:p>", "Bir ikki"),
    ],
)
def test_white_space_is_read_as_the_format_says(xml: str, text: str) -> None:
    assert only(xml)[1].text == text


@pytest.mark.parametrize("text", ["a  b", " a", "a\nb  c", "a \n b", "a <b>&", "a   "])
def test_white_space_in_a_translation_is_kept(text: str) -> None:
    document, unit = only("<text:p>Salom</text:p>")
    rendered = document.render({unit.id: TranslatedUnit(text)})
    assert texts(Odt(rendered))[0].text == text


def test_a_cell_shows_its_new_text() -> None:
    document, unit = only(
        '<table:table><table:table-row><table:table-cell office:value-type="string" office:string-value="Eski">'
        "<text:p>Eski</text:p></table:table-cell></table:table-row></table:table>"
    )
    assert b"Eski" not in members(document.render({unit.id: TranslatedUnit("New")}))["content.xml"]


def test_deleted_text_and_objects_are_listed() -> None:
    document = Odt(
        with_body(
            "<text:tracked-changes><text:changed-region><text:deletion><text:p>eski</text:p></text:deletion>"
            "</text:changed-region></text:tracked-changes>"
            '<text:p>Matn<draw:frame><draw:object xlink:href="./Object 1"/></draw:frame></text:p>'
        )
    )
    assert [unit.text for unit in texts(document)] == ["Matn"]
    assert document.left_alone == (
        "text deleted under change tracking",
        "paragraph 1: embedded object (chart, formula or table)",
    )


def test_the_language_of_the_styles_follows_the_target() -> None:
    styles = (
        '<style:style style:name="T1" style:family="text">'
        '<style:text-properties fo:language="uz" fo:country="UZ"/></style:style>'
        '<style:style style:name="T2" style:family="text">'
        '<style:text-properties fo:language="zxx" fo:country="none"/></style:style>'
    )
    document, unit = only("<text:p>Salom</text:p>", styles)
    new = members(document.render({unit.id: TranslatedUnit("Hi")}, language="ru"))
    assert b'fo:language="ru" fo:country="RU"' in new["content.xml"]
    assert b'fo:language="zxx" fo:country="none"' in new["content.xml"]
    assert b'fo:language="uz"' in members(document.render({unit.id: TranslatedUnit("Hi")}))["content.xml"]


def test_properties_headers_and_footers_are_found() -> None:
    source = odfdo.Document("text")
    source.meta.title = "Hujjat nomi"
    source.meta.subject = "Mavzu"
    page = source.get_styles("master-page")[0]
    page.set_page_header(odfdo.Paragraph("Tepada"))
    page.set_page_footer(odfdo.Paragraph("Pastda"))
    out = io.BytesIO()
    source.save(out)
    document = Odt(out.getvalue())
    found = {unit.text: unit.place for unit in document.units}
    assert found["Hujjat nomi"] == "document properties, title"
    assert found["Mavzu"] == "document properties, subject"
    assert found["Tepada"].startswith("header of pages ")
    assert found["Pastda"].startswith("footer of pages ")
    again = odfdo.Document(io.BytesIO(document.render(upper(document))))
    assert again.meta.title == "HUJJAT NOMI"
    assert "TEPADA" in again.get_styles("master-page")[0].serialize()


def test_an_empty_text_has_no_units() -> None:
    data = with_body("<text:p/>")
    document = Odt(data)
    assert texts(document) == []
    assert document.render({}) == data


def test_spaces_on_both_sides_of_a_tag_are_kept() -> None:
    document, unit = only('<text:p>Bu <text:span text:style-name="Strong">qalin</text:span> gap</text:p>')
    tags = tuple(Tag(at, tag.kind, tag.markup, tag.pair) for at, tag in zip((2, 4), unit.tags, strict=True))
    xml = paragraph_xml(document.render({unit.id: TranslatedUnit("a  b c", tags)}))
    assert xml == '<text:p>a <text:span text:style-name="Strong"><text:s/>b</text:span> c</text:p>'
