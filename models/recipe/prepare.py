"""Turns the corpus into one prepared data file, and says what was left out and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from recipe import masking, noise
from recipe.cleaning import foreign, rejection
from recipe.corpus import Document, Language, Sentence, aligned_files, read_aligned, read_document_folder
from recipe.mixture import Mixture
from recipe.overlap import NearDuplicates, OverlapIndex, key
from recipe.prepared import TARGETS, TASKS, Prepared, Validation
from recipe.tokens import Pieces

Fold = Callable[[str], str]
DIRECTIONS: tuple[tuple[Language, Language], ...] = (
    ("uz", "ru"),
    ("uz", "en"),
    ("ru", "en"),
    ("en", "ru"),
    ("ru", "uz"),
    ("en", "uz"),
)


@dataclass(frozen=True, slots=True)
class Example:
    """One training example as text; `visits` is its expected number of visits per epoch."""

    task: str
    target: Language
    source_text: str
    target_text: str
    visits: float
    origin: str


@dataclass(slots=True)
class Ledger:
    """What came in, what was kept and what was dropped, by origin."""

    seen: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    dropped: dict[str, Counter[str]] = field(default_factory=dict)

    def keep(self, origin: str) -> None:
        """Count a kept pair."""
        self.seen[origin] += 1
        self.kept[origin] += 1

    def drop(self, origin: str, reason: str, count: int = 1) -> None:
        """Count a dropped pair."""
        self.seen[origin] += count
        self.dropped.setdefault(origin, Counter())[reason] += count

    def table(self) -> str:
        """A Markdown table, the largest source first."""
        lines = ["| source | pairs in | kept | dropped, by reason |", "|---|---:|---:|---|"]
        for origin, seen in self.seen.most_common():
            reasons = ", ".join(f"{r} {n}" for r, n in self.dropped.get(origin, Counter()).most_common())
            lines.append(f"| {origin} | {seen} | {self.kept[origin]} | {reasons} |")
        total = Counter[str]()
        for reasons_of in self.dropped.values():
            total.update(reasons_of)
        everything = ", ".join(f"{r} {n}" for r, n in total.most_common())
        lines.append(f"| **all** | {self.seen.total()} | {self.kept.total()} | {everything} |")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Allowed:
    """Which licence classes may be used."""

    web: bool
    copyleft: bool

    def refuses(self, licence: str) -> str | None:
        """The reason for leaving a whole source out, or None."""
        if licence == "excluded":
            return "excluded by the mixture"
        if licence in ("web", "unclear") and not self.web:
            return "no stated licence (--no-web)"
        if licence == "copyleft" and not self.copyleft:
            return "copyleft (--no-copyleft)"
        return None


class Gatherer:
    """Collects examples from all sources; order of the calls decides which of two duplicates is kept."""

    def __init__(self, mixture: Mixture, fold: Fold, development: OverlapIndex) -> None:
        self._mixture = mixture
        self._fold = fold
        self._development = development
        self._exact: set[tuple[str, str, str, str]] = set()
        self._near: dict[tuple[str, str], NearDuplicates] = {}
        self.examples: list[Example] = []
        self.ledger = Ledger()

    def documents(self, documents: Iterable[Document]) -> list[Document]:
        """Add documents; returns those held out for validation."""
        held_out = []
        for document in documents:
            if document.number % self._mixture.validation_modulo == self._mixture.validation_remainder:
                held_out.append(document)
                continue
            folded = [self._folded(sentence) for sentence in document.sentences]
            for texts in folded:
                for source, target in DIRECTIONS:
                    weight = self._mixture.document_visits * self._mixture.share(source, target)
                    self._pair("documents", source, target, texts, weight, clean=False)
            self._document_tasks(document, folded)
        return held_out

    def aligned(self, folder: Path, allowed: Allowed) -> None:
        """Add the aligned files of a corpus folder."""
        for path, stem, languages in aligned_files(folder):
            entry = self._mixture.source(stem)
            rows = list(read_aligned(path, stem, languages))
            refused = allowed.refuses(entry.licence) or (None if entry.visits else "weight 0")
            if refused:
                self.ledger.drop(entry.prefix, refused, len(rows))
                continue
            weight = entry.visits * (self._mixture.labels if stem.endswith("-labels") else 1)
            for row in rows:
                if foreign("uz", row.texts.get("uz", "")):  # before folding, which would hide Russian words
                    self.ledger.drop(entry.prefix, "language of uz")
                    continue
                texts = {name: self._fold(text) if name == "uz" else text for name, text in row.texts.items()}
                for source, target in DIRECTIONS:
                    if source in texts and target in texts:
                        share = self._mixture.share(source, target)
                        self._pair(entry.prefix, source, target, texts, weight * share, clean=True)

    def generated(self, triples: Iterable[dict[Language, str]]) -> None:
        """Add sentences of the generator (already consistent; only duplicates and overlap are checked)."""
        for texts in triples:
            for source, target in DIRECTIONS:
                weight = self._mixture.generated_visits * self._mixture.share(source, target)
                self._pair("generated", source, target, texts, weight, clean=False)

    def _folded(self, sentence: Sentence) -> dict[Language, str]:
        return {name: self._fold(text) if name == "uz" else text for name, text in sentence.texts.items()}

    def _pair(
        self,
        origin: str,
        source: Language,
        target: Language,
        texts: dict[Language, str],
        visits: float,
        clean: bool,
    ) -> None:
        if not visits:
            return
        left, right = texts[source], texts[target]
        reason = rejection(source, target, left, right) if clean else None
        reason = reason or self._repeated(origin, source, target, left, right) or self._overlaps(left, right)
        if reason:
            self.ledger.drop(origin, reason)
            return
        self.ledger.keep(origin)
        self._add(origin, target, left, right, visits)

    def _add(self, origin: str, target: Language, left: str, right: str, visits: float) -> None:
        fixed = masking.mask_pair(left, right, numbers=False) if masking.has_fixed(left) else None
        if fixed is not None:
            self._example(target, fixed.source, fixed.target, visits * self._mixture.fixed_masked, origin)
            plain = visits * (1 - self._mixture.fixed_masked)
        else:
            plain = visits
        numbered = masking.mask_pair(left, right, numbers=True)
        share = self._mixture.masked if numbered is not None and fixed is None else 0.0
        if numbered is not None and share:
            self._example(target, numbered.source, numbered.target, plain * share, origin)
        if plain:
            self._example(target, left, right, plain * (1 - share), origin)
        if origin in ("documents", "generated"):
            for changed_left, changed_right in noise.variants(left, right):
                self._example(
                    target, changed_left, changed_right, visits * self._mixture.titles_cased, origin
                )

    def _example(self, target: Language, left: str, right: str, visits: float, origin: str) -> None:
        if visits > 0:
            self.examples.append(Example("translate", target, left, right, visits, origin))

    def _repeated(self, origin: str, source: Language, target: Language, left: str, right: str) -> str | None:
        both = (source, target, key(left), key(right))
        if both in self._exact:
            return "duplicate"
        self._exact.add(both)
        if origin == "documents":
            return None
        near = self._near.setdefault((source, target), NearDuplicates())
        return "near duplicate" if near.seen(left) else None

    def _overlaps(self, *texts: str) -> str | None:
        if any(self._development.exact(text) for text in texts):
            return "in a development set"
        if any(self._development.near(text) for text in texts):
            return "near a development set"
        return None

    def _document_tasks(self, document: Document, folded: list[dict[Language, str]]) -> None:
        kinds = [sentence.kind for sentence in document.sentences]
        body = " ".join(texts["uz"] for kind, texts in zip(kinds, folded, strict=True) if kind in "TB")
        untitled = " ".join(texts["uz"] for kind, texts in zip(kinds, folded, strict=True) if kind == "B")
        if kinds.count("B") < 3:
            return
        summary = {
            lang: " ".join(t[lang] for k, t in zip(kinds, folded, strict=True) if k == "S")
            for lang in TARGETS
        }
        title = {
            lang: " ".join(t[lang] for k, t in zip(kinds, folded, strict=True) if k == "T")
            for lang in TARGETS
        }
        for lang in TARGETS:
            if summary[lang]:
                self.examples.append(
                    Example("summary", lang, body, summary[lang], self._mixture.summaries, "documents")
                )
            if title[lang]:
                self.examples.append(
                    Example("title", lang, untitled, title[lang], self._mixture.titles, "documents")
                )


def validation_examples(
    documents: Iterable[Document], fold: Fold, limit: int
) -> list[tuple[str, Language, str, str]]:
    """Held-out examples (task, target, source, reference): both translation directions of uz, evenly thinned."""
    rows = [s for d in documents for s in d.sentences if s.kind != "S"]
    step = max(1, len(rows) // limit)
    return [
        ("translate", target, fold(row.texts["uz"]), row.texts[target])
        for target in ("ru", "en")
        for row in rows[::step][:limit]
    ]


def encode(
    examples: list[Example],
    held_out: list[tuple[str, Language, str, str]],
    pieces: Pieces,
    notes: dict[str, Any],
) -> Prepared:
    """Tokenise every distinct text once and number the examples."""
    numbers: dict[str, int] = {}
    for example in examples:
        numbers.setdefault(example.source_text, len(numbers))
        numbers.setdefault(example.target_text, len(numbers))
    ids = pieces.encode(list(numbers))
    starts = np.concatenate([[0], np.cumsum([len(row) for row in ids])]).astype(np.uint32)
    return Prepared(
        tokens=np.fromiter((i for row in ids for i in row), dtype=np.uint16),
        starts=starts,
        source=np.array([numbers[e.source_text] for e in examples], dtype=np.uint32),
        target=np.array([numbers[e.target_text] for e in examples], dtype=np.uint32),
        task=np.array([TASKS.index(e.task) for e in examples], dtype=np.uint8),
        language=np.array([TARGETS.index(e.target) for e in examples], dtype=np.uint8),
        visits=np.array([e.visits for e in examples], dtype=np.float32),
        validation=tuple(
            Validation(task, target, pieces.encode([source])[0], reference)
            for task, target, source, reference in held_out
        ),
        notes=notes,
    )


def balance_table(examples: list[Example], data: Prepared) -> str:
    """Share of an epoch's target tokens by origin, task and direction."""
    _, lengths = data.lengths()
    mass: Counter[str] = Counter()
    for example, length in zip(examples, lengths, strict=True):
        mass[f"{example.origin} {example.task} -> {example.target}"] += round(
            float(length) * example.visits * 100
        )
    total = max(1, mass.total())
    lines = ["| origin, task, target | target tokens per epoch | share |", "|---|---:|---:|"]
    lines += [f"| {name} | {n // 100} | {100 * n / total:.1f} % |" for name, n in mass.most_common()]
    return "\n".join([*lines, f"| all | {total // 100} | |"])


def read_own_documents(folder: Path) -> list[Document]:
    """The documents under `data/`."""
    documents = read_document_folder(folder)
    if not documents:
        raise FileNotFoundError(f"no documents (*.tsv) in {folder}")
    return documents
