"""What is known of each language without statistics: its letters, and how likely a release is to be in it."""

from __future__ import annotations

_LATIN = "abcdefghijklmnopqrstuvwxyz"
_RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"

# Letters a text in the language may have. A letter outside speaks against the language; languages that are
# not listed are judged by their n-grams alone.
LETTERS: dict[tuple[str, str], frozenset[str]] = {
    (script, language): frozenset(letters)
    for script, language, letters in (
        ("Latn", "uz", _LATIN + "şçöğõň"),
        ("Latn", "en", _LATIN),
        ("Latn", "id", _LATIN),
        ("Latn", "tr", _LATIN + "çğıöşüâîû"),
        ("Latn", "az", _LATIN + "çğıöşüə"),
        ("Latn", "tk", _LATIN + "çäžňöşüý"),
        ("Latn", "kaa", _LATIN + "áǵıńóú"),
        ("Latn", "it", _LATIN + "àèéìòù"),
        ("Latn", "nl", _LATIN + "éëïöü"),
        ("Cyrl", "uz", _RUSSIAN + "ўқғҳ"),
        ("Cyrl", "ru", _RUSSIAN),
        ("Cyrl", "kk", _RUSSIAN + "әғқңөұүһі"),
        ("Cyrl", "ky", _RUSSIAN + "ңөү"),
        ("Cyrl", "kaa", _RUSSIAN + "әғқңөүўҳ"),
        ("Cyrl", "tg", _RUSSIAN + "ғӣқӯҳҷ"),
        ("Cyrl", "tt", _RUSSIAN + "әөүҗңһ"),
        ("Cyrl", "mn", _RUSSIAN + "өү"),
        ("Cyrl", "uk", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"),
        ("Cyrl", "be", "абвгдеёжзійклмнопрстуўфхцчшыьэюя"),
        ("Cyrl", "bg", "абвгдежзийклмнопрстуфхцчшщъьюя"),
        ("Cyrl", "sr", "абвгдђежзијклљмнњопрстћуфхцчџш"),
        ("Cyrl", "mk", "абвгдѓежзѕијклљмнњопрстќуфхцчџш"),
    )
}
# Natural logarithms of odds: the service exists for Uzbek, Russian and English; Karakalpak has little text to
# learn from, so its table speaks louder than it knows.
LOG_ODDS = {"uz": 1.5, "ru": 1.5, "en": 1.5, "kaa": -3.0}
# A language is considered only when one of these letters is there: every Karakalpak sentence has one.
REQUIRED: dict[tuple[str, str], frozenset[str]] = {("Latn", "kaa"): frozenset("áǵńóúw")}
# Kazakh writes і or ұ about every tenth letter, Karakalpak never.
KAZAKH_ONLY = frozenset("іұһ")
KARAKALPAK_ONLY = frozenset("ўҳ")
KAZAKH_SHOWS_BY = 50  # letters
