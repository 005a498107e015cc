"""Abbreviations and sentence openers of Uzbek, Russian and English, as the sentence splitter reads them."""

from dataclasses import dataclass
from enum import Enum, auto
from functools import cache

APOSTROPHES = "'`\u00b4\u2018\u2019\u02bb\u02bc"
_NORMAL = str.maketrans(
    dict.fromkeys(APOSTROPHES, "'") | {"ş": "sh", "ç": "ch", "ö": "o'", "ğ": "g'", "ё": "е"},
)


class Role(Enum):
    """What a full stop after an abbreviation means.

    Attributes:
        NEVER: a title or connective that leads into the next word; the stop never ends a sentence.
        NUMERIC: an abbreviation only when a number follows (`No. 5`), an ordinary word otherwise.
        NAME: mostly followed by a name or a number; ends a sentence only before a typical opener.
        QUANTITY: a unit or scale; ends a sentence before a capitalised word that is not a currency.
        FINAL: closes a phrase (`va h.k.`); ends a sentence before any capital or digit.
    """

    NEVER = auto()
    NUMERIC = auto()
    NAME = auto()
    QUANTITY = auto()
    FINAL = auto()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The word lists for one choice of language.

    Attributes:
        roles: abbreviation without its last stop, in `normal` form, to its role.
        openers: words that open sentences and are not surnames, in `normal` form.
    """

    roles: dict[str, Role]
    openers: frozenset[str]


def normal(word: str) -> str:
    """The look-up form of a word: lower case, one apostrophe, today's Latin letters, е for ё."""
    return word.lower().translate(_NORMAL)


_UZ = {
    Role.NEVER: """prof akad dots dok muh jan janob xon bosh.mut sh.j i.f.d i.f.n t.f.d t.f.n f.f.d f.f.n
    yu.f.d yu.f.n
        q.x.f.d p.f.d p.f.n s.f.d kat.o'q mas m-n ya'ni h.z v.b v.v.b o'rinb b.o gen polk mayor kap leyt
        проф акад доц дотс док муҳ жан жаноб т.ф.д т.ф.н и.ф.д и.ф.н ф.ф.д ф.ф.н ю.ф.д ю.ф.н қ.х.ф.д
    п.ф.д п.ф.н
        мас яъни в.б в.в.б ўринб б.о ген полк леит""",
    Role.NUMERIC: """tel faks bet mod band rasm jadv jild ind stir
        тел факс бет мод банд расм жадв жилд инд стир""",
    Role.NAME: """y yy sh ko'ch tum vil mfy q qo'rg' xiyob mavze kv
        a.y m.f.y sh.m r resp hud
        й йй ш кўч тум вил мҳл мфй қ қўрғ хиёб мавзе кв респ ҳуд""",
    Role.QUANTITY: """mlrd mln trln ming sm km kg ga gr mm ml kvt mvt kv.m kub.m m2 tn daq sek
        млрд млн трлн минг см км кг га гр мм мл квт мвт кв.м куб.м тн дақ сек мин""",
    Role.FINAL: """h.k va.h.k v.h v.h.k sh.k sh.o' v.sh.k ҳ.к в.ҳ в.ҳ.к ш.к ш.ў ва.ҳ.к m.a мил.av m.av
    e.av""",
}
_RU = {
    Role.NEVER: """и.о врио т.е т.к т.н т.о им ул пер пл просп пр-т пр бул ш наб проф акад доц канд докт
    д-р г-н г-жа
        гр ген полк кап лейт майор мл ст.преп см ср напр св преп инж зам зав нач пред чл чл.-корр т.ф.н
    к.т.н д.т.н
        к.э.н д.э.н к.ю.н д.ю.н к.м.н д.м.н к.ф.н д.ф.н к.и.н д.и.н соч изд ред сост пос дер р-н обл хут
    ок п.г.т""",
    Role.NUMERIC: "ст стр п пп пункт гл рис табл тел разд кв корп стр илл эт абз вып каб подп",
    Role.NAME: "г с д т о а б к рр респ моск спб а.о в.о",
    Role.QUANTITY: """гг вв руб коп тыс млн млрд трлн долл евр экз чел км см мм кг га тн мин сек час ц шт
    кв.м куб.м
        л.с н.э кв.км""",
    Role.FINAL: "т.д т.п др проч и.т.д и.т.п и.др ",
}
_EN = {
    Role.NEVER: """mr mrs ms dr prof gen sen rep gov lt col maj capt sgt rev hon st mt messrs mme mlle
    e.g i.e viz cf
        vs v ca approx incl dept asst assoc univ amb pres supt cmdr adm brig eng et""",
    Role.NUMERIC: """no nos art arts fig figs p pp vol vols ch chap sec sect para paras ext tel eq ref est
    op""",
    Role.NAME: """jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thurs fri u.s u.k
    u.n e.u
        u.s.a u.a.e d.c ave blvd rd str ft""",
    Role.QUANTITY: """bn mn tn km cm mm kg lb lbs oz hrs hr mins min sec sq cu m.p.h k.p.h c b.c a.d b.c.e
    c.e""",
    Role.FINAL: "inc ltd co corp llc plc jr sr esq etc a.m p.m al ph.d m.d b.a m.a b.sc m.sc bros dist",
}
_UZ_OPENERS = """bu shu u ular mazkur ushbu biz siz men sen keyin keyingi so'ng so'ngra shuningdek
    shunday endi hozir
    bugun ertaga kecha lekin ammo biroq va chunki agar har hech bundan undan shundan bunda unda shunda
    buning
    uning ularning o'z yana natijada demak masalan xususan jumladan dastlab avval birinchi ikkinchi
    uchinchi hozirda ayni bir barcha hamma ba'zi ko'plab bugungi kelgusi o'tgan joriy yil
    бу шу у улар мазкур ушбу биз сиз мен сен кейин кейинги сўнг сўнгра шунингдек шундай энди ҳозир бугун
    эртага кеча
    лекин аммо бироқ ва чунки агар ҳар ҳеч қачон бундан ундан шундан бунда унда шунда бунинг унинг
    уларнинг ўз яна
    натижада демак масалан хусусан жумладан дастлаб аввал биринчи иккинчи учинчи ҳозирда айни бир барча
    ҳамма баъзи
    кўплаб бугунги келгуси ўтган жорий"""
_RU_OPENERS = """он она оно они мы вы я ты это этот эта эти тот та те то в во на по при для из к с со у о
    об от до за
    и а но однако также кроме затем после потом сейчас теперь сегодня вчера завтра если когда как что где
    его ее их
    все всего весь вся каждый многие некоторые наш ваш мой свой там тут здесь так таким тогда поэтому
    потому между
    перед согласно среди например первый второй третий такой такая такие еще уже ранее позднее
    далее наконец под над через без против кто какой который пока хотя ни не"""
_EN_OPENERS = """he she it they we you i this that these those the a an in on at by for from to with of
    as if when
    where while after before since until during but and or so yet then now today yesterday tomorrow
    however also
    his her its their our my your there here what who which how why all every each many some most both no
    not
    according because although meanwhile moreover first second third next last earlier later once under
    over"""


def _roles(table: dict[Role, str]) -> dict[str, Role]:
    return {normal(word): role for role, words in table.items() for word in words.split()}


def _words(*lists: str) -> frozenset[str]:
    return frozenset(normal(word) for words in lists for word in words.split())


@cache
def lexicon(language: str | None) -> Lexicon:
    """The lists to split with.

    Args:
        language: `uz`, `ru`, `en`, or None (or anything else) for all three together. Uzbek text is full
            of Russian abbreviations in Cyrillic, so `uz` reads both.
    """
    openers = _words(_UZ_OPENERS, _RU_OPENERS, _EN_OPENERS)
    if language == "uz":
        return Lexicon(_roles(_RU) | _roles(_UZ), _words(_UZ_OPENERS, _RU_OPENERS))
    if language == "ru":
        return Lexicon(_roles(_UZ) | _roles(_RU), _words(_UZ_OPENERS, _RU_OPENERS))
    if language == "en":
        return Lexicon(_roles(_EN), openers)
    return Lexicon(_roles(_RU) | _roles(_EN) | _roles(_UZ), openers)


# What follows a scale word and is written with a capital without opening a sentence.
CURRENCIES = _words(
    "aqsh ақш usd eur rub uzs gbp cny us сша evro yevro евро dollar rossiya xitoy британия"
    " rubl yuan kwh кв mw mvt мвт квт gb тб"
)
# Two Latin letters that stand for one Uzbek (or transliterated Russian) letter in initials.
DIGRAPHS = frozenset({"sh", "ch", "yo", "yu", "ya", "ye", "o'", "g'", "ts", "дж", "kh", "zh", "dj"})
TOP_DOMAINS = _words(
    """uz ru com org net gov edu io kz kg tj tm eu uk us de fr cn info biz tv me co ai int mil рф html
    htm php
    aspx js pdf doc docx xls xlsx ppt pptx zip rar txt jpg jpeg png csv xml json md py"""
)
