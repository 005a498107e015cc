"""Compares ways to make a translation use given terms: python docs/decisions/0007-glossary/measure.py [MODEL]."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

import ctranslate2
from sacrebleu.metrics import CHRF

from tarjimon.config import Settings
from tarjimon.domain import DecodingSettings, Hypothesis
from tarjimon.engine.loading import load
from tarjimon.pipeline.application import model_store
from tarjimon.pipeline.passes import canonical, safer
from tarjimon.pipeline.term_placement import put_in
from tarjimon.pipeline.terms import Hold, switched
from tarjimon.text.terms import Rendering, Term, TermIndex, TermMatch

TERMS = [
    ("vazirlik", "ведомство", "department"),
    ("hokim", "губернатор", "governor"),
    ("shartnoma", "контракт", "contract"),
    ("majlis", "заседание", "session"),
    ("tadbirkor", "бизнесмен", "businessperson"),
    ("qarz", "заём", "loan"),
    ("kelishuv", "соглашение", "accord"),
    ("Agrobank", "Агробанк", "Agrobank"),
    ("yo'l xaritasi", "дорожная карта", "roadmap"),
    ("raqamlashtirish", "цифровизация", "digitalisation"),
    ("mahalla", "махалля", "mahalla"),
    ("soliq", "налог", "tax"),
    ("ish o'rni", "рабочее место", "job"),
    ("Sayxunobod", "Сайхунабад", "Sayhunobod"),
    ("paxta tolasi", "хлопковое волокно", "cotton fibre"),
    ("sardoba", "сардоба", "sardoba"),
    ("qishloq", "кишлак", "kishlak"),
    ("issiqlik stansiyasi", "тепловая станция", "heating plant"),
    ("Yangi O'zbekiston", "Новый Узбекистан", "New Uzbekistan"),
    ("ipoteka krediti", "ипотечный кредит", "mortgage loan"),
]
SENTENCES = [
    (
        "Vazirlikning yangi binosi dushanba kuni ochildi.",
        "Новое здание ведомства открылось в понедельник.",
        "The department's new building opened on Monday.",
    ),
    (
        "Hokim tadbirkorlar bilan uchrashdi.",
        "Губернатор встретился с бизнесменами.",
        "The governor met with businesspeople.",
    ),
    (
        "Shartnomaga ko'ra, zavod 2026-yilda ishga tushadi.",
        "Согласно контракту, завод заработает в 2026 году.",
        "Under the contract, the plant will start work in 2026.",
    ),
    (
        "Majlisda yo'l xaritasi tasdiqlandi.",
        "На заседании утверждена дорожная карта.",
        "The roadmap was approved at the session.",
    ),
    (
        "Agrobank aholiga 5 million dollar qarz ajratdi.",
        "Агробанк выделил населению заём в 5 миллионов долларов.",
        "Agrobank granted the population a loan of 5 million dollars.",
    ),
    ("Tomonlar kelishuvni imzoladilar.", "Стороны подписали соглашение.", "The parties signed the accord."),
    (
        "Raqamlashtirish jarayoni davom etmoqda.",
        "Процесс цифровизации продолжается.",
        "The process of digitalisation continues.",
    ),
    (
        "Mahallada yangi maktab qurildi.",
        "В махалле построена новая школа.",
        "A new school was built in the mahalla.",
    ),
    (
        "Tadbirkorlar soliqni o'z vaqtida to'ladi.",
        "Бизнесмены вовремя уплатили налог.",
        "The businesspeople paid the tax on time.",
    ),
    (
        "Korxonada 120 ta yangi ish o'rni yaratildi.",
        "На предприятии создано 120 новых рабочих мест.",
        "The enterprise created 120 new jobs.",
    ),
    (
        "Sayxunobodda issiqlik stansiyasi qurilmoqda.",
        "В Сайхунабаде строится тепловая станция.",
        "A heating plant is being built in Sayhunobod.",
    ),
    ("Paxta tolasi eksporti oshdi.", "Экспорт хлопкового волокна вырос.", "Exports of cotton fibre grew."),
    (
        "Sayyohlar qadimiy sardobani ko'rdilar.",
        "Туристы осмотрели древнюю сардобу.",
        "The tourists saw the ancient sardoba.",
    ),
    ("Qishloqda 300 ta oila yashaydi.", "В кишлаке живут 300 семей.", "300 families live in the kishlak."),
    (
        "Yangi O'zbekistonda yoshlarga katta imkoniyatlar berilmoqda.",
        "В Новом Узбекистане молодёжи предоставляются большие возможности.",
        "Young people are given great opportunities in New Uzbekistan.",
    ),
    (
        "Ipoteka krediti 15 yilga beriladi.",
        "Ипотечный кредит выдаётся на 15 лет.",
        "The mortgage loan is granted for 15 years.",
    ),
    (
        "Vazirlik va hokimlar o'rtasida shartnoma tuzildi.",
        "Между ведомством и губернаторами заключён контракт.",
        "A contract was made between the department and the governors.",
    ),
    (
        "Mahalla raisi majlisni ochdi.",
        "Председатель махалли открыл заседание.",
        "The head of the mahalla opened the session.",
    ),
    (
        "Kelishuvga muvofiq Agrobankka 20 million dollar o'tkaziladi.",
        "В соответствии с соглашением Агробанку будет перечислено 20 миллионов долларов.",
        "In accordance with the accord, 20 million dollars will be transferred to Agrobank.",
    ),
    (
        "Yo'l xaritasida raqamlashtirish alohida o'rin tutadi.",
        "В дорожной карте цифровизация занимает особое место.",
        "Digitalisation has a special place in the roadmap.",
    ),
    (
        "Hokimning so'zlariga ko'ra, qishloqlarga gaz yetkazildi.",
        "По словам губернатора, в кишлаки проведён газ.",
        "According to the governor, gas was brought to the kishlaks.",
    ),
    (
        "Vazirlikda soliq masalasi ko'rib chiqildi.",
        "В ведомстве рассмотрели вопрос о налоге.",
        "The question of tax was considered at the department.",
    ),
    (
        "Sayxunobod tumanida paxta tolasi ishlab chiqariladi.",
        "В районе Сайхунабад производят хлопковое волокно.",
        "Cotton fibre is produced in the district of Sayhunobod.",
    ),
    (
        "Tadbirkor Agrobankdan ipoteka krediti oldi.",
        "Бизнесмен взял в Агробанке ипотечный кредит.",
        "The businessperson took a mortgage loan from Agrobank.",
    ),
]


def main() -> None:
    """Print a row for each way and target: terms met, chrF++."""
    files = model_store(Settings()).resolve(sys.argv[1] if len(sys.argv) > 1 else "tarjimon-mini")
    model = load(files, workers=1, threads=1)
    translator = ctranslate2.Translator(str(files.folder))
    codec, default = model.codec, files.spec.decoding

    def decode(text: str, target: str, decoding: DecodingSettings = default) -> Hypothesis:
        encoded = replace(codec.encode(text, source="uz", target=target), alignment=True)
        return model.engine.translate_batch([encoded], decoding)[0]

    def hypotheses(text: str, target: str) -> list[str]:
        encoded = codec.encode(text, source="uz", target=target)
        prefix = list(encoded.target_prefix)
        [result] = translator.translate_batch(
            [list(encoded.source)],
            target_prefix=[prefix],
            beam_size=8,
            num_hypotheses=8,
            repetition_penalty=default.repetition_penalty,
            disable_unk=True,
        )
        return [codec.decode(tokens[len(prefix) :]) for tokens in result.hypotheses]

    def placed(hypothesis: Hypothesis, text: str, target: str, missing: Sequence[TermMatch]) -> str:
        encoded = codec.encode(text, source="uz", target=target)
        holds = [Hold(m.start, m.end, m.term.target) for m in missing]
        return put_in(hypothesis, codec.origins(text, encoded), holds, codec.decode)[0]

    for target, column in (("ru", 1), ("en", 2)):
        index = TermIndex([Term(row[0], "uz", row[column]) for row in TERMS], "uz")
        outputs: dict[str, list[str]] = {}
        met: dict[str, int] = {}
        total = 0
        for row in SENTENCES:
            text = canonical(row[0], "uz")
            found = index.find(text)
            total += len(found)

            def missing(output: str, found: Sequence[TermMatch] = found, target: str = target) -> list[int]:
                rendering = Rendering(output, target)
                return [n for n, m in enumerate(found) if not rendering.places(m.term.target)]

            first = decode(text, target)
            plain = codec.decode(first)
            wrong = missing(plain)
            holds = [Hold(found[n].start, found[n].end, found[n].term.target) for n in wrong]
            mixed, moved = switched(text, found, holds)
            second = decode(mixed, target)
            carried = codec.decode(second)
            base, where, hypothesis = (mixed, moved, second)
            if len(missing(carried)) >= len(wrong):
                carried, base, where, hypothesis = plain, text, found, first
            ways = {
                "nothing": plain,
                "safer": codec.decode(decode(text, target, safer(default))),
                "best of 8": min(hypotheses(text, target), key=lambda output: len(missing(output))),
                "code switching": carried,
                "placement": placed(first, text, target, [found[n] for n in wrong]),
                "both": placed(hypothesis, base, target, [where[n] for n in missing(carried)]),
            }
            for way, output in ways.items():
                outputs.setdefault(way, []).append(output)
                met[way] = met.get(way, 0) + len(found) - len(missing(output))
        for way, texts in outputs.items():
            score = CHRF(word_order=2).corpus_score(texts, [[row[column] for row in SENTENCES]]).score
            print(f"{target}  {way:15} {met[way]:3}/{total}  chrF++ {score:.1f}")


if __name__ == "__main__":
    main()
