"""What the server needs of the pipeline: `tarjimon.pipeline.application.Application`, or a fake in tests."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Protocol

from tarjimon.documents.formats import ReadOptions
from tarjimon.pipeline.documents import TranslatedDocument
from tarjimon.pipeline.values import (
    Caller,
    FinishedSegment,
    ModelStatus,
    SummarizedText,
    TranslatedText,
    TranslationOptions,
)
from tarjimon.text.language import Identification


class ServedApplication(Protocol):
    """The pipeline as the servicers see it. Its methods raise `tarjimon.errors` and check all limits."""

    async def start(self) -> None:
        """Load and warm up the default models; ModelError or ConfigError when that cannot be done."""

    async def reload(self) -> tuple[str, ...]:
        """Swap the default models for what their files hold now, without a gap; their names."""

    async def close(self, grace: float) -> None:
        """Tear everything down; also right after a `start` that failed or was cancelled."""

    async def translate(
        self,
        texts: Sequence[str],
        *,
        source: str | None,
        targets: Sequence[str],
        options: TranslationOptions,
        caller: Caller,
    ) -> tuple[TranslatedText, ...]:
        """Translate texts, in their order."""

    def stream(
        self,
        text: str,
        *,
        source: str | None,
        targets: Sequence[str],
        options: TranslationOptions,
        caller: Caller,
    ) -> AsyncGenerator[FinishedSegment | TranslatedText, None]:
        """Translate a text; segments as they finish, the whole as the last item."""

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
        progress: Callable[[int, int], None],
    ) -> TranslatedDocument:
        """Translate a file in its own format; `progress` is told units done and units in all."""

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
        """Summarise a text, or sentences with their ids."""

    def detect(self, texts: Sequence[str]) -> tuple[Identification, ...]:
        """Identify the language of each text."""

    def models(self) -> tuple[ModelStatus, ...]:
        """The catalogue's models, the default first."""
