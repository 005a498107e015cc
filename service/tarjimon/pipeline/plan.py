"""The plan of a text: its sentences, their languages, and what is to be done with each for a target."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from tarjimon.domain import SOURCE_LANGUAGES
from tarjimon.pipeline.values import SourceSegment
from tarjimon.text.language import Identification, LanguageIdentifier
from tarjimon.text.language_script import MIXED
from tarjimon.text.protection import is_translatable
from tarjimon.text.segmentation import segment

UNKNOWN = "und"
_OVERRIDE_CONFIDENCE = 0.8
_OVERRIDE_CHARACTERS = 20
_SAMPLE = 4000
_ALIKE_CONFIDENCE = 0.9


class Action(StrEnum):
    """What is to be done with a segment for a target language."""

    TRANSLATE = "translate"
    COPY = "copy"
    PASS_THROUGH = "pass-through"


@dataclass(frozen=True, slots=True)
class PlannedSegment:
    """A segment and the language it is taken to be in ("und": unknown); `translatable` is False for digits,
    punctuation, addresses and the like."""

    source: SourceSegment
    language: str
    translatable: bool

    def action(self, target: str) -> Action:
        """What to do for this target language."""
        if not self.translatable or self.language == target:
            return Action.COPY
        return Action.TRANSLATE if self.language in SOURCE_LANGUAGES else Action.PASS_THROUGH


@dataclass(frozen=True, slots=True)
class Plan:
    """A text, its segments in order, and the language of most of it."""

    text: str
    segments: tuple[PlannedSegment, ...]
    detection: Identification


def plan(
    text: str, *, name: str, source: str | None, identifier: LanguageIdentifier, hard_wrapped: bool = False
) -> Plan:
    """Cut a text into sentences and say in which language each is.

    Args:
        text: any text.
        name: prefix of the segment ids.
        source: the language that the caller states; it gives way only to clear evidence in a whole sentence.
        identifier: says what a sentence is.
        hard_wrapped: single line breaks are spaces.
    """
    cut = segment(text, source, hard_wrap=hard_wrapped)
    sentences = [(f"{name}.{number}", s.start, s.end, s.text, s.paragraph) for number, s in enumerate(cut)]
    return _plan(text, sentences, source, identifier)


def plan_sentences(
    sentences: Sequence[tuple[str, str]], *, source: str | None, identifier: LanguageIdentifier
) -> Plan:
    """Plan a document that the caller has cut into (id, sentence) pairs; offsets count in their lines joined."""
    placed: list[tuple[str, int, int, str, int]] = []
    at = 0
    for number, (name, sentence) in enumerate(sentences):
        placed.append((name, at, at + len(sentence), sentence, number))
        at += len(sentence) + 1
    return _plan("\n".join(sentence for _, sentence in sentences), placed, source, identifier)


def _plan(
    text: str,
    sentences: Sequence[tuple[str, int, int, str, int]],
    source: str | None,
    identifier: LanguageIdentifier,
) -> Plan:
    paragraphs = [list(group) for _, group in groupby(sentences, key=lambda sentence: sentence[4])]
    whole = identifier.identify(text[:_SAMPLE], prior=source)
    hint = source or (whole.language if whole.language in SOURCE_LANGUAGES else None)
    planned: list[PlannedSegment] = []
    weights: defaultdict[str, int] = defaultdict(int)
    best: dict[str, Identification] = {}
    for group in paragraphs:
        shared = whole if len(paragraphs) == 1 else identifier.identify(_span(text, group), prior=hint)
        # Most paragraphs are in one language, and to tell it once for all of its sentences is cheaper and surer.
        alike = len(group) == 1 or (shared.confidence >= _ALIKE_CONFIDENCE and shared.script != MIXED)
        for name, start, end, sentence, paragraph in group:
            found = shared if alike else identifier.identify(sentence, prior=hint)
            language = _effective(found, sentence, source, whole)
            weights[language] += len(sentence)
            if language == found.language and found.confidence >= best.get(language, found).confidence:
                best[language] = found
            planned.append(
                PlannedSegment(
                    SourceSegment(name, start, end, sentence, paragraph, found),
                    language,
                    is_translatable(sentence),
                )
            )
    main = max(weights, key=lambda language: weights[language]) if weights else UNKNOWN
    return Plan(text, tuple(planned), best.get(main, whole))


def _span(text: str, group: Sequence[tuple[str, int, int, str, int]]) -> str:
    return text[group[0][1] : group[-1][2]]


def _effective(found: Identification, sentence: str, source: str | None, whole: Identification) -> str:
    if found.language == UNKNOWN:
        return source or whole.language
    if source is None or found.language == source:
        return found.language
    sure = found.confidence >= _OVERRIDE_CONFIDENCE and len(sentence) >= _OVERRIDE_CHARACTERS
    return found.language if sure else source
