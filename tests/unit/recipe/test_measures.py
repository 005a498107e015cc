import pytest

pytest.importorskip("sacrebleu")

pytest.importorskip("tokenizers")

from recipe.evaluation import BEGIN, END, write_report
from recipe.measures import numbers_kept, quality, rouge


def test_rouge_counts_words_of_any_script() -> None:
    same = rouge(["Правительство приняло решение"], ["Правительство приняло решение"])
    assert same == {"ROUGE-1": 100, "ROUGE-2": 100, "ROUGE-L": 100}
    half = rouge(["o'zbek tili"], ["o'zbek adabiyoti"])
    assert half["ROUGE-1"] == pytest.approx(50)
    assert half["ROUGE-2"] == 0
    assert rouge(["a c b"], ["a b"])["ROUGE-L"] == pytest.approx(80)


def test_quality_of_a_perfect_output_is_full() -> None:
    text = ["The ministry took five decisions today.", "Talks were held in Tashkent on Monday."]
    found = quality(text, text)
    assert found.chrf == pytest.approx(100)
    assert found.bleu == pytest.approx(100)


def test_a_changed_number_is_seen() -> None:
    assert numbers_kept("2026-yilda 15 ta loyiha", "15 projects in 2026", "en")
    assert not numbers_kept("2026-yilda 15 ta loyiha", "16 projects in 2026", "en")


def test_the_report_keeps_the_words_around_its_figures(tmp_path) -> None:
    path = tmp_path / "REPORT.md"
    path.write_text(f"# Title\n\nWords.\n\n{BEGIN}\nold\n{END}\n\nMore words.\n", encoding="utf-8")
    write_report(path, "new")
    text = path.read_text(encoding="utf-8")
    assert "Words." in text
    assert "More words." in text
    assert "old" not in text
    path.write_text("no marks", encoding="utf-8")
    with pytest.raises(ValueError, match="REPORT"):
        write_report(path, "new")
