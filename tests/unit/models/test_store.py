"""Promises of the model store: verified before use, converted once, whole after kill -9, clear when absent."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
from model_folders import (
    FLOATS,
    model_bin,
    plain_converter,
    safetensors,
    sha256,
    spec_for,
    write_checkpoint,
    write_ctranslate2,
)

from tarjimon.errors import (
    CorruptModelError,
    ModelNotFoundError,
    ModelUnavailableError,
    TarjimonError,
    UnsafeWeightsError,
)
from tarjimon.models.catalogue import Catalogue
from tarjimon.models.spec import Hub, LocalFolder
from tarjimon.models.store import Converter, ModelStore


def local_store(
    tmp_path: Path, folder: Path, converter: Converter | None = None, checksums: dict[str, str] | None = None
) -> ModelStore:
    spec = spec_for(LocalFolder(str(folder)), sha256=checksums)
    return ModelStore(tmp_path / "cache", Catalogue({"small": spec}), converter=converter)


def test_the_embedded_model_is_found_and_verified(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "never-made", Catalogue.load(), offline=True)
    files = store.resolve("tarjimon-mini")
    assert files.format == "ctranslate2"
    assert files.weights_sha256 == sha256(files.weights.read_bytes())
    assert [path.name for path in files.tokenizer_files] == ["sentencepiece.model"]
    assert not store.cache_dir.exists()
    assert store.info("tarjimon-mini").ready


def test_every_embedded_file_has_a_checksum_in_the_catalogue() -> None:
    for spec in Catalogue.load():
        if type(spec.source).__name__ == "Embedded":
            folder = ModelStore(Path("unused"), Catalogue.load()).info(spec.id).folder
            data = {p.name for p in folder.iterdir() if p.suffix != ".md"}
            assert data == set(spec.sha256)


def test_a_local_ctranslate2_folder_is_used_in_place(tmp_path: Path) -> None:
    folder = write_ctranslate2(tmp_path / "model")
    files = local_store(tmp_path, folder, plain_converter).resolve("small")
    assert (files.folder, files.format) == (folder, "ctranslate2")
    assert files.weights_sha256 == sha256(model_bin())


def test_a_local_checkpoint_is_converted_once_and_again_when_its_weights_change(tmp_path: Path) -> None:
    made: list[Path] = []

    def counting(checkpoint: Path, output: Path, spec: object) -> None:
        made.append(output)
        plain_converter(checkpoint, output, spec)  # type: ignore[arg-type]

    folder = write_checkpoint(tmp_path / "model")
    store = local_store(tmp_path, folder, counting)
    first = store.resolve("small")
    assert store.resolve("small") == first
    assert len(made) == 1
    write_checkpoint(folder, b"\1" * 16)
    assert store.resolve("small").weights_sha256 != first.weights_sha256
    assert len(made) == 2


def test_without_a_converter_a_checkpoint_is_for_transformers(tmp_path: Path) -> None:
    files = local_store(tmp_path, write_checkpoint(tmp_path / "model")).resolve("small")
    assert (files.format, files.weights.name) == ("transformers", "model.safetensors")


def test_shards_are_hashed_together(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "model")
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    (folder / "model-00002-of-00002.safetensors").write_bytes(safetensors(b"\2" * 16))
    index = {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    first = local_store(tmp_path, folder).resolve("small").weights_sha256
    (folder / "model-00002-of-00002.safetensors").write_bytes(safetensors(b"\3" * 16))
    assert local_store(tmp_path, folder).resolve("small").weights_sha256 != first
    (folder / "model-00002-of-00002.safetensors").unlink()
    with pytest.raises(CorruptModelError, match=r"00002-of-00002.safetensors is missing"):
        local_store(tmp_path, folder).resolve("small")


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-6] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("converter", [None, plain_converter])
def test_one_flipped_bit_is_found_by_the_checksum(tmp_path: Path, converter: Converter | None) -> None:
    folder = (
        write_ctranslate2(tmp_path / "model") if converter is None else write_checkpoint(tmp_path / "model")
    )
    name = "model.bin" if converter is None else "model.safetensors"
    store = local_store(tmp_path, folder, converter, {name: sha256((folder / name).read_bytes())})
    store.resolve("small")
    flip(folder / name)
    with pytest.raises(CorruptModelError, match=rf"{name} is damaged.*tarjimon models pull small"):
        store.resolve("small")


def test_a_bit_flipped_in_the_converted_files_is_found(tmp_path: Path) -> None:
    store = local_store(tmp_path, write_checkpoint(tmp_path / "model"), plain_converter)
    flip(store.resolve("small").weights)
    with pytest.raises(CorruptModelError, match=r"model.bin is damaged"):
        store.resolve("small")


@pytest.mark.parametrize("kept", [0, 3, 20, 50, -1])
def test_truncated_weights_are_refused_without_a_checksum(tmp_path: Path, kept: int) -> None:
    for write, name in ((write_ctranslate2, "model.bin"), (write_checkpoint, "model.safetensors")):
        folder = write(tmp_path / name)
        (folder / name).write_bytes((folder / name).read_bytes()[:kept])
        with pytest.raises(CorruptModelError, match=name):
            local_store(tmp_path, folder).resolve("small")


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"\x80\x04\x95", b"\x80\x02}q"])
@pytest.mark.parametrize("name", ["model.bin", "model.safetensors"])
def test_a_pickle_under_any_name_is_refused_unread(tmp_path: Path, start: bytes, name: str) -> None:
    folder = (write_ctranslate2 if name == "model.bin" else write_checkpoint)(tmp_path / "model")
    (folder / name).write_bytes(start + b"x" * 100)
    with pytest.raises(UnsafeWeightsError, match="pickle"):
        local_store(tmp_path, folder).resolve("small")


@pytest.mark.parametrize(
    "name", ["pytorch_model.bin", "pytorch_model-00001-of-00002.bin", "model.pt", "tf_model.h5"]
)
def test_a_folder_with_pickles_only_says_what_is_expected(tmp_path: Path, name: str) -> None:
    folder = write_checkpoint(tmp_path / "model")
    (folder / "model.safetensors").rename(folder / name)
    with pytest.raises(UnsafeWeightsError, match=rf"{name}.*expected model.safetensors"):
        local_store(tmp_path, folder).resolve("small")


def test_a_missing_tokenizer_is_named(tmp_path: Path) -> None:
    folder = write_ctranslate2(tmp_path / "model")
    (folder / "sentencepiece.model").unlink()
    with pytest.raises(CorruptModelError, match=r"no tokenizer.*sentencepiece\.model"):
        local_store(tmp_path, folder).resolve("small")


def test_a_missing_folder_and_an_unknown_name_are_named(tmp_path: Path) -> None:
    store = local_store(tmp_path, tmp_path / "nowhere")
    with pytest.raises(ModelUnavailableError, match="nowhere does not exist"):
        store.resolve("small")
    with pytest.raises(ModelNotFoundError, match=r"'big'.*small"):
        store.resolve("big")
    assert not store.info("small").ready


def test_a_link_out_of_the_folder_is_refused_but_a_hub_snapshot_is_not(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(model_bin())
    folder = write_ctranslate2(tmp_path / "model")
    (folder / "model.bin").unlink()
    (folder / "model.bin").symlink_to(tmp_path / "secret")
    with pytest.raises(UnsafeWeightsError, match="link to"):
        local_store(tmp_path, folder).resolve("small")
    snapshot = write_ctranslate2(tmp_path / "models--a--b" / "snapshots" / "1234")
    blobs = tmp_path / "models--a--b" / "blobs"
    blobs.mkdir()
    (snapshot / "model.bin").rename(blobs / "5678")
    (snapshot / "model.bin").symlink_to("../../blobs/5678")
    assert local_store(tmp_path, snapshot).resolve("small").format == "ctranslate2"


@pytest.mark.parametrize("name", ["../outside.safetensors", "/etc/outside.safetensors", "a/b.safetensors"])
def test_an_index_that_points_outside_is_refused(tmp_path: Path, name: str) -> None:
    folder = write_checkpoint(tmp_path / "model")
    (tmp_path / "outside.safetensors").write_bytes(safetensors())
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"w": name}}))
    with pytest.raises(UnsafeWeightsError, match="outside the folder"):
        local_store(tmp_path, folder).resolve("small")


@pytest.mark.parametrize("names", [{"../../x": "0" * 64}, {"model.bin": "0"}, {"a/b": "0" * 64}])
def test_a_manifest_with_other_than_plain_names_and_checksums_is_refused(
    tmp_path: Path, names: dict[str, str]
) -> None:
    store = local_store(tmp_path, write_checkpoint(tmp_path / "model"), plain_converter)
    (store.resolve("small").folder / "manifest.json").write_text(json.dumps({"files": names}))
    with pytest.raises(CorruptModelError, match="not a plain file name"):
        store.resolve("small")


@pytest.mark.parametrize("offline", [True, False])
def test_an_absent_hub_model_says_exactly_what_to_do(tmp_path: Path, offline: bool) -> None:
    catalogue = Catalogue({"small": spec_for(Hub("owner/small"))})
    store = ModelStore(tmp_path / "cache", catalogue, offline=offline)
    with pytest.raises(ModelUnavailableError) as caught:
        store.resolve("small")
    for part in ("tarjimon models pull small", str(tmp_path / "cache"), "--models"):
        assert part in caught.value.message
    assert ("offline" in caught.value.message) == offline
    assert ("tarjimon[hub]" in caught.value.message) != offline
    assert not (tmp_path / "cache").exists()


def test_a_converter_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def failing(checkpoint: Path, output: Path, spec: object) -> None:
        write_ctranslate2(output)
        raise CorruptModelError("no such architecture")

    folder = write_checkpoint(tmp_path / "model")
    with pytest.raises(CorruptModelError, match="no such architecture"):
        local_store(tmp_path, folder, failing).resolve("small")
    assert [p.name for p in (tmp_path / "cache" / "small").iterdir()] == ["lock"]
    assert local_store(tmp_path, folder, plain_converter).resolve("small").format == "ctranslate2"


def test_threads_that_ask_at_once_convert_once(tmp_path: Path) -> None:
    made: list[int] = []

    def slow(checkpoint: Path, output: Path, spec: object) -> None:
        made.append(1)
        time.sleep(0.2)
        plain_converter(checkpoint, output, spec)  # type: ignore[arg-type]

    store = local_store(tmp_path, write_checkpoint(tmp_path / "model"), slow)
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(store.resolve("small"))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(map(str, found))) == 1
    assert made == [1]


PROGRAM = """
    import os, sys, time
    from pathlib import Path
    sys.path[:0] = sys.argv[3].split(os.pathsep)
    from model_folders import plain_converter, spec_for
    from tarjimon.models.catalogue import Catalogue
    from tarjimon.models.spec import LocalFolder
    from tarjimon.models.store import ModelStore
    work, pause = Path(sys.argv[1]), float(sys.argv[2])

    def converter(checkpoint, output, spec):
        (output / "model.bin").write_bytes(b"half")
        with (work / "conversions").open("a") as log:
            log.write(f"{os.getpid()}\\n")
        time.sleep(pause)
        plain_converter(checkpoint, output, spec)

    spec = spec_for(LocalFolder(str(work / "model")))
    store = ModelStore(work / "cache", Catalogue({"small": spec}), converter=converter)
    print(store.resolve("small").weights_sha256)
"""


def start(work: Path, pause: float) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    command = [sys.executable, "-c", textwrap.dedent(PROGRAM), str(work), str(pause), path]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_two_processes_at_once_make_one_conversion(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "model")
    processes = [start(tmp_path, 0.5) for _ in range(2)]
    answers = [process.communicate(timeout=60)[0].strip() for process in processes]
    assert answers == [sha256(model_bin(FLOATS))] * 2
    assert len((tmp_path / "conversions").read_text().splitlines()) == 1


def test_kill_9_in_the_middle_of_a_conversion_leaves_a_cache_that_mends_itself(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "model")
    first = start(tmp_path, 60)
    wait_for(tmp_path / "conversions")
    waiting = start(tmp_path, 0)  # it waits for the first one's lock, which dies with it
    time.sleep(0.3)
    first.send_signal(signal.SIGKILL)
    first.communicate(timeout=30)
    home = tmp_path / "cache" / "small"
    assert waiting.communicate(timeout=30)[0].strip() == sha256(model_bin(FLOATS))
    assert not list(home.glob(".work-*")), "the dead process's half-written folder is still there"
    store = local_store(tmp_path, tmp_path / "model", plain_converter)
    assert store.resolve("small").weights_sha256 == sha256(model_bin(FLOATS))


def test_an_unwritable_cache_is_named(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file, not a folder")
    store = local_store(tmp_path, write_checkpoint(tmp_path / "model"), plain_converter)
    with pytest.raises(TarjimonError, match="cannot be written"):
        store.resolve("small")
