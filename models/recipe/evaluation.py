"""Scores exported models on the development sets and writes the figures of REPORT.md."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from recipe.corpus import Document, Language, read_aligned, read_documents
from recipe.measures import Quality, numbers_kept, quality, rouge, signatures
from recipe.translator import Decoding, Translator

BEGIN, END = "<!-- figures: begin (written by `recipe evaluate`) -->", "<!-- figures: end -->"
SERIES = {
    "w1": "foreign affairs",
    "w2": "government and economy",
    "w3": "society",
    "w4": "world news",
    "w5": "general prose",
    "w6": "official documents",
    "w7": "vocabulary sentences",
    "w8": "economy and regions",
    "w9": "foreign-ministry style",
    "w10": "short domestic news",
    "w11": "world news",
    "w12": "diplomacy and summits",
    "w13": "vocabulary sentences",
    "w14": "general prose",
}


INTO: tuple[Language, ...] = ("en", "ru")


@dataclass(frozen=True, slots=True)
class TestSet:
    """Parallel lines with a register each."""

    name: str
    registers: tuple[str, ...]
    texts: dict[Language, tuple[str, ...]]


def document_set(
    name: str, documents: list[Document], fold: Callable[[str], str], limit: int | None
) -> TestSet:
    """Titles and body sentences of held-out documents."""
    rows = [
        (SERIES.get(document.identifier.partition("-")[0], "other"), sentence)
        for document in documents
        for sentence in document.sentences
        if sentence.kind != "S"
    ]
    if limit is not None:
        rows = rows[:: max(1, len(rows) // limit)][:limit]
    return TestSet(
        name,
        tuple(register for register, _ in rows),
        {
            "uz": tuple(fold(s.texts["uz"]) for _, s in rows),
            "ru": tuple(s.texts["ru"] for _, s in rows),
            "en": tuple(s.texts["en"] for _, s in rows),
        },
    )


def line_set(path: Path, fold: Callable[[str], str], limit: int | None) -> TestSet:
    """A `NAME.uz-ru-en.tsv` file."""
    rows = [row.texts for row in read_aligned(path, path.name.partition(".")[0], ("uz", "ru", "en"))][:limit]
    name = path.name.partition(".")[0]
    return TestSet(
        name,
        tuple(name for _ in rows),
        {
            "uz": tuple(fold(r["uz"]) for r in rows),
            "ru": tuple(r["ru"] for r in rows),
            "en": tuple(r["en"] for r in rows),
        },
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table."""

    model: str
    test: str
    register: str
    target: str
    quality: Quality
    kept: float
    kept_after: float | None


def score(
    model: str, translator: Translator, test: TestSet, target: Language, redecode: bool
) -> tuple[list[Line], list[str]]:
    """Rows for the whole set and each register, and the outputs."""
    sources, references = list(test.texts["uz"]), list(test.texts[target])
    outputs = translator.translate(sources, target)
    kept = [numbers_kept(s, o, target) for s, o in zip(sources, outputs, strict=True)]
    after = list(kept)
    if redecode:
        wrong = [i for i, fine in enumerate(kept) if not fine]
        for i, (text, _) in zip(
            wrong, translator.translate_masked([sources[i] for i in wrong], target), strict=True
        ):
            after[i] = numbers_kept(sources[i], text, target)
    lines = []
    for register in ("all", *sorted(set(test.registers))):
        chosen = [i for i, own in enumerate(test.registers) if register in ("all", own)]
        if register != "all" and len(chosen) == len(sources):
            continue
        lines.append(
            Line(
                model,
                test.name,
                register,
                target,
                quality([outputs[i] for i in chosen], [references[i] for i in chosen]),
                100 * sum(kept[i] for i in chosen) / len(chosen),
                100 * sum(after[i] for i in chosen) / len(chosen) if redecode else None,
            )
        )
    return lines, outputs


def summaries(translator: Translator, documents: list[Document], fold: Callable[[str], str]) -> list[str]:
    """Table rows of ROUGE by target language over held-out documents that fit the model."""
    rows = []
    for target in ("uz", "ru", "en"):
        sources, references = [], []
        for document in documents:
            kinds = [s.kind for s in document.sentences]
            source = fold(" ".join(s.texts["uz"] for s in document.sentences if s.kind in "TB"))
            reference = " ".join(s.texts[target] for s in document.sentences if s.kind == "S")
            if kinds.count("B") >= 3 and reference and len(translator.pieces.tokens(source)) <= 500:
                sources.append(source)
                references.append(fold(reference) if target == "uz" else reference)
        outputs = translator.translate(sources, target, "summary")
        found = rouge(outputs, references)
        kept = 100 * sum(_subset(s, o) for s, o in zip(sources, outputs, strict=True)) / max(1, len(sources))
        rows.append(
            f"| {target} | {len(sources)} | "
            + " | ".join(f"{value:.1f}" for value in found.values())
            + f" | {kept:.1f} % |"
        )
    return rows


def _subset(source: str, output: str) -> bool:
    from recipe.cleaning import numbers

    return not numbers(output) - numbers(source)


def evaluate(
    models: dict[str, Path],
    folder: Path,
    fold: Callable[[str], str],
    decoding: Decoding,
    threads: int,
    lines: int | None,
    with_summaries: bool,
    shown: TestSet,
) -> str:
    """The figures in Markdown: every model on every set of `folder`; examples of the last model on `shown`."""
    documents = read_documents(folder / "indomain-dev.tsv")
    tests = [document_set("in-domain documents", documents, fold, lines)]
    tests += [line_set(path, fold, lines) for path in sorted(folder.glob("*.uz-ru-en.tsv"))]
    table, examples, tail = [], [], []
    notes: list[str] = []
    for name, path in models.items():
        translator = Translator(path, decoding, threads)
        for test in tests:
            for target in INTO:
                rows, outputs = score(name, translator, test, target, redecode=True)
                table += rows
                references = list(test.texts[target])
                notes = signatures(outputs, references)
        if name == list(models)[-1]:
            examples += example_lines(translator, shown)
        speed = translator.output_tokens / translator.seconds
        size = (path / "model.bin").stat().st_size / 2**20
        tail.append(
            f"| {name} | {size:.1f} MiB | {speed:.0f} | {translator.source_tokens / translator.seconds:.0f} |"
        )
        if with_summaries:
            notes_of = summaries(translator, documents, fold)
            tail_rows = "\n".join(notes_of)
            examples.insert(
                0,
                f"\nSummaries by {name} (in-domain documents of at most 500 pieces)\n\n"
                + SUMMARY_HEAD
                + tail_rows,
            )
    return _markdown(table, notes, examples, tail, decoding, threads)


SUMMARY_HEAD = (
    "| target | documents | ROUGE-1 | ROUGE-2 | ROUGE-L | no number that the text lacks |\n"
    "|---|---:|---:|---:|---:|---:|\n"
)


def example_lines(translator: Translator, test: TestSet, step: int = 50) -> list[str]:
    """Every 50th segment with its outputs, unselected.

    From our own held-out documents: sentences of the development sets are not printed, so that nobody trains on
    a report.
    """
    chosen = range(0, len(test.registers), step)
    sources = [test.texts["uz"][i] for i in chosen]
    found = []
    for target in INTO:
        found.append(f"\n**{test.name}, every {step}th segment into {target}**\n")
        for i, source, output in zip(chosen, sources, translator.translate(sources, target), strict=True):
            found.append(f"- {source}\n  - model: {output}\n  - reference: {test.texts[target][i]}")
    return found


def _markdown(
    table: list[Line],
    notes: list[str],
    examples: list[str],
    tail: list[str],
    decoding: Decoding,
    threads: int,
) -> str:
    spbleu = any(line.quality.spbleu is not None for line in table)
    out = [
        f"Decoding: {decoding}. Sources folded by `tarjimon.text.orthography`.",
        *(f"`{note}`" for note in notes),
        "" if spbleu else "spBLEU is left out: its tokenizer model (flores200) could not be had offline.",
        "",
        "| set | register | into | model | segments | chrF++ | BLEU | numbers kept | after re-decode |",
        "|---|---|---|---|---:|---:|---:|---:|---:|",
    ]
    order = {id(line): i for i, line in enumerate(table)}
    for line in sorted(
        table, key=lambda x: (x.test, x.register != "all", x.register, x.target, order[id(x)])
    ):
        after = "" if line.kept_after is None else f"{line.kept_after:.1f} %"
        out.append(
            f"| {line.test} | {line.register} | {line.target} | {line.model} | {line.quality.segments} "
            f"| {line.quality.chrf:.1f} | {line.quality.bleu:.1f} | {line.kept:.1f} % | {after} |"
        )
    out += [
        "",
        f"Speed, {threads} thread(s) of {platform.processor() or platform.machine()}, batches of 1024 tokens:",
        "",
        "| model | model.bin | output tokens/s | source tokens/s |",
        "|---|---:|---:|---:|",
        *tail,
        *examples,
    ]
    return "\n".join(out)


def write_report(path: Path, figures: str) -> None:
    """Put the figures between the marks of the report; the text around them is left as it is."""
    text = (
        path.read_text(encoding="utf-8")
        if path.exists()
        else f"# Quality of the embedded model\n\n{BEGIN}\n{END}\n"
    )
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{path.name} has no lines {BEGIN!r} and {END!r} to put the figures between")
    path.write_text(f"{before}{BEGIN}\n\n{figures}\n\n{END}{after}", encoding="utf-8")
