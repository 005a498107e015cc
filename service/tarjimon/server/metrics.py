"""Prometheus metrics: what waits, runs, was refused and came out. Labels are bounded: no texts, keys or addresses."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Protocol

from tarjimon.config import MetricsSettings
from tarjimon.errors import ConfigError
from tarjimon.pipeline.application import ApplicationSnapshot

_CALL_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class Observed(Protocol):
    """What metrics are taken from."""

    def snapshot(self) -> ApplicationSnapshot:
        """State and counters; cheap."""
        ...


class CallMetrics:
    """Counts and times calls, and serves all metrics over HTTP.

    Args:
        settings: where they are served; nothing is served without a port.
        application: asked at each scrape.

    Raises:
        ConfigError: the package is missing, or the address cannot be had.
    """

    def __init__(self, settings: MetricsSettings, application: object) -> None:
        self._server: Any = None
        self._calls: Any = None
        self._seconds: Any = None
        self.port = 0
        if settings.port is None:
            return
        try:
            import prometheus_client as prometheus
        except ImportError as error:
            raise ConfigError(
                "metrics.port needs the package prometheus-client: pip install 'tarjimon[metrics]'",
                field="metrics.port",
            ) from error
        registry = prometheus.CollectorRegistry()
        self._calls = prometheus.Counter(
            "tarjimon_calls", "Calls by method and status code.", ["method", "code"], registry=registry
        )
        self._seconds = prometheus.Histogram(
            "tarjimon_call_seconds",
            "Duration of calls.",
            ["method"],
            buckets=_CALL_SECONDS,
            registry=registry,
        )
        if hasattr(application, "snapshot"):
            registry.register(_Collector(application))
        try:
            self._server, _ = prometheus.start_http_server(settings.port, settings.host, registry)
        except OSError as error:
            raise ConfigError(
                f"metrics cannot be served on {settings.host} port {settings.port}: {error.strerror}; choose another "
                "with metrics.port",
                field="metrics.port",
            ) from error
        self.port = self._server.server_port

    def call(self, method: str, code: str, seconds: float) -> None:
        """Count a call that is over."""
        if self._calls is not None:
            # Only methods of ours come here, so that the label stays bounded.
            name = method.rpartition("/")[2]
            self._calls.labels(name, code).inc()
            self._seconds.labels(name).observe(seconds)

    def close(self) -> None:
        """Stop serving."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()


class _Collector:
    """Reads the application at each scrape."""

    def __init__(self, application: Observed) -> None:
        self._application = application
        self._started = time.time()

    def collect(self) -> Iterator[Any]:
        """See prometheus_client."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        now = self._application.snapshot()
        scheduler, cache, models = now.scheduler, now.cache, now.models

        def gauge(name: str, about: str, value: float) -> Any:
            return GaugeMetricFamily(f"tarjimon_{name}", about, value=value)

        def counter(name: str, about: str, value: float) -> Any:
            return CounterMetricFamily(f"tarjimon_{name}", about, value=value)

        def labelled(kind: Any, name: str, about: str, label: str, values: dict[str, float]) -> Any:
            family = kind(f"tarjimon_{name}", about, labels=[label])
            for key, value in sorted(values.items()):
                family.add_metric([key], value)
            return family

        yield gauge("start_time_seconds", "When this process began to serve.", self._started)
        for name, about, by_lane in (
            ("queue_segments", "Segments that wait.", scheduler.queued_segments),
            ("queue_tokens", "Tokens that wait, source and expected output.", scheduler.queued_tokens),
        ):
            yield labelled(
                GaugeMetricFamily, name, about, "lane", {lane.value: float(n) for lane, n in by_lane.items()}
            )
        yield gauge("inflight_segments", "Segments inside the engine.", scheduler.inflight_segments)
        yield gauge("batch_fill", "Recent mean of padded tokens ÷ budget.", scheduler.batch_fill)
        yield gauge("padding_share", "Recent share of padded source tokens.", scheduler.padding_share)
        yield gauge(
            "engine_tokens_per_second", "Recent tokens per second of busy time.", scheduler.tokens_per_second
        )
        yield labelled(
            CounterMetricFamily,
            "refusals",
            "Work refused at the door, by cause.",
            "cause",
            {cause: float(n) for cause, n in scheduler.refusals.items()},
        )
        yield labelled(
            CounterMetricFamily,
            "scheduler_events",
            "The scheduler's counters.",
            "event",
            {event: float(n) for event, n in scheduler.counters.items()},
        )
        yield labelled(
            CounterMetricFamily,
            "segments",
            "Finished segments by how they came about.",
            "status",
            {status.value: float(n) for status, n in now.tally.segments.items()},
        )
        yield labelled(
            CounterMetricFamily,
            "fidelity_issues",
            "Findings of the fidelity check.",
            "kind",
            {kind.value: float(n) for kind, n in now.tally.issues.items()},
        )
        yield counter("fidelity_failures", "Segments that a person must check.", now.tally.failed)
        yield counter("second_passes", "Segments that were decoded again.", now.tally.second_passes)
        yield labelled(
            CounterMetricFamily,
            "cache_hits",
            "Segments that the cache knew.",
            "level",
            {"memory": float(cache.memory_hits), "disk": float(cache.disk_hits)},
        )
        yield counter("cache_misses", "Segments that the cache did not know.", cache.misses)
        yield gauge("cache_memory_bytes", "Size of the cache in memory.", cache.memory_bytes)
        yield gauge("cache_disk_bytes", "Size of the cache on disk.", cache.disk_bytes)
        yield gauge("models_budget_bytes", "Budget for the weights of models.", models.budget_bytes)
        for name, about, of in (
            ("model_bytes", "Memory of a model.", "memory_bytes"),
            ("model_leases", "Calls that use a model at this moment.", "leases"),
        ):
            yield labelled(
                GaugeMetricFamily,
                name,
                about,
                "model",
                {model: float(getattr(state, of)) for model, state in models.models.items()},
            )
        for name, about, of in (
            ("model_loads", "Times a model was loaded.", "loads"),
            ("model_evictions", "Times a model was evicted.", "evictions"),
            ("model_failures", "Loads that failed.", "failures"),
        ):
            yield labelled(
                CounterMetricFamily,
                name,
                about,
                "model",
                {model: float(getattr(state, of)) for model, state in models.models.items()},
            )
