"""The typed client: the pipeline's methods, computed by a server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from types import TracebackType
from typing import Self, TypeVar

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from tarjimon.client import documents, requests, responses
from tarjimon.client.documents import ReceivedDocument
from tarjimon.client.failures import error_from
from tarjimon.client.options import ClientOptions, open_channel
from tarjimon.client.shares import Share, renumbered, shares
from tarjimon.client.streaming import Texts, TextStream
from tarjimon.documents.formats import ReadOptions
from tarjimon.domain import Lane
from tarjimon.errors import DeadlineExpiredError
from tarjimon.pipeline.values import (
    FinishedSegment,
    ModelStatus,
    SummarizedText,
    TranslatedText,
    TranslationOptions,
)
from tarjimon.text.language import Identification
from tarjimon.v1.summarization_service_pb2_grpc import SummarizationServiceStub
from tarjimon.v1.translation_service_pb2 import ListModelsRequest
from tarjimon.v1.translation_service_pb2_grpc import TranslationServiceStub

_Answer = TypeVar("_Answer")

_POLL_SECONDS = 0.05


class TarjimonClient:
    """A connection to a Tarjimon server; use it as an async context manager.

    All methods raise `tarjimon.errors`: what the server raised, or RemoteError when it cannot be reached. Calls
    that the server refuses for a moment (UNAVAILABLE, RESOURCE_EXHAUSTED) are tried up to four times.
    `timeout` is in seconds, for the whole method; None takes the options' own.

    Args:
        address: host:port.
        options: deadlines, limits, credentials.
    """

    def __init__(self, address: str, options: ClientOptions | None = None) -> None:
        self.address = address
        self._options = options or ClientOptions()
        self._channel: grpc.aio.Channel | None = None

    async def __aenter__(self) -> Self:
        """Open the channel; the connection itself is made by the first call."""
        self._channel = open_channel(self.address, self._options)
        self._translation = TranslationServiceStub(self._channel)
        self._summarization = SummarizationServiceStub(self._channel)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the channel; calls in flight are cancelled."""
        if self._channel is not None:
            await self._channel.close()

    async def translate(
        self,
        texts: Sequence[str],
        *,
        targets: Sequence[str],
        source: str | None = None,
        options: TranslationOptions | None = None,
        lane: Lane = Lane.INTERACTIVE,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> tuple[TranslatedText, ...]:
        """Translate texts into each of the targets; one result for each text, in their order.

        Any number of texts: more than the server takes at once are sent in several calls, a few at a time. A
        single text beyond the server's limit is refused with LimitExceededError.

        Args:
            texts: plain text; an empty one gives an empty translation.
            targets: BCP-47 codes.
            source: BCP-47 code, or None: found out for each sentence.
            options: model, decoding, line wrapping.
            lane: who waits.
            timeout: seconds for everything.
        """
        chosen = options or TranslationOptions()

        async def one(share: Share, left: float | None) -> tuple[TranslatedText, ...]:
            request = requests.translate_text_request(
                share.texts, source=source, targets=targets, options=chosen, lane=lane, first=share.first
            )
            response = await self._translation.TranslateText(request, timeout=left)
            return tuple(renumbered(text, share.first) for text in responses.translated_texts(response))

        return await self._share_out(texts, len(targets), one, timeout)

    async def stream_translate(
        self,
        texts: Texts,
        *,
        targets: Sequence[str],
        source: str | None = None,
        options: TranslationOptions | None = None,
        lane: Lane = Lane.INTERACTIVE,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> AsyncGenerator[tuple[str, FinishedSegment | TranslatedText], None]:
        """Translate texts as they come; gives each segment as soon as it is finished.

        Args:
            texts: pairs (id, text), each id once; blank takes the text's number. Read only as fast as the
                server works.
            targets: as for `translate`; so are the other arguments.

        Yields:
            (id, segment) in order of completion, and (id, the whole text) after the last segment of a text.
            Leave early with `contextlib.aclosing`, so that the server stops at once.
        """
        config = requests.stream_config(
            source=source, targets=targets, options=options or TranslationOptions(), lane=lane
        )
        with self._failures():
            stream = TextStream(
                self._translation.StreamTranslate(timeout=self._seconds(timeout)), config, texts
            )
            try:
                async with aclosing(stream.items()) as items:
                    async for item in items:
                        yield item
            finally:
                await stream.close()

    async def translate_document(
        self,
        data: bytes,
        file: ReadOptions,
        *,
        targets: Sequence[str],
        form: str | None = None,
        source: str | None = None,
        options: TranslationOptions | None = None,
        lane: Lane = Lane.INTERACTIVE,
        segments: bool = False,
        progress: Callable[[int, int], None] = lambda done, total: None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> ReceivedDocument:
        """Translate a file on the server, of at most 50 MiB, in its own format.

        Args:
            data: the file.
            file: its name, and what else there is to say of it.
            targets: as for `translate`; so are source, options, lane and timeout.
            form: a format's name; None goes by the file's name.
            segments: True: every segment comes back with its verdict.
            progress: told units done and units in all.
        """
        with self._failures():
            return await documents.translate_document(
                self._translation,
                data,
                file,
                form=form,
                source=source,
                targets=targets,
                options=options or TranslationOptions(),
                lane=lane,
                segments=segments,
                progress=progress,
                timeout=self._seconds(timeout),
            )

    async def summarize(
        self,
        document: str | Sequence[tuple[str, str]],
        *,
        targets: Sequence[str],
        source: str | None = None,
        max_sentences: int = 2,
        model: str | None = None,
        lane: Lane = Lane.INTERACTIVE,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> SummarizedText:
        """Summarise a text, or sentences given as (id, sentence), in each of the targets."""
        request = requests.summarize_request(
            document, source=source, targets=targets, max_sentences=max_sentences, model=model, lane=lane
        )
        with self._failures():
            return responses.summarized_text(
                await self._summarization.Summarize(request, timeout=self._seconds(timeout))
            )

    async def detect(
        self,
        texts: Sequence[str],
        *,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> tuple[Identification, ...]:
        """Identify the language of each text; any number of texts."""

        async def one(share: Share, left: float | None) -> tuple[Identification, ...]:
            request = requests.detect_language_request(share.texts, first=share.first)
            response = await self._translation.DetectLanguage(request, timeout=left)
            return tuple(responses.identification(found) for found in response.detections)

        return await self._share_out(texts, 0, one, timeout)

    async def models(self, *, timeout: float | None = None) -> tuple[ModelStatus, ...]:  # noqa: ASYNC109
        """The server's models, the default first."""
        with self._failures():
            response = await self._translation.ListModels(ListModelsRequest(), timeout=self._seconds(timeout))
        return tuple(responses.model_status(model) for model in response.models)

    async def wait_ready(self, timeout: float) -> None:  # noqa: ASYNC109
        """Wait until the server is there and has loaded its models (health SERVING).

        Raises:
            DeadlineExpiredError: it was not within `timeout` seconds; the message says how far it came.
        """
        health = health_pb2_grpc.HealthStub(self._open_channel())
        deadline = time.monotonic() + timeout
        state = "nothing answers there"
        while (left := deadline - time.monotonic()) > 0:
            try:
                answer = await health.Check(
                    health_pb2.HealthCheckRequest(), timeout=left, wait_for_ready=True
                )
            except grpc.aio.AioRpcError as error:
                if error.code() is grpc.StatusCode.UNIMPLEMENTED:
                    raise error_from(error, self.address) from error
            else:
                if answer.status == health_pb2.HealthCheckResponse.SERVING:
                    return
                state = "it is still loading its models, or shutting down"
            await asyncio.sleep(min(_POLL_SECONDS, max(deadline - time.monotonic(), 0)))
        raise DeadlineExpiredError(
            f"the server at {self.address} was not ready within {timeout:g} s: {state}; start one with "
            "`tarjimon serve`, or allow more time"
        )

    async def _share_out(
        self,
        texts: Sequence[str],
        targets: int,
        call: Callable[[Share, float | None], Awaitable[tuple[_Answer, ...]]],
        seconds: float | None,
    ) -> tuple[_Answer, ...]:
        if isinstance(texts, str):
            raise TypeError("texts is one string: give a list of texts")
        whole = self._seconds(seconds)
        deadline = None if whole is None else time.monotonic() + whole
        slots = asyncio.Semaphore(self._options.calls_at_once)

        async def one(share: Share) -> tuple[_Answer, ...]:
            async with slots:
                left = None if deadline is None else max(deadline - time.monotonic(), 0.0)
                return await call(share, left)

        tasks = [asyncio.create_task(one(share)) for share in shares(texts, targets, self._options.limits)]
        with self._failures():
            try:
                answers = await asyncio.gather(*tasks)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        return tuple(answer for part in answers for answer in part)

    def _seconds(self, timeout: float | None) -> float | None:
        return self._options.timeout if timeout is None else timeout

    def _open_channel(self) -> grpc.aio.Channel:
        if self._channel is None:
            raise RuntimeError("the client is not open: use `async with TarjimonClient(address) as client`")
        return self._channel

    @contextmanager
    def _failures(self) -> Iterator[None]:
        self._open_channel()
        try:
            yield
        except grpc.aio.AioRpcError as error:
            raise error_from(error, self.address) from error
