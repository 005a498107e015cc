"""English articles, plurals, ordinals and possessives."""

from __future__ import annotations

_IRREGULAR = {
    "person": "people",
    "child": "children",
    "man": "men",
    "woman": "women",
    "species": "species",
    "tonne": "tonnes",
    "half": "halves",
}


def plural(noun: str) -> str:
    """The plural of a noun phrase whose last word is the head."""
    head, _, last = noun.rpartition(" ")
    irregular = next((word for word in _IRREGULAR if last.endswith(word)), None)
    if irregular is not None:
        made = last[: -len(irregular)] + _IRREGULAR[irregular]
    elif last.endswith(("s", "x", "ch", "sh", "z")):
        made = last + "es"
    elif last.endswith("y") and last[-2] not in "aeiou":
        made = last[:-1] + "ies"
    else:
        made = last + "s"
    return f"{head} {made}".strip()


def counted(noun: str, number: float) -> str:
    """The noun after a number."""
    return noun if number == 1 else plural(noun)


def ordinal(number: int) -> str:
    """1 → 1st, 12 → 12th, 23 → 23rd."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def possessive(name: str) -> str:
    """Kazakhstan's, the Philippines'."""
    return f"{name}'" if name.endswith("s") and name.startswith("the ") else f"{name}'s"


def indefinite(noun: str) -> str:
    """a or an, by the first letter (good enough for the nouns of the patterns)."""
    return f"{'an' if noun[0].lower() in 'aeiou' else 'a'} {noun}"
