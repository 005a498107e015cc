"""Fetching from the Hugging Face hub: safetensors or CTranslate2 weights, configuration and tokenizer only."""

from __future__ import annotations

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
        total = sum(s.size or 0 for s in files.values())
        before = 0
        for name, sibling in sorted(files.items(), key=lambda item: item[1].size or 0):
            hub.hf_hub_download(
                source.repo,
                name,
                revision=listing.sha,
                local_dir=folder,
                endpoint=self._endpoint,
                token=self._token,
                tqdm_class=_reporter(hub, name, before, total, progress),
            )
            self._check(folder / name, sibling)
            before += sibling.size or 0
        return str(listing.sha)

    def _conversion(self, api: Any, repo: str) -> int | None:
        for talk in api.get_repo_discussions(repo, discussion_type="pull_request"):
            if talk.author == _CONVERSION_AUTHOR and talk.title == _CONVERSION_TITLE:
                return int(talk.num)
        return None

    def _check(self, path: Path, sibling: Any) -> None:
        """Hold a file to what the hub says of it; a damaged one is removed, so that the next pull mends it."""
        lfs = getattr(sibling, "lfs", None)
        announced = getattr(lfs, "sha256", None) if lfs is not None else None
        if announced is not None and sha256_of(path) != announced:
            path.unlink()
            raise CorruptModelError(
                f"{path.name} came damaged from the hub (its SHA-256 is not {announced}): pull again.",
                metadata={"file": path.name},
            )


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
