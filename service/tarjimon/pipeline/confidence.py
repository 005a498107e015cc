"""How likely a segment needs no correction: a logistic curve over what the pipeline knows of it."""

from __future__ import annotations

import math
from collections.abc import Mapping

from tarjimon.models.spec import CONFIDENCE_WEIGHTS
from tarjimon.text.fidelity import Severity, Verdict

_USUAL = {("uz", "ru"): 1.04, ("uz", "en"): 1.02, ("ru", "en"): 0.98, ("en", "ru"): 1.02}
_UNCALIBRATED = {
    "bias": 1.0,
    "score": 1.5,
    "length": -1.0,
    "warnings": -0.5,
    "errors": -2.0,
    "second_pass": -0.3,
}


def features(
    source: str, target: str, pair: tuple[str, str], verdict: Verdict, attempts: int, score: float
) -> dict[str, float]:
    """What the curve is over, by the names of CONFIDENCE_WEIGHTS."""
    usual = _USUAL.get(pair, 1.0) * max(1, len(source))
    return {
        "bias": 1.0,
        "score": score,
        "length": abs(math.log(max(1, len(target)) / usual)),
        "warnings": float(sum(i.severity is Severity.WARNING for i in verdict.issues)),
        "errors": float(sum(i.severity is Severity.ERROR for i in verdict.issues)),
        "second_pass": float(attempts > 1),
    }


def confidence(weights: Mapping[str, float], values: Mapping[str, float]) -> float:
    """The probability, 0.0 to 1.0.

    Args:
        weights: the model's calibration (catalogue, `[model.confidence]`); empty: a rough curve that was never
            calibrated.
        values: see `features`.
    """
    chosen = weights or _UNCALIBRATED
    exponent = sum(chosen.get(name, 0.0) * values[name] for name in CONFIDENCE_WEIGHTS)
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, exponent))))
