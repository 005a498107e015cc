"""An encoding is stated or marked; a wrong one is refused with the likely one, and never used unasked."""

import pytest

from tarjimon.documents.decoding import decode, likely_encoding
from tarjimon.errors import InvalidInputError

# Uzbek and Russian words in letters that the old 8-bit encodings have.
CYRILLIC = "Тошкент шаҳрида катта йиғилиш бўлиб ўтди. Вазирлик маълумот берди.\n".replace("ҳ", "х").replace(
    "ғ", "г"
)
LATIN = "Toshkent shahrida katta yig'ilish bo'lib o'tdi. Vazirlik ma'lumot berdi.\n"


@pytest.mark.parametrize("codec", ["cp1251", "utf-16-le", "utf-16-be", "cp866", "koi8-r"])
def test_the_likely_encoding_is_named_and_not_used(codec: str) -> None:
    text = CYRILLIC if codec in ("cp1251", "utf-16-le", "utf-16-be") else CYRILLIC.replace("ў", "у")
    with pytest.raises(InvalidInputError, match=rf"a\.txt, line \d+.*--encoding {codec}"):
        decode(text.encode(codec), "a.txt")


def test_latin_text_in_utf_16_without_a_mark_is_not_taken_for_utf_8() -> None:
    with pytest.raises(InvalidInputError, match=r"U\+0000.*--encoding utf-16-le"):
        decode(LATIN.encode("utf-16-le"), "a.txt")


def test_what_looks_like_nothing_gets_no_hint() -> None:
    assert likely_encoding(bytes(range(128, 256))) is None
    with pytest.raises(InvalidInputError, match="say which encoding it is"):
        decode(bytes(range(128, 256)), "a.bin")


def test_a_stated_encoding_is_used() -> None:
    assert decode(CYRILLIC.encode("cp1251"), "a.txt", "cp1251") == (CYRILLIC, "cp1251")
    assert decode(LATIN.encode("utf-32"), "a.txt") == (LATIN, "utf-32")


def test_form_feeds_and_tabs_are_text() -> None:
    assert decode(b"a\tb\fc\r\n", "a.txt")[0] == "a\tb\fc\r\n"
