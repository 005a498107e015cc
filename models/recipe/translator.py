"""Runs an exported model through CTranslate2, as the evaluation needs it (the product has its own engine)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import ctranslate2

from recipe.masking import PLACEHOLDERS
from recipe.model import TOKENIZER
from recipe.tokens import Pieces
from tarjimon.text.protection import DEFAULT_KINDS, Kind, protect, restore


@dataclass(frozen=True, slots=True)
class Decoding:
    """How to decode; printed beside every figure."""

    beam: int = 4
    repetition_penalty: float = 1.1
    longest: int = 200

    def __str__(self) -> str:
        return f"beam {self.beam}, repetition penalty {self.repetition_penalty}, int8"


class Translator:
    """One exported folder."""

    def __init__(self, folder: Path, decoding: Decoding, threads: int) -> None:
        self.decoding = decoding
        self.pieces = Pieces(folder / TOKENIZER)
        self._engine = ctranslate2.Translator(str(folder), inter_threads=1, intra_threads=threads)
        self.source_tokens = 0
        self.output_tokens = 0
        self.seconds = 0.0

    def translate(self, texts: list[str], target: str, task: str = "translate") -> list[str]:
        """Outputs in the order of the texts (Uzbek sources must be folded)."""
        prefix = {"translate": [], "summary": ["<sum>"], "title": ["<sum>", "<sum>"]}[task]
        sources = [["<s>", *prefix, *self.pieces.tokens(text), "</s>"] for text in texts]
        too_long = max((len(row) for row in sources), default=0)
        if too_long > 510:
            raise ValueError(f"a source of {too_long} pieces does not fit the model's 510")
        begin = time.perf_counter()
        results = self._engine.translate_batch(
            sources,
            target_prefix=[[f"<2{target}>"]] * len(sources),
            beam_size=self.decoding.beam,
            repetition_penalty=self.decoding.repetition_penalty,
            max_decoding_length=self.decoding.longest,
            max_batch_size=1024,
            batch_type="tokens",
        )
        self.seconds += time.perf_counter() - begin
        outputs = [result.hypotheses[0][1:] for result in results]
        self.source_tokens += sum(map(len, sources))
        self.output_tokens += sum(map(len, outputs))
        return [self.pieces.decode_tokens(row) for row in outputs]

    def translate_masked(self, texts: list[str], target: str) -> list[tuple[str, bool]]:
        """Outputs with numbers and fixed spans as placeholders, put back afterwards; and whether all came back."""
        kinds = DEFAULT_KINDS | {Kind.NUMBER}
        guarded = [protect(text, slots=PLACEHOLDERS, kinds=kinds) for text in texts]
        restored = [
            restore(output, kept)
            for output, kept in zip(self.translate([g.text for g in guarded], target), guarded, strict=True)
        ]
        return [(item.text, item.ok) for item in restored]
