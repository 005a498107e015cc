"""The values that cross layer boundaries: frozen, without behaviour that needs a layer."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

SOURCE_LANGUAGES = ("uz", "ru", "en")
"""BCP-47 codes that the pipeline reads."""

TARGET_LANGUAGES = ("ru", "en", "uz")
"""BCP-47 codes that the pipeline writes, when the chosen model can."""


class Task(StrEnum):
    """What a model is asked to do."""

    TRANSLATE = "translate"
    SUMMARIZE = "summarize"


class Lane(StrEnum):
    """Who waits: interactive work fills a batch first, bulk work takes the room that is left."""

    INTERACTIVE = "interactive"
    BULK = "bulk"


@dataclass(frozen=True, slots=True)
class DecodingSettings:
    """How hypotheses are searched. Equal settings, weights and input give equal output.

    Attributes:
        beam_size: hypotheses kept at each step, 1 (greedy) to 8.
        length_penalty: exponent on the length by which beam scores are divided.
        repetition_penalty: above 1 lowers the score of tokens already written.
        no_repeat_ngram_size: 0, or the size of n-grams that may occur only once.
    """

    beam_size: int = 1
    length_penalty: float = 1.0
    repetition_penalty: float = 1.0
    no_repeat_ngram_size: int = 0


@dataclass(frozen=True, slots=True)
class EncodedSegment:
    """One segment as the engine sees it.

    Attributes:
        source: source pieces, special tokens included.
        target_prefix: pieces that the output is forced to begin with (without the decoder's start token).
        max_output_tokens: length at which decoding stops, the prefix not counted; reaching it makes the
            hypothesis incomplete.
        alignment: the hypothesis shall say where each of its tokens comes from.
    """

    source: tuple[str, ...]
    target_prefix: tuple[str, ...] = ()
    max_output_tokens: int = 256
    alignment: bool = False


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What the engine wrote for one segment.

    Attributes:
        tokens: output pieces without the target prefix and without end-of-sentence.
        score: mean log-probability per output token, end-of-sentence included; 0 is certain.
        complete: False when decoding was cut at `max_output_tokens`.
        alignment: for each token its attention to each source piece, 0.0 to 1.0; () when it was not asked for,
            or the engine cannot tell.
    """

    tokens: tuple[str, ...]
    score: float
    complete: bool = True
    alignment: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """Names all that determined an answer: same receipt and same input give the same output.

    Attributes:
        model_id: the catalogue's name of the model.
        weights_sha256: checksum of the weights file that ran, lower-case hex.
        engine: "ctranslate2" or "transformers", then device and compute type, e.g. "ctranslate2/cpu/int8".
        decoding: the settings of the first pass.
        version: version of Tarjimon.
    """

    model_id: str
    weights_sha256: str
    engine: str
    decoding: DecodingSettings = field(default_factory=DecodingSettings)
    version: str = ""
