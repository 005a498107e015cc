"""Capitalised words whose Uzbek, Russian and English forms do not sound alike, and those that name nothing."""

from functools import cache

# Uzbek (canonical Latin) / Russian / English stems of one thing; `=` before a stem: the whole word.
_CONCEPTS = """
aqsh amerika / =сша соединенн америк / =us =usa united america
bmt birlashgan / =оон объединенн наци / =un united nation | yxht xavfsizlik / =обсе безопасн / =osce security
shht shanxay / =шос шанхай / =sco shanghai | mdh hamdo'stlik / =снг содружеств / =cis commonwealth
jst savdo / =вто торгов / =wto trade | jsst sog'liq sog'liqni / =воз здравоохран / =who health
tdt turkiy / =отг тюрк / =ots turk | ihk islom / =оис ислам / =oic islam
ihkt iqtisodiy / =оэс экономич / =eco economic | tiv tashqi / =мид внешн иностранн / =mfa foreign external
iiv ichki / =мвд внутренн / =mia internal interior | yei evroosiyo yevroosiyo / =еаэс евраз / =eaeu eurasia
yei yevropa ovro'po evropa / =ес =европ европ / =eu europ | bmtrd taraqqiyot / =проон развит / =undp development
maqsad / цел / goal | oihhk hamkorlik / сотрудн / =cica cooperation co-operation
oihck hamkorlikva ishonch / =свмда совещан довери / =cica confidence
xmt migratsiya / =мом миграц / =iom migration | magate atom / =магатэ атом / =iaea atomic
xvj valyuta / =мвф валют / =imf monetary | yttb tiklanish / =ебрр / =ebrd reconstruction
otb osiyo / =абр аз / =adb asia | orol / арал / aral | xqk orol / =мфса / =ifas aral
bmg birlashgan / =гa / =unga assembly | aes atom / =аэс атом / =npp nuclear | ges / =гэс гидро / =hpp hydro
ies / =тэс тепло / =tpp thermal | oav ommaviy / =сми / media | yhh yo'l-transport / =дтп / accident
jar janubiy / =юар / =rsa south | baa birlashgan / =оаэ эмират / =uae emirat
xxr xitoy / =кнр кита / =prc chin beijing | xitoy / кита / chin | pekin / пекин / beijing peking
yapon / япон / japan | hind / инд / india | misr / егип / egypt | qohira / каир / cairo
livan liviya / ливан ливи / leban liby | iordaniya / иордан / jordan | habash efiopiya / эфиоп / ethiop
gruziya / грузи / georgia | vengriya majar / венгр / hungar | budapesht / будапешт / budapest
polsha polyak / польш польск / poland polish | germaniya nemis / герман немец / german
fransiya fransuz / франц / french franc | buyuk brita ingl / британ великобритан англи / brit kingdom english
ingliz / англ / english engl | niderland golland / нидерланд голланд / dutch netherland holland
shvetsiya shved / шве / swe | shveytsariya / швейцар / swiss switzer | ispan / испан / spain spanish
avstriya / австри / austri | avstraliya / австрал / austral | vena / вен / vienna | jeneva / женев / geneva
bryussel / брюссел / brussels | varshava / варшав / warsaw | praga / праг / prague | chex / чех чеш / czech
afina / афин / athen | yunon gretsiya / греч грец / greece greek | rim / рим / rome roman
vatikan / ватикан / vatican holy | parij / париж / paris | myunxen / мюнхен / munich | moskva / москв / moscow
quddus / иерусалим / jerusalem | gaaga / гааг / hague | turkiya turk / турц турец / turk
istanbul / стамбул / istanbul | kipr / кипр / cyprus | albaniya / албан / albani | xorvat / хорват / croat
jazoir / алжир / algeri algier | marokash / марокк / morocc | tunis / тунис / tunis | saudiya / сауд / saudi
quvayt / кувейт / kuwait | isroil / израил / israel | falastin / палестин / palestin | suriya / сири / syria
iroq / ирак / iraq | eron fors / иран перси / iran persia | mo'g'ul mongol / монгол / mongol
koreya / коре / korea | kambodja / камбодж / cambodia | vetnam / вьетнам / vietnam | seyshel / сейшел / seychell
daniya / дани датск / denmark danish | norvegiya / норвег / norw | irlandiya / ирланд / irish ireland
uels / уэльс / wales welsh | shotlandiya / шотланд / scot | serb / серб / serb
chernogoriya / черногор / montenegr | gana / ган / ghan | gvineya / гвине / guinea | janub / юж юго юг / south
shimol / север / north | sharq / восто восточн / east orient | g'arb / запад / west | yangi / нов нью / new
markaz o'rta / центр средн / centr cent middle | yaqin / ближн / middle near | qora / черн / black
qizil / красн / red | oq / бел / white | yashil / зелен / green | buyuk katta ulug' / велик больш / great grand
oltin / золот / gold | kumush / серебр / silver | tinch okean / тих / pacific | atlantika / атланти / atlantic
o'rta yer / средиземн / mediterranean | ko'rfaz / залив персидск / gulf | ipak / шелк шелков / silk
do'stlik / дружб / friendship | do'stlik / Дўстлик / dostlik | mustaqil / независим / independen
temuriy / темурид тимурид / temurid timurid | jizzax / джизак / jizzakh | urganch / ургенч / urgench
chimkent shimkent / шымкент чимкент / shymkent | ashxobod / ашхабад / ashgabat | dakka / дакк / dhaka
qashqar / кашгар / kashgar | urumchi / урумчи / urumqi | sankt / санкт / =st saint
amudaryo / амудар / amu darya | sirdaryo / сырдар / syr darya | daryo / рек дарь / river darya
dehli / дели / delhi | nyu york / нью йорк / york | orolbo'yi / приарал / aral
navro'z / навруз / nowruz navruz | ramazon / рамадан / ramadan | qur'on / коран / quran koran
hayit / хайит / eid | qo'qon / коканд / kokand | qqs qo'shilgan / =ндс добавлен / =vat value
sun'iy intellekt / =ии искусствен / =ai artificial | favqulodda / =чс чрезвычайн / emergenc
iht iqtisodiy / =оэср / =oecd | kaspiy xazar / каспи / caspian | italiya italyan / итал / ital
amerika / америк / america | lotin / латин / latin | yevropa ovro'po evropa / европ евро / europ euro
bolqon / балкан / balkan | yamayka / ямайк / jamaica | misr / египет / egypt | gaiti / гаити / haiti
yahudiy / еврей еврейск / jew | arab / араб / arab | tepa / тепа / tepa | ko'k / кок / kok
jeneva / женев / geneva | budda / будд / budd | vashington / вашингтон / washington | bek / бек / bek
ukraina / украин / ukrain | belarus / белорус беларус / belarus | latviya / латви / latvia
moldova / молдав / moldov
"""

# Titles, institutions and the like: capitals by convention. Uzbekistan is at home in every text of ours.
_COMMON_EN = """
i the a an minister ministers ministry mfa mfas president prime deputy first second third ambassador ambassadors
embassy embassies secretary general state states republic government cabinet council councils court supreme
senate parliament chamber legislative assembly agency agencies committee commission organization organisation
organisations international national regional republican federal public social political economic human rights
fund foundation bank programme program project plan strategy action office department directorate service
services authority administration centre center union party house houses representative permanent
plenipotentiary extraordinary honorary consul consulate chargé affairs chair chairman chairperson chairwoman
speaker member members mp mps governor mayor head director rector academy academician university institute
school college museum library theatre palace park square street avenue road airport station region district city
province county valley sea ocean lake river mount mountain mountains island islands strait strip desert january
february march april may june july august september october november december monday tuesday wednesday thursday
friday saturday sunday spring summer autumn winter day days week year years order orders law laws act code
constitution decree resolution agreement treaty convention protocol memorandum declaration statement charter
concept appeal dialogue conference forum summit exhibition festival games cup championship league prize award
medal olympic olympics world development trade industry finance economy culture education health science
sciences sports tourism agriculture water energy ecology environment climate justice interior internal defence
defense security emergency situations employment labour labor youth women children's family protection customs
tax statistics information technologies technology innovation investment investments migration transport
communications construction housing employees memory victory independence heritage last king queen prince
princess sheikh emir pope mr mrs ms dr professor sir lady st saint border borders troops army navy force forces
police guard leader leaders leadership movement roads railway railways import export imports exports criminal
civil legal commercial digital smart open free special joint private church mosque chess football boxing
wrestling art arts artist literature language music film book story history nature non inter anti pro ex self
people's people nation nations country motherland mother father children child woman man young old best good
great top central line route path way gate garden forest field home hall tower bridge port market bazaar shop
hotel hospital clinic team club final grand prix masters star research data system network platform index report
paper note letter speech message list record map assistant senior junior vice acting former late honoured
honored hero martyr lord holy sacred night torture accounts notebook auditor ombudsman prosecutor judge
inspector officer captain colonel major corridor co uzbek uzbekistan uzbekistan's uzbeks tashkent welfare
commerce industries technical intergovernmental working group high extra ordinary executive soil sea's commons
earth sun moon god
"""
_COMMON_RU = """
президент премьер министр министер вице замест первый первого первым первой второй посол посла послу послом
посоль консул генеральн генсек секретар государств республик правительств кабинет совет совета советом сенат
парламент палат законодат верховн олий мажлис собрани агентств комитет комисси организаци международн национальн
региональн федерал народн социальн постоянн полномочн чрезвычайн почетн временн фонд банк программ проект план
стратеги управлен департамент служб инспекци администраци хокимият центр центре союз парти дом председател
спикер депутат губернатор мэр глав директор ректор академи университет институт школ колледж музе библиотек
театр дворец дворц парк площад улиц дорог аэропорт вокзал область област район город провинци долин мор моря
океан озер рек гор остров пролив пустын день дня дни недел год указ закон кодекс конституци декрет постановлен
соглашен договор конвенци протокол меморандум деклараци заявлен устав концепци обращен диалог конференци совещан
форум саммит выставк фестивал игр кубок кубк чемпионат лиг преми орден медал олимпи мир мира всемирн молодеж
женск детск счетн межправительств исполнительн исполком общественн король королевств принц принцесс шейх эмир
папа господин узбек узбекистан ташкент рабоч парламентск земл земля луна солнце родин отечеств независим победа
памят последн чемпион бог конгресс канцлер координатор
"""

_COMMON_UZ = """
prezident bosh vazir elchi elchixona kotib spiker deputat senat rais raha hokim davlat respublika hukumat milliy
xalqaro oliy doimiy faxriy favqulodda muxtor o'zbek toshkent qirol malika shahzoda ittifoq mehnat jamg'arma
kengash qo'mita agentlik birinchi ikkinchi yer oy quyosh vatan xalq ona
"""


@cache
def _concepts() -> tuple[tuple[str, ...], ...]:
    rows = _CONCEPTS.replace("\n", " | ").split("|")
    return tuple(tuple(row.replace("/", " ").split()) for row in rows if row.strip())


@cache
def _common() -> tuple[frozenset[str], tuple[str, ...]]:
    return frozenset(_COMMON_EN.split()), tuple(sorted({*_COMMON_RU.split(), *_COMMON_UZ.split()}))


def _fits(word: str, stem: str) -> bool:
    return word == stem[1:] if stem[0] == "=" else word.startswith(stem)


def is_title_word(word: str) -> bool:
    """Whether a capitalised word (lower-cased, without 's) is a title, an institution or a day, and names nobody."""
    english, stems = _common()
    return word in english or word.startswith(stems)


@cache
def equivalents(word: str) -> tuple[tuple[str, ...], ...]:
    """The concepts that a lower-cased word may stand for, each as stems in all three languages."""
    return tuple(row for row in _concepts() if any(_fits(word, stem) for stem in row))


def stands_for(word: str, concept: tuple[str, ...]) -> bool:
    """Whether a lower-cased word of any of the three languages belongs to a concept."""
    return any(_fits(word, stem) for stem in concept)
