"""PO: empty messages are filled and marked fuzzy; every other line stays."""

import time

import polib
import pytest

from tarjimon.documents.base import Tag, TagKind, TranslatedUnit
from tarjimon.documents.po import Po
from tarjimon.errors import InvalidInputError

SAMPLE = """# Loyiha nomi
#, fuzzy
msgid ""
msgstr ""
"Project-Id-Version: x\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=3; plural=0;\\n"

#. izoh
#: a.c:1
#, c-format
msgctxt "menyu"
msgid "Fayl %s topilmadi, {name}!"
msgstr ""

#| msgid "Eski"
msgid ""
"Uzun "
"matn\\n"
msgstr ""

msgid "Bor"
msgstr "Есть"

#, fuzzy
msgid "Shubhali"
msgstr ""
"Сомни"
"тельно"

msgid "%d kun"
msgid_plural "%d kunlar"
msgstr[0] ""
msgstr[1] ""
msgstr[2] ""

msgid "%s"
msgstr ""

#~ msgid "Eskirgan"
#~ msgstr "Старое"
"""


def rendered(data: bytes = SAMPLE.encode(), language: str | None = None) -> bytes:
    document = Po(data)
    return document.render(
        {unit.id: TranslatedUnit(unit.text + " Я", unit.tags) for unit in document.units}, language=language
    )


def test_messages_without_a_translation_are_units_with_placeholders_as_tags() -> None:
    document = Po(SAMPLE.encode())
    assert [u.text for u in document.units] == [
        "Fayl topilmadi, !", "Uzun matn\n", "Shubhali", " kun", " kunlar",
    ]  # fmt: skip
    assert document.units[0].tags == (Tag(5, TagKind.EMPTY, "%s"), Tag(16, TagKind.EMPTY, "{name}"))
    assert [line.split(": ")[1] for line in document.left_alone] == ["has a translation", "obsolete"]


def test_nothing_translated_gives_the_bytes_back() -> None:
    assert Po(SAMPLE.encode()).render({}) == SAMPLE.encode()


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_only_the_lines_of_filled_messages_change(newline: str) -> None:
    data = rendered(SAMPLE.replace("\n", newline).encode())
    before, after = SAMPLE.split("\n"), data.decode().replace(newline, "\n").split("\n")
    kept = [line for line in before if line not in ('msgstr ""', '"Сомни"', '"тельно"', "#, c-format")]
    kept = [line for line in kept if not line.startswith("msgstr[")]
    for line in kept:
        assert line in after, line
    assert data.decode().count(newline) == data.decode().count("\n")


def test_filled_messages_are_fuzzy_and_valid() -> None:
    data = rendered()
    file = polib.pofile(data.decode(), check_for_duplicates=True)
    entries = {entry.msgid: entry for entry in file}
    first = entries["Fayl %s topilmadi, {name}!"]
    assert (first.msgstr, first.flags, first.msgctxt) == (
        "Fayl %s topilmadi, {name}! Я",
        ["fuzzy", "c-format"],
        "menyu",
    )
    assert (
        (first.comment, first.occurrences) == ("izoh", [("a.c", "1")])
        or first.tcomment
        or first.comment == "izoh"
    )
    assert entries["Uzun matn\n"].msgstr == "Uzun matn\n Я\n"
    assert entries["Uzun matn\n"].previous_msgid == "Eski"
    assert entries["Shubhali"].msgstr == "Shubhali Я"
    assert entries["%d kun"].msgstr_plural == {0: "%d kun Я", 1: "%d kunlar Я", 2: "%d kunlar Я"}
    assert entries["Bor"].flags == []
    assert entries["Bor"].msgstr == "Есть"
    assert entries["%s"].msgstr == ""
    assert entries["Eskirgan"].obsolete


def test_the_header_gets_the_language_and_its_plural_forms() -> None:
    file = polib.pofile(rendered(language="en").decode())
    assert file.metadata["Language"] == "en"
    assert file.metadata["Project-Id-Version"] == "x"
    assert file.metadata["Plural-Forms"] == "nplurals=2; plural=(n != 1);"
    [plural] = [entry for entry in file if entry.msgid_plural]
    assert set(plural.msgstr_plural) == {0, 1}


def test_a_placeholder_that_moves_gets_space_around_it() -> None:
    document = Po(b'msgid "Fayl %s topilmadi"\nmsgstr ""\n')
    [unit] = document.units
    for position, expected in (
        (0, "%s Не найден"),
        (9, "Не найден %s"),
        (2, "Не %s найден"),
        (3, "Не %s найден"),
    ):
        data = document.render({unit.id: TranslatedUnit("Не найден", (Tag(position, TagKind.EMPTY, "%s"),))})
        assert f'msgstr "{expected}"'.encode() in data


def test_a_placeholder_before_a_mark_does_not_touch_a_word() -> None:
    document = Po(b'msgid "Xush kelibsiz, {name}! %dkg"\nmsgstr ""\n')
    [unit] = document.units
    name, number = unit.tags
    tags = (Tag(12, name.kind, name.markup), Tag(20, number.kind, number.markup))
    data = document.render({unit.id: TranslatedUnit("Заявление, в услуги!", tags)}).decode()
    assert 'msgstr "Заявление, в {name} услуги! %d"' in data


def test_quotes_and_backslashes_stay_inside_of_the_message() -> None:
    document = Po(b'msgid "Salom"\nmsgstr ""\n')
    hostile = 'a "b" \\ c\nmsgid "x"\tz'
    data = document.render({document.units[0].id: TranslatedUnit(hostile)})
    [entry] = polib.pofile(data.decode())
    assert (entry.msgid, entry.msgstr) == ("Salom", hostile)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'msgid "a"\nmsgstr ""\n\nnonsense\n', r"bad\.po, line 4: not a PO file"),
        (
            b'msgid "a"\nmsgstr ""\n\nmsgid "a"\nmsgstr ""\n',
            r"bad\.po, line 4: the message 'a' is there already in line 1",
        ),
        (b"", r"bad\.po: the file is empty"),
        (b'msgid "a"\nmsgstr "\xcf\xf0\xe8\xe2\xe5\xf2"\n', r"bad\.po, line 2, byte 18"),
        (b'msgid ""\nmsgstr "Content-Type: text/plain; charset=klingon\\n"\n', "klingon"),
    ],
)
def test_bad_files_are_refused_with_file_and_line(data: bytes, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        Po(data, name="bad.po")


def test_a_declared_encoding_is_used() -> None:
    data = (
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=cp1251\\n"\n\nmsgid "Салом"\nmsgstr ""\n'.encode(
            "cp1251"
        )
    )
    document = Po(data)
    assert document.units[0].text == "Салом"
    assert "Привет".encode("cp1251") in document.render({"000000": TranslatedUnit("Привет")})


def test_many_messages_take_bounded_time() -> None:
    data = "".join(f'msgid "Salom {n} dunyo"\nmsgstr ""\n\n' for n in range(20_000)).encode()
    start = time.perf_counter()
    document = Po(data)
    document.render({unit.id: TranslatedUnit("Привет", unit.tags) for unit in document.units})
    assert time.perf_counter() - start < 40
    assert len(document.units) == 20_000
