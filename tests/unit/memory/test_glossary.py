"""Glossary files: what is read, and what each complaint names."""

from pathlib import Path

import pytest

from tarjimon.errors import ConfigError, InvalidInputError, LimitExceededError
from tarjimon.memory.glossary import LONGEST_TERM, parse_glossary, read_glossaries, read_glossary
from tarjimon.text.terms import Term

TBX = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE martif SYSTEM "TBXcoreStructV02.dtd">
<martif type="TBX" xml:lang="en"><text><body>
<termEntry id="1">
  <langSet xml:lang="uz"><tig><term>vazirlik</term></tig></langSet>
  <langSet xml:lang="ru"><ntig><termGrp><term>ведомство</term></termGrp></ntig>
    <tig><term>министерство</term></tig>
    <tig><term>наркомат</term><termNote type="administrativeStatus">deprecatedTerm-admn-sts</termNote></tig></langSet>
  <langSet xml:lang="en-GB"><tig><term>department</term></tig></langSet>
  <langSet xml:lang="de"><tig><term>Behörde</term></tig></langSet>
</termEntry></body></text></martif>"""
TBX_2019 = """<tbx type="TBX-Basic" style="dct" xmlns="urn:iso:std:iso:30042:ed-2"><text><body>
<conceptEntry id="c1"><langSec xml:lang="uz-Cyrl"><termSec><term>ҳоким</term></termSec></langSec>
<langSec xml:lang="en"><termSec><term>governor</term></termSec></langSec></conceptEntry></body></text></tbx>"""


def test_tsv_with_a_header() -> None:
    data = (
        "\ufeffSource\tTarget\tTarget language\tDo not translate\tcase-sensitive\n"
        "# a note\n"
        "\n"
        "vazirlik\tведомство\tru\t\t\r\n"
        "Paynet\t\t\tyes\tyes\n"
        'AJ "Bank"\tАО «Банк»\n'
    ).encode()
    assert parse_glossary(data, "a.tsv", origin="x") == (
        Term("vazirlik", "uz", "ведомство", "ru", origin="x"),
        Term("Paynet", do_not_translate=True, case_sensitive=True, origin="x"),
        Term('AJ "Bank"', "uz", "АО «Банк»", origin="x"),
    )


def test_tsv_without_a_header() -> None:
    assert parse_glossary("hokim\tгубернатор\tru\nqarz\tloan".encode(), "a.TSV") == (
        Term("hokim", "uz", "губернатор", "ru"),
        Term("qarz", "uz", "loan"),
    )


def test_csv_quotes_as_csv_does() -> None:
    data = 'source,target,source_language\n"мэр, глава","mayor ""head""",ru\n'.encode()
    assert parse_glossary(data, "a.csv") == (Term("мэр, глава", "ru", 'mayor "head"'),)


def test_tbx_gives_each_language_into_each_other() -> None:
    terms = parse_glossary(TBX.encode(), "a.tbx")
    assert Term("vazirlik", "uz", "ведомство", "ru", accepted=("министерство",)) in terms
    assert Term("vazirlik", "uz", "department", "en") in terms
    assert Term("министерство", "ru", "vazirlik", "uz") in terms
    assert not any("наркомат" in (t.source, t.target, *t.accepted) for t in terms)
    assert not any("Behörde" in (t.source, t.target) for t in terms)


def test_tbx_of_2019() -> None:
    assert Term("ҳоким", "uz", "governor", "en") in parse_glossary(TBX_2019.encode(), "a.tbx")


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.tsv", b"source\ttarget\nvazirlik\n", "a.tsv, line 2: 'vazirlik' has no target"),
        ("a.tsv", b"source\ttarget\nx\ty\n...\tz\n", "a.tsv, line 3: the source '...' has no letters"),
        ("a.tsv", b"source\ttarget\ncolour\n", "line 2: 'colour' has no target"),
        ("a.tsv", b"source\tcolour\nx\ty\n", "line 1: column 'colour' is not known"),
        ("a.tsv", b"source\tsource\nx\ty\n", "given twice"),
        ("a.tsv", b"a\tb\tru\td\n", "line 1: 4 columns; expected at most 3"),
        ("a.tsv", b"a\tb\tfr\n", "line 1: 'fr' is no language here; expected one of ru, en, uz"),
        ("a.tsv", b"source\ttarget\tdo_not_translate\na\tb\tmaybe\n", "line 2: do_not_translate is 'maybe'"),
        ("a.tsv", "мэр\tmayor".encode("cp1251"), "a.tsv, line 1: byte 0 is not UTF-8"),
        ("a.tsv", b"\n\n", "a.tsv has no terms"),
        ("a.csv", b"vazirlik,ministry\n", "line 1: the first line must name the columns"),
        ("a.csv", b'source,target\n"a,b\n', "a.csv, line 2:"),
        ("a.xlsx", b"", "expected a name with .tsv, .csv, .tbx"),
        ("a.tbx", b"<martif><text>", "a.tbx, line 1: this is not well-formed XML"),
        ("a.tbx", b"<html/>", "a.tbx, line 1: the root is <html>; expected <martif> or <tbx>"),
        ("a.tbx", b"", "a.tbx, line 1"),
    ],
)
def test_a_complaint_names_file_and_line(name: str, data: bytes, expected: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        parse_glossary(data, name)
    assert expected in error.value.message


def test_entities_are_refused_and_nothing_outside_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret words")
    for entity in (f'<!ENTITY e SYSTEM "{secret.as_uri()}">', '<!ENTITY a "aaaa"><!ENTITY e "&a;&a;&a;">'):
        data = TBX.replace('SYSTEM "TBXcoreStructV02.dtd"', f"[{entity}]").replace("vazirlik", "&e;")
        with pytest.raises(InvalidInputError, match="declares XML entities"):
            parse_glossary(data.encode(), "a.tbx")


def test_limits(tmp_path: Path) -> None:
    rows = "".join(f"so'z{n}\tслово{n}\n" for n in range(5_001)).encode()
    with pytest.raises(LimitExceededError, match=r"line 5001: more than 5,000 terms"):
        parse_glossary(rows, "a.tsv")
    with pytest.raises(LimitExceededError, match="the target has 501 characters"):
        parse_glossary(f"a\t{'b' * (LONGEST_TERM + 1)}".encode(), "a.tsv")
    with pytest.raises(InvalidInputError, match="cannot read the glossary"):
        read_glossary(tmp_path / "none.tsv")


def test_a_folder_of_glossaries(tmp_path: Path) -> None:
    (tmp_path / "press.tsv").write_text("hokim\tгубернатор\tru\n", encoding="utf-8")
    (tmp_path / "README.md").write_text("not a glossary")
    assert read_glossaries(tmp_path) == {"press": (Term("hokim", "uz", "губернатор", "ru", origin="press"),)}
    (tmp_path / "press.csv").write_text("source,target\na,b\n")
    with pytest.raises(ConfigError, match="two glossaries with the name 'press'"):
        read_glossaries(tmp_path)
    (tmp_path / "press.csv").write_text("a,b\n")
    (tmp_path / "press.tsv").unlink()
    with pytest.raises(ConfigError, match=r"press.csv, line 1"):
        read_glossaries(tmp_path)
    with pytest.raises(ConfigError, match="does not exist"):
        read_glossaries(tmp_path / "none")
