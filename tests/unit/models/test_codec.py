"""Promises of the codec: what a user writes is never a command, nothing is cut, what is unseen is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sentencepiece
from hypothesis import given, settings
from hypothesis import strategies as st

from tarjimon.domain import Hypothesis, Task
from tarjimon.errors import (
    CorruptModelError,
    InvalidInputError,
    LimitExceededError,
    UnsupportedLanguageError,
)
from tarjimon.models.catalogue import Catalogue, LocalFolder, ModelSpec, Scheme
from tarjimon.models.codec import Codec
from tarjimon.models.prefix import is_control
from tarjimon.models.store import ModelFiles, ModelStore
from tarjimon.models.tokenizer import SentencePieceTokenizer

LITERALS = (
    "<2en>", "<2ru>", "<sum>", "<s>", "</s>", "<pad>", "<unk>", "<x0>", "<x11>", "__en__", ">>rus<<",
    "uzn_Latn", "ru_RU", "<extra_id_0>", "<mask>",
)  # fmt: skip
CODES = {
    Scheme.TARJIMON: ("uz", "<2ru>"),
    Scheme.M2M100: ("__uz__", "__ru__"),
    Scheme.NLLB: ("uzn_Latn", "rus_Cyrl"),
    Scheme.MBART50: ("az_AZ", "ru_RU"),
    Scheme.MADLAD: ("<2uz>", "<2ru>"),
    Scheme.MARIAN: ("uz", "ru"),
    Scheme.MARIAN_MULTI: ("uz", ">>rus<<"),
    Scheme.BART: ("uz", "ru"),
    Scheme.PLAIN: ("uz", "ru"),
}


@pytest.fixture(scope="module")
def embedded() -> Codec:
    return Codec(ModelStore(Path("never-made"), Catalogue.load(), offline=True).resolve("tarjimon-mini"))


@pytest.fixture(scope="module")
def greedy_tokenizer(tmp_path_factory: pytest.TempPathFactory) -> SentencePieceTokenizer:
    """A SentencePiece model that takes control tokens out of plain text, as MADLAD's does with its tags."""
    folder = tmp_path_factory.mktemp("spm")
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(
            ["salom dunyo bugun havo ochiq", "ertaga yomg'ir yog'adi < > 2 r u _ n x 0"] * 20
        ),
        model_prefix=str(folder / "m"),
        vocab_size=80,
        hard_vocab_limit=False,
        user_defined_symbols=list(LITERALS[:3]) + list(LITERALS[7:]),
        minloglevel=2,
    )
    return SentencePieceTokenizer(folder / "m.model")


def codec_for(scheme: Scheme, tokenizer: SentencePieceTokenizer, **changes: object) -> Codec:
    source, target = CODES[scheme]
    spec = ModelSpec(
        id="own",
        title="own",
        architecture="bart",
        scheme=scheme,
        tasks=frozenset({Task.TRANSLATE}),
        sources={"uz": source},
        targets={"ru": target},
        licence="MIT",
        source=LocalFolder("."),
        **changes,  # type: ignore[arg-type]
    )
    return Codec(ModelFiles(spec, Path(), "ctranslate2", Path(), "0" * 64, ()), tokenizer)


@pytest.mark.parametrize("literal", LITERALS)
def test_a_control_token_in_a_text_stays_text(
    embedded: Codec, greedy_tokenizer: SentencePieceTokenizer, literal: str
) -> None:
    text = f"salom {literal} dunyo{literal}"
    plain = embedded.encode(text, source="uz", target="ru")
    assert (plain.source[0], plain.source[-1]) == ("<s>", "</s>")
    assert not any(is_control(piece) and piece != "<unk>" for piece in plain.source[1:-1])
    for scheme in Scheme:
        codec = codec_for(scheme, greedy_tokenizer, placeholder_slots=("<x0>",))
        framed, bare = (codec.encode(t, source="uz", target="ru").source for t in (text, "salom"))
        control = [p for p in framed if is_control(p) and p != "<unk>"]
        assert control == [p for p in bare if is_control(p)], scheme


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([*LITERALS, "salom", " ", "😀", "\u2581", "ў", "\n"]), min_size=1, max_size=12)
)
def test_no_mixture_of_literals_gets_through(embedded: Codec, parts: list[str]) -> None:
    text = "a" + "".join(parts)
    source = embedded.encode(text, source="uz", target="en").source
    assert not any(is_control(piece) and piece != "<unk>" for piece in source[1:-1])


@pytest.mark.parametrize(
    ("scheme", "source", "prefix"),
    [
        (Scheme.TARJIMON, ("<s>", "*", "</s>"), ("<2ru>",)),
        (Scheme.M2M100, ("__uz__", "*", "</s>"), ("__ru__",)),
        (Scheme.NLLB, ("uzn_Latn", "*", "</s>"), ("rus_Cyrl",)),
        (Scheme.MBART50, ("az_AZ", "*", "</s>"), ("ru_RU",)),
        (Scheme.MADLAD, ("<2ru>", "*", "</s>"), ()),
        (Scheme.MARIAN, ("*", "</s>"), ()),
        (Scheme.MARIAN_MULTI, (">>rus<<", "*", "</s>"), ()),
        (Scheme.BART, ("<s>", "*", "</s>"), ()),
        (Scheme.PLAIN, ("*", "</s>"), ()),
    ],
)
def test_every_family_is_told_the_languages_its_own_way(
    greedy_tokenizer: SentencePieceTokenizer, scheme: Scheme, source: tuple[str, ...], prefix: tuple[str, ...]
) -> None:
    pieces = [piece.text for piece in greedy_tokenizer.pieces("salom dunyo")]
    segment = codec_for(scheme, greedy_tokenizer).encode("salom dunyo", source="uz", target="ru")
    assert segment.source == tuple(x for s in source for x in (pieces if s == "*" else [s]))
    assert segment.target_prefix == prefix


def test_a_summary_is_asked_for_on_the_source(embedded: Codec) -> None:
    segment = embedded.encode("Salom.", source="uz", target="uz", task=Task.SUMMARIZE)
    assert segment.source[:2] == ("<s>", "<sum>")
    assert segment.target_prefix == ("<2uz>",)
    assert segment.max_output_tokens == 256


def test_count_is_never_less_than_what_encode_makes(embedded: Codec) -> None:
    for text in ("Salom.", "Prezident 2024-yil 5-may kuni qaror qabul qildi.", "a" * 300):
        for task, target in ((Task.TRANSLATE, "ru"), (Task.SUMMARIZE, "uz")):
            made = embedded.encode(text, source="uz", target=target, task=task)
            assert len(made.source) <= embedded.count(text) <= len(made.source) + 1


def test_a_text_that_is_too_long_is_refused_not_cut(embedded: Codec) -> None:
    words = "salom " * 600
    with pytest.raises(LimitExceededError, match="takes 512: split it") as caught:
        embedded.encode(words, source="uz", target="ru")
    assert int(caught.value.metadata["pieces"]) > embedded.limit


@pytest.mark.parametrize(("source", "target"), [("uz", "kk"), ("kk", "ru"), ("ru", "uz"), ("uz", "uz")])
def test_a_pair_that_the_model_was_not_made_for_is_refused(embedded: Codec, source: str, target: str) -> None:
    with pytest.raises(UnsupportedLanguageError, match="it does: uz-ru, uz-en"):
        embedded.encode("Salom", source=source, target=target)


@pytest.mark.parametrize("text", ["", "   ", "\n\t "])
def test_a_text_without_characters_is_refused(embedded: Codec, text: str) -> None:
    with pytest.raises(InvalidInputError, match="no characters"):
        embedded.encode(text, source="uz", target="ru")


@pytest.mark.parametrize("method", ["encode", "count", "unknown"])
def test_a_lone_surrogate_is_named_with_its_place(embedded: Codec, method: str) -> None:
    arguments = {"source": "uz", "target": "ru"} if method == "encode" else {}
    with pytest.raises(InvalidInputError, match=r"Character 2 .*U\+D800"):
        getattr(embedded, method)("ab\ud800", **arguments)


def test_what_the_model_cannot_see_is_told_with_its_place(embedded: Codec) -> None:
    text = "Салом 😀👍 дунё 日本 va \u2581 x"
    assert [(text[u.start : u.end], u.text) for u in embedded.unknown(text)] == [
        ("😀👍", "😀👍"),
        ("日本", "日本"),
        ("\u2581", "\u2581"),
    ]
    assert embedded.unknown("O'zbekiston Respublikasi — Ўзбекистон, № 5: 10 %") == ()


def test_output_limits_are_few_and_enough(embedded: Codec) -> None:
    limits = {
        embedded.encode("salom " * n, source="uz", target="ru").max_output_tokens for n in range(1, 150)
    }
    assert limits <= {32, 64, 128, 256}
    long = embedded.encode("salom " * 30, source="uz", target="ru")
    assert long.max_output_tokens >= 2 * len(long.source)


def test_decoding_joins_pieces_and_drops_control_tokens(embedded: Codec) -> None:
    tokens = ("<2ru>", "▁Привет", ",", "▁мир", "!", "</s>", "<pad>")
    assert embedded.decode(tokens) == "Привет, мир!"
    assert embedded.decode(Hypothesis(tokens, -1.0)) == "Привет, мир!"
    assert embedded.decode(("▁a", "<unk>")) == "a\u2047"
    assert embedded.decode(("<0xD0>", "<0x9F>", "▁x")) == "П x"
    assert embedded.decode(()) == ""


def test_slots_go_in_by_place_and_come_out_by_number(greedy_tokenizer: SentencePieceTokenizer) -> None:
    codec = codec_for(Scheme.TARJIMON, greedy_tokenizer, placeholder_slots=("<x0>", "<x1>"))
    segment = codec.encode("salom A12 dunyo B7", source="uz", target="ru", slots=[(6, 9), (16, 18)])
    assert [p for p in segment.source if p.startswith("<x")] == ["<x0>", "<x1>"]
    assert codec.decode_parts(("▁salom", "▁", "<x1>", ",", "<x0>")) == ("".join([" salom", " "]), 1, ",", 0)
    assert codec.decode(("▁salom", "▁", "<x1>")) == "salom <x1>"
    for bad in ([(0, 1), (0, 2)], [(3, 3)], [(0, 99)], [(5, 6), (1, 2)]):
        with pytest.raises(InvalidInputError, match="out of order, empty, or outside"):
            codec.encode("salom dunyo", source="uz", target="ru", slots=bad)
    with pytest.raises(InvalidInputError, match="3 placeholders asked for, model own has 2"):
        codec.encode("salom dunyo", source="uz", target="ru", slots=[(0, 1), (1, 2), (2, 3)])


def test_a_model_trained_without_slots_takes_none(embedded: Codec) -> None:
    if not embedded.slots:
        with pytest.raises(InvalidInputError, match="has 0"):
            embedded.encode("Salom", source="uz", target="ru", slots=[(0, 1)])


def test_a_corrupt_tokenizer_is_named(tmp_path: Path) -> None:
    files = ModelStore(tmp_path, Catalogue.load(), offline=True).resolve("tarjimon-mini")
    for content in (b"", b"not a model", files.tokenizer_files[0].read_bytes()[:1000]):
        path = tmp_path / "sentencepiece.model"
        path.write_bytes(content)
        with pytest.raises(CorruptModelError, match=r"sentencepiece\.model"):
            Codec(replace(files, tokenizer_files=(path,)))
    with pytest.raises(CorruptModelError, match="no tokenizer"):
        Codec(replace(files, tokenizer_files=()))
