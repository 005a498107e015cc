"""White space around inline tags that stand for themselves: the model sees one space, the file gets both back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tarjimon.documents.base import Tag, TagKind

_NO_SPACE_AFTER = "([{«“„‹"
_NO_SPACE_BEFORE = ")]}»”›.,:;!?…%"


def close_up(text: str, tags: Sequence[Tag]) -> tuple[str, tuple[Tag, ...], frozenset[int]]:
    """Take one of the two spaces around a tag out of the text: "Fayl {} topilmadi" is "Fayl topilmadi".

    Args:
        text: a unit's text.
        tags: its tags, positions never falling.

    Returns:
        The text, the tags at their new positions, and the numbers of the tags that `padded` must give space to.
    """
    out: list[str] = []
    moved: list[Tag] = []
    closed: set[int] = set()
    end = taken = 0
    places = [-1, *(tag.position for tag in tags), len(text) + 2]
    for number, tag in enumerate(tags):
        at = tag.position
        # Beside another tag the space is that between the two.
        alone = places[number] < at and places[number + 2] > at + 1 and end < at < len(text)
        if tag.kind is TagKind.EMPTY and alone and text[at - 1] == " " == text[at]:
            out.append(text[end:at])
            end = at + 1
            moved.append(replace(tag, position=at - taken))
            taken += 1
            closed.add(number)
        else:
            moved.append(replace(tag, position=max(at, end) - taken))
    out.append(text[end:])
    return "".join(out), tuple(moved), frozenset(closed)


def padded(markup: str, text: str, position: int, *, spaced: bool, source: str, at: int) -> str:
    """The markup of a tag with space where it would touch a word that it did not touch in the source.

    Args:
        markup: of a tag that stands for itself.
        text: what it is put into.
        position: where.
        spaced: True when `close_up` took a space from beside it.
        source: the unit's text.
        at: the tag's place in that.
    """
    left, right = text[max(0, position - 1) : position], text[position : position + 1]
    old_left, old_right = source[max(0, at - 1) : at], source[at : at + 1]
    before = left.isalnum() and not old_left.isalnum()
    after = right.isalnum() and not old_right.isalnum()
    if spaced or old_left.isspace():
        before = bool(left) and not left.isspace() and left not in _NO_SPACE_AFTER
    if spaced or old_right.isspace():
        after = bool(right) and not right.isspace() and right not in _NO_SPACE_BEFORE
    return (" " if before else "") + markup + (" " if after else "")
