"""Glossaries over a real server with the embedded model: terms demanded, met, reported; bad ones refused."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tarjimon.client.sync import SyncTarjimonClient
from tarjimon.errors import InvalidInputError, LimitExceededError, TarjimonError
from tarjimon.pipeline.values import TargetSegment, TranslationOptions
from tarjimon.text.fidelity import IssueKind, Severity
from tarjimon.text.terms import Term

SENTENCE = "Shartnomaga ko'ra, zavod 2026-yilda ishga tushadi."
# A word that no model chooses of itself.
CONTRACT = Term("shartnoma", "uz", "трактат", "ru")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SyncTarjimonClient]:
    folder = tmp_path_factory.mktemp("glossaries")
    (folder / "press.tsv").write_text("hokim\tгубернатор\tru\nhokim\tgovernor\ten\n", encoding="utf-8")
    port = tmp_path_factory.mktemp("server") / "port"
    process = subprocess.Popen(
        [sys.executable, "-m", "tarjimon", "serve", "--port", "0", "--port-file", str(port)],
        env={**os.environ, "TARJIMON_GLOSSARIES__FOLDER": str(folder)},
    )
    try:
        for _ in range(600):
            if port.exists() or process.poll() is not None:
                break
            time.sleep(0.1)
        with SyncTarjimonClient(f"127.0.0.1:{port.read_text().strip()}") as connected:
            yield connected
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def one(
    client: SyncTarjimonClient, text: str, *terms: Term, target: str = "ru", **options: object
) -> TargetSegment:
    chosen = TranslationOptions(glossary=terms, **options)  # type: ignore[arg-type]
    [answer] = client.translate([text], source="uz", targets=[target], options=chosen)
    [segment] = answer.translations[0].segments
    return segment


def test_a_term_of_the_call_is_met_where_the_model_alone_missed_it(client: SyncTarjimonClient) -> None:
    assert "трактат" not in one(client, SENTENCE).text.lower()
    segment = one(client, SENTENCE, CONTRACT)
    [report] = segment.terms
    assert report.met
    assert report.origin == "call"
    assert SENTENCE[report.source_start : report.source_end] == "Shartnomaga"
    assert report.target_span is not None
    assert segment.text[slice(*report.target_span)].lower().startswith("трактат")
    assert "2026" in segment.text


def test_every_spelling_is_the_same_term_and_the_same_answer(client: SyncTarjimonClient) -> None:
    cyrillic = "Шартномага кўра, завод 2026-йилда ишга тушади."
    segment = one(client, cyrillic, CONTRACT)
    assert segment.text == one(client, SENTENCE, CONTRACT).text
    [report] = segment.terms
    assert cyrillic[report.source_start : report.source_end] == "Шартномага"


def test_an_answer_with_a_glossary_never_serves_a_call_without(client: SyncTarjimonClient) -> None:
    plain = one(client, SENTENCE).text
    assert one(client, SENTENCE, CONTRACT).text != plain
    assert (
        one(client, SENTENCE, Term("shartnoma", "uz", "пакт", "ru")).text
        != one(client, SENTENCE, CONTRACT).text
    )
    assert one(client, SENTENCE, Term("sardoba", "uz", "сардоба", "ru")).text == plain
    assert one(client, SENTENCE).terms == ()


def test_a_term_that_is_not_translated_keeps_its_alphabet(client: SyncTarjimonClient) -> None:
    kept = Term("Paynet", do_not_translate=True)
    [latin] = one(client, "To'lov Paynetda qabul qilinadi.", kept).terms
    assert (latin.met, latin.expected) == (True, "Paynet")
    [cyrillic] = one(client, "Тўлов Пайнетда қабул қилинади.", Term("Paynet", do_not_translate=True)).terms
    assert (cyrillic.met, cyrillic.expected) == (True, "Пайнет")


def test_an_installed_glossary_holds_by_name_and_the_calls_own_terms_win(client: SyncTarjimonClient) -> None:
    text = "Hokim majlisni ochdi."
    [report] = one(client, text, glossary_name="press").terms
    assert (report.expected, report.origin, report.met) == ("губернатор", "press", True)
    own = Term("hokim", "uz", "глава", "ru")
    [report] = one(client, text, own, glossary_name="press").terms
    assert (report.expected, report.origin) == ("глава", "call")


def test_an_unknown_glossary_is_not_found(client: SyncTarjimonClient) -> None:
    with pytest.raises(TarjimonError, match="installed: press") as error:
        one(client, SENTENCE, glossary_name="pres")
    assert error.value.reason == "GLOSSARY_NOT_FOUND"


def test_official_names_are_looked_for_unless_switched_off(client: SyncTarjimonClient) -> None:
    text = "Tashqi ishlar vazirligining bayonoti e'lon qilindi."
    segment = one(client, text)
    [report] = segment.terms
    assert (report.expected, report.origin) == ("Министерство иностранных дел", "official-names")
    if not report.met:
        [issue] = [i for i in segment.verdict.issues if i.kind is IssueKind.TERM_MISSING]
        assert issue.severity is Severity.WARNING
    assert one(client, text, ignore_official_names=True).terms == ()


@pytest.mark.parametrize(
    ("term", "field"),
    [
        (Term("", target="x"), "options.glossary[0].source"),
        (Term("...", target="x"), "options.glossary[0].source"),
        (Term("x"), "options.glossary[0].target"),
        (Term("x" * 501, target="x"), "options.glossary[0].source"),
        (Term("x", "xx", "y"), "options.glossary[0].source_language"),
        (Term("x", "uz", "y", "de"), "options.glossary[0].target_language"),
    ],
)
def test_a_bad_entry_is_refused_by_name(client: SyncTarjimonClient, term: Term, field: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        one(client, SENTENCE, term)
    assert error.value.field == field


def test_too_many_terms_are_refused(client: SyncTarjimonClient) -> None:
    terms = [Term(f"atama {n}", target=f"термин {n}") for n in range(5_001)]
    with pytest.raises(LimitExceededError, match="5,001 terms"):
        one(client, SENTENCE, *terms)
    assert one(client, SENTENCE, *terms[:4_999], CONTRACT).terms[0].met


def tarjimon(*arguments: str, stdin: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "tarjimon", *arguments]
    return subprocess.run(command, input=stdin.encode(), capture_output=True, timeout=120, check=False)


def test_the_command_line_takes_a_file_and_reports(tmp_path: Path) -> None:
    file = tmp_path / "terms.tsv"
    file.write_text(
        "source\ttarget\ttarget_language\nshartnoma\tконтракт\tru\nsardoba\tсардоба\tru\n", "utf-8"
    )
    text = f"{SENTENCE}\n\nSayyohlar qadimiy sardobani ko'rdilar.\n"
    done = tarjimon("translate", "--to", "ru", "--glossary", str(file), "--json", stdin=text)
    assert done.returncode == 0, done.stderr.decode()
    terms = [
        term
        for unit in json.loads(done.stdout)["units"]
        for segment in unit["segments"]
        for term in segment["targets"]["ru"]["terms"]
    ]
    assert [(t["term"], t["met"], t["placed"]) for t in terms] == [
        ("shartnoma", True, terms[0]["placed"]),
        ("sardoba", True, terms[1]["placed"]),
    ]
    said = " ".join(done.stderr.decode().split())
    assert ("“sardoba” → “сардоба” placed in its base form" in said) == terms[1]["placed"]
    file.write_text("shartnoma\n", "utf-8")
    done = tarjimon("translate", "--to", "ru", "--glossary", str(file), stdin=text)
    assert done.returncode != 0
    assert "terms.tsv, line 1: 'shartnoma' has no target" in " ".join(done.stderr.decode().split())
