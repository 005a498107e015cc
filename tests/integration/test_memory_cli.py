"""`tarjimon memory` as a user runs it: corrections go in, come out, and are not asked again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TMX = """<?xml version="1.0" encoding="UTF-8"?>
<tmx version="1.4"><header creationtool="x" creationtoolversion="1" segtype="sentence" o-tmf="x"
 adminlang="en" srclang="uz" datatype="plaintext"/><body>
<tu changeid="Aziza"><tuv xml:lang="uz-Latn"><seg>Vazirlar Mahkamasi yangi qarorni tasdiqladi.</seg></tuv>
<tuv xml:lang="ru-RU"><seg>Кабинет Министров утвердил новое постановление.</seg></tuv>
<tuv xml:lang="en"><seg>The Cabinet approved a new resolution.</seg></tuv></tu>
</body></tmx>
"""
XLIFF = """<?xml version="1.0" encoding="UTF-8"?>
<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2"><file original="a.txt" source-language="uz"
 target-language="ru" datatype="plaintext"><body>
<trans-unit id="1"><source>Yangi ko'prik ochildi. Maktab ham ochildi.</source>
<target state="final">Открыт новый мост. Открыта и школа.</target></trans-unit>
<trans-unit id="2"><source>Loyiha muhokama qilindi.</source>
<target state="needs-review-translation" state-qualifier="mt-suggestion">Проект.</target></trans-unit>
</body></file></xliff>
"""


class Workplace:
    """A folder with a user's own data folder in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text, encoding="utf-8")
        return name

    def run(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TARJIMON_")}
        done = subprocess.run(
            [sys.executable, "-m", "tarjimon", *arguments],
            capture_output=True,
            cwd=self.folder,
            text=True,
            encoding="utf-8",
            timeout=120,
            env={
                **kept,
                "XDG_DATA_HOME": str(self.folder / "data"),
                "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            },
        )
        assert done.returncode == code, done.stderr
        return done

    def entries(self, *arguments: str) -> dict[tuple[str, str], int]:
        told = json.loads(self.run("memory", "stats", "--json", *arguments).stdout)
        return {(row["origin"], row["target_language"]): row["entries"] for row in told["origins"]}


@pytest.fixture
def work(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path)


def test_what_was_corrected_is_not_asked_again(work: Workplace) -> None:
    told = work.run("memory", "import", work.write("corrected.xliff", XLIFF), "--author", "Aziza").stderr
    assert "3 added" in told
    assert "1 left out" in told
    text = work.write("a.txt", "Янги кўприк очилди. Бугун ҳаво очиқ бўлади.\n")
    [file] = json.loads("[" + work.run("translate", text, "--to", "ru", "--json").stdout + "]")
    segments = [segment["targets"]["ru"] for unit in file["units"] for segment in unit["segments"]]
    assert [segment["status"] for segment in segments] == ["from-memory", "translated"]
    assert segments[0]["text"] == "Открыт новый мост."
    assert segments[0]["memory_match"]["origin"] == "corrected.xliff"
    off = work.run("translate", text, "--to", "ru", "--json", "--memory", "off").stdout
    assert "from-memory" not in off


def test_a_memory_exported_and_imported_is_the_same(work: Workplace) -> None:
    work.run("memory", "import", work.write("a.tmx", TMX), work.write("b.xlf", XLIFF), "--client", "ministry")
    work.run("memory", "export", "all.tmx")
    work.run("memory", "import", "all.tmx", "--memory-url", "other.sqlite")
    expected = {("a.tmx", "ru"): 1, ("a.tmx", "en"): 1, ("b.xlf", "ru"): 3}
    assert work.entries() == work.entries("--memory-url", "other.sqlite") == expected
    work.run("memory", "export", "again.tmx", "--memory-url", "other.sqlite")
    first, again = ((work.folder / name).read_text(encoding="utf-8") for name in ("all.tmx", "again.tmx"))
    assert first.count("<seg>") == again.count("<seg>") == 10
    assert again.count('changeid="Aziza"') == 2
    assert again.count("ministry") == 5
    assert "exists already" in work.run("memory", "export", "all.tmx", code=3).stderr


def test_one_language_of_a_memory_can_be_taken(work: Workplace) -> None:
    told = work.run("memory", "import", work.write("a.tmx", TMX), "--to", "en").stderr
    assert "1 left out" in told
    assert work.entries() == {("a.tmx", "en"): 1}


def test_a_file_with_bad_rows_leaves_nothing_unless_told_to(work: Workplace) -> None:
    rows = "Bir.\tОдин.\nbuzuq\nIkki.\t\nUch.\tТ\x01ри.\nTo'rt.\tЧетыре.\n"
    arguments = ("memory", "import", work.write("a.tsv", rows), "--from", "uz", "--to", "ru")
    told = work.run(*arguments, code=3).stderr
    assert "a.tsv: 3 bad rows" in told
    assert [line for line in ("line 2:", "line 3:", "line 4:") if line not in told] == []
    assert "U+0001" in told
    assert work.entries() == {}
    assert "2 added" in work.run(*arguments, "--skip-bad").stderr


def test_a_broken_file_leaves_nothing_and_the_next_is_imported(work: Workplace) -> None:
    broken = TMX.replace("</body></tmx>", "<tu><tuv xml:lang='uz'><seg>Bir")
    told = work.run(
        "memory", "import", work.write("broken.tmx", broken), work.write("a.tmx", TMX), code=3
    ).stderr
    assert "broken.tmx" in told
    assert work.entries() == {("a.tmx", "ru"): 1, ("a.tmx", "en"): 1}


def test_an_origin_is_deleted(work: Workplace) -> None:
    work.run("memory", "import", work.write("a.tmx", TMX), work.write("b.xlf", XLIFF))
    work.run("memory", "delete", "--origin", "b.xlf")
    assert work.entries() == {("a.tmx", "ru"): 1, ("a.tmx", "en"): 1}
    assert "nothing comes from" in work.run("memory", "delete", "--origin", "b.xlf", code=3).stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("memory", "stats"), 3, "no translation memory yet"),
        (("memory", "import", "none.tmx"), 3, "no such file"),
        (("memory", "import", "a.docx"), 3, "expected .tmx"),
        (("memory", "import", "a.tsv"), 3, "--from and --to"),
        (("memory", "stats", "--memory-url", "mysql://u:secret@h/d"), 6, "mysql"),
        (("translate", "a.tsv", "--memory-url", "m", "--server", "h:1"), 3, "its own memory"),
        (("translate", "a.txt", "--memory", "fuzzy"), 3, "none is configured"),
    ],
)
def test_mistakes_are_told(work: Workplace, arguments: tuple[str, ...], code: int, said: str) -> None:
    for name in ("a.docx", "a.tsv", "a.txt"):
        work.write(name, "Bir.\tОдин.\n")
    told = work.run(*arguments, code=code).stderr
    assert said in told
    assert "secret" not in told
    assert "Traceback" not in told
