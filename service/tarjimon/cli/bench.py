"""`tarjimon bench`: how fast is it here, and with which settings fastest?"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from tarjimon.cli.exits import Exit
from tarjimon.cli.options import AsJson, ConfigFile, run
from tarjimon.config import load_settings


def bench(
    autotune: Annotated[
        bool,
        typer.Option("--autotune", help="Try layouts of workers, threads and batches; propose the best."),
    ] = False,
    seconds: Annotated[float, typer.Option(help="Length of each trial.")] = 5.0,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Measure the engine on this machine; with --autotune, propose settings."""

    async def work() -> Exit:
        from tarjimon.engine.threads import cpu_layout
        from tarjimon.pipeline.application import model_store
        from tarjimon.pipeline.autotune import Trial, measure

        settings = load_settings(config)
        layout = cpu_layout()
        print(
            f"CPUs usable: {layout.cpus:g} (by {layout.limited_by})",
            file=sys.stderr if as_json else sys.stdout,
        )

        def told(trial: Trial) -> None:
            if not as_json:
                print(
                    f"workers {trial.workers}, threads {trial.threads}, batch {trial.batch_tokens:>5} tokens: "
                    f"{trial.segments_per_second:7.1f} segments/s, one alone {trial.single_ms:6.1f} ms",
                    flush=True,
                )

        trials = await measure(model_store(settings), settings, seconds=seconds, tune=autotune, told=told)
        best = trials[0]
        if as_json:
            json.dump({"cpus": layout.cpus, "trials": [asdict(t) for t in trials]}, sys.stdout, indent=2)
            sys.stdout.write("\n")
        elif autotune:
            print(
                "\nfastest with the queue full; put this into the settings file:\n\n"
                f"[models]\nworkers = {best.workers}\nthreads = {best.threads}\n\n"
                f"[batching]\nsource_tokens = {best.batch_tokens}\noutput_tokens = {best.batch_tokens}"
            )
        return Exit.OK

    run(work)
