"""What goes into the pipeline and what comes out: requests, segments, translations, summaries."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from tarjimon.domain import DecodingSettings, Lane, Receipt
from tarjimon.memory.translation_memory_entry import MemoryMatch
from tarjimon.text.fidelity import Verdict
from tarjimon.text.language import Identification
from tarjimon.text.terms import Term


class SegmentStatus(StrEnum):
    """How a segment's output came about; as tarjimon.v1.SegmentStatus."""

    TRANSLATED = "translated"
    COPIED = "copied"
    PASSED_THROUGH = "passed-through"
    NOT_DONE = "not-done"
    FROM_MEMORY = "from-memory"


class MemoryUse(StrEnum):
    """How the translation memory is used; as tarjimon.v1.MemoryUse."""

    OFF = "off"
    EXACT = "exact"
    FUZZY = "fuzzy"


class SummaryMethod(StrEnum):
    """How a summary was made; as tarjimon.v1.SummaryMethod."""

    ABSTRACTIVE = "abstractive"
    EXTRACTIVE = "extractive"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class DecodingChoice:
    """What a caller asks of decoding; None keeps the model's own default."""

    beam_size: int | None = None
    length_penalty: float | None = None
    repetition_penalty: float | None = None
    no_repeat_ngram_size: int | None = None

    def over(self, default: DecodingSettings) -> DecodingSettings:
        """The default with this choice laid over it."""
        return DecodingSettings(
            beam_size=default.beam_size if self.beam_size is None else self.beam_size,
            length_penalty=default.length_penalty if self.length_penalty is None else self.length_penalty,
            repetition_penalty=(
                default.repetition_penalty if self.repetition_penalty is None else self.repetition_penalty
            ),
            no_repeat_ngram_size=(
                default.no_repeat_ngram_size
                if self.no_repeat_ngram_size is None
                else self.no_repeat_ngram_size
            ),
        )


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, how urgently and until when.

    Attributes:
        client: name under which work is shared out fairly; the authenticated identity or the peer.
        lane: interactive or bulk.
        deadline: time of the monotonic clock, in seconds, after which the answer is useless; None: never.
    """

    client: str = "local"
    lane: Lane = Lane.INTERACTIVE
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class TranslationOptions:
    """What a caller may choose for a translation.

    Attributes:
        model: a name of the catalogue; None takes the default for each language pair.
        decoding: see DecodingChoice.
        hard_wrapped: True when a single line break inside a paragraph is only a space.
        memory: how the translation memory is used; None: exact matches, if there is a memory.
        glossary: terms that this call demands; they win over all others.
        glossary_name: a glossary that the operator has installed; None: none.
        ignore_official_names: leave the built-in names of state bodies, regions and offices out of the check.
    """

    model: str | None = None
    decoding: DecodingChoice = field(default_factory=DecodingChoice)
    hard_wrapped: bool = False
    memory: MemoryUse | None = None
    glossary: tuple[Term, ...] = ()
    glossary_name: str | None = None
    ignore_official_names: bool = False


@dataclass(frozen=True, slots=True)
class SourceSegment:
    """One sentence of the input.

    Attributes:
        id: unique in a response; shared by all targets.
        start, end: code-point offsets into the input text.
        text: the sentence as it stands in the input.
        paragraph: number of its paragraph, from 0.
        detection: its language and script.
    """

    id: str
    start: int
    end: int
    text: str
    paragraph: int
    detection: Identification


@dataclass(frozen=True, slots=True)
class TermReport:
    """What became of a term.

    Attributes:
        term: the term as the glossary has it.
        expected: what it should have become.
        source_start, source_end: code-point offsets into the source segment.
        target_span: where its rendering stands in the output; None when it was not found.
        placed: it was put there in its base form, so that its inflection must be checked.
        origin: "call", the glossary's name, or "official-names".
    """

    term: str
    expected: str
    source_start: int
    source_end: int
    target_span: tuple[int, int] | None
    placed: bool
    origin: str

    @property
    def met(self) -> bool:
        """Whether the rendering was found, in whatever inflection."""
        return self.target_span is not None


@dataclass(frozen=True, slots=True)
class TargetSegment:
    """A source segment in one target language.

    Attributes:
        id: the source segment's.
        text: the output; blank when status is NOT_DONE.
        start, end: code-point offsets into `Translation.text`.
        status: how it came about.
        verdict: what the fidelity check found.
        attempts: decoding passes, 0 when no model was asked.
        score: mean log-probability per token, 0.0 when no model was asked.
        confidence: probability that it needs no correction, 0.0 when no model was asked.
        memory_match: the memory's sentence: what the output was taken from, or the best similar one.
        terms: what became of the glossary's terms that the source segment has.
    """

    id: str
    text: str
    start: int
    end: int
    status: SegmentStatus
    verdict: Verdict
    attempts: int = 0
    score: float = 0.0
    confidence: float = 0.0
    terms: tuple[TermReport, ...] = ()
    memory_match: MemoryMatch | None = None


@dataclass(frozen=True, slots=True)
class Translation:
    """A text in one target language; `receipt` is None when no model was asked."""

    target_language: str
    text: str
    segments: tuple[TargetSegment, ...]
    receipt: Receipt | None


@dataclass(frozen=True, slots=True)
class TranslatedText:
    """One text with its segments and all of its translations, in the order of the targets asked for."""

    segments: tuple[SourceSegment, ...]
    detection: Identification
    translations: tuple[Translation, ...]


@dataclass(frozen=True, slots=True)
class FinishedSegment:
    """A segment that a stream sends as soon as it is done; `target.start` and `.end` are 0."""

    source: SourceSegment
    target_language: str
    target: TargetSegment


@dataclass(frozen=True, slots=True)
class SummarySentence:
    """A sentence of a summary and the ids of the source segments it rests on, best first."""

    text: str
    source_segment_ids: tuple[str, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Summary:
    """A summary in one language.

    Attributes:
        target_language: BCP-47 code.
        text: its sentences joined by a space.
        method: how it was made.
        fallback_reason: why the model's own summary was not used; blank when it was.
        sentences: its sentences with their sources.
        receipt: None when no model was asked.
    """

    target_language: str
    text: str
    method: SummaryMethod
    fallback_reason: str
    sentences: tuple[SummarySentence, ...]
    receipt: Receipt | None


@dataclass(frozen=True, slots=True)
class SummarizedText:
    """The summaries of a document, in the order of the targets asked for, and its sentences."""

    segments: tuple[SourceSegment, ...]
    summaries: tuple[Summary, ...]


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """A model of the catalogue and where its weights are: "loaded", "available" or "not-fetched"."""

    id: str
    title: str
    licence: str
    licence_note: str
    source_languages: tuple[str, ...]
    target_languages: tuple[str, ...]
    tasks: tuple[str, ...]
    state: str
    weights_sha256: str
