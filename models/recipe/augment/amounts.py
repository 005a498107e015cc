"""Numbers, dates, sums, codes and addresses: values that are written by rule in each language."""

from __future__ import annotations

import random
from dataclasses import dataclass

from recipe.augment import english, russian, uzbek
from recipe.corpus import Language

MONTHS = {
    "uz": [
        "yanvar",
        "fevral",
        "mart",
        "aprel",
        "may",
        "iyun",
        "iyul",
        "avgust",
        "sentabr",
        "oktabr",
        "noyabr",
        "dekabr",
    ],
    "ru": [
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}
_SCALE = {
    "uz": ("ming", "million", "milliard"),
    "ru": ("тысяча", "миллион", "миллиард"),
    "en": ("thousand", "million", "billion"),
}
_MONEY = {
    "so'm": ("сум", "soum"),
    "dollar": ("доллар", "dollar"),
    "yevro": ("евро", "euro"),
}


@dataclass(frozen=True, slots=True)
class Count:
    """A whole number; the form is the noun that it counts."""

    value: int

    def form(self, language: Language, name: str) -> str:
        """`nom`: digits; `words`, `ordinal` (Uzbek); any other form is the noun, put into its number."""
        digits = grouped(self.value, language)
        if name == "nom":
            return digits
        if name == "th":
            return english.ordinal(self.value) if language == "en" else f"{digits}-"
        if language == "uz":
            return f"{digits} {name}"
        counted = russian.counted if language == "ru" else english.counted
        return f"{digits} {counted(name, self.value)}"


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount of money: `number` (one decimal at most) of thousands, millions or billions of a currency."""

    number: float
    scale: int
    currency: str

    def form(self, language: Language, name: str) -> str:
        """`nom`; in Russian `gen` as well: достиг 2 миллионов."""
        ru, en = _MONEY[self.currency]
        digits = decimal(self.number, language)
        whole = self.number == int(self.number)
        if language == "uz":
            return f"{digits} {_SCALE['uz'][self.scale]} {self.currency}"
        if language == "en":
            return f"{digits} {_SCALE['en'][self.scale]} {english.plural(en)}"
        # A fraction governs the genitive singular; after a scale word the currency is in the genitive plural.
        number = 5 if name == "gen" else int(self.number)
        scale = (
            russian.counted(_SCALE["ru"][self.scale], number)
            if whole
            else russian.phrase(_SCALE["ru"][self.scale], "gen")
        )
        return f"{digits} {scale} {russian.counted(ru, 5) if ru != 'евро' else ru}"


@dataclass(frozen=True, slots=True)
class Percent:
    """A percentage with one decimal at most."""

    number: float

    def form(self, language: Language, name: str) -> str:
        """`nom`: with the word; `sign`: with %; any Uzbek case; the Russian genitive `gen`."""
        digits = decimal(self.number, language)
        if name == "sign":
            return f"{digits}%"
        if language == "uz":
            return f"{digits} {uzbek.case('foiz', name)}"
        if language == "en":
            return f"{digits} per cent"
        whole = self.number == int(self.number)
        number = 5 if name == "gen" else int(self.number)
        return f"{digits} {russian.counted('процент', number) if whole else 'процента'}"


@dataclass(frozen=True, slots=True)
class Date:
    """A day."""

    year: int
    month: int
    day: int

    def form(self, language: Language, name: str) -> str:
        """nom (2026-yil 5-mart), loc (on it), day (without year), dayloc, digits; Uzbek abl, gacha, dagi."""
        month = MONTHS[language][self.month - 1]
        if name == "digits":
            return f"{self.day:02d}.{self.month:02d}.{self.year}"
        short = name.startswith("day")
        if language == "uz":
            case = {"day": "nom", "dayloc": "loc"}.get(name, name)
            year = "" if short else f"{self.year}-yil "
            return f"{year}{self.day}-{uzbek.case(month, case)}"
        if language == "ru":
            return f"{self.day} {month}" + ("" if short else f" {self.year} года")
        return f"{self.day} {month}" + ("" if short else f" {self.year}")


@dataclass(frozen=True, slots=True)
class Verbatim:
    """Text that is the same in every language: years, codes, addresses, times, company names."""

    text: str

    def form(self, language: Language, name: str) -> str:
        """The text itself, whatever the form."""
        del language, name
        return self.text


@dataclass(frozen=True, slots=True)
class Spelled:
    """A name that is spelled differently in each language and never inflected."""

    uz: str
    ru: str
    en: str

    def form(self, language: Language, name: str) -> str:
        """The spelling of the language."""
        del name
        return {"uz": self.uz, "ru": self.ru, "en": self.en}[language]


def grouped(value: int, language: Language) -> str:
    """1500 → `1 500` (uz, ru), `1,500` (en)."""
    return f"{value:,}" if language == "en" else f"{value:,}".replace(",", " ")


def decimal(number: float, language: Language) -> str:
    """2.5 → `2,5` (uz, ru), `2.5` (en); whole numbers without decimals."""
    if number == int(number):
        return grouped(int(number), language)
    text = f"{number:.1f}"
    return text if language == "en" else text.replace(".", ",")


def draw_count(rng: random.Random) -> Count:
    """Two to a few hundred thousand; never ending in a lone 1, whose Russian verb and adjective would be singular."""
    while True:
        value = rng.choice(
            (rng.randint(2, 40), rng.randint(41, 999), rng.randint(1, 99) * 100, rng.randint(1000, 250000))
        )
        if value % 10 != 1 or value % 100 == 11:
            return Count(value)


def draw_small(rng: random.Random) -> Count:
    """Two to thirty, under the same rule."""
    return Count(rng.choice([n for n in range(2, 31) if n != 21]))


def draw_sum(rng: random.Random) -> Sum:
    """A likely amount in one of three currencies."""
    currency = rng.choice(("so'm", "so'm", "dollar", "dollar", "yevro"))
    scale = rng.choice((1, 1, 2)) if currency != "so'm" else rng.choice((1, 2, 2))
    number = rng.choice((rng.randint(2, 950), rng.randint(11, 399) / 10))
    return Sum(number if int(number) % 10 != 1 or number % 100 == 11 else number + 1, scale, currency)


def draw_percent(rng: random.Random) -> Percent:
    """Half of them with a decimal."""
    number = rng.choice((rng.randint(2, 95), rng.randint(11, 480) / 10))
    return Percent(number)


def draw_date(rng: random.Random) -> Date:
    """A day of these years."""
    return Date(rng.randint(2019, 2031), rng.randint(1, 12), rng.randint(1, 28))


def draw_code(rng: random.Random) -> Verbatim:
    """A document number of a series that every language writes in Latin letters."""
    return Verbatim(f"{rng.choice(('AB', 'UZ', 'ISO', 'KK', 'TM', 'MX', 'ID'))}-{rng.randint(11, 99999)}")


def draw_url(rng: random.Random) -> Verbatim:
    """An invented address under the reserved domain."""
    page = rng.choice(("", "/news", "/uz/press", f"/doc/{rng.randint(100, 9999)}", "/forms/apply"))
    return Verbatim(f"https://{rng.choice(('mfa', 'gov', 'stat', 'tender', 'my', 'press'))}.example{page}")


def draw_mail(rng: random.Random) -> Verbatim:
    """An invented mail address under the reserved domain."""
    name = rng.choice(("info", "press", "murojaat", "contact", "office"))
    host = rng.choice(("mail", "agency", "post"))
    return Verbatim(f"{name}{rng.choice(('', '1', '.uz'))}@{host}.example")


def draw_phone(rng: random.Random) -> Verbatim:
    """An invented telephone number."""
    return Verbatim(
        f"+998 {rng.randint(55, 99)} {rng.randint(200, 999)}-{rng.randint(10, 99)}-{rng.randint(10, 99)}"
    )


def draw_time(rng: random.Random) -> Verbatim:
    """A full or half hour."""
    return Verbatim(f"{rng.randint(8, 20):02d}:{rng.choice(('00', '30', '15', '45'))}")


_SYLLABLES = (
    ("zar", "зар", "zar"),
    ("nur", "нур", "nur"),
    ("mar", "мар", "mar"),
    ("dil", "дил", "dil"),
    ("bek", "бек", "bek"),
    ("tex", "тех", "tex"),
    ("agro", "агро", "agro"),
    ("stan", "стан", "stan"),
    ("oltin", "олтин", "oltin"),
    ("silk", "силк", "silk"),
    ("bu", "бу", "bu"),
    ("ro", "ро", "ro"),
    ("lan", "лан", "lan"),
    ("kor", "кор", "kor"),
    ("vel", "вел", "vel"),
    ("san", "сан", "san"),
    ("met", "мет", "met"),
    ("inter", "интер", "inter"),
    ("trans", "транс", "trans"),
)


def draw_company(rng: random.Random) -> Spelled:
    """An invented company name of two or three syllables, transliterated."""
    parts = [rng.choice(_SYLLABLES) for _ in range(rng.choice((2, 2, 3)))]
    uz, ru, en = ("".join(part[i] for part in parts).capitalize() for i in range(3))
    return Spelled(uz, ru, en)
