"""Numeric facts of a text - quantities, dates, times, codes - with values that compare across languages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache

from tarjimon.text import protection
from tarjimon.text.numerals import (
    EN_MONTH,
    MONTH,
    PERCENT,
    group_value,
    month_number,
    number_words,
    roman_value,
)
from tarjimon.text.quantities import (
    GAP,
    NUMBER,
    SCALE_AFTER,
    decimal_sum,
    plain,
    range_scale,
    readings_of,
    scaled,
    times_power,
)

_WITH_WORDS = frozenset({"uz", "ru", "en"})
_MAX_DIGITS = 30  # a longer run of digits is an identifier, not a quantity
_YEAR_WORD = rf"(?:-|{GAP})?(?:yil[^\W\d_]{{0,10}}|йил[^\W\d_]{{0,10}}|y\.|й\.)"
_DAY = r"(?P<{0}>[0-3]?[0-9])"
_ORDINAL = r"(?:-?(?:st|nd|rd|th|го|е|ое|chi))?"
_CENTURY = r"(?=[- ](?:asr|аср|век|bob|боб|chorak|чорак|квартал|centur|quarter))"
_SCAN = re.compile(
    rf"""(?<![0-9])(?P<y1>[12][0-9]{{3}}){_YEAR_WORD},?{GAP}?
        (?:{_DAY.format("d1")}[-{GAP[1:-1]}](?P<m1>{MONTH})|(?P<m2>{MONTH}))
    |(?<![0-9])(?P<y3>[12][0-9]{{3}})-(?P<n3>[01][0-9])-{_DAY.format("d3")}(?![0-9])
    |(?<![0-9.,/]){_DAY.format("d4")}(?P<sep>[./])(?P<n4>[0-3]?[0-9])(?P=sep)(?P<y4>[12][0-9]{{3}})(?![0-9])
    |(?<![0-9.,]){_DAY.format("d5")}{_ORDINAL}[-{GAP[1:-1]}](?:of\ )?(?P<m5>{MONTH})
        (?:,?{GAP}(?P<y5>[12][0-9]{{3}})(?![0-9]))?
    |(?<![^\W_])(?P<m6>{EN_MONTH}){GAP}{_DAY.format("d6")}(?:st|nd|rd|th)?(?![0-9:]|[.,][0-9])
        (?:,?{GAP}(?P<y6>[12][0-9]{{3}})(?![0-9]))?
    |(?<![^\W_])(?P<m7>{MONTH}),?{GAP}(?P<y7>[12][0-9]{{3}})(?![0-9])
    |(?<![0-9:.,])(?P<hour>[0-2]?[0-9])(?::(?P<minute>[0-5][0-9])(?::[0-5][0-9])?)?
        (?:{GAP}?(?P<half>[ap])\.?m\b\.?|(?<=:[0-5][0-9]))(?![0-9:])
    |(?<![0-9])(?P<number>{NUMBER})(?P<decade>0?-yillar|-йиллар|-е\b|-х\b|s\b)?
    |(?<![^\W_])(?P<roman>[IVXІХ]{{2,7}}|[IVXІХ]{_CENTURY})(?![^\W_])""",
    re.X | re.I,
)
_PERCENT = re.compile(rf"{GAP}?(?:{PERCENT})", re.I)
_MONEY_SUFFIX = re.compile(r"(?:(k)|(m)|(b))\b", re.I)
_BETWEEN_WORDS = re.compile(rf"(?:{GAP}|-|{GAP}and{GAP})\Z")
_FOLD = str.maketrans(
    "АВЕКМНОРСТХУҚФПДГЛЗВИБҒҲЎавекмнорстхуқфпдглзибғҳў", "AVEKMNORSTXUQFPDGLZVIBGHOavekmnorstxuqfpdglzibgho"
)
# The same series of acts in the three languages: qaror, farmon, qonun, Cabinet resolution.
_SERIES = {"PP": "PQ", "UP": "PF", "ZRU": "ORQ", "PKM": "VMQ", "RP": "PQ", "PD": "PF", "LRU": "ORQ"}


class NumberKind(StrEnum):
    """What a numeric entity is; entities of different kinds may still be equal in value (`5 %`, `5 foiz`)."""

    NUMBER = "number"
    PERCENT = "percent"
    DATE = "date"
    TIME = "time"
    CODE = "code"
    PHONE = "phone"
    ROMAN = "roman"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class NumericEntity:
    """One numeric fact.

    Attributes:
        kind: what it is.
        start: offset of its first code point.
        end: offset after its last.
        text: as written.
        value: canonical value: a decimal without grouping (`1500000000`), `2020-11-05`, `--11-05`, `2020-11`,
            `14:30`, `PQ-123`, or the digits of a telephone number.
        readings: every value it may have (`1.350` is 1350 or 1.35), the likeliest first.
        hard: False for number words, which translations are free to rephrase.
        day: of a date, else 0.
        month: of a date, else 0.
        year: of a date, else 0.
    """

    kind: NumberKind
    start: int
    end: int
    text: str
    value: str
    readings: tuple[str, ...]
    hard: bool = True
    day: int = 0
    month: int = 0
    year: int = 0


def extract_numbers(text: str, language: str | None = None) -> tuple[NumericEntity, ...]:
    """All numeric facts of a text, in order.

    Digits inside URLs, e-mail addresses, file names, tags and placeholders are not numbers of the text.

    Args:
        text: one segment or a document.
        language: `uz`, `ru` or `en`: decides which reading of `1.350` and `1,350` comes first, and which number
            words are known. None: no number words.
    """
    spans = protection.find_spans(text)
    found = [entity for span in spans if (entity := _from_span(span)) is not None]
    position = 0
    for start, end in [*((span.start, span.end) for span in spans), (len(text), len(text))]:
        found.extend(_scan(text, position, start, language))
        position = end
    covered = {offset for entity in found for offset in range(entity.start, entity.end)}
    found.extend(word for word in _words(text, language) if word.start not in covered)
    return tuple(sorted(found, key=lambda entity: (entity.start, not entity.hard)))


def _from_span(span: protection.Span) -> NumericEntity | None:
    if span.kind is protection.Kind.PHONE:
        digits = "".join(filter(str.isdigit, span.text))
        return NumericEntity(NumberKind.PHONE, span.start, span.end, span.text, digits, (digits,))
    if span.kind is not protection.Kind.CODE:
        return None
    value = code_value(span.text)
    return NumericEntity(NumberKind.CODE, span.start, span.end, span.text, value, (value,))


def code_value(text: str) -> str:
    """The canonical form of a document number: `ПҚ–123`, `PQ-123` and the Russian `ПП-123` are one."""
    folded = text.translate(_FOLD).replace("–", "-").replace("Р", "R")
    letters = "".join(filter(str.isalpha, folded.split("-", 1)[0])) if "-" in folded else ""
    number = folded.split("-", 1)[1] if letters else folded.lstrip("№ \u00a0")
    series = _SERIES.get(letters.upper(), letters.upper())
    return f"{series}-{number}" if series else number


def _scan(text: str, start: int, end: int, language: str | None) -> Iterator[NumericEntity]:
    position = start
    while (found := _SCAN.search(text, position, end)) is not None:
        position = found.end()
        if found["number"]:
            entity: NumericEntity | None = _quantity(text, found, end, language)
        elif found["roman"]:
            value = str(roman_value(found["roman"].upper())) if found["roman"].isupper() else "0"
            entity = _entity(NumberKind.ROMAN, found, [value]) if value != "0" else None
        elif found["hour"]:
            entity = _time(found)
        else:
            entity = _date(text, found, language)
            if entity is None:  # "5 marta" is "five times": read the number alone
                number = re.compile(r"[0-9]+").search(text, found.start(), end)
                position = number.end() if number else position
                entity = _entity(NumberKind.NUMBER, number, [plain(number[0])]) if number else None
        if entity is not None:
            yield entity
            position = max(position, entity.end)


def _entity(kind: NumberKind, found: re.Match[str], readings: list[str], end: int = 0) -> NumericEntity:
    stop = end or found.end()
    return NumericEntity(
        kind,
        found.start(),
        stop,
        found.string[found.start() : stop],
        readings[0],
        tuple(dict.fromkeys(readings)),
    )


def _date(text: str, found: re.Match[str], language: str | None) -> NumericEntity | None:
    groups = {name[0]: value for name, value in found.groupdict().items() if value and name[:1] in "ydmn"}
    name, day, year = groups.get("m", ""), int(groups.get("d", 0)), int(groups.get("y", 0))
    month = month_number(name) if name else int(groups["n"])
    if language == "uz" and name.lower().startswith(("marta", "марта")):
        return None
    if name.lower().startswith("may") and not name.startswith("May") and language == "en":
        return None
    readings = []
    if month > 12 and day <= 12:  # 11/25/2020
        day, month = month, day
    elif found["sep"] == "/" and day <= 12:
        readings.append(_date_value(month, day, year))
    if not 1 <= month <= 12 or day > 31 or (not day and not year):
        return None
    value = _date_value(day, month, year)
    return NumericEntity(
        NumberKind.DATE,
        found.start(),
        found.end(),
        found[0],
        value,
        (value, *readings),
        True,
        day,
        month,
        year,
    )


def _date_value(day: int, month: int, year: int) -> str:
    return f"{year or '-'}-{month:02}" + (f"-{day:02}" if day else "")


def _time(found: re.Match[str]) -> NumericEntity:
    hour, minute, half = int(found["hour"]), found["minute"] or "00", found["half"]
    if half:
        hour = hour % 12 + (12 if half in "pP" else 0)
    readings = [f"{hour}:{minute}"]
    if minute == "00":
        readings.append(str(hour))
    if not found["minute"]:
        readings.append(found["hour"])
    if half:
        readings.append(f"{int(found['hour'])}:{minute}")
    return _entity(NumberKind.TIME, found, readings)


def _quantity(text: str, found: re.Match[str], end: int, language: str | None) -> NumericEntity:
    written, stop = found["number"], found.end("number")
    if sum(map(str.isdigit, written)) > _MAX_DIGITS:
        return _entity(NumberKind.CODE, found, [written])
    readings = list(readings_of(written, language))
    scale = SCALE_AFTER.match(text, stop, end)
    if scale:
        from_bound = readings if scale[0].lower().endswith(("dan", "дан")) else []
        readings, stop = scaled(text, readings, scale, end, language)
        readings += from_bound  # "4,2 milliondan 7 milliongacha" is "4.2 to 7 million"
    elif (
        found.start() and text[found.start() - 1] in "$€£" and (short := _MONEY_SUFFIX.match(text, stop, end))
    ):
        power = {"k": 3, "m": 6, "b": 9}[short[0].lower()]
        readings, stop = [times_power(value, power) for value in readings], short.end()
    elif (shared := range_scale(text, stop, end)) is not None:  # "5–7 mlrd": five may be five milliard
        readings += [times_power(value, shared) for value in readings]
    if found["decade"] and len(written) <= 2:  # "90-yillar", "90-е"
        readings.append("19" + written)
    if re.fullmatch(r"[0-2]?[0-9]\.[0-5][0-9]", written):  # "14.30" may be a time of day
        readings.append(f"{int(written.split('.')[0])}:{written.split('.')[1]}")
    percent = _PERCENT.match(text, stop, end)
    return _entity(
        NumberKind.PERCENT if percent else NumberKind.NUMBER,
        found,
        readings,
        percent.end() if percent else stop,
    )


def _words(text: str, language: str | None) -> Iterator[NumericEntity]:
    run: list[re.Match[str]] = []
    for word in _pattern(language).finditer(text) if language in _WITH_WORDS else ():
        if run and not _BETWEEN_WORDS.fullmatch(text[run[-1].end() : word.start()]):
            yield _word_entity(text, run)
            run = []
        run.append(word)
    if run:
        yield _word_entity(text, run)


@cache
def _pattern(language: str | None) -> re.Pattern[str]:
    return number_words(language or "")


def _word_entity(text: str, run: list[re.Match[str]]) -> NumericEntity:
    values = [Decimal(group_value(word.lastgroup or "w0")) for word in run]
    total = current = Decimal(0)
    for value in values:
        if value >= 1000:
            total, current = total + (current or 1) * value, Decimal(0)
        elif value == 100 and current:
            current *= value
        else:
            current += value
    start, end = run[0].start(), run[-1].end()
    readings = tuple(dict.fromkeys([decimal_sum(total + current), *(decimal_sum(value) for value in values)]))
    return NumericEntity(NumberKind.WORD, start, end, text[start:end], readings[0], readings, hard=False)
