"""Documents through the pipeline: units in calls of a good size, tags put back, the file rendered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from tarjimon.documents.base import Document, TranslatedUnit, Unit
from tarjimon.pipeline.projection import project
from tarjimon.pipeline.values import SegmentStatus, TranslatedText

_UNITS_PER_CALL = 64
_CHARACTERS_PER_CALL = 20_000
_CALLS_AT_ONCE = 4

Translate = Callable[[Sequence[str], bool], Awaitable[Sequence[TranslatedText]]]
"""Translates texts into the targets of the job; the flag says that their lines are wrapped."""


@dataclass(frozen=True, slots=True)
class DocumentTranslation:
    """A document in one target language.

    Attributes:
        target_language: BCP-47 code.
        data: the file.
        units: translations by unit id.
        moved_tags: (unit id, segment id) of segments in which a tag's place is an estimate.
    """

    target_language: str
    data: bytes
    units: dict[str, TranslatedUnit]
    moved_tags: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class TranslatedDocument:
    """A document in every target language.

    Attributes:
        units: what was translated.
        texts: the pipeline's answer for each unit.
        translations: one for each target.
        left_alone: what was not offered for translation, for people.
    """

    units: tuple[Unit, ...]
    texts: tuple[TranslatedText, ...]
    translations: tuple[DocumentTranslation, ...]
    left_alone: tuple[str, ...]

    def flagged(self, target: int) -> Iterator[tuple[Unit, int]]:
        """Units with a segment that a person must check, and that segment's number in the unit."""
        for unit, text in zip(self.units, self.texts, strict=True):
            for number, segment in enumerate(text.translations[target].segments):
                if not segment.verdict.ok or segment.status is SegmentStatus.NOT_DONE:
                    yield unit, number


def translated_name(name: str, target: str, ending: str | None = None) -> str:
    """The name of a file's translation: "release.ru.md" for "release.md".

    Args:
        name: the source file's name; folders before it are left out.
        target: BCP-47 code.
        ending: another ending than the source's, for example ".summary.txt".
    """
    plain = PurePath(name.replace("\\", "/")).name
    stem, dot, suffix = plain.rpartition(".")
    if not stem:
        stem, dot, suffix = plain, "", ""
    return f"{stem}.{target}{dot + suffix if ending is None else ending}"


async def translate_document(
    document: Document,
    translate: Translate,
    targets: Sequence[str],
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> TranslatedDocument:
    """Translate a document.

    Args:
        document: the file, read.
        translate: does the work, here or on a server; it raises what it raises.
        targets: BCP-47 codes, in the order of `translate`'s answers.
        progress: told units done and units in all.
    """
    units = document.units
    results: dict[str, TranslatedText] = {}
    gate = asyncio.Semaphore(_CALLS_AT_ONCE)

    async def run(part: Sequence[Unit]) -> None:
        async with gate:
            answers = await translate([unit.text for unit in part], part[0].wrapped)
        results.update((unit.id, answer) for unit, answer in zip(part, answers, strict=True))
        progress(len(results), len(units))

    async with asyncio.TaskGroup() as group:
        for part in _parts(units):
            group.create_task(run(part))
    texts = tuple(results[unit.id] for unit in units)
    translations = []
    for number, target in enumerate(targets):
        projected = {unit.id: project(unit, text, number) for unit, text in zip(units, texts, strict=True)}
        translated = {name: projection.unit for name, projection in projected.items()}
        moved = frozenset((name, segment) for name, p in projected.items() for segment in p.unsure)
        # A large file takes seconds: other calls go on meanwhile.
        data = await asyncio.to_thread(document.render, translated, language=target)
        translations.append(DocumentTranslation(target, data, translated, moved))
    return TranslatedDocument(units, texts, tuple(translations), document.left_alone)


def _parts(units: Sequence[Unit]) -> Iterator[list[Unit]]:
    """Units in reading order, cut into calls; wrapped and unwrapped units never share one."""
    part: list[Unit] = []
    size = 0
    for unit in units:
        full = len(part) >= _UNITS_PER_CALL or size + len(unit.text) > _CHARACTERS_PER_CALL
        if part and (full or unit.wrapped != part[0].wrapped):
            yield part
            part, size = [], 0
        part.append(unit)
        size += len(unit.text)
    if part:
        yield part
