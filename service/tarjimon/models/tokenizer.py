"""Two tokenizers behind one small interface: SentencePiece, and `tokenizers` for checkpoints without it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import sentencepiece

from tarjimon.errors import CorruptModelError, ModelUnavailableError

UNK = "<unk>"
META_SPACE = "\u2581"
"""SentencePiece's visible space; in a user's text it cannot be told from one."""

_BYTE = re.compile("<0x([0-9A-F]{2})>")
_BYTES = re.compile(f"(?:{_BYTE.pattern})+")


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a text.

    Attributes:
        text: the vocabulary's entry, UNK when there is none.
        start: offset of its first character in the text.
        end: offset after its last.
    """

    text: str
    start: int
    end: int


class Tokenizer(Protocol):
    """Text to pieces and back; knows no languages, tasks or slots."""

    def pieces(self, text: str) -> list[Piece]:
        """The text's pieces, without control tokens of the tokenizer's own."""
        ...

    def join(self, pieces: Sequence[str]) -> str:
        """The text of output pieces; leading white space is kept only where a piece carries it."""
        ...

    def has(self, piece: str) -> bool:
        """Whether the vocabulary holds this piece."""
        ...


class SentencePieceTokenizer:
    """The core tokenizer: one SentencePiece model, or two when source and target differ (Marian).

    Args:
        source: the model that encodes.
        target: the model that decodes; None for the same.

    Raises:
        CorruptModelError: a file is not a SentencePiece model.
    """

    def __init__(self, source: Path, target: Path | None = None) -> None:
        self._encoder = _sentencepiece(source)
        self._decoder = self._encoder if target is None else _sentencepiece(target)
        self._unk = int(self._encoder.unk_id())

    def pieces(self, text: str) -> list[Piece]:
        """See `Tokenizer.pieces`."""
        proto = self._encoder.encode(text, return_type="proto")
        at_byte = _CharacterOffsets(text)
        return [
            Piece(UNK if p.id == self._unk else str(p.piece), at_byte[p.begin], at_byte[p.end])
            for p in proto.pieces
        ]

    def join(self, pieces: Sequence[str]) -> str:
        """See `Tokenizer.join`."""
        return _join_meta(pieces)

    def has(self, piece: str) -> bool:
        """See `Tokenizer.has`."""
        return bool(self._encoder.piece_to_id(piece) != self._unk)


class FastTokenizer:
    """A checkpoint's tokenizer.json through the package `tokenizers` (extra `torch`).

    Raises:
        ModelUnavailableError: the package is not installed.
        CorruptModelError: the file cannot be read.
    """

    def __init__(self, path: Path) -> None:
        try:
            from tokenizers import Tokenizer as Backend
        except ImportError as error:
            raise ModelUnavailableError(
                f"{path.name} needs the package tokenizers: install tarjimon[torch].", field="model"
            ) from error
        try:
            self._backend: Any = Backend.from_file(str(path))
        except Exception as error:  # tokenizers raises bare Exception
            raise CorruptModelError(f"{path} is not a readable tokenizer.json: {error}.") from error
        self._backend.no_truncation()
        self._backend.no_padding()
        self._backend.encode_special_tokens = True  # "</s>" in a text is text

    def pieces(self, text: str) -> list[Piece]:
        """See `Tokenizer.pieces`."""
        encoded = self._backend.encode(text, add_special_tokens=False)
        return [Piece(t, s, e) for t, (s, e) in zip(encoded.tokens, encoded.offsets, strict=True)]

    def join(self, pieces: Sequence[str]) -> str:
        """See `Tokenizer.join`."""
        if any(META_SPACE in piece for piece in pieces):
            return _join_meta(pieces)
        ids = [self._backend.token_to_id(piece) for piece in pieces]
        return str(self._backend.decode([i for i in ids if i is not None], skip_special_tokens=False))

    def has(self, piece: str) -> bool:
        """See `Tokenizer.has`."""
        return self._backend.token_to_id(piece) is not None


def open_tokenizer(files: Iterable[Path]) -> Tokenizer:
    """The tokenizer of a model's files, SentencePiece preferred.

    Raises:
        CorruptModelError: none of the files is a tokenizer that we know.
        ModelUnavailableError: only a tokenizer.json is there and `tokenizers` is not installed.
    """
    by_name = {path.name: path for path in files}
    if "source.spm" in by_name and "target.spm" in by_name:
        return SentencePieceTokenizer(by_name["source.spm"], by_name["target.spm"])
    for name in ("sentencepiece.model", "sentencepiece.bpe.model", "spiece.model", "spm.model"):
        if name in by_name:
            return SentencePieceTokenizer(by_name[name])
    if "tokenizer.json" in by_name:
        return FastTokenizer(by_name["tokenizer.json"])
    raise CorruptModelError(
        "The model has no tokenizer: expected sentencepiece.model, sentencepiece.bpe.model, spiece.model, "
        f"source.spm with target.spm, or tokenizer.json; found {', '.join(sorted(by_name)) or 'nothing'}."
    )


def _sentencepiece(path: Path) -> Any:
    processor = sentencepiece.SentencePieceProcessor()
    try:
        processor.load_from_serialized_proto(path.read_bytes())
    except (RuntimeError, OSError, ValueError) as error:
        raise CorruptModelError(f"{path} is not a readable SentencePiece model: {error}.") from error
    if not processor.get_piece_size():
        raise CorruptModelError(f"{path} is a SentencePiece model without pieces.")
    return processor


def _join_meta(pieces: Sequence[str]) -> str:
    return _BYTES.sub(_from_bytes, "".join(pieces)).replace(META_SPACE, " ")


def _from_bytes(run: re.Match[str]) -> str:
    return bytes(int(code, 16) for code in _BYTE.findall(run[0])).decode(errors="replace")


class _CharacterOffsets:
    """UTF-8 byte offsets to character offsets; free for ASCII."""

    def __init__(self, text: str) -> None:
        self._map: list[int] | None = None
        if not text.isascii():
            offsets: list[int] = []
            for index, character in enumerate(text):
                offsets.extend([index] * len(character.encode()))
            offsets.append(len(text))
            self._map = offsets

    def __getitem__(self, byte: int) -> int:
        return byte if self._map is None else self._map[byte]
