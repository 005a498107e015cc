"""LibreOffice opens what we write, and finds every text in it."""

import io
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import docx
import odfdo
import openpyxl
import pptx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from pptx.util import Inches

from tarjimon.documents.base import TranslatedUnit
from tarjimon.documents.formats import ReadOptions, read

OFFICE = shutil.which("soffice")
PDF_TO_TEXT = shutil.which("pdftotext")
pytestmark = [
    pytest.mark.skipif(
        OFFICE is None or PDF_TO_TEXT is None,
        reason="needs soffice and pdftotext: apt-get install libreoffice-writer-nogui libreoffice-calc-nogui "
        "libreoffice-impress-nogui poppler-utils",
    ),
    pytest.mark.slow,
]


def make_docx() -> bytes:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Moliya vazirligi"
    document.add_heading("Yangi metro bekati", 1)
    paragraph = document.add_paragraph("Toshkentda ")
    paragraph.add_run("yangi bekat").bold = True
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), "joy")
    run = paragraph.add_run(" vazirlik saytida")
    paragraph._p.append(link)
    link.append(run._r)
    document.add_paragraph("Imzo\tKarimov\nikkinchi qator")
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Bekatlar", "50"
    return written(document)


def make_pptx() -> bytes:
    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[5])
    slide.shapes.title.text = "Yangi metro bekati"
    frame = slide.shapes.add_textbox(Inches(1), Inches(2), Inches(6), Inches(1)).text_frame
    frame.text = "Toshkentda\tochildi"
    run = frame.add_paragraph().add_run()
    run.text, run.font.bold = "qalin gap", True
    table = slide.shapes.add_table(1, 2, Inches(1), Inches(4), Inches(6), Inches(1)).table
    table.cell(0, 0).text = "Bekatlar"
    return written(show)


def make_xlsx() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"], sheet["B1"] = "Bekatlar", 50
    sheet["A2"], sheet["B2"] = "Jami", "=B1*2"
    return written(book)


def make_odt() -> bytes:
    document = odfdo.Document("text")
    body = document.body
    body.clear()
    body.append(odfdo.Header(1, "Yangi metro bekati"))
    paragraph = odfdo.Paragraph("Toshkentda yangi  bekat\tochildi\nva ishlamoqda")
    paragraph.set_span("Strong", regex="yangi")
    paragraph.set_link("https://example.uz", regex="bekat")
    paragraph.insert_note(after="ochildi", note_id="n1", citation="1", body="Izoh matni")
    body.append(paragraph)
    table = odfdo.Table("Jadval", width=1, height=1)
    table.set_value("A1", "Bekatlar")
    body.append(table)
    return written(document)


def written(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def converted(path: Path, kind: str) -> Path:
    """The file as LibreOffice writes it in another format."""
    assert OFFICE is not None
    folder = path.parent / f"as-{kind}"
    profile = f"-env:UserInstallation={(path.parent / 'profile').as_uri()}"
    subprocess.run(
        [OFFICE, profile, "--headless", "--convert-to", kind, "--outdir", folder, path],
        check=True,
        capture_output=True,
        timeout=150,
    )
    result = folder / f"{path.stem}.{kind}"
    assert result.exists(), f"LibreOffice could not open {path.name}"
    return result


def shown_by_libreoffice(path: Path) -> str:
    """The text of the pages, white space apart."""
    assert PDF_TO_TEXT is not None
    pdf = converted(path, "pdf")
    return subprocess.run([PDF_TO_TEXT, pdf, "-"], check=True, capture_output=True, text=True).stdout


def words(text: str) -> list[str]:
    return sorted(text.split())


def check(path: Path) -> None:
    """In capitals, the file shows all that it showed before."""
    document = read(path.read_bytes(), ReadOptions(path.name))
    new = document.render({unit.id: TranslatedUnit(unit.text.upper(), unit.tags) for unit in document.units})
    after = path.with_name(f"after{path.suffix}")
    after.write_bytes(new)
    old_text, new_text = shown_by_libreoffice(path), shown_by_libreoffice(after)
    assert "BEKATLAR" in new_text
    assert words(new_text) == words(old_text.upper())


@pytest.mark.parametrize("make", [make_docx, make_pptx, make_xlsx, make_odt])
def test_libreoffice_shows_the_new_texts_where_the_old_ones_were(
    make: Callable[[], bytes], tmp_path: Path
) -> None:
    path = tmp_path / f"before.{make.__name__.removeprefix('make_')}"
    path.write_bytes(make())
    check(path)


@pytest.mark.parametrize(
    ("make", "kind"),
    [(make_odt, "docx"), (make_pptx, "pptx"), (make_xlsx, "xlsx"), (make_docx, "odt")],
    ids=["docx", "pptx", "xlsx", "odt"],
)
def test_files_that_libreoffice_wrote_are_read(make: Callable[[], bytes], kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"before.{make.__name__.removeprefix('make_')}"
    path.write_bytes(make())
    check(converted(path, kind))
