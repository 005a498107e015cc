"""`tarjimon top`: a running server at a glance, from its metrics."""

from __future__ import annotations

import importlib.util
import math
import time
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from tarjimon.cli.exits import Exit, report
from tarjimon.cli.readings import Change, Reading, fetch, page_of
from tarjimon.domain import Lane
from tarjimon.errors import ConfigError, RemoteError, TarjimonError

_PAUSE_SECONDS = 1.0


def view(change: Change) -> RenderableType:
    """What is shown of a change."""
    now = change.now
    hits, misses = change.count("tarjimon_cache_hits_total"), change.count("tarjimon_cache_misses_total")
    finished = change.count("tarjimon_segments_total")
    flagged = change.count("tarjimon_fidelity_failures_total")
    work = Table.grid(padding=(0, 3))
    for name, value in (
        (
            "waiting",
            ", ".join(
                f"{lane} {now.total('tarjimon_queue_tokens', lane=lane):,.0f} tokens in "
                f"{now.total('tarjimon_queue_segments', lane=lane):,.0f} segments"
                for lane in Lane
            ),
        ),
        ("in the engine", f"{now.total('tarjimon_inflight_segments'):,.0f} segments"),
        (
            "tokens/s",
            f"{change.rate('tarjimon_scheduler_events_total', event='output_tokens'):,.1f} written, "
            f"{now.total('tarjimon_engine_tokens_per_second'):,.0f} of busy time",
        ),
        (
            "batches",
            f"{now.total('tarjimon_batch_fill'):.0%} full, {now.total('tarjimon_padding_share'):.0%} padding",
        ),
        ("cache hits", _share(hits, hits + misses)),
        ("to be checked", f"{_share(flagged, finished)} ({flagged:,.0f} of {finished:,.0f} segments)"),
        (
            "refused",
            ", ".join(
                f"{cause} {change.count('tarjimon_refusals_total', cause=cause):,.0f}"
                for cause in now.values_of("tarjimon_refusals_total", "cause")
                if change.count("tarjimon_refusals_total", cause=cause)
            )
            or "none",
        ),
    ):
        work.add_row(Text(name, style="bold"), Text(value))
    since = "since the start" if change.before is None else f"in the last {change.seconds():.1f} s"
    return Group(Text(f"up {now.age:,.0f} s; rates {since}", style="dim"), work, _calls(change), _models(now))


def _calls(change: Change) -> Table:
    table = Table("method", "code", "calls/s", "p50", "p95", box=None, title_justify="left")
    for method in change.now.values_of("tarjimon_calls_total", "method"):
        times = [change.quantile(share, "tarjimon_call_seconds", method=method) for share in (0.5, 0.95)]
        shown = [_duration(seconds) for seconds in times]
        for code in change.now.values_of("tarjimon_calls_total", "code"):
            if not change.now.total("tarjimon_calls_total", method=method, code=code):
                continue
            rate = change.rate("tarjimon_calls_total", method=method, code=code)
            table.add_row(Text(method), Text(code), f"{rate:,.2f}", *shown)
            shown = ["", ""]  # times are those of all codes
    return table


def _models(now: Reading) -> Table:
    table = Table("model", "memory", "in use by", "loads", "failures", box=None)
    for model in now.values_of("tarjimon_model_bytes", "model"):
        table.add_row(
            Text(model),
            f"{now.total('tarjimon_model_bytes', model=model) / 1e6:,.0f} MB",
            f"{now.total('tarjimon_model_leases', model=model):,.0f}",
            f"{now.total('tarjimon_model_loads_total', model=model):,.0f}",
            f"{now.total('tarjimon_model_failures_total', model=model):,.0f}",
        )
    return table


def _share(part: float, whole: float) -> str:
    return f"{part / whole:.1%}" if whole else "–"


def _duration(seconds: float) -> str:
    if math.isnan(seconds):
        return "–"
    return f"{seconds * 1000:,.0f} ms" if seconds < 1 else f"{seconds:,.1f} s"


def watch(
    scrape: Callable[[], Reading], console: Console, pause: Callable[[], object], views: int | None = None
) -> None:
    """Show reading after reading, each against the one before it; one that fails leaves the last view.

    Args:
        scrape: takes a reading.
        console: where it is shown.
        pause: between two readings.
        views: how many; None: until interrupted.

    Raises:
        RemoteError: the first reading failed.
    """
    before = scrape()
    shown = view(Change(before))
    with Live(shown, console=console, screen=console.is_terminal, auto_refresh=False) as live:
        live.refresh()
        while views is None or views > 1:
            views = None if views is None else views - 1
            pause()
            try:
                now = scrape()
            except RemoteError as error:
                live.update(Group(Text(error.message, style="bold red"), shown), refresh=True)
                continue
            shown, before = view(Change(now, before)), now
            live.update(shown, refresh=True)


def top(
    metrics: Annotated[
        str, typer.Option(envvar="TARJIMON_METRICS_ADDRESS", help="Where the server serves its metrics.")
    ] = "http://127.0.0.1:9464",
    once: Annotated[bool, typer.Option("--once", help="Print once, with rates since the start.")] = False,
) -> None:
    """Show what a running server does, each second; Ctrl-C ends it."""
    try:
        code = _show(page_of(metrics), once)
    except KeyboardInterrupt:
        code = Exit.OK  # the way to end it
    except TarjimonError as error:
        code = report(error)
    raise typer.Exit(int(code))


def _show(address: str, once: bool) -> Exit:
    if importlib.util.find_spec("prometheus_client") is None:
        raise ConfigError("tarjimon top needs the package prometheus-client: pip install 'tarjimon[metrics]'")
    console = Console(highlight=False)
    if once:
        console.print(view(Change(fetch(address))))
    else:
        watch(lambda: fetch(address), console, lambda: time.sleep(_PAUSE_SECONDS))
    return Exit.OK
