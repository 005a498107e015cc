"""Documents per second of `tarjimon archive` ÷ the raw engine over the same segments."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness import encoded, header, offline, raw_model, sentences


def write_documents(folder: Path, rows: list[str], per_document: int) -> int:
    """One text file for every `per_document` sentences, a line each; returns how many."""
    count = 0
    for count, at in enumerate(range(0, len(rows), per_document), 1):
        file = folder / f"{count % 10}" / f"{count:06}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(rows[at : at + per_document]), encoding="utf-8")
    return count


def archive(source: Path, destination: Path, documents: int) -> tuple[float, dict[str, object]]:
    """Seconds of the whole command, start-up and report included, and its report."""
    environment = {
        **os.environ,
        "TARJIMON_CACHE__ENABLED": "false",
        "TARJIMON_MODELS__SECOND_PASS": "false",
    }
    started = time.perf_counter()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tarjimon", "archive", str(source), str(destination)),
            *("--to", "ru", "--from", "uz", "--json", "--documents", str(documents)),
        ],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr or done.stdout)
    return time.perf_counter() - started, json.loads(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=1536)
    parser.add_argument("--per-document", type=int, default=12)
    parser.add_argument("--documents", type=int, default=96, help="in flight")
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    header("archive")
    rows = sentences(arguments.sentences)
    model = raw_model()
    segments = encoded(model, rows)
    offline(model, segments[:128], model.spec.decoding)
    raw: list[float] = []
    whole: list[float] = []
    inside: list[float] = []
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "in"
        count = write_documents(source, rows, arguments.per_document)
        # In turn, so that a machine that is busy with other things is so for both.
        for number in range(arguments.rounds):
            raw.append(offline(model, segments, model.spec.decoding)[0])
            seconds, report = archive(source, Path(scratch) / f"out{number}", arguments.documents)
            whole.append(seconds)
            inside.append(float(report["spent"]["seconds"]))  # type: ignore[index]
        raw.append(offline(model, segments, model.spec.decoding)[0])
    engine = sum(raw) / len(raw)
    print(
        f"{count} documents of {arguments.per_document} distinct sentences, into Russian, no cache, no second pass, "
        f"{model.engine.info.label}; {arguments.documents} documents in flight"
    )
    print(f"raw engine, each round: {', '.join(f'{count / s:.2f}' for s in raw)} documents/s\n")
    print("| | documents/s | segments/s | ÷ raw engine |\n|---|---|---|---|")
    for name, values in (
        ("raw: translate_batch offline, sorted", raw),
        ("`tarjimon archive`, while it runs", inside),
        ("`tarjimon archive`, start-up and exit included", whole),
    ):
        seconds = sum(values) / len(values)
        print(f"| {name} | {count / seconds:.2f} | {len(rows) / seconds:.1f} | {engine / seconds:.2f} |")


if __name__ == "__main__":
    main()
