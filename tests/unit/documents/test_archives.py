"""A file that is not what it says, or would unpack to too much, is refused with its name and what to do."""

import io
import warnings
import zipfile

import docx
import odfdo
import openpyxl
import pptx
import pytest

from tarjimon.documents.archives import Archive, ArchiveLimits
from tarjimon.documents.formats import ReadOptions, read
from tarjimon.errors import InvalidInputError, LimitExceededError

OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)


def word() -> bytes:
    out = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("Salom")
    document.save(out)
    return out.getvalue()


def powerpoint() -> bytes:
    out = io.BytesIO()
    pptx.Presentation().save(out)
    return out.getvalue()


def excel() -> bytes:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.active["A1"] = "Salom"
    book.save(out)
    return out.getvalue()


def odt() -> bytes:
    out = io.BytesIO()
    odfdo.Document("text").save(out)
    return out.getvalue()


MAKERS = {"docx": word, "pptx": powerpoint, "xlsx": excel, "odt": odt}
TEXT_PART = {
    "docx": "word/document.xml",
    "pptx": "ppt/presentation.xml",
    "xlsx": "xl/workbook.xml",
    "odt": "content.xml",
}


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def refused(data: bytes, name: str) -> InvalidInputError:
    with pytest.raises(InvalidInputError) as caught:
        read(data, ReadOptions(name))
    assert caught.value.message.startswith(f"{name}: ")
    return caught.value


@pytest.mark.parametrize("kind", MAKERS)
def test_files_of_other_kinds_are_named(kind: str) -> None:
    name = f"hujjat.{kind}"
    assert "PDF" in refused(b"%PDF-1.7 ...", name).message
    assert "RTF" in refused(b"{\\rtf1 Salom}", name).message
    assert "97-2003" in refused(OLE, name).message
    assert "empty" in refused(b"", name).message
    assert "something else" in refused(b"Salom, dunyo!", name).message
    assert refused(zipped({"rasm.png": b"x"}), name).reason == "WRONG_FORMAT"


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("other", MAKERS)
def test_an_office_file_with_the_ending_of_another_is_refused(kind: str, other: str) -> None:
    data = MAKERS[other]()
    if kind == other:
        assert read(data, ReadOptions(f"hujjat.{kind}")).render({}) == data
    else:
        assert refused(data, f"hujjat.{kind}").reason == "WRONG_FORMAT"


@pytest.mark.parametrize("name", ["hujjat.txt", "hujjat.md", "hujjat"])
def test_an_office_file_is_not_read_as_text(name: str) -> None:
    assert refused(word(), name).reason == "WRONG_FORMAT"
    with pytest.raises(InvalidInputError, match="not a text file"):
        read(word(), ReadOptions(name, encoding="cp1251"))


@pytest.mark.parametrize("kind", ["docx", "pptx", "xlsx"])
def test_a_file_with_a_password_is_named_as_such(kind: str) -> None:
    data = OLE + "EncryptedPackage".encode("utf-16-le")
    assert refused(data, f"maxfiy.{kind}").reason == "PASSWORD_PROTECTED"


def test_an_encrypted_opendocument_is_named_as_such() -> None:
    parts = members(odt())
    parts["META-INF/manifest.xml"] = b'<m xmlns:m="x"><m:encryption-data/></m>'
    assert refused(zipped(parts), "maxfiy.odt").reason == "PASSWORD_PROTECTED"


def test_a_zip_with_a_password_is_named_as_such() -> None:
    data = bytearray(word())
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    assert refused(bytes(data), "maxfiy.docx").reason == "PASSWORD_PROTECTED"


@pytest.mark.parametrize("kind", MAKERS)
def test_a_cut_off_file_is_damaged(kind: str) -> None:
    data = MAKERS[kind]()
    assert refused(data[: len(data) // 2], f"yarim.{kind}").reason == "DAMAGED_FILE"


def test_a_changed_byte_is_noticed() -> None:
    data = bytearray(word())
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        info = archive.getinfo("word/document.xml")
    data[info.header_offset + 30 + len(info.filename) + info.compress_size // 2] ^= 0xFF
    error = refused(bytes(data), "buzuq.docx")
    assert "word/document.xml" in error.message
    assert error.reason == "DAMAGED_FILE"


@pytest.mark.parametrize("kind", MAKERS)
def test_a_missing_part_is_named(kind: str) -> None:
    parts = members(MAKERS[kind]())
    del parts[TEXT_PART[kind]]
    error = refused(zipped(parts), f"buzuq.{kind}")
    assert TEXT_PART[kind] in error.message


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize(
    "xml",
    [
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "1234567890">]><a>&a;</a>',
        b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY a "b">]><a>&a;</a>'.encode("utf-16"),
    ],
)
def test_entities_and_document_types_are_refused(kind: str, xml: bytes) -> None:
    parts = members(MAKERS[kind]())
    parts[TEXT_PART[kind]] = xml
    assert refused(zipped(parts), f"xavfli.{kind}").reason == "UNSAFE_XML"


@pytest.mark.parametrize("kind", MAKERS)
def test_broken_xml_is_damaged(kind: str) -> None:
    parts = members(MAKERS[kind]())
    parts[TEXT_PART[kind]] = b"<a><b></a>"
    error = refused(zipped(parts), f"buzuq.{kind}")
    assert "well-formed" in error.message
    assert TEXT_PART[kind] in error.message


@pytest.mark.parametrize("kind", MAKERS)
def test_endless_nesting_is_refused(kind: str) -> None:
    parts = members(MAKERS[kind]())
    parts[TEXT_PART[kind]] = b"<a>" * 5000 + b"</a>" * 5000
    assert refused(zipped(parts), f"chuqur.{kind}").reason == "DAMAGED_FILE"


def test_a_zip_bomb_is_refused_unread() -> None:
    parts = members(word())
    parts["word/media/image1.bmp"] = bytes(32 * 2**20)
    error = refused(zipped(parts), "bomba.docx")
    assert isinstance(error, LimitExceededError)
    assert "word/media/image1.bmp" in error.message
    assert "times" in error.message


def test_each_limit_is_kept() -> None:
    data = zipped({"a": b"a" * 1000, "b": b"b" * 1000})

    def check(limits: ArchiveLimits) -> None:
        Archive(data, name="x.docx", wanted="a Word document (.docx)", limits=limits)

    check(ArchiveLimits(members=2, member_bytes=1000, total_bytes=2000))
    for limits in (
        ArchiveLimits(members=1),
        ArchiveLimits(member_bytes=999),
        ArchiveLimits(total_bytes=1999),
        ArchiveLimits(ratio=10, ratio_from_bytes=100),
    ):
        with pytest.raises(LimitExceededError, match=r"^x\.docx: .* limit of"):
            check(limits)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "word/../../x", "C:/x", "word\\document.xml", "./x", "a/\n"]
)
def test_names_that_leave_the_archive_are_refused(name: str) -> None:
    parts = members(word()) | {name: b"x"}
    assert refused(zipped(parts), "xavfli.docx").reason == "UNSAFE_ARCHIVE"


@pytest.mark.parametrize("name", ["word/document.xml", "Word/Document.xml"])
def test_two_parts_of_one_name_are_refused(name: str) -> None:
    out = io.BytesIO(word())
    with warnings.catch_warnings(), zipfile.ZipFile(out, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr(name, b"<other/>")
    error = refused(out.getvalue(), "ikki.docx")
    assert "two of its parts" in error.message


@pytest.mark.parametrize(
    ("kind", "member"),
    [("docx", "word/vbaProject.bin"), ("xlsx", "xl/vbaProject.bin"), ("odt", "Basic/Standard/Module1.xml")],
)
def test_macros_are_refused(kind: str, member: str) -> None:
    parts = members(MAKERS[kind]()) | {member: b"Sub AutoOpen()"}
    error = refused(zipped(parts), f"makros.{kind}")
    assert error.reason == "MACROS"
    assert "without" in error.message


def test_a_macro_document_with_an_innocent_ending_is_refused() -> None:
    parts = members(word())
    types = parts["[Content_Types].xml"].replace(
        b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        b"application/vnd.ms-word.document.macroEnabled.main+xml",
    )
    assert types != parts["[Content_Types].xml"]
    assert refused(zipped(parts | {"[Content_Types].xml": types}), "makros.docx").reason == "MACROS"
    with pytest.raises(InvalidInputError, match=r"\.docm are not read"):
        read(word(), ReadOptions("makros.docm"))


def test_archives_inside_are_copied_and_never_opened() -> None:
    inner = zipped({"bomb": bytes(64 * 2**20)})
    data = zipped(members(word()) | {"word/embeddings/Hisobot.xlsx": inner})
    document = read(data, ReadOptions("ichma-ich.docx"))
    assert "embedded file 1: Hisobot.xlsx is not opened" in document.left_alone
    assert document.render({}) == data


def test_replacing_a_member_keeps_all_others_and_their_order() -> None:
    data = word()
    before = members(data)
    new = Archive(data, name="x.docx", wanted="a Word document (.docx)").replaced(
        {"word/styles.xml": b"<new/>"}
    )
    after = members(new)
    assert list(after) == list(before)
    assert {name for name in after if after[name] != before[name]} == {"word/styles.xml"}
    with zipfile.ZipFile(io.BytesIO(data)) as old_zip, zipfile.ZipFile(io.BytesIO(new)) as new_zip:
        for old, copy in zip(old_zip.infolist(), new_zip.infolist(), strict=True):
            assert (copy.date_time, copy.compress_type) == (old.date_time, old.compress_type)
