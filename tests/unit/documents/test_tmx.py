"""TMX: rows in and out, in the memory of one unit."""

import tracemalloc
from datetime import UTC, datetime

import pytest
from lxml import etree

from tarjimon.documents.tmx import MemoryRow, read_tmx, write_tmx
from tarjimon.errors import InvalidInputError, LimitExceededError

SAMPLE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header creationtool="x" srclang="uz-Latn" adminlang="en" segtype="sentence" datatype="xml"/>
<body>
<tu creationid="anvar" creationdate="20240102T030405Z"><prop type="client">Vazirlik</prop>
 <tuv xml:lang="RU" changedate="20250102T030405Z">
  <seg>Привет <bpt i="1">&lt;b&gt;</bpt>мир<ept i="1">&lt;/b&gt;</ept></seg></tuv>
 <tuv xml:lang="uz"><seg>Salom <hi>dunyo</hi><ph/></seg></tuv>
 <tuv xml:lang="en-GB"><seg>Hello world</seg></tuv></tu>
<tu srclang="*all*"><tuv xml:lang="ru"><seg>Да</seg></tuv><tuv xml:lang="en"><seg>Yes</seg></tuv></tu>
<tu><tuv xml:lang="uz"><seg></seg></tuv><tuv xml:lang="en"><seg>Nothing</seg></tuv></tu>
</body></tmx>""".encode()


def test_each_other_language_of_a_unit_is_a_row() -> None:
    rows = list(read_tmx(SAMPLE))
    assert [(r.source_language, r.target_language, r.source, r.target) for r in rows] == [
        ("uz", "RU", "Salom dunyo", "Привет мир"),
        ("uz", "en-GB", "Salom dunyo", "Hello world"),
        ("ru", "en", "Да", "Yes"),
    ]
    assert rows[0].origin == {"creationid": "anvar", "client": "Vazirlik"}
    assert rows[0].created == datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert rows[0].changed == datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert rows[0].place == "line 5"


def test_a_language_that_is_asked_for_is_the_source() -> None:
    assert [(r.source, r.target) for r in read_tmx(SAMPLE, source_language="en")] == [
        ("Hello world", "Привет мир"),
        ("Hello world", "Salom dunyo"),
        ("Yes", "Да"),
    ]


def test_what_is_written_is_read_again() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [
        MemoryRow(
            "uz", "ru", 'A < B & "C"', "Я > \x01ю", {"creationid": 'a"b', "reviewed": "<yes>"}, now, now
        ),
        MemoryRow("uz", "en", "Salom", "Hi"),
    ]
    data = b"".join(write_tmx(rows, source_language="uz", version="1", now=now))
    again = list(read_tmx(data))
    assert [(r.source, r.target, r.origin, r.created) for r in again] == [
        ('A < B & "C"', "Я > \ufffdю", rows[0].origin, now),
        ("Salom", "Hi", {}, None),
    ]
    assert etree.fromstring(data).get("version") == "1.4"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (SAMPLE.replace(b' xml:lang="uz"', b"", 1), r"bad\.tmx, line 8: a <tuv> has no xml:lang"),
        (SAMPLE.replace(b"</seg></tuv></tu>", b"</seg></tu>", 1), r"bad\.tmx, line \d+: not well-formed"),
        (b'<!DOCTYPE tmx [<!ENTITY a "b">]><tmx/>', r"bad\.tmx, line 1: the document type declares"),
        (b"<xliff version='1.2'/>", r"bad\.tmx, line 1: .*<xliff>, expected <tmx>"),
        (b"", r"bad\.tmx: the file is empty"),
        (b"PK\x03\x04", r"bad\.tmx, line 1: not well-formed"),
    ],
)
def test_bad_files_are_refused_with_file_and_line(data: bytes, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        list(read_tmx(data, "bad.tmx"))


def test_nested_entities_and_depth_do_no_harm() -> None:
    laughs = b'<!DOCTYPE tmx [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><tmx><body>&b;</body></tmx>'
    with pytest.raises(InvalidInputError, match="declares"):
        list(read_tmx(laughs))
    deep = b"<tmx><body>" + b"<x>" * 300 + b"</x>" * 300 + b"</body></tmx>"
    with pytest.raises((LimitExceededError, InvalidInputError), match="deep"):
        list(read_tmx(deep))


def test_a_long_memory_costs_the_memory_of_one_unit() -> None:
    row = MemoryRow("uz", "ru", "Salom dunyo " * 5, "Привет мир " * 5)
    data = b"".join(
        write_tmx((row for _ in range(20_000)), source_language="uz", version="1", now=datetime.now(UTC))
    )
    tracemalloc.start()
    assert sum(1 for _ in read_tmx(data)) == 20_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * 2**20
