"""The training loop: resumable at any step, on a CPU or a CUDA device."""

from __future__ import annotations

import json
import logging
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from transformers import BartForConditionalGeneration

from recipe import checkpoint
from recipe.batches import Batch, BatchLimits, Epochs
from recipe.checkpoint import Progress, State
from recipe.loss import Candidates, frequent_pieces, full_loss, sampled_loss
from recipe.memory import release
from recipe.model import (
    CONFIG,
    PACKED,
    TOKENIZER,
    WEIGHTS,
    load_folder,
    load_weights,
    own_weights,
    save_folder,
)
from recipe.prepared import Prepared, load
from recipe.settings import Settings, read_settings
from recipe.tokens import Pieces
from recipe.validation import scores

log = logging.getLogger("recipe")


class Trainer:
    """One run: model, optimiser, averaged weights and position in the data."""

    def __init__(
        self,
        settings: Settings,
        model: BartForConditionalGeneration,
        data: Prepared,
        pieces: Pieces,
        folder: Path,
    ) -> None:
        self.settings = settings
        self.model = model.to(settings.device).train()
        self.data = data
        self.pieces = pieces
        self.folder = folder
        self.fingerprint = data.fingerprint()
        self.progress = Progress(data=self.fingerprint)
        named = dict(model.named_parameters())
        encoder = [p for n, p in named.items() if n.startswith("model.encoder.")]
        others = [p for n, p in named.items() if not n.startswith("model.encoder.")]
        self.optimiser = torch.optim.AdamW(
            [{"params": encoder}, {"params": others}],
            lr=settings.peak,
            betas=(0.9, 0.98),
            weight_decay=settings.weight_decay,
            fused=True,
        )
        self.average = {name: value.clone() for name, value in own_weights(model).items()}
        vocabulary = int(model.config.vocab_size)
        self.candidates = (
            Candidates(
                frequent_pieces(data, settings.frequent, vocabulary),
                vocabulary,
                settings.candidates,
                settings.seed,
            )
            if settings.candidates
            else None
        )
        self._epochs = Epochs(
            data, pieces.prefixes, BatchLimits(settings.batch_tokens, settings.pool), settings.seed
        )
        torch.manual_seed(settings.seed)

    def resume(self) -> None:
        """Go on from the checkpoint of the run folder; with other data, from the start of an epoch of that data."""
        progress, state = checkpoint.load(self.folder)
        load_weights(self.model, state.weights)
        with torch.no_grad():
            for name, value in state.average.items():
                self.average[name].copy_(value)
        for name, parameter in self.model.named_parameters():
            self.optimiser.state[parameter] = {
                "step": torch.tensor(float(progress.step), device=parameter.device),
                "exp_avg": state.first_moment[name].to(parameter.device).clone(),
                "exp_avg_sq": state.second_moment[name].to(parameter.device).clone(),
            }
        torch.set_rng_state(state.rng)
        if state.cuda_rng is not None and self.settings.device == "cuda":
            torch.cuda.set_rng_state(state.cuda_rng)
        if progress.data != self.fingerprint:
            log.info(
                "the prepared data changed (%s -> %s): a new epoch begins", progress.data, self.fingerprint
            )
            progress = replace(
                progress, epoch=progress.epoch + 1, batch=0, data=self.fingerprint, best=0.0, stale=0
            )
        self.progress = progress

    def save(self) -> None:
        """Write the checkpoint, and the averaged weights as a model folder beside it."""
        moments = {name: self.optimiser.state[p] for name, p in self.model.named_parameters()}
        cuda = torch.cuda.get_rng_state() if self.settings.device == "cuda" else None
        state = State(
            own_weights(self.model),
            self.average,
            {name: m["exp_avg"] for name, m in moments.items()},
            {name: m["exp_avg_sq"] for name, m in moments.items()},
            torch.get_rng_state(),
            cuda,
        )
        checkpoint.save(self.folder, self.progress, state)

    def batches(self) -> Iterator[tuple[int, int, Batch]]:
        """Batches from the current position on."""
        return self._epochs.stream(self.progress.epoch, self.progress.batch)

    def step(self, batches: list[Batch]) -> float:
        """One update from one or more batches; returns the loss per label piece."""
        number = self.progress.step + 1
        count = sum(batch.target_tokens for batch in batches)
        total = 0.0
        for part, batch in enumerate(batches):
            loss = self._loss(batch, number * 64 + part) / count
            loss.backward()  # type: ignore[no-untyped-call]
            total += float(loss.detach())
        rate = self.settings.rate(number)
        self.optimiser.param_groups[0]["lr"] = rate * self.settings.encoder_scale
        self.optimiser.param_groups[1]["lr"] = rate
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.settings.clip)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        if number % self.settings.ema_every == 0:
            self._update_average(number)
        return total

    def _loss(self, batch: Batch, draw: int) -> torch.Tensor:
        device = self.settings.device
        source = torch.from_numpy(batch.source).to(device)
        decoder_input = torch.from_numpy(batch.decoder_input).to(device)
        labels = torch.from_numpy(batch.labels).to(device).reshape(-1)
        half = torch.autocast(device, torch.bfloat16) if self.settings.precision == "bf16" else nullcontext()
        with half:
            hidden = self.model.model(
                input_ids=source,
                attention_mask=(source != 1).long(),
                decoder_input_ids=decoder_input,
                use_cache=False,
            ).last_hidden_state
            hidden = hidden.reshape(-1, hidden.shape[-1])
            embedding = self.model.model.shared.weight
            if self.candidates is None:
                return full_loss(hidden, embedding, labels, self.settings.smoothing)
            return sampled_loss(hidden, embedding, labels, self.candidates, draw, self.settings.smoothing)

    def _update_average(self, step: int) -> None:
        # Early on the average would remember the start for long: the decay grows with the steps done.
        decay = min(self.settings.ema, (1 + step) / (10 + step)) ** self.settings.ema_every
        weights = own_weights(self.model)
        for name, value in self.average.items():
            value.lerp_(weights[name], 1 - decay)

    @contextmanager
    def averaged(self) -> Iterator[BartForConditionalGeneration]:
        """The model with its averaged weights, for the time of the block."""
        own = {name: value.clone() for name, value in own_weights(self.model).items()}
        load_weights(self.model, self.average)
        try:
            yield self.model
        finally:
            load_weights(self.model, own)

    def validate(self) -> dict[str, float]:
        """Score the averaged weights; random state is left as it was, so that resumed runs agree."""
        state = torch.get_rng_state()
        with self.averaged() as model:
            found = scores(model, self.data.validation, self.pieces)
        torch.set_rng_state(state)
        return found


def run(
    config: Path,
    folder: Path,
    data_path: Path,
    init: Path | None,
    max_seconds: float | None,
    anneal: tuple[int, int] | None = None,
) -> int:
    """Train until `steps`, the time limit, early stopping, SIGTERM or SIGINT; always leaves a checkpoint."""
    settings = read_settings(config)
    if anneal is not None:
        settings = settings.annealed(*anneal)
    folder.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    if settings.threads:
        torch.set_num_threads(settings.threads)
    data = load(data_path)
    source = folder if checkpoint.exists(folder) else init
    if source is None:
        raise FileNotFoundError(f"{folder} has no checkpoint: name a model folder with --init")
    if source is not folder:
        for name in (TOKENIZER, CONFIG, WEIGHTS, PACKED):
            if (source / name).exists():
                (folder / name).write_bytes((source / name).read_bytes())
    pieces = Pieces(folder / TOKENIZER)
    pieces.require_explicit_spacing()
    model = load_folder(folder, settings.dropout, settings.attention)
    trainer = Trainer(settings, model, data, pieces, folder)
    if checkpoint.exists(folder):
        trainer.resume()
    (folder / "pid").write_text(f"{os.getpid()}\n")
    return _loop(trainer, max_seconds)


def _loop(trainer: Trainer, max_seconds: float | None) -> int:
    settings, folder = trainer.settings, trainer.folder
    stop = False

    def ask(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stop
        stop = True

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    begin = saved = logged = time.monotonic()
    before = trainer.progress.seconds
    window_loss, window_tokens = 0.0, 0
    pending: list[Batch] = []
    log.info("start at %s", trainer.progress)
    for epoch, following, batch in trainer.batches():
        pending.append(batch)
        if len(pending) < settings.accumulate:
            continue
        loss = trainer.step(pending)
        tokens = sum(item.target_tokens for item in pending)
        pending = []
        now = time.monotonic()
        progress = trainer.progress
        trainer.progress = progress = replace(
            progress,
            step=progress.step + 1,
            epoch=epoch,
            batch=following,
            target_tokens=progress.target_tokens + tokens,
            seconds=before + now - begin,
        )
        window_loss, window_tokens = window_loss + loss * tokens, window_tokens + tokens
        if progress.step % settings.log_every == 0:
            speed = window_tokens / (now - logged)
            entry = {"loss": round(window_loss / window_tokens, 4), "tokens_per_second": round(speed)}
            _note(folder, progress, entry | {"rate": settings.rate(progress.step)})
            window_loss, window_tokens, logged = 0.0, 0, now
            release()
        over = progress.step >= settings.steps or (max_seconds is not None and now - begin > max_seconds)
        if progress.step % settings.validate_every == 0 and trainer.data.validation:
            stop = _validated(trainer) or stop
            logged = time.monotonic()
        if stop or over or now - saved > settings.checkpoint_seconds:
            trainer.save()
            saved = time.monotonic()
        if stop or over:
            break
    save_folder(folder / "averaged", trainer.model, trainer.average)
    log.info("stopped at %s", trainer.progress)
    return 0


def _validated(trainer: Trainer) -> bool:
    """Validate, keep the best averaged weights, say whether patience has run out."""
    found = trainer.validate()
    progress = trainer.progress
    _note(trainer.folder, progress, {f"chrf_{name}": value for name, value in found.items()})
    if found["all"] > progress.best:
        trainer.progress = replace(progress, best=found["all"], stale=0)
        save_folder(trainer.folder / "best", trainer.model, trainer.average)
    else:
        trainer.progress = replace(progress, stale=progress.stale + 1)
    return 0 < trainer.settings.patience <= trainer.progress.stale


def _note(folder: Path, progress: Progress, values: dict[str, Any]) -> None:
    entry = {
        "step": progress.step,
        "epoch": progress.epoch,
        "target_tokens": progress.target_tokens,
        "seconds": round(progress.seconds, 1),
        **values,
    }
    with (folder / "metrics.jsonl").open("a", encoding="utf-8") as out:
        out.write(json.dumps(entry) + "\n")
    log.info("%s", entry)
