import json
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("sacrebleu")

from recipe import checkpoint  # noqa: E402
from recipe.loss import Candidates, full_loss, sampled_loss  # noqa: E402
from recipe.model import load_folder, own_weights  # noqa: E402
from recipe.prepared import save  # noqa: E402
from recipe.settings import Settings, SettingsError, read_settings  # noqa: E402
from recipe.tokens import Pieces  # noqa: E402
from recipe.training import Trainer, run  # noqa: E402

CONFIGS = Path(__file__).parents[3] / "models" / "recipe" / "configs"
TINY = {
    "threads": 1,
    "precision": "fp32",
    "batch_tokens": 60,
    "pool": 8,
    "warmup": 4,
    "hold": 6,
    "candidates": 10,
    "frequent": 20,
    "ema_every": 2,
    "log_every": 2,
    "validate_every": 1000,
}


def settings(**changed: object) -> Settings:
    return replace(read_settings(CONFIGS / "cpu.toml"), **{**TINY, **changed})


def trainer(folder: Path, model_folder: Path, prepared, chosen: Settings) -> Trainer:
    folder.mkdir(exist_ok=True)
    model = load_folder(model_folder, chosen.dropout, chosen.attention)
    return Trainer(chosen, model, prepared, Pieces(model_folder / "tokenizer.json"), folder)


def advance(made: Trainer, steps: int) -> None:
    for epoch, following, batch in islice(made.batches(), steps):
        made.step([batch])
        made.progress = replace(made.progress, step=made.progress.step + 1, epoch=epoch, batch=following)


def test_a_resumed_run_is_bit_for_bit_the_uninterrupted_one(tmp_path, model_folder, prepared) -> None:
    whole = trainer(tmp_path / "whole", model_folder, prepared, settings())
    advance(whole, 9)
    first = trainer(tmp_path / "cut", model_folder, prepared, settings())
    advance(first, 4)
    first.save()
    torch.manual_seed(999)  # what another process would have drawn
    second = trainer(tmp_path / "cut", model_folder, prepared, settings())
    second.resume()
    advance(second, 5)
    assert second.progress.step == whole.progress.step == 9
    for name, weight in own_weights(whole.model).items():
        assert torch.equal(weight, own_weights(second.model)[name]), name
        assert torch.equal(whole.average[name], second.average[name]), name


def test_validating_does_not_change_what_follows(tmp_path, model_folder, prepared) -> None:
    silent = trainer(tmp_path / "a", model_folder, prepared, settings())
    advance(silent, 5)
    watched = trainer(tmp_path / "b", model_folder, prepared, settings())
    advance(watched, 3)
    found = watched.validate()
    advance(watched, 2)
    assert set(found) == {"en", "ru", "all"}
    for name, weight in own_weights(silent.model).items():
        assert torch.equal(weight, own_weights(watched.model)[name]), name


def test_training_lowers_the_loss(tmp_path, model_folder, prepared) -> None:
    made = trainer(
        tmp_path / "run", model_folder, prepared, settings(peak=5e-3, dropout=0.0, batch_tokens=400)
    )
    losses = [made.step([batch]) for _, _, batch in islice(made.batches(), 60)]
    assert sum(losses[-5:]) < 0.8 * sum(losses[:5])


def test_a_crash_while_saving_leaves_the_old_checkpoint(
    tmp_path, model_folder, prepared, monkeypatch
) -> None:
    made = trainer(tmp_path / "run", model_folder, prepared, settings())
    advance(made, 2)
    made.save()
    advance(made, 2)

    def broken(tensors: object, path: Path, metadata: object = None) -> None:
        Path(path).write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(checkpoint, "save_file", broken)
    with pytest.raises(OSError, match="disk full"):
        made.save()
    progress, _ = checkpoint.load(tmp_path / "run")
    assert progress.step == 2


def test_other_data_starts_a_new_epoch(tmp_path, model_folder, prepared) -> None:
    made = trainer(tmp_path / "run", model_folder, prepared, settings())
    advance(made, 3)
    made.save()
    changed = replace(prepared, visits=prepared.visits * 2)
    again = trainer(tmp_path / "run", model_folder, changed, settings())
    again.resume()
    assert (again.progress.step, again.progress.batch) == (3, 0)
    assert again.progress.epoch == made.progress.epoch + 1


def test_the_command_stops_at_its_last_step_and_writes_metrics(tmp_path, model_folder, prepared) -> None:
    save(tmp_path / "data.npz", prepared)
    lines = (CONFIGS / "cpu.toml").read_text(encoding="utf-8").splitlines()
    wanted = {**TINY, "steps": 6, "validate_every": 3}
    kept = [line for line in lines if line.split(" = ")[0] not in wanted]
    kept += [f"{name} = {json.dumps(value)}" for name, value in wanted.items()]
    (tmp_path / "tiny.toml").write_text("\n".join(kept), encoding="utf-8")
    folder = tmp_path / "run"
    assert run(tmp_path / "tiny.toml", folder, tmp_path / "data.npz", model_folder, None) == 0
    entries = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    assert [entry["step"] for entry in entries if "loss" in entry] == [2, 4, 6]
    assert [entry["step"] for entry in entries if "chrf_all" in entry] == [3, 6]
    assert checkpoint.load(folder)[0].step == 6
    assert (folder / "averaged" / "model.fp16.safetensors").exists()


def test_all_candidates_give_the_full_loss() -> None:
    torch.manual_seed(1)
    hidden, embedding = torch.randn(30, 8), torch.randn(50, 8)
    labels = torch.randint(2, 50, (30,))
    labels[3] = 1  # padding
    everything = Candidates(torch.arange(20), 50, sampled=50, seed=1)
    assert torch.allclose(
        sampled_loss(hidden, embedding, labels, everything, 1, 0.1),
        full_loss(hidden, embedding, labels, 0.1),
        atol=1e-3,
    )


def test_sampled_candidates_are_right_on_average() -> None:
    torch.manual_seed(2)
    hidden, embedding = torch.randn(40, 8) * 0.5, torch.randn(600, 8)
    labels = torch.randint(2, 600, (40,))
    some = Candidates(torch.arange(50), 600, sampled=200, seed=3)
    mean = sum(float(sampled_loss(hidden, embedding, labels, some, step, 0.1)) for step in range(60)) / 60
    full = float(full_loss(hidden, embedding, labels, 0.1))
    assert abs(mean - full) < 0.01 * full


def test_settings_are_checked(tmp_path) -> None:
    for path in CONFIGS.glob("*.toml"):
        if path.name != "mixture.toml":
            read_settings(path)
    text = (CONFIGS / "cpu.toml").read_text(encoding="utf-8")
    (tmp_path / "a.toml").write_text(f"{text}\nsurprise = 1\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="surprise"):
        read_settings(tmp_path / "a.toml")
    (tmp_path / "b.toml").write_text(text.replace('"bf16"', '"fp8"'), encoding="utf-8")
    with pytest.raises(SettingsError, match="fp8"):
        read_settings(tmp_path / "b.toml")


def test_the_learning_rate_rises_holds_and_falls() -> None:
    open_end = settings(warmup=10, hold=20, peak=1.0)
    assert [open_end.rate(step) for step in (1, 10, 20, 80)] == [0.1, 1.0, 1.0, 0.5]
    linear = settings(schedule="linear", warmup=10, steps=110, peak=1.0, floor=0.1)
    assert [round(linear.rate(step), 3) for step in (10, 60, 110)] == [1.0, 0.55, 0.1]
    annealed = open_end.annealed(100, 200)
    assert [round(annealed.rate(step), 3) for step in (100, 150, 200)] == [1.0, 0.525, 0.05]
    with pytest.raises(SettingsError, match="from 200 to 100"):
        open_end.annealed(200, 100)
    cosine = settings(schedule="cosine", warmup=10, steps=110, peak=1.0, floor=0.0)
    assert [round(cosine.rate(step), 3) for step in (10, 60, 110)] == [1.0, 0.5, 0.0]
