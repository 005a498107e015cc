"""Translation of texts: plan, decode what needs decoding, put the text together again."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, replace

from tarjimon.config import LimitSettings
from tarjimon.domain import SOURCE_LANGUAGES, Receipt, Task
from tarjimon.memory.translation_memory_entry import MemoryMatch, Question
from tarjimon.pipeline.gathering import Gathering
from tarjimon.pipeline.limits import check_decoding, check_languages, check_texts
from tarjimon.pipeline.models import Models
from tarjimon.pipeline.passes import Job, Outcome
from tarjimon.pipeline.plan import UNKNOWN, Action, Plan, PlannedSegment, plan
from tarjimon.pipeline.reassemble import reassemble
from tarjimon.pipeline.recall import Recall, from_memory, question
from tarjimon.pipeline.tally import Tally
from tarjimon.pipeline.terminology import Terminology
from tarjimon.pipeline.terms import report, verdict_with
from tarjimon.pipeline.values import (
    Caller,
    FinishedSegment,
    SegmentStatus,
    TargetSegment,
    TranslatedText,
    Translation,
    TranslationOptions,
)
from tarjimon.text.fidelity import Issue, IssueKind, Severity, Verdict
from tarjimon.text.language import LanguageIdentifier

_CLEAN = Verdict(True, ())


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an output belongs: the numbers of its text, target and segment."""

    text: int
    target: int
    segment: int


@dataclass(frozen=True, slots=True)
class _Finished:
    place: _Place
    output: TargetSegment
    receipt: Receipt | None


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A job under way, and where its output belongs."""

    job: Job
    places: tuple[_Place, ...]
    receipt: Receipt


class Translator:
    """Translates texts.

    Args:
        models: the models it may use.
        identifier: says in which language a sentence is.
        limits: the largest input.
        clock: seconds, the clock of `Caller.deadline`.
        terminology: the glossaries it may use.
        recall: asks the translation memory.
    """

    def __init__(
        self,
        models: Models,
        identifier: LanguageIdentifier,
        limits: LimitSettings,
        clock: Callable[[], float] = time.monotonic,
        terminology: Terminology | None = None,
        recall: Recall | None = None,
    ) -> None:
        self._recall = recall or Recall(None)
        self._terminology = terminology or Terminology()
        self._models = models
        self._identifier = identifier
        self._limits = limits
        self._clock = clock
        self.tally = Tally()

    async def translate(
        self,
        texts: Sequence[str],
        *,
        source: str | None,
        targets: Sequence[str],
        options: TranslationOptions,
        caller: Caller,
    ) -> tuple[TranslatedText, ...]:
        """Translate texts into every target, in order.

        When the caller's deadline comes first, what is finished is returned and the rest is NOT_DONE.

        Raises:
            InvalidInputError: a limit, a language, a setting; `field` says which.
            DeadlineExpiredError: the deadline came before anything was finished.
            OverloadedError, ModelError, EngineError: as their names say.
        """
        check_texts(texts, self._limits)
        check_languages(source, targets, self._limits)
        check_decoding(options.decoding)
        self._models.check(options.model)
        self._terminology.check(options)
        self._recall.check(options.memory)
        plans = [self._plan(str(number), text, source, options) for number, text in enumerate(texts)]
        plans = await self._recall.whole(plans, targets, options.memory, caller.client)
        return await self.translate_plans(plans, targets=targets, options=options, caller=caller)

    async def translate_plans(
        self, plans: Sequence[Plan], *, targets: Sequence[str], options: TranslationOptions, caller: Caller
    ) -> tuple[TranslatedText, ...]:
        """As `translate`, for texts that were planned and checked already."""
        finished: dict[_Place, _Finished] = {}
        async with aclosing(self._finish(plans, targets, options, caller)) as results:
            async for result in results:
                finished[result.place] = result
                self.tally.add(result.output)
        return tuple(_compose(number, text, targets, finished) for number, text in enumerate(plans))

    async def stream(
        self,
        text: str,
        *,
        source: str | None,
        targets: Sequence[str],
        options: TranslationOptions,
        caller: Caller,
    ) -> AsyncGenerator[FinishedSegment | TranslatedText]:
        """Translate one text; each segment comes as soon as it is finished, the whole text last."""
        check_texts([text], self._limits, "text")
        check_languages(source, targets, self._limits)
        check_decoding(options.decoding)
        self._models.check(options.model)
        self._terminology.check(options)
        self._recall.check(options.memory)
        [planned] = await self._recall.whole(
            [self._plan("0", text, source, options)], targets, options.memory, caller.client
        )
        finished: dict[_Place, _Finished] = {}
        async with aclosing(self._finish([planned], targets, options, caller)) as results:
            async for result in results:
                finished[result.place] = result
                self.tally.add(result.output)
                segment = planned.segments[result.place.segment].source
                yield FinishedSegment(segment, targets[result.place.target], result.output)
        yield _compose(0, planned, targets, finished)

    def _plan(self, name: str, text: str, source: str | None, options: TranslationOptions) -> Plan:
        return plan(
            text, name=name, source=source, identifier=self._identifier, hard_wrapped=options.hard_wrapped
        )

    async def _finish(
        self, plans: Sequence[Plan], targets: Sequence[str], options: TranslationOptions, caller: Caller
    ) -> AsyncGenerator[_Finished]:
        """Every segment of every text in every target, in order of completion, with what the memory offers."""
        remembered = await self._recall.matches(plans, targets, options.memory, caller.client)
        async with aclosing(self._decode(plans, targets, options, caller, remembered)) as results:
            async for result in results:
                place = result.place
                match = remembered.get(question(_at(plans, place), targets[place.target]))
                yield replace(result, output=replace(result.output, memory_match=match)) if match else result

    async def _decode(
        self,
        plans: Sequence[Plan],
        targets: Sequence[str],
        options: TranslationOptions,
        caller: Caller,
        remembered: Mapping[Question, MemoryMatch],
    ) -> AsyncGenerator[_Finished]:
        jobs: dict[str, dict[Job, list[_Place]]] = {}
        terms = self._terminology.for_call(options)
        for place, segment in _places(plans, targets):
            target = targets[place.target]
            action = segment.action(target)
            if action is Action.TRANSLATE:
                text = segment.source.text
                found = terms.find(text, segment.language, target)
                match = remembered.get(question(segment, target))
                if match is not None and match.exact:
                    output = from_memory(segment, target, match)
                    reports = report(found, text, output.text, target)
                    yield _Finished(place, replace(output, terms=reports), None)
                    continue
                job = Job(text, segment.language, target, found)
                model = self._models.choose(Task.TRANSLATE, job.source, job.target, options.model)
                jobs.setdefault(model, {}).setdefault(job, []).append(place)
            else:
                yield _Finished(place, _untranslated(segment, action), None)
        if not jobs:
            return
        async with AsyncExitStack() as leases, Gathering[_Waiting, Outcome]() as running:
            for model_id, by_job in jobs.items():
                resident = await leases.enter_async_context(self._models.lease(model_id))
                decoding = options.decoding.over(resident.model.spec.decoding)
                receipt = resident.model.receipt(decoding)
                passes = self._models.passes(resident, decoding, caller)
                known = await passes.recall(list(by_job))
                for job, places in by_job.items():
                    if job not in known:
                        running.start(_Waiting(job, tuple(places), receipt), passes.run(job))
                for job, outcome in known.items():
                    for place in by_job[job]:
                        yield _Finished(place, _translated(_at(plans, place), job, outcome), receipt)
            async with aclosing(running.results(caller.deadline, self._clock)) as results:
                async for waiting, result in results:
                    for place in waiting.places:
                        output = _translated(_at(plans, place), waiting.job, result)
                        yield _Finished(place, output, waiting.receipt)


def _places(plans: Sequence[Plan], targets: Sequence[str]) -> Iterator[tuple[_Place, PlannedSegment]]:
    for text_number, planned in enumerate(plans):
        for target_number in range(len(targets)):
            for segment_number, segment in enumerate(planned.segments):
                yield _Place(text_number, target_number, segment_number), segment


def _at(plans: Sequence[Plan], place: _Place) -> PlannedSegment:
    return plans[place.text].segments[place.segment]


def _compose(
    number: int, planned: Plan, targets: Sequence[str], finished: dict[_Place, _Finished]
) -> TranslatedText:
    translations = []
    for target_number, target in enumerate(targets):
        results = [finished[_Place(number, target_number, index)] for index in range(len(planned.segments))]
        text, placed = reassemble(planned, [result.output for result in results])
        receipt = next((result.receipt for result in results if result.receipt), None)
        translations.append(Translation(target, text, placed, receipt))
    return TranslatedText(
        tuple(segment.source for segment in planned.segments), planned.detection, tuple(translations)
    )


def _translated(segment: PlannedSegment, job: Job, outcome: Outcome | None) -> TargetSegment:
    source = segment.source
    if outcome is None:
        return TargetSegment(source.id, "", 0, 0, SegmentStatus.NOT_DONE, _CLEAN)
    if not outcome.text:
        # The model gave nothing: a sentence in the wrong language is better than a lost one.
        status, text = SegmentStatus.PASSED_THROUGH, source.text
    else:
        status, text = SegmentStatus.TRANSLATED, outcome.text
    terms = report(job.terms, job.text, outcome.text, job.target, outcome.placed)
    return TargetSegment(
        source.id,
        text,
        0,
        0,
        status,
        verdict_with(outcome.verdict, job.terms, terms),
        outcome.attempts,
        outcome.score,
        outcome.confidence,
        terms,
    )


def _untranslated(segment: PlannedSegment, action: Action) -> TargetSegment:
    source = segment.source
    if action is Action.COPY:
        return TargetSegment(source.id, source.text, 0, 0, SegmentStatus.COPIED, _CLEAN)
    known = ", ".join(SOURCE_LANGUAGES)
    message = (
        f"the language was not recognised and the text is left as it is; if it is one of {known}, state it"
        if segment.language == UNKNOWN
        else f"the text is in {segment.language!r}, which is not translated (only {known}); it is left as it is"
    )
    verdict = Verdict(False, (Issue(IssueKind.LANGUAGE, Severity.ERROR, message),))
    return TargetSegment(source.id, source.text, 0, 0, SegmentStatus.PASSED_THROUGH, verdict)
