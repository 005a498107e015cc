"""Splits files into pieces under a size limit, and joins them again, with checksums."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

MANIFEST = "pieces.json"


class PiecesError(ValueError):
    """A piece is missing or is not what the manifest says."""


def split(files: list[Path], folder: Path, limit: int) -> list[Path]:
    """Write each file as pieces of at most `limit` bytes, with one manifest; returns what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = []
    written = []
    for path in files:
        content = path.read_bytes()
        parts = []
        for number, start in enumerate(range(0, max(1, len(content)), limit)):
            part = content[start : start + limit]
            name = f"{path.name}.{number:03d}"
            (folder / name).write_bytes(part)
            written.append(folder / name)
            parts.append({"name": name, "sha256": hashlib.sha256(part).hexdigest()})
        manifest.append({"name": path.name, "sha256": hashlib.sha256(content).hexdigest(), "parts": parts})
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return [*written, folder / MANIFEST]


def join(folder: Path, out: Path) -> list[Path]:
    """Put the files of a manifest together again under `out`; every checksum must be right."""
    out.mkdir(parents=True, exist_ok=True)
    made = []
    for entry in json.loads((folder / MANIFEST).read_text(encoding="utf-8")):
        content = b""
        for part in entry["parts"]:
            path = folder / part["name"]
            if not path.exists():
                raise PiecesError(f"piece {part['name']} is missing in {folder}")
            piece = path.read_bytes()
            if hashlib.sha256(piece).hexdigest() != part["sha256"]:
                raise PiecesError(f"piece {part['name']} is damaged: its checksum differs; fetch it again")
            content += piece
        if hashlib.sha256(content).hexdigest() != entry["sha256"]:
            raise PiecesError(f"{entry['name']} is damaged: its checksum differs")
        (out / entry["name"]).write_bytes(content)
        made.append(out / entry["name"])
    return made
