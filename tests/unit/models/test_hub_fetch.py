"""Promise: only safe files come from the hub, whole, pinned, and resumed after a broken connection."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("huggingface_hub")

from hub_server import COMMIT, PULL_REQUEST_COMMIT, FakeHub
from model_folders import model_bin, plain_converter, safetensors, spec_for

from tarjimon.errors import CorruptModelError, ModelUnavailableError, UnsafeWeightsError
from tarjimon.models.catalogue import Catalogue
from tarjimon.models.hub import HubFetcher, safe_files
from tarjimon.models.spec import Hub
from tarjimon.models.store import ModelStore, PullProgress

SMALL = {
    "config.json": b"{}",
    "sentencepiece.bpe.model": b"pieces",
    "model.safetensors": safetensors(),
    "pytorch_model.bin": b"PK\x03\x04 pickled",
    "modeling_small.py": b"import os",
    "README.md": b"# small",
    "onnx/model.safetensors": b"elsewhere",
}


@pytest.fixture(autouse=True)
def _own_hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hf"))
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 1 << 16)
    monkeypatch.setattr("huggingface_hub.file_download.time.sleep", lambda seconds: None)


@pytest.fixture
def hub() -> FakeHub:
    return FakeHub({COMMIT: dict(SMALL)})


@pytest.fixture
def endpoint(hub: FakeHub) -> Iterator[str]:
    with hub.serving() as address:
        yield address


def store(
    tmp_path: Path, endpoint: str, *, sha256: dict[str, str] | None = None, revision: str = "main"
) -> ModelStore:
    spec = spec_for(Hub("owner/small", revision), sha256=sha256)
    return ModelStore(tmp_path / "cache", Catalogue({"small": spec}), HubFetcher(endpoint), plain_converter)


def test_safe_files_alone_are_downloaded_then_converted(hub: FakeHub, endpoint: str, tmp_path: Path) -> None:
    told: list[PullProgress] = []
    files = store(tmp_path, endpoint).pull("small", told.append)
    assert files.format == "ctranslate2"
    assert sorted(hub.downloads()) == ["config.json", "model.safetensors", "sentencepiece.bpe.model"]
    assert {"listing", "fetching", "verifying", "converting", "done"} <= {step.stage for step in told}
    fetched = [step for step in told if step.stage == "fetching"]
    assert fetched[-1].done == fetched[-1].total == sum(len(SMALL[n]) for n in hub.downloads())


def test_a_second_run_needs_no_network(hub: FakeHub, endpoint: str, tmp_path: Path) -> None:
    first = store(tmp_path, endpoint).resolve("small")
    asked = len(hub.requests)
    offline = ModelStore(
        tmp_path / "cache", store(tmp_path, endpoint).catalogue, None, plain_converter, offline=True
    )
    assert offline.resolve("small") == first
    assert len(hub.requests) == asked


def test_a_converted_model_moves_to_another_machine_without_its_checkpoint(
    endpoint: str, tmp_path: Path
) -> None:
    here = store(tmp_path, endpoint)
    first = here.resolve("small")
    there = tmp_path / "elsewhere" / "small"
    there.mkdir(parents=True)
    (there / "pin.json").write_bytes((here.cache_dir / "small" / "pin.json").read_bytes())
    first.folder.rename(there / first.folder.name)
    found = ModelStore(tmp_path / "elsewhere", here.catalogue, offline=True).resolve("small")
    assert found.weights_sha256 == first.weights_sha256


def test_a_broken_download_goes_on_where_it_stopped(hub: FakeHub, endpoint: str, tmp_path: Path) -> None:
    weights = safetensors(bytes(range(256)) * 8192)
    hub.files[COMMIT]["model.safetensors"] = weights
    hub.break_after = 200_000
    with pytest.raises(ModelUnavailableError, match="pull again"):
        store(tmp_path, endpoint).resolve("small")
    hub.break_after, already = None, len(hub.requests)
    files = store(tmp_path, endpoint).resolve("small")
    ranges = [
        r
        for method, path, r in hub.requests[already:]
        if method == "GET" and path.endswith("model.safetensors")
    ]
    assert ranges
    assert all(r is not None and int(r.removeprefix("bytes=").rstrip("-")) >= 3 * (1 << 16) for r in ranges)
    assert (tmp_path / "cache/small/checkpoint/model.safetensors").read_bytes() == weights
    assert files.format == "ctranslate2"


def test_a_file_damaged_on_the_way_is_refused_and_fetched_anew(
    hub: FakeHub, endpoint: str, tmp_path: Path
) -> None:
    hub.damage = "model.safetensors"
    with pytest.raises(CorruptModelError, match="damaged"):
        store(tmp_path, endpoint).resolve("small")
    hub.damage = None
    assert store(tmp_path, endpoint).resolve("small").format == "ctranslate2"


def test_the_catalogues_checksum_is_held_against_the_hub(hub: FakeHub, endpoint: str, tmp_path: Path) -> None:
    with pytest.raises(CorruptModelError, match="expected 0000"):
        store(tmp_path, endpoint, sha256={"model.safetensors": "0" * 64}).resolve("small")
    assert not (tmp_path / "cache/small/pin.json").exists()


def test_the_first_fetch_is_pinned_and_a_moved_branch_does_not_move_it(
    hub: FakeHub, endpoint: str, tmp_path: Path
) -> None:
    first = store(tmp_path, endpoint).resolve("small")
    hub.files[PULL_REQUEST_COMMIT] = {**SMALL, "model.safetensors": safetensors(b"\0" * 16)}
    hub.revisions["main"] = PULL_REQUEST_COMMIT
    for folder in (tmp_path / "cache/small").iterdir():
        if folder.is_dir():
            folder.rename(tmp_path / f"gone-{folder.name}")
    assert store(tmp_path, endpoint).resolve("small").weights_sha256 == first.weights_sha256


def test_content_that_changed_under_a_pinned_commit_is_refused(
    hub: FakeHub, endpoint: str, tmp_path: Path
) -> None:
    store(tmp_path, endpoint).resolve("small")
    hub.files[COMMIT]["config.json"] = b'{"evil": true}'
    for folder in (tmp_path / "cache/small").iterdir():
        if folder.is_dir():
            folder.rename(tmp_path / f"gone-{folder.name}")
    with pytest.raises(CorruptModelError, match=r"config\.json is damaged or another version"):
        store(tmp_path, endpoint).resolve("small")


def test_pickled_weights_are_refused_unread(hub: FakeHub, endpoint: str, tmp_path: Path) -> None:
    del hub.files[COMMIT]["model.safetensors"]
    with pytest.raises(UnsafeWeightsError, match=r"pytorch_model\.bin"):
        store(tmp_path, endpoint).resolve("small")
    assert hub.downloads() == []


def test_the_hubs_own_conversion_request_is_taken_when_main_has_pickles_only(
    hub: FakeHub, endpoint: str, tmp_path: Path
) -> None:
    hub.files[PULL_REQUEST_COMMIT] = dict(hub.files[COMMIT])
    del hub.files[COMMIT]["model.safetensors"]
    hub.revisions |= {"refs/pr/7": PULL_REQUEST_COMMIT, PULL_REQUEST_COMMIT: PULL_REQUEST_COMMIT}
    common = {
        "createdAt": "2024-01-01T00:00:00.000Z",
        "status": "open",
        "isPullRequest": True,
        "repo": {"name": "owner/small", "type": "model"},
        "title": "Adding `safetensors` variant of this model",
    }
    hub.discussions = [{**common, "num": 3, "author": {"name": "somebody"}}]
    with pytest.raises(UnsafeWeightsError):  # a stranger's pull request is not taken
        store(tmp_path, endpoint).resolve("small")
    hub.discussions.append({**common, "num": 7, "author": {"name": "SFconvertbot"}})
    assert store(tmp_path, endpoint).resolve("small").format == "ctranslate2"
    assert PULL_REQUEST_COMMIT in (tmp_path / "cache/small/pin.json").read_text()


def test_a_pickle_under_the_name_model_bin_is_refused(hub: FakeHub, endpoint: str, tmp_path: Path) -> None:
    hub.files[COMMIT] = {
        "config.json": b"{}",
        "sentencepiece.model": b"pieces",
        "shared_vocabulary.json": b'["<unk>"]',
        "model.bin": b"PK\x03\x04 pickled",
    }
    with pytest.raises(UnsafeWeightsError, match="pickle"):
        store(tmp_path, endpoint).resolve("small")
    hub.files[COMMIT]["model.bin"] = model_bin()
    assert store(tmp_path / "other", endpoint).resolve("small").format == "ctranslate2"


@pytest.mark.parametrize(
    ("revision", "repo", "said"),
    [("v9", "owner/small", "no revision 'v9'"), ("main", "owner/none", "no such repository")],
)
def test_what_does_not_exist_is_named(
    endpoint: str, tmp_path: Path, revision: str, repo: str, said: str
) -> None:
    spec = spec_for(Hub(repo, revision))
    with pytest.raises(ModelUnavailableError, match=said):
        ModelStore(tmp_path, Catalogue({"small": spec}), HubFetcher(endpoint)).resolve("small")


def test_a_hub_that_does_not_answer_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="copy the cache of a connected machine"):
        store(tmp_path, "http://127.0.0.1:9").resolve("small")


def test_names_with_folders_and_code_are_never_fetched() -> None:
    wanted = safe_files(
        [
            "../../etc/model.safetensors",
            "model.safetensors",
            "a/config.json",
            "config.json",
            "x.py",
            "model.bin",
            "w.h5",
        ]
    )
    assert wanted == {"model.safetensors", "config.json"}
    assert safe_files(["model.bin", "config.json"]) == frozenset()
