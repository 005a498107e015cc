"""Word documents keep everything but the texts that were replaced."""

import io
import re
import zipfile
from collections.abc import Callable

import docx
import pytest
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from lxml import etree

from tarjimon.documents.base import Tag, TagKind, TranslatedUnit, Unit
from tarjimon.documents.docx import Docx
from tarjimon.errors import InvalidInputError

W = nsdecls("w", "r", "wp", "a")
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
V = 'xmlns:v="urn:schemas-microsoft-com:vml"'
M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
FIELD = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'


def saved(document: docx.document.Document) -> bytes:
    out = io.BytesIO()
    document.core_properties.comments = ""
    document.save(out)
    return out.getvalue()


def with_paragraph(content: str) -> bytes:
    """A document whose only paragraph has this WordprocessingML in it."""
    document = docx.Document()
    document._body._body.insert(0, parse_xml(f"<w:p {W} {MC} {V} {M}>{content}</w:p>"))
    return saved(document)


def only(data: bytes) -> tuple[Docx, Unit]:
    document = Docx(data)
    assert len(document.units) == 1
    return document, document.units[0]


def again(data: bytes) -> docx.document.Document:
    return docx.Document(io.BytesIO(data))


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def shown(element: etree._Element) -> str:
    # python-docx's elements have a `text` of their own, which makes itertext() repeat itself.
    return etree.tostring(element, method="text", encoding="unicode", with_tail=False)


def upper(document: Docx) -> dict[str, TranslatedUnit]:
    return {unit.id: TranslatedUnit(unit.text.upper(), unit.tags) for unit in document.units}


def marks(unit: Unit) -> list[tuple[int, str]]:
    return [(tag.position, f"{tag.kind.value} {tag.markup}") for tag in unit.tags]


def full_document() -> bytes:
    document = docx.Document()
    document.core_properties.title = "Sarlavhasi"
    document.core_properties.subject = "Mavzusi"
    document.core_properties.keywords = "kalit so'zlar"
    document.add_heading("Bosh mavzu", 1)
    document.add_paragraph("Ro'yxat bandi", style="List Bullet")
    table = document.add_table(2, 2)
    table.cell(0, 0).text = "Katak"
    table.cell(1, 1).text = "Ikki"
    table.cell(1, 1).add_paragraph("qator")
    table.cell(1, 0).add_table(1, 1).cell(0, 0).text = "Ichki"
    section = document.sections[0]
    section.header.paragraphs[0].text = "Tepada"
    section.footer.paragraphs[0].text = "Pastda"
    run = document.add_paragraph("Izohli gap").runs[0]
    document.add_comment(run, text="Bu sharh", author="A", initials="A")
    return saved(document)


def test_every_text_is_found_with_its_place() -> None:
    places = {unit.text: unit.place for unit in Docx(full_document()).units}
    assert places == {
        "Sarlavhasi": "document properties, title",
        "Mavzusi": "document properties, subject",
        "kalit so'zlar": "document properties, keywords",
        "Bosh mavzu": "paragraph 1",
        "Ro'yxat bandi": "paragraph 2",
        "Katak": "table 1, row 1, cell 1",
        "Ichki": "table 1, row 2, cell 1, table 1, row 1, cell 1",
        "Ikki": "table 1, row 2, cell 2, paragraph 1",
        "qator": "table 1, row 2, cell 2, paragraph 2",
        "Izohli gap": "paragraph 3",
        "Tepada": "header 1, paragraph 1",
        "Pastda": "footer 1, paragraph 1",
        "Bu sharh": "comment 1, paragraph 1",
    }


def test_nothing_replaced_is_the_same_file() -> None:
    data = full_document()
    document = Docx(data)
    assert document.render({}) == data
    unchanged = {unit.id: TranslatedUnit(unit.text, unit.tags) for unit in document.units}
    assert document.render(unchanged) == data


def test_every_text_is_replaced_and_other_parts_keep_their_bytes() -> None:
    data = full_document()
    document = Docx(data)
    new = document.render(upper(document))
    assert [u.text for u in Docx(new).units] == [u.text.upper() for u in document.units]
    before, after = members(data), members(new)
    assert list(before) == list(after)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {
        "docProps/core.xml",
        "word/document.xml",
        "word/header1.xml",
        "word/footer1.xml",
        "word/comments.xml",
    }


def test_only_the_part_of_the_replaced_text_is_written_anew() -> None:
    data = full_document()
    document = Docx(data)
    (unit,) = (u for u in document.units if u.text == "Tepada")
    after = members(document.render({unit.id: TranslatedUnit("Above")}))
    assert {name for name, content in members(data).items() if after[name] != content} == {"word/header1.xml"}


def test_a_document_can_be_rendered_into_several_languages() -> None:
    data = full_document()
    document = Docx(data)
    first = document.render(upper(document), language="ru")
    lower = {unit.id: TranslatedUnit(unit.text.lower(), unit.tags) for unit in document.units}
    second = document.render(lower, language="en")
    assert [u.text for u in Docx(second).units] == [u.text.lower() for u in document.units]
    assert document.render(upper(document), language="ru") == first
    assert document.render({}) == data


def test_runs_that_look_the_same_are_one_text() -> None:
    data = with_paragraph(
        '<w:r w:rsidR="00AA"><w:rPr><w:lang w:val="uz-Latn-UZ"/></w:rPr><w:t>Tosh</w:t></w:r>'
        '<w:proofErr w:type="spellStart"/>'
        '<w:r><w:rPr><w:lang w:val="en-US"/><w:noProof/></w:rPr><w:t xml:space="preserve">kent </w:t></w:r>'
        "<w:r><w:lastRenderedPageBreak/><w:t>shahri</w:t></w:r>"
    )
    _, unit = only(data)
    assert unit.text == "Toshkent shahri"
    assert unit.tags == ()


def test_formatting_moves_with_its_words() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Bu juda ")
    paragraph.add_run("muhim ").bold = True
    paragraph.add_run("gap.")
    read, unit = only(saved(document))
    assert marks(unit) == [(8, "open format1"), (13, "close format1")]
    opening, closing = unit.tags
    text = "An important sentence this is."
    moved = (
        Tag(3, TagKind.OPEN, opening.markup, opening.pair),
        Tag(12, TagKind.CLOSE, closing.markup, closing.pair),
    )
    runs = again(read.render({unit.id: TranslatedUnit(text, moved)})).paragraphs[0].runs
    assert [(run.text, run.bold) for run in runs] == [
        ("An ", None),
        ("important", True),
        (" sentence this is.", None),
    ]


def test_a_wholly_bold_paragraph_needs_no_tags_and_stays_bold() -> None:
    document = docx.Document()
    document.add_paragraph().add_run("Hammasi qalin").bold = True
    read, unit = only(saved(document))
    assert unit.tags == ()
    (run,) = again(read.render({unit.id: TranslatedUnit("All bold")})).paragraphs[0].runs
    assert (run.text, run.bold) == ("All bold", True)


def test_underlined_blanks_are_formatting_and_bold_ones_are_not() -> None:
    content = '<w:r><w:t>Imzo</w:t></w:r><w:r><w:rPr>{}</w:rPr><w:t xml:space="preserve">     </w:t></w:r>'
    _, plain = only(with_paragraph(content.format("<w:b/>")))
    _, line = only(with_paragraph(content.format('<w:u w:val="single"/>')))
    assert plain.tags == ()
    assert len(line.tags) == 2


def test_links_notes_images_and_bookmarks_survive() -> None:
    data = with_paragraph(
        '<w:bookmarkStart w:id="0" w:name="joy"/><w:r><w:t xml:space="preserve">Bu </w:t></w:r>'
        '<w:hyperlink r:id="rId9"><w:r><w:rPr><w:u w:val="single"/></w:rPr><w:t>havola</w:t></w:r></w:hyperlink>'
        '<w:bookmarkEnd w:id="0"/><w:r><w:t>gap</w:t><w:footnoteReference w:id="2"/><w:t>.</w:t></w:r>'
        "<w:r><w:drawing><x/></w:drawing></w:r>"
    )
    read, unit = only(data)
    assert unit.text == "Bu havolagap."
    assert [mark.rstrip("0123456789") for _, mark in marks(unit)] == [
        "empty bookmark",
        "open link",
        "open format",
        "close format",
        "close link",
        "empty bookmark",
        "empty note",
        "empty image",
    ]
    body = again(read.render({unit.id: TranslatedUnit("A linkage..!!", unit.tags)})).paragraphs[0]._p
    names = [etree.QName(e).localname for e in body.iter() if e.get(qn("w:id")) or e.get(qn("r:id"))]
    assert names == ["bookmarkStart", "hyperlink", "bookmarkEnd", "footnoteReference"]
    assert shown(body.find(qn("w:hyperlink"))) == "inkage"
    assert len(body.findall(f".//{qn('w:drawing')}")) == 1
    assert len(body.findall(f".//{qn('w:u')}")) == 1


def test_line_breaks_are_text_and_tabs_stand_between_texts() -> None:
    data = with_paragraph(
        "<w:r><w:tab/><w:t>Vazir</w:t><w:tab/><w:tab/><w:t>A. Karimov</w:t><w:br/><w:t>imzo</w:t>"
        '<w:br w:type="page"/></w:r>'
    )
    read, unit = only(data)
    assert unit.text == "Vazir\nA. Karimov\nimzo"
    assert [(at, mark[:9]) for at, mark in marks(unit)] == [
        (0, "empty tab"),
        (6, "empty tab"),
        (6, "empty tab"),
        (21, "empty bre"),
    ]
    new = TranslatedUnit(
        "Minister\nA. Karimov\nsigned",
        tuple(
            Tag(at, tag.kind, tag.markup, tag.pair) for at, tag in zip((0, 9, 9, 26), unit.tags, strict=True)
        ),
    )
    paragraph = again(read.render({unit.id: new})).paragraphs[0]
    assert paragraph.text == "\tMinister\t\tA. Karimov\nsigned"
    assert len(paragraph._p.findall(f".//{qn('w:br')}[@{qn('w:type')}='page']")) == 1


def test_page_numbers_are_marks_and_links_in_fields_are_text() -> None:
    page = FIELD.format("begin") + "<w:r><w:instrText> PAGE </w:instrText></w:r>" + FIELD.format("separate")
    page += "<w:r><w:t>7</w:t></w:r>" + FIELD.format("end")
    link = page.replace("PAGE", 'HYPERLINK "https://example.uz"').replace("7", "sayt")
    _, unit = only(with_paragraph(f"<w:r><w:t>Bet </w:t></w:r>{page}"))
    assert (unit.text, len(unit.tags)) == ("Bet", 1)
    read, unit = only(with_paragraph(f"<w:r><w:t xml:space='preserve'>Bu </w:t></w:r>{link}"))
    assert (unit.text, [t.kind for t in unit.tags]) == ("Bu sayt", [TagKind.OPEN, TagKind.CLOSE])
    body = again(read.render({unit.id: TranslatedUnit("Thisite", unit.tags)})).paragraphs[0]._p
    shape = [e.get(qn("w:fldCharType")) or e.text for e in body.iter(qn("w:fldChar"), qn("w:t"))]
    assert shape == ["Thi", "begin", "separate", "site", "end"]


def test_a_field_that_ends_elsewhere_leaves_its_text_readable() -> None:
    document = docx.Document()
    body = document._body._body
    start = FIELD.format("begin") + "<w:r><w:instrText> TOC </w:instrText></w:r>" + FIELD.format("separate")
    body.insert(0, parse_xml(f"<w:p {W}>{start}<w:r><w:t>1-bob</w:t></w:r></w:p>"))
    body.insert(1, parse_xml(f"<w:p {W}><w:r><w:t>2-bob</w:t></w:r>{FIELD.format('end')}</w:p>"))
    read = Docx(saved(document))
    assert [u.text for u in read.units] == ["1-bob", "2-bob"]
    new = again(read.render(upper(read)))
    kinds = [e.get(qn("w:fldCharType")) for e in new._body._body.iter(qn("w:fldChar"))]
    assert kinds == ["begin", "separate", "end"]


def test_tracked_insertions_are_text_and_deletions_are_listed() -> None:
    data = with_paragraph(
        '<w:r><w:t xml:space="preserve">Bu </w:t></w:r>'
        '<w:ins w:id="1" w:author="A"><w:r><w:t>yangi</w:t></w:r></w:ins>'
        '<w:del w:id="2" w:author="A"><w:r><w:delText>eski</w:delText></w:r></w:del>'
    )
    read, unit = only(data)
    assert unit.text == "Bu yangi"
    assert read.left_alone == ("paragraph 1: text deleted under change tracking",)
    body = again(read.render({unit.id: TranslatedUnit("An newly", unit.tags)})).paragraphs[0]._p
    assert shown(body.find(qn("w:ins"))) == "newly"
    assert shown(body.find(qn("w:del"))) == "eski"


BOX = "<w:txbxContent><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:txbxContent>"
DRAWN = (
    "<w:r><w:t>Matn</w:t></w:r><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wp:inline>"
    "<wp:docPr id='1' name='Box' descr='Rasm izohi'/><a:graphic>{}</a:graphic></wp:inline></w:drawing></mc:Choice>"
    "<mc:Fallback><w:pict><v:textbox>{}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
)


def test_a_text_box_and_its_older_twin_are_one_unit() -> None:
    read = Docx(with_paragraph(DRAWN.format(BOX.format("Quti"), BOX.format("Quti"))))
    assert [(u.text, u.place) for u in read.units] == [
        ("Matn", "paragraph 1"),
        ("Rasm izohi", "paragraph 1, alternative text of an image"),
        ("Quti", "paragraph 1, text box 1, paragraph 1"),
    ]
    xml = members(read.render(upper(read)))["word/document.xml"].decode()
    assert (xml.count("QUTI"), xml.count("Quti"), xml.count("RASM IZOHI")) == (2, 0, 1)


def test_a_text_box_whose_twin_differs_is_two_units() -> None:
    read = Docx(with_paragraph(DRAWN.format(BOX.format("Quti"), BOX.format("Eski quti"))))
    assert [u.text for u in read.units] == ["Matn", "Rasm izohi", "Quti", "Eski quti"]


def test_content_controls_and_right_to_left_runs_are_kept() -> None:
    data = with_paragraph(
        "<w:sdt><w:sdtPr><w:alias w:val='Sana'/></w:sdtPr>"
        "<w:sdtContent><w:r><w:t>bugun </w:t></w:r></w:sdtContent></w:sdt>"
        "<w:r><w:rPr><w:rtl/></w:rPr><w:t>السلام</w:t></w:r>"
    )
    read, unit = only(data)
    assert unit.text == "bugunالسلام"
    body = again(read.render({unit.id: TranslatedUnit("TODAYسلاملر", unit.tags)})).paragraphs[0]._p
    assert shown(body.find(qn("w:sdt"))) == "TODAY"
    assert body.find(f"{qn('w:sdt')}/{qn('w:sdtPr')}/{qn('w:alias')}") is not None
    (rtl,) = (r for r in body.iter(qn("w:r")) if r.find(f"{qn('w:rPr')}/{qn('w:rtl')}") is not None)
    assert shown(rtl) == "سلاملر"


def test_formulas_charts_and_embedded_documents_are_listed() -> None:
    data = with_paragraph("<w:r><w:t>Bunda</w:t></w:r><m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath>")
    assert Docx(data).left_alone == ("paragraph 1: formula",)


NOTES = (
    f'<w:footnotes {W}><w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    '<w:footnote w:id="1"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t xml:space="preserve"> Birinchi izoh</w:t></w:r>'
    '</w:p></w:footnote><w:footnote w:id="2"><w:p><w:r><w:t>Ikkinchi</w:t></w:r></w:p></w:footnote></w:footnotes>'
)


def test_footnotes_are_read_and_their_marks_are_kept() -> None:
    document = docx.Document()
    part = Part(
        PackURI("/word/footnotes.xml"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml",
        NOTES.encode(),
        document.part.package,
    )
    document.part.relate_to(part, f"{nsdecls('r')[9:-1]}/footnotes")
    read = Docx(saved(document))
    assert [(u.text, u.place) for u in read.units] == [
        (" Birinchi izoh", "footnote 1, paragraph 1"),
        ("Ikkinchi", "footnote 2, paragraph 1"),
    ]
    notes = members(read.render(upper(read)))["word/footnotes.xml"].decode()
    assert notes.count("<w:footnoteRef/>") == notes.count("<w:separator/>") == 1
    assert notes.index("<w:footnoteRef/>") < notes.index(" BIRINCHI IZOH") < notes.index("IKKINCHI")


def test_a_header_that_is_named_twice_is_read_once() -> None:
    data = full_document()
    parts = members(data)
    entry = re.search(rb'<Relationship [^>]*header1.xml"[^>]*/>', parts["word/_rels/document.xml.rels"])
    assert entry is not None
    twice = entry[0] + re.sub(rb'Id="[^"]*"', b'Id="rId99"', entry[0])
    parts["word/_rels/document.xml.rels"] = parts["word/_rels/document.xml.rels"].replace(entry[0], twice)
    read = Docx(zipped(parts))
    assert [u.text for u in read.units] == [u.text for u in Docx(data).units]
    assert b"TEPADA" in members(read.render(upper(read)))["word/header1.xml"]


def test_paragraphs_in_unknown_markup_are_listed() -> None:
    document = docx.Document()
    body = document._body._body
    body.insert(0, parse_xml(f'<x:new xmlns:x="urn:x" {W}><w:p><w:r><w:t>Yangi</w:t></w:r></w:p></x:new>'))
    assert Docx(saved(document)).left_alone == ("paragraphs in markup that is not known: 1",)


def test_language_marks_follow_the_target_or_go() -> None:
    data = with_paragraph('<w:r><w:rPr><w:b/><w:lang w:val="uz-Latn-UZ"/></w:rPr><w:t>Salom</w:t></w:r>')
    read, unit = only(data)

    def lang(rendered: bytes) -> list[str]:
        return [e.get(qn("w:val")) for e in again(rendered).paragraphs[0]._p.iter(qn("w:lang"))]

    assert lang(read.render({unit.id: TranslatedUnit("Hi")})) == []
    assert lang(read.render({unit.id: TranslatedUnit("Hi")}, language="en")) == ["en"]
    assert lang(read.render({})) == ["uz-Latn-UZ"]


def test_white_space_in_a_translation_is_kept() -> None:
    read, unit = only(with_paragraph("<w:r><w:t>Salom</w:t></w:r>"))
    assert again(read.render({unit.id: TranslatedUnit("  a  b ")})).paragraphs[0].text == "  a  b "


def test_an_empty_document_has_no_units() -> None:
    data = saved(docx.Document())
    assert Docx(data).units == ()
    assert Docx(data).render({}) == data


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda unit: TranslatedUnit("x"), "the tags"),
        (lambda unit: TranslatedUnit("xxxxxxxxxx", tuple(reversed(unit.tags))), "out of order"),
        (
            lambda unit: TranslatedUnit("", tuple(Tag(0, *_rest(t)) for t in reversed(unit.tags))),
            "closed where",
        ),
        (lambda unit: TranslatedUnit("\x00" + unit.text, unit.tags), "XML"),
    ],
)
def test_a_translation_that_does_not_fit_is_refused(
    change: Callable[[Unit], TranslatedUnit], message: str
) -> None:
    document = docx.Document()
    document.add_paragraph("Bu ").add_run("qalin").bold = True
    document.paragraphs[0].add_run(" uzunroq matn")
    read, unit = only(saved(document))
    with pytest.raises(ValueError, match=message) as caught:
        read.render({unit.id: change(unit)})
    assert "paragraph 1" in str(caught.value)


def _rest(tag: Tag) -> tuple[TagKind, str, int]:
    return tag.kind, tag.markup, tag.pair


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="no such units"):
        Docx(full_document()).render({"nope": TranslatedUnit("x")})


def test_a_strict_document_is_refused_with_advice() -> None:
    parts = members(full_document())
    parts["word/document.xml"] = (
        b'<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"><w:body/></w:document>'
    )
    with pytest.raises(InvalidInputError, match=r"qatiy\.docx: saved as a Strict"):
        Docx(zipped(parts), name="qatiy.docx")
