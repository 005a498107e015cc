from pathlib import Path

import pytest

pytest.importorskip("numpy")
pytest.importorskip("tokenizers")

from recipe.corpus import Document, Sentence
from recipe.mixture import read_mixture
from recipe.overlap import OverlapIndex
from recipe.prepare import Allowed, Gatherer

MIXTURE = Path(__file__).parents[3] / "models" / "recipe" / "configs" / "mixture.toml"


def gatherer(held: list[str] | None = None) -> Gatherer:
    index = OverlapIndex()
    for text in held or []:
        index.add(text)
    return Gatherer(read_mixture(MIXTURE), str, index)


def sentence(number: int, kind: str = "B") -> Sentence:
    uz = f"Vazirlik {number} ta yangi qaror qabul qildi va ularni {number + 1} kun ichida e'lon qildi."
    ru = f"Министерство приняло {number} новых решений и опубликовало их за {number + 1} дней."
    en = f"The ministry took {number} new decisions and published them within {number + 1} days."
    return Sentence(kind, {"uz": uz, "ru": ru, "en": en})  # type: ignore[arg-type]


def test_documents_become_translations_summaries_and_titles() -> None:
    made = gatherer()
    rows = (sentence(5, "T"), sentence(15), sentence(25), sentence(35), sentence(45, "S"))
    assert made.documents([Document("w1-002", "x", rows)]) == []
    tasks = {(example.task, example.target) for example in made.examples}
    assert tasks >= {
        ("translate", "ru"),
        ("translate", "en"),
        ("summary", "uz"),
        ("summary", "ru"),
        ("title", "en"),
    }
    (summary,) = [e for e in made.examples if (e.task, e.target) == ("summary", "en")]
    assert summary.target_text == rows[4].texts["en"]
    assert rows[0].texts["uz"] in summary.source_text
    (title,) = [e for e in made.examples if (e.task, e.target) == ("title", "en")]
    assert rows[0].texts["uz"] not in title.source_text


def test_documents_for_early_stopping_are_kept_apart() -> None:
    made = gatherer()
    held = made.documents([Document("w1-005", "x", (sentence(5),)), Document("w1-025", "x", (sentence(6),))])
    assert [document.identifier for document in held] == ["w1-005", "w1-025"]
    assert made.examples == []


def test_nothing_of_a_development_set_gets_in() -> None:
    made = gatherer([sentence(7).texts["uz"], sentence(70).texts["en"]])
    made.documents([Document("w1-002", "x", (sentence(7), sentence(70), sentence(700)))])
    sources = {example.source_text for example in made.examples}
    assert sentence(7).texts["uz"] not in sources
    assert sentence(70).texts["en"] not in sources
    assert "near a development set" in str(made.ledger.table())


def test_a_share_of_the_visits_has_numbers_masked() -> None:
    made = gatherer()
    made.documents([Document("w1-002", "x", (sentence(5),))])
    uzbek = [e for e in made.examples if e.target == "en" and e.source_text.startswith("Vazirlik")]
    masked = sum(e.visits for e in uzbek if "<x0>" in e.source_text)
    plain = sum(e.visits for e in uzbek if "<x0>" not in e.source_text and e.visits > 0.1)
    assert masked == pytest.approx(0.25)
    assert plain == pytest.approx(0.75)


def test_what_the_product_always_protects_is_always_masked() -> None:
    made = gatherer()
    texts = {
        "uz": "Sayt: https://a.example/b.",
        "ru": "Сайт: https://a.example/b.",
        "en": "Site: https://a.example/b.",
    }
    made.generated([texts])
    assert all("https" not in example.source_text for example in made.examples if example.visits > 0.1)


def test_classes_of_licences_can_be_left_out(tmp_path) -> None:
    (tmp_path / "govweb.uz-ru.tsv").write_text(
        "Davlat xizmatlari portali\tПортал государственных услуг\n", encoding="utf-8"
    )
    (tmp_path / "gtk.uz-ru.tsv").write_text(
        "Faylni ochib bo'lmadi\tНе удалось открыть файл\n", encoding="utf-8"
    )
    (tmp_path / "aosp.uz-ru.tsv").write_text("Qurilma yangilandi\tУстройство обновлено\n", encoding="utf-8")
    origins = {}
    for web in (True, False):
        for copyleft in (True, False):
            made = gatherer()
            made.aligned(tmp_path, Allowed(web, copyleft))
            origins[web, copyleft] = {example.origin for example in made.examples}
    assert origins[True, True] == {"govweb", "gtk", "aosp"}
    assert origins[False, True] == {"gtk", "aosp"}
    assert origins[True, False] == {"govweb", "aosp"}
    assert origins[False, False] == {"aosp"}
    assert "no stated licence" in made.ledger.table()
