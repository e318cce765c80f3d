"""The most expensive requests: their cost, and their effect on other clients.

With very many resting orders it measures the cost of each request in process, beside
that of a plain order. Then a real server shows an honest client's latency, alone and
beside an attacker who sends that request as fast as the default limits allow. Last
come the events that affect the whole market at once.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import msgspec

from benchmarks import limits
from benchmarks.processes import printed
from benchmarks.report import Figure, Ratio, Report, number
from benchmarks.worst_attacks import RATE, WINDOW, attacked, events
from benchmarks.worst_house import Cost
from benchmarks.worst_requests import ACCEPTED, WORKLOADS


if TYPE_CHECKING:
    from benchmarks.worst_attacks import Seen


ALLOWED_MS: Final = 10.0  # that a request may block the event loop
WHOLE: Final = "whole market"  # events that no single request causes


class Sizes(msgspec.Struct, frozen=True):
    """The amount of work; an event comes at least ``wait`` s after the setup."""

    orders: int = 200_000
    rounds: int = 3
    seconds: float = 4.0
    wait: float = 20.0


QUICK: Final = Sizes(orders=2_000, rounds=1, seconds=1.0, wait=6.0)


def measure(quick: bool) -> Report:  # noqa: FBT001 - as every part
    """Measure costs, attackers and events; ``quick``: few orders, once."""
    sizes = QUICK if quick else Sizes()
    report = Report("worst", _workload(sizes), limits=limits.measure(quick=True))
    _requests(report, sizes)
    _attackers(report, sizes)
    return report


def _workload(sizes: Sizes) -> str:
    return (
        f"{sizes.orders:,} orders rest, of accounts with 50 each and one at its cap."
        " In process: what the loop does without a pause for a request at most, of the"
        " processor; reading, engine, feed, answer; no disk, no socket;"
        f" {sizes.rounds} runs in processes of their own. At a server with the default"
        f" limits and a durable log: {RATE} orders a second of an honest client in"
        f" another instrument for {sizes.seconds:g} s, from when each was due; attackers"
        f" at the rate of their limits, with {WINDOW} orders or requests in flight at most"
    )


def _requests(report: Report, sizes: Sizes) -> None:
    """Add the costs in process, and rejections compared with accepted requests."""
    runs: dict[str, list[Cost]] = defaultdict(list)
    for _ in range(sizes.rounds):
        for workload in WORKLOADS:
            done = printed(
                "benchmarks.worst_requests", workload.__name__, str(sizes.orders)
            )
            for name, cost in msgspec.json.decode(done, type=list[tuple[str, Cost]]):
                runs[name].append(cost)
    figures = {name: _figure(name, costs) for name, costs in runs.items()}
    report.figures += figures.values()
    for name, accepted in ACCEPTED.items():
        report.ratios.append(
            Ratio.of(f"{name} ÷ {accepted}", figures[name], figures[accepted], "≤ 1")
        )
    dear = [
        f"{name} ({number(figure.median)} ms)"
        for name, figure in figures.items()
        if figure.median > ALLOWED_MS and not name.startswith(WHOLE)
    ]
    report.notes.append(
        f"requests above {ALLOWED_MS:g} ms: {'; '.join(dear) or 'none'}"
    )


def _figure(name: str, costs: list[Cost]) -> Figure:
    engine, total = (
        number(sorted(getattr(cost, what) for cost in costs)[len(costs) // 2])
        for what in ("engine", "total")
    )
    last = costs[-1]
    answer = f", {last.answer}" if last.answer else ""
    return Figure(
        name,
        "ms",
        [cost.longest for cost in costs],
        f"engine {engine}, all {last.pieces} pieces {total}; {last.events:,} events{answer}",
    )


def _attackers(report: Report, sizes: Sizes) -> None:
    """Add the honest client's latencies."""
    alone: Seen | None = None
    for name, seen in attacked(sizes.orders, sizes.seconds):
        alone = alone or seen
        _saw(report, name, seen)
        if seen is not alone:
            for what in ("p50", "p99"):
                values = [getattr(seen, what) / getattr(alone, what)]
                report.ratios.append(Ratio(f"{name}: {what} ÷ alone", values))
    for name, seen in events(sizes.orders, sizes.wait):
        _saw(report, f"{WHOLE}, {name}", seen)


def _saw(report: Report, name: str, seen: Seen) -> None:
    told: dict[str, int] = dict(seen.answers or {})
    answers = ", ".join(f"{count:,} × {what}" for what, count in told.items())
    held = (
        f"loop held for {seen.held:.3f} s" if seen.held else "loop never held for 50 ms"
    )
    for what in ("p50", "p99", "worst"):
        note = f"{held}; {answers}" if what == "worst" else ""
        report.figures.append(
            Figure(f"{name}: honest {what}", "ms", [getattr(seen, what)], note)
        )
