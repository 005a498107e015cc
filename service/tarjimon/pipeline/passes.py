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
from tarjimon.pipeline.values import Caller
from tarjimon.text.fidelity import Issue, IssueKind, Severity, Verdict, check
from tarjimon.text.orthography import fold
from tarjimon.text.protection import DEFAULT_KINDS, Kind, find_spans
from tarjimon.text.segmentation_long import split_long

REVISION = "1"
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
    """

    text: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a job: text, verdict, decoding passes, mean log-probability per token, confidence."""

    text: str
    verdict: Verdict
    attempts: int
    score: float
    confidence: float = 0.0


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
        text = canonical(job.text, job.source)
        shouted = _is_shouted(text)
        if shouted:
            text = text[:1] + text[1:].lower()
        outcome = await self._pass(job, text, self._decoding, shouted, mask_numbers=False)
        if self._second_pass and not outcome.verdict.ok:
            second = await self._pass(
                job, text, safer(self._decoding), shouted, mask_numbers=bool(self._model.codec.slots)
            )
            better = _badness(second) < _badness(outcome)
            outcome = replace(second if better else outcome, attempts=2)
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

    async def _pass(
        self, job: Job, text: str, decoding: DecodingSettings, shouted: bool, *, mask_numbers: bool
    ) -> Outcome:
        codec = self._model.codec
        issues: list[Issue] = []
        texts: list[str] = []
        score = tokens = 0.0
        good = min(codec.limit, self._model.spec.good_source_tokens)
        for start, end in split_long(text, good, codec.count):
            part = text[start:end].strip()
            if not part:
                continue
            spans = _masked(part, len(codec.slots), mask_numbers)
            encoded = codec.encode(part, source=job.source, target=job.target, slots=spans)
            hypothesis = await self._decode(encoded, decoding)
            pieces = codec.decode_parts(hypothesis)
            texts.append("".join(_piece(piece, part, spans) for piece in pieces).strip())
            score += hypothesis.score * (len(hypothesis.tokens) + 1)
            tokens += len(hypothesis.tokens) + 1
            if not hypothesis.complete:
                issues.append(_TRUNCATED)
        output = " ".join(t for t in texts if t)
        if shouted:
            output = output.upper()
        issues += self._unseen(text)
        verdict = check(text, output, job.source, job.target)
        issues = sorted([*verdict.issues, *issues], key=lambda issue: issue.severity is not Severity.ERROR)
        ok = not any(issue.severity is Severity.ERROR for issue in issues)
        return Outcome(output, Verdict(ok, tuple(issues)), 1, score / max(tokens, 1.0))

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

    def _key(self, job: Job) -> bytes:
        return segment_key(
            canonical(job.text, job.source),
            source_language=job.source,
            target_language=job.target,
            task=Task.TRANSLATE,
            weights_sha256=self._model.weights_sha256,
            decoding=self._decoding,
            extra=(REVISION, "2" if self._second_pass else "1"),
        )


def _masked(text: str, slots: int, numbers: bool) -> tuple[tuple[int, int], ...]:
    """Spans that the model does not see, as many as it has placeholders for."""
    kinds = DEFAULT_KINDS | {Kind.NUMBER} if numbers else DEFAULT_KINDS
    return tuple((span.start, span.end) for span in find_spans(text, kinds)[:slots]) if slots else ()


def _piece(piece: str | int, source: str, spans: Sequence[tuple[int, int]]) -> str:
    if isinstance(piece, str):
        return piece
    return source[slice(*spans[piece])] if piece < len(spans) else ""


def canonical(text: str, language: str) -> str:
    """The sentence as the model and the cache see it: one spelling, one kind of white space."""
    return " ".join((fold(text) if language == "uz" else text).replace("\0", " ").split())


def _is_shouted(text: str) -> bool:
    """Whether a heading is written in capitals throughout, which models translate badly."""
    return text.isupper() and sum(map(str.isalpha, text)) >= 8 and len(text.split()) >= 2


def _badness(outcome: Outcome) -> tuple[int, int, float]:
    errors = sum(issue.severity is Severity.ERROR for issue in outcome.verdict.issues)
    return errors, len(outcome.verdict.issues), -outcome.score


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
        cached.text, Verdict(state["ok"], issues), state["attempts"], state["score"], state["confidence"]
    )
