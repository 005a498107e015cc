from pathlib import Path

import pytest
from recipe.corpus import CorpusError, Sentence, aligned_files, read_aligned, read_documents
from recipe.mixture import MixtureError, read_mixture
from recipe.proofread import findings, row_findings

RECIPE = Path(__file__).parents[3] / "models" / "recipe"
ROW = "B\tVazirlik 5 ta qaror qabul qildi.\tМинистерство приняло 5 решений.\tThe ministry took 5 decisions.\n"


def test_a_document_is_read_with_its_kinds(tmp_path) -> None:
    (tmp_path / "w.tsv").write_text(f"## w1-007 | talks\n{ROW}{ROW.replace('B', 'S', 1)}", encoding="utf-8")
    (document,) = read_documents(tmp_path / "w.tsv")
    assert (document.identifier, document.number, document.topic) == ("w1-007", 7, "talks")
    assert [sentence.kind for sentence in document.sentences] == ["B", "S"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("## w1-1 | a\nB\tuz\tru\n", r"w\.tsv:2"),
        (ROW, "before the first"),
        ("## w1-1 | a\nX\ta\tb\tc\n", "expected T, B or S"),
    ],
)
def test_a_row_of_another_form_is_an_error_with_its_place(tmp_path, text: str, message: str) -> None:
    (tmp_path / "w.tsv").write_text(text, encoding="utf-8")
    with pytest.raises(CorpusError, match=message):
        read_documents(tmp_path / "w.tsv")


def test_aligned_files_are_found_by_their_names(tmp_path) -> None:
    (tmp_path / "gtk-labels.uz-ru-en.tsv").write_text("a\tб\tc\n", encoding="utf-8")
    (tmp_path / "mono.uz.tsv").write_text("a\n", encoding="utf-8")
    ((path, stem, languages),) = aligned_files(tmp_path)
    assert (stem, languages) == ("gtk-labels", ("uz", "ru", "en"))
    assert next(read_aligned(path, stem, languages)).texts == {"uz": "a", "ru": "б", "en": "c"}
    path.write_text("a\tб\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=":1: 2 columns"):
        list(read_aligned(path, stem, languages))


@pytest.mark.parametrize(
    ("uz", "ru", "en", "what"),
    [
        ("5 ta qaror.", "6 решений.", "5 decisions.", "number 5 missing in ru"),
        ("Qаror qabul qilindi.", "Решение принято.", "A decision was taken.", "letters of two scripts"),
        ("O\u02bbzbekiston keldi.", "Узбекистан приехал.", "Uzbekistan came.", "apostrophe"),
        ("U keldi ,ketdi.", "Он пришёл, ушёл.", "He came, left.", "spacing"),
        ("U “keldi.", "Он пришёл.", "He came.", "unpaired"),
        ("U keldimi?", "Он пришёл.", "He came.", "a question in Uzbek only"),
        ("U keldi.", "", "He came.", "empty ru"),
    ],
)
def test_proofreading_names_the_fault(uz: str, ru: str, en: str, what: str) -> None:
    found = [name for name, _ in row_findings(Sentence("B", {"uz": uz, "ru": ru, "en": en}))]
    assert any(name.startswith(what) for name in found), found


def test_proofreading_accepts_thousands_scores_and_words() -> None:
    good = [
        ("9 ming kishi keldi.", "Пришли 9 тысяч человек.", "9,000 people came."),
        ("Hisob 2:1 bo'ldi.", "Счёт стал 2:1.", "The score was 2-1."),
        ("3 kun o'tdi.", "Прошло три дня.", "Three days passed."),
    ]
    for uz, ru, en in good:
        assert list(row_findings(Sentence("B", {"uz": uz, "ru": ru, "en": en}))) == []


def test_the_published_documents_have_no_findings_of_the_hard_kind() -> None:
    hard = [
        f
        for f in findings(RECIPE / "data")
        if f.what.startswith(("empty", "letters", "identifier", "apostrophe"))
    ]
    assert hard == []


def test_every_source_has_a_decision(tmp_path) -> None:
    mixture = read_mixture(RECIPE / "configs" / "mixture.toml")
    assert mixture.source("govweb-cyrl").licence == "web"
    assert mixture.source("gtk-labels").licence == "copyleft"
    with pytest.raises(MixtureError, match="brand-new"):
        mixture.source("brand-new-source")
