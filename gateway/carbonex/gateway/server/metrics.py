"""The venue's metrics, in Prometheus text format.

The hot path counts in plain integers; this module turns them into metrics only when
they are scraped. Values observed once per batch go into histograms.
"""

from __future__ import annotations

from collections import Counter as Tally
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prometheus_client.metrics_core import Metric

    from carbonex.engine import Reason, Rejected


CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_SECONDS: Final = (
    *(0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005),
    *(0.01, 0.02, 0.05, 0.1, 0.5, 1.0),
)
_SIZES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


def _nothing() -> Iterator[Metric]:
    return iter(())


class Metrics(Collector):
    """The counters of a server. It watches the venue, to count rejects.

    ``more`` yields metrics that are looked up at each scrape instead of counted.
    """

    def __init__(self, more: Callable[[], Iterator[Metric]] = _nothing) -> None:
        self._more = more
        self.connections = 0
        self.connections_total = 0
        self.refused = 0  # for lack of room
        self.evictions = 0  # slow consumers
        self.bytes_in = 0
        self.bytes_out = 0
        self.rejects: Tally[Reason] = Tally()
        self.errors: Tally[tuple[int, str]] = Tally()  # by code and name
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)
        self.commit_seconds = Histogram(
            "carbonex_commit_seconds",
            "From the hand-over of a batch to the log until it was durable.",
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.loop_late_seconds = Histogram(
            "carbonex_loop_late_seconds",
            "By which the timer of 50 ms was late.",
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.batch_commands = Histogram(
            "carbonex_batch_commands",
            "Commands per batch.",
            buckets=_SIZES,
            registry=self._registry,
        )

    def rejected(self, event: Rejected) -> None:
        """Count a rejected command; its only event is this one."""
        self.rejects[event.reason] += 1

    def text(self) -> bytes:
        """Return all metrics in Prometheus text format."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """Yield the current metrics, for the registry."""
        yield gauge("connections", "Open connections.", self.connections)
        yield counter("connections_opened", "Accepted so far.", self.connections_total)
        yield counter("connections_refused", "For lack of room.", self.refused)
        yield counter("evictions", "Closed as slow consumers.", self.evictions)
        yield counter("received_bytes", "Read from clients.", self.bytes_in)
        yield counter("sent_bytes", "Written to clients.", self.bytes_out)
        rejects = CounterMetricFamily(
            "carbonex_rejects", "Commands refused by the engine.", labels=["reason"]
        )
        for reason, count in self.rejects.items():
            rejects.add_metric([reason.name], count)
        yield rejects
        errors = CounterMetricFamily(
            "carbonex_errors", "Answers that were errors.", labels=["code", "name"]
        )
        for (code, name), count in self.errors.items():
            errors.add_metric([str(code), name], count)
        yield errors
        yield from self._more()


def gauge(name: str, text: str, value: float) -> Metric:
    """Return a metric that goes up and down."""
    return GaugeMetricFamily(f"carbonex_{name}", text, value)


def counter(name: str, text: str, value: float) -> Metric:
    """Return a metric that only grows; Prometheus adds ``_total`` to its name."""
    return CounterMetricFamily(f"carbonex_{name}", text, value)
