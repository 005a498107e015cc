"""Settings: flags above environment above file, and errors that name key and source."""

from pathlib import Path

import pytest

from tarjimon.config import Settings, load_settings
from tarjimon.errors import ConfigError

SETTINGS_PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_flags_win_over_environment_and_environment_over_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "tarjimon.toml"
    file.write_text("[server]\nport = 1\nhost = 'file'\n[limits]\ntexts_per_call = 7\n")
    monkeypatch.setenv("TARJIMON_SERVER__PORT", "2")
    monkeypatch.setenv("TARJIMON_SERVER__DRAIN_SECONDS", "5")
    settings = load_settings(file, server={"drain_seconds": 9, "port": None})
    assert (settings.server.port, settings.server.host, settings.server.drain_seconds) == (2, "file", 9)
    assert settings.limits.texts_per_call == 7


def test_the_environment_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "t.toml"
    file.write_text("[server]\nport = 99\n")
    monkeypatch.setenv("TARJIMON_CONFIG", str(file))
    assert load_settings().server.port == 99


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[server]\nport = 99999\n", r"server\.port"),
        ("[server]\nprot = 1\n", r"server\.prot"),
        ("[sever]\nport = 1\n", "sever"),
        ("[server\n", "not valid TOML"),
    ],
)
def test_a_bad_file_is_named_with_the_key(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=message) as caught:
        load_settings(file)
    assert "bad.toml" in caught.value.message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"absent\.toml"):
        load_settings(tmp_path / "absent.toml")


def test_a_bad_flag_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"server\.port"):
        load_settings(server={"port": 70000})


def test_every_setting_is_documented() -> None:
    page = SETTINGS_PAGE.read_text(encoding="utf-8")
    for section, field in Settings.model_fields.items():
        assert isinstance(field.annotation, type)
        for key in field.annotation.model_fields:  # type: ignore[attr-defined]
            assert f"`{section}.{key}`" in page, f"docs/settings.md lacks {section}.{key}"
