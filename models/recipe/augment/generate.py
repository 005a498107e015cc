"""Draws sentences from the patterns: fills the slots alike in the three languages and inflects what fills them."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from recipe.augment import amounts, entities
from recipe.corpus import LANGUAGES, Language

HERE = Path(__file__).parent
SLOT = re.compile(r"\{(?P<kind>[A-Za-z])(?P<number>\d?)(?:\.(?P<form>[^{}]+))?\}")


class PatternError(ValueError):
    """A pattern cannot be filled, or says different things in its three languages."""


class Filler(Protocol):
    """What can stand in a slot."""

    def form(self, language: Language, name: str) -> str:
        """The filler in one form of one language."""
        ...


@dataclass(frozen=True, slots=True)
class Pattern:
    """One sentence with slots, in three languages."""

    texts: Mapping[Language, str]

    def slots(self, language: Language) -> set[str]:
        """The slots of one language, as kind and number."""
        return {match["kind"] + match["number"] for match in SLOT.finditer(self.texts[language])}

    def skeleton(self, language: Language = "uz") -> str:
        """The words without the slots: two patterns with one skeleton teach the same thing twice."""
        words = re.sub(r"[\W\d_]+", " ", SLOT.sub(" ", self.texts[language])).casefold().strip()
        return words or SLOT.sub(lambda match: f"<{match['kind']}>", self.texts[language])


DRAW: dict[str, Callable[[random.Random], Filler]] = {
    "C": lambda rng: rng.choice(entities.countries()),
    "T": lambda rng: rng.choice(entities.cities()),
    "Z": lambda rng: rng.choice(entities.listed("Z")),
    "V": lambda rng: rng.choice(entities.listed("V")),
    "M": lambda rng: rng.choice(entities.listed("M")),
    "O": lambda rng: rng.choice(entities.listed("O")),
    "W": lambda rng: rng.choice(entities.listed("W")),
    "F": lambda rng: rng.choice(entities.listed("F")),
    "L": lambda rng: rng.choice(entities.listed("L")),
    "P": lambda rng: rng.choice(entities.people()),
    "B": amounts.draw_company,
    "D": amounts.draw_date,
    "Y": lambda rng: amounts.Verbatim(str(rng.randint(1991, 2035))),
    "N": amounts.draw_count,
    "n": amounts.draw_small,
    "S": amounts.draw_sum,
    "K": amounts.draw_percent,
    "J": amounts.draw_code,
    "U": amounts.draw_url,
    "A": amounts.draw_mail,
    "H": amounts.draw_phone,
    "I": amounts.draw_time,
}


@cache
def patterns() -> tuple[Pattern, ...]:
    """All patterns of `patterns_*.tsv`, checked: three columns, known slots, the same slots in each language."""
    found = []
    for path in sorted(HERE.glob("patterns_*.tsv")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line or line.startswith("#"):
                continue
            cells = line.split("\t")
            if len(cells) != 3:
                raise PatternError(
                    f"{path.name}:{number}: {len(cells)} columns, expected Uzbek, Russian, English"
                )
            pattern = Pattern(dict(zip(LANGUAGES, cells, strict=True)))
            _check(pattern, f"{path.name}:{number}")
            found.append(pattern)
    return tuple(found)


def triples(count: int, seed: int) -> Iterator[dict[Language, str]]:
    """`count` sentences in three languages; every pattern in turn, so that all are used about equally often."""
    rng = random.Random(seed)
    order: list[Pattern] = []
    for _ in range(count):
        if not order:
            order = list(patterns())
            rng.shuffle(order)
        yield fill(order.pop(), rng)


def fill(pattern: Pattern, rng: random.Random) -> dict[Language, str]:
    """One sentence of a pattern; no two slots of a kind get the same filler."""
    fillers: dict[str, Filler] = {}
    for slot in sorted(pattern.slots("uz")):
        filler = DRAW[slot[0]](rng)
        while filler in fillers.values():
            filler = DRAW[slot[0]](rng)
        fillers[slot] = filler
    return {language: _render(pattern.texts[language], language, fillers) for language in LANGUAGES}


def _render(text: str, language: Language, fillers: Mapping[str, Filler]) -> str:
    def value(match: re.Match[str]) -> str:
        return fillers[match["kind"] + match["number"]].form(language, match["form"] or "nom")

    made = SLOT.sub(value, text)
    return re.sub(r"^([«“\"]?)([^\W\d_])", lambda m: m[1] + m[2].upper(), made)


def _check(pattern: Pattern, where: str) -> None:
    wanted = pattern.slots("uz")
    for language in LANGUAGES:
        unknown = {slot for slot in pattern.slots(language) if slot[0] not in DRAW}
        if unknown or pattern.slots(language) != wanted:
            raise PatternError(
                f"{where}: slots of {language} {sorted(pattern.slots(language))}, of uz {sorted(wanted)}"
            )
