import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
ctranslate2 = pytest.importorskip("ctranslate2")

from recipe.e5 import E5  # noqa: E402
from recipe.export import average, export  # noqa: E402
from recipe.initialise import from_e5, spread  # noqa: E402
from recipe.model import load_folder, own_weights, save_folder  # noqa: E402
from recipe.pieces import PiecesError, join, split  # noqa: E402
from recipe.prepared import Validation  # noqa: E402
from recipe.tokens import BOS, EOS, Pieces  # noqa: E402
from recipe.translator import Decoding, Translator  # noqa: E402
from recipe.validation import greedy  # noqa: E402

TEXTS = ["salom", "non va suv", "katta shahar <x0>-uy"]


@pytest.mark.filterwarnings("ignore")
def test_the_exported_model_decodes_like_the_trained_one(tmp_path, model_folder) -> None:
    sizes = export([model_folder], model_folder / "tokenizer.json", tmp_path / "out", "float32")
    assert {"model.bin", "sentencepiece.model", "tokenizer.json", "model.fp16.safetensors"} <= set(sizes)
    pieces = Pieces(model_folder / "tokenizer.json")
    model = load_folder(model_folder, dropout=0.0, attention="eager").eval()
    examples = [Validation("translate", "ru", ids, "") for ids in pieces.encode(TEXTS)]
    with torch.inference_mode():
        ours = greedy(model, examples, pieces, longest=12)
    engine = ctranslate2.Translator(str(tmp_path / "out"))
    results = engine.translate_batch(
        [["<s>", *pieces.tokens(text), "</s>"] for text in TEXTS],
        target_prefix=[["<2ru>"]] * len(TEXTS),
        beam_size=1,
        max_decoding_length=13,
    )
    theirs = [pieces.decode_tokens(result.hypotheses[0][1:]) for result in results]
    assert theirs == ours
    assert any(theirs), "an empty output proves nothing"


@pytest.mark.filterwarnings("ignore")
def test_scores_agree_with_the_trained_model(tmp_path, model_folder) -> None:
    export([model_folder], model_folder / "tokenizer.json", tmp_path / "out", "float32")
    pieces = Pieces(model_folder / "tokenizer.json")
    model = load_folder(model_folder, dropout=0.0, attention="eager").eval()
    source, target = pieces.encode(["non va suv"])[0], pieces.encode(["kitob"])[0]
    forced = [pieces.prefixes.target["ru"], *target]
    with torch.inference_mode():
        logits = model(
            input_ids=torch.tensor([[BOS, *source, EOS]]),
            decoder_input_ids=torch.tensor([[EOS, *forced[:-1]]]),
        ).logits[0]
    ours = torch.log_softmax(logits, -1)[torch.arange(len(forced)), torch.tensor(forced)]
    engine = ctranslate2.Translator(str(tmp_path / "out"))
    made = engine.score_batch(
        [["<s>", *pieces.tokens("non va suv"), "</s>"]], [["<2ru>", *pieces.tokens("kitob")]]
    )[0]
    theirs = torch.tensor(made.log_probs[: len(forced)])
    assert torch.allclose(ours, theirs, atol=1e-4)


@pytest.mark.filterwarnings("ignore")
def test_the_evaluation_reads_what_the_export_wrote(tmp_path, model_folder) -> None:
    export([model_folder], model_folder / "tokenizer.json", tmp_path / "out", "int8")
    translator = Translator(tmp_path / "out", Decoding(beam=2, longest=10), threads=1)
    assert len(translator.translate(TEXTS, "en")) == 3
    restored = translator.translate_masked(["12 kun"], "ru")
    assert len(restored) == 1


def test_averaging_is_the_mean(tmp_path, model_folder) -> None:
    model = load_folder(model_folder, 0.0, "eager")
    other = {name: value + 1 for name, value in own_weights(model).items()}
    save_folder(tmp_path / "other", model, other)
    mean = average([model_folder, tmp_path / "other"])
    name = "model.encoder.layers.0.fc1.weight"
    assert torch.allclose(mean[name], own_weights(model)[name] + 0.5, atol=2e-3)


def test_pieces_come_together_and_damage_is_seen(tmp_path) -> None:
    (tmp_path / "big.bin").write_bytes(bytes(range(256)) * 40)
    written = split([tmp_path / "big.bin"], tmp_path / "parts", limit=3000)
    assert [path.name for path in written] == [
        "big.bin.000",
        "big.bin.001",
        "big.bin.002",
        "big.bin.003",
        "pieces.json",
    ]
    (joined,) = join(tmp_path / "parts", tmp_path / "out")
    assert joined.read_bytes() == (tmp_path / "big.bin").read_bytes()
    (tmp_path / "parts" / "big.bin.002").write_bytes(b"x")
    with pytest.raises(PiecesError, match=r"big\.bin\.002 is damaged"):
        join(tmp_path / "parts", tmp_path / "out")
    (tmp_path / "parts" / "big.bin.001").unlink()
    with pytest.raises(PiecesError, match=r"big\.bin\.001 is missing"):
        join(tmp_path / "parts", tmp_path / "out")


def test_layers_are_spread_and_end_with_the_last() -> None:
    assert spread(12, 12) == list(range(12))
    assert spread(6, 12) == [1, 3, 5, 7, 9, 11]
    assert spread(3, 12) == [3, 7, 11]
    assert spread(1, 12) == [11]
    with pytest.raises(ValueError, match="13 of 12"):
        spread(13, 12)


@pytest.mark.filterwarnings("ignore")
def test_the_encoder_started_from_e5_is_e5(model_folder) -> None:
    """Outputs equal those of a BERT of the same weights: both are post-norm transformers."""
    from transformers import BertConfig, BertModel

    model = load_folder(model_folder, dropout=0.0, attention="eager").eval()
    settings = BertConfig(
        vocab_size=60, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=62, type_vocab_size=2, layer_norm_eps=1e-5, pad_token_id=1,
    )  # fmt: skip
    torch.manual_seed(4)
    bert = BertModel(settings, add_pooling_layer=False).eval()
    state = bert.state_dict()
    names = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
             "ao": "attention.output.dense", "fi": "intermediate.dense", "fo": "output.dense",
             "aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}  # fmt: skip
    tensors = {
        "emb.word": state["embeddings.word_embeddings.weight"],
        "emb.pos": state["embeddings.position_embeddings.weight"],
        "emb.type": state["embeddings.token_type_embeddings.weight"],
        "emb.ln.w": state["embeddings.LayerNorm.weight"],
        "emb.ln.b": state["embeddings.LayerNorm.bias"],
    }
    for layer in range(2):
        for ours, theirs in names.items():
            tensors[f"l{layer}.{ours}.w"] = state[f"encoder.layer.{layer}.{theirs}.weight"]
            tensors[f"l{layer}.{ours}.b"] = state[f"encoder.layer.{layer}.{theirs}.bias"]
    e5 = E5(16, 2, 32, (), (), {name: value.numpy() for name, value in tensors.items()})
    kept = list(range(50))
    from_e5(model, e5, kept, seed=0)
    ids = torch.tensor([[0, 7, 9, 30, 2]])
    with torch.inference_mode():
        ours = model.model.encoder(input_ids=ids).last_hidden_state
        theirs = bert(input_ids=ids).last_hidden_state
    assert torch.allclose(ours, theirs, atol=1e-5)


@pytest.mark.filterwarnings("ignore")
def test_packed_weights_export_to_the_same_int8_model(tmp_path, model_folder) -> None:
    from recipe.model import PACKED, WEIGHTS, stored_weights
    from recipe.packed import pack

    packed = tmp_path / "packed"
    packed.mkdir()
    for name in ("hf_config.json", "tokenizer.json"):
        (packed / name).write_bytes((model_folder / name).read_bytes())
    pack(stored_weights(model_folder), packed / PACKED)
    assert (packed / PACKED).stat().st_size < 0.8 * (model_folder / WEIGHTS).stat().st_size
    export([model_folder], model_folder / "tokenizer.json", tmp_path / "a", "int8")
    export([packed], packed / "tokenizer.json", tmp_path / "b", "int8")
    decoding = Decoding(beam=2, longest=10)
    left, right = Translator(tmp_path / "a", decoding, 1), Translator(tmp_path / "b", decoding, 1)
    assert left.translate(TEXTS, "ru") == right.translate(TEXTS, "ru")
