"""Whatever the formatting and wherever tags land, an office file says what it should, formatted as it should be.

Files are made, and read back, by python-docx, python-pptx, openpyxl and odfdo, not by the code under test.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import docx
import odfdo
import openpyxl
import pptx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from pptx.util import Inches

from tarjimon.documents.base import Document, Tag, TagKind, TranslatedUnit, Unit
from tarjimon.documents.formats import ReadOptions, read
from tarjimon.errors import InvalidInputError


@dataclass(frozen=True)
class Look:
    """What a reader sees of a character."""

    bold: bool = False
    italic: bool = False
    underline: bool = False


Piece = tuple[str, Look]
ODT_STYLES = {
    "B": Look(bold=True),
    "I": Look(italic=True),
    "U": Look(underline=True),
    "BI": Look(bold=True, italic=True),
    "BU": Look(bold=True, underline=True),
    "IU": Look(italic=True, underline=True),
    "BIU": Look(bold=True, italic=True, underline=True),
}


def make_docx(pieces: list[Piece]) -> bytes:
    document = docx.Document()
    document.core_properties.comments = ""
    paragraph = document.add_paragraph()
    for text, look in pieces:
        run = paragraph.add_run(text)
        run.bold, run.italic, run.underline = (
            value or None for value in (look.bold, look.italic, look.underline)
        )
    return written(document)


def see_docx(data: bytes) -> Iterator[tuple[str, Look]]:
    for run in docx.Document(io.BytesIO(data)).paragraphs[0].runs:
        look = Look(bool(run.bold), bool(run.italic), bool(run.underline))
        yield from ((character, look) for character in run.text)


def make_pptx(pieces: list[Piece]) -> bytes:
    show = pptx.Presentation()
    show.core_properties.comments = ""
    slide = show.slides.add_slide(show.slide_layouts[6])
    box = slide.shapes.add_textbox(Inches(1), Inches(1), Inches(4), Inches(2))
    paragraph = box.text_frame.paragraphs[0]
    for text, look in pieces:
        run = paragraph.add_run()
        run.text = text
        font = run.font
        font.bold, font.italic, font.underline = (
            value or None for value in (look.bold, look.italic, look.underline)
        )
    return written(show)


def see_pptx(data: bytes) -> Iterator[tuple[str, Look]]:
    show = pptx.Presentation(io.BytesIO(data))
    for run in show.slides[0].shapes[0].text_frame.paragraphs[0].runs:
        look = Look(bool(run.font.bold), bool(run.font.italic), bool(run.font.underline))
        yield from ((character, look) for character in run.text)


def make_xlsx(pieces: list[Piece]) -> bytes:
    book = openpyxl.Workbook()
    blocks = [
        TextBlock(
            InlineFont(b=look.bold or None, i=look.italic or None, u="single" if look.underline else None),
            text,
        )
        for text, look in pieces
    ]
    book.active["A1"] = CellRichText(*blocks)
    return written(book)


def see_xlsx(data: bytes) -> Iterator[tuple[str, Look]]:
    value = openpyxl.load_workbook(io.BytesIO(data), rich_text=True).active["A1"].value
    for block in value if isinstance(value, CellRichText) else [value]:
        if isinstance(block, TextBlock):
            look = Look(bool(block.font.b), bool(block.font.i), bool(block.font.u))
            yield from ((character, look) for character in block.text)
        else:
            yield from ((character, Look()) for character in block)


def make_odt(pieces: list[Piece]) -> bytes:
    document = odfdo.Document("text")
    document.body.clear()
    for name, look in ODT_STYLES.items():
        style = odfdo.Style("text", name=name, bold=look.bold, italic=look.italic)
        if look.underline:
            style.set_properties({"style:text-underline-style": "solid"}, area="text")
        document.insert_style(style, automatic=True)
    paragraph = odfdo.Paragraph()
    names = {look: name for name, look in ODT_STYLES.items()}
    for text, look in pieces:
        if look in names:
            paragraph.append(odfdo.Span(text, style=names[look]))
        else:
            paragraph.append_plain_text(text)
    document.body.append(paragraph)
    return written(document)


def see_odt(data: bytes) -> Iterator[tuple[str, Look]]:
    body = odfdo.Document(io.BytesIO(data)).body
    paragraph = body.get_paragraphs()[0]._xml_element
    space = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"

    def inside(element: object, look: Look) -> Iterator[tuple[str, Look]]:
        for text, child in [(element.text, None), *((None, c) for c in element)]:  # type: ignore[attr-defined]
            if child is None:
                yield from ((character, look) for character in text or "")
                continue
            if child.tag == f"{space}s":
                yield from [("\0", look)] * int(child.get(f"{space}c", "1"))
            elif child.tag == f"{space}span":
                yield from inside(child, ODT_STYLES[child.get(f"{space}style-name")])
            yield from ((character, look) for character in child.tail or "")

    before = " "
    for character, look in inside(paragraph, Look()):
        # Of several spaces, and of those at the start, only the ones that are elements count.
        if character != " " or before != " ":
            yield character.replace("\0", " "), look
        before = character


def written(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


FORMATS = {
    "docx": (make_docx, see_docx),
    "pptx": (make_pptx, see_pptx),
    "xlsx": (make_xlsx, see_xlsx),
    "odt": (make_odt, see_odt),
}
LETTERS = st.text("abў ғ'’", min_size=1, max_size=8)
LOOKS = st.builds(Look, st.booleans(), st.booleans(), st.booleans())
PIECES = st.lists(st.tuples(LETTERS, LOOKS), min_size=1, max_size=6)
PATIENT = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])


def opened(data: bytes, kind: str) -> tuple[Document, Unit]:
    document = read(data, ReadOptions(f"x.{kind}"))
    units = [unit for unit in document.units if not unit.place.startswith("document properties")]
    assume(len(units) == 1)
    return document, units[0]


def looks_of(
    unit: Unit, tags: tuple[Tag, ...], length: int, by_markup: dict[str, Look], base: Look
) -> list[Look]:
    """How each character of a text with these tags should look."""
    stack = [base]
    looks: list[Look] = []
    at = 0
    for tag in tags:
        looks += [stack[-1]] * (tag.position - at)
        at = tag.position
        if tag.kind is TagKind.OPEN:
            stack.append(by_markup[tag.markup])
        elif tag.kind is TagKind.CLOSE:
            stack.pop()
    return looks + [stack[-1]] * (length - at)


@pytest.mark.parametrize("kind", FORMATS)
@PATIENT
@given(pieces=PIECES, data=st.data())
def test_formatting_follows_its_tags_wherever_they_land(
    kind: str, pieces: list[Piece], data: st.DataObject
) -> None:
    make, see = FORMATS[kind]
    document, unit = opened(make(pieces), kind)
    source = [(character, look) for text, look in pieces for character in text]
    # Readers may drop white space at the start of a paragraph.
    source = source[len(source) - len(unit.text) :]
    assume("".join(character for character, _ in source) == unit.text)
    by_markup: dict[str, Look] = {}
    covered: set[int] = set()
    for opening in (tag for tag in unit.tags if tag.kind is TagKind.OPEN):
        end = next(t.position for t in unit.tags if t.kind is TagKind.CLOSE and t.pair == opening.pair)
        shown = {source[n][1] for n in range(opening.position, end) if not source[n][0].isspace()}
        shown = shown or {source[n][1] for n in range(opening.position, end)}
        assert len(shown) == 1
        by_markup[opening.markup] = shown.pop()
        covered.update(range(opening.position, end))
    bases = {source[n][1] for n in range(len(source)) if n not in covered and not source[n][0].isspace()}
    assert len(bases) <= 1
    assume(bases)
    (base,) = bases

    text = data.draw(st.text("xyzЎҚ ", min_size=1, max_size=20).filter(lambda text: text.strip()))
    if kind == "odt":
        text = "x" + text
    positions = sorted(
        data.draw(st.lists(st.integers(0, len(text)), min_size=len(unit.tags), max_size=len(unit.tags)))
    )
    tags = tuple(replace(tag, position=at) for tag, at in zip(unit.tags, positions, strict=True))
    rendered = document.render({unit.id: TranslatedUnit(text, tags)})
    expected = list(zip(text, looks_of(unit, tags, len(text), by_markup, base), strict=True))
    assert list(see(rendered)) == expected


@pytest.mark.parametrize("kind", FORMATS)
@PATIENT
@given(pieces=PIECES)
def test_a_rebuilt_paragraph_looks_the_same(kind: str, pieces: list[Piece]) -> None:
    make, see = FORMATS[kind]
    original = make(pieces)
    document, unit = opened(original, kind)
    assert document.render({unit.id: TranslatedUnit(unit.text, unit.tags)}) == original
    changed = unit.text.translate(str.maketrans("abўғ", "xyЎҒ"))
    rendered = document.render({unit.id: TranslatedUnit(changed, unit.tags)})
    before = [
        (c.translate(str.maketrans("abўғ", "xyЎҒ")), look) for c, look in see(original) if not c.isspace()
    ]
    assert [(c, look) for c, look in see(rendered) if not c.isspace()] == before
    underlined = [(c, look.underline) for c, look in see(original)][-len(unit.text) :]
    assert [u for _, u in underlined] == [look.underline for _, look in see(rendered)][-len(unit.text) :]


@PATIENT
@given(pieces=st.lists(st.tuples(st.text("ab \t\n", min_size=1, max_size=6), LOOKS), min_size=1, max_size=5))
def test_tabs_and_line_breaks_stay_between_the_same_words(pieces: list[Piece]) -> None:
    original = make_docx(pieces)
    document, unit = opened(original, "docx")
    changed = unit.text.translate(str.maketrans("ab", "xy"))
    rendered = document.render({unit.id: TranslatedUnit(changed, unit.tags)})
    before = docx.Document(io.BytesIO(original)).paragraphs[0].text
    after = docx.Document(io.BytesIO(rendered)).paragraphs[0].text
    assert after == before.translate(str.maketrans("ab", "xy"))


@PATIENT
@given(
    parts=st.lists(
        st.tuples(st.sampled_from(["text", "link", "note", "bookmark", "tab"]), LETTERS, LOOKS),
        min_size=1,
        max_size=7,
    ),
    data=st.data(),
)
def test_links_notes_and_bookmarks_are_never_lost(
    parts: list[tuple[str, str, Look]], data: st.DataObject
) -> None:
    source = docx.Document()
    source.core_properties.comments = ""
    paragraph = source.add_paragraph()
    for number, (kind, text, look) in enumerate(parts):
        run = paragraph.add_run(text if kind in ("text", "link") else "\t" if kind == "tab" else "")
        run.bold = look.bold or None
        if kind == "link":
            link = OxmlElement("w:hyperlink")
            link.set(qn("w:anchor"), f"a{number}")
            paragraph._p.append(link)
            link.append(run._r)
        elif kind in ("note", "bookmark"):
            mark = OxmlElement("w:footnoteReference" if kind == "note" else "w:bookmarkStart")
            mark.set(qn("w:id"), str(number))
            (run._r if kind == "note" else paragraph._p).append(mark)
    document, unit = opened(written(source), "docx")
    text = data.draw(st.text("xy ", min_size=1, max_size=15).filter(lambda text: text.strip()))
    positions = sorted(
        data.draw(st.lists(st.integers(0, len(text)), min_size=len(unit.tags), max_size=len(unit.tags)))
    )
    tags = tuple(replace(tag, position=at) for tag, at in zip(unit.tags, positions, strict=True))
    rendered = document.render({unit.id: TranslatedUnit(text, tags)})
    after = docx.Document(io.BytesIO(rendered)).paragraphs[0]
    assert after.text.replace("\t", "") == text

    def kept(element: object) -> list[tuple[str, str | None]]:
        names = [qn(f"w:{name}") for name in ("hyperlink", "footnoteReference", "bookmarkStart", "tab")]
        found = element.iter(*names)  # type: ignore[attr-defined]
        return [(e.tag, e.get(qn("w:id")) or e.get(qn("w:anchor"))) for e in found]

    assert kept(after._p) == kept(paragraph._p)


@cache
def sample(kind: str) -> bytes:
    """The same bytes each time: the files have the time in them."""
    return FORMATS[kind][0]([("Salom", Look())])


@pytest.mark.parametrize("kind", FORMATS)
@PATIENT
@given(data=st.data())
def test_a_damaged_file_is_refused_or_read_but_never_a_crash(kind: str, data: st.DataObject) -> None:
    whole = sample(kind)
    directory = whole.find(b"PK\x01\x02")
    start = data.draw(st.one_of(st.integers(0, len(whole) - 1), st.integers(directory, len(whole) - 1)))
    length = data.draw(st.integers(0, 40))
    broken = whole[:start] + data.draw(st.binary(max_size=4)) + whole[start + length :]
    try:
        document = read(broken, ReadOptions(f"x.{kind}"))
        document.render({unit.id: TranslatedUnit("Yangi" * 9, unit.tags) for unit in document.units})
        message = f"x.{kind}: "
    except InvalidInputError as error:
        message = error.message
    assert message.startswith(f"x.{kind}: ")
