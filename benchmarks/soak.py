"""An hour of steady load: do memory and latency stay constant?

``python -m benchmarks.soak MINUTES`` runs for any time. The server is real; companies
trade, disconnect and come back, makers quote, followers subscribe. Requests have no
client order ids: the venue remembers these for two trading days by contract, and they
would be the only thing that grows.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path
from typing import Final

from benchmarks.market_figures import QUOTE_WEIGHT, course, figures
from benchmarks.market_plan import Cast, Phase
from benchmarks.market_stage import Memory, Played, plan, play
from benchmarks.report import Chart, Figure, Ratio, Report, Series


CAST: Final = Cast(companies=200, makers=10, followers=40, instruments=5)
MINUTES: Final = 60.0
QUICK_MINUTES: Final = 0.2
RATE: Final = 1_000.0  # orders per second from all companies
LEAVES: Final = 2.0  # companies per second that disconnect and come back
SETTLED: Final = 1 / 3  # share of the time after which everything bounded is full
FLAT: Final = 1.05  # limit of final memory / settled memory
SAMPLES: Final = 30  # memory samples, one a second, of which a result keeps the highest
PAUSE_MS: Final = 100.0  # no answer should take longer
# The server's stored executions take some minutes to reach their limit, and its
# buffers to fill. Until then memory grows by design.
TELLING_MINUTES: Final = 15.0


def measure(quick: bool) -> Report:  # noqa: FBT001 - as every part
    """Run for MINUTES, or QUICK_MINUTES."""
    return soak(QUICK_MINUTES if quick else MINUTES)


def soak(minutes: float) -> Report:
    """Load a server for ``minutes``, and report the outcome.

    The report has memory, every minute's latencies, and each minute with a pause.
    """
    phases = [Phase("steady", minutes * 60, RATE)]
    with tempfile.TemporaryDirectory() as name:
        played = play(
            Path(name),
            [
                plan(CAST, phases, ["company"], leaves=LEAVES),
                plan(CAST, phases, ["maker", "follower"]),
            ],
        )
    report = Report("soak", _workload(minutes))
    _add_memory(report, played.memory)
    if minutes < TELLING_MINUTES:
        report.notes.append(
            f"too short to tell: what is bounded fills up in {TELLING_MINUTES:g} minutes"
        )
    _add_times(report, played, minutes)
    _add_counts(report, played, minutes)
    return report


def growth(values: list[float]) -> float:
    """Return the median of the last tenth over that of the tenth after SETTLED."""
    tenth = max(len(values) // 10, 1)
    settled = int(len(values) * SETTLED)
    first = statistics.median(values[settled : settled + tenth])
    return statistics.median(values[-tenth:]) / first if first else 1.0


def slope(memory: Memory) -> float:
    """Return the server's growth after SETTLED in MB per hour, by least squares."""
    settled = int(len(memory.at) * SETTLED)
    at, server = memory.at[settled:], memory.server[settled:]
    if len(set(at)) < 2:
        return 0.0
    return statistics.linear_regression(at, server).slope * 3600


def pauses(minutes: list[float], worst: list[float]) -> str:
    """Describe the minutes in which an answer took longer than PAUSE_MS."""
    slow = [
        f"{ms:,.0f} ms in minute {minute:.0f}"
        for minute, ms in zip(minutes, worst, strict=True)
        if ms > PAUSE_MS
    ]
    return f"answers to a company over {PAUSE_MS:g} ms: {', '.join(slow) or 'none'}"


def _workload(minutes: float) -> str:
    return (
        f"{minutes:g} minutes: {CAST.companies} companies send {RATE:,.0f} orders a"
        f" second at Poisson times, {CAST.makers} makers replace 20 quotes a second"
        f" each, {CAST.followers} followers watch {CAST.instruments} instruments;"
        f" {LEAVES:g} companies a second leave and come back; durable log, clients in"
        " two processes on the same machine, open loop"
    )


def peaks(values: list[float]) -> list[float]:
    """Return the highest of every SAMPLES values in a row."""
    return [max(values[n : n + SAMPLES]) for n in range(0, len(values), SAMPLES)]


def _add_memory(report: Report, memory: Memory) -> None:
    for name, values in (("server", memory.server), ("follower", memory.follower)):
        grown = growth(values)
        flat = "flat" if grown <= FLAT else "NOT flat"
        report.figures.append(Figure(f"memory of the {name}", "MB", peaks(values)))
        report.ratios.append(
            Ratio(f"memory of the {name}, end / settled", [grown], f"≤ {FLAT}")
        )
        report.notes.append(f"memory of the {name} is {flat}")
    report.figures.append(
        Figure("growth of the server once settled", "MB an hour", [slope(memory)])
    )
    minutes = [at / 60 for at in memory.at[::SAMPLES]]
    report.charts.append(
        Chart(
            "soak-memory",
            "Steady load: memory, the most of each half minute",
            "minutes",
            "MB resident",
            [
                Series("server", minutes, peaks(memory.server)),
                Series("follower", minutes, peaks(memory.follower)),
            ],
        )
    )


def _add_times(report: Report, played: Played, minutes: float) -> None:
    step = 60.0 if minutes > 2 else 1.0
    company = played.columns["company"]
    times, found = course(company, step)
    in_minutes = [at / 60 for at in times]
    report.figures += figures("answer to a company", company.took)
    report.notes.append(pauses(in_minutes, found["max"]))
    report.figures += figures("answer to a maker", played.columns["maker"].took)
    report.charts.append(
        Chart(
            "soak-times",
            "Steady load: how long an answer to a company takes",
            "minutes",
            "ms",
            [Series(name, in_minutes, values) for name, values in found.items()],
            log="y",
        )
    )
    grown = growth(found["p99"])
    report.ratios.append(Ratio("p99 of a company, end / settled", [grown], "1"))


def _add_counts(report: Report, played: Played, minutes: float) -> None:
    company, maker = played.outcomes["company"], played.outcomes["maker"]
    commands = company.answered + maker.answered * QUOTE_WEIGHT
    report.figures += [
        Figure("orders and cancels", "/s", [commands / minutes / 60]),
        Figure("the server's processor", "cores", [played.server_cpu / minutes / 60]),
    ]
    if company.returns:
        report.figures += figures(
            f"to come back and log in ({len(company.returns):,} times)",
            [int(each * 1e9) for each in company.returns],
        )
    for role, each in played.outcomes.items():
        refused = ", ".join(f"{n:,} {name}" for name, n in each.refused.items())
        report.notes.append(
            f"{role}: {each.sent:,} sent, {each.unanswered:,} without an answer;"
            f" {each.lost:,} connections lost; refused: {refused or 'none'}"
        )
    report.notes.append(f"verify: {played.verified}")


if __name__ == "__main__":
    print(soak(float(sys.argv[1])).text())
