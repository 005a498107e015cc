"""The letters of Uzbek's three alphabets and how each is written in today's Latin."""

from __future__ import annotations

# Every character that is typed for the Uzbek letter mark (o' g') and for the tutuq belgisi.
APOSTROPHES = "'\u2018\u2019\u02bb\u02bc`\u00b4\u02b9\u2032\uff07\u201b\u02bd\u02c8"
# Modifier letters are letters by definition: they never close a quotation.
MODIFIER_APOSTROPHES = frozenset("\u02bb\u02bc\u02b9\u02bd\u02c8")
# Hyphenation hints and zero-width characters that word processors leave between letters.
INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"

# Cyrillic letters with one fixed answer. е ц ъ ь щ and the pair сҳ depend on their neighbours.
CYRILLIC_FIXED = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "ё": "yo", "ж": "j", "з": "z", "и": "i", "й": "y",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
    "ф": "f", "х": "x", "ч": "ch", "ш": "sh", "ы": "i", "э": "e", "ю": "yu", "я": "ya", "ў": "o'", "қ": "q",
    "ғ": "g'", "ҳ": "h",
    # Stand-ins: fonts and keyboards of neighbours (Tajik ӯ, Macedonian ќ ѓ and Serbian ћ of 8-bit fonts).
    "ӯ": "o'", "ӣ": "i", "ҷ": "j", "ќ": "q", "ѓ": "g'", "ћ": "h", "һ": "h", "ҝ": "q",
    # Letters of other languages, met in names.
    "і": "i", "ї": "yi", "є": "ye", "ґ": "g", "ң": "ng", "ү": "u", "ұ": "u", "ө": "o'", "ә": "a", "җ": "j",
}  # fmt: skip
CYRILLIC_POSITIONAL = "ецъьщ"
CYRILLIC_LOWER = frozenset("".join(CYRILLIC_FIXED) + CYRILLIC_POSITIONAL)
CYRILLIC_VOWELS = frozenset("аеёиоуўэюяыіїєүұөәӯӣ")
IOTATED = frozenset("еёюя")

# One-letter spellings: the new alphabet, the drafts of 1993-2023 and look-alikes from other keyboards.
NEW_LATIN = {
    "ş": "sh", "ș": "sh", "ç": "ch", "ö": "o'", "ğ": "g'",
    "õ": "o'", "ŏ": "o'", "ō": "o'", "ǧ": "g'", "ģ": "g'", "ň": "ng",
}  # fmt: skip
NEW_LATIN_CORE = frozenset("şçöğ")

# Letters that look the same. Case matters: Н is H, but н is no h.
LATIN_TO_CYRILLIC_LOOK = dict(zip("ABCEHKMOPTXYaceopxykËë", "АВСЕНКМОРТХУасеорхукЁё", strict=True))
CYRILLIC_TO_LATIN_LOOK = {c: latin for latin, c in LATIN_TO_CYRILLIC_LOOK.items() if latin not in "Ëë"} | {
    "і": "i",
    "І": "I",
}

# Latin to Cyrillic, longest first; e, ye, ts and the apostrophe depend on their neighbours.
LATIN_TO_CYRILLIC = {
    "s'h": "сҳ", "yo'": "йў", "sh": "ш", "ch": "ч", "o'": "ў", "g'": "ғ", "yo": "ё", "yu": "ю", "ya": "я",
    "a": "а", "b": "б", "d": "д", "f": "ф", "g": "г", "h": "ҳ", "i": "и", "j": "ж", "k": "к", "l": "л",
    "m": "м", "n": "н", "o": "о", "p": "п", "q": "қ", "r": "р", "s": "с", "t": "т", "u": "у", "v": "в",
    "x": "х", "y": "й", "z": "з",
}  # fmt: skip
LATIN_VOWELS = frozenset("aeiou")
