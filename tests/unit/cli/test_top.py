"""`tarjimon top`: numbers from metrics as Prometheus would compute them, and views that survive a bad scrape."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator

import pytest
from rich.console import Console
from typer.testing import CliRunner

from tarjimon.cli.main import app
from tarjimon.cli.readings import Change, Reading, page_of, read
from tarjimon.cli.top import view, watch
from tarjimon.errors import InvalidInputError, RemoteError

pytest.importorskip("prometheus_client", reason="prometheus-client is not installed")


def page(**changed: float) -> str:
    """A page of metrics as a server of ours writes it; `changed` counts from the defaults."""
    value = {
        "start": 1000,
        "calls": 10,
        "failed": 2,
        "fast": 6,
        "slow": 10,
        "all": 12,
        "hits": 3,
        "misses": 1,
    }
    value |= {"written": 500, "finished": 40, "flagged": 4} | changed
    return "\n".join(
        (
            "# TYPE tarjimon_start_time_seconds gauge",
            f"tarjimon_start_time_seconds {value['start']}",
            "# TYPE tarjimon_calls_total counter",
            f'tarjimon_calls_total{{code="OK",method="TranslateText"}} {value["calls"]}',
            f'tarjimon_calls_total{{code="INTERNAL",method="TranslateText"}} {value["failed"]}',
            "# TYPE tarjimon_call_seconds histogram",
            f'tarjimon_call_seconds_bucket{{le="0.1",method="TranslateText"}} {value["fast"]}',
            f'tarjimon_call_seconds_bucket{{le="2.5",method="TranslateText"}} {value["slow"]}',
            f'tarjimon_call_seconds_bucket{{le="+Inf",method="TranslateText"}} {value["all"]}',
            f'tarjimon_call_seconds_count{{method="TranslateText"}} {value["all"]}',
            'tarjimon_queue_tokens{lane="interactive"} 1234',
            'tarjimon_queue_tokens{lane="bulk"} 99000',
            'tarjimon_queue_segments{lane="interactive"} 7',
            "tarjimon_batch_fill 0.5",
            "tarjimon_padding_share 0.25",
            f'tarjimon_scheduler_events_total{{event="output_tokens"}} {value["written"]}',
            'tarjimon_refusals_total{cause="queue_full"} 0',
            f'tarjimon_cache_hits_total{{level="memory"}} {value["hits"]}',
            f"tarjimon_cache_misses_total {value['misses']}",
            f'tarjimon_segments_total{{status="translated"}} {value["finished"]}',
            f"tarjimon_fidelity_failures_total {value['flagged']}",
            'tarjimon_model_bytes{model="tarjimon-mini"} 34000000',
            "",
        )
    )


def shown(change: Change) -> str:
    console = Console(file=io.StringIO(), width=120)
    console.print(view(change))
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def test_quantiles_are_those_of_prometheus() -> None:
    change = Change(read(page(), at=1100))
    name, method = "tarjimon_call_seconds", {"method": "TranslateText"}
    assert change.quantile(0.5, name, **method) == pytest.approx(0.1)
    assert change.quantile(0.25, name, **method) == pytest.approx(0.05)
    assert change.quantile(0.75, name, **method) == pytest.approx(0.1 + 2.4 * 3 / 4)
    assert change.quantile(0.99, name, **method) == 2.5  # beyond the last bound
    assert math.isnan(change.quantile(0.5, name, method="Nothing"))


def test_quantiles_of_a_change_leave_out_what_was_before() -> None:
    before = read(page(), at=1100)
    now = read(page(slow=20, all=22), at=1101)
    assert Change(now, before).quantile(0.5, "tarjimon_call_seconds") == pytest.approx(0.1 + 2.4 / 2)


def test_rates_are_those_since_the_last_reading() -> None:
    before, now = read(page(), at=1100), read(page(calls=30, written=700), at=1102)
    assert Change(now, before).rate("tarjimon_calls_total", code="OK") == pytest.approx(10)
    assert Change(now).rate("tarjimon_calls_total", code="OK") == pytest.approx(30 / 102)
    assert "100.0 written" in shown(Change(now, before))


def test_a_restart_between_two_readings_gives_no_negative_rates() -> None:
    before, now = read(page(), at=1100), read(page(start=1100, calls=4), at=1102)
    assert Change(now, before).rate("tarjimon_calls_total", code="OK") == pytest.approx(2)
    assert "since the start" in shown(Change(now, before))


def test_the_view_says_what_an_operator_asks() -> None:
    text = shown(Change(read(page(), at=1100)))
    for words in (
        "interactive 1,234 tokens in 7 segments, bulk 99,000 tokens",
        "50% full, 25% padding",
        "75.0%",
        "10.0% (4 of 40 segments)",
        "34 MB",
    ):
        assert words in text
    rows = [line.split() for line in text.splitlines()]
    assert ["TranslateText", "INTERNAL", "0.02", "100", "ms", "2.5", "s"] in rows
    assert ["TranslateText", "OK", "0.10"] in rows


def test_nothing_done_yet_divides_nothing_by_nothing() -> None:
    text = shown(Change(read("tarjimon_start_time_seconds 1000\n", at=1000)))
    assert "–" in text
    assert "nan" not in text


@pytest.mark.parametrize("text", ["", "<html>", "up 1\n", 'tarjimon_x{a="b 1\n'])
def test_pages_of_others_are_refused(text: str) -> None:
    with pytest.raises(RemoteError):
        read(text, at=1)


def test_a_scrape_that_fails_leaves_the_last_view() -> None:
    readings: Iterator[Reading | None] = iter([read(page(), at=1100), None, read(page(calls=12), at=1102)])

    def scrape() -> Reading:
        found = next(readings)
        if found is None:
            raise RemoteError("connection refused", code="UNAVAILABLE")
        return found

    pauses: list[int] = []
    out = io.StringIO()
    console = Console(file=out, width=120, force_terminal=True)
    watch(scrape, console, lambda: pauses.append(1), views=3)
    _, failed = out.getvalue().split("connection refused")
    assert "1,234 tokens" in failed.split("in the last")[0]
    assert "in the last 2.0 s" in out.getvalue()
    assert len(pauses) == 2


@pytest.mark.parametrize("address", ["127.0.0.1:9464", "file:///etc/passwd", "http://", ""])
def test_only_http_addresses_are_asked(address: str) -> None:
    with pytest.raises(InvalidInputError, match="--metrics"):
        page_of(address)
    assert CliRunner().invoke(app, ["top", "--once", "--metrics", address]).exit_code == 3


def test_a_server_that_is_not_there_is_said_so() -> None:
    result = CliRunner().invoke(app, ["top", "--once", "--metrics", "http://127.0.0.1:1"])
    assert result.exit_code == 5
    assert "metrics.port" in result.output
    assert "Traceback" not in result.output


def test_addresses_get_the_usual_path() -> None:
    assert page_of("http://127.0.0.1:9464") == "http://127.0.0.1:9464/metrics"
    assert page_of("https://host/other") == "https://host/other"
