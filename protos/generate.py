"""Generates the packages below service/tarjimon from protos/: `python protos/generate.py`, or --check to compare."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROTOS = ROOT / "protos"
SERVICE = ROOT / "service"
PACKAGES = ("tarjimon/v1", "tarjimon/compat/v1")
PACKAGE_DOC = '"""Generated from protos/ by protos/generate.py: do not edit."""\n'


def generate(into: Path) -> None:
    """Write the generated packages below `into`."""
    # protoc finds its plugins on PATH; they are installed beside the interpreter.
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    outs = [f"--{kind}_out={into}" for kind in ("python", "grpc_python", "mypy", "mypy_grpc")]
    files = sorted(str(p) for package in PACKAGES for p in (PROTOS / package).glob("*.proto"))
    subprocess.run(
        [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTOS}", *outs, *files],
        check=True,
        env={**os.environ, "PATH": path},
    )
    for package in PACKAGES:
        (into / package / "__init__.py").write_text(PACKAGE_DOC)


def contents(root: Path) -> dict[str, bytes]:
    """The generated files below `root` by their path."""
    return {
        f"{package}/{p.name}": p.read_bytes()
        for package in PACKAGES
        for p in (root / package).glob("*.py*")
        if p.suffix in (".py", ".pyi")
    }


def main() -> int:
    """Generate, or compare; 1 when the committed code is not what the protos give."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 on a difference")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder))
        fresh = contents(Path(folder))
    committed = contents(SERVICE)
    if check:
        stale = sorted(n for n in fresh.keys() | committed.keys() if fresh.get(n) != committed.get(n))
        if stale:
            print("not what protos/ gives; run `make protos`:", *stale, file=sys.stderr)
        return 1 if stale else 0
    for name in committed.keys() - fresh.keys():
        (SERVICE / name).unlink()
    for name, data in fresh.items():
        (SERVICE / name).parent.mkdir(parents=True, exist_ok=True)
        (SERVICE / name).write_bytes(data)
    print(f"{len(fresh)} files in {', '.join(PACKAGES)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
