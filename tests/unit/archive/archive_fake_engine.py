"""An engine without a model: the fake application's answers, and failures on demand."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from tarjimon.archive.job import Result
from tarjimon.domain import DecodingSettings, Receipt
from tarjimon.errors import EngineError
from tarjimon.pipeline.values import (
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
from tarjimon.text.fidelity import Verdict
from tarjimon.text.language import Identification

RunJob = Callable[..., Awaitable[Result]]

_UZBEK = Identification("uz", "Latn", None, 0.9)
_CLEAN = Verdict(True, ())


class FakeEngine:
    """Puts "[ru] " before a text. ENGINE in it fails always, TWICE fails twice, SLOW waits."""

    def __init__(self, weights: str = "ab" * 32) -> None:
        self.weights = weights
        self.texts: list[str] = []
        self.now = self.most = self.failures = 0
        self.release = asyncio.Event()

    async def translate(
        self, texts: Sequence[str], *, source: str | None, targets: Sequence[str], options: TranslationOptions
    ) -> Sequence[TranslatedText]:
        self.texts += texts
        self.now += sum(map(len, texts))
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        try:
            for text in texts:
                if "SLOW" in text:
                    await self.release.wait()
                if "ENGINE" in text or ("TWICE" in text and self.failures < 2):
                    self.failures += 1
                    raise EngineError("the engine failed on a batch")
        finally:
            self.now -= sum(map(len, texts))
        return [self._one(text, targets) for text in texts]

    async def summarize(
        self, text: str, *, source: str | None, targets: Sequence[str], max_sentences: int
    ) -> SummarizedText:
        segment = SourceSegment("0.0", 0, len(text), text, 0, _UZBEK)
        return SummarizedText(
            (segment,),
            tuple(
                Summary(
                    target,
                    f"[{target}] {text[:20]}",
                    SummaryMethod.EXTRACTIVE,
                    "",
                    (SummarySentence(text[:20], ("0.0",), _CLEAN),),
                    None,
                )
                for target in targets
            ),
        )

    async def identity(self, model: str | None) -> dict[str, str]:
        return {"model": model or "fake", "weights_sha256": self.weights}

    def tokens(self) -> int:
        return 7

    def _one(self, text: str, targets: Sequence[str]) -> TranslatedText:
        receipt = Receipt("fake", self.weights, "fake/cpu", DecodingSettings(), "0")
        segment = SourceSegment("0.0", 0, len(text), text, 0, _UZBEK)
        translations = []
        for target in targets:
            words = f"[{target}] {text}"
            made = TargetSegment("0.0", words, 0, len(words), SegmentStatus.TRANSLATED, _CLEAN, attempts=1)
            translations.append(Translation(target, words, (made,), receipt))
        return TranslatedText((segment,), _UZBEK, tuple(translations))
