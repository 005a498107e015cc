"""The store: from a model's name to verified files on this machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from tarjimon.models.catalogue import Catalogue
from tarjimon.models.spec import Hub, ModelSpec

Format = Literal["ctranslate2", "transformers"]


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model's verified files.

    Attributes:
        spec: the catalogue's entry.
        folder: where the files lie.
        format: what the weights are.
        weights: the weights file (the first shard when a checkpoint has several).
        weights_sha256: its checksum, lower-case hex (over all shards' checksums when there are several).
        tokenizer_files: SentencePiece models, tokenizer.json and vocabularies.
    """

    spec: ModelSpec
    folder: Path
    format: Format
    weights: Path
    weights_sha256: str
    tokenizer_files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """What `tarjimon models list` and `info` tell.

    Attributes:
        spec: the catalogue's entry.
        ready: the files are here; no network is needed.
        folder: where they lie or would lie.
        bytes_on_disk: size of what is here, 0 when nothing is.
        detail: one line: embedded, cached, needs conversion, not fetched…
        weights_sha256: known only when ready and pinned.
    """

    spec: ModelSpec
    ready: bool
    folder: Path
    bytes_on_disk: int
    detail: str
    weights_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class PullProgress:
    """One step of a pull.

    Attributes:
        stage: "waiting", "listing", "fetching", "verifying", "converting" or "done".
        file: the file at work, "" when the stage has none.
        done: bytes so far.
        total: bytes in all, 0 when unknown.
    """

    stage: str
    file: str = ""
    done: int = 0
    total: int = 0


Progress = Callable[[PullProgress], None]


class Fetcher(Protocol):
    """Brings a repository's safe files into a folder."""

    def fetch(self, source: Hub, folder: Path, progress: Progress) -> str:
        """Download weights, configuration and tokenizer; resume what a broken run left.

        Returns:
            The commit that was fetched, 40 hex digits.

        Raises:
            ModelUnavailableError: the hub cannot be reached, or has no such repository or revision.
            UnsafeWeightsError: the repository offers pickled weights only.
        """
        ...


Converter = Callable[[Path, Path, ModelSpec], None]
"""Writes the CTranslate2 form of a checkpoint folder (first) into an empty folder (second)."""


class ModelStore:
    """Finds, fetches, verifies and converts models; safe between threads and processes.

    Args:
        cache_dir: where fetched and converted models are kept; made when first written to.
        catalogue: the models there are.
        fetcher: brings files from the hub; None when the extra `hub` is not wanted.
        converter: makes CTranslate2 folders; None keeps checkpoints as they are.
        offline: never touch the network.
    """

    def __init__(
        self,
        cache_dir: Path,
        catalogue: Catalogue,
        fetcher: Fetcher | None = None,
        converter: Converter | None = None,
        offline: bool = False,
    ) -> None:
        self.cache_dir = cache_dir
        self.catalogue = catalogue
        self.offline = offline
        self._fetcher = fetcher
        self._converter = converter

    def resolve(self, model_id: str) -> ModelFiles:
        """The verified files of a model, fetched and converted when need be.

        Raises:
            ModelNotFoundError: the catalogue has no such model.
            ModelUnavailableError: not here and cannot be fetched; the message says what to do.
            CorruptModelError: a checksum or a file's structure is wrong.
            UnsafeWeightsError: the weights are in a format that can run code.
        """
        raise NotImplementedError

    def pull(self, model_id: str, progress: Progress | None = None) -> ModelFiles:
        """Like `resolve`, with news on the way. Raises what `resolve` raises."""
        raise NotImplementedError

    def info(self, model_id: str) -> ModelStatus:
        """What is here of a model, without fetching, converting or hashing.

        Raises:
            ModelNotFoundError: the catalogue has no such model.
        """
        raise NotImplementedError

    def list(self) -> tuple[ModelStatus, ...]:
        """`info` of every model of the catalogue, in its order."""
        return tuple(self.info(spec.id) for spec in self.catalogue)
