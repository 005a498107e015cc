"""Archives on servers, in buckets, and beside another runner: real processes and sockets."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback_server import running_server

from tarjimon.archive.engines import RemoteEngines
from tarjimon.archive.job import RunSettings, run_archive
from tarjimon.archive.values import ArchiveOrder
from tarjimon.client.options import ClientOptions
from tarjimon.domain import Lane
from tarjimon.errors import ConfigError, RemoteError


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _inbox(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:03}.txt").write_text(f"salom {number}")
    return folder


async def test_servers_share_an_archive_in_the_bulk_lane(tmp_path: Path) -> None:
    source = _inbox(tmp_path / "in", 40)
    order = ArchiveOrder(str(source), ("ru", "en"), "uz", max_sentences=1)
    said: list[str] = []
    async for one in running_server():
        async for other in running_server():
            for server in (one, other):
                await server.server.warm_up()
            async with RemoteEngines([one.address, other.address], said.append) as engine:
                result = await run_archive(
                    str(source), str(tmp_path / "out"), order, engine, RunSettings(), tell=said.append
                )
            assert result.report["documents"]["done"] == 40
            assert one.application.callers
            assert other.application.callers
            for server in (one, other):
                assert {caller.lane for caller in server.application.callers} == {Lane.BULK}
    assert (tmp_path / "out" / "ru" / "007.txt").read_text() == "[ru] salom 7"
    assert said == []


async def test_a_lost_server_is_left_out_and_asked_again(tmp_path: Path) -> None:
    source = _inbox(tmp_path / "in", 12)
    order = ArchiveOrder(str(source), ("ru",), "uz")
    said: list[str] = []
    gone = f"127.0.0.1:{_free_port()}"
    async for here in running_server():
        await here.server.warm_up()
        async with RemoteEngines(
            [gone, here.address], said.append, options=ClientOptions(timeout=20), retry_seconds=0.5
        ) as engine:
            result = await run_archive(
                str(source), str(tmp_path / "out"), order, engine, RunSettings(), tell=said.append
            )
        assert result.report["documents"] | {"skipped": 0} == {
            "done": 12,
            "failed": 0,
            "skipped": 0,
            "pending": 0,
            "running": 0,
        }
    assert any(f"{gone} is lost" in line for line in said)


async def test_overload_is_waited_out(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("OVERLOAD")
    order = ArchiveOrder(str(tmp_path / "in"), ("ru",), "uz")
    async for here in running_server():
        await here.server.warm_up()
        here.application.overloads = 6
        async with RemoteEngines([here.address], print) as engine:
            result = await run_archive(
                str(tmp_path / "in"), str(tmp_path / "out"), order, engine, RunSettings(), tell=print
            )
        assert result.report["documents"]["done"] == 1
        assert here.application.overloads == 0


async def test_no_server_at_all_is_said_at_once(tmp_path: Path) -> None:
    source = _inbox(tmp_path / "in", 1)
    order = ArchiveOrder(str(source), ("ru",), "uz")
    async with RemoteEngines([f"127.0.0.1:{_free_port()}"], print) as engine:
        with pytest.raises(RemoteError, match="no Tarjimon server answers"):
            await run_archive(str(source), str(tmp_path / "out"), order, engine, RunSettings(), tell=print)
    with pytest.raises(ConfigError, match="once"):
        RemoteEngines(["a:1", "a:1"], print)


def _archive(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("TARJIMON_")}
    return subprocess.run(
        [sys.executable, "-m", "tarjimon", "archive", *map(str, arguments)],
        env={**clean, **environment},
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )


def test_the_command_line_from_begin_to_end(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "a.txt").write_text("Prezident uchrashuv o'tkazdi. Ikki davlat hamkorligi muhokama qilindi.")
    (source / "broken.docx").write_bytes(b"none")
    out = tmp_path / "out"
    done = _archive(source, out, "--to", "ru", "--summarize", "--cost-per-hour", "3")
    assert done.returncode == 1, done.stderr
    assert "1 documents done, 1 failed" in done.stdout
    assert json.loads((out / ".tarjimon" / "report.json").read_text())["spent"]["cost"] is not None
    assert "broken.docx" in (out / ".tarjimon" / "report.html").read_text()
    status = json.loads(_archive("status", out, "--json").stdout)
    assert (status["done"], status["failed"], status["runner_at_work"]) == (1, 1, False)
    assert _archive("verify", out).returncode == 0
    (out / "ru" / "a.txt").unlink()
    assert _archive("verify", out).returncode == 1
    assert _archive("retry", out).stdout.startswith("1 documents")
    other = _archive(source, out, "--to", "en")
    assert other.returncode == 6
    assert "--force" in other.stderr
    assert _archive("cancel", out).returncode == 3
    assert _archive("status", tmp_path / "nothing").returncode == 3
    assert "Traceback" not in other.stderr


def test_sigterm_ends_a_run_in_good_order(tmp_path: Path) -> None:
    source = _inbox(tmp_path / "in", 400)
    for file in source.iterdir():
        file.write_text(
            f"Vazir {file.stem}-sonli uchrashuvni o'tkazdi va {file.stem} nafar mehmonni qabul qildi."
        )
    out = tmp_path / "out"
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tarjimon",
            "archive",
            str(source),
            str(out),
            "--to",
            "ru",
            "--documents",
            "4",
        ],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not list(out.glob("ru/*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    second = _archive(source, out, "--to", "ru")
    process.terminate()
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "the same command goes on" in error
    assert "Traceback" not in error
    assert second.returncode == 6
    assert f"process {process.pid}" in second.stderr
    status = json.loads(_archive("status", out, "--json").stdout)
    assert 0 < status["done"] < 400


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bucket on a real S3 server process."""
    pytest.importorskip("s3fs", reason="s3fs is not installed: pip install 'tarjimon[s3]'")
    program = Path(sys.executable).parent / "moto_server"
    if not program.exists() and shutil.which("moto_server") is None:
        pytest.skip("moto_server is not installed: pip install 'moto[server]'")
    port = _free_port()
    process = subprocess.Popen(
        [str(program), "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    endpoint = f"http://127.0.0.1:{port}"
    variables = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    try:
        import s3fs

        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.2)
        s3fs.S3FileSystem(skip_instance_cache=True).mkdir("releases")
        yield "s3://releases"
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_bucket_is_read_and_written(bucket: str, tmp_path: Path) -> None:
    import s3fs

    files = s3fs.S3FileSystem(skip_instance_cache=True)
    files.pipe_file("releases/in/a.txt", b"Vazir uchrashuv o'tkazdi.")
    files.pipe_file("releases/in/sub/b.txt", b"Elchi tashrif bilan keldi.")
    arguments = (f"{bucket}/in", f"{bucket}/out", "--to", "ru", "--summarize")
    without = _archive(*arguments)
    assert without.returncode == 3
    assert "--journal" in without.stderr
    journal = ("--journal", tmp_path / "journal")
    killed = _archive(*arguments, *journal, TARJIMON_FAILPOINT="journal.before:1")
    assert killed.returncode == -9
    done = _archive(*arguments, *journal)
    assert done.returncode == 0, done.stderr
    files.invalidate_cache()
    assert files.cat_file("releases/out/ru/sub/b.txt").strip()
    rows = files.cat_file("releases/out/summaries.jsonl").splitlines()
    assert [json.loads(row)["path"] for row in rows] == ["a.txt", "sub/b.txt"]
    assert _archive("verify", f"{bucket}/out", *journal).returncode == 0
    files.pipe_file("releases/in/a.txt", b"Hokim uchrashuv o'tkazdi.")
    again = _archive(*arguments, *journal)
    assert again.returncode == 0, again.stderr
    assert "2 documents done" in again.stdout
