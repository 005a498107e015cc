"""Large inputs are shared out within the limits, losing and reordering nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tarjimon.client.shares import renumbered, shares
from tarjimon.config import LimitSettings
from tarjimon.pipeline.values import SourceSegment, TranslatedText
from tarjimon.text.language import Identification

LIMITS = LimitSettings.model_validate(
    {"texts_per_call": 4, "characters_per_call": 50, "message_bytes": 64 * 1024}
)


@given(st.lists(st.integers(0, 60).map(lambda size: "ш" * size), max_size=30), st.integers(0, 8))
def test_shares_are_within_the_limits_and_in_order(texts: list[str], targets: int) -> None:
    found = list(shares(texts, targets, LIMITS))
    assert [text for share in found for text in share.texts] == texts
    first = 0
    for share in found:
        assert share.first == first
        first += len(share.texts)
        assert len(share.texts) <= 4
        assert len(share.texts) == 1 or sum(map(len, share.texts)) <= 50


def test_no_texts_are_one_call() -> None:
    assert [share.texts for share in shares([], 1, LIMITS)] == [()]


def test_calls_stay_below_the_message_limit() -> None:
    limits = LimitSettings.model_validate({"message_bytes": 64 * 1024})
    found = list(shares(["ш" * 1_000] * 50, 2, limits))
    assert len(found) == 25
    assert all(sum(len(text.encode()) for text in share.texts) * 13 <= 64 * 1024 for share in found)


def test_ids_are_numbered_through() -> None:
    unknown = Identification("und", "Zyyy", None, 0.0)
    segments = tuple(SourceSegment(name, 0, 1, "a", 0, unknown) for name in ("0.3", "other"))
    text = TranslatedText(segments, unknown, ())
    assert renumbered(text, 0) is text
    assert [segment.id for segment in renumbered(text, 256).segments] == ["256.3", "256/other"]
