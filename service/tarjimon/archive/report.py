"""The final files: summaries, the finished table, and the report as JSON and HTML."""

from __future__ import annotations

import html
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tarjimon.archive.journal import Journal

CHARACTERS_PER_PAGE = 1800
_LISTED_FAILURES = 1000


@dataclass(frozen=True, slots=True)
class Cost:
    """What a job took.

    Attributes:
        seconds: wall-clock time of all of its runs.
        tokens: computed; 0: unknown.
        per_hour: price of an hour, in any currency; 0: not given.
    """

    seconds: float
    tokens: int
    per_hour: float


def summaries(journal: Journal) -> Iterator[bytes]:
    """summaries.jsonl: a line for each document with a summary, by path."""
    for row in journal.rows("state = 'done' AND summary IS NOT NULL"):
        yield json.dumps(json.loads(row["summary"]), ensure_ascii=False).encode() + b"\n"


def facts(journal: Journal) -> dict[str, Any]:
    """What is true of the outputs, whenever and however often the job ran: the same bytes for the same job."""
    totals = journal.totals()
    kinds: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    failures: list[dict[str, Any]] = []
    for row in journal.rows("state IN ('done', 'failed', 'skipped')"):
        if row["state"] == "done":
            kinds.update(json.loads(row["issues"]))
            languages[row["language"] or "undecided"] += 1
        else:
            reasons[row["reason"]] += row["state"] == "failed"
            if row["state"] == "failed" and len(failures) < _LISTED_FAILURES:
                failures.append({"path": row["path"], "reason": row["reason"], "error": row["error"]})
    segments = totals["segments"]
    return {
        "settings": journal.get("order"),
        "engine": journal.get("engine"),
        "documents": {name: totals[name] for name in ("done", "failed", "skipped", "pending", "running")},
        "vanished_from_source": totals["vanished"],
        "source_languages": dict(sorted(languages.items())),
        "characters": totals["characters"],
        "pages": round(totals["characters"] / CHARACTERS_PER_PAGE, 2),
        "fidelity": {
            "segments": segments,
            "flagged": totals["flagged"],
            "flagged_share": round(totals["flagged"] / segments, 6) if segments else 0.0,
            "decoded_twice": totals["second_pass"],
            "issues": dict(sorted(kinds.items())),
            "places_left_alone": totals["left_alone"],
        },
        "repeated_segments_share": journal.repeated_share(),
        "failures_by_reason": {key: count for key, count in sorted(reasons.items()) if count},
        "failures": failures,
        "failures_left_out": max(0, totals["failed"] - len(failures)),
    }


def with_cost(known: dict[str, Any], cost: Cost) -> dict[str, Any]:
    """The facts and what they took; differs from run to run."""
    pages = known["pages"]
    per_thousand = cost.seconds / pages * 1000 if pages else None
    spent: dict[str, Any] = {
        "seconds": round(cost.seconds, 1),
        "documents_per_second": round(known["documents"]["done"] / cost.seconds, 3) if cost.seconds else None,
        "tokens": cost.tokens or None,
        "tokens_per_second": round(cost.tokens / cost.seconds, 1) if cost.seconds and cost.tokens else None,
        "seconds_per_1000_pages": round(per_thousand, 1) if per_thousand is not None else None,
    }
    if cost.per_hour and per_thousand is not None:
        spent["cost_per_1000_pages"] = round(per_thousand / 3600 * cost.per_hour, 4)
        spent["cost"] = round(cost.seconds / 3600 * cost.per_hour, 4)
    return {**known, "spent": spent}


def as_json(report: dict[str, Any]) -> bytes:
    """For machines."""
    return (json.dumps(report, ensure_ascii=False, indent=2) + "\n").encode()


_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 0 0 1.5rem; }
th, td { border-bottom: 1px solid #ccc; padding: .25rem .75rem; text-align: left; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
"""


def as_html(report: dict[str, Any]) -> bytes:
    """For people: one file without scripts or anything from elsewhere."""
    settings = report["settings"] or {}
    body = [f"<h1>Archive {_text(settings.get('source', ''))}</h1>"]
    body.append(_table("Documents", report["documents"]))
    body.append(
        _table("Text", {"pages of 1,800 characters": report["pages"], "characters": report["characters"]})
    )
    fidelity = {key: value for key, value in report["fidelity"].items() if key != "issues"}
    fidelity["repeated segments, translated once (share)"] = report["repeated_segments_share"]
    body.append(_table("Fidelity", fidelity))
    body.append(_table("Issues found", report["fidelity"]["issues"]))
    body.append(_table("Source languages", report["source_languages"]))
    if "spent" in report:
        body.append(_table("Time and cost", report["spent"]))
    if report["failures"]:
        rows = "".join(
            f"<tr><td>{_text(f['path'])}</td><td>{_text(f['reason'])}</td><td>{_text(f['error'])}</td></tr>"
            for f in report["failures"]
        )
        left_out = report["failures_left_out"]
        more = f"<p>and {left_out} more; see the journal</p>" if left_out else ""
        body.append(
            "<h2>Failures</h2><table><tr><th>document</th><th>reason</th><th>what to do</th></tr>"
            f"{rows}</table>{more}"
        )
    body.append(_table("Settings", settings))
    body.append(_table("Engine", report["engine"] or {}))
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Archive report</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(body)}</body></html>\n"
    )
    return page.encode()


def _table(title: str, values: dict[str, Any]) -> str:
    shown = {key: value for key, value in values.items() if value is not None}
    if not shown:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{_text(key.replace("_", " "))}</th><td class="number">{_text(_number(value))}</td></tr>'
        for key, value in shown.items()
    )
    return f"<h2>{_text(title)}</h2><table>{rows}</table>"


def _number(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _text(value: object) -> str:
    return html.escape(str(value))
