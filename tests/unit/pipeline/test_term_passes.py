"""What is done for a missed term: code switching, then placeholders or placement, and never at another loss."""

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from tarjimon.domain import EncodedSegment, Hypothesis
from tarjimon.pipeline.passes import _masked, _piece
from tarjimon.pipeline.term_passes import Draft, Part, TermPasses
from tarjimon.pipeline.term_placement import put_in
from tarjimon.pipeline.terms import Hold, demanded, identity, report, switched, verdict_with
from tarjimon.text.fidelity import Issue, IssueKind, Severity, Verdict
from tarjimon.text.official_names import OFFICIAL_NAMES
from tarjimon.text.terms import Term, TermIndex, TermMatch

CLEAN = Verdict(True, ())
LOST = Verdict(False, (Issue(IssueKind.NUMBER_MISSING, Severity.ERROR, "lost"),))
SOURCE = "Hokim vazirlikda 5 kun"
TERMS = (Term("hokim", target="губернатор"), Term("vazirlik", target="ведомство"))


def matches(text: str = SOURCE, terms: Sequence[Term] = TERMS) -> tuple[TermMatch, ...]:
    return TermIndex(terms, "uz").find(text)


def join(tokens: Sequence[str]) -> str:
    return "".join(tokens).replace("\u2581", " ").strip()


def hypothesis(words: Sequence[tuple[str, Sequence[float]]]) -> Hypothesis:
    return Hypothesis(
        tuple(f"\u2581{word}" for word, _ in words), -1.0, alignment=tuple(tuple(row) for _, row in words)
    )


class Model:
    """Answers with drafts in turn, and keeps what it was asked."""

    def __init__(self, *drafts: Draft, slots: tuple[str, ...] = ()) -> None:
        self.drafts = list(drafts)
        self.asked: list[tuple[str, list[str]]] = []
        self.codec: Any = SimpleNamespace(slots=slots, decode=join, origins=self.origins)

    def origins(self, text: str, encoded: EncodedSegment) -> list[tuple[int, int]]:
        spans, at = [], 0
        for word in text.split():
            at = text.index(word, at)
            spans.append((at, at + len(word)))
            at += len(word)
        return spans

    async def decode(self, text: str, holds: Sequence[Hold]) -> Draft:
        self.asked.append((text, [hold.text for hold in holds]))
        return self.drafts.pop(0)

    def judge(self, draft: Draft, output: str, placed: tuple[int, ...]) -> Draft:
        return replace(draft, text=output, verdict=CLEAN if "5" in output else LOST, placed=placed)

    async def improve(self, first: Draft) -> tuple[Draft, int]:
        found = matches()
        passes = TermPasses(SOURCE, SOURCE, ("uz", "ru"), found, self.codec, self.decode, self.judge)
        return await passes.improve(first)


async def test_nothing_is_done_when_every_term_is_met() -> None:
    model = Model()
    good = Draft("Губернатор 5 дней в ведомстве", CLEAN, -1.0)
    assert await model.improve(good) == (good, 0)


async def test_the_missed_terms_go_into_the_source_in_the_target_language() -> None:
    good = Draft("Губернаторы в ведомстве 5 дней", CLEAN, -1.0)
    model = Model(good)
    assert await model.improve(Draft("Губернатор в отделе 5 дней", CLEAN, -1.0)) == (good, 1)
    assert model.asked == [("Hokim ведомство 5 kun", [])]


async def test_a_draft_that_loses_a_number_for_a_term_does_not_win() -> None:
    first = Draft("Губернатор в отделе 5 дней", CLEAN, -1.0)
    best, _ = await Model(Draft("Губернатор в ведомстве", LOST, -1.0)).improve(first)
    assert best == first


async def test_a_model_with_placeholders_gets_what_is_still_missing_as_placeholders() -> None:
    bad = Draft("Хоким в отделе 5 дней", CLEAN, -1.0)
    model = Model(bad, Draft("Губернатор 5 дней ведомство", CLEAN, -1.0), slots=("<x0>", "<x1>"))
    best, passes = await model.improve(bad)
    assert passes == 2
    assert model.asked[1] == (SOURCE, ["губернатор", "ведомство"])
    reports = report(matches(), SOURCE, best.text, "ru", best.placed)
    assert [(r.met, r.placed) for r in reports] == [(True, True), (True, True)]


async def test_a_model_without_gets_the_terms_placed_where_its_attention_was() -> None:
    words = [
        ("Хоким", (0.9, 0, 0, 0)), ("5", (0, 0, 0.9, 0)), ("дней", (0, 0, 0, 0.9)),
        ("в", (0, 0.8, 0, 0)), ("отделе.", (0, 0.9, 0, 0)),
    ]  # fmt: skip
    part = Part(0, SOURCE, EncodedSegment(("x",)), hypothesis(words))
    first = Draft("Хоким 5 дней в отделе.", CLEAN, -1.0, (part,))
    best, passes = await Model(first).improve(first)
    assert (best.text, best.placed, passes) == ("Губернатор 5 дней в ведомство.", (0, 1), 1)


async def test_a_placement_that_would_cost_a_number_is_not_made() -> None:
    words = [("Губернатор", (0.9, 0, 0, 0)), ("5", (0, 0.9, 0.9, 0))]
    part = Part(0, SOURCE, EncodedSegment(("x",)), hypothesis(words))
    first = Draft("Губернатор 5", CLEAN, -1.0, (part,))
    best, _ = await Model(first).improve(first)
    assert best.text == "Губернатор 5"


def test_an_engine_that_cannot_align_places_nothing() -> None:
    bare = Hypothesis(("\u2581a", "\u2581b"), -1.0)
    assert put_in(bare, [(0, 1)], [Hold(0, 1, "x")], join) == ("a b", frozenset())


def test_placeholders_give_back_the_rendering_and_leave_room_for_the_rest() -> None:
    text = "vazirlik a@b.uz va hokim"
    holds = [Hold(0, 8, "ведомство"), Hold(19, 24, "губернатор")]
    masks = _masked(text, 3, False, holds)
    assert [mask.text for mask in masks] == ["ведомство", "a@b.uz", "губернатор"]
    assert [_piece(n, masks) for n in (0, 1, 2, 3)] == ["ведомство", "a@b.uz", "губернатор", ""]
    assert [mask.text for mask in _masked(text, 2, False, holds)] == ["ведомство", "губернатор"]
    assert _masked(text, 0, False, holds) == []


def test_switching_keeps_track_of_all_terms() -> None:
    found = matches()
    text, moved = switched(SOURCE, found, [Hold(found[0].start, found[0].end, "губернатор")])
    assert text == "губернатор vazirlikda 5 kun"
    assert [text[m.start : m.end] for m in moved] == ["губернатор", "vazirlikda"]


def test_two_mentions_ask_for_two_renderings() -> None:
    found = matches("hokim va hokim")
    reports = report(found, "hokim va hokim", "губернатор и он", "ru")
    assert [r.met for r in reports] == [True, False]


@pytest.mark.parametrize(("origin", "ok"), [("call", False), ("press", False), (OFFICIAL_NAMES, True)])
def test_a_missed_term_is_an_error_unless_it_is_an_official_name(origin: str, ok: bool) -> None:
    found = matches(terms=[Term("hokim", target="губернатор", origin=origin)])
    verdict = verdict_with(CLEAN, found, report(found, SOURCE, "мэр", "ru"))
    assert verdict.ok == ok
    [issue] = verdict.issues
    assert (issue.kind, issue.expected, issue.source_span) == (IssueKind.TERM_MISSING, "губернатор", (0, 5))


def test_only_what_changes_an_output_is_part_of_its_identity() -> None:
    official = TermMatch(Term("hokim", target="x", origin=OFFICIAL_NAMES), 0, 5)
    assert demanded([official]) == ()
    latin, cyrillic = (TermMatch(Term(s, target="x"), 0, 5) for s in ("hokim", "ҳоким"))
    assert identity(latin) == identity(cyrillic) != identity(TermMatch(Term("hokim", target="y"), 0, 5))
