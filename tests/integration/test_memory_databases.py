"""The same promises in SQLite and in a real PostgreSQL: many writers, killed writers, several processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from throwaway_postgres import NoPostgresError, throwaway_postgres

from tarjimon.errors import ConfigError
from tarjimon.memory.translation_memory import TranslationMemory
from tarjimon.memory.translation_memory_entry import ALMOST, Entry, Question, Stored

WRITER = """
import sys
from tarjimon.memory.translation_memory import TranslationMemory
from tarjimon.memory.translation_memory_entry import Entry
url, name, batches, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
memory = TranslationMemory(url)
for batch in range(batches):
    # Each writer has sentences of its own and one that all of them write, in opposite orders.
    told = ("bahor", "yozgi", "kuzak", "qishki", "tonggi", "oqshom")
    first, second = told[int(name)], told[batch % 6]
    rows = [
        Entry(f"{first} kelgan xabarlar {second} nashrda, {batch}-son, {n}-bet.", text, "uz", "ru", name)
        for n in range(size)
        for text in [f"{batch}-son, {n}-bet"]
    ]
    shared = [Entry(f"Umumiy {n}-gap.", name, "uz", "ru", "shared") for n in range(20)]
    memory.store(rows + (shared if int(name) % 2 else shared[::-1]))
    print(batch, flush=True)
memory.close()
"""


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    pytest.importorskip(
        "psycopg", reason="the driver psycopg is not installed: pip install 'tarjimon[postgres]'"
    )
    try:
        with throwaway_postgres() as url:
            yield url
    except NoPostgresError as error:
        pytest.skip(f"no PostgreSQL: {error}")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'memory.sqlite'}"
    server: str = request.getfixturevalue("postgres")
    name = f"test_{os.urandom(6).hex()}"
    engine = create_engine(server.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.rsplit("/", 1)[0] + "/" + name


def writer(url: str, name: int, batches: int, size: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, url, str(name), str(batches), str(size)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )


def ask(text: str) -> Question:
    return Question(text, "uz", "ru")


def test_both_databases_answer_alike(url: str) -> None:
    memory = TranslationMemory(url)
    rows = [
        Entry("Vazirlar Mahkamasi yangi qarorni tasdiqladi.", "Кабинет утвердил.", "uz", "ru", "a.tmx"),
        Entry(
            "Yig'ilishda 5 kishi qatnashdi.", "На собрании было 5 человек.", "uz", "ru", "b.tmx", client="x"
        ),
    ]
    assert memory.store(rows) == Stored(2, 0, 0)
    assert memory.store(rows) == Stored(0, 0, 2)
    asked = [
        ask("Вазирлар Маҳкамаси янги қарорни тасдиқлади."),
        ask("Vazirlar Mahkamasi yangi dasturni tasdiqladi."),
        ask("Yig'ilishda 7 kishi qatnashdi."),
        ask("Bugun havo ochiq."),
    ]
    found = memory.look_up(asked, client="x", fuzzy=True)
    assert [found[q].similarity if q in found else None for q in asked] == [
        1.0,
        pytest.approx(82 / 89),
        0.99,
        None,
    ]
    assert found[asked[2]].target == "На собрании было 7 человек."
    assert asked[2] not in memory.look_up(asked, client="y", fuzzy=True)
    assert memory.delete("a.tmx") == 1
    assert [row.origin for row in memory.origins()] == ["b.tmx"]
    memory.close()


def test_writers_at_once_lose_nothing(url: str) -> None:
    """Processes that open an empty database together, and write the same rows in opposite orders."""
    writers = [writer(url, name, 6, 50) for name in range(4)]
    for process in writers:
        _, errors = process.communicate(timeout=150)
        assert process.returncode == 0, errors
    memory = TranslationMemory(url)
    counts = {row.origin: row.entries for row in memory.origins()}
    assert counts == {"0": 300, "1": 300, "2": 300, "3": 300, "shared": 20}
    # All entries can be found by similarity, too: the index went with the rows.
    told = ("bahor", "yozgi", "kuzak", "qishki", "tonggi", "oqshom")
    asked = [ask(f"{a} kelgan xabarlar {b} nashrda, 77-son, 7-bet.") for a in told[:4] for b in told]
    assert [match.similarity for match in memory.look_up(asked, fuzzy=True).values()] == [ALMOST] * 24
    memory.close()


def test_a_killed_writer_loses_no_committed_row_and_leaves_no_half_import(url: str) -> None:
    size = 400
    killed = [writer(url, name, 10_000, size) for name in range(2)]
    survivor = writer(url, 2, 5, 50)
    committed = []
    for process in killed:
        assert process.stdout is not None
        assert process.stdout.readline() == "0\n"
    time.sleep(0.4)
    for process in killed:
        process.send_signal(signal.SIGKILL)
        assert process.stdout is not None
        committed.append(1 + len(process.stdout.readlines()))
        process.communicate()
    _, errors = survivor.communicate(timeout=150)
    assert survivor.returncode == 0, errors
    memory = TranslationMemory(url)
    counts = {row.origin: row.entries for row in memory.origins()}
    for name, batches in enumerate(committed):
        # A batch may have been committed and not yet been told.
        assert counts[str(name)] in (batches * size, (batches + 1) * size)
    assert counts["2"] == 250
    assert memory.store([Entry("Yana bir gap.", "Ещё.", "uz", "ru")]) == Stored(1, 0, 0)
    memory.close()
    if url.startswith("sqlite"):
        engine = create_engine(url)
        with engine.connect() as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        engine.dispose()


def test_a_reader_is_not_held_up_by_a_long_import(url: str) -> None:
    memory, other = TranslationMemory(url), TranslationMemory(url)
    memory.store([Entry("Birinchi gap.", "Первое.", "uz", "ru")])
    seen: list[bool] = []

    def rows() -> Iterator[Entry]:
        for number in range(1500):
            yield Entry(f"{number}-gap keldi.", "…", "uz", "ru")
            if number == 1400:
                found = other.look_up([ask("Birinchi gap."), ask("5-gap keldi.")])
                seen.append(set(found) == {ask("Birinchi gap.")})

    memory.store(rows())
    assert seen == [True]
    memory.close()
    other.close()


def test_an_unknown_database_is_named(postgres: str) -> None:
    with pytest.raises(ConfigError, match="no_such_database"):
        TranslationMemory(postgres.rsplit("/", 1)[0] + "/no_such_database")
