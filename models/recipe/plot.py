"""Draws the metrics of one or more runs: loss and validation chrF over target tokens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """Entries of a `metrics.jsonl`; a last line cut off by a crash is left out."""
    entries = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            entries.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return entries


def draw(runs: dict[str, Path], out: Path) -> None:
    """Write a PNG with two panels."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 4))
    for name, folder in runs.items():
        entries = read_metrics(folder / "metrics.jsonl")
        losses = [(e["target_tokens"] / 1e6, e["loss"]) for e in entries if "loss" in e]
        left.plot(*zip(*losses, strict=True), label=name, linewidth=1) if losses else None
        for target in ("en", "ru"):
            marks = [
                (e["target_tokens"] / 1e6, e[f"chrf_{target}"]) for e in entries if f"chrf_{target}" in e
            ]
            right.plot(
                *zip(*marks, strict=True), label=f"{name} into {target}", marker="."
            ) if marks else None
    left.set(xlabel="target tokens, millions", ylabel="training loss per token")
    right.set(xlabel="target tokens, millions", ylabel="chrF, greedy, held-out documents")
    for panel in (left, right):
        panel.grid(alpha=0.3)
        if panel.get_legend_handles_labels()[0]:
            panel.legend()
    figure.tight_layout()
    figure.savefig(out, dpi=120)
    pyplot.close(figure)
