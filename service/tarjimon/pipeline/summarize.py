"""Summaries: the model's own where it passes the guard, else the best source sentences, translated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tarjimon.config import LimitSettings
from tarjimon.domain import SOURCE_LANGUAGES, Receipt, Task
from tarjimon.errors import InvalidInputError, LimitExceededError
from tarjimon.pipeline.limits import check_languages, check_sentences, check_texts, check_well_formed
from tarjimon.pipeline.models import Models
from tarjimon.pipeline.plan import Plan, PlannedSegment, plan, plan_sentences
from tarjimon.pipeline.translate import Translator
from tarjimon.pipeline.values import (
    Caller,
    SummarizedText,
    Summary,
    SummaryMethod,
    SummarySentence,
    TargetSegment,
    TranslationOptions,
)
from tarjimon.text.fidelity import Issue, Severity, Verdict
from tarjimon.text.fidelity_facts import unsupported_facts
from tarjimon.text.language import LanguageIdentifier
from tarjimon.text.salience import overlap, rank
from tarjimon.text.segmentation import segment
from tarjimon.text.summary_guard import doubts

_SPARE = 4  # candidates beyond those wanted, for when a translation fails its check
_RESTS_ON = 0.15  # share of a summary sentence's 4-grams above which a source sentence counts as its ground
_STOPS = (".", "!", "?", "…", '."', ".»", ".”", ".)")


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A source sentence in the summary's language."""

    segment: PlannedSegment
    output: TargetSegment


class Summarizer:
    """Writes summaries.

    Args:
        models: the models it may use.
        translator: translates the sentences that a summary is made of or compared with.
        identifier: says in which language a sentence is.
        limits: the largest input.
    """

    def __init__(
        self, models: Models, translator: Translator, identifier: LanguageIdentifier, limits: LimitSettings
    ) -> None:
        self._models = models
        self._translator = translator
        self._identifier = identifier
        self._limits = limits

    async def summarize(
        self,
        document: str | Sequence[tuple[str, str]],
        *,
        source: str | None,
        targets: Sequence[str],
        max_sentences: int,
        model: str | None,
        caller: Caller,
    ) -> SummarizedText:
        """Summarise a document in every target language, in order.

        Args:
            document: plain text, or (id, sentence) pairs in reading order.
            source: the document's language, or None to find out.
            targets: BCP-47 codes of the summaries.
            max_sentences: at most this many sentences, 1 to 10.
            model: a model that summarises; None takes the default.
            caller: on whose behalf.

        Raises:
            InvalidInputError: a limit, a language, a setting; `field` says which.
            OverloadedError, DeadlineExpiredError, ModelError, EngineError: as their names say.
        """
        check_languages(source, targets, self._limits)
        check_sentences(max_sentences)
        self._models.check(model)
        if isinstance(document, str):
            check_texts([document], self._limits, "text")
            planned = plan(document, name="0", source=source, identifier=self._identifier)
        else:
            self._check_sentences(document)
            planned = plan_sentences(document, source=source, identifier=self._identifier)
        language = self._language(planned, source)
        summaries = [
            await self._summary(planned, language, target, max_sentences, model, caller) for target in targets
        ]
        return SummarizedText(tuple(s.source for s in planned.segments), tuple(summaries))

    def _check_sentences(self, document: Sequence[tuple[str, str]]) -> None:
        if not document:
            raise InvalidInputError("there are no segments; give at least one", field="segments")
        if len(document) > self._limits.segments_per_document:
            raise LimitExceededError(
                f"{len(document)} segments; at most {self._limits.segments_per_document}", field="segments"
            )
        seen: set[str] = set()
        for number, (name, sentence) in enumerate(document):
            place = f"segments.segments[{number}]"
            if not name or name in seen:
                what = "is used twice" if name else "is blank"
                raise InvalidInputError(
                    f"the id {name!r} {what}; every segment needs its own", field=f"{place}.id"
                )
            seen.add(name)
            check_well_formed(sentence, f"{place}.text")
        total = sum(len(sentence) for _, sentence in document)
        if total > self._limits.characters_per_text:
            raise LimitExceededError(
                f"the segments have {total:,} characters together; at most {self._limits.characters_per_text:,}",
                field="segments",
            )

    @staticmethod
    def _language(planned: Plan, source: str | None) -> str | None:
        found = planned.detection.language
        if found in SOURCE_LANGUAGES:
            return found
        return source

    async def _summary(
        self, planned: Plan, language: str | None, target: str, wanted: int, model: str | None, caller: Caller
    ) -> Summary:
        body = [s for s in planned.segments if s.translatable and s.language in SOURCE_LANGUAGES]
        if not body or language is None:
            reason = "" if not planned.segments else "the document holds no text in a language that is read"
            return Summary(target, "", SummaryMethod.NONE, reason, (), None)
        order = _ranked(body)
        candidates, receipt = await self._candidates(
            planned, [body[index] for index in order[: wanted + _SPARE]], target, caller
        )
        reason = f"model {model or self._models.default(Task.SUMMARIZE)} does not summarise {language} into {target}"
        if self._models.supports(Task.SUMMARIZE, language, target, model):
            text, reason, own = await self._written(
                planned, [body[i] for i in order], language, target, wanted, model, caller
            )
            if not reason:
                sentences = _grounded(text, target, candidates)
                return Summary(target, text, SummaryMethod.ABSTRACTIVE, "", sentences, own)
        chosen = _extract(candidates, planned.text, language, target, wanted)
        return Summary(
            target, " ".join(s.text for s in chosen), SummaryMethod.EXTRACTIVE, reason, chosen, receipt
        )

    async def _candidates(
        self, planned: Plan, best: Sequence[PlannedSegment], target: str, caller: Caller
    ) -> tuple[tuple[_Candidate, ...], Receipt | None]:
        """The best sentences in the summary's language, best first."""
        partial = Plan(planned.text, tuple(sorted(best, key=lambda s: s.source.start)), planned.detection)
        [translated] = await self._translator.translate_plans(
            [partial], targets=[target], options=TranslationOptions(), caller=caller
        )
        translation = translated.translations[0]
        outputs = {output.id: output for output in translation.segments}
        return tuple(_Candidate(s, outputs[s.source.id]) for s in best), translation.receipt

    async def _written(
        self,
        planned: Plan,
        ordered: Sequence[PlannedSegment],
        language: str,
        target: str,
        wanted: int,
        model_id: str | None,
        caller: Caller,
    ) -> tuple[str, str, Receipt]:
        """The model's own summary, and why it may not be used ("" when it may)."""
        chosen = self._models.choose(Task.SUMMARIZE, language, target, model_id)
        async with self._models.lease(chosen) as resident:
            decoding = resident.model.spec.decoding
            passes = self._models.passes(resident, decoding, caller)
            receipt = resident.model.receipt(decoding)
            readable = [s for s in ordered if s.language == language]
            outcome = await passes.summarize(
                [s.source.text for s in readable], language, target, _in_order(readable)
            )
        text = " ".join(s.text for s in segment(outcome.text, target)[:wanted])
        if not text:
            return "", "the model wrote nothing", receipt
        errors = [issue for issue in outcome.verdict.issues if issue.severity is Severity.ERROR]
        errors += doubts(text, planned.text, language, target)
        return text, errors[0].message if errors else "", receipt


def _ranked(body: Sequence[PlannedSegment]) -> tuple[int, ...]:
    """Indexes of the body's sentences, best first; headings help to choose but are chosen last."""
    headings = [i for i, s in enumerate(body) if not s.source.text.rstrip().endswith(_STOPS)]
    sentences = [i for i in range(len(body)) if i not in set(headings)]
    order = rank([body[i].source.text for i in sentences], [body[i].source.text for i in headings])
    return tuple(sentences[i] for i in order) + tuple(headings)


def _in_order(segments: Sequence[PlannedSegment]) -> tuple[int, ...]:
    """The reading order of ranked segments, as indexes into them."""
    return tuple(sorted(range(len(segments)), key=lambda i: segments[i].source.start))


def _extract(
    candidates: Sequence[_Candidate], text: str, language: str, target: str, wanted: int
) -> tuple[SummarySentence, ...]:
    """The best candidates whose translation holds nothing that the source lacks; flagged ones fill the rest."""
    judged: list[tuple[_Candidate, Verdict]] = []
    for candidate in candidates:
        added = unsupported_facts(candidate.output.text, text, language, target)
        verdict = candidate.output.verdict
        if added:
            verdict = Verdict(False, _errors_first((*verdict.issues, *added)))
        judged.append((candidate, verdict))
    clean = [pair for pair in judged if pair[1].ok and pair[0].output.text]
    flagged = [pair for pair in judged if not pair[1].ok and pair[0].output.text]
    chosen = sorted((clean + flagged)[:wanted], key=lambda pair: pair[0].segment.source.start)
    return tuple(
        SummarySentence(candidate.output.text, (candidate.segment.source.id,), verdict)
        for candidate, verdict in chosen
    )


def _grounded(summary: str, target: str, candidates: Sequence[_Candidate]) -> tuple[SummarySentence, ...]:
    """The summary's sentences with the source sentences that each rests on."""
    sentences = []
    for sentence in segment(summary, target):
        scored = sorted(
            ((overlap(sentence.text, c.output.text), c.segment.source.id) for c in candidates), reverse=True
        )
        near = tuple(name for score, name in scored if score >= _RESTS_ON) or (scored[0][1],)
        sentences.append(SummarySentence(sentence.text, near[:3], Verdict(True, ())))
    return tuple(sentences)


def _errors_first(issues: Sequence[Issue]) -> tuple[Issue, ...]:
    return tuple(sorted(issues, key=lambda issue: issue.severity is not Severity.ERROR))
