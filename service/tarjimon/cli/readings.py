"""Metrics of a running server as numbers: scraped, compared with an earlier scrape, quantiles of histograms."""

from __future__ import annotations

import math
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import urlsplit

from tarjimon.errors import InvalidInputError, RemoteError

_START = "tarjimon_start_time_seconds"
_TIMEOUT_SECONDS = 5.0
_LARGEST_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class Reading:
    """All samples of one scrape.

    Attributes:
        at: seconds of the clock of the one who scraped.
        samples: metric name -> labels and value of each of its samples.
    """

    at: float
    samples: Mapping[str, tuple[tuple[Mapping[str, str], float], ...]]

    @property
    def age(self) -> float:
        """Seconds that the server had served."""
        return self.at - self.total(_START)

    def total(self, name: str, **labels: str) -> float:
        """Sum of the samples that have these labels."""
        return sum(value for found, value in self.samples.get(name, ()) if labels.items() <= found.items())

    def values_of(self, name: str, label: str) -> list[str]:
        """The values of a label, in order."""
        return sorted({found[label] for found, _ in self.samples.get(name, ()) if label in found})


@dataclass(frozen=True, slots=True)
class Change:
    """From one reading to the next; from the server's start to the reading when there is no earlier one."""

    now: Reading
    before: Reading | None = None

    def __post_init__(self) -> None:
        restarted = self.before is not None and self.before.total(_START) != self.now.total(_START)
        if restarted or (self.before is not None and self.before.at >= self.now.at):
            object.__setattr__(self, "before", None)

    def seconds(self) -> float:
        """Time between the two."""
        start = self.now.total(_START) if self.before is None else self.before.at
        return max(self.now.at - start, 1e-9)

    def count(self, name: str, **labels: str) -> float:
        """What a counter rose by."""
        earlier = 0.0 if self.before is None else self.before.total(name, **labels)
        return max(self.now.total(name, **labels) - earlier, 0.0)

    def rate(self, name: str, **labels: str) -> float:
        """What a counter rose by in a second."""
        return self.count(name, **labels) / self.seconds()

    def quantile(self, share: float, name: str, **labels: str) -> float:
        """A quantile from a histogram's buckets, straight lines inside of them; NaN when nothing was observed.

        As Prometheus' histogram_quantile does: beyond the last finite bound it is that bound.
        """
        bounds = sorted(float(bound) for bound in self.now.values_of(f"{name}_bucket", "le"))
        written = {float(bound): bound for bound in self.now.values_of(f"{name}_bucket", "le")}
        counts = [self.count(f"{name}_bucket", le=written[bound], **labels) for bound in bounds]
        if not counts or not counts[-1]:
            return math.nan
        wanted = share * counts[-1]
        place = next(i for i, count in enumerate(counts) if count >= wanted)
        below, under = (bounds[place - 1], counts[place - 1]) if place else (0.0, 0.0)
        if math.isinf(bounds[place]):
            return below
        inside = counts[place] - under
        return below + (bounds[place] - below) * ((wanted - under) / inside if inside else 1.0)


def read(text: str, at: float) -> Reading:
    """The readings of a page of metrics.

    Raises:
        RemoteError: it is not one of a Tarjimon server.
    """
    from prometheus_client.parser import text_string_to_metric_families

    samples: dict[str, list[tuple[Mapping[str, str], float]]] = {}
    try:
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                samples.setdefault(sample.name, []).append((sample.labels, float(sample.value)))
    except (ValueError, KeyError, IndexError) as error:
        raise _no_metrics(f"the page is not one of Prometheus metrics: {error}") from error
    if _START not in samples:
        raise _no_metrics(f"the page has no {_START}: it is not one of a Tarjimon server")
    return Reading(at, {name: tuple(found) for name, found in samples.items()})


def _no_metrics(why: str) -> RemoteError:
    return RemoteError(why, code="UNAVAILABLE")


def fetch(address: str) -> Reading:
    """Scrape a server.

    Raises:
        RemoteError: it cannot be reached, or serves something else.
    """
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(address, timeout=_TIMEOUT_SECONDS) as answer:
            page = answer.read(_LARGEST_BYTES + 1)
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise _no_metrics(
            f"no metrics at {address}: {reason}; does the server run with metrics.port set?"
        ) from error
    if len(page) > _LARGEST_BYTES:
        raise _no_metrics(f"the page at {address} has more than {_LARGEST_BYTES} bytes: not one of ours")
    return read(page.decode("utf-8", "replace"), time.time())


def page_of(address: str) -> str:
    """The address of the metrics' page.

    Raises:
        InvalidInputError: it is no HTTP address.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise InvalidInputError(f"--metrics is {address!r}; expected an address like http://127.0.0.1:9464")
    return parts._replace(path="/metrics" if parts.path in ("", "/") else parts.path).geturl()
