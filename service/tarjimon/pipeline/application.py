"""The application: the pipeline with its models, scheduler and cache, built from settings and started once."""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tarjimon.batching.scheduler import Scheduler, SchedulerSettings, SchedulerSnapshot
from tarjimon.config import Settings
from tarjimon.documents.base import Document
from tarjimon.documents.formats import ReadOptions, read
from tarjimon.domain import SOURCE_LANGUAGES, Task
from tarjimon.engine.convert import convert_checkpoint
from tarjimon.engine.ctranslate2 import cuda_visible
from tarjimon.engine.loading import Model, load, warm_up
from tarjimon.memory.segment_cache import CacheStats, SegmentCache
from tarjimon.models.catalogue import Catalogue
from tarjimon.models.hub import HubFetcher
from tarjimon.models.residency import Loaded, Residency, ResidencySnapshot
from tarjimon.models.store import ModelStore
from tarjimon.pipeline.documents import TranslatedDocument, translate_document
from tarjimon.pipeline.limits import check_decoding, check_languages, check_texts
from tarjimon.pipeline.models import Models, Resident
from tarjimon.pipeline.recall import Recall
from tarjimon.pipeline.summarize import Summarizer
from tarjimon.pipeline.tally import Tally
from tarjimon.pipeline.terminology import Terminology
from tarjimon.pipeline.translate import Translator
from tarjimon.pipeline.values import (
    Caller,
    FinishedSegment,
    ModelStatus,
    SummarizedText,
    TranslatedText,
    TranslationOptions,
)
from tarjimon.text.language import Identification, LanguageIdentifier

if TYPE_CHECKING:
    from tarjimon.memory.translation_memory import TranslationMemory


def default_cache_dir() -> Path:
    """Where fetched and converted models are kept unless a setting says otherwise."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "tarjimon"


def model_store(settings: Settings) -> ModelStore:
    """The store that the settings describe."""
    return ModelStore(
        settings.models.cache or default_cache_dir(),
        Catalogue.load(settings.models.catalogue),
        fetcher=HubFetcher(),
        converter=convert_checkpoint,
        offline=settings.models.offline,
    )


_SAMPLE_UNITS = 200


def batch_tokens(device: str) -> int:
    """Padded tokens of a batch that are good for a device (benchmarks/RESULTS.md)."""
    on_gpu = device.startswith("cuda") or (device == "auto" and cuda_visible())
    return 16_384 if on_gpu else 1_024


@dataclass(frozen=True, slots=True)
class ApplicationSnapshot:
    """The state of everything, for metrics: scheduler, models in memory, segment cache, what came out."""

    scheduler: SchedulerSnapshot
    models: ResidencySnapshot
    cache: CacheStats
    tally: Tally


class Application:
    """Translates, summarises and detects, for a server or in a process of its own.

    Use it as an async context manager, or call `start` and `close`. All methods belong to the event loop on
    which it was started.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._identifier = LanguageIdentifier()
        self._store = self._loading_from = model_store(settings)
        self._reloading = asyncio.Lock()
        budget = batch_tokens(settings.models.device)
        self._scheduler = Scheduler(
            SchedulerSettings(
                source_budget=settings.batching.source_tokens or budget,
                output_budget=settings.batching.output_tokens or budget,
                interactive_queue_tokens=settings.batching.queue_tokens,
                bulk_queue_tokens=settings.batching.bulk_queue_tokens,
                bulk_share=settings.batching.bulk_share,
                hang_seconds=settings.batching.batch_seconds,
            ),
            clock,
        )
        self._cache = SegmentCache(
            settings.cache.file,
            memory_bytes=settings.cache.memory_bytes,
            disk_bytes=settings.cache.file_bytes,
            enabled=settings.cache.enabled,
        )
        numbers = itertools.count()

        def load_resident(model_id: str) -> Loaded[Resident]:
            chosen = settings.models
            model = load(
                self._loading_from.resolve(model_id),
                engine=chosen.engine,
                device=chosen.device,
                compute_type=chosen.compute_type,
                workers=chosen.workers,
                threads=chosen.threads,
            )
            # A model that is loaded anew runs beside the old one for a while: each gets its own key.
            resident = Resident(f"{model_id}#{next(numbers)}", model)
            return Loaded(resident, model.engine.info.memory_bytes, model.engine.close)

        async def attach(_: str, resident: Resident) -> None:
            self._scheduler.attach(resident.key, resident.model.engine)

        async def detach(_: str, resident: Resident) -> bool:
            return await self._scheduler.detach(resident.key)

        self._residency: Residency[Resident] = Residency(
            load_resident,
            settings.models.memory_bytes,
            expected_bytes=lambda model_id: (
                self._loading_from.catalogue.get(model_id).estimated_bytes or None
            ),
            warm_up=lambda _, resident: _warm(resident.model),
            on_ready=attach,
            on_retire=detach,
        )
        self._models = Models(self._store, self._residency, self._scheduler, self._cache, settings.models)
        terminology = Terminology(settings.glossaries.folder, official=settings.glossaries.official_names)
        self._recall = Recall(_open_memory(settings))
        self._translator = Translator(
            self._models, self._identifier, settings.limits, clock, terminology, self._recall
        )
        self._summarizer = Summarizer(self._models, self._translator, self._identifier, settings.limits)

    async def __aenter__(self) -> Application:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close(0.0)

    async def start(self) -> None:
        """Load the default models, warm them up and keep them in memory.

        Raises:
            ModelError, ModelNotFoundError: a default model cannot be used.
        """
        identifier = asyncio.to_thread(self._identifier.identify, "Bu matn o'zbek tilida yozilgan.")
        await asyncio.gather(identifier, *(self._keep(name) for name in self._defaults()))

    async def reload(self) -> tuple[str, ...]:
        """Load the default models anew, from the catalogue and the files as they are now; no call fails of it.

        The new ones are loaded and warmed up beside the old ones; calls under way end with those. Every model
        is verified before the first is swapped. Models that are not defaults are read anew when next loaded.

        Returns:
            The names of the models that were swapped.

        Raises:
            ModelError, NotFoundError, ConfigError: the catalogue or a model cannot be used; it stays as it was.
            OverloadedError: old and new do not fit into `models.memory_bytes` together.
        """
        async with self._reloading:
            names = sorted(self._defaults())
            former, fresh = self._loading_from, await asyncio.to_thread(model_store, self._settings)
            for name in names:
                await asyncio.to_thread(fresh.resolve, name)
            self._loading_from = fresh
            try:
                for name in names:
                    await self._residency.reload(name)
            except BaseException:
                self._loading_from = former
                raise
            self._store.catalogue = fresh.catalogue  # what calls are checked against
            return tuple(names)

    async def close(self, grace: float) -> None:
        """Finish what is under way, at most `grace` seconds long, and free everything."""
        await self._scheduler.aclose(grace)
        await self._residency.aclose()
        await self._cache.aclose()
        self._recall.close()

    async def translate(
        self,
        texts: Sequence[str],
        *,
        source: str | None,
        targets: Sequence[str],
        options: TranslationOptions,
        caller: Caller,
    ) -> tuple[TranslatedText, ...]:
        """See Translator.translate."""
        return await self._translator.translate(
            texts, source=source, targets=targets, options=options, caller=caller
        )

    async def stream(
        self,
        text: str,
        *,
        source: str | None,
        targets: Sequence[str],
        options: TranslationOptions,
        caller: Caller,
    ) -> AsyncGenerator[FinishedSegment | TranslatedText]:
        """See Translator.stream."""
        results = self._translator.stream(
            text, source=source, targets=targets, options=options, caller=caller
        )
        async with aclosing(results):
            async for result in results:
                yield result

    async def translate_document(
        self,
        data: bytes,
        file: ReadOptions,
        *,
        form: str | None,
        source: str | None,
        targets: Sequence[str],
        options: TranslationOptions,
        caller: Caller,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> TranslatedDocument:
        """Translate a file into every target, in its own format.

        Args:
            data: the file.
            file: its name, and what else the caller says of it.
            form: a format's name; None goes by the file's name.
            source: BCP-47 code; None: found out for the whole document.
            targets: BCP-47 codes.
            options: model, decoding.
            caller: on whose behalf.
            progress: told units done and units in all.

        Raises:
            InvalidInputError: the file cannot be read, or a language or a setting is wrong.
            OverloadedError, DeadlineExpiredError, ModelError, EngineError: as their names say.
        """
        check_languages(source, targets, self._settings.limits)
        check_decoding(options.decoding)
        document = await asyncio.to_thread(read, data, file, form)
        language = source or self._document_language(document)

        async def call(texts: Sequence[str], wrapped: bool) -> Sequence[TranslatedText]:
            chosen = replace(options, hard_wrapped=wrapped)
            return await self.translate(
                texts, source=language, targets=targets, options=chosen, caller=caller
            )

        try:
            return await translate_document(document, call, targets, progress=progress)
        except ExceptionGroup as failures:
            # The parts of a document run in a task group; the first failure is the one to tell.
            raise failures.exceptions[0] from failures

    def _document_language(self, document: Document) -> str | None:
        """The language of a whole document: a short heading alone does not show it."""
        sample = "\n".join(unit.text for unit in document.units[:_SAMPLE_UNITS])
        found = self._identifier.identify(sample).language
        return found if found in SOURCE_LANGUAGES else None

    async def summarize(
        self,
        document: str | Sequence[tuple[str, str]],
        *,
        source: str | None,
        targets: Sequence[str],
        max_sentences: int,
        model: str | None,
        caller: Caller,
    ) -> SummarizedText:
        """See Summarizer.summarize."""
        return await self._summarizer.summarize(
            document, source=source, targets=targets, max_sentences=max_sentences, model=model, caller=caller
        )

    def detect(self, texts: Sequence[str]) -> tuple[Identification, ...]:
        """Language, script and alphabet of each text.

        Raises:
            InvalidInputError: a limit.
        """
        check_texts(texts, self._settings.limits)
        return tuple(self._identifier.identify(text) for text in texts)

    def snapshot(self) -> ApplicationSnapshot:
        """What waits and runs at this moment, and the counters since the start."""
        return ApplicationSnapshot(
            self._scheduler.snapshot(),
            self._residency.snapshot(),
            self._cache.stats(),
            self._translator.tally,
        )

    def models(self) -> tuple[ModelStatus, ...]:
        """Every model of the catalogue, the default first."""
        return self._models.status()

    def _defaults(self) -> set[str]:
        return {self._models.default(task) for task in Task}

    async def _keep(self, model_id: str) -> None:
        self._residency.pin(model_id)
        async with self._residency.lease(model_id):
            pass


def _open_memory(settings: Settings) -> TranslationMemory | None:
    url = settings.memory.url
    if url is None:
        return None
    from tarjimon.memory.translation_memory import TranslationMemory

    return TranslationMemory(url, largest=settings.memory.entries)


def _warm(model: Model) -> None:
    warm_up(model)
