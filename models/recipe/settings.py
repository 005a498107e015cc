"""Training settings: one TOML file under version control, checked when read."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path


class SettingsError(ValueError):
    """A training configuration has an unknown key or an impossible value."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train.

    Attributes:
        device: "cpu" or "cuda".
        threads: CPU threads; 0 leaves torch's own choice.
        precision: "bf16" (autocast) or "fp32".
        attention: "eager" or "sdpa".
        seed: decides the order of the data, dropout and sampled candidates.
        batch_tokens: padded pieces of source plus target in a batch.
        accumulate: batches per step.
        pool: examples sorted by length together.
        peak: highest learning rate (of everything but the encoder).
        encoder_scale: the encoder's learning rate, as a share of the others'.
        warmup: steps of linear warm-up.
        schedule: "inverse_sqrt" (open end), "linear" or "cosine" (to `steps`).
        hold: inverse_sqrt: steps before the decay begins.
        floor: linear and cosine: last learning rate, as a share of the peak.
        steps: stop after this many steps.
        smoothing, dropout, weight_decay, clip: as usual.
        candidates: 0 for the full softmax; else output pieces sampled per step beside the frequent ones.
        frequent: pieces that are always among the candidates.
        ema: decay per step of the averaged weights; they are validated and exported.
        ema_every: steps between updates of the average.
        log_every, validate_every: in steps. patience: validations without a new best before stopping; 0: never.
        checkpoint_seconds: wall time between checkpoints.
    """

    device: str
    threads: int
    precision: str
    attention: str
    seed: int
    batch_tokens: int
    accumulate: int
    pool: int
    peak: float
    encoder_scale: float
    warmup: int
    schedule: str
    hold: int
    floor: float
    steps: int
    smoothing: float
    dropout: float
    weight_decay: float
    clip: float
    candidates: int
    frequent: int
    ema: float
    ema_every: int
    log_every: int
    validate_every: int
    patience: int
    checkpoint_seconds: float

    def rate(self, step: int) -> float:
        """Learning rate of a step (the first is 1)."""
        if step <= self.warmup:
            return self.peak * step / self.warmup
        if self.schedule == "inverse_sqrt":
            start = max(self.warmup, self.hold)
            return self.peak * float((start / max(step, start)) ** 0.5)
        share = min(1.0, (step - self.warmup) / max(1, self.steps - self.warmup))
        if self.schedule == "cosine":
            import math

            share = 0.5 * (1 - math.cos(math.pi * share))
        return self.peak * (1 - share * (1 - self.floor))

    def annealed(self, start: int, end: int) -> Settings:
        """The last phase of an open-ended run: from step `start`, linearly down to 5 % of the peak at step `end`.

        The average forgets faster, since it need no longer smooth out large steps.
        """
        if not 0 < start < end:
            raise SettingsError(f"an anneal goes from a step to a later one, not from {start} to {end}")
        return replace(self, schedule="linear", warmup=start, steps=end, floor=0.05, ema=min(self.ema, 0.995))


_CHOICES = {
    "device": ("cpu", "cuda"),
    "precision": ("bf16", "fp32"),
    "attention": ("eager", "sdpa"),
    "schedule": ("inverse_sqrt", "linear", "cosine"),
}


def read_settings(path: Path) -> Settings:
    """Read a configuration; every key must be there and no other."""
    values = tomllib.loads(path.read_text(encoding="utf-8"))
    known = {field.name for field in fields(Settings)}
    if set(values) != known:
        raise SettingsError(f"{path.name}: unknown or missing keys {sorted(set(values) ^ known)}")
    for name, choices in _CHOICES.items():
        if values[name] not in choices:
            raise SettingsError(f"{path.name}: {name} is {values[name]!r}, expected one of {choices}")
    return Settings(**values)
