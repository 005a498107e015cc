"""The codec: text to a model's pieces and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tarjimon.domain import EncodedSegment, Hypothesis, Task

if TYPE_CHECKING:
    from tarjimon.models.store import ModelFiles


@dataclass(frozen=True, slots=True)
class UnknownSpan:
    """Characters that the model has no piece for.

    Attributes:
        start: offset of the first character in the text.
        end: offset after the last.
        text: the characters.
    """

    start: int
    end: int
    text: str


class Codec:
    """Text to pieces and back for one model; safe to share between threads.

    What a user wrote never becomes a control token, whatever it looks like: tags, slots and language codes
    come from the arguments alone.
    """

    def __init__(self, files: ModelFiles) -> None:
        self._files = files

    @property
    def limit(self) -> int:
        """Most source pieces of one segment, special tokens included."""
        return self._files.spec.max_source_tokens

    @property
    def slots(self) -> tuple[str, ...]:
        """The model's placeholder tokens; () when it was trained without."""
        return self._files.spec.placeholder_slots

    def count(self, text: str) -> int:
        """Source pieces of a text, special tokens included: what is to stay within `limit`."""
        raise NotImplementedError

    def encode(
        self,
        text: str,
        *,
        source: str,
        target: str,
        task: Task = Task.TRANSLATE,
        slots: Sequence[tuple[int, int]] = (),
    ) -> EncodedSegment:
        """Make a segment ready for the engine.

        Args:
            text: one sentence; for a summary the whole text.
            source: BCP-47 code of the text.
            target: BCP-47 code of the output.
            task: what is wanted.
            slots: spans (start, end) of `text`, ascending and apart, that are replaced by the model's
                placeholder tokens, the first by the first.

        Raises:
            UnsupportedLanguageError: the model does not do this task for this pair.
            LimitExceededError: more pieces than `limit`; nothing is ever cut off.
            InvalidInputError: nothing to translate, lone surrogates, or more slots than the model has.
        """
        raise NotImplementedError

    def decode(self, output: Hypothesis | Sequence[str]) -> str:
        """The text of an output; placeholder tokens appear as they are written ("<x0>")."""
        raise NotImplementedError

    def decode_parts(self, output: Hypothesis | Sequence[str]) -> tuple[str | int, ...]:
        """Like `decode`, with a slot's number in the place of each placeholder token.

        The text between carries its own white space.
        """
        raise NotImplementedError

    def unknown(self, text: str) -> tuple[UnknownSpan, ...]:
        """The spans of a text that the model cannot see (emoji, other scripts)."""
        raise NotImplementedError
