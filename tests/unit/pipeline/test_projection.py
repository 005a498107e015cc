"""Tags find their way into the translation: all of them, in order, exact at the edges of segments."""

from hypothesis import given
from hypothesis import strategies as st

from tarjimon.documents.base import Tag, TagKind, Unit, check_tags
from tarjimon.pipeline.projection import project
from tarjimon.pipeline.values import (
    SegmentStatus,
    SourceSegment,
    TargetSegment,
    TranslatedText,
    Translation,
)
from tarjimon.text.fidelity import Verdict
from tarjimon.text.language import Identification

FOUND = Identification("uz", "Latn", None, 1.0)
CLEAN = Verdict(True, ())


def translated(text: str, pairs: list[tuple[str, str]]) -> TranslatedText:
    """A translation made of (source, output) segments with single spaces between."""
    sources, outputs, at, to = [], [], 0, 0
    for number, (source, output) in enumerate(pairs):
        at = text.index(source, at)
        sources.append(SourceSegment(str(number), at, at + len(source), source, 0, FOUND))
        outputs.append(
            TargetSegment(str(number), output, to, to + len(output), SegmentStatus.TRANSLATED, CLEAN)
        )
        at += len(source)
        to += len(output) + 1
    whole = Translation("en", " ".join(output for _, output in pairs), tuple(outputs), None)
    return TranslatedText(tuple(sources), FOUND, (whole,))


def test_tags_around_the_whole_unit_stay_around_it() -> None:
    tags = (Tag(0, TagKind.OPEN, "*", 0), Tag(10, TagKind.CLOSE, "*", 0))
    result = project(
        Unit("0", "Bir. Ikki.", tags), translated("Bir. Ikki.", [("Bir.", "One."), ("Ikki.", "Two.")]), 0
    )
    assert [t.position for t in result.unit.tags] == [0, 9]
    assert result.unsure == ()


def test_tags_around_a_segment_stay_around_it_exactly() -> None:
    tags = (Tag(5, TagKind.OPEN, "*", 0), Tag(10, TagKind.CLOSE, "*", 0))
    pairs = [("Bir.", "The first."), ("Ikki.", "Two."), ("Uch.", "Three.")]
    result = project(Unit("0", "Bir. Ikki. Uch.", tags), translated("Bir. Ikki. Uch.", pairs), 0)
    text = result.unit.text
    assert text[result.unit.tags[0].position : result.unit.tags[1].position] == "Two."
    assert result.unsure == ()


def test_a_tag_around_a_copied_word_goes_with_the_word_and_is_reported() -> None:
    source = "Vazir Kamilov bilan uchrashdi."
    tags = (Tag(6, TagKind.OPEN, "**", 0), Tag(13, TagKind.CLOSE, "**", 0))
    result = project(
        Unit("0", source, tags), translated(source, [(source, "He met the minister Kamilov.")]), 0
    )
    start, end = (t.position for t in result.unit.tags)
    assert result.unit.text[start:end] == "Kamilov"
    assert result.unsure == ("0",)


@given(st.data())
def test_no_tag_is_ever_lost_or_out_of_order(data: st.DataObject) -> None:
    words = st.lists(st.sampled_from(["olma", "2024", "va", "Kamilov", "kitob"]), min_size=1, max_size=5)
    pairs = [
        (" ".join(data.draw(words)) + ".", data.draw(st.sampled_from(["", "A.", "Kamilov said in 2024 so."])))
        for _ in range(data.draw(st.integers(1, 4)))
    ]
    text = " ".join(source for source, _ in pairs)
    places = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    tags = tuple(Tag(at, TagKind.EMPTY, f"<{n}>") for n, at in enumerate(places))
    unit = Unit("0", text, tags)
    check_tags(unit, project(unit, translated(text, pairs), 0).unit)
