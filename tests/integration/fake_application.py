"""A pipeline without a model: deterministic, instant, and misbehaving on demand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

from tarjimon.config import Settings
from tarjimon.domain import Receipt
from tarjimon.errors import CorruptModelError, EngineError, ModelNotFoundError, OverloadedError
from tarjimon.pipeline.limits import check_languages, check_texts
from tarjimon.pipeline.values import (
    Caller,
    FinishedSegment,
    ModelStatus,
    SegmentStatus,
    SourceSegment,
    SummarizedText,
    Summary,
    SummaryMethod,
    SummarySentence,
    TargetSegment,
    TranslatedText,
    Translation,
    TranslationOptions,
)
from tarjimon.text.fidelity import Issue, IssueKind, Severity, Verdict
from tarjimon.text.language import Identification
from tarjimon.text.orthography import Alphabet

RECEIPT = Receipt("fake", "ab" * 32, "fake/cpu/int8", version="0")
SECRET = "a word of the user's"


class FakeApplication:
    """Translates line by line: "salom" into "[ru] salom".

    A line may name what goes wrong: BOOM an unforeseen exception, OVERLOAD, ENGINE, CORRUPT our own errors,
    SLOW waits for `release`.
    """

    def __init__(self, settings: Settings) -> None:
        self.limits = settings.limits
        self.warm = asyncio.Event()
        self.warm.set()
        self.release = asyncio.Event()
        self.start_error: Exception | None = None
        self.callers: list[Caller] = []
        self.options: list[TranslationOptions] = []
        self.running = 0
        self.most_running = 0
        self.cancelled = 0
        self.overloads = 1_000_000
        self.closed: list[str] = []
        self.running_at_close = -1

    async def start(self) -> None:
        await self.warm.wait()
        if self.start_error is not None:
            raise self.start_error

    async def close(self, grace: float) -> None:
        self.running_at_close = self.running
        self.closed.append("closed")

    async def translate(
        self,
        texts: Sequence[str],
        *,
        source: str | None,
        targets: Sequence[str],
        options: TranslationOptions,
        caller: Caller,
    ) -> tuple[TranslatedText, ...]:
        self._check(texts, source, targets, options, caller)
        return tuple([await self._work(text, f"{number}.", targets) for number, text in enumerate(texts)])

    async def stream(
        self,
        text: str,
        *,
        source: str | None,
        targets: Sequence[str],
        options: TranslationOptions,
        caller: Caller,
    ) -> AsyncGenerator[FinishedSegment | TranslatedText, None]:
        self._check([text], source, targets, options, caller)
        whole = await self._work(text, "", targets)
        for translation in whole.translations:
            for segment, target in reversed(list(zip(whole.segments, translation.segments, strict=True))):
                yield FinishedSegment(segment, translation.target_language, target)
        yield whole

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
        self.callers.append(caller)
        check_languages(source, targets, self.limits)
        sentences = [("0.0", document)] if isinstance(document, str) else list(document)
        check_texts([text for _, text in sentences], self.limits)
        segments = tuple(
            SourceSegment(name, 0, len(text), text, 0, identified(text)) for name, text in sentences
        )
        chosen = segments[:max_sentences]
        return SummarizedText(
            segments,
            tuple(
                Summary(
                    target,
                    " ".join(segment.text for segment in chosen),
                    SummaryMethod.EXTRACTIVE,
                    "the fake has no model",
                    tuple(SummarySentence(s.text, (s.id,), Verdict(True, ())) for s in chosen),
                    RECEIPT,
                )
                for target in targets
            ),
        )

    def detect(self, texts: Sequence[str]) -> tuple[Identification, ...]:
        check_texts(texts, self.limits)
        return tuple(identified(text) for text in texts)

    def models(self) -> tuple[ModelStatus, ...]:
        languages = ("uz", "ru", "en")
        return (
            ModelStatus(
                "fake", "A fake", "MIT", "", languages, languages, ("translate",), "loaded", "ab" * 32
            ),
            ModelStatus("far", "Far", "MIT", "no", languages, languages, ("translate",), "not-fetched", ""),
        )

    def _check(
        self,
        texts: Sequence[str],
        source: str | None,
        targets: Sequence[str],
        options: TranslationOptions,
        caller: Caller,
    ) -> None:
        self.callers.append(caller)
        self.options.append(options)
        check_texts(texts, self.limits)
        check_languages(source, targets, self.limits)
        if options.model not in (None, "fake"):
            raise ModelNotFoundError(
                f"there is no model {options.model!r}; see ListModels", field="options.model"
            )

    async def _work(self, text: str, prefix: str, targets: Sequence[str]) -> TranslatedText:
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            await self._misbehave(text)
            return translated(text, prefix, targets)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.running -= 1

    async def _misbehave(self, text: str) -> None:
        if "BOOM" in text:
            raise RuntimeError(f"nobody foresaw {SECRET}")
        if "OVERLOAD" in text and self.overloads > 0:
            self.overloads -= 1
            raise OverloadedError("the queue is full", retry_after=0.05)
        if "ENGINE" in text:
            raise EngineError("the engine failed on a batch")
        if "CORRUPT" in text:
            raise CorruptModelError(
                "model.bin has another checksum than the catalogue", metadata={"file": "model.bin"}
            )
        if "SLOW" in text:
            await self.release.wait()


def identified(text: str) -> Identification:
    if not any(map(str.isalpha, text)):
        return Identification(language="und", script="Zyyy", alphabet=None, confidence=0.0)
    return Identification(language="uz", script="Latn", alphabet=Alphabet.LATIN, confidence=0.5)


def translated(text: str, prefix: str, targets: Sequence[str]) -> TranslatedText:
    segments: list[SourceSegment] = []
    at = 0
    for number, line in enumerate(text.split("\n")):
        if line:
            segments.append(
                SourceSegment(f"{prefix}{len(segments)}", at, at + len(line), line, number, identified(line))
            )
        at += len(line) + 1
    return TranslatedText(
        tuple(segments), identified(text), tuple(_into(text, segments, target) for target in targets)
    )


def _into(text: str, segments: Sequence[SourceSegment], target: str) -> Translation:
    outputs: list[TargetSegment] = []
    written = ""
    at = 0
    for segment in segments:
        written += text[at : segment.start]
        known = segment.detection.language == "uz"
        output = f"[{target}] {segment.text}" if known else segment.text
        issue = Issue(IssueKind.NUMBER_ADDED, Severity.WARNING, "a warning", (0, 1), None)
        outputs.append(
            TargetSegment(
                segment.id,
                output,
                len(written),
                len(written) + len(output),
                SegmentStatus.TRANSLATED if known else SegmentStatus.COPIED,
                Verdict(True, (issue,) if known else ()),
                attempts=1 if known else 0,
                score=-0.25 if known else 0.0,
            )
        )
        written += output
        at = segment.end
    return Translation(target, written + text[at:], tuple(outputs), RECEIPT if segments else None)
