"""One document: read, parsed, translated, summarised, written."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import PurePosixPath
from typing import Any

from tarjimon.archive.engines import ArchiveEngine
from tarjimon.archive.flow import Budget
from tarjimon.archive.sink import Sink
from tarjimon.archive.sketch import registers_of
from tarjimon.archive.sources import Source
from tarjimon.archive.tables import TablePart
from tarjimon.archive.values import ArchiveOrder, Claim, Done, Fidelity, Output
from tarjimon.documents.base import Document
from tarjimon.documents.formats import ReadOptions, read
from tarjimon.domain import SOURCE_LANGUAGES
from tarjimon.errors import InvalidInputError, LimitExceededError
from tarjimon.pipeline.documents import TranslatedDocument, translate_document
from tarjimon.pipeline.values import (
    DecodingChoice,
    SegmentStatus,
    SummarizedText,
    TranslatedText,
    TranslationOptions,
)
from tarjimon.text.language import LanguageIdentifier

_SAMPLE_CHARACTERS = 4000
_SURE = 0.8


class DocumentWork:
    """Does documents of one job, many at once.

    Args:
        order: what is to be done.
        source: from where.
        sink: to where.
        parts: where finished parts of a table go.
        engine: translates.
        identifier: says in which language a document is.
        characters: bounds the text that is being translated at a time.
    """

    def __init__(
        self,
        order: ArchiveOrder,
        source: Source,
        sink: Sink,
        parts: Sink,
        engine: ArchiveEngine,
        identifier: LanguageIdentifier,
        characters: Budget,
    ) -> None:
        self._order = order
        self._source = source
        self._sink = sink
        self._parts = parts
        self._engine = engine
        self._identifier = identifier
        self._characters = characters
        self._options = TranslationOptions(model=order.model, decoding=DecodingChoice(beam_size=order.beam))

    async def run(self, claim: Claim) -> Done | None:
        """Do a document; its outputs are durable when this returns.

        Returns:
            What was done, or None: content and outputs are what they were.

        Raises:
            InvalidInputError: the document cannot be translated.
            OSError: it cannot be read, or there is no room for the outputs.
            TarjimonError: what the engine raises.
        """
        data = await asyncio.to_thread(self._source.read, claim.path, claim.locator)
        checksum = hashlib.sha256(data).hexdigest()
        if checksum == claim.previous and await asyncio.to_thread(self._outputs_are_there, claim):
            return None
        document = await asyncio.to_thread(self._read, data, claim.path)
        language = self._language(document, claim.path)
        size = sum(len(unit.text) for unit in document.units)
        async with self._characters.taken(size):
            translated = await self._translate(document, language)
            summary = await self._summaries(document, claim.path, language)
        outputs = await asyncio.to_thread(self._write, claim.path, document, translated, summary)
        return Done(
            sha256=checksum,
            language=language or "",
            characters=size,
            outputs=outputs,
            fidelity=_fidelity(translated),
            summary=None if isinstance(document, TablePart) else summary,
            receipts=_receipts(translated.texts),
            left_alone=len(document.left_alone),
            sentences=sum(1 for _ in _sentences(translated.texts)),
            sketch=registers_of(_sentences(translated.texts)),
        )

    def _outputs_are_there(self, claim: Claim) -> bool:
        sink = self._parts if self._order.column else self._sink
        return bool(claim.outputs) and all(sink.checksum(o.path) == o.sha256 for o in claim.outputs)

    def _read(self, data: bytes, path: str) -> Document:
        order = self._order
        if order.column is not None:
            return TablePart(data, path, order.column)
        options = ReadOptions(path, encoding=order.encoding, wrapped=order.wrapped, columns=order.columns)
        return read(data, options, order.form)

    def _language(self, document: Document, path: str) -> str | None:
        if self._order.language is not None:
            return self._order.language
        if isinstance(document, TablePart):
            return None  # rows are texts of their own, each in its language
        sample: list[str] = []
        size = 0
        for unit in document.units:
            sample.append(unit.text)
            size += len(unit.text)
            if size > _SAMPLE_CHARACTERS:
                break
        found = self._identifier.identify("\n".join(sample))
        if found.language in SOURCE_LANGUAGES:
            return found.language
        if found.language != "und" and found.confidence >= _SURE:
            raise InvalidInputError(
                f"{path}: the document is in {found.language!r} ({found.confidence:.0%} sure), which is not "
                f"translated; expected {', '.join(SOURCE_LANGUAGES)}; if it is one of them, state it with --from",
                reason="WRONG_LANGUAGE",
            )
        return None

    async def _translate(self, document: Document, language: str | None) -> TranslatedDocument:
        targets = self._order.targets

        async def call(texts: Sequence[str], wrapped: bool) -> Sequence[TranslatedText]:
            options = replace(self._options, hard_wrapped=wrapped)
            return await self._engine.translate(texts, source=language, targets=targets, options=options)

        try:
            return await translate_document(document, call, targets)
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from failures

    async def _summaries(self, document: Document, path: str, language: str | None) -> dict[str, Any] | None:
        if not self._order.max_sentences:
            return None
        if isinstance(document, TablePart):
            by_row = [await self._summary(unit.text, language) for unit in document.units]
            return {unit.id: row for unit, row in zip(document.units, by_row, strict=True)}
        text = "\n".join(unit.text for unit in document.units)
        return {"path": path, "language": language, **await self._summary(text, language)}

    async def _summary(self, text: str, language: str | None) -> dict[str, Any]:
        targets = self._order.targets
        if not text.strip():
            return {"summaries": {}, "error": "there is no text"}
        try:
            made = await self._engine.summarize(
                text, source=language, targets=targets, max_sentences=self._order.max_sentences
            )
        except LimitExceededError as error:
            # The translation is as good as any; only the summary is missing, and says so.
            return {"summaries": {}, "error": error.message}
        return {"summaries": _summary_rows(made)}

    def _write(
        self, path: str, document: Document, done: TranslatedDocument, summary: dict[str, Any] | None
    ) -> tuple[Output, ...]:
        if isinstance(document, TablePart):
            name = PurePosixPath(path).name
            return (self._parts.write(name, _table_rows(document, done, summary)),)
        return tuple(
            self._sink.write(f"{translation.target_language}/{path}", translation.data)
            for translation in done.translations
        )


def _sentences(texts: Sequence[TranslatedText]) -> Iterator[str]:
    """Source sentences that a model was asked for, in any target."""
    for text in texts:
        for number, segment in enumerate(text.segments):
            if any(t.segments[number].status is SegmentStatus.TRANSLATED for t in text.translations):
                yield segment.text


def _table_rows(part: TablePart, done: TranslatedDocument, summary: dict[str, Any] | None) -> bytes:
    added: list[tuple[str, dict[str, Any]]] = []
    for translation in done.translations:
        name = f"{part.column}_{translation.target_language}"
        added.append((name, {key: unit.text for key, unit in translation.units.items()}))
    if summary is not None:
        for translation in done.translations:
            target = translation.target_language
            texts = {key: row["summaries"].get(target, {}).get("text") for key, row in summary.items()}
            added.append((f"{part.column}_summary_{target}", texts))
    flagged: dict[str, list[str]] = {unit.id: [] for unit in done.units}
    for number, translation in enumerate(done.translations):
        for unit in {unit.id for unit, _ in done.flagged(number)}:
            flagged[unit].append(translation.target_language)
    return part.joined([*added, (f"{part.column}_flagged", flagged)])


def _summary_rows(made: SummarizedText) -> dict[str, Any]:
    sources = {segment.id: segment.text for segment in made.segments}
    return {
        summary.target_language: {
            "text": summary.text,
            "method": summary.method.value,
            "flagged": any(not sentence.verdict.ok for sentence in summary.sentences),
            "rests_on": [
                [sources[name] for name in sentence.source_segment_ids] for sentence in summary.sentences
            ],
        }
        for summary in made.summaries
    }


def _fidelity(done: TranslatedDocument) -> Fidelity:
    kinds: Counter[str] = Counter()
    segments = second = 0
    for text in done.texts:
        for translation in text.translations:
            for segment in translation.segments:
                segments += 1
                second += segment.attempts > 1
                kinds.update(issue.kind.value for issue in segment.verdict.issues)
    flagged = sum(1 for number in range(len(done.translations)) for _ in done.flagged(number))
    return Fidelity(segments, flagged, second, dict(kinds))


def _receipts(texts: Sequence[TranslatedText]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        for translation in text.translations:
            receipt = translation.receipt
            if receipt is not None:
                decoding = ", ".join(f"{key} {value}" for key, value in asdict(receipt.decoding).items())
                found[f"{translation.target_language} by {receipt.model_id}"] = (
                    f"{receipt.weights_sha256}, {receipt.engine}, {decoding}, {receipt.version}"
                )
    return found
