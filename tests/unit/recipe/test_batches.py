from itertools import islice

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("tokenizers")

from recipe.batches import BatchLimits, Epochs  # noqa: E402
from recipe.prepared import Prepared, load, save  # noqa: E402
from recipe.tokens import BOS, EOS, PAD, Pieces  # noqa: E402


def _epochs(prepared: Prepared, tokenizer_path, seed: int = 1, tokens: int = 60) -> Epochs:
    return Epochs(prepared, Pieces(tokenizer_path).prefixes, BatchLimits(tokens, pool=8), seed)


def test_an_epoch_visits_each_example_as_often_as_its_weight_says(prepared, tokenizer_path) -> None:
    epochs = _epochs(prepared, tokenizer_path)
    seen = np.zeros(len(prepared))
    for epoch in range(200):
        for batch in epochs.plan(epoch):
            seen[batch] += 1
    assert (seen[prepared.visits == 1.0] == 200).all()
    assert (abs(seen[prepared.visits == 0.5] - 100) < 35).all()


def test_batches_hold_their_budget_and_are_the_same_again(prepared, tokenizer_path) -> None:
    epochs = _epochs(prepared, tokenizer_path)
    source, target = prepared.lengths()
    for batch in epochs.plan(3):
        width = (source[batch] + 4).max() + (target[batch] + 2).max()
        assert len(batch) == 1 or width * len(batch) <= 60
    again = _epochs(prepared, tokenizer_path)
    assert [list(b) for b in epochs.plan(3)] == [list(b) for b in again.plan(3)]
    assert [list(b) for b in epochs.plan(3)] != [list(b) for b in epochs.plan(4)]


def test_the_stream_goes_on_where_it_was_left(prepared, tokenizer_path) -> None:
    epochs = _epochs(prepared, tokenizer_path)
    whole = list(islice(epochs.stream(0, 0), 12))
    epoch, following, _ = whole[6]
    rest = list(islice(epochs.stream(epoch, following), 5))
    for (_, _, left), (_, _, right) in zip(whole[7:], rest, strict=True):
        assert np.array_equal(left.source, right.source)
        assert np.array_equal(left.labels, right.labels)


def test_tags_tell_the_model_what_to_do(prepared, tokenizer_path) -> None:
    epochs, prefixes = _epochs(prepared, tokenizer_path), Pieces(tokenizer_path).prefixes
    summary = epochs.batch(np.array([len(prepared) - 1]))
    assert list(summary.source[0, :2]) == [BOS, prefixes.summary]
    assert list(summary.decoder_input[0, :2]) == [EOS, prefixes.target["uz"]]
    both = epochs.batch(np.array([0, 2]))
    assert both.source[0, 0] == BOS
    assert both.decoder_input[0, 1] == prefixes.target["ru"]
    assert both.labels[0, 0] == PAD
    assert both.labels[0][both.labels[0] != PAD][-1] == EOS
    assert both.target_tokens == int((both.labels != PAD).sum())


def test_a_prepared_file_comes_back_whole(prepared, tmp_path) -> None:
    save(tmp_path / "data.npz", prepared)
    again = load(tmp_path / "data.npz")
    assert again.fingerprint() == prepared.fingerprint()
    assert again.validation == prepared.validation
    assert again.notes == prepared.notes
