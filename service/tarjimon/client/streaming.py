"""One StreamTranslate call from the client's side: a writer beside the reader, neither outliving the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable
from typing import TypeAlias

import grpc

from tarjimon.client import requests, responses
from tarjimon.client.sent_status import SentStatus
from tarjimon.pipeline.values import FinishedSegment, SourceSegment, TranslatedText
from tarjimon.v1 import translation_service_pb2 as pb

Texts: TypeAlias = AsyncIterable[tuple[str, str]] | Iterable[tuple[str, str]]
"""Pairs (id, text)."""


class TextStream:
    """Sends texts and gives what comes back.

    Args:
        call: the open call.
        config: its first message.
        texts: what is sent after it.
    """

    def __init__(
        self,
        call: grpc.aio.StreamStreamCall[pb.StreamTranslateRequest, pb.StreamTranslateResponse],
        config: pb.StreamTranslateRequest,
        texts: Texts,
    ) -> None:
        self._call = call
        self._status = SentStatus(call)
        self._sources: dict[str, dict[str, SourceSegment]] = {}
        self._writer = asyncio.create_task(self._write(config, texts))

    async def items(self) -> AsyncGenerator[tuple[str, FinishedSegment | TranslatedText], None]:
        """Segments as they finish, and each whole text after its last segment.

        Raises:
            grpc.aio.AioRpcError: the server ended the stream with an error.
            Exception: what reading the texts raised.
        """
        try:
            async for response in self._call:
                yield response.text_id, self._item(response)
        except grpc.aio.AioRpcError as error:
            raise await self._status.of(error) from None
        except asyncio.CancelledError:
            # The writer cancels the call when the texts raise: that error is the one to tell.
            if self._writer.done() and not self._writer.cancelled():
                self._writer.result()
            raise

    async def close(self) -> None:
        """End the call and the writer; harmless when both are over."""
        self._writer.cancel()
        self._call.cancel()
        await asyncio.gather(self._writer, return_exceptions=True)

    def _item(self, response: pb.StreamTranslateResponse) -> FinishedSegment | TranslatedText:
        if response.WhichOneof("response") == "segment":
            segment = responses.finished_segment(response.segment)
            self._sources.setdefault(response.text_id, {})[segment.source.id] = segment.source
            return segment
        sources = self._sources.pop(response.text_id, {})
        return responses.streamed_text(response.text_done, tuple(sources.values()))

    async def _write(self, config: pb.StreamTranslateRequest, texts: Texts) -> None:
        try:
            await self._send(config)
            async for name, text in _each(texts):
                await self._send(requests.stream_text(name, text))
            await self._call.done_writing()
        except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
            return  # the call is over; `items` tells why
        except Exception:
            self._call.cancel()
            raise

    async def _send(self, message: pb.StreamTranslateRequest) -> None:
        await self._call.write(message)


async def _each(texts: Texts) -> AsyncIterator[tuple[str, str]]:
    if isinstance(texts, AsyncIterable):
        async for pair in texts:
            yield pair
    else:
        for pair in texts:
            yield pair
