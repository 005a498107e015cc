"""The codec: text to a model's pieces and back."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tarjimon.domain import EncodedSegment, Hypothesis, Task
from tarjimon.errors import InvalidInputError, LimitExceededError, UnsupportedLanguageError
from tarjimon.models.prefix import frame, frame_cost, is_control
from tarjimon.models.tokenizer import META_SPACE, UNK, Piece, Tokenizer, open_tokenizer

if TYPE_CHECKING:
    from tarjimon.models.store import ModelFiles

OUTPUT_FLOOR = 32
"""Fewest output tokens granted; further steps double it, so that a batch holds few different limits."""

_UNSEEN = "\u2047"  # what SentencePiece, too, prints for an unknown piece


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

    Args:
        files: the model's verified files.
        tokenizer: for tests; by default the one among the files.

    Raises:
        CorruptModelError: the files hold no readable tokenizer.
        ModelUnavailableError: the tokenizer needs a package that is not installed.
    """

    def __init__(self, files: ModelFiles, tokenizer: Tokenizer | None = None) -> None:
        self._spec = files.spec
        self._tokenizer = open_tokenizer(files.tokenizer_files) if tokenizer is None else tokenizer

    @property
    def limit(self) -> int:
        """Most source pieces of one segment, special tokens included."""
        return self._spec.max_source_tokens

    @property
    def slots(self) -> tuple[str, ...]:
        """The model's placeholder tokens; () when it was trained without."""
        return self._spec.placeholder_slots

    def count(self, text: str) -> int:
        """Source pieces of a text, special tokens included: what is to stay within `limit`.

        Raises:
            InvalidInputError: the text holds lone surrogates.
        """
        return len(self._plain(text)) + frame_cost(self._spec)

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
        if not self._spec.supports(task, source, target):
            raise UnsupportedLanguageError(
                f"Model {self._spec.id} does not {task.value} {source} into {target}; {self._offers(task)}.",
                field="target",
            )
        pieces = list(self._with_slots(text, slots)) if slots else self._plain(text)
        if not pieces:
            raise InvalidInputError("The text has no characters that a model could read.", field="text")
        framed, prefix = frame(self._spec, pieces, source, target, task)
        if len(framed) > self.limit:
            raise LimitExceededError(
                f"The segment has {len(framed)} pieces, model {self._spec.id} takes {self.limit}: split it.",
                field="text",
                metadata={"pieces": str(len(framed)), "limit": str(self.limit)},
            )
        return EncodedSegment(framed, prefix, self._output_limit(len(framed), task))

    def origins(self, text: str, encoded: EncodedSegment) -> tuple[tuple[int, int], ...]:
        """For each source piece of `encoded`, the span of `text` that it came from.

        Args:
            text: what was encoded, without slots.
            encoded: what `encode` made of it; its control tokens get the span (0, 0).
        """
        spans = [(p.start, p.end) for p in self._pieces(text) for _ in self._defused(p.text)]
        # Every scheme ends a source with one control token; what else there is stands before the text.
        before = len(encoded.source) - len(spans) - 1
        return ((0, 0),) * before + tuple(spans) + ((0, 0),)

    def decode(self, output: Hypothesis | Sequence[str]) -> str:
        """The text of an output; placeholder tokens appear as they are written ("<x0>")."""
        parts = (self.slots[p] if isinstance(p, int) else p for p in self._parts(output))
        return "".join(parts).strip(" ")

    def decode_parts(self, output: Hypothesis | Sequence[str]) -> tuple[str | int, ...]:
        """Like `decode`, with a slot's number in the place of each placeholder token.

        The text between carries its own white space.
        """
        return tuple(self._parts(output))

    def unknown(self, text: str) -> tuple[UnknownSpan, ...]:
        """The spans of a text that the model cannot see (emoji, other scripts).

        A literal U+2581 counts: tokenizers take it for a space.

        Raises:
            InvalidInputError: the text holds lone surrogates.
        """
        spans: list[tuple[int, int]] = []
        blind = [(p.start, p.end) for p in self._pieces(text) if p.text == UNK]
        blind += [(i, i + 1) for i, character in enumerate(text) if character == META_SPACE]
        for start, end in sorted(blind):
            if spans and start <= spans[-1][1]:
                spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
            else:
                spans.append((start, end))
        return tuple(UnknownSpan(start, end, text[start:end]) for start, end in spans)

    def _pieces(self, text: str) -> list[Piece]:
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise InvalidInputError(
                f"Character {error.start} of the text is a lone surrogate (U+{ord(text[error.start]):04X}), "
                "which is no character: send well-formed Unicode.",
                field="text",
            ) from error
        return self._tokenizer.pieces(text)

    def _plain(self, text: str) -> list[str]:
        return [word for piece in self._pieces(text) for word in self._defused(piece.text)]

    def _defused(self, piece: str) -> Iterator[str]:
        """A piece of a user's text that looks like a control token falls into its characters."""
        if piece == UNK or not is_control(piece):
            yield piece
        else:
            yield from (c if self._tokenizer.has(c) else UNK for c in piece)

    def _with_slots(self, text: str, slots: Sequence[tuple[int, int]]) -> Iterator[str]:
        if len(slots) > len(self.slots):
            raise InvalidInputError(
                f"{len(slots)} placeholders asked for, model {self._spec.id} has {len(self.slots)}.",
                field="slots",
            )
        at = 0
        for token, (start, end) in zip(self.slots, slots, strict=False):
            if not at <= start < end <= len(text):
                raise InvalidInputError(
                    f"Placeholder span ({start}, {end}) is out of order, empty, or outside the text.",
                    field="slots",
                )
            yield from self._plain(text[at:start])
            yield token
            at = end
        yield from self._plain(text[at:])

    def _output_limit(self, source_pieces: int, task: Task) -> int:
        most = self._spec.max_output_tokens
        if task is Task.SUMMARIZE:
            return most
        wanted = math.ceil(source_pieces * self._spec.output_ratio)
        limit = OUTPUT_FLOOR
        while limit < wanted:
            limit *= 2
        return min(limit, most)

    def _parts(self, output: Hypothesis | Sequence[str]) -> Iterator[str | int]:
        tokens = output.tokens if isinstance(output, Hypothesis) else output
        run: list[str] = []
        for token in tokens:
            if token in self.slots:
                if run:
                    yield self._tokenizer.join(run)
                run = []
                yield self.slots.index(token)
            elif token == UNK:
                run.append(_UNSEEN)
            elif not is_control(token):
                run.append(token)
        if run:
            yield self._tokenizer.join(run)

    def _offers(self, task: Task) -> str:
        spec = self._spec
        pairs = [f"{s}-{t}" for s in spec.sources for t in spec.targets if spec.supports(task, s, t)]
        shown = ", ".join(pairs[:12]) + (", …" if len(pairs) > 12 else "")
        return f"it does: {shown}" if pairs else f"it does not {task.value} at all"
