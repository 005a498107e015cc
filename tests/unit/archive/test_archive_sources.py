"""Archives of every kind are listed and read; hostile members are refused, none is dropped in silence."""

import io
import json
import tarfile
import zipfile
from pathlib import Path

import pytest
from archive_fake_engine import FakeEngine, RunJob

from tarjimon.archive.sources import Source, open_source
from tarjimon.archive.values import Entry
from tarjimon.errors import InvalidInputError


def _read_all(source: Source) -> dict[str, bytes]:
    return {e.path: source.read(e.path, e.locator) for e in source.entries() if not e.skip and not e.refusal}


def _by_path(source: Source) -> dict[str, Entry]:
    return {e.path: e for e in source.entries()}


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "tgz", "tar.bz2", "tar.xz"])
def test_members_are_read_where_they_are(kind: str, tmp_path: Path) -> None:
    contents = {"a.txt": b"one", "sub/b.md": b"# two", "sub/deep/c.txt": "uch o‘n".encode() * 50_000}
    file = tmp_path / f"archive.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
            for name, data in contents.items():
                out.writestr(name, data)
    else:
        modes = {"tar": "w", "tgz": "w:gz"}
        with tarfile.open(file, modes.get(kind, f"w:{kind[4:]}")) as out:  # type: ignore[call-overload]
            for name, data in contents.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                out.addfile(info, io.BytesIO(data))
    source = open_source(str(file), tmp_path / "staging")
    assert _read_all(source) == contents
    assert _read_all(open_source(str(file), tmp_path / "staging")) == contents
    source.close()


def test_hostile_names_are_refused_and_recorded(tmp_path: Path) -> None:
    file = tmp_path / "evil.tar"
    names = ["../out.txt", "/etc/x.txt", "a/../../b.txt", "C:/x.txt", "ok.txt", "/".join("d" * 40) + "/x.txt"]
    with tarfile.open(file, "w") as out:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = 2
            out.addfile(info, io.BytesIO(b"hi"))
        link = tarfile.TarInfo("link.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        out.addfile(link)
    found = _by_path(open_source(str(file), tmp_path / "staging"))
    assert {path for path, e in found.items() if not e.refusal} == {"ok.txt"}
    assert len(found) == len(names) + 1
    assert "link" in found["link.txt"].refusal


def test_bombs_and_protected_members_of_zip_files_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "bomb.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("bomb.txt", b"\0" * (40 << 20))
        out.writestr("huge.txt", b"ab" * (26 << 20))
        out.writestr("good.txt", b"good")
    found = _by_path(open_source(str(file), tmp_path / "staging"))
    assert "times its size" in found["bomb.txt"].refusal
    assert "at most" in found["huge.txt"].refusal
    assert not found["good.txt"].refusal


async def test_a_name_that_comes_twice_is_told(tmp_path: Path, run_job: RunJob) -> None:
    file = tmp_path / "twice.zip"
    with zipfile.ZipFile(file, "w") as out:
        out.writestr("a.txt", b"first")
        with pytest.warns(UserWarning, match="Duplicate"):
            out.writestr("a.txt", b"second")
    for _ in range(2):
        result = await run_job(FakeEngine(), source=str(file))
        assert (tmp_path / "out" / "ru" / "a.txt").read_text() == "[ru] first"
        assert [row["path"] for row in result.report["failures"]] == ["a.txt (again)"]


async def test_a_damaged_member_does_not_stop_the_others(tmp_path: Path, run_job: RunJob) -> None:
    file = tmp_path / "hurt.zip"
    with zipfile.ZipFile(file, "w") as out:
        out.writestr("a.txt", b"AAAAAAAAAAAAAAAA")
        out.writestr("b.txt", b"whole")
    data = file.read_bytes()
    file.write_bytes(data.replace(b"AAAAAAAAAAAAAAAA", b"AAAAAAAABBBBBBBB"))
    result = await run_job(FakeEngine(), source=str(file))
    assert [row["reason"] for row in result.report["failures"]] == ["DAMAGED_FILE"]
    assert result.report["documents"]["done"] == 1


@pytest.mark.parametrize("name", ["x.zip", "x.tar", "x.tar.gz", "x.parquet"])
def test_what_is_no_archive_is_said_so(name: str, tmp_path: Path) -> None:
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    (tmp_path / name).write_bytes(b"not at all" * 100)
    column = "text" if name.endswith("parquet") else None
    with pytest.raises(InvalidInputError, match=name.removesuffix(".gz").removesuffix("tar")):
        list(open_source(str(tmp_path / name), tmp_path / "staging", column=column).entries())


def test_nothing_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="no such file or folder"):
        open_source(str(tmp_path / "none"), tmp_path)


async def test_an_empty_folder_is_said_so(tmp_path: Path, run_job: RunJob) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(InvalidInputError, match="empty"):
        await run_job(FakeEngine())


async def test_json_lines_come_back_as_one_table(tmp_path: Path, run_job: RunJob) -> None:
    file = tmp_path / "rows.jsonl"
    rows = [{"id": n, "body": f"text {n}" if n % 10 else None, "more": [n]} for n in range(450)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    order = {"source": str(file), "column": "body", "max_sentences": 1}
    result = await run_job(FakeEngine(), **order)
    assert result.report["documents"]["done"] == 3
    made = [json.loads(line) for line in (tmp_path / "out" / "rows.jsonl").read_text().splitlines()]
    assert [{key: row[key] for key in ("id", "body", "more")} for row in made] == rows
    assert made[1]["body_ru"] == "[ru] text 1"
    assert made[1]["body_summary_en"] == "[en] text 1"
    assert made[1]["body_flagged"] == []
    assert made[0]["body_ru"] is None
    # One changed row: its part alone is done again, and the table is whole.
    rows[300]["body"] = "changed"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    engine = FakeEngine()
    await run_job(engine, **order)
    assert len(engine.texts) <= 200
    made = [json.loads(line) for line in (tmp_path / "out" / "rows.jsonl").read_text().splitlines()]
    assert made[300]["body_ru"] == "[ru] changed"
    assert len(made) == 450


async def test_a_row_that_is_none_is_named(tmp_path: Path, run_job: RunJob) -> None:
    (tmp_path / "rows.jsonl").write_text('{"body": "good"}\n{"body": 7}\n')
    with pytest.raises(InvalidInputError, match=r"row 2.*no text but int"):
        await run_job(FakeEngine(), source=str(tmp_path / "rows.jsonl"), column="body")


async def test_parquet_keeps_its_columns_and_gets_new_ones(tmp_path: Path, run_job: RunJob) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    file = tmp_path / "rows.parquet"
    table = pa.table({"id": pa.array(range(500), pa.int16()), "body": [f"text {n}" for n in range(500)]})
    pq.write_table(table, file, row_group_size=170)
    await run_job(FakeEngine(), source=str(file), column="body")
    first = (tmp_path / "out" / "rows.parquet").read_bytes()
    made = pq.read_table(tmp_path / "out" / "rows.parquet")
    assert made.column_names == ["id", "body", "body_ru", "body_en", "body_flagged"]
    assert made.schema.field("id").type == pa.int16()
    assert made.column("body_ru").to_pylist() == [f"[ru] text {n}" for n in range(500)]
    await run_job(FakeEngine(), source=str(file), column="body")
    assert (tmp_path / "out" / "rows.parquet").read_bytes() == first
    with pytest.raises(InvalidInputError, match="no column 'nope'; it has id, body"):
        open_source(str(file), tmp_path, column="nope")
    with pytest.raises(InvalidInputError, match="--column"):
        open_source(str(file), tmp_path)
