"""Loading: from verified files to a model that answers."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import tarjimon
from tarjimon.domain import DecodingSettings, Receipt, Task
from tarjimon.engine.base import Engine
from tarjimon.engine.ctranslate2 import CTranslate2Engine, cuda_visible
from tarjimon.engine.threads import cpu_layout
from tarjimon.engine.transformers import TransformersEngine, torch_cuda_visible
from tarjimon.errors import ConfigError
from tarjimon.models.codec import Codec
from tarjimon.models.spec import ModelSpec
from tarjimon.models.store import ModelFiles


@dataclass(frozen=True, slots=True)
class Model:
    """A loaded model.

    Attributes:
        spec: the catalogue's entry.
        codec: text to pieces and back.
        engine: computes; close it when every batch has come back.
        weights_sha256: checksum of the weights that run.
        version: version of Tarjimon, for receipts.
    """

    spec: ModelSpec
    codec: Codec
    engine: Engine
    weights_sha256: str
    version: str

    def receipt(self, decoding: DecodingSettings | None = None) -> Receipt:
        """All that determines an answer; `decoding` defaults to the model's own settings."""
        return Receipt(
            model_id=self.spec.id,
            weights_sha256=self.weights_sha256,
            engine=self.engine.info.label,
            decoding=self.spec.decoding if decoding is None else decoding,
            version=self.version,
        )


def load(
    files: ModelFiles,
    *,
    engine: str = "auto",
    device: str = "auto",
    compute_type: str = "auto",
    workers: int = 0,
    threads: int = 0,
) -> Model:
    """Load a model's files into an engine.

    Args:
        files: what the store found and verified.
        engine: "ctranslate2", "transformers", or "auto" for what the files are.
        device: "cpu", "cuda", "cuda:N", or "auto" for a GPU when there is one.
        compute_type: "int8", "float32", "float16", "bfloat16", "int8_float16"…, or "auto" for the device's
            usual one.
        workers: batches computed at the same time; 0 chooses from the machine.
        threads: CPU threads of one worker; 0 chooses from the machine.

    Raises:
        CorruptModelError: the weights cannot be read.
        ConfigError: an argument is not one of those above, or the device is absent.
        ModelUnavailableError: the engine's package is not installed; the message names the extra.
    """
    kind = _engine_for(files, engine)
    device = _device(kind, device)
    # One replica is usual on a GPU; torch shares one pool of threads between whatever runs.
    single = device != "cpu" or kind == "transformers"
    layout = cpu_layout(workers or (1 if single else 0), threads)
    runs: Engine
    if kind == "ctranslate2":
        runs = CTranslate2Engine(
            files.folder,
            device=device,
            compute_type=compute_type,
            workers=layout.workers,
            threads=layout.threads,
        )
    else:
        runs = TransformersEngine(
            files.folder,
            device=device,
            compute_type=compute_type,
            workers=layout.workers,
            threads=layout.threads,
        )
    return Model(files.spec, Codec(files), runs, files.weights_sha256, tarjimon.__version__)


def warm_up(model: Model) -> float:
    """Run a short segment through every worker, so that the first caller does not pay for it.

    Returns:
        Seconds taken.

    Raises:
        EngineError: the model does not answer.
    """
    begin = time.monotonic()
    spec = model.spec
    task = Task.TRANSLATE if Task.TRANSLATE in spec.tasks else Task.SUMMARIZE
    source, target = next((s, t) for s in spec.sources for t in spec.targets if spec.supports(task, s, t))
    segment = replace(model.codec.encode("A.", source=source, target=target, task=task), max_output_tokens=8)
    with ThreadPoolExecutor(model.engine.info.workers) as pool:
        runs = [
            pool.submit(model.engine.translate_batch, [segment] * 2, spec.decoding)
            for _ in range(model.engine.info.workers)
        ]
        for run in runs:
            run.result()
    return time.monotonic() - begin


def _engine_for(files: ModelFiles, engine: str) -> str:
    if engine == "auto":
        return files.format
    if engine not in ("ctranslate2", "transformers"):
        raise ConfigError(
            f'Engine {engine!r} is not one of "auto", "ctranslate2", "transformers".', field="engine"
        )
    if engine != files.format:
        raise ConfigError(
            f"Model {files.spec.id} is here in the {files.format} format, which engine {engine} cannot run.",
            field="engine",
        )
    return engine


def _device(kind: str, device: str) -> str:
    if device == "auto":
        return "cuda" if (cuda_visible() if kind == "ctranslate2" else torch_cuda_visible()) else "cpu"
    if re.fullmatch(r"cpu|cuda(:\d+)?", device):
        return device
    raise ConfigError(f'Device {device!r} is not one of "auto", "cpu", "cuda", "cuda:N".', field="device")
