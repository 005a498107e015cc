"""A job does what is missing, and only that; what goes wrong is said."""

import errno
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from archive_fake_engine import FakeEngine, RunJob

from tarjimon.archive import sink as sinks
from tarjimon.archive.job import RunSettings
from tarjimon.archive.journal import Journal
from tarjimon.archive.runner import Limits
from tarjimon.archive.sources import FolderSource
from tarjimon.archive.upkeep import cancel_run, retry_failed, status_of, verify_outputs
from tarjimon.archive.workplace import Workplace
from tarjimon.errors import ConfigError, InvalidInputError


async def test_the_tree_is_mirrored_for_each_target(inbox: Path, tmp_path: Path, run_job: RunJob) -> None:
    result = await run_job(FakeEngine(), max_sentences=2)
    out = tmp_path / "out"
    assert (out / "ru" / "sub" / "c.txt").read_text() == "[ru] text of sub/c.txt"
    assert (out / "en" / "a.txt").read_text() == "[en] text of a.txt"
    rows = [json.loads(line) for line in (out / "summaries.jsonl").read_text().splitlines()]
    assert [row["path"] for row in rows] == ["a.txt", "b.txt", "sub/c.txt"]
    assert rows[0]["summaries"]["ru"]["text"].startswith("[ru]")
    assert result.report["documents"]["done"] == 3
    assert result.report["fidelity"]["segments"] == 6
    assert "Documents" in result.report_file.read_text()


async def test_a_rerun_repeats_nothing(inbox: Path, run_job: RunJob) -> None:
    await run_job(FakeEngine())
    second = FakeEngine()
    result = await run_job(second)
    assert second.texts == []
    assert result.report["documents"]["done"] == 3


async def test_changed_and_new_inputs_are_done_and_touched_ones_are_not(
    inbox: Path, tmp_path: Path, run_job: RunJob
) -> None:
    await run_job(FakeEngine())
    (inbox / "a.txt").write_text("other text")
    (inbox / "b.txt").touch()
    (inbox / "d.txt").write_text("a new one")
    (inbox / "sub" / "c.txt").unlink()
    second = FakeEngine()
    result = await run_job(second)
    assert sorted(second.texts) == ["a new one", "other text"]
    assert (tmp_path / "out" / "ru" / "a.txt").read_text() == "[ru] other text"
    assert result.report["documents"]["done"] == 3
    assert result.report["vanished_from_source"] == 1


async def test_other_settings_and_other_weights_are_refused_unless_forced(
    inbox: Path, tmp_path: Path, run_job: RunJob
) -> None:
    await run_job(FakeEngine())
    with pytest.raises(ConfigError, match=r"targets was \['ru', 'en'\], is \['ru'\].*--force"):
        await run_job(FakeEngine(), targets=("ru",))
    with pytest.raises(ConfigError, match="weights_sha256"):
        await run_job(FakeEngine(weights="cd" * 32))
    forced = FakeEngine(weights="cd" * 32)
    await run_job(forced, settings=RunSettings(force=True))
    assert len(forced.texts) == 3
    again = FakeEngine(weights="cd" * 32)
    await run_job(again)
    assert again.texts == []


async def test_two_runners_do_not_meet(inbox: Path, tmp_path: Path, run_job: RunJob) -> None:
    with (
        Workplace(tmp_path / "out" / ".tarjimon").locked(),
        pytest.raises(ConfigError, match=r"process \d+ .*is working on this archive"),
    ):
        await run_job(FakeEngine())
    await run_job(FakeEngine())


async def test_bad_documents_are_recorded_and_the_others_done(
    inbox: Path, tmp_path: Path, run_job: RunJob
) -> None:
    (inbox / "broken.docx").write_bytes(b"no zip")
    (inbox / "latin.txt").write_bytes(b"\xd2\xee\xf8 va boshqa")
    (inbox / "big.txt").write_bytes(b"a" * (50 * 2**20 + 1))
    (inbox / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    (inbox / "poison.txt").write_text("ENGINE")
    (inbox / "moody.txt").write_text("TWICE")
    engine = FakeEngine()
    result = await run_job(engine)
    failures = {row["path"]: row for row in result.report["failures"]}
    assert set(failures) == {"broken.docx", "latin.txt", "big.txt", "poison.txt"}
    assert failures["poison.txt"]["reason"] == "ENGINE_FAILED"
    assert "tried 3 times" in failures["poison.txt"]["error"]
    assert "50" in failures["big.txt"]["error"] or "52,428,800" in failures["big.txt"]["error"]
    assert engine.texts.count("ENGINE") == 3
    assert result.report["documents"] == {"done": 4, "failed": 4, "skipped": 1, "pending": 0, "running": 0}
    assert not (tmp_path / "out" / "ru" / "broken.docx").exists()


async def test_a_document_in_another_language_is_refused(inbox: Path, run_job: RunJob) -> None:
    (inbox / "greek.txt").write_text("Ο υπουργός συναντήθηκε σήμερα με την αντιπροσωπεία της χώρας μας.")
    result = await run_job(FakeEngine(), language=None)
    [failure] = [row for row in result.report["failures"] if row["path"] == "greek.txt"]
    assert failure["reason"] == "WRONG_LANGUAGE"
    assert "--from" in failure["error"]


async def test_retry_does_failed_documents_again(inbox: Path, tmp_path: Path, run_job: RunJob) -> None:
    (inbox / "poison.txt").write_text("TWICE")
    strict = RunSettings(Limits(attempts=1))
    await run_job(FakeEngine(), settings=strict)
    out = str(tmp_path / "out")
    assert status_of(out)["failed"] == 1
    idle = FakeEngine()
    await run_job(idle, settings=strict)
    assert idle.texts == []
    assert retry_failed(out) == 1
    better = FakeEngine()
    better.failures = 2
    result = await run_job(better, settings=strict)
    assert better.texts == ["TWICE"]
    assert result.report["documents"]["failed"] == 0
    with pytest.raises(InvalidInputError, match="not in the journal"):
        retry_failed(out, ["nothing.txt"])


async def test_verify_finds_what_was_lost_or_changed_and_the_next_run_mends_it(
    inbox: Path, tmp_path: Path, run_job: RunJob
) -> None:
    await run_job(FakeEngine())
    out = tmp_path / "out"
    assert verify_outputs(str(out)) == {"checked": 6, "missing": [], "changed": []}
    (out / "ru" / "a.txt").unlink()
    (out / "en" / "b.txt").write_text("spoilt")
    found = verify_outputs(str(out))
    assert found["missing"] == ["ru/a.txt"]
    assert found["changed"] == ["en/b.txt"]
    engine = FakeEngine()
    await run_job(engine)
    assert sorted(engine.texts) == ["text of a.txt", "text of b.txt"]
    assert verify_outputs(str(out))["changed"] == []


async def test_a_full_disk_pauses_the_job_until_there_is_room(
    inbox: Path, run_job: RunJob, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sinks.FolderSink.write
    failures: Iterator[int] = iter(range(4))

    def write(self: sinks.FolderSink, path: str, contents: Any, point: str = "output") -> Any:
        if path.startswith("ru/") and next(failures, None) is not None:
            raise OSError(errno.ENOSPC, "No space left on device", path)
        return real(self, path, contents, point)

    monkeypatch.setattr(sinks.FolderSink, "write", write)
    result = await run_job(FakeEngine())
    assert result.report["documents"]["done"] == 3
    assert sum("paused: the disk of the destination is full" in line for line in lines) >= 1
    assert any("going on" in line for line in lines)


async def test_text_in_flight_is_bounded(inbox: Path, run_job: RunJob) -> None:
    for number in range(40):
        (inbox / f"n{number}.txt").write_text("so'z " * 20)
    engine = FakeEngine()
    await run_job(engine, settings=RunSettings(Limits(documents=32), characters=250))
    assert 100 <= engine.most <= 250


async def test_cancel_needs_a_runner_and_stops_it(inbox: Path, tmp_path: Path, run_job: RunJob) -> None:
    out = str(tmp_path / "out")
    await run_job(FakeEngine())
    with pytest.raises(InvalidInputError, match="no runner"):
        cancel_run(out)
    for number in range(30):
        (inbox / f"n{number}.txt").write_text(f"more {number}")

    class Cancelling(FakeEngine):
        async def translate(self, *arguments: Any, **named: Any) -> Any:
            cancel_run(out)
            return await super().translate(*arguments, **named)

    result = await run_job(Cancelling(), settings=RunSettings(Limits(documents=4)))
    assert not result.completed
    assert 1 <= result.progress.done < 30
    result = await run_job(FakeEngine())
    assert result.report["documents"]["done"] == 33


@pytest.mark.parametrize("destination", ["in", "in/out"])
async def test_a_destination_inside_of_the_source_is_refused(
    destination: str, inbox: Path, tmp_path: Path, run_job: RunJob
) -> None:
    with pytest.raises(InvalidInputError, match="outputs would become inputs"):
        await run_job(FakeEngine(), destination=str(tmp_path / destination))


async def test_a_file_that_is_no_journal_is_said_so(inbox: Path, tmp_path: Path, run_job: RunJob) -> None:
    (tmp_path / "out" / ".tarjimon").mkdir(parents=True)
    (tmp_path / "out" / ".tarjimon" / "journal.db").write_bytes(b"something else entirely" * 100)
    with pytest.raises(ConfigError, match="not a journal"):
        await run_job(FakeEngine())


async def test_documents_that_kill_the_process_are_given_up(
    inbox: Path, tmp_path: Path, run_job: RunJob
) -> None:
    await run_job(FakeEngine())
    (inbox / "poison.txt").write_text("it kills")
    # What a killed run leaves: documents "running" in a run that has no end.
    place = Workplace(tmp_path / "out" / ".tarjimon")
    for _ in range(8):
        left = Journal(place.journal)
        run = left.begin_run()
        scan = left.get("scan") + 1
        left.set("scan", scan)
        left.list_entries(FolderSource(inbox).entries(), scan)
        claims = left.claim(run, 10, scan=scan, alone_after=100)
        assert [claim.path for claim in claims] == ["poison.txt"]
        left.close()
    result = await run_job(FakeEngine())
    [failure] = result.report["failures"]
    assert failure["reason"] == "POISON"
    assert "died 8 times" in failure["error"]
