"""Built-in names of Uzbek state bodies, regions, offices and international organisations in three languages."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources

from tarjimon.text.terms import Term

OFFICIAL_NAMES = "official-names"
LANGUAGES = ("uz", "ru", "en")


@cache
def official_rows() -> tuple[tuple[tuple[str, ...], ...], ...]:
    """The table: for each name its forms in Uzbek, Russian and English, the official form first."""
    text = resources.files("tarjimon.text").joinpath("official_names.tsv").read_text(encoding="utf-8")
    rows = []
    for line in text.splitlines():
        if line and not line.startswith("#"):
            rows.append(tuple(tuple(map(str.strip, cell.split("|"))) for cell in line.split("\t")))
    return tuple(rows)


def official_terms(source: str, target: str) -> Iterator[Term]:
    """The names as terms; every form of the target language is as good as the official one.

    A name of one word counts only with its capital: Paxtakor the town, not paxtakor the cotton grower. Of Russian
    and English sources only the official form and abbreviations count: not every mayor is a hokim.

    Args:
        source: BCP-47 code; nothing for one that the table lacks.
        target: the same.
    """
    if source not in LANGUAGES or target not in LANGUAGES or source == target:
        return
    read, write = LANGUAGES.index(source), LANGUAGES.index(target)
    for row in official_rows():
        target_form, *accepted = row[write]
        forms = row[read] if source == "uz" else (row[read][0], *filter(str.isupper, row[read][1:]))
        for form in forms:
            proper = " " not in form and form[:1].isupper()
            yield Term(
                form,
                source,
                target_form,
                target,
                case_sensitive=proper,
                origin=OFFICIAL_NAMES,
                accepted=tuple(accepted),
            )
