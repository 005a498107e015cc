"""The catalogue: reading, checking and asking the list of models that can be used."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from tarjimon.domain import Task
from tarjimon.errors import ConfigError, ModelNotFoundError
from tarjimon.models.entry import parse_entry
from tarjimon.models.packaged import packaged_models
from tarjimon.models.spec import Embedded, Hub, LocalFolder, ModelSpec, Scheme, Source

__all__ = ["DEFAULT_MODEL", "Catalogue", "Embedded", "Hub", "LocalFolder", "ModelSpec", "Scheme", "Source"]

DEFAULT_MODEL = "tarjimon-mini"
"""The model inside the package."""


class Catalogue:
    """The models that can be asked for, in the order in which they are preferred."""

    def __init__(self, specs: Mapping[str, ModelSpec]) -> None:
        self._specs = dict(specs)

    @classmethod
    def load(cls, path: Path | None = None) -> Catalogue:
        """Read the packaged catalogue and, before it, a user's file of the same form.

        Args:
            path: further entries, preferred to the packaged ones; one with the id of a packaged model
                replaces it.

        Raises:
            ConfigError: a file is missing or malformed; the message names file, line and key.
        """
        packaged = read_catalogue(packaged_models() / "catalogue.toml")
        own = read_catalogue(path) if path is not None else {}
        return cls({**own, **{name: spec for name, spec in packaged.items() if name not in own}})

    def __iter__(self) -> Iterator[ModelSpec]:
        return iter(self._specs.values())

    def __len__(self) -> int:
        return len(self._specs)

    def __contains__(self, model_id: object) -> bool:
        return model_id in self._specs

    def get(self, model_id: str) -> ModelSpec:
        """The entry of this name.

        Raises:
            ModelNotFoundError: there is none; the message lists those that exist.
        """
        try:
            return self._specs[model_id]
        except KeyError:
            known = ", ".join(self._specs) or "none"
            raise ModelNotFoundError(
                f"There is no model {model_id!r}; the catalogue has: {known}.", field="model"
            ) from None

    def for_task(self, task: Task, source: str, target: str) -> tuple[ModelSpec, ...]:
        """Every model made for this task and pair, the preferred one first; () when there is none."""
        return tuple(spec for spec in self if spec.supports(task, source, target))


def read_catalogue(path: Path) -> dict[str, ModelSpec]:
    """The entries of one catalogue file by id, in its order.

    Raises:
        ConfigError: the file is missing or malformed; the message names file, line and key.
    """
    try:
        text = path.read_text(encoding="utf-8")
        document = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"Catalogue {path} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"Catalogue {path} is not UTF-8 at byte {error.start}.") from error
    except tomllib.TOMLDecodeError as error:  # its message carries line and column
        raise ConfigError(f"Catalogue {path} is not TOML: {error}.") from error
    tables = document.pop("model", [])
    if document or not isinstance(tables, list):
        wrong = ", ".join(sorted(document)) or "model"
        raise ConfigError(
            f"Catalogue {path}: only [[model]] tables are expected, found {wrong}.", field=wrong
        )
    specs: dict[str, ModelSpec] = {}
    for number, table in enumerate(tables):
        spec = parse_entry(table, path, text, number)
        if spec.id in specs:
            raise ConfigError(f"Catalogue {path}: model {spec.id} stands in it twice.", field="id")
        specs[spec.id] = spec
    return specs
