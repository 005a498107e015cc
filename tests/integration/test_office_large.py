"""A document of thousands of pages is read and written in bounded time and memory."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import docx
import pytest

PARAGRAPH = (
    '<w:p><w:pPr><w:spacing w:after="120"/></w:pPr>'
    '<w:r><w:rPr><w:sz w:val="24"/></w:rPr><w:t xml:space="preserve">Toshkent shahrida {}-raqamli </w:t></w:r>'
    '<w:r><w:rPr><w:b/><w:sz w:val="24"/></w:rPr><w:t>metro bekati</w:t></w:r>'
    '<w:r><w:rPr><w:sz w:val="24"/></w:rPr><w:t xml:space="preserve"> ochildi va xizmat qilmoqda.</w:t></w:r></w:p>'
)

# In a process of its own, so that the peak of its memory is the document's.
PROGRAM = """
import re, sys, time
from pathlib import Path
from tarjimon.documents.base import TranslatedUnit
from tarjimon.documents.docx import Docx
# Not getrusage: its peak begins with that of the process that started this one.
def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text()).group(1)) / 1024
before = peak()
start = time.perf_counter()
document = Docx(Path(sys.argv[1]).read_bytes())
read = time.perf_counter()
new = document.render({u.id: TranslatedUnit(u.text.replace("bekati", "stansi"), u.tags) for u in document.units})
done = time.perf_counter()
Path(sys.argv[2]).write_bytes(new)
print(len(document.units), read - start, done - read, peak() - before)
"""


def make(path: Path, paragraphs: int) -> None:
    template = io.BytesIO()
    document = docx.Document()
    document.core_properties.comments = ""
    document.save(template)
    with zipfile.ZipFile(template) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "word/document.xml":
                texts = "".join(PARAGRAPH.format(number) for number in range(paragraphs)).encode()
                content = content.replace(b"<w:body>", b"<w:body>" + texts)
            target.writestr(name, content)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
@pytest.mark.parametrize(
    ("paragraphs", "seconds", "mebibytes"),
    [(5_000, 20, 120), pytest.param(100_000, 240, 1_200, marks=[pytest.mark.slow, pytest.mark.timeout(400)])],
)
def test_time_and_memory_are_bounded(
    tmp_path: Path, paragraphs: int, seconds: float, mebibytes: float
) -> None:
    source, target = tmp_path / "katta.docx", tmp_path / "katta.ru.docx"
    make(source, paragraphs)
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(source), str(target)], check=True, capture_output=True, text=True
    )
    units, read, written, memory = (float(figure) for figure in run.stdout.split())
    print(f"{paragraphs:,} paragraphs: read {read:.1f} s, written {written:.1f} s, {memory:.0f} MiB")
    assert units == paragraphs
    assert read + written < seconds
    assert memory < mebibytes
    with zipfile.ZipFile(target) as archive:
        xml = archive.read("word/document.xml")
    assert xml.count(b"metro stansi") == paragraphs
    assert xml.count(b"<w:b/>") == paragraphs
