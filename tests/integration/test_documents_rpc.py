"""Documents through the real server: the file comes back in its own format, in one call and in a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest
import pytest_asyncio

from tarjimon.client import TarjimonClient
from tarjimon.config import Settings
from tarjimon.documents.formats import ReadOptions
from tarjimon.errors import InvalidInputError, LimitExceededError, UnsupportedLanguageError
from tarjimon.pipeline.application import Application
from tarjimon.server import TarjimonServer
from tarjimon.v1 import translation_service_pb2 as pb
from tarjimon.v1.translation_service_pb2_grpc import TranslationServiceStub

SAMPLE = Path(__file__).parents[2] / "examples" / "release-2020-11-05.md"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def address() -> AsyncIterator[str]:
    settings = Settings.model_validate({"server": {"port": 0}})
    server = TarjimonServer(settings, Application(settings))
    port = await server.bind()
    await server.warm_up()
    yield f"127.0.0.1:{port}"
    await server.drain(5)


async def test_the_sample_comes_back_as_markdown(address: str) -> None:
    told: list[tuple[int, int]] = []
    async with TarjimonClient(address) as client:
        answer = await client.translate_document(
            SAMPLE.read_bytes(),
            ReadOptions(SAMPLE.name),
            targets=["ru", "en"],
            segments=True,
            progress=lambda done, total: told.append((done, total)),
        )
    assert [(target, name) for target, name, _ in answer.files] == [
        ("ru", "release-2020-11-05.ru.md"),
        ("en", "release-2020-11-05.en.md"),
    ]
    source = SAMPLE.read_text(encoding="utf-8").split("\n")
    for _, _, content in answer.files:
        lines = content.decode().split("\n")
        assert [bool(line.strip()) for line in lines] == [bool(line.strip()) for line in source]
        assert lines[3].startswith("# ")
    assert told[-1] == (9, 9)
    assert len(answer.units) == 9
    assert answer.segment_count == sum(len(text.segments) for _, text in answer.units)
    assert answer.receipts[0].model_id == "tarjimon-mini"


async def test_one_call_gives_the_same_as_the_stream(address: str) -> None:
    content = b"# Sarlavha\n\nTomonlar *hamkorlik* masalalarini muhokama qildilar.\n"
    config = pb.DocumentConfig(name="a/b/release.md", source_language="uz", target_languages=["en"])
    async with grpc.aio.insecure_channel(address) as channel:
        stub = TranslationServiceStub(channel)
        response = await stub.TranslateDocument(pb.TranslateDocumentRequest(config=config, content=content))
    async with TarjimonClient(address) as client:
        streamed = await client.translate_document(
            content, ReadOptions("a/b/release.md"), source="uz", targets=["en"]
        )
    assert response.files[0].name == "release.en.md"
    assert response.files[0].content == streamed.files[0][2]
    assert response.files[0].content.decode().count("*") == 2


async def test_a_document_above_the_unary_limit_is_streamed(address: str) -> None:
    # Numbers need no model, so that the size is what is tested.
    content = b"12345 67890\n" * 400_000
    async with TarjimonClient(address) as client:
        answer = await client.translate_document(
            content, ReadOptions("numbers.txt"), source="uz", targets=["ru"], timeout=120
        )
    assert answer.files[0][2] == content


@pytest.mark.parametrize(
    ("name", "content", "targets", "kind", "words"),
    [
        ("a.exe", b"MZ", ["ru"], InvalidInputError, "exe"),
        ("", b"x", ["ru"], InvalidInputError, "name"),
        ("a.txt", b"yaxshi\n\xd2\xee", ["ru"], InvalidInputError, "line 2"),
        ("a.txt", b"x", ["xx"], UnsupportedLanguageError, "xx"),
        ("a.txt", b"x", [], InvalidInputError, "target"),
    ],
)
async def test_bad_documents_are_refused_with_file_and_place(
    address: str, name: str, content: bytes, targets: list[str], kind: type[Exception], words: str
) -> None:
    async with TarjimonClient(address) as client:
        with pytest.raises(kind, match=words):
            await client.translate_document(content, ReadOptions(name), targets=targets)


async def test_a_document_above_the_stream_limit_is_refused(address: str) -> None:
    async with TarjimonClient(address) as client:
        with pytest.raises(LimitExceededError, match="52,428,800"):
            await client.translate_document(b"1\n" * (26 * 1024 * 1024), ReadOptions("a.txt"), targets=["ru"])


async def test_content_before_config_is_refused(address: str) -> None:
    async with grpc.aio.insecure_channel(address) as channel:
        stub = TranslationServiceStub(channel)
        call = stub.StreamTranslateDocument(iter([pb.StreamTranslateDocumentRequest(content=b"x")]))
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            async for _ in call:
                pass
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
