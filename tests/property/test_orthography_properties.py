"""Promises of folding that hold for any text."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tarjimon.text.orthography import Alphabet, detect_alphabet, fold, fold_aligned, render

_WORDS = """
o'zbekiston respublikasi prezidenti vazirlar mahkamasi qarori bilan tasdiqlandi ma'lumotlarga ko'ra bugun
toshkent shahrida xalqaro konferensiya bo'lib o'tdi unda investitsiya loyihalari iqtisodiyot sanoat eksport
hajmi oshgani qayd etildi yil noyabr oktabr sentabr yanvar kuni tomonlar hamkorlik yo'nalishlarini muhokama
qildilar san'at ta'lim ilm-fan tog' bog' choy suv yer yangi yosh yulduz dunyo daryo e'lon mas'ul qat'iy obyekt
subyekt syezd militsiya politsiya litsey konsert aksiya funksiya sirk sement budjet poyezd loyiha
mo'jiza is'hoq
mashhur ishchi g'alaba chegara cho'l davlatsiz ketsa rayon tayyor muayyan yo'l yo'nalish jamiyat adliya tarix
sport futbol kitob maktab o'quvchi o'qituvchi shifokor tibbiyot qonun huquq erkinlik adolat tinchlik
"""
CANONICAL_WORDS = _WORDS.split()

UZBEKISH = st.text(
    alphabet="аеоъьцсҳшчщўғқяюёийАОЕЪЦШЎ aeoshcgwtyzSHCGTOIX'‘’ʻ`´çşöğüÖŞ1-.@:/\n«“"
    "\u0301\u0306\u0308\u00ad\u200b",
    max_size=40,
)
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=60)  # lone surrogates included


@st.composite
def canonical_sentences(draw: st.DrawFn) -> str:
    words = draw(st.lists(st.sampled_from(CANONICAL_WORDS), min_size=1, max_size=12))
    shaped = [
        draw(
            st.sampled_from([word, word, word[0].upper() + word[1:], f"“{word}”", f"{word},", f"2024-{word}"])
        )
        for word in words
    ]
    return " ".join(shaped) + draw(st.sampled_from([".", "!", "", " ‘iqtibos’"]))


@settings(max_examples=600)
@given(UZBEKISH | ANY_TEXT)
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text)
    assert fold(once) == once


@settings(max_examples=400)
@given(UZBEKISH | ANY_TEXT)
def test_offsets_are_monotone_and_in_range(text: str) -> None:
    folded = fold_aligned(text)
    assert folded.text == fold(text)
    assert len(folded.offsets) == len(folded.text) + 1
    assert list(folded.offsets) == sorted(folded.offsets)
    assert folded.offsets[-1] == len(text)
    assert all(0 <= offset < len(text) for offset in folded.offsets[:-1])


@settings(max_examples=300)
@given(canonical_sentences(), st.sampled_from(Alphabet), st.booleans())
def test_every_spelling_folds_to_the_same(sentence: str, alphabet: Alphabet, typographic: bool) -> None:
    assert fold(sentence) == sentence
    assert fold(render(sentence, alphabet, typographic=typographic)) == sentence


@given(canonical_sentences(), st.sampled_from(Alphabet))
def test_rendered_text_is_recognised(sentence: str, alphabet: Alphabet) -> None:
    rendered = render(sentence, alphabet)
    if rendered != sentence:
        assert detect_alphabet(rendered) is alphabet or alphabet is Alphabet.NEW_LATIN


@given(ANY_TEXT | UZBEKISH, st.sampled_from(Alphabet), st.booleans())
def test_render_takes_any_text(text: str, alphabet: Alphabet, typographic: bool) -> None:
    render(text, alphabet, typographic=typographic)


@given(st.sampled_from(CANONICAL_WORDS))
def test_capitals_survive_every_alphabet(word: str) -> None:
    shouted = word.upper()
    if len(word.replace("'", "")) >= 6:
        assert fold(render(shouted, Alphabet.CYRILLIC)) == shouted
        assert fold(render(shouted, Alphabet.NEW_LATIN)) == shouted
