"""Where the work is done: on a server, or in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from tarjimon.config import Settings
from tarjimon.domain import Lane
from tarjimon.pipeline.values import (
    Caller,
    ModelStatus,
    SummarizedText,
    TranslatedText,
    TranslationOptions,
)
from tarjimon.text.language import Identification

_BATCH_SECONDS = 30.0


class Backend(Protocol):
    """What the commands ask for; a client and a local pipeline both give it."""

    async def translate(
        self, texts: Sequence[str], *, source: str | None, targets: Sequence[str], options: TranslationOptions
    ) -> Sequence[TranslatedText]:
        """Translate texts into every target."""
        ...

    async def summarize(
        self, text: str, *, source: str | None, targets: Sequence[str], max_sentences: int, model: str | None
    ) -> SummarizedText:
        """Summarise a text in every target language."""
        ...

    async def detect(self, texts: Sequence[str]) -> Sequence[Identification]:
        """Say in which language texts are."""
        ...

    async def models(self) -> Sequence[ModelStatus]:
        """List the models."""
        ...


class LocalBackend:
    """The pipeline in this process."""

    def __init__(self, settings: Settings) -> None:
        from tarjimon.pipeline.application import Application

        self._application = Application(settings)
        self._caller = Caller("cli", Lane.INTERACTIVE)

    async def start(self) -> None:
        """Load the models."""
        await self._application.start()

    async def close(self) -> None:
        """Free everything; a batch that runs is waited for, since its thread cannot be stopped."""
        await self._application.close(_BATCH_SECONDS)

    async def translate(
        self, texts: Sequence[str], *, source: str | None, targets: Sequence[str], options: TranslationOptions
    ) -> Sequence[TranslatedText]:
        """See Backend."""
        return await self._application.translate(
            texts, source=source, targets=targets, options=options, caller=self._caller
        )

    async def summarize(
        self, text: str, *, source: str | None, targets: Sequence[str], max_sentences: int, model: str | None
    ) -> SummarizedText:
        """See Backend."""
        return await self._application.summarize(
            text,
            source=source,
            targets=targets,
            max_sentences=max_sentences,
            model=model,
            caller=self._caller,
        )

    async def detect(self, texts: Sequence[str]) -> Sequence[Identification]:
        """See Backend."""
        return self._application.detect(texts)

    async def models(self) -> Sequence[ModelStatus]:
        """See Backend."""
        return self._application.models()


@asynccontextmanager
async def open_backend(
    server: str | None, settings: Settings, *, load: bool = True
) -> AsyncIterator[Backend]:
    """A client of `server`, or the pipeline in this process when none is named.

    Args:
        server: "host:port", or None.
        settings: for the local pipeline.
        load: False when the command needs no model in memory.
    """
    if server is not None:
        from tarjimon.client import TarjimonClient, options_from_environment

        async with TarjimonClient(server, options_from_environment()) as client:
            yield client
        return
    local = LocalBackend(settings)
    try:
        if load:
            await local.start()
        yield local
    finally:
        await local.close()
