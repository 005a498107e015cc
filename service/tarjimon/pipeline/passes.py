"""One sentence through a model: encode, decode, check, and once more with safer settings if the check fails."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from tarjimon.batching.scheduler import Work
from tarjimon.domain import DecodingSettings, EncodedSegment, Hypothesis, Task
from tarjimon.engine.loading import Model
from tarjimon.memory.segment_cache import CachedSegment, SegmentCache, segment_key
from tarjimon.pipeline.confidence import confidence, features
from tarjimon.pipeline.term_passes import Draft, Part, TermPasses
from tarjimon.pipeline.terms import Hold, demanded, identity
from tarjimon.pipeline.values import Caller
from tarjimon.text.fidelity import Issue, IssueKind, Severity, Verdict, check
from tarjimon.text.orthography import fold
from tarjimon.text.protection import DEFAULT_KINDS, Kind, find_spans
from tarjimon.text.segmentation_long import split_long
from tarjimon.text.terms import TermMatch

REVISION = "2"
"""Part of every cache key: raise it when the same hypothesis would be treated in another way."""

_TRUNCATED = Issue(
    IssueKind.TRUNCATED,
    Severity.ERROR,
    "the model did not come to an end; the rest of the sentence may be missing",
)

Submit = Callable[[Work], Awaitable[Hypothesis]]


@dataclass(frozen=True, slots=True)
class Job:
    """A sentence to translate.

    Attributes:
        text: the sentence as it stands in the input.
        source, target: BCP-47 codes.
        terms: the terms of the sentence, at their places in `text`.
    """

    text: str
    source: str
    target: str
    terms: tuple[TermMatch, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a job: text, verdict, decoding passes, mean log-probability per token, confidence.

    `placed` has the numbers of those among the demanded terms that were put there in their base form.
    """

    text: str
    verdict: Verdict
    attempts: int
    score: float
    confidence: float = 0.0
    placed: tuple[int, ...] = ()


def safer(decoding: DecodingSettings) -> DecodingSettings:
    """The settings of the second pass: a wider beam, and repetition made costly."""
    return replace(
        decoding,
        beam_size=max(decoding.beam_size, 4),
        repetition_penalty=max(decoding.repetition_penalty, 1.2),
        no_repeat_ngram_size=decoding.no_repeat_ngram_size or 5,
    )


class Passes:
    """Takes jobs through one model.

    Args:
        model: a loaded model; the caller holds its lease meanwhile.
        key: the scheduler's name for its engine.
        decoding: settings of the first pass.
        submit: hands work to the scheduler.
        cache: asked first, told afterwards.
        caller: on whose behalf.
        second_pass: decode again what fails the check.
    """

    def __init__(
        self,
        model: Model,
        key: str,
        decoding: DecodingSettings,
        submit: Submit,
        cache: SegmentCache,
        caller: Caller,
        *,
        second_pass: bool = True,
    ) -> None:
        self._second_pass = second_pass
        self._model = model
        self._engine_key = key
        self._decoding = decoding
        self._submit = submit
        self._cache = cache
        self._caller = caller
        # Each job is asked for more than once in its life.
        self._texts: dict[tuple[str, str], str] = {}
        self._keys: dict[Job, bytes] = {}

    async def recall(self, jobs: Sequence[Job]) -> dict[Job, Outcome]:
        """What the cache knows of these jobs."""
        keys = {self._key(job): job for job in jobs}
        found = await self._cache.get_many(list(keys))
        return {keys[key]: _thaw(cached) for key, cached in found.items()}

    async def run(self, job: Job) -> Outcome:
        """Translate one sentence; the cache is not asked, but told.

        Raises:
            OverloadedError, DeadlineExpiredError, EngineError, UnsupportedLanguageError: see the scheduler.
        """
        text = self._canonical(job)
        shouted = _is_shouted(text)
        if shouted:
            text = text[:1] + text[1:].lower()
        draft, attempts = await self._pass(job, text, self._decoding, shouted), 1
        if self._second_pass and not draft.verdict.ok:
            masked = bool(self._model.codec.slots)
            second = await self._pass(job, text, safer(self._decoding), shouted, mask_numbers=masked)
            draft = second if _badness(second) < _badness(draft) else draft
            attempts += 1
        if demanded(job.terms):
            draft, further = await self._term_passes(job, text, shouted).improve(draft)
            attempts += further
        outcome = Outcome(draft.text, draft.verdict, attempts, draft.score, placed=draft.placed)
        values = features(
            text, outcome.text, (job.source, job.target), outcome.verdict, outcome.attempts, outcome.score
        )
        outcome = replace(outcome, confidence=confidence(self._model.spec.confidence, values))
        await self._cache.put_many({self._key(job): _freeze(outcome)})
        return outcome

    async def summarize(
        self, ranked: Sequence[str], source: str, target: str, reading_order: Sequence[int]
    ) -> Outcome:
        """Let the model write a summary.

        Args:
            ranked: the document's sentences, best first; those that fit the model's input are given to it.
            source, target: BCP-47 codes.
            reading_order: indexes into `ranked` in the order of the document.
        """
        codec = self._model.codec
        kept: set[int] = set()
        length = codec.count("") + 1
        for index, sentence in enumerate(ranked):
            length += codec.count(canonical(sentence, source))
            if length > codec.limit:
                break
            kept.add(index)
        text = " ".join(canonical(ranked[i], source) for i in reading_order if i in kept)
        if not text:
            issue = Issue(IssueKind.OMISSION, Severity.ERROR, "no sentence is short enough for the model")
            return Outcome("", Verdict(False, (issue,)), 0, 0.0)
        encoded = codec.encode(text, source=source, target=target, task=Task.SUMMARIZE)
        hypothesis = await self._decode(encoded, self._decoding)
        issues = () if hypothesis.complete else (_TRUNCATED,)
        return Outcome(codec.decode(hypothesis), Verdict(not issues, issues), 1, hypothesis.score)

    def _term_passes(self, job: Job, text: str, shouted: bool) -> TermPasses:
        async def decode(other: str, holds: Sequence[Hold]) -> Draft:
            return await self._pass(job, other, self._decoding, shouted, checked=text, holds=holds)

        def judge(draft: Draft, output: str, placed: tuple[int, ...]) -> Draft:
            output = output.upper() if shouted else output
            return replace(
                draft, text=output, verdict=self._judged(job, text, output, draft.parts), placed=placed
            )

        languages = job.source, job.target
        return TermPasses(job.text, text, languages, job.terms, self._model.codec, decode, judge)

    async def _pass(
        self,
        job: Job,
        text: str,
        decoding: DecodingSettings,
        shouted: bool,
        *,
        mask_numbers: bool = False,
        checked: str | None = None,
        holds: Sequence[Hold] = (),
    ) -> Draft:
        """Decode `text`; the verdict is on `checked`, if that is another."""
        codec = self._model.codec
        parts: list[Part] = []
        texts: list[str] = []
        score = tokens = 0.0
        good = min(codec.limit, self._model.spec.good_source_tokens)
        for start, end in split_long(text, good, codec.count):
            part = text[start:end].strip()
            if not part:
                continue
            start += len(text[start:end]) - len(text[start:end].lstrip())
            masks = _masked(part, len(codec.slots), mask_numbers, _inside(holds, start, start + len(part)))
            spans = [(mask.start, mask.end) for mask in masks]
            encoded = codec.encode(part, source=job.source, target=job.target, slots=spans)
            encoded = replace(encoded, alignment=bool(demanded(job.terms)))
            hypothesis = await self._decode(encoded, decoding)
            texts.append("".join(_piece(p, masks) for p in codec.decode_parts(hypothesis)).strip())
            parts.append(Part(start, part, encoded, hypothesis))
            score += hypothesis.score * (len(hypothesis.tokens) + 1)
            tokens += len(hypothesis.tokens) + 1
        output = " ".join(t for t in texts if t)
        if shouted:
            output = output.upper()
        verdict = self._judged(job, text if checked is None else checked, output, parts)
        return Draft(output, verdict, score / max(tokens, 1.0), tuple(parts))

    def _judged(self, job: Job, text: str, output: str, parts: Sequence[Part]) -> Verdict:
        issues = [*check(text, output, job.source, job.target).issues]
        issues += [_TRUNCATED for part in parts if not part.hypothesis.complete]
        issues += self._unseen(text)
        issues.sort(key=lambda issue: issue.severity is not Severity.ERROR)
        return Verdict(not any(issue.severity is Severity.ERROR for issue in issues), tuple(issues))

    async def _decode(self, encoded: EncodedSegment, decoding: DecodingSettings) -> Hypothesis:
        return await self._submit(
            Work(
                model=self._engine_key,
                segment=encoded,
                decoding=decoding,
                lane=self._caller.lane,
                client=self._caller.client,
                deadline=self._caller.deadline,
            )
        )

    def _unseen(self, text: str) -> list[Issue]:
        unknown = self._model.codec.unknown(text)
        if not unknown:
            return []
        shown = " ".join(span.text for span in unknown[:5])
        return [
            Issue(
                IssueKind.UNKNOWN_CHARACTERS,
                Severity.WARNING,
                f"the model does not know these characters of the source: {shown}",
            )
        ]

    def _canonical(self, job: Job) -> str:
        place = job.text, job.source
        if place not in self._texts:
            self._texts[place] = canonical(job.text, job.source)
        return self._texts[place]

    def _key(self, job: Job) -> bytes:
        if job not in self._keys:
            self._keys[job] = self._made_key(job)
        return self._keys[job]

    def _made_key(self, job: Job) -> bytes:
        return segment_key(
            self._canonical(job),
            source_language=job.source,
            target_language=job.target,
            task=Task.TRANSLATE,
            weights_sha256=self._model.weights_sha256,
            decoding=self._decoding,
            extra=(
                REVISION,
                "2" if self._second_pass else "1",
                # Only the terms that this segment has, and only those that change its output.
                *(part for match in demanded(job.terms) for part in ("term", *identity(match))),
            ),
        )


def _inside(holds: Sequence[Hold], start: int, end: int) -> list[Hold]:
    """The holds of a part of the text, counted from its start."""
    return [
        Hold(hold.start - start, hold.end - start, hold.text)
        for hold in holds
        if start <= hold.start and hold.end <= end
    ]


def _masked(text: str, slots: int, numbers: bool, holds: Sequence[Hold]) -> list[Hold]:
    """Spans that the model does not see, as many as it has placeholders for; terms before all others."""
    if not slots:
        return []
    kinds = DEFAULT_KINDS | {Kind.NUMBER} if numbers else DEFAULT_KINDS
    chosen = list(holds[:slots])
    for span in find_spans(text, kinds):
        if len(chosen) < slots and not any(h.start < span.end and span.start < h.end for h in chosen):
            chosen.append(Hold(span.start, span.end, text[span.start : span.end]))
    return sorted(chosen, key=lambda hold: hold.start)


def _piece(piece: str | int, masks: Sequence[Hold]) -> str:
    if isinstance(piece, str):
        return piece
    return masks[piece].text if piece < len(masks) else ""


def canonical(text: str, language: str) -> str:
    """The sentence as the model and the cache see it: one spelling, one kind of white space."""
    return " ".join((fold(text) if language == "uz" else text).replace("\0", " ").split())


def _is_shouted(text: str) -> bool:
    """Whether a heading is written in capitals throughout, which models translate badly."""
    return text.isupper() and sum(map(str.isalpha, text)) >= 8 and len(text.split()) >= 2


def _badness(draft: Draft) -> tuple[int, int, float]:
    errors = sum(issue.severity is Severity.ERROR for issue in draft.verdict.issues)
    return errors, len(draft.verdict.issues), -draft.score


def _freeze(outcome: Outcome) -> CachedSegment:
    issues = [
        [i.kind.value, i.severity.value, i.message, i.source_span, i.target_span, i.expected, i.found]
        for i in outcome.verdict.issues
    ]
    state = {
        "ok": outcome.verdict.ok,
        "issues": issues,
        "attempts": outcome.attempts,
        "score": outcome.score,
        "confidence": outcome.confidence,
        "placed": outcome.placed,
    }
    return CachedSegment(outcome.text, json.dumps(state, ensure_ascii=False))


def _thaw(cached: CachedSegment) -> Outcome:
    state = json.loads(cached.verdict)
    issues = tuple(
        Issue(
            IssueKind(kind),
            Severity(severity),
            message,
            tuple(source_span) if source_span else None,
            tuple(target_span) if target_span else None,
            expected,
            found,
        )
        for kind, severity, message, source_span, target_span, expected, found in state["issues"]
    )
    return Outcome(
        cached.text,
        Verdict(state["ok"], issues),
        state["attempts"],
        state["score"],
        state["confidence"],
        tuple(state["placed"]),
    )
