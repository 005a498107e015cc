"""Calibrate a model's confidence: python models/calibrate.py rows.tsv [--model tarjimon-mini].

The file has rows `uz<TAB>ru<TAB>en`, or the corpus format (`B<TAB>uz<TAB>ru<TAB>en`), of text that the model was
not trained on. A segment counts as "needs no correction" when its chrF++ is at least --good. Prints the table for
the catalogue, and how well it holds on a third of the rows that were kept apart: bands of confidence against chrF++.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

import numpy as np
import sacrebleu

from tarjimon.config import Settings, load_settings
from tarjimon.models.spec import CONFIDENCE_WEIGHTS
from tarjimon.pipeline.application import Application
from tarjimon.pipeline.confidence import confidence, features
from tarjimon.pipeline.values import Caller, TranslationOptions

TARGETS = ("ru", "en")


def rows(file: Path) -> list[tuple[str, str, str]]:
    """(uz, ru, en) of every sentence row."""
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        cells = line.split("\t")
        if len(cells) == 4 and cells[0] == "B":
            cells = cells[1:]
        if len(cells) == 3 and not line.startswith("##"):
            found.append((cells[0], cells[1], cells[2]))
    return found


async def observed(
    texts: list[tuple[str, str, str]], settings: Settings, model: str | None
) -> tuple[np.ndarray, np.ndarray]:
    """Features and chrF++ of every row in both targets."""
    values, quality = [], []
    async with Application(settings) as application:
        for at in range(0, len(texts), 64):
            part = texts[at : at + 64]
            results = await application.translate(
                [row[0] for row in part],
                source="uz",
                targets=TARGETS,
                options=TranslationOptions(model=model),
                caller=Caller("calibrate"),
            )
            for row, result in zip(part, results, strict=True):
                for number, target in enumerate(TARGETS):
                    if len(result.translations[number].segments) != 1:
                        continue
                    [segment] = result.translations[number].segments
                    found = features(
                        row[0], segment.text, ("uz", target), segment.verdict, segment.attempts, segment.score
                    )
                    values.append([found[name] for name in CONFIDENCE_WEIGHTS])
                    quality.append(
                        sacrebleu.sentence_chrf(segment.text, [row[1 + number]], word_order=2).score
                    )
    return np.array(values), np.array(quality)


def fit(x: np.ndarray, good: np.ndarray, penalty: float = 1.0) -> np.ndarray:
    """Logistic regression by Newton's method, with a little ridge."""
    weights = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        gradient = x.T @ (p - good) + penalty * weights
        curvature = (x * (p * (1 - p))[:, None]).T @ x + penalty * np.eye(x.shape[1])
        weights -= np.linalg.solve(curvature, gradient)
    return weights


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--model")
    parser.add_argument("--good", type=float, default=60.0, help="chrF++ from which a segment counts as good")
    parser.add_argument("--most", type=int, default=600, help="rows used")
    arguments = parser.parse_args()
    texts = rows(arguments.file)[: arguments.most]
    x, quality = asyncio.run(observed(texts, load_settings(), arguments.model))
    apart = np.arange(len(x)) % 3 == 2
    good = (quality >= arguments.good).astype(float)
    weights = fit(x[~apart], good[~apart])
    named = dict(zip(CONFIDENCE_WEIGHTS, weights.round(3).tolist(), strict=True))
    print("[model.confidence]")
    for name, value in named.items():
        print(f"{name} = {value}")
    p = np.array([confidence(named, dict(zip(CONFIDENCE_WEIGHTS, row, strict=True))) for row in x[apart]])
    print(
        f"\n{len(x)} segments, {good.mean():.0%} of them good (chrF++ ≥ {arguments.good:g}); on a third kept apart:\n"
    )
    print("| confidence | segments | chrF++ mean | good |\n|---|---|---|---|")
    for low, high in ((0, 0.1), (0.1, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 1.01)):
        band = (p >= low) & (p < high)
        if band.any():
            print(
                f"| {low:.2f} to {min(high, 1):.2f} | {band.sum()} | {quality[apart][band].mean():.1f} "
                f"| {good[apart][band].mean():.0%} |"
            )


if __name__ == "__main__":
    main()
