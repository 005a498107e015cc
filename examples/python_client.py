"""Translates a release on a running server and prints the sentences side by side, with summaries.

tarjimon serve &
python examples/python_client.py examples/release-2020-11-05.md
python examples/python_client.py --server 127.0.0.1:50051 --to en my-release.txt
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from tarjimon.client import TarjimonClient
from tarjimon.errors import TarjimonError
from tarjimon.pipeline.values import TranslatedText


async def main() -> int:
    """Ask the server for models, translations, one stream and summaries."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, help="plain text, UTF-8")
    parser.add_argument("--server", default="127.0.0.1:50051", help="host:port (default: %(default)s)")
    parser.add_argument("--to", default="ru,en", help="target languages (default: %(default)s)")
    arguments = parser.parse_args()
    text = arguments.file.read_text(encoding="utf-8")
    targets = arguments.to.split(",")

    async with TarjimonClient(arguments.server) as client:
        await client.wait_ready(30)
        default, *_ = await client.models()
        print(f"model: {default.title}\n")

        # One call: many texts, several languages, everything about every sentence.
        [result] = await client.translate([text], targets=targets)
        show(result)

        # One stream: sentences as soon as they are finished, in the order of completion.
        finished = 0
        async for name, item in client.stream_translate([(arguments.file.name, text)], targets=targets):
            finished += not isinstance(item, TranslatedText)
            if isinstance(item, TranslatedText):
                print(f"stream: {name} is done, {finished} sentences came one by one\n")

        summarized = await client.summarize(text, targets=targets, max_sentences=2)
        for summary in summarized.summaries:
            print(f"summary [{summary.target_language}, {summary.method.value}]: {summary.text}")
    return 0


def show(result: TranslatedText) -> None:
    """Print each sentence under its source, with the findings of the fidelity check."""
    print(f"language: {result.detection.language} ({result.detection.confidence:.2f})\n")
    for number, segment in enumerate(result.segments):
        print(f"{segment.id}\t{segment.text}")
        for translation in result.translations:
            output = translation.segments[number]
            print(f"  {translation.target_language}\t{output.text}")
            for issue in output.verdict.issues:
                print(f"  \t! {issue.severity.value}: {issue.message}")
    print()


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(main()))
    except TarjimonError as error:
        sys.exit(f"error: {error}")
