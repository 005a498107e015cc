"""tarjimon.v1.TranslationService over the pipeline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc

from tarjimon.config import LimitSettings
from tarjimon.server.application import ServedApplication
from tarjimon.server.calls import CURRENT_CALL
from tarjimon.server.documents import stream_translate_document, translate_document
from tarjimon.server.gate import Gate
from tarjimon.server.requests import lane_of, options_of
from tarjimon.server.responses import detection, model_info, translate_text_response
from tarjimon.server.streaming import StreamOrder, StreamSession, stream_config
from tarjimon.v1 import translation_service_pb2 as pb
from tarjimon.v1.translation_service_pb2_grpc import TranslationServiceServicer


class TranslationServicer(TranslationServiceServicer):
    """Turns messages into calls of the pipeline; errors are left to the interceptor."""

    def __init__(self, application: ServedApplication, limits: LimitSettings, gate: Gate) -> None:
        self._application = application
        self._limits = limits
        self._gate = gate

    async def TranslateText(  # noqa: N802
        self, request: pb.TranslateTextRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> pb.TranslateTextResponse:
        """See the contract."""
        lane = lane_of(request.options.lane, "options.lane")
        texts = await self._application.translate(
            tuple(request.texts),
            source=request.source_language or None,
            targets=tuple(request.target_languages),
            options=options_of(request.options),
            caller=CURRENT_CALL.get().caller(lane),
        )
        return translate_text_response(texts)

    async def StreamTranslate(  # type: ignore[override]  # noqa: N802
        self,
        request_iterator: AsyncIterator[pb.StreamTranslateRequest],
        context: grpc.aio.ServicerContext[Any, Any],
    ) -> None:
        """See the contract. Written with `context.write`, as the interceptor wants it."""
        config = await stream_config(request_iterator)
        if config is None:
            return
        order = StreamOrder(
            source=config.source_language or None,
            targets=tuple(config.target_languages),
            options=options_of(config.options),
            caller=CURRENT_CALL.get().caller(lane_of(config.options.lane, "config.options.lane")),
        )
        session = StreamSession(
            self._application,
            order,
            texts_in_flight=self._limits.stream_texts_in_flight,
            draining=self._gate.draining,
        )
        await session.run(request_iterator, context.write)

    async def TranslateDocument(  # noqa: N802
        self, request: pb.TranslateDocumentRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> pb.TranslateDocumentResponse:
        """See the contract."""
        return await translate_document(self._application, request)

    async def StreamTranslateDocument(  # type: ignore[override]  # noqa: N802
        self,
        request_iterator: AsyncIterator[pb.StreamTranslateDocumentRequest],
        context: grpc.aio.ServicerContext[Any, Any],
    ) -> None:
        """See the contract. Written with `context.write`, as the interceptor wants it."""
        await stream_translate_document(self._application, request_iterator, context.write)

    async def DetectLanguage(  # noqa: N802
        self, request: pb.DetectLanguageRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> pb.DetectLanguageResponse:
        """See the contract."""
        # Long texts take a while: other calls go on meanwhile.
        found = await asyncio.to_thread(self._application.detect, tuple(request.texts))
        return pb.DetectLanguageResponse(detections=[detection(one) for one in found])

    async def ListModels(  # noqa: N802
        self, request: pb.ListModelsRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> pb.ListModelsResponse:
        """See the contract."""
        return pb.ListModelsResponse(models=[model_info(model) for model in self._application.models()])
