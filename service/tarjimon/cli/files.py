"""Files in and files out: what a path names, which format it has, and how results are written."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tarjimon.documents.base import Document
from tarjimon.documents.formats import ReadOptions, format_of, is_readable, read
from tarjimon.errors import InvalidInputError
from tarjimon.pipeline.documents import translated_name

STDIN = "-"
MAX_BYTES = 50 * 1024 * 1024


def read_bytes(path: str) -> bytes:
    """The bytes of a file, or of standard input for "-".

    Raises:
        InvalidInputError: the file is missing, a folder, or larger than MAX_BYTES.
    """
    if path == STDIN:
        data = sys.stdin.buffer.read(MAX_BYTES + 1)
    else:
        file = Path(path)
        if not file.exists():
            raise InvalidInputError(f"{path}: there is no such file")
        if file.is_dir():
            raise InvalidInputError(f"{path}: this is a folder; name files")
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InvalidInputError(f"{path}: larger than {MAX_BYTES // 1024**2} MB; cut it into parts")
    return data


def expand(paths: Sequence[str]) -> list[str]:
    """Paths with folders replaced by the files in them that can be read, in order; hidden ones are left out.

    Raises:
        InvalidInputError: a folder that holds no such file.
    """
    found: list[str] = []
    for path in paths:
        if path == STDIN or not Path(path).is_dir():
            found.append(path)
            continue
        inside = [
            str(file)
            for file in sorted(Path(path).rglob("*"))
            if file.is_file()
            and is_readable(file.name)
            and not any(p.startswith(".") for p in file.parts[1:])
        ]
        if not inside:
            raise InvalidInputError(f"{path}: no file in this folder is of a type that is read")
        found += inside
    return found


def read_document(
    path: str, *, form: str | None, encoding: str | None, wrapped: bool, columns: Sequence[str] = ()
) -> Document:
    """Read a file, or standard input for "-", as a document.

    Args:
        path: a file, or "-".
        form: a format's name; None goes by the file's name.
        encoding: of text files.
        wrapped: plain text with hard-wrapped lines.
        columns: of tables.

    Raises:
        InvalidInputError: unreadable, an unknown format, or bytes that are not of it.
    """
    name = "standard input" if path == STDIN else path
    wanted = form or ("text" if path == STDIN else None)
    # An unknown type is refused before a byte is read.
    format_of(name, wanted)
    options = ReadOptions(name, encoding=encoding, wrapped=wrapped, columns=tuple(columns))
    return read(read_bytes(path), options, wanted)


def outputs(path: str, folder: Path | None, targets: Sequence[str], ending: str | None = None) -> list[Path]:
    """Where the results for a file go: beside it or in `folder`, `release.ru.md` for `release.md`."""
    base = folder or Path(path).parent
    return [base / translated_name(path, target, ending) for target in targets]


def refuse_existing(paths: Sequence[Path], overwrite: bool) -> None:
    """Raise InvalidInputError for a result that exists already: it may hold somebody's corrections."""
    existing = [str(path) for path in paths if path.exists()]
    if existing and not overwrite:
        raise InvalidInputError(
            f"{', '.join(existing)}: exists already; say --overwrite, or another folder with --out"
        )


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        umask = os.umask(0)
        os.umask(umask)
        Path(name).chmod(0o666 & ~umask)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
