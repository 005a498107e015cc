from collections import Counter

from recipe.overlap import OverlapIndex
from recipe.synthesise import pairs, sentences, write

FIRST = "Vazirlik 2026-yilda 15 ta loyihani amalga oshirdi."
SECOND = "Qaror ertaga e'lon qilinadi, deya xabar berdi matbuot xizmati."
LINES = [
    f"{FIRST} Қарор эртага эълон қилинади, дея хабар берди матбуот хизмати.\n",
    "Qisqa.\n",
    f"{FIRST}\n",
]


def test_sentences_are_cut_folded_and_not_repeated() -> None:
    assert list(sentences(LINES, "uz")) == [
        FIRST,
        SECOND,
    ]


def test_bad_translations_are_dropped_and_counted(tmp_path) -> None:
    outputs = {
        FIRST: "В 2026 году министерство реализовало 16 проектов.",
        SECOND: "Решение объявят завтра, сообщила пресс-служба.",
    }
    dropped: Counter[str] = Counter()
    made = list(
        pairs(
            sentences(LINES, "uz"),
            ("uz", "ru"),
            lambda texts, _: [outputs[t] for t in texts],
            OverlapIndex(),
            dropped,
        )
    )
    assert [source for source, _ in made] == [
        "Qaror ertaga e'lon qilinadi, deya xabar berdi matbuot xizmati."
    ]
    assert dropped == Counter({"numbers differ": 1})
    assert write(tmp_path / "synthetic-law.uz-ru.tsv", made, ("uz", "ru")) == 1
    assert (tmp_path / "synthetic-law.uz-ru.tsv").read_text(encoding="utf-8").count("\t") == 1


def test_text_of_a_development_set_is_not_translated() -> None:
    index = OverlapIndex()
    index.add(FIRST)
    dropped: Counter[str] = Counter()
    assert list(pairs(sentences(LINES[:1], "uz"), ("uz", "ru"), lambda texts, _: texts, index, dropped)) == []
    assert dropped["near a development set"] == 1
