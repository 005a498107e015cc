"""The words of Uzbek, Russian and English that stand for numbers, scales and months."""

import re
from functools import cache

_AP = "['`´‘’ʻʼ]"

# Stem -> month; what may follow a stem is any run of letters (case endings), except in English.
_MONTH_STEMS = (
    ("yanvar", "январ", "january", "jan"),
    ("fevral", "феврал", "february", "feb"),
    ("mart", "март", "march", "mar"),
    ("aprel", "апрел", "april", "apr"),
    ("may", "май|мая|мае|маю|маем", "may", "may"),
    ("iyun", "июн", "june", "jun"),
    ("iyul", "июл", "july", "jul"),
    ("avgust", "август", "august", "aug"),
    ("sent(?:y)?abr", "сентяб", "september", "sept?"),
    ("okt(?:y)?abr", "октяб", "october", "oct"),
    ("noyabr", "нояб", "november", "nov"),
    ("dekabr", "декаб", "december", "dec"),
)
_SUFFIX = r"(?:[^\W\d_]|['`´‘’ʻʼ]){0,14}"
_UZ_MONTH = "(?:" + "|".join(f"{stems[0]}" for stems in _MONTH_STEMS) + rf"){_SUFFIX}"
_CYRILLIC_MONTH = "(?:" + "|".join(f"{stems[1]}" for stems in _MONTH_STEMS) + rf"){_SUFFIX}"
EN_MONTH = "(?:" + "|".join(f"{long}|{short}" for _, _, long, short in _MONTH_STEMS) + r")(?![^\W\d_])\.?"
MONTH = rf"(?:{EN_MONTH}|{_UZ_MONTH}|{_CYRILLIC_MONTH})"
_MONTH_NUMBER = tuple(
    re.compile("(?:" + "|".join((stems[2], stems[0], stems[1], stems[3])) + ")", re.I)
    for stems in _MONTH_STEMS
)


@cache
def month_number(word: str) -> int:
    """1 to 12 for a month's name in any case form; 0 when it is none."""
    return next((place for place, stem in enumerate(_MONTH_NUMBER, 1) if stem.match(word)), 0)


# Powers of ten; the abbreviations are whole words, the words take case endings.
SCALES: tuple[tuple[int, str], ...] = (
    (3, rf"ming(?!an\b){_SUFFIX}|минг{_SUFFIX}|тысяч{_SUFFIX}|тыс\b|thousands?\b"),
    (6, rf"mill?ion{_SUFFIX}|mln\b|mn\b|миллион{_SUFFIX}|млн\b"),
    (9, rf"mil[l]?iard{_SUFFIX}|mlrd\b|bn\b|bln\b|billions?\b|миллиард{_SUFFIX}|млрд\b"),
    (12, rf"tril+ion{_SUFFIX}|trln\b|tn\b|триллион{_SUFFIX}|трлн\b"),
)
PERCENT = rf"%|foiz{_SUFFIX}|фоиз{_SUFFIX}|процент{_SUFFIX}|percent\w{{0,6}}|per cent"

_UZ_END = (
    rf"(?:{_AP}?(?:i?nchi|ta|tacha|ala|ov|dan|da|ga|gacha|ning|ni|lik|lab|si|i|yillik|oylik|kunlik)"
    r"[a-z'’]{0,10})?"
)
_UZ_CYRILLIC_END = (
    "(?:(?:и?нчи|та|тача|ала|ов|дан|да|га|гача|нинг|ни|лик|лаб|си|и|йиллик|ойлик|кунлик)[а-яўқғҳё]{0,10})?"
)
_UZ = (
    f"1 bir|2 ikki|2 ikkov|3 uch|4 to{_AP}rt|5 besh|6 olti|7 yetti|8 sakkiz|9 to{_AP}qqiz"
    f"|10 o{_AP}n|20 yigirma|30 o{_AP}ttiz"
    f"|40 qirq|50 ellik|60 oltmish|70 yetmish|80 sakson|90 to{_AP}qson|100 yuz|0.5 yarim"
)
_UZ_CYRILLIC = (
    "1 бир|2 икки|3 уч|4 тўрт|5 беш|6 олти|7 етти|8 саккиз|9 тўққиз|10 ўн|20 йигирма|30 ўттиз"
    "|40 қирқ|50 эллик"
    "|60 олтмиш|70 етмиш|80 саксон|90 тўқсон|100 юз|0.5 ярим"
)
_RU_LETTERS = "[а-яё]{0,16}"
_RU = (
    "200 двести|200 двухсот|300 триста|300 тр[её]хсот|400 четыреста|400 четыр[её]хсот|500 пятьсот"
    "|500 пятисот|600 шестьсот"
    "|600 шестисот|700 семьсот|700 семисот|800 восемьсот|800 восьмисот|900 девятьсот|900 девятисот"
    "|11 одиннадцат|12 двенадцат|13 тринадцат|14 четырнадцат|15 пятнадцат|16 шестнадцат"
    "|17 семнадцат|18 восемнадцат"
    "|19 девятнадцат|20 двадцат|30 тридцат|40 сорока?|50 пятьдесят|50 пятидесят|60 шестьдесят"
    "|60 шестидесят|70 семьдесят"
    "|70 семидесят|80 восемьдесят|80 восьмидесят|90 девяност|100 столети|100 сотн|100 ст[оа]\\b|1.5 полтор"
    "|1 перв|1 один\\b|1 одн[аоуи]|1 единствен|2 дв[аеу]|2 втор|2 об[аеои][а-яё]{0,3}\\b|2 дважды"
    "|2 вдвое|2 пар[аыуе]\\b|3 тр[ие]"
    "|3 тр[её]|3 втрое|4 четыр|4 четв[её]р|5 пят(?!н[иоа])|6 шест|7 сем[ьиеё]|7 седьм|8 вос[её]?м"
    "|9 девят|10 десят|0.5 пол[уо]"
)
_EN = (
    "1 one|1 once|1 first|1 single|2 two|2 twice|2 second|2 secondly|2 both|2 double"
    "|2 doubled|2 pair|2 couple|3 three|3 third|3 thirds"
    "|3 triple|3 tripled|3 threefold|2 twofold|4 four|4 fourth|4 quarter|4 quarterly|5 five|5 fifth"
    "|6 six|6 sixth|7 seven|7 seventh|8 eight|8 eighth|9 nine|9 ninth|10 ten|10 tenth|10 decade"
    "|10 decades|11 eleven|11 eleventh|12 twelve|12 twelfth|12 dozen|13 thirteen|13 thirteenth"
    "|14 fourteen|14 fourteenth|15 fifteen"
    "|15 fifteenth|16 sixteen|16 sixteenth|17 seventeen|17 seventeenth|18 eighteen|18 eighteenth"
    "|19 nineteen|19 nineteenth"
    "|20 twenty|20 twentieth|30 thirty|30 thirtieth|40 forty|40 fortieth|50 fifty|50 fiftieth"
    "|60 sixty|60 sixtieth|70 seventy|70 seventieth"
    "|80 eighty|80 eightieth|90 ninety|90 ninetieth|100 hundred|100 hundreds|100 hundredth"
    "|100 century|100 centenary|100 centuries|0.5 half"
)


@cache
def number_words(language: str) -> re.Pattern[str]:
    """A pattern whose group `w<i>` tells which entry of `number_values` a word is."""
    tables = {
        "uz": ((_UZ, _UZ_END), (_UZ_CYRILLIC, _UZ_CYRILLIC_END)),
        "ru": ((_RU, _RU_LETTERS),),
        "en": ((_EN, ""),),
    }
    entries = [
        (*entry.split(" ", 1), end) for table, end in tables.get(language, ()) for entry in table.split("|")
    ]
    # Longest stems first: "o'n" must not take "o'nta" from a longer word, nor "пят" take "пятнадцать".
    grouped: dict[str, list[str]] = {}
    for value, stem, end in entries:
        grouped.setdefault(value, []).append(stem + end)
    order = sorted(grouped, key=lambda value: -float(value))
    scales = [(f"1e{power}", pattern) for power, pattern in SCALES]
    alternatives = [f"(?P<{_group(value)}>{'|'.join(grouped[value])})" for value in order]
    alternatives += [f"(?P<{_group(value)}>{pattern})" for value, pattern in scales]
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(alternatives)})(?![^\W_])", re.I)


def _group(value: str) -> str:
    return "w" + value.replace(".", "_")


def group_value(group: str) -> str:
    """The number that a group of `number_words` stands for, as a decimal string."""
    return group[1:].replace("_", ".")


_ROMAN = re.compile(r"(?=[IVX])X{0,3}(?:IX|IV|V?I{0,3})")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10}


def roman_value(text: str) -> int:
    """The value of a Roman numeral up to XXXIX (Cyrillic І and Х count as Latin), 0 for anything else."""
    text = text.replace("І", "I").replace("Х", "X")
    if not _ROMAN.fullmatch(text):
        return 0
    values = [_ROMAN_VALUES[letter] for letter in text]
    return sum(
        -one if one < following else one for one, following in zip(values, [*values[1:], 0], strict=True)
    )
