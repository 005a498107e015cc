"""The same client for code without an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

from tarjimon.client.client import TarjimonClient
from tarjimon.client.options import ClientOptions
from tarjimon.client.streaming import Texts
from tarjimon.pipeline.values import FinishedSegment, ModelStatus, SummarizedText, TranslatedText
from tarjimon.text.language import Identification

_Answer = TypeVar("_Answer")


class SyncTarjimonClient:
    """TarjimonClient with blocking methods; use it as a context manager, from one thread.

    Every method takes the arguments of its namesake there and raises the same errors. Inside a running event
    loop use TarjimonClient.
    """

    def __init__(self, address: str, options: ClientOptions | None = None) -> None:
        self._client = TarjimonClient(address, options)
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        """Open the channel."""
        self._run(self._client.__aenter__())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the channel."""
        self._run(self._client.__aexit__(kind, error, trace))
        self._runner.close()

    def translate(self, texts: Sequence[str], **arguments: Any) -> tuple[TranslatedText, ...]:
        """See TarjimonClient.translate."""
        return self._run(self._client.translate(texts, **arguments))

    def stream_translate(
        self, texts: Texts, **arguments: Any
    ) -> Iterator[tuple[str, FinishedSegment | TranslatedText]]:
        """See TarjimonClient.stream_translate; texts are sent while results are asked for."""
        items = self._client.stream_translate(texts, **arguments)

        async def following() -> tuple[str, FinishedSegment | TranslatedText] | None:
            return await anext(items, None)

        try:
            while (item := self._run(following())) is not None:
                yield item
        finally:
            self._run(items.aclose())

    def summarize(self, document: str | Sequence[tuple[str, str]], **arguments: Any) -> SummarizedText:
        """See TarjimonClient.summarize."""
        return self._run(self._client.summarize(document, **arguments))

    def detect(self, texts: Sequence[str], **arguments: Any) -> tuple[Identification, ...]:
        """See TarjimonClient.detect."""
        return self._run(self._client.detect(texts, **arguments))

    def models(self, **arguments: Any) -> tuple[ModelStatus, ...]:
        """See TarjimonClient.models."""
        return self._run(self._client.models(**arguments))

    def wait_ready(self, timeout: float) -> None:
        """See TarjimonClient.wait_ready."""
        self._run(self._client.wait_ready(timeout))

    def _run(self, work: Coroutine[Any, Any, _Answer]) -> _Answer:
        return self._runner.run(work)
