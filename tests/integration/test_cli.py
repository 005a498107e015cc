"""The command line as a user runs it: real processes, real files, exit codes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
SAMPLE = EXAMPLES / "release-2020-11-05.md"


def tarjimon(
    *arguments: str, stdin: bytes = b"", cwd: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TARJIMON_")}
    return subprocess.run(
        [sys.executable, "-m", "tarjimon", *arguments],
        input=stdin,
        capture_output=True,
        cwd=cwd,
        timeout=120,
        check=False,
        env=environment,
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port_file = tmp_path_factory.mktemp("server") / "port"
    process = subprocess.Popen(
        [sys.executable, "-m", "tarjimon", "serve", "--port", "0", "--port-file", str(port_file)],
        stderr=subprocess.PIPE,
    )
    try:
        for _ in range(600):
            if port_file.exists() or process.poll() is not None:
                break
            time.sleep(0.1)
        assert process.poll() is None, process.stderr and process.stderr.read()
        yield f"127.0.0.1:{port_file.read_text().strip()}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        assert process.returncode == 0


def test_the_sample_becomes_two_files_with_its_structure(tmp_path: Path) -> None:
    (tmp_path / "release.md").write_bytes(SAMPLE.read_bytes())
    done = tarjimon("translate", "release.md", "--to", "ru,en", "--summarize", cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "release.en.md",
        "release.en.summary.txt",
        "release.md",
        "release.ru.md",
        "release.ru.summary.txt",
    ]
    source = SAMPLE.read_text(encoding="utf-8").split("\n")
    for name in ("release.ru.md", "release.en.md"):
        lines = (tmp_path / name).read_text(encoding="utf-8").split("\n")
        assert [bool(line.strip()) for line in lines] == [bool(line.strip()) for line in source]
        assert lines[3].startswith("# ")
        assert lines[5].startswith("*")
        assert lines[5].endswith("*")
        assert lines[24].startswith("***")
    assert (tmp_path / "release.ru.summary.txt").read_text(encoding="utf-8").strip()


def test_a_server_and_the_local_pipeline_give_the_same(server: str, tmp_path: Path) -> None:
    for name, extra in (("local", []), ("remote", ["--server", server])):
        folder = tmp_path / name
        done = tarjimon(
            "translate", str(SAMPLE), "--to", "ru,en", "--summarize", "--out", str(folder), *extra
        )
        assert done.returncode == 0, done.stderr.decode()
    local, remote = ({p.name: p.read_bytes() for p in (tmp_path / n).iterdir()} for n in ("local", "remote"))
    assert local == remote
    assert len(local) == 4


def test_standard_input_goes_to_standard_output(server: str) -> None:
    text = "Uchrashuv bo'lib o'tdi.\n\n\tIkkinchi xatboshi ham bor edi."
    done = tarjimon("translate", "--to", "en", "--from", "uz", "--server", server, stdin=text.encode())
    assert done.returncode == 0
    out = done.stdout.decode()
    assert "\n\n\t" in out
    assert out.strip()
    assert done.stdout.decode() != text


def test_json_has_every_segment_of_every_target(server: str) -> None:
    done = tarjimon("translate", str(SAMPLE), "--to", "ru,en", "--summarize", "--json", "--server", server)
    assert done.returncode == 0
    row = json.loads(done.stdout)
    segments = [segment for unit in row["units"] for segment in unit["segments"]]
    assert len(segments) >= 11
    for segment in segments:
        assert set(segment["targets"]) == {"ru", "en"}
        assert {"text", "status", "fidelity", "attempts", "score"} <= set(segment["targets"]["ru"])
    assert [s["language"] for s in row["summaries"]] == ["ru", "en"]
    assert row["receipts"]["ru"]["model_id"] == "tarjimon-mini"


def test_existing_results_are_not_overwritten(tmp_path: Path, server: str) -> None:
    (tmp_path / "a.txt").write_text("Salom dunyo")
    corrected = tmp_path / "a.ru.txt"
    corrected.write_text("corrected by hand")
    done = tarjimon("translate", "a.txt", "--to", "ru", "--server", server, cwd=tmp_path)
    assert done.returncode == 3
    assert "a.ru.txt" in done.stderr.decode()
    assert corrected.read_text() == "corrected by hand"
    assert (
        tarjimon(
            "translate", "a.txt", "--to", "ru", "--overwrite", "--server", server, cwd=tmp_path
        ).returncode
        == 0
    )
    assert corrected.read_text() != "corrected by hand"


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "words"),
    [
        (["translate", "missing.md"], b"", 3, ["missing.md", "no such file"]),
        (["translate", "--to", "xx"], b"Salom", 3, ["xx", "ru, en, uz"]),
        (["translate", "--to", ""], b"Salom", 3, ["--to"]),
        (["translate", "--from", "kk"], b"Salom", 3, ["kk", "uz, ru, en"]),
        (["translate", "--to", "en"], b"yaxshi\n\xd2\xee\xf8", 3, ["standard input, line 2", "--encoding"]),
        (
            ["translate", "--to", "en", "--model", "nope"],
            b"Salom, dunyo va odamlar",
            4,
            ["nope", "tarjimon-mini"],
        ),
        (["translate", "--beam", "99", "--from", "uz"], b"Salom", 3, ["beam_size", "1 to 8"]),
        (["translate", "a.exe"], b"", 3, ["a.exe"]),
        (["translate", "--server", "127.0.0.1:1"], b"Salom", 5, ["127.0.0.1:1"]),
        (["translate", "--config", "absent.toml"], b"Salom", 6, ["absent.toml"]),
        (["summarize", "--max-sentences", "0"], b"Salom", 3, ["max_sentences", "1 to 10"]),
        (["models", "info", "nope"], b"", 4, ["nope"]),
        (["translate", "--nonsense"], b"", 2, ["--nonsense"]),
    ],
)
def test_mistakes_get_an_exit_code_and_a_line_that_says_what_to_do(
    arguments: list[str], stdin: bytes, code: int, words: list[str], tmp_path: Path
) -> None:
    done = tarjimon(*arguments, stdin=stdin, cwd=tmp_path)
    error = done.stderr.decode()
    assert done.returncode == code, error
    for word in words:
        assert word in error
    assert "Traceback" not in error


def test_detect_names_language_script_and_alphabet(tmp_path: Path) -> None:
    (tmp_path / "cyrl.txt").write_text("Ўзбекистон Республикаси Ташқи ишлар вазирлиги бу ҳақда маълум қилди.")
    (tmp_path / "new.txt").write_text("Özbekiston Respublikasi Taşqi işlar vazirligi bu haqda ma'lum qildi.")
    (tmp_path / "digits.txt").write_text("12345")
    done = tarjimon("detect", "cyrl.txt", "new.txt", "digits.txt", "--json", cwd=tmp_path)
    rows = {row["file"]: row for row in json.loads(done.stdout)}
    assert (rows["cyrl.txt"]["language"], rows["cyrl.txt"]["alphabet"]) == ("uz", "cyrillic")
    assert (rows["new.txt"]["language"], rows["new.txt"]["alphabet"]) == ("uz", "new-latin")
    assert rows["digits.txt"]["language"] == "und"


def test_models_are_listed_with_their_licences(server: str) -> None:
    done = tarjimon("models", "list", "--json", "--server", server)
    rows = {row["id"]: row for row in json.loads(done.stdout)}
    assert rows["tarjimon-mini"]["state"] == "loaded"
    assert any("CC-BY-NC" in row["licence"] for row in rows.values())


def test_a_port_in_use_is_said_so(server: str) -> None:
    port = server.rpartition(":")[2]
    done = tarjimon("serve", "--port", port)
    assert done.returncode == 6
    assert port in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_health_tells_a_ready_server_from_none(server: str) -> None:
    assert tarjimon("health", "--server", server).returncode == 0
    assert tarjimon("health", "--server", "127.0.0.1:1", "--wait", "0.5").returncode == 5
