"""Promises of the catalogue: it names what exists, and every mistake in it with file, line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from tarjimon.domain import DecodingSettings, Task
from tarjimon.errors import ConfigError, ModelNotFoundError
from tarjimon.models.catalogue import DEFAULT_MODEL, Catalogue, Hub, LocalFolder, Scheme

GOOD = """\
[[model]]
id = "own"
title = "Own"
architecture = "marian"
scheme = "marian-multi"
tasks = ["translate"]
licence = "MIT"
source = { kind = "local", path = "weights" }

[model.languages]
sources = { uz = "uzb", ru = "rus" }
targets = { ru = ">>rus<<", uz = ">>uzb<<" }

[model.decoding]
beam_size = 3
"""


def load(tmp_path: Path, text: str) -> Catalogue:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    return Catalogue.load(path)


def test_the_packaged_catalogue_loads_and_says_what_is_not_free() -> None:
    catalogue = Catalogue.load()
    assert DEFAULT_MODEL in catalogue
    for spec in catalogue:
        assert ("NC" in spec.licence.split("-")) == ("on-commercial" in spec.licence_note), spec.id
        assert spec.estimated_bytes > 0
        assert isinstance(spec.source, Hub) or spec.sha256
    assert {
        "nllb-200-distilled-600m",
        "nllb-200-distilled-1.3b",
        "m2m100-418m",
        "madlad400-3b",
        "mt5-xlsum",
    } <= {spec.id for spec in catalogue}


def test_the_default_model_comes_first_for_what_it_was_trained_for() -> None:
    catalogue = Catalogue.load()
    for target in ("ru", "en"):
        assert catalogue.for_task(Task.TRANSLATE, "uz", target)[0].id == DEFAULT_MODEL
        assert catalogue.for_task(Task.SUMMARIZE, "uz", target)[0].id == DEFAULT_MODEL
    assert DEFAULT_MODEL not in {spec.id for spec in catalogue.for_task(Task.TRANSLATE, "ru", "uz")}
    assert catalogue.for_task(Task.TRANSLATE, "uz", "uz") == ()
    assert catalogue.for_task(Task.TRANSLATE, "uz", "kk") == ()


def test_an_unknown_model_names_those_that_exist() -> None:
    with pytest.raises(ModelNotFoundError, match=r"'gpt'.*tarjimon-mini, nllb-200"):
        Catalogue.load().get("gpt")


def test_a_users_entry_goes_before_the_packaged_ones(tmp_path: Path) -> None:
    catalogue = load(tmp_path, GOOD)
    spec = catalogue.get("own")
    assert next(iter(catalogue)) == spec
    assert spec.source == LocalFolder(str(tmp_path / "weights"))
    assert (spec.scheme, spec.decoding) == (Scheme.MARIAN_MULTI, DecodingSettings(beam_size=3))
    assert DEFAULT_MODEL in catalogue


def test_a_users_entry_replaces_a_packaged_one_of_the_same_id(tmp_path: Path) -> None:
    catalogue = load(tmp_path, GOOD.replace('"own"', '"tarjimon-mini"'))
    assert catalogue.get(DEFAULT_MODEL).title == "Own"
    assert len(catalogue) == len(Catalogue.load())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('title = "Own"\n', "", r"line 1, model 'own': title: is missing"),
        ('title = "Own"', "title = 7", r"line 3, model 'own': title: expected text, found 7"),
        ('id = "own"', 'id = "../own"', r"line 2, .*id: expected lower-case"),
        ('"marian-multi"', '"marianne"', r"line 5, .*scheme: expected one of tarjimon, .*'marianne'"),
        ('["translate"]', '["sing"]', r"line 6, .*tasks: expected one of translate, summarize"),
        ('["translate"]', "[]", r"line 6, .*tasks: expected at least one"),
        ('"local", path', '"ftp", path', r"line 8, .*source.kind: expected \"embedded\""),
        ('path = "weights"', 'folder = "weights"', r"line 8, .*source.path: is missing"),
        ("beam_size = 3", "beam_size = 30", r"line 14, .*decoding: expected beam_size 1 to 8"),
        ("beam_size = 3", "beam_size = true", r"line 15, .*decoding.beam_size: expected a whole number"),
        ("beam_size", "beam_sise", r"line 15, .*decoding.beam_sise: is not a known key; known are beam_size"),
        ('licence = "MIT"', 'license = "MIT"', r"line 1, .*licence: is missing"),
        (
            "[model.decoding]",
            "[model.sha256]\n'../x' = 'a'\n[model.decoding]",
            r"sha256: expected a file name",
        ),
        ("[model.decoding]", "[model.sha256]\nx = 'a'\n[model.decoding]", r"line 14, .*sha256: expected 64"),
        (
            "[model.decoding]",
            "[model.pairs]\ntranslate = ['uz-ru']\n[model.decoding]",
            r'pairs: expected "source>',
        ),
        ("[model.decoding]", "[model.pairs]\ntranslate = ['uz>kk']\n[model.decoding]", r"found 'uz>kk'"),
        ('{ uz = "uzb", ru = "rus" }\ntargets = { ru = ">>rus<<", uz = ">>uzb<<" }',
         '{ ru = "rus" }\ntargets = { ru = "r" }', r".*languages: leave no pair of languages to translate"),
        ("{ uz = ", "{ Uzbek = ", r"languages.sources: expected BCP-47"),
        ("[[model]]", "[[model", r"own.toml is not TOML.*line 1"),
        ("[[model]]", "[[modell]]", r"only \[\[model\]\] tables are expected, found modell"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_line_and_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(ConfigError, match=said) as caught:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert "own.toml" in caught.value.message


def test_the_line_is_that_of_the_entry_at_fault(tmp_path: Path) -> None:
    second = GOOD.replace('"own"', '"other"').replace("beam_size = 3", "beam_size = 0.5")
    with pytest.raises(ConfigError, match=r"line 30, model 'other': decoding.beam_size"):
        load(tmp_path, GOOD + second)


def test_twice_the_same_id_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="own stands in it twice"):
        load(tmp_path, GOOD + GOOD)


def test_a_missing_or_undecodable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml cannot be read: No such file"):
        Catalogue.load(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not UTF-8 at byte 0"):
        Catalogue.load(tmp_path / "bytes.toml")
