"""XLIFF: empty targets are filled, finished ones stay, codes travel, ids are unique."""

import pytest
from lxml import etree

from tarjimon.documents.base import TagKind, TranslatedUnit
from tarjimon.documents.xliff import Xliff, corrections
from tarjimon.documents.xliff_out import Candidate, OutputSegment, write_xliff_1, write_xliff_2
from tarjimon.errors import InvalidInputError, LimitExceededError

V1 = b"""<?xml version="1.0" encoding="UTF-8"?>
<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">
 <file original="a.html" source-language="uz" target-language="ru" datatype="html"><body>
  <trans-unit id="1">
    <source>Bu <g id="1">muhim</g> xabar <x id="2"/> bor.</source>
    <note>izoh</note>
    <alt-trans><source>Eski</source><target>\xd0\xa1\xd1\x82\xd0\xb0\xd1\x80\xd0\xbe\xd0\xb5</target></alt-trans>
  </trans-unit>
  <trans-unit id="2" approved="yes"><source>Salom</source><target state="final">Privet</target></trans-unit>
  <trans-unit id="3" translate="no"><source>KOD</source></trans-unit>
  <trans-unit id="4"><source>Xayr</source><target state="new">Xayr</target></trans-unit>
  <trans-unit id="5">
   <source><bpt id="1">{b}</bpt>Qalin<ept id="1">{/b}</ept> matn<ph id="2">{br}</ph></source></trans-unit>
  <trans-unit id="6"><source>Bir. Ikki.</source>
    <seg-source><mrk mtype="seg" mid="0">Bir.</mrk> <mrk mtype="seg" mid="1">Ikki.</mrk></seg-source>
    <target><mrk mtype="seg" mid="0">Odin.</mrk> <mrk mtype="seg" mid="1"/></target></trans-unit>
 </body></file>
 <file original="b.html" source-language="uz" target-language="ru" datatype="html"><body>
  <trans-unit id="1" xml:space="preserve"><source>Ikki
qator </source></trans-unit>
 </body></file>
</xliff>"""

V2 = b"""<?xml version="1.0"?>
<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.1" srcLang="uz">
 <file id="f1"><unit id="u1"><notes><note>izoh</note></notes>
  <segment id="s1"><source>Bu <pc id="1">muhim</pc> <ph id="2"/> xabar<cp hex="001F"/></source></segment>
  <ignorable><source> </source></ignorable>
  <segment id="s2" state="reviewed"><source>Salom</source><target>Privet</target></segment>
  <segment>
   <source><sc id="3"/>Uchinchi<ec startRef="3"/> <mrk id="m" translate="no">KOD</mrk> gap</source></segment>
 </unit></file>
 <file id="f2"><group id="g" translate="no">
 <unit id="u1"><segment><source>Tegma</source></segment></unit></group></file>
</xliff>"""


def filled(document: Xliff, word: str = "X") -> dict[str, TranslatedUnit]:
    new = {}
    for unit in document.units:
        text = word + unit.text
        tags = tuple(type(t)(t.position + len(word), t.kind, t.markup, t.pair) for t in unit.tags)
        new[unit.id] = TranslatedUnit(text, tags)
    return new


def by_id(data: bytes, identity: str, number: int = 0) -> etree._Element:
    found = [u for u in etree.fromstring(data).iter("{*}trans-unit", "{*}segment") if u.get("id") == identity]
    result = found[number].find("{*}target")
    assert result is not None
    return result


def inner(element: etree._Element) -> str:
    text = etree.tostring(element, encoding="unicode", with_tail=False)
    return text[text.index(">") + 1 : text.rindex("<")].replace(
        ' xmlns="urn:oasis:names:tc:xliff:document:1.2"', ""
    )


def test_segments_without_a_translation_are_the_units() -> None:
    document = Xliff(V1)
    assert [u.text for u in document.units] == [
        "Bu muhim xabar bor.", "Xayr", "Qalin matn", "Ikki.", "Ikki\nqator ",
    ]  # fmt: skip
    assert [line.split(": ", 1)[1] for line in document.left_alone] == [
        "has an approved translation", 'marked translate="no"', "has a translation",
    ]  # fmt: skip
    assert document.units[0].place == 'line 5, trans-unit "1"'


def test_codes_are_tags() -> None:
    first, _, third, *_ = Xliff(V1).units
    assert [(t.position, t.kind, t.markup) for t in first.tags] == [
        (3, TagKind.OPEN, '<g id="1">'), (8, TagKind.CLOSE, "</g>"), (15, TagKind.EMPTY, '<x id="2"/>'),
    ]  # fmt: skip
    assert [(t.position, t.kind) for t in third.tags] == [
        (0, TagKind.OPEN), (5, TagKind.CLOSE), (10, TagKind.EMPTY),
    ]  # fmt: skip


def test_targets_are_filled_in_their_place_and_wait_for_review() -> None:
    document = Xliff(V1)
    data = document.render(filled(document))
    first = by_id(data, "1")
    assert inner(first) == 'XBu <g id="1">muhim</g> xabar <x id="2"/> bor.'
    assert first.get("state") == "needs-review-translation"
    assert [etree.QName(e).localname for e in first.iterancestors("{*}trans-unit").__next__()] == [
        "source",
        "target",
        "note",
        "alt-trans",
    ]
    assert inner(by_id(data, "2")) == "Privet"
    assert by_id(data, "2").get("state") == "final"
    assert inner(by_id(data, "4")) == "XXayr"
    assert inner(
        by_id(data, "5")
    ) == '<bpt id="1">{b}</bpt>XQalin<ept id="1">{/b}</ept> matn<ph id="2">{br}</ph>' or (
        inner(by_id(data, "5"))
        == 'X<bpt id="1">{b}</bpt>Qalin<ept id="1">{/b}</ept> matn<ph id="2">{br}</ph>'
    )
    assert inner(by_id(data, "6")) == (
        '<mrk mtype="seg" mid="0">Odin.</mrk> <mrk mtype="seg" mid="1">XIkki.</mrk>'
    )
    assert inner(by_id(data, "1", 1)) == "XIkki\nqator "
    assert Xliff(data).units == ()


def test_nothing_translated_gives_the_bytes_back() -> None:
    for data in (V1, V2):
        assert Xliff(data).render({}) == data


def test_everything_but_targets_stays() -> None:
    document = Xliff(V1)
    before, after = etree.fromstring(V1), etree.fromstring(document.render(filled(document)))
    for root in (before, after):
        for unit in root.iter("{*}trans-unit"):
            for element in unit.findall("{*}target"):
                unit.remove(element)
    squeeze = [b"".join(etree.tostring(root, method="c14n").split()) for root in (before, after)]
    assert squeeze[0] == squeeze[1]


def test_version_2_is_filled_with_states_and_language() -> None:
    document = Xliff(V2)
    assert [u.text for u in document.units] == ["Bu muhim xabar", "Uchinchi gap"]
    data = document.render(filled(document), language="ru")
    root = etree.fromstring(data)
    assert root.get("trgLang") == "ru"
    segments = list(root.iter("{*}segment"))
    assert [s.get("state") for s in segments] == ["translated", "reviewed", "translated", None]
    assert segments[0].get("subState") == "tarjimon:mt"
    assert "".join(segments[1].itertext()) == "SalomPrivet"
    new = segments[0].find("{*}target")
    assert new is not None
    assert [etree.QName(e).localname for e in new] == ["pc", "ph", "cp"]
    third = segments[2].find("{*}target")
    assert third is not None
    assert [etree.QName(e).localname for e in third] == ["sc", "ec", "mrk"]
    assert third[2].text == "KOD"


def test_a_file_with_translations_does_not_become_one_of_another_language() -> None:
    document = Xliff(V1, name="a.xlf")
    with pytest.raises(InvalidInputError, match=r"a\.xlf: .*into 'ru'.*into 'en'"):
        document.render(filled(document), language="en")
    assert Xliff(document.render(filled(document), language="ru-RU")).target_language == "ru"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (V1.replace(b'id="4"', b'id="2"'), r"line 11: the trans-unit id '2' is used already in line 9"),
        (V1.replace(b'mid="1">Ikki', b'mid="0">Ikki'), r"mid '0' is used already"),
        (V2.replace(b'id="s2"', b'id="s1"'), r"line 6: the segment id 's1' is used already in line 4"),
        (V2.replace(b'id="f2"', b'id="f1"'), r"the file id 'f1'"),
        (V1.replace(b' id="3"', b""), r"line 10: a trans-unit has no id"),
        (V2.replace(b'"2.1"', b'"7.0"'), r"line 2: XLIFF version '7.0'"),
        (b"<tmx version='1.4'/>", r"line 1: the document begins with <tmx>, expected <xliff>"),
        (V1[:-20], r"line \d+: not well-formed XML"),
        (b"", r"the file is empty"),
        (b"salom", r"line 1: not well-formed"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><xliff version="1.2"/>', r"line 1: the document type declares"),
        (b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xliff>&a;</xliff>', "declares"),
        (V1.replace(b"Salom", b"Sal\xffom"), r"line 9: not well-formed"),
    ],
)
def test_bad_files_are_refused_with_file_and_line(data: bytes, message: str) -> None:
    with pytest.raises(InvalidInputError, match=r"bad\.xlf.*" + message):
        Xliff(data, name="bad.xlf")


def test_elements_too_deep_are_refused() -> None:
    deep = b"<g id='1'>" * 500 + b"x" + b"</g>" * 500
    data = b"<xliff version='1.2'><file><body><trans-unit id='1'><source>" + deep
    data += b"</source></trans-unit></body></file></xliff>"
    with pytest.raises((LimitExceededError, InvalidInputError), match="deep"):
        Xliff(data, name="deep.xlf")


SEGMENTS = (
    OutputSegment("0/1", "line 1", "Salom & dunyo", "Привет <мир>", 0.875, ("the number 5 is missing",)),
    OutputSegment(
        "0/2", "line 2", "Xayr", "Пока", from_memory=True, candidates=(Candidate("Hayr", "Пока-пока", 0.8),)
    ),
    OutputSegment("0/3", "line 3", "Rahmat", "Спасибо", 0.5, approved=True),
    OutputSegment("0/4", "", "Yo'q", ""),
)


def test_written_xliff_carries_confidence_state_flags_and_candidates() -> None:
    its = "{http://www.w3.org/2005/11/its}"
    options = {
        "source_language": "uz",
        "target_language": "ru",
        "original": "a.md",
        "annotator": "urn:tarjimon:m",
    }
    one, two = write_xliff_1(SEGMENTS, **options), write_xliff_2(SEGMENTS, **options)
    root = etree.fromstring(two)
    assert root.get(its + "annotatorsRef") == "mt-confidence|urn:tarjimon:m"
    assert [s.get("state") for s in root.iter("{*}segment")] == [
        "translated",
        "translated",
        "final",
        "initial",
    ]
    assert [m.get(its + "mtConfidence") for m in root.iter("{*}mrk")] == ["0.8750", "0.5000"]
    [match] = root.iter("{urn:oasis:names:tc:xliff:matches:2.0}match")
    assert match.get("similarity") == "80.00"
    assert [n.text for n in root.iter("{*}note") if n.get("appliesTo") == "target"] == [
        "the number 5 is missing"
    ]
    targets = list(etree.fromstring(one).iter("{urn:oasis:names:tc:xliff:document:1.2}target"))
    assert [t.get("state") for t in targets if t.get("state")] == [
        "needs-review-translation", "translated", "final", "needs-translation",
    ]  # fmt: skip
    assert targets[0].get(its + "mtConfidence") == "0.8750"
    for data in (one, two):
        rows = list(corrections(data))
        assert [(r.source, r.target) for r in rows] == [(s.source, s.target) for s in SEGMENTS[:3]]
        assert (rows[0].source_language, rows[0].target_language) == ("uz", "ru")
        assert [r.reviewed for r in rows] == [False, True, True]


def test_a_segment_that_a_tool_marked_translated_is_a_correction() -> None:
    data = write_xliff_1(
        SEGMENTS, source_language="uz", target_language="ru", original="a", annotator="urn:m"
    )
    edited = data.replace(b'state="needs-review-translation"', b'state="translated"').replace(
        "Привет".encode(), b"Salyut"
    )
    [row, *_] = corrections(edited)
    assert (row.target, row.reviewed) == ("Salyut <мир>", True)


def test_ids_used_twice_are_not_written() -> None:
    with pytest.raises(ValueError, match="twice"):
        write_xliff_2(
            SEGMENTS[:1] * 2, source_language="uz", target_language="ru", original="a", annotator="urn:m"
        )
