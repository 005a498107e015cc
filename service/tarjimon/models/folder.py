"""A model's folder looked at: its format, weights and tokenizer; unsafe or incomplete ones are refused."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from tarjimon.errors import CorruptModelError, ModelUnavailableError, UnsafeWeightsError
from tarjimon.models.spec import ModelSpec
from tarjimon.models.weights import (
    CTRANSLATE2_WEIGHTS,
    check_safetensors,
    is_code_carrier,
    read_ctranslate2_index,
    sha256_of,
)

Format = Literal["ctranslate2", "transformers"]

SAFETENSORS = "model.safetensors"
SAFETENSORS_INDEX = "model.safetensors.index.json"
TOKENIZERS = (
    "sentencepiece.model",
    "sentencepiece.bpe.model",
    "spiece.model",
    "spm.model",
    "source.spm",
    "target.spm",
    "tokenizer.json",
)
"""Any of them makes text into pieces (see `tokenizer.open_tokenizer`)."""

VOCABULARIES = tuple(
    f"{side}_vocabulary.{form}" for side in ("shared", "source", "target") for form in ("json", "txt")
)
CONFIGURATIONS = (
    "config.json",
    "generation_config.json",
    "special_tokens_map.json",
    "tokenizer_config.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
)


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model's verified files.

    Attributes:
        spec: the catalogue's entry.
        folder: where the files lie.
        format: what the weights are.
        weights: the weights file (the first shard when a checkpoint has several).
        weights_sha256: its checksum, lower-case hex (over all shards' checksums when there are several).
        tokenizer_files: SentencePiece models and tokenizer.json.
    """

    spec: ModelSpec
    folder: Path
    format: Format
    weights: Path
    weights_sha256: str
    tokenizer_files: tuple[Path, ...]


def is_plain_name(name: str) -> bool:
    """Whether a name from a manifest stays inside the folder it is joined to."""
    return bool(name) and "\\" not in name and "\0" not in name and PurePosixPath(name).name == name


def weights_in(folder: Path) -> tuple[Format, tuple[Path, ...]]:
    """A folder's format and weights files, structure checked, nothing hashed.

    Raises:
        ModelUnavailableError: there is no such folder.
        UnsafeWeightsError: its only weights are pickled, or a file is a link to outside.
        CorruptModelError: it has no weights or they are not whole.
    """
    if not folder.is_dir():
        raise ModelUnavailableError(f"The model folder {folder} does not exist.", field="model")
    if (folder / CTRANSLATE2_WEIGHTS).is_file() and any((folder / v).is_file() for v in VOCABULARIES):
        binary = contained(folder, CTRANSLATE2_WEIGHTS)
        read_ctranslate2_index(binary)
        contained(folder, "config.json")
        return "ctranslate2", (binary,)
    if (folder / SAFETENSORS_INDEX).is_file():
        names = _shards(folder)
    elif (folder / SAFETENSORS).is_file():
        names = [SAFETENSORS]
    else:
        raise _nothing_usable(folder)
    weights = tuple(contained(folder, name) for name in names)
    for path in weights:
        check_safetensors(path)
    contained(folder, "config.json")
    return "transformers", weights


def tokenizers_in(folder: Path) -> tuple[Path, ...]:
    """A folder's tokenizer files.

    Raises:
        CorruptModelError: there is none.
    """
    found = tuple(contained(folder, name) for name in TOKENIZERS if (folder / name).is_file())
    if not found:
        raise CorruptModelError(
            f"{folder} has no tokenizer: expected one of {', '.join(TOKENIZERS)} beside the weights."
        )
    return found


def verified(spec: ModelSpec, folder: Path, checksums: dict[str, str]) -> ModelFiles:
    """Check a folder's structure and its checksums.

    Args:
        spec: the model.
        folder: its folder.
        checksums: file name -> SHA-256; every file named must be there. Weights that it does not name are
            hashed for the receipt.

    Raises:
        CorruptModelError: a file is missing, malformed or differs from its checksum.
        UnsafeWeightsError: see `weights_in`.
        ModelUnavailableError: there is no such folder.
    """
    form, weights = weights_in(folder)
    tokenizers = tokenizers_in(folder)
    actual: dict[str, str] = {}
    for name, expected in checksums.items():
        actual[name] = sha256_of(contained(folder, name))
        if actual[name] != expected:
            raise CorruptModelError(
                f"{folder / name} is damaged or another version: its SHA-256 is {actual[name]}, expected "
                f"{expected}. Remove it and run `tarjimon models pull {spec.id}`.",
                metadata={"file": name},
            )
    sums = [actual.get(path.name) or sha256_of(path) for path in weights]
    return ModelFiles(spec, folder, form, weights[0], combined(sums), tokenizers)


def combined(checksums: list[str]) -> str:
    """One checksum for a model's weights: the file's own, or that of all shards' checksums in order."""
    return checksums[0] if len(checksums) == 1 else hashlib.sha256("".join(checksums).encode()).hexdigest()


def contained(folder: Path, name: str) -> Path:
    """The path of a file that must be in a folder.

    Links out of the folder are refused, but for a hub cache's own snapshots/… -> blobs/….

    Raises:
        CorruptModelError: there is no such file.
        UnsafeWeightsError: it leads outside.
    """
    path = folder / name
    if not is_plain_name(name):
        raise UnsafeWeightsError(f"{folder}: the file name {name!r} leads outside the folder.")
    if not path.is_file():
        raise CorruptModelError(f"{path} is missing.", metadata={"file": name})
    real, home = path.resolve(), folder.resolve()
    blobs = home.parent.parent / "blobs" if home.parent.name == "snapshots" else home
    if home not in real.parents and blobs not in real.parents:
        raise UnsafeWeightsError(
            f"{path} is a link to {real}, outside the model's folder: copy the file there."
        )
    return path


def _shards(folder: Path) -> list[str]:
    path = contained(folder, SAFETENSORS_INDEX)
    try:
        names = sorted(set(json.loads(path.read_bytes())["weight_map"].values()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CorruptModelError(f"{path} is not an index of safetensors: {error!r}.") from error
    if not names or not all(isinstance(n, str) and n.endswith(".safetensors") for n in names):
        raise CorruptModelError(f"{path} names no safetensors files.")
    return names


def _nothing_usable(folder: Path) -> CorruptModelError | UnsafeWeightsError:
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    pickled = [name for name in names if is_code_carrier(name) or name == CTRANSLATE2_WEIGHTS]
    if CTRANSLATE2_WEIGHTS in pickled:
        try:  # a pickle is to be called one; a true model.bin only lacks its vocabulary
            read_ctranslate2_index(folder / CTRANSLATE2_WEIGHTS)
        except UnsafeWeightsError as error:
            return error
        except CorruptModelError as error:
            return error
        return CorruptModelError(
            f"{folder} has {CTRANSLATE2_WEIGHTS} and no vocabulary: expected shared_vocabulary.json, or "
            "source_vocabulary.json with target_vocabulary.json, as CTranslate2 writes them."
        )
    if pickled:
        return UnsafeWeightsError(
            f"{folder} has weights that can run code only ({', '.join(pickled[:3])}); expected "
            f"{SAFETENSORS} or a CTranslate2 folder. Save the checkpoint with save_pretrained of a current "
            "transformers on a machine where running that code is no danger."
        )
    return CorruptModelError(
        f"{folder} holds no weights: expected {CTRANSLATE2_WEIGHTS} with its vocabulary, or {SAFETENSORS}."
    )
