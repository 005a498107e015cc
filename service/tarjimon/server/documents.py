"""TranslateDocument and StreamTranslateDocument: files in, translated files out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

from tarjimon.documents.formats import ReadOptions
from tarjimon.errors import InvalidInputError, LimitExceededError
from tarjimon.pipeline.documents import TranslatedDocument, translated_name
from tarjimon.server.application import ServedApplication
from tarjimon.server.calls import CURRENT_CALL
from tarjimon.server.requests import lane_of, options_of
from tarjimon.server.responses import document_done
from tarjimon.v1 import translation_service_pb2 as pb

UNARY_BYTES = 4 * 1024 * 1024
PART_BYTES = 1024 * 1024
STREAM_BYTES = 50 * 1024 * 1024
LONGEST_NAME_BYTES = 512


async def translate_document(
    application: ServedApplication, request: pb.TranslateDocumentRequest
) -> pb.TranslateDocumentResponse:
    """Answer TranslateDocument."""
    if len(request.content) > UNARY_BYTES:
        raise LimitExceededError(
            f"the document has {len(request.content):,} bytes; at most {UNARY_BYTES:,}: use StreamTranslateDocument",
            field="content",
        )
    document = await _translated(application, request.config, request.content, lambda done, total: None)
    files = [
        pb.DocumentFile(
            target_language=translation.target_language,
            name=translated_name(request.config.name, translation.target_language),
            content=translation.data,
        )
        for translation in document.translations
    ]
    return pb.TranslateDocumentResponse(
        files=files, done=document_done(document, segments=request.config.include_segments)
    )


async def stream_translate_document(
    application: ServedApplication,
    requests: AsyncIterator[pb.StreamTranslateDocumentRequest],
    write: Callable[[pb.StreamTranslateDocumentResponse], Awaitable[None]],
) -> None:
    """Answer StreamTranslateDocument."""
    config, content = await _received(requests)
    news: asyncio.Queue[tuple[int, int]] = asyncio.Queue()
    working = asyncio.create_task(
        _translated(application, config, content, lambda done, total: news.put_nowait((done, total)))
    )
    try:
        while not working.done() or not news.empty():
            fresh = asyncio.create_task(news.get())
            await asyncio.wait({fresh, working}, return_when=asyncio.FIRST_COMPLETED)
            if not fresh.done():
                fresh.cancel()
                continue
            done, total = fresh.result()
            progress = pb.DocumentProgress(done=done, total=total)
            await write(pb.StreamTranslateDocumentResponse(progress=progress))
        document = working.result()
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    for part in _parts(document, config.name):
        await write(pb.StreamTranslateDocumentResponse(file=part))
    await write(
        pb.StreamTranslateDocumentResponse(done=document_done(document, segments=config.include_segments))
    )


async def _received(
    requests: AsyncIterator[pb.StreamTranslateDocumentRequest],
) -> tuple[pb.DocumentConfig, bytes]:
    first = await anext(requests, None)
    if first is None or first.WhichOneof("request") != "config":
        raise InvalidInputError(
            "the first message of the stream is not config: send config first, then the file's bytes",
            reason="WRONG_MESSAGE",
            field="config",
        )
    content = bytearray()
    async for message in requests:
        if message.WhichOneof("request") != "content":
            raise InvalidInputError(
                "a later message of the stream is not content: send config once, then the file's bytes",
                reason="WRONG_MESSAGE",
                field="content",
            )
        content += message.content
        if len(content) > STREAM_BYTES:
            raise LimitExceededError(
                f"the document has more than {STREAM_BYTES:,} bytes: cut it into parts", field="content"
            )
    return first.config, bytes(content)


async def _translated(
    application: ServedApplication,
    config: pb.DocumentConfig,
    content: bytes,
    progress: Callable[[int, int], None],
) -> TranslatedDocument:
    if not config.name or len(config.name.encode()) > LONGEST_NAME_BYTES:
        raise InvalidInputError(
            f"the document's name is blank or longer than {LONGEST_NAME_BYTES} bytes: give the file's name",
            field="config.name",
        )
    lane = lane_of(config.options.lane, "config.options.lane")
    return await application.translate_document(
        content,
        ReadOptions(
            config.name,
            encoding=config.encoding or None,
            wrapped=config.options.hard_wrapped,
            columns=tuple(config.columns),
        ),
        form=config.format or None,
        source=config.source_language or None,
        targets=tuple(config.target_languages),
        options=options_of(config.options),
        caller=CURRENT_CALL.get().caller(lane),
        progress=progress,
    )


def _parts(document: TranslatedDocument, name: str) -> Iterator[pb.DocumentFile]:
    """Each file in parts; an empty file is one empty part."""
    for translation in document.translations:
        for at in range(0, max(len(translation.data), 1), PART_BYTES):
            yield pb.DocumentFile(
                target_language=translation.target_language,
                name=translated_name(name, translation.target_language),
                content=translation.data[at : at + PART_BYTES],
            )
