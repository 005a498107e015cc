"""What a cached answer is and under which key: everything that determined it, nothing that could collide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from hashlib import blake2b

from tarjimon.domain import DecodingSettings, Task

_LAYOUT = "1"
"""Part of every key: raise it when the meaning of a field changes."""


@dataclass(frozen=True, slots=True)
class CachedSegment:
    """An answer worth keeping.

    Attributes:
        text: the hypothesis.
        verdict: the fidelity verdict, opaque here (JSON by convention).
    """

    text: str
    verdict: str = ""


def segment_key(
    source: str,
    *,
    source_language: str,
    target_language: str,
    task: Task,
    weights_sha256: str,
    decoding: DecodingSettings,
    extra: Sequence[str] = (),
) -> bytes:
    """The key of an answer: BLAKE2b-256 over length-prefixed fields.

    Joining fields with a separator would let two requests share a key as soon as a field contains it.

    Args:
        source: the segment in its canonical form, exactly as it is encoded for the model.
        source_language: BCP-47 code.
        target_language: BCP-47 code.
        task: translate or summarize.
        weights_sha256: checksum of the weights, so that another model never sees these entries.
        decoding: the search settings.
        extra: whatever else determines the answer (glossary checksum, prompt, pipeline version).
    """
    fields = (
        _LAYOUT,
        source,
        source_language,
        target_language,
        task.value,
        weights_sha256,
        *(repr(value) for value in astuple(decoding)),
        *extra,
    )
    digest = blake2b(digest_size=32)
    for field in fields:
        data = field.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.digest()
