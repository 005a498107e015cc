"""Chooses the pieces that Uzbek, Russian and English need, and writes the tokenizer in both its forms."""

from __future__ import annotations

import base64
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import Tokenizer

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
EXTRA = ("<2en>", "<2ru>", "<2uz>", "<sum>", *(f"<x{number}>" for number in range(12)))
META = "\u2581"
_RANGES = ((0x20, 0x250), (0x300, 0x370), (0x400, 0x530), (0x2000, 0x2070), (0x2190, 0x2200))
_SINGLE = {0x2581, 0x20AC, 0x20BD, 0x2116, 0x2122, 0x2BB, 0x2BC, 0x2BD, 0x2BE, 0x2BF, 0x2C8}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Pieces in the order of their ids, with their scores; `kept` are the ids that they had before."""

    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    kept: tuple[int, ...]


def charsmap() -> bytes:
    """SentencePiece's compiled `nmt_nfkc` normalisation, the one that XLM-R uses."""
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["a b c d e f"] * 4),
        model_writer=written,
        vocab_size=12,
        hard_vocab_limit=False,
        normalization_rule_name="nmt_nfkc",
        minloglevel=2,
    )
    proto = sentencepiece_model_pb2.ModelProto()
    proto.ParseFromString(written.getvalue())
    return bytes(proto.normalizer_spec.precompiled_charsmap)


def select(pieces: Sequence[str], scores: Sequence[float], counts: Counter[int], size: int) -> Vocabulary:
    """The `size` most useful pieces: specials, every single letter or sign of our scripts, then by count.

    Pieces that never occur fill what room is left, the likeliest first. `counts` are by old id and must come
    from training text only.
    """
    room = size - len(SPECIAL) - len(EXTRA)
    usable = [
        i for i in range(len(SPECIAL), len(pieces)) if pieces[i] not in EXTRA and _in_scripts(pieces[i])
    ]
    letters = [i for i in usable if len(pieces[i].replace(META, "")) <= 1]
    if len(letters) > room:
        raise ValueError(f"{size} pieces are too few: the single letters alone are {len(letters)}")
    others = sorted(set(usable) - set(letters), key=lambda i: (-counts[i], -scores[i], i))
    kept = (*range(len(SPECIAL)), *sorted([*letters, *others[: room - len(letters)]]))
    return Vocabulary(
        (*(pieces[i] for i in kept), *EXTRA), (*(scores[i] for i in kept), *(0.0 for _ in EXTRA)), kept
    )


def named(pieces: Sequence[str], scores: Sequence[float], wanted: Iterable[str]) -> Vocabulary:
    """The pieces of an existing tokenizer, found again in the full list by name."""
    place = {piece: number for number, piece in enumerate(pieces)}
    kept = tuple(place[piece] for piece in wanted if piece not in EXTRA)
    return Vocabulary(
        (*(pieces[i] for i in kept), *EXTRA), (*(scores[i] for i in kept), *(0.0 for _ in EXTRA)), kept
    )


def count_pieces(tokenizer: Tokenizer, texts: Iterable[str]) -> Counter[int]:
    """How often each piece occurs in the texts."""
    counts: Counter[int] = Counter()
    chunk: list[str] = []
    for text in texts:
        chunk.append(text)
        if len(chunk) == 4096:
            counts.update(
                i for item in tokenizer.encode_batch(chunk, add_special_tokens=False) for i in item.ids
            )
            chunk = []
    counts.update(i for item in tokenizer.encode_batch(chunk, add_special_tokens=False) for i in item.ids)
    return counts


def tokenizer_json(pieces: Sequence[str], scores: Sequence[float], normalisation: bytes) -> dict[str, Any]:
    """A Hugging Face `tokenizer.json`; spaces beside placeholders are explicit (see `tokens`)."""
    space = {"type": "Metaspace", "replacement": META, "prepend_scheme": "first", "split": True}
    controls = [piece for piece in (*SPECIAL, *EXTRA) if piece in pieces]
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": pieces.index(piece), "content": piece, **flags} for piece in controls],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "Precompiled", "precompiled_charsmap": base64.b64encode(normalisation).decode()},
                {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
            ],
        },
        "pre_tokenizer": space,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [_special("<s>"), {"Sequence": {"id": "A", "type_id": 0}}, _special("</s>")],
            "pair": [
                _special("<s>"),
                {"Sequence": {"id": "A", "type_id": 0}},
                _special("</s>"),
                {"Sequence": {"id": "B", "type_id": 0}},
                _special("</s>"),
            ],
            "special_tokens": {
                "<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]},
                "</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]},
            },
        },
        "decoder": space,
        "model": {
            "type": "Unigram",
            "unk_id": 3,
            "vocab": [[piece, score] for piece, score in zip(pieces, scores, strict=True)],
            "byte_fallback": False,
        },
    }


def sentencepiece_model(pieces: Sequence[str], scores: Sequence[float], normalisation: bytes) -> bytes:
    """The same pieces as a SentencePiece model whose ids are the model's ids."""
    proto = sentencepiece_model_pb2.ModelProto()
    kinds = sentencepiece_model_pb2.ModelProto.SentencePiece
    for piece, score in zip(pieces, scores, strict=True):
        control = piece in EXTRA or (piece in SPECIAL and piece != "<unk>")
        kind = kinds.UNKNOWN if piece == "<unk>" else kinds.CONTROL if control else kinds.NORMAL
        proto.pieces.add(piece=piece, score=score, type=kind)
    trainer, normaliser = proto.trainer_spec, proto.normalizer_spec
    trainer.model_type = sentencepiece_model_pb2.TrainerSpec.UNIGRAM
    trainer.vocab_size = len(proto.pieces)
    trainer.bos_id, trainer.pad_id, trainer.eos_id, trainer.unk_id = range(4)
    trainer.bos_piece, trainer.pad_piece, trainer.eos_piece, trainer.unk_piece = SPECIAL
    trainer.unk_surface = " \u2047 "
    normaliser.name = "nmt_nfkc"
    normaliser.precompiled_charsmap = normalisation
    normaliser.add_dummy_prefix = normaliser.remove_extra_whitespaces = normaliser.escape_whitespaces = True
    return bytes(proto.SerializeToString())


def _special(name: str) -> dict[str, Any]:
    return {"SpecialToken": {"id": name, "type_id": 0}}


def _in_scripts(piece: str) -> bool:
    return all(
        any(low <= ord(character) < high for low, high in _RANGES) or ord(character) in _SINGLE
        for character in piece
    )
