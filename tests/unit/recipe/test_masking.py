from recipe.masking import has_fixed, mask_pair


def test_numbers_are_masked_alike_and_keep_their_order_of_the_source() -> None:
    made = mask_pair("2026-yil 5-mart kuni 1,5 mlrd so'm", "5 March 2026: 1.5 billion soums", numbers=True)
    assert made is not None
    assert made.source == "<x0>-yil <x1>-mart kuni <x2> mlrd so'm"
    assert made.target == "<x1> March <x0>: <x2> billion soums"
    assert made.values == ("2026", "5", "1,5")


def test_fixed_spans_are_masked_without_numbers() -> None:
    made = mask_pair(
        "Sayt: https://gov.example/a, 5 kun", "Сайт: https://gov.example/a, 5 дней", numbers=False
    )
    assert made is not None
    assert (made.source, made.target) == ("Sayt: <x0>, 5 kun", "Сайт: <x0>, 5 дней")
    assert has_fixed("info@mail.example")
    assert not has_fixed("5 kun")


def test_what_differs_is_left_alone() -> None:
    assert mask_pair("17 ta", "18 штук", numbers=True) is None
    made = mask_pair("3 va 17", "17 и 4", numbers=True)
    assert made is not None
    assert (made.source, made.target) == ("3 va <x0>", "<x0> и 4")
    assert (
        mask_pair(", ".join(map(str, range(100, 115))), ", ".join(map(str, range(100, 115))), numbers=True)
        is None
    )


def test_equal_numbers_are_matched_in_their_order() -> None:
    made = mask_pair("5 va 5", "5 и 5", numbers=True)
    assert made is not None
    assert made.target == "<x0> и <x1>"
