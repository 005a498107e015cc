"""The names that fill slots: countries and cities from CLDR, offices and bodies from `entities.tsv`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel import Locale

from recipe.augment import english, russian, uzbek
from recipe.corpus import Language

HERE = Path(__file__).parent
COUNTRIES = tuple(
    """
    AF AL DZ AR AM AU AT AZ BH BD BY BE BR BG CA CL CN CO HR CU CY CZ DK EC EG EE ET FI FR GE DE GH GR HU IS
    IN ID IR IQ IE IT JP JO KZ KE KW LA LV LB LY LT LU MY MT MX MD MN MA NP NL NZ NG NO OM PK PE PH PL PT QA
    RO RU SA SN RS SG SK SI ZA ES LK SE CH SY TJ TH TN TR TM UG AE GB US UY VN YE KG KR
    """.split()  # noqa: SIM905 - words are read more easily as words
)
_RUSSIAN = {"KG": "Кыргызстан", "US": "США", "AE": "ОАЭ"}
_UZBEK = {"KR": "Koreya Respublikasi"}
_ENGLISH = {
    "KR": "the Republic of Korea",
    "US": "the United States",
    "GB": "the United Kingdom",
    "TR": "Türkiye",
}
_ARTICLE = {"AE": "the United Arab Emirates", "NL": "the Netherlands", "PH": "the Philippines"}
_ON = {"CU", "CY", "MT", "PH", "LK"}  # на Кубе, на Кипре ...
ZONES = tuple(
    """
    Asia/Almaty Asia/Bishkek Asia/Dushanbe Asia/Ashgabat Asia/Baku Asia/Tbilisi Asia/Yerevan Asia/Kabul
    Asia/Tehran Asia/Baghdad Asia/Damascus Asia/Beirut Asia/Amman Asia/Dubai Asia/Karachi Asia/Dhaka
    Asia/Bangkok Asia/Jakarta Asia/Manila Asia/Seoul Asia/Tokyo Asia/Shanghai Asia/Kuala_Lumpur Europe/London
    Europe/Paris Europe/Berlin Europe/Rome Europe/Madrid Europe/Lisbon Europe/Vienna Europe/Brussels
    Europe/Prague Europe/Warsaw Europe/Budapest Europe/Bucharest Europe/Sofia Europe/Helsinki Europe/Stockholm
    Europe/Oslo Europe/Copenhagen Europe/Dublin Europe/Riga Europe/Tallinn Europe/Vilnius Europe/Minsk
    Europe/Moscow Europe/Istanbul Europe/Zurich Europe/Belgrade Africa/Cairo Africa/Nairobi Africa/Casablanca
    America/New_York America/Toronto America/Los_Angeles Asia/Hong_Kong Australia/Sydney Asia/Colombo
    Asia/Ulaanbaatar Europe/Amsterdam America/Lima
    """.split()  # noqa: SIM905 - words are read more easily as words
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name in three languages.

    Attributes:
        uz, ru, en: nominative; `en` has its article where it takes one.
        inflected: how many leading Russian words change; None: adjectives and the noun after them.
        on: Russian `на` and `с` instead of `в` and `из`.
        animate: a person or an office.
    """

    uz: str
    ru: str
    en: str
    inflected: int | None = None
    on: bool = False
    animate: bool = False

    def form(self, language: Language, name: str) -> str:
        """The name in a form of its language: see `uzbek.case`, `_russian_form`, `_english_form`."""
        if language == "uz":
            return uzbek.case(self.uz, name)
        return self._russian_form(name) if language == "ru" else self._english_form(name)

    def _case(self, name: str) -> str:
        if self.inflected == 0:
            return self.ru
        return russian.phrase(self.ru, name, self.inflected, self.animate)

    def _russian_form(self, name: str) -> str:
        """nom gen dat acc ins loc; in, to, from (place with its preposition); with (с, со)."""
        special: dict[str, Callable[[], str]] = {
            "in": lambda: f"на {self._case('loc')}" if self.on else russian.into(self._case("loc"), "loc"),
            "to": lambda: f"на {self._case('acc')}" if self.on else russian.into(self._case("acc"), "acc"),
            "from": lambda: f"с {self._case('gen')}" if self.on else f"из {self._case('gen')}",
            "with": lambda: russian.together_with(self._case("ins")),
        }
        return special[name]() if name in special else self._case(name)

    def _english_form(self, name: str) -> str:
        """nom; s (possessive); bare (without the article); the (with it)."""
        if name == "s":
            return english.possessive(self.en)
        if name == "the":
            return f"the {self.en.removeprefix('the ')}"
        return self.en.removeprefix("the ") if name == "bare" else self.en


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person."""

    uz: str
    first: str
    last: str
    en: str
    female: bool

    def form(self, language: Language, name: str) -> str:
        """Cases; `a/b` picks by gender: masculine before the slash."""
        if "/" in name:
            masculine, _, feminine = name.partition("/")
            return feminine if self.female else masculine
        if language == "uz":
            return uzbek.case(self.uz, name)
        if language == "ru":
            return russian.person(self.first, self.last, name, self.female)
        return english.possessive(self.en) if name == "s" else self.en


@cache
def countries() -> tuple[Name, ...]:
    """Countries but Uzbekistan, named as CLDR names them, with the exceptions above."""
    locales = {name: Locale.parse(name) for name in ("uz", "ru", "en")}
    return tuple(
        Name(
            _UZBEK.get(code, _plain(locales["uz"].territories[code])),
            _RUSSIAN.get(code, locales["ru"].territories[code]),
            {**_ENGLISH, **_ARTICLE}.get(code, locales["en"].territories[code]),
            0 if code in ("US", "AE") else 1 if code == "KR" else None,
            code in _ON,
        )
        for code in COUNTRIES
    )


@cache
def cities() -> tuple[Name, ...]:
    """World cities: the exemplar cities of CLDR's time zones; Uzbek falls back to the zone's own spelling."""
    uz, ru = Locale.parse("uz"), Locale.parse("ru")
    found = []
    for zone in ZONES:
        own = zone.rpartition("/")[2].replace("_", " ")
        found.append(
            Name(_plain(uz.time_zones.get(zone, {}).get("city", own)), ru.time_zones[zone]["city"], own)
        )
    return tuple(found)


@cache
def listed(kind: str) -> tuple[Name, ...]:
    """Names of one kind of `entities.tsv`; bodies and regions take the English article."""
    found = []
    for cells in _rows(HERE / "entities.tsv"):
        if cells[0] != kind:
            continue
        ru, _, count = cells[2].partition("|")
        en = f"the {cells[3]}" if kind in "MO" or (kind == "V") else cells[3]
        found.append(Name(cells[1], ru, en, int(count) if count else None, animate=kind == "W"))
    return tuple(found)


@cache
def people() -> tuple[Person, ...]:
    """Every given name with every surname."""
    rows = [[*cells, ""][:4] for cells in _rows(HERE / "names.tsv")]
    surnames = [row for row in rows if row[0] == "s"]
    return tuple(
        Person(
            f"{first[1]} {last[1]}{'a' if first[0] == 'f' else ''}",
            first[2],
            last[2] + ("а" if first[0] == "f" else ""),
            f"{first[3] or _bare(first[1])} {(last[3] or _bare(last[1]))}{'a' if first[0] == 'f' else ''}",
            first[0] == "f",
        )
        for first in rows
        if first[0] in "mf"
        for last in surnames
    )


def _rows(path: Path) -> list[list[str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def _plain(text: str) -> str:
    return text.replace("\u02bb", "'").replace("\u2018", "'").replace("\u02bc", "'").replace("\u2019", "'")


def _bare(text: str) -> str:
    return text.replace("'", "")
