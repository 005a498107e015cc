"""Fetching from the Hugging Face hub: safetensors or CTranslate2 weights, configuration and tokenizer only."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tarjimon.errors import CorruptModelError, ModelUnavailableError, TarjimonError, UnsafeWeightsError
from tarjimon.models.folder import CONFIGURATIONS, SAFETENSORS_INDEX, TOKENIZERS, VOCABULARIES
from tarjimon.models.spec import Hub
from tarjimon.models.store import Progress, PullProgress
from tarjimon.models.weights import CTRANSLATE2_WEIGHTS, is_code_carrier, sha256_of

_SAFETENSORS = re.compile(r"model(-\d{5}-of-\d{5})?\.safetensors")
_CONVERSION_AUTHOR = "SFconvertbot"
_CONVERSION_TITLE = "Adding `safetensors` variant of this model"


class HubFetcher:
    """A `Fetcher` over huggingface_hub (extra `hub`).

    A repository whose main branch has pickled weights only is asked for the pull request that the hub's own
    conversion service opens, as transformers does; its commit is what gets pinned.

    Args:
        endpoint: the hub's address; None for huggingface_hub's own default (HF_ENDPOINT).
        token: for gated or private repositories; None for huggingface_hub's own.
    """

    def __init__(self, endpoint: str | None = None, token: str | None = None) -> None:
        self._endpoint = endpoint
        self._token = token

    def fetch(self, source: Hub, folder: Path, progress: Progress) -> str:
        """See `Fetcher.fetch`."""
        try:
            import huggingface_hub
        except ImportError as error:
            raise ModelUnavailableError(
                "Fetching models needs the package huggingface_hub: install tarjimon[hub].", field="model"
            ) from error
        try:
            return self._fetch(huggingface_hub, source, folder, progress)
        except TarjimonError:
            raise
        except Exception as error:  # HTTP libraries, timeouts and full disks have no common root
            raise ModelUnavailableError(_explained(source, error), field="model") from error

    def _fetch(self, hub: Any, source: Hub, folder: Path, progress: Progress) -> str:
        api = hub.HfApi(endpoint=self._endpoint, token=self._token)
        progress(PullProgress("listing", source.repo))
        listing = api.model_info(source.repo, revision=source.revision, files_metadata=True)
        names = safe_files(s.rfilename for s in listing.siblings)
        if not names and source.revision == "main":
            request = self._conversion(api, source.repo)
            if request is not None:
                listing = api.model_info(source.repo, revision=f"refs/pr/{request}", files_metadata=True)
                names = safe_files(s.rfilename for s in listing.siblings)
        if not names:
            raise _unsafe(source, [s.rfilename for s in listing.siblings])
        files = {s.rfilename: s for s in listing.siblings if s.rfilename in names}
        _start_over_unless(folder, str(listing.sha))
        total = sum(s.size or 0 for s in files.values())
        before = 0
        for name, sibling in sorted(files.items(), key=lambda item: item[1].size or 0):
            bar = _reporter(hub, name, before, total, progress)
            self._download(hub, source.repo, str(listing.sha), sibling, folder / name, bar)
            before += sibling.size or 0
        return str(listing.sha)

    def _download(self, hub: Any, repo: str, commit: str, sibling: Any, path: Path, bar: type) -> None:
        """Bring one file, going on where a broken run stopped, and hold it to what the hub says of it.

        huggingface_hub's own hf_hub_download starts a file over after a failed call, which for gigabytes over
        a bad line means never.
        """
        if path.is_file():
            return
        part = path.with_name(path.name + ".part")
        with part.open("ab") as file:
            importlib.import_module("huggingface_hub.file_download").http_get(
                hub.hf_hub_url(repo, path.name, revision=commit, endpoint=self._endpoint),
                file,
                resume_size=file.tell(),
                headers=hub.utils.build_hf_headers(token=self._token),
                expected_size=sibling.size,
                tqdm_class=bar,
            )
        lfs = getattr(sibling, "lfs", None)
        if lfs is not None and sha256_of(part) != lfs.sha256:
            part.unlink()  # so that the next pull mends it
            raise CorruptModelError(
                f"{path.name} came damaged from the hub (its SHA-256 is not {lfs.sha256}): pull again.",
                metadata={"file": path.name},
            )
        part.replace(path)

    def _conversion(self, api: Any, repo: str) -> int | None:
        for talk in api.get_repo_discussions(repo, discussion_type="pull_request"):
            if talk.author == _CONVERSION_AUTHOR and talk.title == _CONVERSION_TITLE:
                return int(talk.num)
        return None


def _start_over_unless(folder: Path, commit: str) -> None:
    """Forget what came of another commit: files of two must not mix."""
    mark = folder / ".commit"
    if not mark.is_file() or mark.read_text() != commit:
        for path in folder.iterdir():
            if path.is_file():
                path.unlink()
        mark.write_text(commit)


def safe_files(listing: Iterable[str]) -> frozenset[str]:
    """The files of a repository that are fetched; empty when it has no safe weights.

    Only names without a folder are looked at. A model.bin counts when a CTranslate2 vocabulary lies beside
    it; whether it really is one is checked on its header before anything reads it.
    """
    names = {name for name in listing if "/" not in name and "\\" not in name and not is_code_carrier(name)}
    weights = {name for name in names if _SAFETENSORS.fullmatch(name)}
    vocabularies = names & set(VOCABULARIES)
    if CTRANSLATE2_WEIGHTS in names and vocabularies:
        weights = {CTRANSLATE2_WEIGHTS}
    elif weights and SAFETENSORS_INDEX in names and "model.safetensors" not in names:
        weights.add(SAFETENSORS_INDEX)
    if not weights:
        return frozenset()
    return frozenset(weights | vocabularies | (names & {*CONFIGURATIONS, *TOKENIZERS}))


def _unsafe(source: Hub, listing: list[str]) -> UnsafeWeightsError:
    pickled = [name for name in listing if is_code_carrier(name)]
    what = f"only weights that can run code ({', '.join(pickled[:3])})" if pickled else "no weights"
    return UnsafeWeightsError(
        f"{source.repo} at {source.revision} has {what}; model.safetensors or a CTranslate2 model is expected. "
        "Name a revision with safetensors in the catalogue, such as refs/pr/N.",
        field="model",
        metadata={"repo": source.repo},
    )


def _explained(source: Hub, error: Exception) -> str:
    kind = type(error).__name__
    if kind == "RevisionNotFoundError":
        problem = f"it has no revision {source.revision!r}"
    elif kind == "GatedRepoError":
        problem = "it is gated: accept its terms on the hub and set HF_TOKEN"
    elif kind == "RepositoryNotFoundError":
        problem = "there is no such repository, or it is private and HF_TOKEN is not set"
    else:
        problem = f"{kind}: {str(error).strip().splitlines()[0] if str(error).strip() else 'no reason given'}"
    return (
        f"{source.repo} cannot be fetched: {problem}. What has arrived is kept, pull again to go on; without a "
        "network, copy the cache of a connected machine."
    )


def _reporter(hub: Any, name: str, before: int, total: int, progress: Progress) -> type:
    """A progress bar that draws nothing and tells us the bytes."""

    class Reporter(hub.utils.tqdm):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self._seen = int(kwargs.get("initial") or 0)
            super().__init__(*args, **{**kwargs, "disable": True})

        def update(self, n: float | None = 1) -> bool | None:
            self._seen += int(n or 0)
            progress(PullProgress("fetching", name, before + self._seen, total))
            return None

    return Reporter
