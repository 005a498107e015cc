"""Recompute the checksums of the embedded models in catalogue.toml: run it after replacing their files.

python models/checksums.py            rewrites the [model.sha256] tables
python models/checksums.py --check    changes nothing, fails when a table is out of date
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent


def with_checksums(text: str, embedded: Path) -> str:
    """The catalogue's text with the tables of every embedded model made anew from its files."""
    heads = [match.start() for match in re.finditer(r"^\[\[model\]\]", text, re.MULTILINE)]
    blocks = [text[a:b] for a, b in zip(heads, [*heads[1:], len(text)], strict=True)]
    return text[: heads[0]] + "".join(_renewed(block, embedded) for block in blocks)


def _renewed(block: str, embedded: Path) -> str:
    source = tomllib.loads(block)["model"][0]["source"]
    if source["kind"] != "embedded":
        return block
    table = "\n".join(_lines(embedded / source["folder"]))
    kept = re.sub(r"^\[model\.sha256\]\n(?:[^\[\n].*\n)*", "", block, flags=re.MULTILINE).rstrip()
    return f"{kept}\n\n[model.sha256]\n{table}\n\n"


def _lines(folder: Path) -> list[str]:
    """One line for each file that is part of the model; the card is not."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.suffix != ".md")
    return [f'"{path.name}" = "{hashlib.sha256(path.read_bytes()).hexdigest()}"' for path in files]


def main() -> int:
    """Rewrite or check models/catalogue.toml; 1 when the check fails."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing; fail when out of date")
    check = parser.parse_args().check
    catalogue = HERE / "catalogue.toml"
    before = catalogue.read_text(encoding="utf-8")
    after = with_checksums(before, HERE / "embedded")
    if before == after:
        print("The checksums of the embedded models are current.")
        return 0
    if check:
        print("catalogue.toml is out of date: run python models/checksums.py", file=sys.stderr)
        return 1
    catalogue.write_text(after, encoding="utf-8")
    print("The checksums of the embedded models were renewed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
