"""A model's summary is refused for facts that the source lacks, loops, and words of another language."""

import pytest

from tarjimon.text.fidelity import IssueKind
from tarjimon.text.summary_guard import doubts

SOURCE = (
    "O'zbekiston va Qirg'iziston tashqi ishlar vazirlari 5-noyabr kuni Toshkentda uchrashdilar. "
    "Vazir Abdulaziz Kamilov savdo hajmi 12 foizga oshganini aytdi. Muzokarada COVID masalasi ham ko'rildi."
)


@pytest.mark.parametrize(
    ("language", "summary"),
    [
        ("uz", "Tashqi ishlar vazirlari Toshkentda uchrashib, savdo masalasini muhokama qildilar."),
        ("uz", "Kamilov savdo hajmi 12 foizga oshganini ma'lum qildi."),
        ("ru", "Министры иностранных дел Узбекистана и Киргизии встретились в Ташкенте 5 ноября."),
        ("ru", "Обсуждался и вопрос COVID."),
        ("en", "The foreign ministers of Uzbekistan and Kyrgyzstan met in Tashkent on 5 November."),
    ],
)
def test_a_faithful_summary_passes(language: str, summary: str) -> None:
    assert doubts(summary, SOURCE, "uz", language) == ()


@pytest.mark.parametrize(
    ("language", "summary", "kind"),
    [
        ("uz", "Savdo hajmi 15 foizga oshdi.", IssueKind.NUMBER_ADDED),
        ("uz", "Vazirlar Uzbekistan poytaxtida uchrashdilar.", IssueKind.NAME_ADDED),
        ("uz", "Vazirlar Kyrgyzstan bilan savdoni muhokama qildilar.", IssueKind.NAME_ADDED),
        ("ru", "Министры Узбекистана и Kyrgyzstan встретились в Ташкенте.", IssueKind.UNTRANSLATED),
        ("en", "The ministers met in Ташкент.", IssueKind.UNTRANSLATED),
        ("en", "The minister and the minister and the minister met.", IssueKind.REPETITION),
        ("ru", "Министр Иванов посетил Ташкент.", IssueKind.NAME_ADDED),
    ],
)
def test_an_unfaithful_summary_is_refused_for_its_reason(
    language: str, summary: str, kind: IssueKind
) -> None:
    assert kind in {issue.kind for issue in doubts(summary, SOURCE, "uz", language)}
