"""The store: from a model's name to verified files on this machine."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tarjimon.errors import CorruptModelError, ModelUnavailableError
from tarjimon.models.cache import ModelCache, Pin, read_manifest, write_manifest
from tarjimon.models.catalogue import Catalogue
from tarjimon.models.folder import Format, ModelFiles, combined, verified, weights_in
from tarjimon.models.packaged import packaged_models
from tarjimon.models.spec import Embedded, Hub, LocalFolder, ModelSpec
from tarjimon.models.weights import sha256_of

__all__ = [
    "Converter",
    "Fetcher",
    "Format",
    "ModelFiles",
    "ModelStatus",
    "ModelStore",
    "Progress",
    "PullProgress",
]


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """What `tarjimon models list` and `info` tell.

    Attributes:
        spec: the catalogue's entry.
        ready: the files are here; no network is needed.
        folder: where they lie or would lie.
        bytes_on_disk: size of what is here, 0 when nothing is.
        detail: one line: embedded, cached, needs conversion, not fetched…
        weights_sha256: known only when the catalogue or a manifest says it.
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
        return self.pull(model_id)

    def pull(self, model_id: str, progress: Progress | None = None) -> ModelFiles:
        """Like `resolve`, with news on the way. Raises what `resolve` raises."""
        spec = self.catalogue.get(model_id)
        tell = progress or (lambda _: None)
        files = self._files(spec, tell)
        tell(PullProgress("done"))
        return files

    def info(self, model_id: str) -> ModelStatus:
        """What is here of a model, without fetching, converting or hashing.

        Raises:
            ModelNotFoundError: the catalogue has no such model.
        """
        spec = self.catalogue.get(model_id)
        home = self._cache(spec).home
        converted = next(iter(sorted(home.glob("ctranslate2-*"))), None)
        folder, detail = self._where(spec), "needs no fetch"
        if isinstance(spec.source, Embedded):
            detail = "embedded in the package"
        elif isinstance(spec.source, LocalFolder):
            detail = "local folder" if folder.is_dir() else "the local folder does not exist"
        elif converted is not None:
            folder, detail = converted, "fetched and converted"
        elif folder.is_dir():
            detail = "fetched"
        else:
            detail = f"not fetched: run `tarjimon models pull {spec.id}`"
        ready = folder.is_dir()
        size = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) if ready else 0
        known = spec.sha256 or (read_manifest(folder) if ready and folder == converted else {})
        return ModelStatus(spec, ready, folder, size, detail, known.get("model.bin"))

    def list(self) -> tuple[ModelStatus, ...]:
        """`info` of every model of the catalogue, in its order."""
        return tuple(self.info(spec.id) for spec in self.catalogue)

    def _files(self, spec: ModelSpec, tell: Progress) -> ModelFiles:
        cache = self._cache(spec)
        if isinstance(spec.source, Hub):
            pin = cache.read_pin()
            usable = pin is not None and (pin.repo, pin.revision) == (spec.source.repo, spec.source.revision)
            if not usable or not cache.checkpoint.is_dir():
                found = self._converted_elsewhere(spec, cache, pin if usable else None, tell)
                if found is not None:
                    return found
                self._fetch(spec, spec.source, cache, tell)
                pin = cache.read_pin()
            checksums = {**(pin.files if pin else {}), **spec.sha256}
        else:
            checksums = dict(spec.sha256)
        return self._ready(spec, cache, self._where(spec), checksums, tell)

    def _ready(
        self, spec: ModelSpec, cache: ModelCache, folder: Path, checksums: dict[str, str], tell: Progress
    ) -> ModelFiles:
        """A folder's files as an engine wants them: verified, and converted when there is a converter."""
        form, weights = weights_in(folder)
        if form == "ctranslate2" or self._converter is None:
            tell(PullProgress("verifying"))
            return verified(spec, folder, checksums)
        known = [checksums.get(path.name) for path in weights]
        pinned = [checksum for checksum in known if checksum is not None]
        tell(PullProgress("verifying"))
        if len(pinned) == len(weights) and isinstance(spec.source, Hub):
            done = cache.converted(spec.quantization, combined(pinned))
        else:
            done = cache.converted(spec.quantization, combined([sha256_of(path) for path in weights]))
        if done.is_dir():
            return verified(spec, done, read_manifest(done))
        checked = verified(spec, folder, checksums)
        with cache.locked(waiting=lambda: tell(PullProgress("waiting"))):
            if not done.is_dir():  # another process may have been first
                tell(PullProgress("converting", checked.weights.name))
                with cache.publishing(done) as work:
                    self._converter(folder, work, spec)
                    weights_in(work)
                    write_manifest(work)
        return verified(spec, done, read_manifest(done))

    def _converted_elsewhere(
        self, spec: ModelSpec, cache: ModelCache, pin: Pin | None, tell: Progress
    ) -> ModelFiles | None:
        """A conversion whose checkpoint was not copied along, as on a machine without network."""
        if pin is None:
            return None
        sums = [pin.files[name] for name in sorted(pin.files) if name.endswith(".safetensors")]
        done = cache.converted(spec.quantization, combined(sums)) if sums else None
        if done is None or not done.is_dir():
            return None
        tell(PullProgress("verifying"))
        return verified(spec, done, read_manifest(done))

    def _fetch(self, spec: ModelSpec, source: Hub, cache: ModelCache, tell: Progress) -> None:
        if self.offline or self._fetcher is None:
            why = "this run is offline" if self.offline else "the extra is missing (install tarjimon[hub])"
            raise ModelUnavailableError(
                f"Model {spec.id} is not in {cache.home} and {why}. Run `tarjimon models pull {spec.id}` on "
                f"a connected machine and copy its cache folder {spec.id}/ into {self.cache_dir}, or point "
                "--models at a catalogue whose entry names a local folder.",
                field="model",
                metadata={"model": spec.id},
            )
        with cache.locked(waiting=lambda: tell(PullProgress("waiting"))):
            pin = cache.read_pin()
            if pin is not None and (pin.repo, pin.revision) != (source.repo, source.revision):
                pin = None  # the catalogue was changed on purpose: fetch anew, pin anew
                shutil.rmtree(cache.checkpoint, ignore_errors=True)
            if cache.checkpoint.is_dir() and pin is not None:
                return  # another process was first
            asked = Hub(source.repo, pin.commit) if pin is not None else source
            cache.partial.mkdir(exist_ok=True)
            commit = self._fetcher.fetch(asked, cache.partial, tell)
            tell(PullProgress("verifying"))
            self._publish(spec, source, cache, commit, pin)

    def _publish(self, spec: ModelSpec, source: Hub, cache: ModelCache, commit: str, pin: Pin | None) -> None:
        """Hold the fetched files to every checksum that is known, pin the rest, and put them into place."""
        held = {**(pin.files if pin else {}), **spec.sha256}
        try:
            weights_in(cache.partial)
            verified(spec, cache.partial, held)
        except CorruptModelError as error:
            name = error.metadata.get("file")
            if name is not None:
                (cache.partial / name).unlink(missing_ok=True)
            else:
                shutil.rmtree(cache.partial)
            raise
        with cache.publishing(cache.checkpoint) as work:
            for path in cache.partial.iterdir():
                if path.is_file() and not path.name.startswith("."):
                    path.rename(work / path.name)
            files = {path.name: sha256_of(path) for path in sorted(work.iterdir())}
            cache.write_pin(Pin(source.repo, source.revision, commit, files))
        shutil.rmtree(cache.partial, ignore_errors=True)

    def _cache(self, spec: ModelSpec) -> ModelCache:
        return ModelCache(self.cache_dir / spec.id)

    def _where(self, spec: ModelSpec) -> Path:
        match spec.source:
            case Embedded(folder):
                return packaged_models() / "embedded" / folder
            case LocalFolder(path):
                return Path(path)
            case Hub():
                return self._cache(spec).checkpoint
