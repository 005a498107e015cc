"""Where sentences end: a table of hard cases. `|` is a boundary at a space, `¦` one with no space at all."""

import pytest

from tarjimon.text.segmentation import segment

UZBEK_LATIN = """
Prezident Sh. Mirziyoyev majlisni ochdi.|Unda vazirlar ishtirok etdi.
Farmonni Sh.M. Mirziyoyev imzoladi.|Hujjat kuchga kirdi.
Yig'ilishda A. Aripov va S. Umurzakov so'zga chiqdi.
O‘. Hoshimov asarlari qayta nashr etildi.|Kitob bepul tarqatiladi.
G'. G'ulom nomidagi nashriyot yangi kitob chiqardi.
Ch. Aytmatov tavalludining 95 yilligi nishonlandi.
Eksport hajmi 1,5 mlrd. so'mni tashkil etdi.|Import esa kamaydi.
Loyiha qiymati 1,5 mlrd. so'm.|Keyingi yil yana 2 mlrd. ajratiladi.
Bu maqsadga 240 mln. AQSh dollari yo'naltiriladi.|Mablag' banklar orqali beriladi.
Hosil 300 ming. tonnadan oshdi.
Shartnoma 2024-y. 15-may kuni imzolandi.|U uch yil amal qiladi.
Korxona 2019 y. Toshkent shahrida tashkil etilgan.
2020–2024 yy. dasturi yakunlandi.|Natijalar e'lon qilindi.
Sanalar: 15.05.2024 va 16.05.2024.|Joyi: Samarqand.
Yig'ilish 15. 05. 2024 kuni o'tdi.|Unda qaror qabul qilindi.
Do'konda non, sut, go'sht va h.k. sotiladi.
Do'konda non, sut, go'sht va h.k.|Shu bilan birga mevalar ham bor.
Manzil: Toshkent sh., Amir Temur ko'ch. 5-uy.|Telefon: 71 200-00-00.
U Toshkent sh. Yunusobod tum. Bog'ishamol ko‘ch. 12-uyda yashaydi.
Samarqand vil. Urgut tum. hokimi tayinlandi.
Prof. A. Karimov va akad. B. Valixonov ma'ruza qildi.
Dissertatsiyani t.f.d. N. Rahimov himoya qildi.|Kengash uni ma'qulladi.
Dots. Z. Ismoilova darsni boshladi.
Vazir v.b. Sh. Qudbiyev hisobot berdi.
Narxi 3.7 foizga oshdi.|Bu rekord ko'rsatkich.
Harorat 36.6 daraja edi.
XX asr. boshlarida shahar kengaydi.
U 5-sinfda o'qiydi.|Singlisi 3-sinfda.
Bilmadim...|Balki keladi.
Bilmadim...|Ertaga javob beraman.
U... kelmadi.
Rostdanmi?|Ha, albatta!|Juda soz.
Nahotki?!|Hech kim kutmagan edi.
«Biz tayyormiz».|U shunday dedi.
«Biz tayyormiz.»|U shunday dedi.
"Ish tugadi."|Vazir shunday dedi.
"Ish tugadi."|Keyin u ketdi.
«Ketdik!» – dedi u.|Hamma o'rnidan turdi.
– Qachon kelding? – so'radi u.|– Kecha keldim.
(Batafsil saytda o'qing.)|Yangi tartib 1-iyundan kuchga kiradi.
Qaror e'lon qilindi (23-son).|U darhol kuchga kirdi.
Quyidagilar belgilandi: 1) narxlar; 2) muddatlar.|Boshqa masalalar keyin ko'riladi.
1. Birinchi vazifa bajarildi.|2. Ikkinchi vazifa qoldi.
1.2. Talablar quyidagicha.|Ular majburiydir.
II. Asosiy qism.|Unda natijalar beriladi.
a) birinchi band.|b) ikkinchi band.
Murojaat info@mfa.uz manziliga yuboriladi.|Javob 3 kunda beriladi.
Batafsil www.gov.uz saytida.|Ilova v1.2.3 versiyada.
https://lex.uz/docs/123.Pdf manzilini oching.
Hisobot report.2024.docx faylida.|Uni yuklab oling.
U keldi.¦Keyin ketdi.
Nega kelmadi?¦Chunki kasal edi.
Vaziyat og'ir edi.|2024-yilda u yaxshilandi.
Majlis tugadi.|«Hisobot» tayyorlandi.
PREZIDENT FARMON IMZOLADI.|U BUGUN KUCHGA KIRDI.
SH. MIRZIYOYEV TABRIKLADI.|XALQ QUVONDI.
Tel. 71 200-00-00 ga qo'ng'iroq qiling.
Narxi 5 mln. 300 ming so'm.|Chegirma bor.
Uzunligi 5 km. 300 metr.
Mol-mulk 25-b. da ko'rsatilgan.
Yangi alifboda: Oʻzbekiston gʻalaba qozondi.|Gʻ. Gʻulom sheri oʻqildi.
Şahar katta.|Ş. Mirziyoyev keldi.
Ma'ruza tugadi .|Savollar boshlandi.
U AQShga ketdi.|AQSh unga viza berdi.
Ular 5 ta edi.|7 tasi keldi.
«Ketdik», – dedi u.|Tadbirkor rozi bo'ldi.
Mablag'ni oshirish maqsadida: 1. Fond tuzilsin.|2. Nazorat o'rnatilsin.
"""
UZBEK_CYRILLIC = """
Президент Ш. Мирзиёев мажлисни очди.|Унда вазирлар иштирок этди.
Фармонни Ш.М. Мирзиёев имзолади.|Ҳужжат кучга кирди.
2024 й. 15 май куни Т. Сатторов тайинланди.|У тажрибали раҳбар.
Экспорт 1,5 млрд. сўмни ташкил этди.|Импорт камайди.
Қиймати 3 млн. АҚШ доллари.|Муддати 2 йил.
2020–2024 йй. дастури якунланди.
Нон, сут ва ҳ.к. сотилади.|Шу билан бирга мева ҳам бор.
Манзил: Тошкент ш., Амир Темур кўч. 5-уй.|Телефон: 71 200-00-00.
Проф. Б. Каримов ва акад. А. Арипов сўзга чиқди.
Илмий иш т.ф.н. О. Юсупов томонидан бажарилди.|Кенгаш уни маъқуллади.
Ў. Ҳошимов асари нашр этилди.
Ғ. Ғулом номидаги кўча таъмирланди.|Иш давом этмоқда.
«Биз тайёрмиз».|У шундай деди.
ВАЗИР в.б. тайинланди.
Кеча ёмғир ёғди.|2 та уй зарар кўрди.
«Кетдик», – деди у.|Тадбиркор рози бўлди.
Самарқанд вил. Ургут тум. ҳокимлиги хабар берди.
"""
RUSSIAN = """
В 2024 г. Узбекистан увеличил экспорт.|Он вырос на 5 процентов.
Завод был построен в городе в 2019 г.|Мощность выросла вдвое.
Завод построен в 2019 г.|Он работает и сегодня.
Встреча прошла в г. Ташкенте.|Участвовали послы.
Адрес: г. Ташкент, ул. Амира Темура, д. 5.|Телефон указан ниже.
Ущерб составил 1,5 млрд. руб.|Это на 3 процента больше.
Выделено 500 тыс. долл. США.|Средства поступят осенью.
Привезли хлеб, молоко и т.д.|Затем открылся рынок.
Привезли хлеб, молоко и т. д. и раздали людям.
Это новые, т.е. современные, станки.
Школа им. А. С. Пушкина открыта.|Директор доволен.
И.о. министра Т. Сатторов подписал указ.
В. И. Вернадский родился в Петербурге.
Поэт А. Навои жил в XV в. в Герате.
В 1990–1995 гг. рос дефицит.|В 2000 г. он исчез.
См. п. 3 и ст. 15 закона.|Они не изменились.
«Мы готовы!» — сказал он.|Зал зааплодировал.
— Когда? — спросил он.|— Завтра.
Он ушёл…|Никто не заметил.
Приказ № 129н от 10.08.2023.|Документ действует.
Пришли он и я.|Дети остались.
И. Каримов и др. выступили.
"""
ENGLISH = """
Mr. Kamilov met Dr. Smith.|They talked for an hour.
J. R. R. Tolkien wrote it.|He lived in Oxford.
The U.S. President arrived at 5 p.m. on Monday.
He moved to the U.S.|He never returned.
The talks ended at 5 p.m.|The ministers left.
Use fruit, e.g. apples, i.e. local ones.
See No. 5 and Fig. 3.|They differ.
Is it ready?|No.|We are waiting.
Apple Inc. announced growth.|Shares rose.
Exports, imports, etc.|All of it grew.
It cost $1.5 bn. in 2024.|That is a record.
Uzbekistan vs. Iran ended 2-1.|Fans were happy.
He said "Go."|Then he left.
"Go!" he said.|She went.
Version 2.0 is out.|Get it at example.com now.
Visit node.js.org.|It is free.
On Jan. 5 the law passed.|Nothing changed.
Smith et al. found it.|The study is new.
"""
TABLE = [
    (language, line)
    for language, block in (("uz", UZBEK_LATIN), ("uz", UZBEK_CYRILLIC), ("ru", RUSSIAN), ("en", ENGLISH))
    for line in block.strip().splitlines()
]


def expected(line: str) -> list[str]:
    return line.replace("¦", "|").split("|")


def given(line: str) -> str:
    return line.replace("¦", "").replace("|", " ")


@pytest.mark.parametrize(("language", "line"), TABLE)
def test_sentences_end_where_a_reader_ends_them(language: str, line: str) -> None:
    assert [part.text for part in segment(given(line), language)] == expected(line)


@pytest.mark.parametrize(("language", "line"), TABLE)
def test_unknown_language_splits_the_same(language: str, line: str) -> None:
    assert [part.text for part in segment(given(line))] == expected(line)
