"""Language and script of a text, or the honest answer that there is too little to tell.

Character n-grams (a naive Bayes table trained for this project) are weighed together with each language's
letters. docs/decisions/0002-language-identification.md has the measurements against py3langid and pycld2.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from importlib import resources

from tarjimon.text import language_evidence as evidence
from tarjimon.text import language_script as scripts
from tarjimon.text.language_table import Table, unpack
from tarjimon.text.orthography_alphabet import Alphabet, detect_alphabet

UNDETERMINED = "und"

_SAMPLE = 1_000  # characters: more changes no answer
_SURE = 0.7  # confidence below which the answer is "und"
_TEMPERATURE = 3.0  # n-grams overlap, so each letter is counted about this often too much
_FOREIGN_LETTER = 9.0  # nats against a language for each letter that it lacks, before the temperature
_FOREIGN_CAP = 120.0
_DAMPING = 3.0  # letters: with this few the confidence is halved
_PRIOR = 4.0  # nats for the language that the caller expects
_ADDRESS = re.compile(
    r"\b(?:https?|ftp)://\S+|\bwww\.\S+|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+|[@#]\w+"
)


@dataclass(frozen=True, slots=True)
class Identification:
    """What a text is written in.

    Attributes:
        language: BCP-47 code, or `und` when the text does not tell.
        script: ISO 15924 code; `Mixed` for two scripts of weight, `Zyyy` for a text without letters.
        alphabet: which of Uzbek's alphabets, for `uz` only.
        confidence: 0 to 1; below 0.7 the language is `und`.
    """

    language: str
    script: str
    alphabet: Alphabet | None
    confidence: float


class LanguageIdentifier:
    """Tells Uzbek (in three alphabets), Russian and English from each other and from some thirty neighbours.

    The table (0.2 MB) is read from the package on the first call; one instance serves any number of threads.
    """

    def __init__(self) -> None:
        self._tables: dict[str, Table] | None = None

    def identify(self, text: str, prior: str | None = None) -> Identification:
        """Identify the language and script of `text`.

        Only the first 1,000 characters are looked at; addresses, handles and numbers are not.

        Args:
            text: any text, from one word to a document. A word or two seldom suffice.
            prior: the language the caller expects, for example that of the document a title stands in. It
                decides what is otherwise undecided and never overrules what the text shows.
        """
        sample = _ADDRESS.sub(" ", text[:_SAMPLE])
        counts = scripts.letters_by_script(sample)
        script = scripts.script_of(counts)
        letters = counts.total()
        if letters < 2:
            return Identification(UNDETERMINED, script, None, 0.0)
        main, share = counts.most_common(1)[0][0], counts.most_common(1)[0][1] / letters
        language, confidence = self._spoken(sample, script if script == "Jpan" else main, prior)
        certain = language == prior or script in scripts.SOLE_LANGUAGE
        damping = 1.0 if certain else _DAMPING
        confidence *= letters / (letters + damping)
        if script == scripts.MIXED:
            second = self._spoken(sample, counts.most_common(2)[1][0], prior)[0]
            confidence *= 1.0 if second == language else share
        if confidence < _SURE:
            return Identification(UNDETERMINED, script, None, round(confidence, 4))
        alphabet = detect_alphabet(sample) if language == "uz" else None
        return Identification(language, script, alphabet, round(confidence, 4))

    def _spoken(self, sample: str, script: str, prior: str | None) -> tuple[str, float]:
        """The likeliest language of the part of `sample` in `script`, and its probability."""
        if script in scripts.SOLE_LANGUAGE:
            return scripts.SOLE_LANGUAGE[script], 0.95
        table = self._table(script)
        if table is None:
            return UNDETERMINED, 0.0
        scores, total = table.weigh(sample)
        if total == 0 or max(scores.values()) <= 0:
            return UNDETERMINED, 0.0
        letters = Counter(
            char for char in sample.lower() if char.isalpha() and (char < "\u0370") == (script == "Latn")
        )
        weights: dict[str, float] = {}
        for name, score in scores.items():
            language = name.partition("-")[0]
            required = evidence.REQUIRED.get((script, language))
            if required and required.isdisjoint(letters):
                continue
            nats = (score - _against(script, language, letters)) / _TEMPERATURE
            nats += evidence.LOG_ODDS.get(language, 0.0) + (_PRIOR if language == prior else 0.0)
            weights[name] = nats
        return _likeliest(_probabilities(weights), script, letters)

    def _table(self, script: str) -> Table | None:
        if self._tables is None:
            packed = resources.files("tarjimon.text").joinpath("language_table.xz").read_bytes()
            self._tables = unpack(packed)
        return self._tables.get(script)


def _against(script: str, language: str, letters: Counter[str]) -> float:
    """Nats that letters foreign to `language` speak against it."""
    own = evidence.LETTERS.get((script, language))
    if own is None:
        return 0.0
    foreign = sum(count for letter, count in letters.items() if letter not in own)
    return min(_FOREIGN_LETTER * foreign, _FOREIGN_CAP)


def _probabilities(nats: dict[str, float]) -> dict[str, float]:
    """Softmax, summed over the spellings of one language."""
    top = max(nats.values())
    odds = {name: math.exp(value - top) for name, value in nats.items()}
    total = sum(odds.values())
    result: dict[str, float] = {}
    for name, value in odds.items():
        language = name.partition("-")[0]
        result[language] = result.get(language, 0.0) + value / total
    return result


def _likeliest(chances: dict[str, float], script: str, letters: Counter[str]) -> tuple[str, float]:
    language = max(chances, key=chances.__getitem__)
    if script == "Cyrl" and language in ("kk", "kaa"):
        # N-grams hardly part the two; letters do.
        both = chances["kk"] + chances["kaa"]
        if any(letter in letters for letter in evidence.KAZAKH_ONLY):
            return "kk", both
        if any(letter in letters for letter in evidence.KARAKALPAK_ONLY):
            return "kaa", both
        return ("kaa" if letters.total() >= evidence.KAZAKH_SHOWS_BY else "kk"), both
    return language, chances[language]
