"""Subtitles: times and numbers stay, lines are short, a translation never becomes a tag or a cue."""

import time

import pytest
import srt

from tarjimon.documents.base import Tag, TagKind, TranslatedUnit
from tarjimon.documents.subtitles import LINE, Subtitles
from tarjimon.errors import InvalidInputError

SRT = """1
00:00:01,000 --> 00:00:02,500
Bugun <i>Toshkentda</i> katta
yig'ilish bo'lib o'tdi.

2
00:00:03,000 --> 00:00:04,000 X1:100
{\\an8}- Salom!
- Xayr!

7
00:00:05,000 --> 00:00:06,000
♪

8
00:00:07.000 --> 00:00:08.000
Oxirgi"""

VTT = """WEBVTT - sarlavha

NOTE
Bu izoh

STYLE
::cue { color: red }

salomlashuv
00:01.000 --> 00:02.000 align:start
<v Anvar>Salom &amp; <b>xush</b> kelibsiz
do'stlar

00:03.000 --> 00:04.000
<c.qizil>Ikkinchi</c> <00:03.500>qator
"""


def test_a_cue_is_a_unit_with_tags() -> None:
    document = Subtitles(SRT.encode())
    assert [u.text for u in document.units] == [
        "Bugun Toshkentda katta yig'ilish bo'lib o'tdi.",
        "- Salom!\n- Xayr!",
        "Oxirgi",
    ]
    assert document.units[0].place == "line 2"
    assert [(t.position, t.kind, t.markup) for t in document.units[0].tags] == [
        (6, TagKind.OPEN, "<i>"),
        (16, TagKind.CLOSE, "</i>"),
    ]
    assert document.units[1].tags == (Tag(0, TagKind.EMPTY, "{\\an8}"),)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_nothing_replaced_gives_the_bytes_back(newline: str) -> None:
    for text, vtt in ((SRT, False), (VTT, True)):
        data = ("\ufeff" + text.replace("\n", newline)).encode()
        document = Subtitles(data, vtt=vtt)
        assert document.render({}) == data
        assert document.render({u.id: TranslatedUnit(u.text, u.tags) for u in document.units}) == data


def test_a_translation_is_wrapped_and_times_stay() -> None:
    document = Subtitles(SRT.encode())
    long = "Сегодня в Ташкенте состоялось большое совещание по вопросам развития"
    opened, closed = document.units[0].tags
    tags = (
        Tag(10, opened.kind, opened.markup, opened.pair),
        Tag(18, closed.kind, closed.markup, closed.pair),
    )
    data = document.render(
        {document.units[0].id: TranslatedUnit(long, tags), document.units[2].id: TranslatedUnit("Конец")}
    ).decode()
    cues = list(srt.parse(data))
    before = list(srt.parse(SRT))
    assert [(c.index, c.start, c.end, c.proprietary) for c in cues] == [
        (c.index, c.start, c.end, c.proprietary) for c in before
    ]
    lines = cues[0].content.split("\n")
    assert len(lines) == 2
    assert all(len(line) <= LINE + len("<i></i>") for line in lines)
    assert "в <i>Ташкенте</i> состоялось" in cues[0].content.replace("\n", " ")
    assert cues[0].content.replace("\n", " ").replace("<i>", "").replace("</i>", "") == long
    assert cues[3].content == "Конец"


def test_a_dialogue_keeps_its_lines() -> None:
    document = Subtitles(SRT.encode())
    unit = document.units[1]
    data = document.render({unit.id: TranslatedUnit("- Привет!\n- Пока!", unit.tags)}).decode()
    assert "{\\an8}- Привет!\n- Пока!\n\n7\n" in data


HOSTILE = "a\n\n9\n00:00:09,000 --> 00:00:10,000\n<i>b</i> & {\\an8}"


@pytest.mark.parametrize(("source", "vtt"), [(SRT, False), (VTT, True)])
def test_a_translation_never_becomes_a_cue_or_a_tag(source: str, vtt: bool) -> None:
    document = Subtitles(source.encode(), vtt=vtt)
    unit = document.units[-1]
    new = TranslatedUnit(HOSTILE, tuple(Tag(0, t.kind, t.markup, t.pair) for t in unit.tags))
    again = Subtitles(document.render({unit.id: new}), vtt=vtt)
    assert len(again.units) == len(document.units)
    assert [t.markup for t in again.units[-1].tags if t.markup != "{\\an8}"] == [t.markup for t in unit.tags]


def test_webvtt_keeps_names_settings_notes_and_speakers() -> None:
    document = Subtitles(VTT.encode(), vtt=True)
    assert [u.text for u in document.units] == ["Salom & xush kelibsiz do'stlar", "Ikkinchi qator"]
    assert document.left_alone == ("line 3: note", "line 6: style")
    first = document.units[0]
    assert [t.markup for t in first.tags] == ["<v Anvar>", "<b>", "</b>"]
    moved = tuple(Tag(min(t.position, 3), t.kind, t.markup, t.pair) for t in first.tags)
    data = document.render({first.id: TranslatedUnit("A < B & C", moved)}).decode()
    assert "salomlashuv\n00:01.000 --> 00:02.000 align:start\n<v Anvar>A &lt;" in data.replace("<b></b>", "")
    assert data.startswith(VTT[: VTT.index("<v")])


@pytest.mark.parametrize(
    ("data", "vtt", "message"),
    [
        ("salom\nhello", False, r"bad\.x, line 1: not part of a cue"),
        (
            SRT.replace("1\n00:00:01,000 -->", "yo'q\n\n1\n00:00:01,000 -->"),
            False,
            r"bad\.x, line 1: not part",
        ),
        (SRT, True, r"bad\.x, line 1: a WebVTT file begins with WEBVTT"),
        (VTT.replace("00:03.000 -->", "yo'q -->"), True, r"bad\.x, line 14: the times"),
        ("", False, r"bad\.x: the file is empty"),
    ],
)
def test_bad_files_are_refused_with_file_and_line(data: str, vtt: bool, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        Subtitles(data.encode(), name="bad.x", vtt=vtt)


def test_many_cues_take_bounded_time() -> None:
    cue = "{0}\n00:00:01,000 --> 00:00:02,000\nSalom dunyo\n\n"
    data = "".join(cue.format(n) for n in range(20_000)).encode()
    start = time.perf_counter()
    assert len(Subtitles(data).units) == 20_000
    assert time.perf_counter() - start < 20
