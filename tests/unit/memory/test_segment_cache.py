"""The segment cache: exact keys, two bounded levels, survives restarts and damage, never fails a request."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import sqlite3
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarjimon.domain import DecodingSettings, Task
from tarjimon.memory.segment_cache import CachedSegment, SegmentCache, segment_key

BASE = {
    "source_language": "uz",
    "target_language": "ru",
    "task": Task.TRANSLATE,
    "weights_sha256": "ab" * 32,
    "decoding": DecodingSettings(),
}


def key(source: str, **changes: object) -> bytes:
    return segment_key(source, **{**BASE, **changes})  # type: ignore[arg-type]


def answers(count: int, length: int = 40) -> dict[bytes, CachedSegment]:
    return {
        key(f"gap {number}"): CachedSegment(f"{number}".ljust(length, "я"), '{"ok":true}')
        for number in range(count)
    }


@pytest.mark.parametrize(
    "change",
    [
        {"source_language": "en"},
        {"target_language": "en"},
        {"task": Task.SUMMARIZE},
        {"weights_sha256": "cd" * 32},
        {"extra": ("glossary",)},
        {"extra": ("",)},
    ],
)
def test_every_field_changes_the_key(change):
    assert key("gap", **change) != key("gap")


def test_every_decoding_setting_changes_the_key():
    for field in fields(DecodingSettings):
        decoding = replace(DecodingSettings(), **{field.name: 3})
        assert key("gap", decoding=decoding) != key("gap"), field.name


texts = st.text(st.sampled_from("|a\0\x1f"), max_size=4)


@given(st.tuples(texts, texts, texts, texts), st.tuples(texts, texts, texts, texts))
def test_fields_never_run_into_each_other(one, two):
    def of(parts: tuple[str, ...]) -> bytes:
        source, language, *extra = parts
        return key(source, source_language=language, extra=extra)

    assert (of(one) == of(two)) == (one == two)


def test_the_key_is_stable_across_versions():
    """A change here empties every user's cache: raise the layout on purpose only."""
    assert key("Salom").hex() == "d189b4889be07fc44e2dae1f78c3ef7654af4b295dae4532d4843b802f790082"


async def test_answers_come_back_from_memory_then_from_disk_after_a_restart(tmp_path):
    path = tmp_path / "deep" / "cache.sqlite"
    cache = SegmentCache(path)
    stored = answers(1200)
    await cache.put_many(stored)
    assert cache.peek(next(iter(stored))) is not None
    assert await cache.get_many(list(stored)) == stored
    await cache.aclose()

    again = SegmentCache(path)
    assert again.peek(next(iter(stored))) is None
    unknown = key("unknown")
    assert await again.get_many([*stored, unknown]) == stored
    assert again.peek(next(iter(stored))) is not None
    stats = again.stats()
    assert (stats.disk_hits, stats.misses) == (1200, 1)
    assert path.stat().st_mode & 0o077 == 0
    await again.aclose()


async def test_another_checksum_never_sees_old_answers(tmp_path):
    cache = SegmentCache(tmp_path / "c")
    await cache.put_many({key("gap"): CachedSegment("старый")})
    await cache.flush()
    assert await cache.get_many([key("gap", weights_sha256="ef" * 32)]) == {}
    await cache.aclose()


async def test_memory_is_bounded_and_keeps_what_is_used(tmp_path):
    cache = SegmentCache(None, memory_bytes=40_000)
    stored = answers(30)
    favourite = next(iter(stored))
    await cache.put_many(stored)
    for number in range(1000):
        assert cache.peek(favourite) is not None
        await cache.put_many({key(f"more {number}"): CachedSegment("x" * 50)})
        assert cache.stats().memory_bytes <= 40_000
    assert cache.stats().memory_evictions > 900
    assert len(await cache.get_many(list(stored))) == 1
    await cache.put_many({key("giant"): CachedSegment("x" * 100_000)})
    assert cache.peek(key("giant")) is None
    assert cache.peek(favourite) is not None


async def test_replacing_an_answer_keeps_the_sums_right(tmp_path):
    cache = SegmentCache(tmp_path / "c")
    for length in (10, 1000, 10):
        await cache.put_many(answers(5, length))
        await cache.flush()
    fresh = SegmentCache(tmp_path / "d")
    await fresh.put_many(answers(5, 10))
    await fresh.flush()
    assert cache.stats().memory_bytes == fresh.stats().memory_bytes
    assert cache.stats().disk_bytes == fresh.stats().disk_bytes > 0
    assert await cache.get_many(list(answers(5, 10))) == answers(5, 10)
    await cache.aclose()
    await fresh.aclose()


async def test_disk_is_bounded_and_keeps_what_is_used(tmp_path):
    cache = SegmentCache(tmp_path / "c", memory_bytes=0, disk_bytes=200_000)
    favourite = key("favourite")
    await cache.put_many({favourite: CachedSegment("любимый")})
    for wave in range(60):
        await cache.put_many({key(f"{wave} {number}"): CachedSegment("x" * 100) for number in range(100)})
        await cache.flush()
        assert favourite in await cache.get_many([favourite])
        await cache.flush()
        assert cache.stats().disk_bytes <= 200_000
    assert cache.stats().disk_evictions > 4000
    assert cache.stats().disk_bytes > 150_000
    await cache.aclose()
    assert (tmp_path / "c").stat().st_size < 400_000


async def test_switched_off_it_stores_and_finds_nothing(tmp_path):
    cache = SegmentCache(tmp_path / "c", enabled=False)
    await cache.put_many(answers(3))
    assert await cache.get_many(list(answers(3))) == {}
    await cache.aclose()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["garbage", "truncated", "torn"])
async def test_a_corrupt_file_is_moved_aside_and_started_anew(tmp_path, caplog, damage):
    path = tmp_path / "c"
    cache = SegmentCache(path)
    await cache.put_many(answers(3000))
    await cache.aclose()
    content = path.read_bytes()
    if damage == "garbage":
        path.write_bytes(b"not a database at all " * 1000)
    elif damage == "truncated":
        path.write_bytes(content[: len(content) // 3])
    else:
        path.write_bytes(content[:4096] + bytes([255]) * (len(content) - 4096))
    with caplog.at_level(logging.WARNING):
        cache = SegmentCache(path)
        await cache.get_many(list(answers(3000)))
        await cache.put_many(answers(10))
        await cache.flush()
    assert "is corrupt" in caplog.text
    assert (tmp_path / "c.corrupt").exists()
    await cache.aclose()
    again = SegmentCache(path)
    assert await again.get_many(list(answers(10))) == answers(10)
    await again.aclose()


async def test_a_file_of_a_newer_layout_is_left_alone(tmp_path, caplog):
    path = tmp_path / "c"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    cache = SegmentCache(path)
    await cache.put_many(answers(3))
    await cache.flush()
    assert await cache.get_many(list(answers(3))) == answers(3)
    await cache.aclose()
    assert "layout 99" in caplog.text
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (99,)
    assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    connection.close()
    assert len(before) > 0


async def test_a_place_that_cannot_be_written_costs_a_warning_not_a_request(tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    cache = SegmentCache(tmp_path / "file" / "c")
    await cache.put_many(answers(3))
    assert await cache.get_many([*answers(3), key("no")]) == answers(3)
    await cache.aclose()
    assert caplog.text.count("memory only") == 1


async def test_a_locked_file_is_a_miss(tmp_path, monkeypatch):
    cache = SegmentCache(tmp_path / "c", memory_bytes=0)
    await cache.put_many(answers(3))
    await cache.flush()
    real = cache._disk._open

    def locked():
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(cache._disk, "_open", locked)
    assert await cache.get_many(list(answers(3))) == {}
    assert cache.stats().failures == 1
    monkeypatch.setattr(cache._disk, "_open", real)
    assert await cache.get_many(list(answers(3))) == answers(3)
    await cache.aclose()


async def test_text_that_utf8_cannot_hold_stays_in_memory(tmp_path):
    cache = SegmentCache(tmp_path / "c")
    odd, fine = key("\ud800"), key("fine")
    await cache.put_many({odd: CachedSegment("\ud800"), fine: CachedSegment("ok")})
    await cache.flush()
    assert len(await cache.get_many([odd, fine])) == 2
    await cache.aclose()
    again = SegmentCache(tmp_path / "c")
    assert set(await again.get_many([odd, fine])) == {fine}
    await again.aclose()


async def test_what_was_just_put_is_found_though_memory_is_too_small_and_disk_is_late(tmp_path):
    cache = SegmentCache(tmp_path / "c", memory_bytes=0)
    stored = answers(500)
    await cache.put_many(stored)
    assert await cache.get_many(list(stored)) == stored
    await cache.put_many(answers(20, 60))
    assert await cache.get_many(list(answers(20, 60))) == answers(20, 60)
    await cache.aclose()


async def test_the_loop_goes_on_while_the_disk_works(tmp_path):
    cache = SegmentCache(tmp_path / "c", memory_bytes=0)
    await cache.put_many(answers(20_000))
    turns = 0
    flushing = asyncio.ensure_future(cache.flush())
    while not flushing.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 10
    await cache.aclose()


def _write_in_a_process(path: str, number: int) -> None:
    async def write() -> None:
        cache = SegmentCache(Path(path), memory_bytes=0)
        for wave in range(20):
            mine = {key(f"{number} {wave} {i}"): CachedSegment(f"{number} {wave} {i}") for i in range(50)}
            await cache.put_many(mine)
            await cache.flush()
            assert await cache.get_many(list(mine)) == mine
        assert cache.stats().failures == 0
        await cache.aclose()

    asyncio.run(write())


async def test_processes_share_one_file(tmp_path):
    spawn = multiprocessing.get_context("spawn")
    path = str(tmp_path / "c")
    writers = [spawn.Process(target=_write_in_a_process, args=(path, number)) for number in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    cache = SegmentCache(Path(path))
    keys = [key(f"{n} {w} {i}") for n in range(3) for w in range(20) for i in range(50)]
    assert len(await cache.get_many(keys)) == 3000
    await cache.aclose()
