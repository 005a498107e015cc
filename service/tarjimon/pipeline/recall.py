"""What people translated before, brought into a translation: exact matches as outputs, similar ones as offers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from tarjimon.errors import InvalidInputError
from tarjimon.memory.translation_memory_entry import LONGEST_TEXT, MemoryMatch, Question
from tarjimon.pipeline.passes import canonical
from tarjimon.pipeline.plan import Action, Plan, PlannedSegment
from tarjimon.pipeline.values import MemoryUse, SegmentStatus, SourceSegment, TargetSegment
from tarjimon.text.fidelity import Severity, Verdict, check

if TYPE_CHECKING:
    # SQLAlchemy takes a good part of a second to load, and most processes have no memory.
    from tarjimon.memory.translation_memory import TranslationMemory

_THREADS = 4


class Recall:
    """Asks the translation memory, off the event loop.

    Args:
        memory: None when there is none; then nothing is ever found.
    """

    def __init__(self, memory: TranslationMemory | None) -> None:
        self._memory = memory
        # Threads of its own: a database that does not answer must not hold up anything else.
        self._threads = ThreadPoolExecutor(_THREADS, "translation-memory")

    def close(self) -> None:
        """Close the memory's connections."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._memory is not None:
            self._memory.close()

    def check(self, use: MemoryUse | None) -> None:
        """Raise InvalidInputError when a memory is demanded and there is none."""
        if self._memory is None and use in (MemoryUse.EXACT, MemoryUse.FUZZY):
            raise InvalidInputError(
                "a translation memory is demanded, but none is configured here: leave options.memory unset or off, "
                "or set memory.url",
                field="options.memory",
                reason="NO_MEMORY",
            )

    async def whole(
        self, plans: Sequence[Plan], targets: Sequence[str], use: MemoryUse | None, client: str
    ) -> list[Plan]:
        """The plans, with a paragraph left in one piece when the memory knows it whole in every target."""
        wanted = {number: _whole(plan, targets) for number, plan in enumerate(plans)}
        questions = [question for asked in wanted.values() for question in asked]
        found = await self._ask(questions, MemoryUse.EXACT if use is not MemoryUse.OFF else use, client)
        return [
            _in_one_piece(plan) if wanted[number] and all(q in found for q in wanted[number]) else plan
            for number, plan in enumerate(plans)
        ]

    async def matches(
        self, plans: Sequence[Plan], targets: Sequence[str], use: MemoryUse | None, client: str
    ) -> Mapping[Question, MemoryMatch]:
        """What the memory knows of all segments that are to be translated.

        Raises:
            MemoryUnavailableError: its database fails.
        """
        questions = [
            question(segment, target)
            for plan in plans
            for segment in plan.segments
            for target in targets
            if segment.action(target) is Action.TRANSLATE
        ]
        return await self._ask(questions, use, client)

    async def _ask(
        self, questions: Sequence[Question], use: MemoryUse | None, client: str
    ) -> dict[Question, MemoryMatch]:
        if self._memory is None or use is MemoryUse.OFF or not questions:
            return {}
        look_up = partial(self._memory.look_up, questions, client=client, fuzzy=use is MemoryUse.FUZZY)
        return await asyncio.get_running_loop().run_in_executor(self._threads, look_up)


def question(segment: PlannedSegment, target: str) -> Question:
    """What the memory is asked for a segment."""
    return Question(segment.source.text, segment.language, target)


def from_memory(segment: PlannedSegment, target: str, match: MemoryMatch) -> TargetSegment:
    """The output of a segment that the memory knows. A person wrote it: the check only warns."""
    source = segment.source
    verdict = check(canonical(source.text, segment.language), match.target, segment.language, target)
    issues = tuple(replace(issue, severity=Severity.WARNING) for issue in verdict.issues)
    return TargetSegment(
        source.id, match.target, 0, 0, SegmentStatus.FROM_MEMORY, Verdict(True, issues), memory_match=match
    )


def _whole(plan: Plan, targets: Sequence[str]) -> list[Question]:
    """What to ask to find a paragraph of several sentences whole; nothing when it is none."""
    segments = plan.segments
    text = plan.text.strip()
    alike = len({(segment.language, segment.source.paragraph) for segment in segments}) == 1
    if len(segments) < 2 or not alike or len(text) > LONGEST_TEXT:
        return []
    if any(segments[0].action(target) is not Action.TRANSLATE for target in targets):
        return []
    return [Question(text, segments[0].language, target) for target in targets]


def _in_one_piece(plan: Plan) -> Plan:
    first, last = plan.segments[0], plan.segments[-1]
    start, end = first.source.start, last.source.end
    source = SourceSegment(
        first.source.id, start, end, plan.text[start:end], first.source.paragraph, plan.detection
    )
    return replace(plan, segments=(PlannedSegment(source, first.language, True),))
