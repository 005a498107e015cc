"""Terms that a first translation missed: decoded again with them in the source, then placed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from tarjimon.domain import EncodedSegment, Hypothesis
from tarjimon.models.codec import Codec
from tarjimon.pipeline.term_placement import put_in
from tarjimon.pipeline.terms import Hold, demanded, expected, located, report, switched
from tarjimon.text.fidelity import Severity, Verdict
from tarjimon.text.terms import TermMatch


@dataclass(frozen=True, slots=True)
class Part:
    """What the model was given of a text at once, and what it wrote.

    Attributes:
        start: offset of `text` in the pass's input.
        text: the part.
        encoded: the part as the engine saw it.
        hypothesis: the engine's answer.
    """

    start: int
    text: str
    encoded: EncodedSegment
    hypothesis: Hypothesis


@dataclass(frozen=True, slots=True)
class Draft:
    """A candidate for the output.

    Attributes:
        text: the output.
        verdict: of the fidelity check, against the true source.
        score: mean log-probability per token.
        parts: how the model was asked.
        placed: numbers of the demanded terms that were placed by us.
    """

    text: str
    verdict: Verdict
    score: float
    parts: tuple[Part, ...] = ()
    placed: tuple[int, ...] = field(default=())


Decode = Callable[[str, Sequence[Hold]], Awaitable[Draft]]
"""One pass over a text, with spans kept from the model by its placeholders; the verdict is on the true segment."""

Judge = Callable[[Draft, str, tuple[int, ...]], Draft]
"""The draft with another output and other placed terms, checked anew."""


class TermPasses:
    """Takes a segment's drafts until every demanded term is met, or nothing more can be done.

    Args:
        source: the segment in its own spelling, for the terms' places.
        text: what the model sees of it.
        languages: BCP-47 codes of source and target.
        terms: the segment's terms.
        codec: the model's.
        decode: decodes.
        judge: checks.
    """

    def __init__(
        self,
        source: str,
        text: str,
        languages: tuple[str, str],
        terms: Sequence[TermMatch],
        codec: Codec,
        decode: Decode,
        judge: Judge,
    ) -> None:
        self._source = source
        self._text = text
        self._target = languages[1]
        self._terms = demanded(terms)
        self._places = located(self._terms, text, languages[0])
        self._codec = codec
        self._decode = decode
        self._judge = judge

    async def improve(self, first: Draft) -> tuple[Draft, int]:
        """The best draft, and how many passes that took beyond the first."""
        best, passes = first, 0
        missing = self._missing(best)
        if not missing or not self._places:
            return best, passes
        # The words of the target in the source: most models carry them over, in the right form.
        text, places = switched(self._text, self._places, self._holds(missing, self._places))
        second = await self._decode(text, ())
        passes += 1
        if self._cost(second) < self._cost(best):
            best, (text, places) = second, (text, places)
        else:
            text, places = self._text, self._places
        missing = self._missing(best)
        if not missing:
            return best, passes
        if self._codec.slots:
            third = await self._decode(self._text, self._holds(missing, self._places))
            passes += 1
            third = replace(third, placed=tuple(missing))
        else:
            third = self._placed(best, self._holds(missing, places), missing)
        return (third if self._cost(third) < self._cost(best) else best), passes

    def _holds(self, numbers: Sequence[int], places: Sequence[TermMatch]) -> list[Hold]:
        return [Hold(places[n].start, places[n].end, self._wanted(n)) for n in numbers]

    def _wanted(self, number: int) -> str:
        match = self._terms[number]
        return expected(match, self._source[match.start : match.end])

    def _missing(self, draft: Draft) -> list[int]:
        reports = report(self._terms, self._source, draft.text, self._target)
        return [number for number, one in enumerate(reports) if not one.met]

    def _cost(self, draft: Draft) -> int:
        """A lost number weighs as much as a missed term."""
        errors = sum(issue.severity is Severity.ERROR for issue in draft.verdict.issues)
        return errors + len(self._missing(draft))

    def _placed(self, draft: Draft, holds: Sequence[Hold], numbers: Sequence[int]) -> Draft:
        """One term after the other, each only if nothing else is lost by it."""
        for hold, number in zip(holds, numbers, strict=True):
            tried = self._with(draft, [*self._kept(draft, holds, numbers), hold])
            tried = replace(tried, placed=(*draft.placed, number))
            if self._cost(tried) < self._cost(draft):
                draft = tried
        return draft

    def _kept(self, draft: Draft, holds: Sequence[Hold], numbers: Sequence[int]) -> list[Hold]:
        return [hold for hold, number in zip(holds, numbers, strict=True) if number in draft.placed]

    def _with(self, draft: Draft, holds: Sequence[Hold]) -> Draft:
        outputs = []
        for part in draft.parts:
            end = part.start + len(part.text)
            inside = [
                Hold(h.start - part.start, h.end - part.start, h.text)
                for h in holds
                if part.start <= h.start and h.end <= end
            ]
            origins = self._codec.origins(part.text, part.encoded)
            outputs.append(put_in(part.hypothesis, origins, inside, self._codec.decode)[0])
        return self._judge(draft, " ".join(filter(None, outputs)), draft.placed)
