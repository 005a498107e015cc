"""Protecting and restoring gives the text back, whatever it is and however few placeholders there are."""

from hypothesis import given
from hypothesis import strategies as st

from tarjimon.text.protection import Kind, protect, restore

BAIT = st.sampled_from(
    [
        "<x0>",
        "<x1>",
        "<_x0>",
        "<2ru>",
        "<sum>",
        "<",
        ">",
        "_",
        "x0>",
        "<x",
        " ",
        "a@b.uz",
        "gov.uz",
        "PQ-123",
        "1 350,5",
    ]
)
MORE = st.sampled_from(
    ["{name}", "%s", "<b>", "</b>", "`kod`", "#teg", "@nom", "+998 71 200-00-00", "matn", "\n", "2024"]
)
TEXT = st.text(st.characters(codec=None), max_size=80) | st.lists(BAIT | MORE, max_size=30).map("".join)
SLOTS = st.integers(0, 12).map(lambda count: tuple(f"<x{number}>" for number in range(count)))
KINDS = st.frozensets(st.sampled_from(list(Kind)))


@given(TEXT, SLOTS, KINDS)
def test_restore_undoes_protect(text: str, slots: tuple[str, ...], kinds: frozenset[Kind]) -> None:
    protected = protect(text, slots=slots, kinds=kinds)
    restored = restore(protected.text, protected)
    assert restored.text == text
    assert restored.ok


@given(TEXT, SLOTS)
def test_no_control_token_reaches_the_model_but_ours(text: str, slots: tuple[str, ...]) -> None:
    protected = protect(text, slots=slots)
    rest = protected.text
    for slot, _ in protected.spans:
        rest = rest.replace(slot, "\n", 1)
    assert not any(token in rest for token in ("<x0>", "<x1>", "<2ru>", "<sum>"))
