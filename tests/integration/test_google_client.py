"""Google's own client, unmodified, against our server: only the endpoint is changed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from tarjimon.config import Settings
from tarjimon.pipeline.application import Application
from tarjimon.server import TarjimonServer

translate = pytest.importorskip("google.cloud.translate_v3", reason="google-cloud-translate is not installed")
exceptions = pytest.importorskip("google.api_core.exceptions")

PARENT = "projects/press/locations/global"
SENTENCE = "Vazirlar hamkorlik masalalarini muhokama qildilar."
SAMPLE = Path(__file__).parents[2] / "examples" / "release-2020-11-05.md"


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """The client is synchronous: the server gets a loop and a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    settings = Settings.model_validate({"server": {"port": 0}})

    async def start() -> tuple[TarjimonServer, int]:
        server = TarjimonServer(settings, Application(settings))
        port = await server.bind()
        await server.warm_up()
        return server, port

    server, port = asyncio.run_coroutine_threadsafe(start(), loop).result(60)
    channel = grpc.insecure_channel(f"127.0.0.1:{port}")
    from google.cloud.translate_v3.services.translation_service.transports import (
        TranslationServiceGrpcTransport,
    )

    yield translate.TranslationServiceClient(transport=TranslationServiceGrpcTransport(channel=channel))
    channel.close()
    asyncio.run_coroutine_threadsafe(server.drain(5), loop).result(30)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


def test_text_is_translated_and_its_language_found(client: Any) -> None:
    response = client.translate_text(
        request={
            "parent": PARENT,
            "contents": [SENTENCE, "12345", ""],
            "mime_type": "text/plain",
            "target_language_code": "ru",
        }
    )
    texts = [t.translated_text for t in response.translations]
    assert texts[0]
    assert texts[0] != SENTENCE
    assert texts[1:] == ["12345", ""]
    assert response.translations[0].detected_language_code == "uz"
    assert not response.glossary_translations


def test_codes_with_script_and_region_are_understood(client: Any) -> None:
    response = client.translate_text(
        request={
            "parent": "projects/press",
            "contents": [SENTENCE],
            "mime_type": "text/plain",
            "source_language_code": "uz-Latn-UZ",
            "target_language_code": "en-GB",
            "model": f"{PARENT}/models/general/nmt",
        }
    )
    [translation] = response.translations
    assert translation.detected_language_code == ""
    assert translation.model.endswith("general/nmt")


def test_html_keeps_its_markup(client: Any) -> None:
    response = client.translate_text(
        request={
            "parent": PARENT,
            "contents": [f"<p>{SENTENCE}</p><p><b>{SENTENCE}</b></p>"],
            "source_language_code": "uz",
            "target_language_code": "en",
        }
    )
    text = response.translations[0].translated_text
    assert text.count("<p>") == 2
    assert text.count("</b>") == 1


def test_languages_are_detected_with_their_script(client: Any) -> None:
    found = client.detect_language(
        request={
            "parent": PARENT,
            "content": "Вазирлар ҳамкорлик масалаларини муҳокама қилдилар ва келишиб олдилар.",
        }
    )
    assert found.languages[0].language_code == "uz-Cyrl"
    assert found.languages[0].confidence > 0.7


def test_supported_languages_have_names(client: Any) -> None:
    found = client.get_supported_languages(request={"parent": PARENT, "display_language_code": "ru"})
    rows = {x.language_code: (x.display_name, x.support_source, x.support_target) for x in found.languages}
    assert rows["uz"][:2] == ("узбекский", True)
    assert rows["en"][2]


def test_a_document_comes_back_in_its_format(client: Any) -> None:
    response = client.translate_document(
        request={
            "parent": PARENT,
            "target_language_code": "en",
            "document_input_config": {"content": SAMPLE.read_bytes(), "mime_type": "text/markdown"},
        }
    )
    [content] = response.document_translation.byte_stream_outputs
    assert content.decode().split("\n")[3].startswith("# ")
    assert response.document_translation.detected_language_code == "uz"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"target_language_code": "kk"}, "kk"),
        ({"parent": "nonsense"}, "parent"),
        ({"mime_type": "text/x"}, "mime_type"),
        ({"source_language_code": "kk"}, "kk"),
        ({"contents": []}, "text"),
    ],
)
def test_mistakes_arrive_as_googles_own_exceptions(client: Any, change: dict[str, Any], words: str) -> None:
    request = {
        "parent": PARENT,
        "contents": [SENTENCE],
        "mime_type": "text/plain",
        "target_language_code": "ru",
        **change,
    }
    with pytest.raises(exceptions.InvalidArgument, match=words):
        client.translate_text(request=request)


def test_a_model_that_is_not_there_is_not_found(client: Any) -> None:
    request = {
        "parent": PARENT,
        "contents": [SENTENCE],
        "mime_type": "text/plain",
        "target_language_code": "ru",
    }
    with pytest.raises(exceptions.NotFound, match="nope"):
        client.translate_text(request={**request, "model": f"{PARENT}/models/nope"})


def test_what_is_not_served_says_what_to_use_instead(client: Any) -> None:
    with pytest.raises(exceptions.MethodNotImplemented, match="operator"):
        client.list_glossaries(request={"parent": PARENT})
