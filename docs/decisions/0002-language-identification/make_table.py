"""Make `language_table.xz` anew from the sources that 0002-language-identification.md lists.

    pip install Babel Django djangorestframework django-allauth WTForms django-filter humanize
    python docs/decisions/0002-language-identification/make_table.py ROWS_FOLDER OUTPUT

ROWS_FOLDER holds the project's own press texts: TSV rows of kind, Uzbek, Russian, English. Every fourth file, by
name, is left out, so that it can be measured on.
"""

from __future__ import annotations

import gettext
import importlib.util
import re
import sys
from collections import defaultdict
from pathlib import Path

from babel import Locale, UnknownLocaleError

from tarjimon.text.language_table import pack
from tarjimon.text.language_training import train
from tarjimon.text.orthography import Alphabet, fold, render

PACKAGES = ("django", "rest_framework", "allauth", "wtforms", "django_filters", "humanize")
LATIN = re.findall(r"\w+", "az tk tr de fr es it pt pl nl id ro cs hu fi sv da et lv lt sq hr vi")
CYRILLIC = ["kk", "ky", "tg", "tt", "uk", "be", "bg", "mn", "sr", "mk"]
SEED_WEIGHT = 8  # a hand-written sentence counts this often: it is prose, catalogues are labels
PLACEHOLDERS = re.compile(r"%\([a-z_]+\)[sd]|%[sd]|\{[^}]*\}|<[^>]+>|https?:\S+|[A-Z_]{3,}")
KARAKALPAK_PAIRS = (("sh", "ш"), ("ch", "ч"), ("ya", "я"), ("yu", "ю"))
KARAKALPAK_LETTERS = str.maketrans("aábvgǵdejziıyklmnńoóprstuúfxhcwq", "аәбвгғдежзиыйклмнңоөпрстуүфхҳцўқ")


def catalogue(locale: str) -> list[str]:
    """Translated messages of the packages in `locale`."""
    messages: set[str] = set()
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)
        assert spec is not None, f"{package} is not installed"
        assert spec.origin is not None
        for path in Path(spec.origin).parent.rglob(f"{locale}/LC_MESSAGES/*.mo"):
            with path.open("rb") as file:
                pairs = gettext.GNUTranslations(file)._catalog.items()  # type: ignore[attr-defined]
            for key, value in pairs:
                source = key if isinstance(key, str) else key[0]
                if source and value and value != source:
                    messages.add(PLACEHOLDERS.sub("", value).strip())
    return sorted(messages)


def names(locale: str) -> list[str]:
    """Names of languages, territories, currencies, months and days in `locale` (Unicode CLDR)."""
    try:
        data = Locale.parse(locale)
    except UnknownLocaleError:
        return []
    groups = (data.languages, data.territories, data.currencies)
    found = {str(name) for group in groups for name in group.values()}
    found |= set(data.months["format"]["wide"].values()) | set(data.days["format"]["wide"].values())
    return sorted(found)


def cyrillic_karakalpak(text: str) -> str:
    """Karakalpak Latin in Cyrillic; case does not matter here."""
    text = text.lower()
    for latin, cyrillic in KARAKALPAK_PAIRS:
        text = text.replace(latin, cyrillic)
    return text.translate(KARAKALPAK_LETTERS)


def main(rows: Path, output: Path) -> None:
    """Read the sources, train both tables and write them."""
    own: dict[str, list[str]] = defaultdict(list)
    for number, path in enumerate(sorted(rows.glob("*.tsv"))):
        if number % 4 == 0:
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            columns = line.split("\t")
            if len(columns) >= 4 and columns[0] in "TBS":
                for language, text in zip(("uz", "ru", "en"), columns[1:4], strict=True):
                    own[language].append(text)
    seeds: dict[str, list[str]] = defaultdict(list)
    seed_file = Path(__file__).with_name("seed.tsv")
    for line in seed_file.read_text(encoding="utf-8").splitlines():
        language, _, sentence = line.partition("\t")
        seeds[language] += [sentence] * (1 if language == "kaa" else SEED_WEIGHT)
    uzbek = [fold(text) for text in own["uz"] + seeds["uz"]]
    latin = {
        "uz": uzbek,
        "uz-new": [render(text, Alphabet.NEW_LATIN) for text in uzbek],
        "en": own["en"] + seeds["en"],
        "kaa": seeds["kaa"],
    }
    latin |= {name: catalogue(name) + names(name) + seeds[name] for name in LATIN}
    cyrillic = {
        "uz": [render(text, Alphabet.CYRILLIC) for text in uzbek],
        "ru": own["ru"] + catalogue("ru") + seeds["ru"],
        "kaa": [cyrillic_karakalpak(text) for text in seeds["kaa"]],
    }
    cyrillic |= {name: catalogue(name) + names(name) + seeds[name] for name in CYRILLIC}
    tables = {
        script: train(texts, keep=16_000, smoothing=1500.0, share=0.03)
        for script, texts in (("Latn", latin), ("Cyrl", cyrillic))
    }
    output.write_bytes(pack(tables))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
