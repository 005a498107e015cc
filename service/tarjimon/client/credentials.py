"""Credentials on every call of a channel, of either kind that we make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import grpc

_Metadata = Sequence[tuple[str, str]]


def with_metadata(metadata: _Metadata) -> list[grpc.aio.ClientInterceptor]:
    """Interceptors that add metadata; grpc.aio takes an interceptor for one kind of call only, so there are two."""
    return [_Unary(metadata), _Stream(metadata)]


class _Unary(grpc.aio.UnaryUnaryClientInterceptor):
    def __init__(self, metadata: _Metadata) -> None:
        self._metadata = metadata

    async def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        return await continuation(_completed(details, self._metadata), request)


class _Stream(grpc.aio.StreamStreamClientInterceptor):
    def __init__(self, metadata: _Metadata) -> None:
        self._metadata = metadata

    async def intercept_stream_stream(self, continuation: Any, details: Any, requests: Any) -> Any:
        return await continuation(_completed(details, self._metadata), requests)


def _completed(details: Any, metadata: _Metadata) -> grpc.aio.ClientCallDetails:
    return grpc.aio.ClientCallDetails(
        details.method,
        details.timeout,
        grpc.aio.Metadata(*(details.metadata or ()), *metadata),
        details.credentials,
        details.wait_for_ready,
    )
