from recipe.overlap import NearDuplicates, OverlapIndex, key, skeleton

SENTENCE = "O'zbekiston va Finlyandiya o'rtasida siyosiy maslahatlashuvlar bo'lib o'tdi."


def test_spelling_of_quotes_and_case_does_not_hide_a_copy() -> None:
    index = OverlapIndex()
    index.add(SENTENCE)
    assert index.exact(SENTENCE.upper().replace("'", "\u02bb"))
    assert key("«A» - b") == "ab"


def test_a_sentence_copied_into_a_longer_one_is_near() -> None:
    index = OverlapIndex()
    index.add(SENTENCE)
    longer = f"Kecha {SENTENCE[:-1]} va tomonlar yangi hujjatlarni imzolashga kelishib oldilar."
    assert not index.exact(longer)
    assert index.near(longer)
    assert index.near(SENTENCE.replace("Finlyandiya", "Norvegiya"))


def test_another_sentence_with_the_same_formula_is_not_near() -> None:
    index = OverlapIndex()
    index.add(SENTENCE)
    assert not index.near("O'zbekiston va Misr o'rtasida havo qatnovi yo'lga qo'yildi.")
    assert not index.near("Salom")


def test_rows_that_differ_in_their_figures_only_are_near_duplicates() -> None:
    kept = NearDuplicates()
    assert skeleton("17-bilet, 4-savol") == skeleton("3-bilet, 12-savol")
    assert not kept.seen("Yo'l harakati qoidalari bo'yicha 17-bilet, 4-savolga to'g'ri javobni belgilang")
    assert kept.seen("Yo'l harakati qoidalari bo'yicha 3-bilet, 12-savolga to'g'ri javobni belgilang")
    assert not kept.seen("Havo harorati kechga borib pasayadi, janubda yomg'ir yog'ishi kutilmoqda")
