"""Generates service/tarjimon/v1 from protos/: `python protos/generate.py`, or with --check to compare only."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROTOS = ROOT / "protos"
TARGET = ROOT / "service" / "tarjimon" / "v1"
PACKAGE_DOC = '"""Generated from protos/tarjimon/v1 by protos/generate.py: do not edit."""\n'


def generate(into: Path) -> Path:
    """Write the generated package below `into`; return its folder."""
    # protoc finds its plugins on PATH; they are installed beside the interpreter.
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    outs = [f"--{kind}_out={into}" for kind in ("python", "grpc_python", "mypy", "mypy_grpc")]
    files = sorted(str(p) for p in (PROTOS / "tarjimon" / "v1").glob("*.proto"))
    subprocess.run(
        [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTOS}", *outs, *files],
        check=True,
        env={**os.environ, "PATH": path},
    )
    package = into / "tarjimon" / "v1"
    (package / "__init__.py").write_text(PACKAGE_DOC)
    return package


def contents(folder: Path) -> dict[str, bytes]:
    """The generated files of a folder by name."""
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.suffix in (".py", ".pyi")}


def main() -> int:
    """Generate, or compare; 1 when the committed code is not what the protos give."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 on a difference")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as folder:
        fresh = contents(generate(Path(folder)))
    committed = contents(TARGET) if TARGET.exists() else {}
    if check:
        stale = sorted(n for n in fresh.keys() | committed.keys() if fresh.get(n) != committed.get(n))
        if stale:
            print("not what protos/ gives; run `make protos`:", *stale, file=sys.stderr)
        return 1 if stale else 0
    TARGET.mkdir(parents=True, exist_ok=True)
    for name in committed.keys() - fresh.keys():
        (TARGET / name).unlink()
    for name, data in fresh.items():
        (TARGET / name).write_bytes(data)
    print(f"{len(fresh)} files in {TARGET.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
