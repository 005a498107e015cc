"""The catalogue: reading, checking and asking the list of models that can be used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from tarjimon.domain import Task
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
        """Read the packaged catalogue and, over it, a user's file of the same form.

        Args:
            path: further entries; one with the id of a packaged model replaces it.

        Raises:
            ConfigError: a file is missing or malformed; the message names file, line and key.
        """
        raise NotImplementedError

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
        raise NotImplementedError

    def for_task(self, task: Task, source: str, target: str) -> tuple[ModelSpec, ...]:
        """Every model made for this task and pair, the preferred one first; () when there is none."""
        return tuple(spec for spec in self if spec.supports(task, source, target))
