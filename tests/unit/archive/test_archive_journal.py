"""The journal: states only move forward, and only one revision's work counts."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tarjimon.archive.flow import Budget
from tarjimon.archive.journal import Journal
from tarjimon.archive.sketch import Sketch, registers_of
from tarjimon.archive.values import Done, Entry, Fidelity


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal(tmp_path / "journal.db")
    yield opened
    opened.close()


def _done(checksum: str = "aa") -> Done:
    return Done(checksum, "uz", 10, (), Fidelity(2, 1), None, {})


def test_a_state_never_goes_back(journal: Journal) -> None:
    journal.list_entries([Entry("a.txt", 1, "s")], 1)
    run = journal.begin_run()
    [claim] = journal.claim(run, 5, scan=1, alone_after=2)
    journal.done(claim, _done(), 0.1)
    for state in ("pending", "running", "failed"):
        with pytest.raises(sqlite3.IntegrityError, match="only moves forward"), journal.transaction() as db:
            db.execute("UPDATE document SET state = ?", (state,))
    assert journal.claim(run, 5, scan=1, alone_after=2) == []
    assert journal.totals()["done"] == 1


def test_a_result_for_a_content_that_has_changed_since_does_not_count(journal: Journal) -> None:
    journal.list_entries([Entry("a.txt", 1, "old")], 1)
    run = journal.begin_run()
    [claim] = journal.claim(run, 5, scan=1, alone_after=2)
    journal.list_entries([Entry("a.txt", 1, "new")], 2)
    journal.done(claim, _done(), 0.1)
    assert journal.totals()["done"] == 0
    [again] = journal.claim(run, 5, scan=2, alone_after=2)
    assert again.revision == claim.revision + 1


def test_only_killed_runs_count_as_crashes(journal: Journal) -> None:
    journal.list_entries([Entry("a.txt", 1, "s"), Entry("b.txt", 1, "s")], 1)
    run = journal.begin_run()
    journal.claim(run, 1, scan=1, alone_after=2)
    journal.beat(run, 0, "interrupted")
    run = journal.begin_run()
    [a, b] = journal.claim(run, 5, scan=1, alone_after=2)
    assert (a.crashes, b.crashes) == (0, 0)
    for _ in range(2):
        run = journal.begin_run()
        journal.claim(run, 5, scan=1, alone_after=9)
    run = journal.begin_run()
    assert journal.claim(run, 5, scan=1, alone_after=2) == []
    assert len(journal.claim(run, 1, scan=1, alone_after=2, alone=True)) == 1


def test_the_sketch_counts_within_two_percent_in_any_order() -> None:
    one, other = Sketch(), Sketch()
    texts = [f"sentence {number % 20_000}" for number in range(60_000)]
    for at in range(0, 60_000, 500):
        one.merge(registers_of(texts[at : at + 500]))
    for at in reversed(range(0, 60_000, 500)):
        other.merge(registers_of(texts[at : at + 500]))
    assert one.estimate() == other.estimate() == pytest.approx(20_000, rel=0.02)


async def test_a_budget_gives_all_to_what_is_too_large() -> None:
    budget = Budget(10)
    async with budget.taken(1000):
        pass
    async with budget.taken(4), budget.taken(6):
        pass
