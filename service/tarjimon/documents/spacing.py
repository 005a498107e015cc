"""White space around inline tags that stand for themselves: the model sees one space, the file gets both back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tarjimon.documents.base import Tag, TagKind

_NO_SPACE_AFTER = "([{«“„‹\"'/-"
_NO_SPACE_BEFORE = ")]}»”›\"'/-.,:;!?…%"


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
    for number, tag in enumerate(tags):
        at = tag.position
        if tag.kind is TagKind.EMPTY and at > end and at < len(text) and text[at - 1] == " " == text[at]:
            out.append(text[end:at])
            end = at + 1
            moved.append(replace(tag, position=at - taken))
            taken += 1
            closed.add(number)
        else:
            moved.append(replace(tag, position=max(at, end) - taken))
    out.append(text[end:])
    return "".join(out), tuple(moved), frozenset(closed)


def padded(markup: str, text: str, position: int) -> str:
    """The markup of a tag with space where it would touch a word of the text that it is put into."""
    before = position > 0 and not text[position - 1].isspace() and text[position - 1] not in _NO_SPACE_AFTER
    after = (
        position < len(text)
        and not text[position].isspace()
        and (text[position] not in _NO_SPACE_BEFORE or not before)
        and text[position] not in ".,:;!?…)]}»”›"
    )
    return (" " if before else "") + markup + (" " if after else "")
