"""One StreamTranslate call: texts come in, segments go out as they finish, back-pressure both ways."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial

from tarjimon.errors import InvalidInputError, ShuttingDownError
from tarjimon.pipeline.values import Caller, TranslatedText, TranslationOptions
from tarjimon.server.application import ServedApplication
from tarjimon.server.requests import check_id
from tarjimon.server.responses import stream_segment, stream_text_done
from tarjimon.v1 import translation_service_pb2 as pb

_WAITING_RESPONSES = 64
"""Responses that wait for a slow reader before the texts that make them stop."""


@dataclass(frozen=True, slots=True)
class StreamOrder:
    """What holds for all texts of a stream."""

    source: str | None
    targets: tuple[str, ...]
    options: TranslationOptions
    caller: Caller


class _End:
    """Follows the last response."""


class StreamSession:
    """Translates the texts of one stream; leaves no task behind, however it ends.

    Args:
        application: the pipeline.
        order: what holds for all texts.
        texts_in_flight: unfinished texts; no message is read while so many are unfinished.
        draining: when set, no further text is read; the texts at hand are finished first.
    """

    def __init__(
        self,
        application: ServedApplication,
        order: StreamOrder,
        *,
        texts_in_flight: int,
        draining: asyncio.Event,
    ) -> None:
        self._application = application
        self._order = order
        self._slots = asyncio.Semaphore(texts_in_flight)
        self._draining = draining
        self._responses: asyncio.Queue[pb.StreamTranslateResponse | Exception | _End] = asyncio.Queue(
            _WAITING_RESPONSES
        )
        self._tasks: set[asyncio.Task[None]] = set()
        self._ids: set[str] = set()

    async def run(
        self,
        requests: AsyncIterator[pb.StreamTranslateRequest],
        write: Callable[[pb.StreamTranslateResponse], Awaitable[None]],
    ) -> None:
        """Serve the stream until the client has half-closed and all its texts are done.

        Raises:
            TarjimonError: of the first text or message that failed; what was written before is valid.
        """
        self._spawn(partial(self._read, requests))
        try:
            while not isinstance(item := await self._responses.get(), _End):
                if isinstance(item, Exception):
                    raise item
                await write(item)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _spawn(self, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        async def reporting() -> None:
            try:
                await work()
            except Exception as error:
                await self._responses.put(error)

        task = asyncio.create_task(reporting())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _read(self, requests: AsyncIterator[pb.StreamTranslateRequest]) -> None:
        texts: set[asyncio.Task[None]] = set()
        drained = False
        number = 0
        while True:
            await self._slots.acquire()
            message = await self._next(requests)
            if message is None:
                drained = self._draining.is_set()
                break
            text_id = self._text_id(message, number)
            number += 1
            task = self._spawn(partial(self._translate, text_id, message.text.text))
            texts.add(task)
            task.add_done_callback(texts.discard)
        await asyncio.gather(*texts)
        if drained:
            raise ShuttingDownError(
                "the server is shutting down: the texts with a text_done are finished, send the others again"
            )
        await self._responses.put(_End())

    async def _next(
        self, requests: AsyncIterator[pb.StreamTranslateRequest]
    ) -> pb.StreamTranslateRequest | None:
        """The next message; None after the last, or once the server drains."""

        async def read() -> pb.StreamTranslateRequest | None:
            return await anext(requests, None)

        reading = asyncio.create_task(read())
        draining = asyncio.create_task(self._draining.wait())
        try:
            await asyncio.wait({reading, draining}, return_when=asyncio.FIRST_COMPLETED)
            return reading.result() if reading.done() else None
        finally:
            reading.cancel()
            draining.cancel()

    def _text_id(self, message: pb.StreamTranslateRequest, number: int) -> str:
        if message.WhichOneof("request") != "text":
            raise InvalidInputError(
                f"message {number + 1} of the stream is not a text: the first message carries config, "
                "each later one a text",
                reason="WRONG_MESSAGE",
                field="text",
            )
        check_id(message.text.id, "text.id")
        text_id = message.text.id or str(number)
        if text_id in self._ids:
            raise InvalidInputError(
                f"the id of text {number} (counted from 0) was used before in this stream: "
                "give every text an id of its own, or none",
                reason="DUPLICATE_ID",
                field="text.id",
            )
        self._ids.add(text_id)
        return text_id

    async def _translate(self, text_id: str, text: str) -> None:
        try:
            order = self._order
            items = self._application.stream(
                text, source=order.source, targets=order.targets, options=order.options, caller=order.caller
            )
            # Closed at once when this task is cancelled, so that the pipeline drops the rest of the text.
            async with aclosing(items):
                async for item in items:
                    response = (
                        stream_text_done(text_id, item)
                        if isinstance(item, TranslatedText)
                        else stream_segment(text_id, item)
                    )
                    await self._responses.put(response)
        finally:
            self._slots.release()


async def stream_config(
    requests: AsyncIterator[pb.StreamTranslateRequest],
) -> pb.StreamTranslateConfig | None:
    """The config in the first message; None when the client closes without a word."""
    first = await anext(requests, None)
    if first is None:
        return None
    if first.WhichOneof("request") != "config":
        raise InvalidInputError(
            "the first message of the stream is not config: send config (target_languages) first, then texts",
            reason="WRONG_MESSAGE",
            field="config",
        )
    return first.config
