"""Whether a translation is all there and in its language: empty, too short, cut off, or left untranslated."""

import re
from dataclasses import replace
from itertools import pairwise

from tarjimon.text.fidelity_issue import Issue, IssueKind, Severity
from tarjimon.text.protection import find_spans, is_translatable

# Target letters and digits per source letter or digit: (below this source size, least, most). Measured on 8,046
# rows of human-aligned press releases and prose per direction; no row of them lies outside, save the shortest.
_BANDS: dict[tuple[str, str], tuple[tuple[float, float, float], ...]] = {
    ("uz", "ru"): ((20, 0.3, 3.0), (40, 0.42, 2.1), (80, 0.48, 1.65), (160, 0.51, 1.42), (1e9, 0.58, 1.3)),
    ("uz", "en"): ((20, 0.3, 3.0), (40, 0.45, 2.2), (80, 0.45, 1.7), (160, 0.5, 1.45), (1e9, 0.54, 1.3)),
}
_OTHER_BAND = ((20, 0.3, 3.2), (40, 0.4, 2.5), (80, 0.45, 2.0), (160, 0.5, 1.75), (1e9, 0.55, 1.6))
_CAUTION = 1.15  # this much inside a band's edge is worth a look

_CYRILLIC = re.compile(r"[\u0400-\u052f]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_TOKEN = re.compile(r"[^\W\d_]+(?:['`´‘’ʻʼ][^\W\d_]+)*")
_UZBEK_LETTERS = re.compile(r"[ўқғҳ]|[og]['`´‘’ʻʼ](?!(?:s|d|t|m|ll|re|ve|clock)\b)[a-z]", re.I)
_UZBEK_SHAPE = re.compile(
    r"q(?!u)|\Ax|(?:(?<!dol)lar|lari|larni|larda|lardan|larga|larning|ning|dan|dagi|gacha|lik|moqda|moq|ishi|ish|lash|gan|"
    r"adi|iladi|ydi|iy|siz|chi|dosh|li|ini|ida)\Z"
)
# Latin words that Uzbek and English write alike.
_SHARED_WORDS = """
agent antenna asteroid atlas audit bank bar barrel billion blok bonus broker budget byudjet charter chip delta
diplomat director dollar dollars donor doping drama dron dual editor elevator energy export federal film final
format formula forum free gender generator gram grant halal import index indikator industrial internet
investor kilogram laser leader license lift limit line lira litr local logo mahalla maktab manager mandate
maqom material maximum medal media memorandum memorial metro million mineral minimum minus model monitor
monitoring moral motor museum normal notarial opera operator order panel park partner patent perinatal permit
personal plan plastic platform plus poet popular port portal post premier president press printer problem
professional professor profile project protocol radar radio real region regulation rektor resident respirator
robot rubl rubla safari sector sektor seminar senator server signal smart soda som soum special sport sports
stadium standard start status sterling stress style super tanker tariff tender tenor terminal test text theme
ton tonna total tractor transport tribunal trillion tunnel turist union video virtual virus visa vote yuan
zone
"""
_SHARED = frozenset(_SHARED_WORDS.split())
_END = re.compile(r"[.!?…:;][\"'»”’)\]*_]*\s*\Z")
_WEAK_END = re.compile(
    r"(?:[(«“–—-]|(?<![^\W_])(?:в|во|на|с|к|о|по|из|для|от|при|of|to|in|for|with|by|bilan))\s*\Z"
    r"|(?<![^\W_])(?:и|а|но|или|что|and|or|the|an|va|hamda)\s*[.…]?\s*\Z|.{40},\s*\Z",
    re.S,
)
_PAIRS = (("(", ")"), ("«", "»"), ("“", "”"), ("[", "]"))


def coverage_issues(
    source: str, target: str, source_language: str | None, target_language: str | None
) -> list[Issue]:
    """Empty, omitted, truncated and untranslated text."""
    if not target.strip() or (is_translatable(source) and not any(map(str.isalnum, target))):
        if not source.strip():
            return []
        return [
            Issue(
                IssueKind.EMPTY,
                Severity.ERROR,
                "The translation is empty.",
                (0, len(source)),
                (0, len(target)),
            )
        ]
    if not is_translatable(source):
        return []
    length = _length_issues(source, target, source_language, target_language)
    truncation = _truncation_issues(source, target)
    if length and truncation:  # short and without its full stop: each alone may be style, both are a loss
        length = [replace(issue, severity=Severity.ERROR) for issue in length]
    return [*length, *truncation, *_language_issues(source, target, source_language, target_language)]


def _length_issues(
    source: str, target: str, source_language: str | None, target_language: str | None
) -> list[Issue]:
    size, given = (sum(map(str.isalnum, text)) for text in (source, target))
    if not size:
        return []
    bands = _BANDS.get((source_language or "", target_language or ""), _OTHER_BAND)
    least, most = next((least, most) for below, least, most in bands if size < below)
    ratio = given / size
    if least * _CAUTION <= ratio <= most / _CAUTION:
        return []
    short = ratio < 1
    severity = Severity.WARNING if least <= ratio <= most else Severity.ERROR
    message = (
        f"The translation is much {'shorter' if short else 'longer'} than such a sentence usually gets"
        f" ({given} letters for {size}): something may be {'left out' if short else 'made up'}."
    )
    limits = f"{least:.2f} to {most:.2f}"
    return [
        Issue(
            IssueKind.OMISSION, severity, message, (0, len(source)), (0, len(target)), limits, f"{ratio:.2f}"
        )
    ]


def _truncation_issues(source: str, target: str) -> list[Issue]:
    last = (max(0, len(target.rstrip()) - 1), len(target))
    if _WEAK_END.search(target[-60:].lower()) and not _WEAK_END.search(source[-60:].lower()):
        return [
            Issue(IssueKind.TRUNCATED, Severity.ERROR, "The translation stops in mid-sentence.", None, last)
        ]
    if _END.search(source) and not _END.search(target):
        message = "The source ends with a full stop or the like, the translation does not."
        return [Issue(IssueKind.TRUNCATED, Severity.WARNING, message, None, last)]
    for opening, closing in _PAIRS:
        if source.count(opening) == source.count(closing) and target.count(opening) > target.count(closing):
            message = f"“{opening}” is opened in the translation and never closed."
            place = target.rfind(opening)
            return [Issue(IssueKind.TRUNCATED, Severity.WARNING, message, None, (place, place + 1), closing)]
    return []


def _language_issues(
    source: str, target: str, source_language: str | None, target_language: str | None
) -> list[Issue]:
    if source_language == target_language or target_language not in {"ru", "en", "uz"}:
        return []
    prose = _without_spans(target)
    cyrillic, latin = len(_CYRILLIC.findall(prose)), len(_LATIN.findall(prose))
    if _same_words(source, prose):
        return [_untranslated(Severity.ERROR, "The source came back unchanged.", (0, len(target)), target)]
    # One Latin brand name may fill a short Russian title; a Latin sentence may not.
    foreign = {"ru": latin, "en": cyrillic}.get(target_language, 0)
    if foreign > 0.5 * (cyrillic + latin) and foreign > 12:
        message = f"Most of the translation is not in the script of “{target_language}”."
        return [_untranslated(Severity.ERROR, message, (0, len(target)), "")]
    return _copied(source, prose, target_language)


def _without_spans(text: str) -> str:
    pieces, position = [], 0
    for span in find_spans(text):
        pieces += [text[position : span.start], " " * (span.end - span.start)]
        position = span.end
    return "".join([*pieces, text[position:]])


def _same_words(source: str, target: str) -> bool:
    words = _TOKEN.findall(source)
    return [word.lower() for word in words] == [word.lower() for word in _TOKEN.findall(target)] and any(
        word[0].islower() and len(word) > 3 for word in words
    )


def _copied(source: str, target: str, language: str) -> list[Issue]:
    """Lower-case source words, or lower-case words with Uzbek letters, that stand in the target."""
    if language == "uz":
        return []
    known = {word for word in _TOKEN.findall(source) if word[0].islower() and len(word) > 3}
    alien = _LATIN if language == "ru" else _CYRILLIC
    suspects = []
    for word in _TOKEN.finditer(target):
        if not word[0][0].islower() or len(word[0]) < 3:
            continue
        uzbek = _UZBEK_LETTERS.search(word[0]) is not None
        copied = word[0] in known
        if uzbek or _mixed(word[0]) or (copied and (alien.search(word[0]) or _UZBEK_SHAPE.search(word[0]))):
            suspects.append((word.span(), word[0], True))
        elif (copied and word[0] not in _SHARED) or (alien.search(word[0]) and len(word[0]) > 3):
            suspects.append((word.span(), word[0], False))
    sure = [suspect for suspect in suspects if suspect[2]]
    if not suspects:
        return []
    in_a_row = sum(
        (first[0][1] + 1 >= second[0][0] and target[first[0][1] : second[0][0]].isspace())
        for first, second in pairwise(suspects)
    )
    severity = Severity.ERROR if sure or in_a_row > 2 else Severity.WARNING
    span, word_text, _ = (sure or suspects)[0]
    listed = ", ".join(f"“{suspect[1]}”" for suspect in (sure or suspects)[:4])
    return [_untranslated(severity, f"Left in the source language: {listed}.", span, word_text)]


def _mixed(word: str) -> bool:
    return _CYRILLIC.search(word) is not None and _LATIN.search(word) is not None


def _untranslated(severity: Severity, message: str, span: tuple[int, int], found: str) -> Issue:
    return Issue(IssueKind.UNTRANSLATED, severity, message, None, span, "", found)
