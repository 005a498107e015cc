"""tarjimon.v1.SummarizationService over the pipeline."""

from __future__ import annotations

from typing import Any

import grpc

from tarjimon.server.application import ServedApplication
from tarjimon.server.calls import CURRENT_CALL
from tarjimon.server.requests import document_of, lane_of, sentences_of
from tarjimon.server.responses import summarize_response
from tarjimon.v1 import summarization_service_pb2 as pb
from tarjimon.v1.summarization_service_pb2_grpc import SummarizationServiceServicer


class SummarizationServicer(SummarizationServiceServicer):
    """Turns messages into calls of the pipeline; errors are left to the interceptor."""

    def __init__(self, application: ServedApplication) -> None:
        self._application = application

    async def Summarize(  # noqa: N802
        self, request: pb.SummarizeRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> pb.SummarizeResponse:
        """See the contract."""
        lane = lane_of(request.lane, "lane")
        summarized = await self._application.summarize(
            document_of(request),
            source=request.source_language or None,
            targets=tuple(request.target_languages),
            max_sentences=sentences_of(request),
            model=request.model or None,
            caller=CURRENT_CALL.get().caller(lane),
        )
        return summarize_response(summarized)
