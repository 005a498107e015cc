"""StreamTranslateDocument from the client's side: the file up in parts, progress and translated files down."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import grpc

from tarjimon.client import requests, responses
from tarjimon.client.sent_status import SentStatus
from tarjimon.documents.formats import ReadOptions
from tarjimon.domain import Lane, Receipt
from tarjimon.pipeline.values import TranslatedText, TranslationOptions
from tarjimon.v1 import translation_service_pb2 as pb

if TYPE_CHECKING:
    # The generator writes this class into the stubs only.
    from tarjimon.v1.translation_service_pb2_grpc import TranslationServiceAsyncStub

_PART_BYTES = 512 * 1024


@dataclass(frozen=True, slots=True)
class ReceivedDocument:
    """What a server made of a document.

    Attributes:
        files: (target language, suggested name, bytes), in the order of the targets asked for.
        segment_count: segments in the document.
        flagged_count: segments, over all targets, that a person must check.
        left_alone: what was not offered for translation, for people.
        units: (place, text with its translations) of every unit; () unless asked for.
        receipts: what determined the answer.
    """

    files: tuple[tuple[str, str, bytes], ...]
    segment_count: int
    flagged_count: int
    left_alone: tuple[str, ...]
    units: tuple[tuple[str, TranslatedText], ...]
    receipts: tuple[Receipt, ...]


async def translate_document(
    stub: TranslationServiceAsyncStub,
    data: bytes,
    file: ReadOptions,
    *,
    form: str | None,
    source: str | None,
    targets: Sequence[str],
    options: TranslationOptions,
    lane: Lane,
    segments: bool,
    progress: Callable[[int, int], None],
    timeout: float | None,  # noqa: ASYNC109
) -> ReceivedDocument:
    """Send a file and gather what comes back. Raises grpc.aio.AioRpcError."""
    config = requests.document_config(
        file,
        form=form,
        source=source,
        targets=targets,
        options=options,
        lane=lane,
        segments=segments,
    )

    async def parts() -> AsyncIterator[pb.StreamTranslateDocumentRequest]:
        yield pb.StreamTranslateDocumentRequest(config=config)
        for at in range(0, len(data), _PART_BYTES):
            yield pb.StreamTranslateDocumentRequest(content=data[at : at + _PART_BYTES])

    files: dict[tuple[str, str], bytearray] = {}
    done = pb.DocumentDone()
    call = stub.StreamTranslateDocument(parts(), timeout=timeout)
    status = SentStatus(call)
    try:
        async for response in call:
            kind = response.WhichOneof("response")
            if kind == "progress":
                progress(response.progress.done, response.progress.total)
            elif kind == "file":
                files.setdefault((response.file.target_language, response.file.name), bytearray()).extend(
                    response.file.content
                )
            elif kind == "done":
                done = response.done
    except grpc.aio.AioRpcError as error:
        raise await status.of(error) from None
    finally:
        call.cancel()  # harmless when it is over; frees the server when `progress` raised
    receipts = responses.all_receipts(done.receipts)
    return ReceivedDocument(
        files=tuple((target, name, bytes(content)) for (target, name), content in files.items()),
        segment_count=done.segment_count,
        flagged_count=done.flagged_count,
        left_alone=tuple(done.left_alone),
        units=tuple((unit.place, responses.translated_text(unit.text, receipts)) for unit in done.units),
        receipts=receipts,
    )
