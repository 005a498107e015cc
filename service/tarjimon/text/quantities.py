"""Written quantities - digits, grouping, decimals, scale words - and their values."""

import re
from collections.abc import Iterator
from decimal import Context, Decimal

from tarjimon.text.numerals import SCALES

_EXACT = Context(prec=80)
GAP = "[ \u00a0\u202f\u2009]"
NUMBER = rf"[0-9]{{1,3}}(?:{GAP}[0-9]{{3}}(?![0-9]))+(?:[.,][0-9]+)?|[0-9]+(?:[.,][0-9]+)*"
_SCALE = "|".join(f"(?P<s{power}>{pattern})" for power, pattern in SCALES)
SCALE_AFTER = re.compile(rf"(?:{GAP}|-)?(?:{_SCALE})", re.I)
_RANGE = re.compile(rf"{GAP}?[-–—]{GAP}?(?:{NUMBER})(?:{GAP}|-)?(?:{_SCALE})", re.I)
_SMALLER = re.compile(rf"{GAP}(?P<number>{NUMBER})(?![0-9%:.-])(?:{GAP}?(?:{_SCALE}))?", re.I)


def readings_of(written: str, language: str | None) -> Iterator[str]:
    """The canonical values that digits with separators may have, the likeliest in the language first."""
    digits = re.sub(GAP, "", written)
    marks = re.findall("[.,]", digits)
    if not marks:
        yield plain(digits)
        return
    whole, _, fraction = digits.rpartition(marks[-1])
    grouped = len(fraction) == 3 and 1 <= len(re.split("[.,]", whole)[0]) <= 3 and not whole.startswith("0")
    joined = plain(re.sub("[.,]", "", digits))
    decimal = plain(re.sub("[.,]", "", whole) + "." + fraction)
    if len(set(marks)) == 2:
        yield decimal
    elif len(marks) > 1:
        yield joined if all(len(group) == 3 for group in re.split("[.,]", digits)[1:]) else digits
    elif grouped:
        # English groups with commas, Uzbek and Russian write decimals with them.
        english = language == "en"
        yield from (joined, decimal) if (marks[0] == ",") == english else (decimal, joined)
    else:
        yield decimal
        if len(fraction) == 3:  # a serial number with a leading zero: 04,318
            yield joined


def plain(digits: str) -> str:
    """A decimal string without zeros that say nothing."""
    whole, _, fraction = digits.partition(".")
    fraction = fraction.rstrip("0")
    return (whole.lstrip("0") or "0") + ("." + fraction if fraction else "")


def times_power(value: str, power: int) -> str:
    """A decimal string times a power of ten; anything else unchanged."""
    return decimal_sum(Decimal(value).scaleb(power, _EXACT)) if re.fullmatch(r"[0-9.]+", value) else value


def decimal_sum(*values: Decimal) -> str:
    """The exact sum, as a decimal string."""
    total = Decimal(0)
    for value in values:
        total = _EXACT.add(total, value)
    return plain(format(total, "f"))


def _power(scale: re.Match[str]) -> int:
    return next(power for power, _ in SCALES if scale[f"s{power}"])


def range_scale(text: str, stop: int, end: int) -> int | None:
    """The power of ten that the far end of a range lends to the near one: "5–7 mlrd"."""
    other = _RANGE.match(text, stop, end)
    return _power(other) if other else None


def scaled(
    text: str, readings: list[str], scale: re.Match[str], end: int, language: str | None
) -> tuple[list[str], int]:
    """Applies the scale word, and adds what follows on a smaller scale (`1 million 200 ming`)."""
    power, stop = _power(scale), scale.end()
    values = [times_power(value, power) for value in readings]
    while (more := _SMALLER.match(text, stop, end)) is not None:
        smaller = _power(more) if any(more[f"s{each}"] for each, _ in SCALES) else 0
        if smaller >= power or (not smaller and not _counted(more["number"], power)):
            break
        addend = Decimal(times_power(next(readings_of(more["number"], language)), smaller))
        values = [decimal_sum(Decimal(value), addend) for value in values if re.fullmatch(r"[0-9.]+", value)]
        power, stop = smaller, more.end()
        if not smaller:
            break
    return values, stop


def _counted(written: str, power: int) -> bool:
    # "3 ming 500": the rest of the count; "5 mln 2024" is not.
    return power == 3 and written.isdigit() and len(written) == 3
