"""Loading: from verified files to a model that answers."""

from __future__ import annotations

from dataclasses import dataclass

from tarjimon.domain import DecodingSettings, Receipt
from tarjimon.engine.base import Engine
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
    raise NotImplementedError


def warm_up(model: Model) -> float:
    """Run a short segment through every worker, so that the first caller does not pay for it.

    Returns:
        Seconds taken.

    Raises:
        EngineError: the model does not answer.
    """
    raise NotImplementedError
