"""Text to token ids and back, with the special pieces of the model."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from recipe.corpus import Language

BOS, PAD, EOS, UNK = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Prefixes:
    """Ids of the pieces that tell the model what to do."""

    target: dict[Language, int]
    summary: int

    def source_prefix(self, task: str) -> list[int]:
        """`<sum>` before the text asks for a summary, `<sum><sum>` for a title, nothing for a translation."""
        return {"translate": [], "summary": [self.summary], "title": [self.summary, self.summary]}[task]


class Pieces:
    """The tokenizer of one model folder."""

    def __init__(self, path: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(path))
        ids = {name: self._id(name) for name in ("<2uz>", "<2ru>", "<2en>", "<sum>")}
        self.prefixes = Prefixes({"uz": ids["<2uz>"], "ru": ids["<2ru>"], "en": ids["<2en>"]}, ids["<sum>"])
        self.size = self._tokenizer.get_vocab_size()

    def _id(self, name: str) -> int:
        found = self._tokenizer.token_to_id(name)
        if found is None:
            raise ValueError(f"the tokenizer has no piece {name}: make one with `recipe init`")
        return int(found)

    def require_explicit_spacing(self) -> None:
        """Raise when spaces beside placeholders would be lost: see `with_explicit_spacing`."""
        for text in ("a <x0> b", "a <x0>-b", "a<x0> b"):
            if self.decode_tokens(self.tokens(text)) != text:
                raise ValueError(
                    f"the tokenizer loses spaces beside placeholders ({text!r} comes back as "
                    f"{self.decode_tokens(self.tokens(text))!r}): make it anew with `recipe init --tokenizer`"
                )

    def encode(self, texts: list[str]) -> list[list[int]]:
        """Ids without `<s>` and `</s>`."""
        return [item.ids for item in self._tokenizer.encode_batch(texts, add_special_tokens=False)]

    def tokens(self, text: str) -> list[str]:
        """Pieces of a text, as CTranslate2 takes them."""
        return list(self._tokenizer.encode(text, add_special_tokens=False).tokens)

    def decode(self, ids: list[int]) -> str:
        """Text of ids; `<x0>` ... stay, `<s>`, `</s>`, `<pad>` and the language and task pieces go."""
        silent = {BOS, PAD, EOS, self.prefixes.summary, *self.prefixes.target.values()}
        return str(
            self._tokenizer.decode([i for i in ids if i not in silent], skip_special_tokens=False)
        ).strip()

    def decode_tokens(self, tokens: list[str]) -> str:
        """Text of pieces, as CTranslate2 gives them."""
        ids = (self._tokenizer.token_to_id(token) for token in tokens)
        return self.decode([UNK if found is None else found for found in ids])


def with_explicit_spacing(tokenizer: dict[str, Any]) -> dict[str, Any]:
    """A copy of a `tokenizer.json` in which spaces beside placeholders survive.

    With Metaspace "always", `<x0>-son` and `<x0> -son` become the same pieces, and so does the text before a
    placeholder with or without its space: the spacing of a restored document number would be a guess. Here only
    the start of the text gets a piece mark, and nothing is stripped (the strip ate the spaces beside a
    placeholder); every stripped text without placeholders is cut into the same pieces as before.
    """
    changed: dict[str, Any] = json.loads(json.dumps(tokenizer))
    for part in (changed["pre_tokenizer"], changed["decoder"]):
        if part["type"] != "Metaspace":
            raise ValueError(f"expected a Metaspace tokenizer, got {part['type']}")
        part["prepend_scheme"] = "first"
    steps = changed["normalizer"]["normalizers"]
    changed["normalizer"]["normalizers"] = [step for step in steps if step["type"] != "Strip"]
    return changed
