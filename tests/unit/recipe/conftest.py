"""A tiny tokenizer, a tiny network and a tiny prepared file."""

import json
from pathlib import Path

import pytest

LETTERS = "abcdefghijklmnopqrstuvxyzабвгдежзийклмнопрстуфхцчшщъыьэюя'.,-:0123456789ABCDOTM()"


@pytest.fixture(scope="session")
def tokenizer_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("tokenizers")
    from recipe.vocabulary import EXTRA, SPECIAL, charsmap, tokenizer_json

    pieces = [*SPECIAL, "\u2581", *LETTERS, "\u2581va", "lar", "ning", *EXTRA]
    scores = [0.0] * 4 + [-3.0] + [-5.0] * len(LETTERS) + [-4.0, -4.5, -4.6] + [0.0] * len(EXTRA)
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    path.write_text(json.dumps(tokenizer_json(pieces, scores, charsmap())), encoding="utf-8")
    return path


@pytest.fixture
def prepared(tokenizer_path: Path):
    from recipe.prepare import Example, encode
    from recipe.tokens import Pieces

    words = ["salom", "kitob", "non va suv", "bu uy", "katta shahar", "daryo", "tog'lar", "yangi yil"]
    others = ["привет", "книга", "хлеб и вода", "это дом", "большой город", "река", "горы", "новый год"]
    examples = [
        Example("translate", "ru", left, right, 1.0, "documents")
        for left, right in zip(words, others, strict=True)
    ]
    examples += [Example("translate", "en", left, left, 0.5, "documents") for left in words]
    examples.append(Example("summary", "uz", " ".join(words), "salom kitob", 1.0, "documents"))
    held_out = [("translate", "ru", "non", "хлеб"), ("translate", "en", "suv", "water")]
    return encode(examples, held_out, Pieces(tokenizer_path), {"made for": "tests"})


@pytest.fixture
def model_folder(tmp_path: Path, tokenizer_path: Path) -> Path:
    torch = pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from recipe.model import Shape, build, config_of, own_weights, save_folder

    size = len(json.loads(tokenizer_path.read_text(encoding="utf-8"))["model"]["vocab"])
    shape = Shape(size, 2, 1, width=16, heads=2, inner=32, positions=160)
    model = build(config_of(shape), dropout=0.1, attention="eager", seed=3)
    draw = torch.Generator().manual_seed(4)
    with torch.no_grad():  # far from the flat start, so that its outputs are not all empty
        for parameter in model.parameters():
            parameter += 0.3 * torch.randn(parameter.shape, generator=draw)
    folder = tmp_path / "model"
    save_folder(folder, model, own_weights(model))
    (folder / "tokenizer.json").write_bytes(tokenizer_path.read_bytes())
    return folder
