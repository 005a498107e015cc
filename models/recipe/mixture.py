"""What each source of training text is worth, and under which class of licence it comes."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

LICENCES = ("own", "permissive", "copyleft", "web", "unclear", "excluded")


class MixtureError(ValueError):
    """The mixture file is wrong, or says nothing about a source."""


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of the mixture: the files whose stem begins with `prefix`."""

    prefix: str
    licence: str
    visits: float


@dataclass(frozen=True, slots=True)
class Mixture:
    """The mixture file; see `configs/mixture.toml` for what each number means."""

    reverse: float
    to_uzbek: float
    labels: float
    masked: float
    fixed_masked: float
    titles_cased: float
    summaries: float
    titles: float
    validation_modulo: int
    validation_remainder: int
    document_visits: float
    generated_visits: float
    sources: tuple[Source, ...]

    def share(self, source: str, target: str) -> float:
        """Visits of a direction, as a share of those from Uzbek."""
        if source == "uz":
            return 1.0
        return self.to_uzbek if target == "uz" else self.reverse

    def source(self, stem: str) -> Source:
        """The entry for a file; a file without one is an error, since nobody decided on its licence."""
        for source in self.sources:
            if stem.startswith(source.prefix):
                return source
        raise MixtureError(f"no [[source]] entry matches {stem!r}: add one with its licence class and visits")


def read_mixture(path: Path) -> Mixture:
    """Read and check a mixture file."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    sources = []
    for entry in raw.pop("source", []):
        if entry["licence"] not in LICENCES:
            raise MixtureError(
                f"{path.name}: licence {entry['licence']!r} of {entry['prefix']!r} is not one of {LICENCES}"
            )
        sources.append(Source(entry["prefix"], entry["licence"], float(entry["visits"])))
    values: dict[str, Any] = {
        "document_visits": float(raw.pop("document")["visits"]),
        "generated_visits": float(raw.pop("generated")["visits"]),
        "sources": tuple(sources),
        **raw,
    }
    known = {field.name for field in fields(Mixture)}
    if set(values) != known:
        raise MixtureError(f"{path.name}: unknown or missing keys {sorted(set(values) ^ known)}")
    return Mixture(**values)
