"""Which terms hold for a call, and that a stream's glossary is read once."""

from pathlib import Path

import pytest

from tarjimon.errors import InvalidInputError, NotFoundError
from tarjimon.pipeline.terminology import Terminology
from tarjimon.pipeline.values import TranslationOptions
from tarjimon.text.terms import Term


def found(terminology: Terminology, options: TranslationOptions, text: str, target: str = "ru") -> list[str]:
    terminology.check(options)
    return [m.term.target for m in terminology.for_call(options).find(text, "uz", target)]


def test_a_call_wins_over_the_installed_and_that_over_official_names(tmp_path: Path) -> None:
    (tmp_path / "press.tsv").write_text("vazirlik\tведомство\nhokim\tмэр\n", encoding="utf-8")
    terminology = Terminology(tmp_path)
    text = "Tashqi ishlar vazirligi, vazirlik, hokim, Oliy sud"
    assert found(terminology, TranslationOptions(), text) == ["Министерство иностранных дел", "Верховный суд"]
    named = TranslationOptions(glossary_name="press")
    assert found(terminology, named, text) == ["ведомство", "ведомство", "мэр", "Верховный суд"]
    own = TranslationOptions(glossary=(Term("hokim", target="глава"),), glossary_name="press")
    assert found(terminology, own, text) == ["ведомство", "ведомство", "глава", "Верховный суд"]
    bare = TranslationOptions(ignore_official_names=True)
    assert found(terminology, bare, text) == []
    assert found(Terminology(official=False), TranslationOptions(), text) == []


def test_a_term_for_one_target_wins_over_one_for_all() -> None:
    terms = Term("hokim", target="hokim"), Term("hokim", target="мэр", target_language="ru")
    options = TranslationOptions(glossary=terms)
    assert found(Terminology(), options, "hokim") == ["мэр"]
    assert found(Terminology(), options, "hokim", "en") == ["hokim"]


def test_the_same_glossary_is_indexed_once_and_another_is_not_taken_for_it() -> None:
    terminology = Terminology()
    options = TranslationOptions(glossary=(Term("hokim", target="мэр"),))
    assert terminology.for_call(options) is terminology.for_call(options)
    other = TranslationOptions(glossary=(Term("hokim", target="глава"),))
    assert found(terminology, options, "hokim") == ["мэр"]
    assert found(terminology, other, "hokim") == ["глава"]


def test_a_bad_glossary_is_refused_every_time() -> None:
    terminology = Terminology()
    options = TranslationOptions(glossary=(Term("hokim"),))
    for _ in range(2):
        with pytest.raises(InvalidInputError, match=r"options.glossary\[0\].target"):
            terminology.check(options)
    with pytest.raises(NotFoundError, match="installed: none"):
        terminology.check(TranslationOptions(glossary_name="x"))
