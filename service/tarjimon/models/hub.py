"""Fetching from the Hugging Face hub: safetensors and tokenizer files only."""

from __future__ import annotations

from pathlib import Path

from tarjimon.models.spec import Hub
from tarjimon.models.store import Progress


class HubFetcher:
    """A `Fetcher` over huggingface_hub (extra `hub`).

    Args:
        endpoint: the hub's address; None for huggingface_hub's own default (HF_ENDPOINT).
        token: for gated or private repositories; None for huggingface_hub's own.
    """

    def __init__(self, endpoint: str | None = None, token: str | None = None) -> None:
        self._endpoint = endpoint
        self._token = token

    def fetch(self, source: Hub, folder: Path, progress: Progress) -> str:
        """See `Fetcher.fetch`."""
        raise NotImplementedError
