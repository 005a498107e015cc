"""Which model does what: from a task and a language pair to a leased model and its passes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tarjimon.batching.scheduler import Scheduler
from tarjimon.config import ModelSettings
from tarjimon.domain import DecodingSettings, Task
from tarjimon.engine.loading import Model
from tarjimon.errors import UnsupportedLanguageError
from tarjimon.memory.segment_cache import SegmentCache
from tarjimon.models.catalogue import DEFAULT_MODEL
from tarjimon.models.residency import Residency
from tarjimon.models.store import ModelStore
from tarjimon.pipeline.passes import Passes
from tarjimon.pipeline.values import Caller, ModelStatus


@dataclass(frozen=True, slots=True)
class Resident:
    """A model in memory, and the key under which the scheduler knows its engine."""

    key: str
    model: Model


class Models:
    """The models that the pipeline can use.

    Args:
        store: where their files are.
        residency: which of them are in memory.
        scheduler: to which their engines are attached.
        cache: what was translated before.
        settings: the defaults.
    """

    def __init__(
        self,
        store: ModelStore,
        residency: Residency[Resident],
        scheduler: Scheduler,
        cache: SegmentCache,
        settings: ModelSettings,
    ) -> None:
        self._store = store
        self._residency = residency
        self._scheduler = scheduler
        self._cache = cache
        self._second_pass = settings.second_pass
        self._defaults = {Task.TRANSLATE: settings.translate, Task.SUMMARIZE: settings.summarize}

    def default(self, task: Task) -> str:
        """The model that is used when the caller names none."""
        return self._defaults[task] or DEFAULT_MODEL

    def check(self, wanted: str | None) -> None:
        """Raise ModelNotFoundError for a model that the catalogue does not have."""
        if wanted is not None:
            self._store.catalogue.get(wanted)

    def choose(self, task: Task, source: str, target: str, wanted: str | None) -> str:
        """The model for a pair.

        Raises:
            ModelNotFoundError: no model has the wanted name.
            UnsupportedLanguageError: the model does not do this; the message names those that do.
        """
        model_id = wanted or self.default(task)
        spec = self._store.catalogue.get(model_id)
        if spec.supports(task, source, target):
            return model_id
        others = [s.id for s in self._store.catalogue.for_task(task, source, target)]
        advice = f"these do: {', '.join(others)}" if others else "no model of the catalogue does"
        raise UnsupportedLanguageError(
            f"model {model_id} does not {task.value} {source} into {target}; {advice}",
            field="options.model" if wanted else "target_languages",
        )

    def supports(self, task: Task, source: str, target: str, wanted: str | None) -> bool:
        """Whether the chosen model does this pair."""
        return self._store.catalogue.get(wanted or self.default(task)).supports(task, source, target)

    @asynccontextmanager
    async def lease(self, model_id: str) -> AsyncIterator[Resident]:
        """The model, loaded if need be, and kept in memory meanwhile."""
        async with self._residency.lease(model_id) as resident:
            yield resident

    def passes(self, resident: Resident, decoding: DecodingSettings, caller: Caller) -> Passes:
        """The way of sentences through a leased model."""
        return Passes(
            resident.model,
            resident.key,
            decoding,
            self._scheduler.submit,
            self._cache,
            caller,
            second_pass=self._second_pass,
        )

    def status(self) -> tuple[ModelStatus, ...]:
        """Every model of the catalogue, the default first."""
        loaded = {n for n, m in self._residency.snapshot().models.items() if m.state == "ready"}
        rows = []
        for entry in self._store.list():
            spec = entry.spec
            state = "loaded" if spec.id in loaded else "available" if entry.ready else "not-fetched"
            rows.append(
                ModelStatus(
                    id=spec.id,
                    title=spec.title,
                    licence=spec.licence,
                    licence_note=spec.licence_note,
                    source_languages=tuple(spec.sources),
                    target_languages=tuple(spec.targets),
                    tasks=tuple(sorted(task.value for task in spec.tasks)),
                    state=state,
                    weights_sha256=entry.weights_sha256 or "",
                )
            )
        default = self.default(Task.TRANSLATE)
        return tuple(sorted(rows, key=lambda row: row.id != default))
