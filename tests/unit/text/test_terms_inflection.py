"""A term is found in every form of the word, and in no other word."""

import pytest

from tarjimon.text.terms import Rendering, Term, TermIndex

UZBEK = {
    "vazirlik": "vazirlik vazirligi vazirligim vazirligimiz vazirligingiz "
    "vazirligining vazirligini vazirligiga vazirligida "
    "vazirligidan vazirligigacha vazirlikning vazirlikni vazirlikka vazirlikda vazirlikdan vazirlikkacha "
    "vazirlikdagi vazirlikdagilar vazirlikdagilarning vazirliklar vazirliklari "
    "vazirliklarining vazirliklarga vazirliklarimizda "
    "vazirliklardan vazirliklardagi vazirlikniki vazirliknikidan "
    "vazirlikdir vazirlikmi vazirlikdek vazirligidagilarni Vazirlik VAZIRLIK",
    "qishloq": "qishloq qishlog'i qishlog'imiz qishlog'ining qishloqqa qishloqqacha qishloqda qishloqdan qishloqlar "
    "qishloqlarimizdagi qishlog'idagi",
    "o'g'il": "o'g'il o'g'li o'g'lim o'g'lining o'g'limizga o'g'illar o'g'illari o'g'ilga",
    "shahar": "shahar shahri shahrimiz shahrida shaharda shaharlar shaharlarining shahridagilar",
    "burun": "burun burni burnida burundan",
    "ko'ngil": "ko'ngil ko'ngli ko'nglimizda ko'ngildan",
    "tog'": "tog' tog'i tog'ga toqqa tog'da tog'lar tog'laridan",
    "mahkama": "mahkama mahkamasi mahkamasining mahkamam mahkamamiz mahkamaga mahkamalar mahkamalarida",
    "mavqe": "mavqe mavqeyi mavqei mavqeyini mavqega",
    "orzu": "orzu orzusi orzuyim orzularimiz orzudagi",
    "BMT": "BMT BMTning BMTga BMTdan BMTdagi BMT'ning BMTning",
    "COVID-19": "COVID-19 COVID-19ni COVID-19dan",
    "Toshkent": "Toshkent Toshkentning Toshkentda Toshkentdagi Toshkentlik toshkentliklar",
}
OTHER_ALPHABETS = {
    "vazirlik": "вазирлик вазирлиги вазирлигининг вазирликларга вазирликдагилардан ВАЗИРЛИК",
    "o'g'il": "ўғил ўғли ўғлимизга oʻgʻil oʻgʻli o‘g‘lining öğil öğli öğlimizning",
    "qishloq": "қишлоқ қишлоғи қишлоққа qişloq qişloği qişloqqa",
    "tog'": "тоғ тоғи тоққа toğ toğlarda togʻi",
    "ShHT": "ШҲТ ШҲТнинг ShHTga SHHTda",
}
RUSSIAN = {
    "министерство": "министерство министерства министерству министерством министерстве министерств министерствами",
    "рынок": "рынок рынка рынку рынком рынке рынки рынков рынках",
    "академия": "академия академии академию академией академий академиями академиях",
    "область": "область области областью областей областями",
    "верховный": "верховный верховного верховному верховным верховном верховная верховные верховных",
    "счётный": "счётный счетного счётных",
    "Узбекистан": "Узбекистан Узбекистана Узбекистану Узбекистаном Узбекистане",
}
ENGLISH = {
    "agency": "agency agencies agency's",
    "ministry": "ministry Ministry ministries",
    "bus": "bus buses",
    "chairman": "chairman chairmen",
}
FORMS = [
    (language, term, form)
    for language, table in (("uz", UZBEK), ("uz", OTHER_ALPHABETS), ("ru", RUSSIAN), ("en", ENGLISH))
    for term, forms in table.items()
    for form in forms.split()
]


def test_the_tables_are_large_enough() -> None:
    assert len(FORMS) >= 170


@pytest.mark.parametrize(("language", "term", "form"), FORMS)
def test_a_form_is_found_whole(language: str, term: str, form: str) -> None:
    text = f"({form}), {form}."
    spans = [(m.start, m.end) for m in TermIndex([Term(term, language)], language).find(text)]
    assert spans == [(1, 1 + len(form)), (len(form) + 4, 2 * len(form) + 4)]


@pytest.mark.parametrize(
    ("language", "term", "word"),
    [
        ("uz", "vazir", "vazirlik"),
        ("uz", "vazir", "vazirligi"),
        ("uz", "kitob", "kitobcha"),
        ("uz", "vazirlik", "vazirlikcha"),
        ("uz", "til", "tilla"),
        ("uz", "bosh", "boshqa"),
        ("uz", "bank", "bankrot"),
        ("uz", "shar", "shahri"),
        ("uz", "BMT", "bmt"),
        ("uz", "OAV", "oav"),
        ("uz", "son", "inson"),
        ("uz", "yer", "yetar"),
        ("ru", "суд", "судья"),
        ("ru", "министр", "министерство"),
        ("ru", "ООН", "оон"),
        ("ru", "банк", "банкрот"),
        ("en", "bus", "business"),
        ("en", "US", "us"),
        ("en", "port", "report"),
    ],
)
def test_another_word_is_not_taken_for_it(language: str, term: str, word: str) -> None:
    assert TermIndex([Term(term, language)], language).find(word) == ()


def test_a_derivation_of_a_name_is_told_apart() -> None:
    index = TermIndex([Term("Toshkent")], "uz")
    assert [m.derived for m in index.find("Toshkentda toshkentlik Toshkentcha")] == [False, True, True]


@pytest.mark.parametrize(
    ("language", "form", "output", "found"),
    [
        (
            "ru",
            "Министерство иностранных дел",
            "в Министерстве иностранных дел.",
            "Министерстве иностранных дел",
        ),
        ("ru", "дорожная карта", "утвердили дорожную карту", "дорожную карту"),
        ("ru", "рабочее место", "создано 120 рабочих мест", "рабочих мест"),
        ("ru", "Paynet", "через Paynet’а", "Paynet’а"),
        ("en", "mortgage loan", "two mortgage loans.", "mortgage loans"),
        ("uz", "Vazirlar Mahkamasi", "Вазирлар Маҳкамасига", "Вазирлар Маҳкамасига"),
        ("ru", "Министерство", "министр", None),
        ("en", "tax", "taxi", None),
    ],
)
def test_a_rendering_is_found_in_its_inflection(
    language: str, form: str, output: str, found: str | None
) -> None:
    places = Rendering(output, language).places(form)
    assert [output[a:b] for a, b in places] == ([found] if found else [])
