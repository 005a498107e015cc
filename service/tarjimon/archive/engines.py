"""What translates an archive: the pipeline in this process, or servers, one of which may come and go."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Protocol, Self, TypeVar

from tarjimon.client import TarjimonClient
from tarjimon.client.options import ClientOptions
from tarjimon.config import Settings
from tarjimon.domain import Lane
from tarjimon.errors import (
    ConfigError,
    DeadlineExpiredError,
    ModelNotFoundError,
    OverloadedError,
    RemoteError,
    ShuttingDownError,
)
from tarjimon.pipeline.application import Application
from tarjimon.pipeline.values import Caller, ModelStatus, SummarizedText, TranslatedText, TranslationOptions

_Answer = TypeVar("_Answer")

_CALLER = Caller("archive", Lane.BULK)
_AWAY = ("UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED", "UNKNOWN")
_LONGEST_WAIT = 60.0
_CLOSE_SECONDS = 60.0


class ArchiveEngine(Protocol):
    """Translates and summarises in the bulk lane; waits by itself while there is no room."""

    async def translate(
        self, texts: Sequence[str], *, source: str | None, targets: Sequence[str], options: TranslationOptions
    ) -> Sequence[TranslatedText]:
        """Translate texts into every target."""
        ...

    async def summarize(
        self, text: str, *, source: str | None, targets: Sequence[str], max_sentences: int
    ) -> SummarizedText:
        """Summarise a text in every target language."""
        ...

    async def identity(self, model: str | None) -> dict[str, str]:
        """What must be the same for a job to be carried on: the model and its weights."""
        ...

    def tokens(self) -> int:
        """Source and output tokens computed since the start; 0 when it cannot tell."""
        ...


class LocalEngine:
    """The pipeline in this process; an async context manager."""

    def __init__(self, settings: Settings) -> None:
        self._application = Application(settings)

    async def __aenter__(self) -> Self:
        await self._application.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        # A batch that is under way when the process ends would take the engine's threads down with an abort.
        await self._application.close(_CLOSE_SECONDS)

    async def translate(
        self, texts: Sequence[str], *, source: str | None, targets: Sequence[str], options: TranslationOptions
    ) -> Sequence[TranslatedText]:
        """See ArchiveEngine."""
        return await with_room(
            lambda: self._application.translate(
                texts, source=source, targets=targets, options=options, caller=_CALLER
            )
        )

    async def summarize(
        self, text: str, *, source: str | None, targets: Sequence[str], max_sentences: int
    ) -> SummarizedText:
        """See ArchiveEngine."""
        return await with_room(
            lambda: self._application.summarize(
                text, source=source, targets=targets, max_sentences=max_sentences, model=None, caller=_CALLER
            )
        )

    async def identity(self, model: str | None) -> dict[str, str]:
        """See ArchiveEngine."""
        return identity_of(self._application.models(), model)

    def tokens(self) -> int:
        """See ArchiveEngine."""
        counters = self._application.snapshot().scheduler.counters
        return counters["source_tokens"] + counters["output_tokens"]


class RemoteEngines:
    """Servers that share the work; one that is lost is left out, and asked again after a while.

    Repeating a call is harmless: a translation changes nothing on the server, and the same request has the same
    answer.

    Args:
        addresses: host:port of each.
        tell: gets a line when a server is lost or found again.
        clock: seconds.
        retry_seconds: time after which a lost server is asked again.
    """

    def __init__(
        self,
        addresses: Sequence[str],
        tell: Callable[[str], None],
        *,
        options: ClientOptions | None = None,
        clock: Callable[[], float] = time.monotonic,
        retry_seconds: float = 5.0,
    ) -> None:
        if len(set(addresses)) != len(addresses) or not addresses:
            raise ConfigError("--server: name each server once, for example --server a:50051,b:50051")
        self._clients = [TarjimonClient(address, options) for address in addresses]
        self._busy = dict.fromkeys(range(len(addresses)), 0)
        self._away: dict[int, float] = {}
        self._tell = tell
        self._clock = clock
        self._retry_seconds = retry_seconds
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for client in self._clients:
            await self._stack.enter_async_context(client)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def translate(
        self, texts: Sequence[str], *, source: str | None, targets: Sequence[str], options: TranslationOptions
    ) -> Sequence[TranslatedText]:
        """See ArchiveEngine."""
        return await self._call(
            lambda client: client.translate(
                texts, source=source, targets=targets, options=options, lane=Lane.BULK
            )
        )

    async def summarize(
        self, text: str, *, source: str | None, targets: Sequence[str], max_sentences: int
    ) -> SummarizedText:
        """See ArchiveEngine."""
        return await self._call(
            lambda client: client.summarize(
                text, source=source, targets=targets, max_sentences=max_sentences, lane=Lane.BULK
            )
        )

    async def identity(self, model: str | None) -> dict[str, str]:
        """See ArchiveEngine.

        Raises:
            ConfigError: the servers have different weights.
            RemoteError: none of them answers.
        """
        found: dict[str, dict[str, str]] = {}
        failure: Exception | None = None
        for client in self._clients:
            try:
                found[client.address] = identity_of(await client.models(timeout=10), model)
            except (RemoteError, ShuttingDownError, DeadlineExpiredError) as error:
                failure = error
                self._tell(f"{client.address} does not answer now; it will be asked again")
        if not found:
            assert failure is not None
            raise failure
        first = next(iter(found.values()))
        if any(identity != first for identity in found.values()):
            raise ConfigError(f"the servers have different models, their answers would not agree: {found}")
        return first

    def tokens(self) -> int:
        """See ArchiveEngine: a client does not see tokens."""
        return 0

    async def _call(self, work: Callable[[TarjimonClient], Awaitable[_Answer]]) -> _Answer:
        while True:
            number = await self._choose()
            client = self._clients[number]
            self._busy[number] += 1
            try:
                answer = await with_room(lambda client=client: work(client))  # type: ignore[misc]
            except (ShuttingDownError, DeadlineExpiredError, RemoteError) as error:
                if isinstance(error, RemoteError) and error.code not in _AWAY:
                    raise
                if number not in self._away:
                    self._tell(
                        f"{client.address} is lost ({error.message}); the others go on, it is asked again"
                    )
                self._away[number] = self._clock() + self._retry_seconds
                if isinstance(error, DeadlineExpiredError):
                    # Perhaps the text is to blame and not the server: an attempt that counts.
                    raise
                continue
            finally:
                self._busy[number] -= 1
            if self._away.pop(number, None) is not None:
                self._tell(f"{client.address} is back")
            return answer

    async def _choose(self) -> int:
        """The least busy server that is there; waits while none is."""
        while True:
            now = self._clock()
            here = [n for n in self._busy if self._away.get(n, 0.0) <= now]
            if here:
                number = min(here, key=lambda n: (self._busy[n], n))
                if number in self._away:
                    # One call finds out; the others wait for its answer or use another server.
                    self._away[number] = now + self._retry_seconds
                return number
            await asyncio.sleep(max(0.01, min(self._away.values()) - now))


async def with_room(work: Callable[[], Awaitable[_Answer]]) -> _Answer:
    """Do the work, coming back as often and as late as an overloaded engine asks."""
    while True:
        try:
            return await work()
        except OverloadedError as error:
            await asyncio.sleep(min(_LONGEST_WAIT, max(0.05, error.retry_after)))


def identity_of(models: Sequence[ModelStatus], wanted: str | None) -> dict[str, str]:
    """The model that will work, among those listed, the default first.

    Raises:
        ModelNotFoundError: it is not among them.
    """
    for model in models:
        if wanted is None or model.id == wanted:
            return {"model": model.id, "weights_sha256": model.weights_sha256}
    raise ModelNotFoundError(
        f"there is no model {wanted!r}; there are {', '.join(model.id for model in models)}", field="--model"
    )
