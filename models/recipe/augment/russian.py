"""Russian inflection: pymorphy3 for common words, own rules for what it gets wrong."""

from __future__ import annotations

from functools import cache
from typing import Any

import pymorphy3  # type: ignore[import-untyped]

CASES = {"nom": "nomn", "gen": "gent", "dat": "datv", "acc": "accs", "ins": "ablt", "loc": "loct"}
_ORDER = ("nom", "gen", "dat", "acc", "ins", "loc")
# pymorphy3 does not know these words of Uzbek administration, or inflects them wrongly.
_OWN: dict[str, tuple[str, ...]] = {
    "сум": ("сум", "сума", "суму", "сум", "сумом", "суме"),
    "хокимият": ("хокимият", "хокимията", "хокимияту", "хокимият", "хокимиятом", "хокимияте"),
    "хоким": ("хоким", "хокима", "хокиму", "хокима", "хокимом", "хокиме"),
    "махалля": ("махалля", "махалли", "махалле", "махаллю", "махаллёй", "махалле"),
    "сенат": ("сенат", "сената", "сенату", "сенат", "сенатом", "сенате"),
}
_OWN_COUNTED: dict[str, tuple[str, str, str]] = {
    "сум": ("сум", "сума", "сумов"),
    "хокимият": ("хокимият", "хокимията", "хокимиятов"),
    "человек": ("человек", "человека", "человек"),
    "год": ("год", "года", "лет"),
}


@cache
def _analyzer() -> Any:
    return pymorphy3.MorphAnalyzer()


def word(text: str, case: str, plural: bool = False, animate: bool = False) -> str:
    """One word (noun or adjective, nominative singular or plurale tantum) in a case, capitals kept."""
    if case == "nom":
        return text
    if text.lower() in _OWN and not plural:
        return _like(text, _OWN[text.lower()][_ORDER.index(case)])
    parse = _nominative(text, plural)
    if parse is None:
        return text
    wanted = {CASES[case]}
    if case == "acc" and "ADJF" in parse.tag and ("masc" in parse.tag or "plur" in parse.tag):
        wanted.add("anim" if animate else "inan")
    found = parse.inflect(wanted)
    if found is None and len(wanted) > 1:
        found = parse.inflect({CASES[case]})
    return _like(text, found.word) if found is not None else text


def phrase(text: str, case: str, inflected: int | None = None, animate: bool = False) -> str:
    """A noun phrase: its first `inflected` words change (by default the adjectives and the noun after them)."""
    words = text.split(" ")
    if inflected is None:
        inflected = 1 + next((i for i, w in enumerate(words) if not _is_adjective(w)), len(words) - 1)
    plural = _is_plural(words[inflected - 1])
    changed = [w if w in ("и",) else word(w, case, plural, animate) for w in words[:inflected]]
    return " ".join([*changed, *words[inflected:]])


def counted(noun: str, number: int) -> str:
    """The noun as it stands after a number: 21 школа, 3 школы, 5 школ."""
    form = 2 if number % 100 in range(11, 15) else {1: 0, 2: 1, 3: 1, 4: 1}.get(number % 10, 2)
    if noun in _OWN_COUNTED:
        return _OWN_COUNTED[noun][form]
    words = noun.split(" ")
    if len(words) > 1:
        return (
            " ".join(_counted_adjective(w, form, words[-1]) for w in words[:-1])
            + f" {counted(words[-1], number)}"
        )
    parse = _nominative(noun, plural=False)
    if parse is None:
        raise ValueError(f"no noun {noun!r} in the dictionary")
    return str(parse.make_agree_with_number(number).word)


def _counted_adjective(text: str, form: int, noun: str) -> str:
    parse = _nominative(text, plural=False)
    if parse is None or form == 0:
        return text
    head = _nominative(noun, plural=False)
    feminine = head is not None and "femn" in head.tag
    grammemes = {"plur", "nomn"} if form == 1 and feminine else {"plur", "gent"}
    return str(parse.inflect(grammemes).word)


def person(first: str, last: str, case: str, female: bool) -> str:
    """Given name and surname in -ов, -ев, -ин: by rule, since dictionaries know few Uzbek names."""
    return f"{_given(first, case, female)} {_surname(last, case, female)}"


def _given(name: str, case: str, female: bool) -> str:
    if case == "nom":
        return name
    if name[-1] in "ая":
        soft = name[-1] == "я"
        stem = name[:-1]
        endings = {
            "gen": "и" if soft or stem[-1] in "гкхжшчщ" else "ы",
            "dat": "е",
            "acc": "ю" if soft else "у",
        }
        endings |= {"ins": "ей" if soft or stem[-1] in "жшчщц" else "ой", "loc": "е"}
        if stem.endswith("и"):
            endings |= {"dat": "и", "loc": "и"}
        return stem + endings[case]
    if female or name[-1] in "оеуиыэю":
        return name
    if name[-1] in "йь":
        soft_endings = {"gen": "я", "dat": "ю", "acc": "я", "ins": "ем", "loc": "е"}
        return name[:-1] + soft_endings[case]
    hard = {"gen": "а", "dat": "у", "acc": "а", "ins": "ем" if name[-1] in "жшчщц" else "ом", "loc": "е"}
    return name + hard[case]


def _surname(name: str, case: str, female: bool) -> str:
    if case == "nom":
        return name
    if female:
        return name[:-1] + ("у" if case == "acc" else "ой")
    return name + {"gen": "а", "dat": "у", "acc": "а", "ins": "ым", "loc": "е"}[case]


def into(place: str, case: str) -> str:
    """`в` or `во` before a place, which is given in its case: во Франции, во Вьетнам."""
    hard = place[0] in "ВФ" and place[1].lower() in "бвгджзклмнпрстфхцчшщ"
    return f"{'во' if hard else 'в'} {place}" if case else place


def together_with(name: str) -> str:
    """`с` or `со`: со Швецией, со Словакией, but с Сербией, с США."""
    hard = name[0] in "СЗШЖ" and name[1] in "бвгджзклмнпрстфхцчшщ"
    return f"{'со' if hard else 'с'} {name}"


def _nominative(text: str, plural: bool) -> Any:
    parses = [
        p
        for p in _analyzer().parse(text)
        if {"nomn"} <= set(p.tag.grammemes) and p.tag.POS in ("NOUN", "ADJF", "PRTF")
    ]
    wanted = [p for p in parses if ("plur" in p.tag) == plural] or parses
    names = [p for p in wanted if "Geox" in p.tag] if text[:1].isupper() else []
    plain = [p for p in wanted if not {"Surn", "Name", "Patr", "Orgn"} & set(p.tag.grammemes)]
    chosen = names or plain or wanted
    return chosen[0] if chosen else None


def _is_adjective(text: str) -> bool:
    return text == "и" or (
        text.lower().endswith(("ый", "ий", "ой", "ая", "яя", "ое", "ее", "ые", "ие"))
        and len(text) > 4
        and not text.lower().endswith(("ание", "ение", "ствие", "тие", "ция", "рий", "лий", "ние"))
    )


def _is_plural(text: str) -> bool:
    parses = [p for p in _analyzer().parse(text) if "nomn" in p.tag]
    return bool(parses) and all("plur" in p.tag for p in parses)


def _like(model: str, text: str) -> str:
    if model.isupper():
        return text.upper()
    parts = model.split("-")
    if model[:1].isupper():
        shaped = text.split("-")
        return (
            "-".join(
                t[:1].upper() + t[1:] if m[:1].isupper() else t for m, t in zip(parts, shaped, strict=False)
            )
            if len(parts) == len(shaped)
            else text[:1].upper() + text[1:]
        )
    return text
