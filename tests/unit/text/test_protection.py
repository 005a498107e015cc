"""What is protected from the model, and that it comes back."""

import time

import pytest

from tarjimon.text.protection import Kind, find_spans, is_translatable, protect, restore

SLOTS = tuple(f"<x{number}>" for number in range(12))
ALL = frozenset(Kind)


@pytest.mark.parametrize(
    ("text", "kind", "span"),
    [
        ("Batafsil https://lex.uz/docs/123?a=1. Keyin", Kind.URL, "https://lex.uz/docs/123?a=1"),
        ("Sayt (www.mfa.uz) ishlaydi", Kind.URL, "www.mfa.uz"),
        ("Sayt gov.uz orqali", Kind.URL, "gov.uz"),
        ("Xat info@mfa.uz ga", Kind.EMAIL, "info@mfa.uz"),
        ("Kanal @tashqi_ishlar da", Kind.HANDLE, "@tashqi_ishlar"),
        ("#Oʻzbekiston taraqqiyoti", Kind.HASHTAG, "#Oʻzbekiston"),
        ("Tel.: +998 71 200-00-00.", Kind.PHONE, "+998 71 200-00-00"),
        ("Tel.: (71) 233-28-28", Kind.PHONE, "(71) 233-28-28"),
        ("PQ-123-sonli qaror", Kind.CODE, "PQ-123"),
        ("ПҚ–4947-сонли қарор", Kind.CODE, "ПҚ–4947"),
        ("O'RQ-637-son Qonun", Kind.CODE, "O'RQ-637"),
        ("Приказ № 129н от", Kind.CODE, "№ 129н"),
        ("Hisobot_2024.docx faylida", Kind.FILE, "Hisobot_2024.docx"),
        ("Buyruq `make test` dan", Kind.INLINE_CODE, "`make test`"),
        ("Bu <b>muhim</b> so'z", Kind.TAG, "<b>"),
        ("Salom, {name}!", Kind.PLACEHOLDER, "{name}"),
        ("Jami %1$s ta", Kind.PLACEHOLDER, "%1$s"),
        ("Jami %d ta", Kind.PLACEHOLDER, "%d"),
        ("Kod <x0> bilan", Kind.LITERAL, "<x0>"),
        ("1 350,5 tonna", Kind.NUMBER, "1 350,5"),
    ],
)
def test_span_is_found(text: str, kind: Kind, span: str) -> None:
    assert (kind, span) in [(found.kind, found.text) for found in find_spans(text, ALL)]


@pytest.mark.parametrize(
    "text",
    [
        "O`zbekiston to`g`risida qonun",
        "narx 5% dan oshdi",
        "50 % s",
        "va/yoki",
        "3:0 hisobida",
        "a < b va c > d",
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert find_spans(text) == ()


def test_spans_become_slots_in_order_and_come_back_in_any_order() -> None:
    text = "info@mfa.uz yoki gov.uz orqali PQ-123"
    protected = protect(text, slots=SLOTS)
    assert protected.text == "<x0> yoki <x1> orqali <x2>"
    restored = restore("Согласно <x2>: <x0> или <x1>", protected)
    assert restored.text == "Согласно PQ-123: info@mfa.uz или gov.uz"
    assert restored.ok


def test_damage_done_by_the_model_is_reported() -> None:
    protected = protect("info@mfa.uz, gov.uz", slots=SLOTS)
    restored = restore("<x0> <x0> <x7>", protected)
    assert restored.text == "info@mfa.uz info@mfa.uz "
    assert [span.text for span in restored.missing] == ["gov.uz"]
    assert [span.text for span in restored.duplicated] == ["info@mfa.uz"]
    assert restored.unexpected == ("<x7>",)
    assert not restored.ok


def test_spans_beyond_the_slots_stay_and_are_named() -> None:
    protected = protect("a@b.uz c@d.uz e@f.uz", slots=SLOTS[:2])
    assert protected.text == "<x0> <x1> e@f.uz"
    assert [span.text for span in protected.unprotected] == ["e@f.uz"]


@pytest.mark.parametrize("slots", [(), SLOTS[:1], SLOTS])
@pytest.mark.parametrize("text", ["<x0> <2ru> <sum> <_x0> <__x5>", "<<x0>> x0>", "a@b.uz <x1>"])
def test_control_tokens_typed_by_a_user_survive(text: str, slots: tuple[str, ...]) -> None:
    protected = protect(text, slots=slots)
    model_side = protected.text
    for slot, _ in protected.spans:
        model_side = model_side.replace(slot, "", 1)
    assert not any(token in model_side for token in ("<x0>", "<x1>", "<2ru>", "<sum>"))
    assert restore(protected.text, protected).text == text


def test_a_lost_escape_is_reported() -> None:
    assert restore("hech narsa", protect("<x0> va <x1>", slots=())).escapes_lost == 2


def test_numbers_are_masked_on_request() -> None:
    protected = protect("2024-yil 1 350 tonna 3,7 % ga", slots=SLOTS, kinds={Kind.NUMBER})
    assert protected.text == "<x0>-yil <x1> tonna <x2> ga"


@pytest.mark.parametrize("slots", [("x0",), ("<x0>", "<x0>"), ("<_a>",)])
def test_unusable_slots_are_refused(slots: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="slots must be distinct"):
        protect("matn", slots=slots)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("123 456", False),
        ("?!…", False),
        ("😀👍", False),
        ("https://gov.uz/a", False),
        ("info@mfa.uz, +998 71 200-00-00", False),
        ("PQ-123", False),
        ("{name}", False),
        ("", False),
        ("\x00", False),
        ("5 ta", True),
        ("5-uy", True),
        ("Ha", True),
    ],
)
def test_is_translatable(text: str, expected: bool) -> None:
    assert is_translatable(text) is expected


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "a.",
        "a-",
        "@a",
        "<",
        "<_",
        "<a ",
        "</",
        "&a",
        "`a",
        "`a ",
        "{",
        "{{a",
        "%",
        "%(a",
        "#",
        "#1",
        "1 ",
        "1",
        "+1",
        "(71) ",
        "A-",
        "№",
        "www.",
        "http://",
        "a@",
        "a.b@",
        "1-1-",
        "ПҚ–",
        "_",
        "$",
        "http://a ",
        "v1.",
        "<x",
        "12 123-",
    ],
)
def test_a_megabyte_of_bait_takes_linear_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    begin = time.perf_counter()
    find_spans(text, ALL)
    assert time.perf_counter() - begin < 10
