"""The review page: every segment, escaped, marked where it is flagged, and nothing from outside of the file."""

import re

from lxml import html

from tarjimon.documents.review_page import ReviewFlag, ReviewRow, review_page

HOSTILE = '</span><script>alert("x")</script> & <b>'


def page(*rows: ReviewRow) -> html.HtmlElement:
    return html.fromstring(review_page("a.md → ru", "uz", "ru", rows, "model x").decode())


def test_every_segment_is_there_without_a_script() -> None:
    tree = page(
        ReviewRow("line 1", "Salom", "Привет", 0.93, ()), ReviewRow("line 2", "12", "12", None, (), "copied")
    )
    assert [e.text_content() for e in tree.cssselect(".source")] == ["Salom", "12"]
    assert [e.text_content() for e in tree.cssselect(".target")] == ["Привет", "12"]
    notes = [e.text_content() for e in tree.cssselect("td.notes")]
    assert notes == ["confidence 93%", "copied"]
    assert tree.cssselect(".facts")[0].text_content() == "2 segments, 0 to check before use"


def test_flagged_places_and_numbers_are_marked() -> None:
    flag = ReviewFlag("number_missing", "The translation lacks 12.", True, (0, 2), (5, 9))
    tree = page(ReviewRow("line 1", "12 kishi, 7 kun", "люди 2026 год", 0.2, (flag,)))
    assert [e.text for e in tree.cssselect(".source mark")] == ["12", "7"]
    assert [e.text for e in tree.cssselect(".target mark")] == ["2026"]
    [row] = tree.cssselect("tbody tr")
    assert (row.get("class"), row.get("data-kinds")) == ("error", "numbers")


def test_text_can_never_become_markup() -> None:
    flag = ReviewFlag("omission", HOSTILE, False, (0, 5), (2, 9))
    raw = review_page(
        HOSTILE, "uz", "ru", [ReviewRow(HOSTILE, HOSTILE, HOSTILE, 0.5, (flag,), HOSTILE)], HOSTILE
    )
    tree = html.fromstring(raw.decode())
    assert len(tree.cssselect("script")) == 1
    assert [e.text_content() for e in tree.cssselect(".target")] == [HOSTILE]
    assert not tree.cssselect("td b")


def test_nothing_is_fetched_and_only_our_script_runs() -> None:
    raw = review_page("t", "uz", "ru", [ReviewRow("line 1", "a", "b", 0.5, ())]).decode()
    assert "default-src 'none'" in raw
    assert not re.search(r"(?:src|href)=", raw.replace("default-src", "").replace("link.href", ""))
