"""google.cloud.translation.v3.TranslationService over the pipeline: the official client works unmodified.

The messages are ours with Google's field numbers (protos/tarjimon/compat/v1), and the methods are registered under
Google's service name by a generic handler, so that no descriptor of Google's package is declared in this process.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import grpc
from google.protobuf.message import Message

from tarjimon.compat.v1 import google_translation_pb2 as pb
from tarjimon.documents.formats import FORMATS, ReadOptions
from tarjimon.domain import SOURCE_LANGUAGES, TARGET_LANGUAGES, Lane
from tarjimon.errors import InvalidInputError, LimitExceededError, NotServedError
from tarjimon.pipeline.values import Caller, TranslatedText, TranslationOptions
from tarjimon.server.application import ServedApplication
from tarjimon.server.calls import CURRENT_CALL
from tarjimon.text.language import Identification
from tarjimon.text.orthography import Alphabet

SERVICE = "google.cloud.translation.v3.TranslationService"

UNSERVED = {
    "BatchTranslateText": "use `tarjimon archive` for many files, or StreamTranslate of tarjimon.v1",
    "BatchTranslateDocument": "use `tarjimon archive`, or StreamTranslateDocument of tarjimon.v1",
    "CreateGlossary": "glossaries are installed by the server's operator, or sent with a call of tarjimon.v1",
    "ListGlossaries": "glossaries are installed by the server's operator",
    "GetGlossary": "glossaries are installed by the server's operator",
    "DeleteGlossary": "glossaries are installed by the server's operator",
    "RomanizeText": "DetectLanguage of tarjimon.v1 tells the alphabet; every spelling is read as it is",
    "AdaptiveMtTranslate": "there are no adaptive datasets: import corrections with `tarjimon memory import`",
}
"""Methods of Google's service that are answered with UNIMPLEMENTED, and what to use instead."""

_TEXTS = 1024
_PARENT = re.compile(r"projects/[^/]+(?:/locations/[^/]+)?")
_NAMES = {
    "en": {"uz": "Uzbek", "ru": "Russian", "en": "English"},
    "ru": {"uz": "узбекский", "ru": "русский", "en": "английский"},
    "uz": {"uz": "o'zbek", "ru": "rus", "en": "ingliz"},
}
_MARKUP = re.compile(r"[<&]")


class GoogleServicer:
    """The methods that are served; errors are left to the interceptor."""

    def __init__(self, application: ServedApplication) -> None:
        self._application = application

    async def translate_text(
        self, request: pb.TranslateTextRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> pb.TranslateTextResponse:
        """TranslateText. Plain text, or HTML fragments whose markup is kept."""
        _check_parent(request.parent)
        if len(request.contents) > _TEXTS:
            raise LimitExceededError(f"{len(request.contents)} contents; at most {_TEXTS}", field="contents")
        if request.mime_type not in ("", "text/html", "text/plain"):
            raise InvalidInputError(
                f"mime_type is {request.mime_type!r}; expected text/plain or text/html", field="mime_type"
            )
        source = _language(request.source_language_code, "source_language_code")
        target = _language(request.target_language_code, "target_language_code") or ""
        options = _options(request.model, request.glossary_config.glossary)
        caller = CURRENT_CALL.get().caller(Lane.INTERACTIVE)
        html = request.mime_type != "text/plain"
        texts = await self._texts(list(request.contents), source, target, options, caller, html)
        translations = [
            pb.Translation(
                translated_text=text,
                model=request.model,
                glossary_config=request.glossary_config if request.HasField("glossary_config") else None,
                detected_language_code="" if source else _code(found),
            )
            for text, found in texts
        ]
        with_glossary = translations if request.HasField("glossary_config") else []
        return pb.TranslateTextResponse(translations=translations, glossary_translations=with_glossary)

    async def _texts(
        self,
        contents: list[str],
        source: str | None,
        target: str,
        options: TranslationOptions,
        caller: Caller,
        html: bool,
    ) -> list[tuple[str, Identification]]:
        marked = {n for n, text in enumerate(contents) if html and _MARKUP.search(text)}
        plain = [text for n, text in enumerate(contents) if n not in marked]
        results: list[TranslatedText] = []
        if plain or not contents:
            results = await self._plain(plain, source, target, options, caller)
        simple = iter((r.translations[0].text, r.detection) for r in results)
        return [
            await self._fragment(text, source, target, options, caller) if n in marked else next(simple)
            for n, text in enumerate(contents)
        ]

    async def _plain(
        self,
        texts: Sequence[str],
        source: str | None,
        target: str,
        options: TranslationOptions,
        caller: Caller,
    ) -> list[TranslatedText]:
        """Texts in calls of the pipeline's own size: Google's clients may send more at once."""
        size = 256
        parts = [texts[at : at + size] for at in range(0, len(texts), size)] or [texts]
        found = await asyncio.gather(
            *(
                self._application.translate(
                    part, source=source, targets=[target], options=options, caller=caller
                )
                for part in parts
            )
        )
        return [text for part in found for text in part]

    async def _fragment(
        self, text: str, source: str | None, target: str, options: TranslationOptions, caller: Caller
    ) -> tuple[str, Identification]:
        document = await self._application.translate_document(
            text.encode(),
            ReadOptions("contents.html", encoding="utf-8"),
            form="html",
            source=source,
            targets=[target],
            options=options,
            caller=caller,
            progress=lambda done, total: None,
        )
        found = next((t.detection for t in document.texts), Identification("und", "Zyyy", None, 0.0))
        return document.translations[0].data.decode(), found

    async def detect_language(
        self, request: pb.DetectLanguageRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> pb.DetectLanguageResponse:
        """DetectLanguage."""
        _check_parent(request.parent)
        [found] = await asyncio.to_thread(self._application.detect, [request.content])
        language = pb.DetectedLanguage(language_code=_code(found), confidence=found.confidence)
        return pb.DetectLanguageResponse(languages=[language])

    async def get_supported_languages(
        self, request: pb.GetSupportedLanguagesRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> pb.SupportedLanguages:
        """GetSupportedLanguages."""
        _check_parent(request.parent)
        display = request.display_language_code.partition("-")[0]
        if display and display not in _NAMES:
            raise InvalidInputError(
                f"names are known in {', '.join(_NAMES)}, not in {display!r}", field="display_language_code"
            )
        wanted = _options(request.model, "").model
        models = self._application.models()
        model = next((m for m in models if m.id == wanted), models[0])
        codes = [c for c in SOURCE_LANGUAGES if c in model.source_languages or c in model.target_languages]
        return pb.SupportedLanguages(
            languages=[
                pb.SupportedLanguage(
                    language_code=code,
                    display_name=_NAMES[display][code] if display else "",
                    support_source=code in model.source_languages,
                    support_target=code in model.target_languages,
                )
                for code in codes
            ]
        )

    async def translate_document(
        self, request: pb.TranslateDocumentRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> pb.TranslateDocumentResponse:
        """TranslateDocument, for content sent with the call."""
        _check_parent(request.parent)
        given = request.document_input_config
        if not given.content:
            raise InvalidInputError(
                "document_input_config has no content; files in a cloud storage are not read: send the bytes",
                field="document_input_config.content",
            )
        form = next((f for f in FORMATS if f.media_type == given.mime_type), None)
        if form is None:
            known = ", ".join(f.media_type for f in FORMATS)
            raise InvalidInputError(
                f"documents of type {given.mime_type!r} are not read; expected one of {known}",
                field="document_input_config.mime_type",
            )
        source = _language(request.source_language_code, "source_language_code")
        target = _language(request.target_language_code, "target_language_code") or ""
        document = await self._application.translate_document(
            given.content,
            ReadOptions(f"document{form.suffixes[0]}"),
            form=form.name,
            source=source,
            targets=[target],
            options=_options(request.model, request.glossary_config.glossary),
            caller=CURRENT_CALL.get().caller(Lane.INTERACTIVE),
            progress=lambda done, total: None,
        )
        found = next((t.detection for t in document.texts), Identification("und", "Zyyy", None, 0.0))
        translation = pb.DocumentTranslation(
            byte_stream_outputs=[document.translations[0].data],
            mime_type=form.media_type,
            detected_language_code="" if source else _code(found),
        )
        named = request.HasField("glossary_config")
        return pb.TranslateDocumentResponse(
            document_translation=translation,
            glossary_document_translation=translation if named else None,
            model=request.model,
            glossary_config=request.glossary_config if named else None,
        )


def google_handler(application: ServedApplication) -> grpc.GenericRpcHandler:
    """All methods of Google's service, those that we do not serve with the reason."""
    servicer = GoogleServicer(application)
    served: dict[str, tuple[Any, Any]] = {
        "TranslateText": (servicer.translate_text, pb.TranslateTextRequest.FromString),
        "DetectLanguage": (servicer.detect_language, pb.DetectLanguageRequest.FromString),
        "GetSupportedLanguages": (
            servicer.get_supported_languages,
            pb.GetSupportedLanguagesRequest.FromString,
        ),
        "TranslateDocument": (servicer.translate_document, pb.TranslateDocumentRequest.FromString),
    }
    served |= {name: (_refusal(name, reason), bytes) for name, reason in UNSERVED.items()}
    handlers: dict[str, Any] = {
        name: grpc.unary_unary_rpc_method_handler(
            method, request_deserializer=parse, response_serializer=_serialized
        )
        for name, (method, parse) in served.items()
    }
    return grpc.method_handlers_generic_handler(SERVICE, handlers)


def _serialized(message: Message) -> bytes:
    return message.SerializeToString()


def _refusal(name: str, reason: str) -> Callable[[bytes, Any], Awaitable[Message]]:
    async def refuse(request: bytes, context: Any) -> Message:
        raise NotServedError(f"{name} is not served here: {reason}")

    return refuse


def _check_parent(parent: str) -> None:
    if not _PARENT.fullmatch(parent):
        raise InvalidInputError(
            f"parent is {parent!r}; expected projects/NAME or projects/NAME/locations/NAME", field="parent"
        )


def _language(code: str, field: str) -> str | None:
    """Ours for a BCP-47 code with script or region: "uz-Latn-UZ" is "uz"."""
    if not code:
        if field == "target_language_code":
            raise InvalidInputError(
                f"there is no target language; expected one of {', '.join(TARGET_LANGUAGES)}", field=field
            )
        return None
    main = code.replace("_", "-").partition("-")[0].lower()
    if main not in SOURCE_LANGUAGES:
        raise InvalidInputError(
            f"{code!r} is not served; expected one of {', '.join(SOURCE_LANGUAGES)}",
            field=field,
            reason="UNSUPPORTED_LANGUAGE",
        )
    return main


def _code(found: Identification) -> str:
    return "uz-Cyrl" if found.alphabet is Alphabet.CYRILLIC else found.language


def _options(model: str, glossary: str) -> TranslationOptions:
    name = model.rpartition("/models/")[2]
    options = TranslationOptions(model=None if name in ("", "general/nmt", "general/base") else name)
    return replace(options, glossary_name=glossary.rpartition("/")[2]) if glossary else options
