"""`tarjimon summarize` and `tarjimon detect`."""

from __future__ import annotations

import json
import sys

from tarjimon.cli.backend import open_backend
from tarjimon.cli.exits import Exit
from tarjimon.cli.files import STDIN, read_document
from tarjimon.cli.options import (
    AsJson,
    ConfigFile,
    Encoding,
    Files,
    From,
    MaxSentences,
    Model,
    Server,
    To,
    languages,
    run,
    source_language,
)
from tarjimon.config import load_settings


def summarize(
    files: Files = None,
    to: To = "uz,ru,en",
    source: From = None,
    max_sentences: MaxSentences = 2,
    encoding: Encoding = None,
    model: Model = None,
    server: Server = None,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Write short summaries of files, or of standard input."""

    async def work() -> Exit:
        from rich.console import Console

        from tarjimon.cli.render import print_summaries, summaries_json

        targets = languages(to)
        rows = []
        async with open_backend(server, load_settings(config)) as backend:
            for path in files or [STDIN]:
                document = read_document(path, form=None, encoding=encoding, wrapped=False)
                text = "\n".join(unit.text for unit in document.units)
                result = await backend.summarize(
                    text,
                    source=source_language(source),
                    targets=targets,
                    max_sentences=max_sentences,
                    model=model,
                )
                if as_json:
                    rows.append({"file": path, "summaries": summaries_json(result)})
                else:
                    print_summaries(Console(), result)
        if as_json:
            json.dump(rows, sys.stdout, ensure_ascii=False, indent=2)
            sys.stdout.write("\n")
        return Exit.OK

    run(work)


def detect(
    files: Files = None,
    encoding: Encoding = None,
    server: Server = None,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Say in which language, script and alphabet files are written; "und" when there is not enough evidence."""

    async def work() -> Exit:
        from tarjimon.cli.render import detection_json

        paths = files or [STDIN]
        rows = []
        async with open_backend(server, load_settings(config), load=False) as backend:
            for path in paths:
                document = read_document(path, form=None, encoding=encoding, wrapped=False)
                [found] = await backend.detect(["\n".join(unit.text for unit in document.units)])
                rows.append({"file": path, **detection_json(found)})
        if as_json:
            json.dump(rows, sys.stdout, ensure_ascii=False, indent=2)
            sys.stdout.write("\n")
        else:
            for row in rows:
                alphabet = f", {row['alphabet']} alphabet" if row["alphabet"] else ""
                print(
                    f"{row['file']}: {row['language']} in {row['script']}{alphabet} ({row['confidence']:.0%})"
                )
        return Exit.OK

    run(work)
