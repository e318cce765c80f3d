"""The market at full size: all sessions are logged in, and a compliance day comes.

A real server has a durable log. Companies send a few orders, makers quote throughout
and followers subscribe. Then companies send a hundred times as much, and then again
as little as before. Every request must be answered, and the log must verify.
"""

from __future__ import annotations

import tempfile
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.market_figures import (
    QUOTE_WEIGHT,
    course,
    fairness,
    figures,
    rates,
)
from benchmarks.market_plan import LEVELS, QUOTE_COMMANDS, ROLES, Cast, Phase, seconds
from benchmarks.market_stage import Played, plan, play
from benchmarks.report import Chart, Figure, Ratio, Report, Series


if TYPE_CHECKING:
    from benchmarks.market_plan import Role


CAST: Final = Cast(companies=3_700, makers=40, followers=260, instruments=20)
QUICK: Final = Cast(companies=370, makers=4, followers=26, instruments=2)
AVERAGE: Final = 1 / 50  # orders per second and company
BURST: Final = 100  # times the average rate
SECONDS: Final = {"before": 45.0, "burst": 30.0, "after": 45.0}


def measure(quick: bool) -> Report:  # noqa: FBT001 - as every part
    """Run the day; ``quick``: a tenth of the cast for a tenth of the time."""
    return of_day(QUICK if quick else CAST, 0.1 if quick else 1.0)


def of_day(cast: Cast, scale: float) -> Report:
    """Run a day of ``cast``, ``scale`` times as long as a full one."""
    phases = phases_of(cast, scale)
    with tempfile.TemporaryDirectory() as name:
        played = play(
            Path(name),
            [
                plan(cast, phases, ["company"]),
                plan(cast, phases, ["maker", "follower"]),
            ],
        )
    report = Report("market", _workload(cast, phases))
    _add_counts(report, cast, played, seconds(phases))
    for role in ROLES:
        _add_times(report, played, role, phases)
    _add_fairness(report, played, phases)
    _add_memory(report, played)
    _add_charts(report, played, 0.5 if scale < 1 else 1.0)
    return report


def phases_of(cast: Cast, scale: float) -> list[Phase]:
    """Return the phases; the burst has BURST times the average rate."""
    average = cast.companies * AVERAGE
    rate = {"before": average, "burst": average * BURST, "after": average}
    return [Phase(name, SECONDS[name] * scale, rate[name]) for name in SECONDS]


def _workload(cast: Cast, phases: list[Phase]) -> str:
    parts = ", ".join(f"{p.name} {p.seconds:g} s at {p.rate:,.0f}/s" for p in phases)
    return (
        f"{cast.companies:,} companies, {cast.makers} makers and {cast.followers}"
        f" followers, each with a session of its own, logged in; {cast.instruments}"
        " instruments by the rules of the preset cea; every maker replaces"
        f" {2 * LEVELS} quotes a second; companies (60 % rest, 30 % take, 10 % withdraw"
        f" all), at Poisson times: {parts}; durable log, clients in two processes on"
        " the same machine, open loop, times from when a request was due to its answer"
    )


def _add_counts(report: Report, cast: Cast, played: Played, lasted: float) -> None:
    outcomes = played.outcomes
    company, maker = outcomes["company"], outcomes["maker"]
    commands = company.answered + maker.answered * QUOTE_WEIGHT
    report.figures += [
        Figure(f"to log in {cast.sessions:,} sessions", "s", [played.login_seconds]),
        Figure("requests sent", "", [float(company.sent + maker.sent)]),
        Figure("orders and cancels of all answers", "", [commands]),
        Figure("frames delivered", "/s", [_frames(played) / lasted]),
        Figure("the server's processor", "cores", [played.server_cpu / lasted]),
        *(
            Figure(
                f"the processor of the process with {role}",
                "cores",
                [each.cpu / lasted],
            )
            for role, each in outcomes.items()
            if role != "follower"  # shares a process with the makers
        ),
        *(
            Figure(f"{role}: sent late by its client, p99", "ms", [each.late_ns / 1e6])
            for role, each in outcomes.items()
            if each.sent
        ),
    ]
    for role, each in outcomes.items():
        refused = ", ".join(f"{n:,} {name}" for name, n in each.refused.items())
        report.notes.append(
            f"{role}: {each.sent:,} sent, {each.answered:,} answered,"
            f" {each.unanswered:,} not; {each.lost:,} connections lost;"
            f" refused: {refused or 'none'}"
        )
    report.notes.append(f"verify: {played.verified}")


def _frames(played: Played) -> int:
    return sum(outcome.frames for outcome in played.outcomes.values())


def _add_times(report: Report, played: Played, role: Role, phases: list[Phase]) -> None:
    ends = list(accumulate(phase.seconds for phase in phases))
    what = "print's age" if role == "follower" else "answer"
    for phase, end in zip(phases, ends, strict=True):
        all_ = played.columns[role].between(end - phase.seconds, end)
        taken = all_.taken()
        name = f"{role}, {phase.name}"
        rate = len(taken.when) / phase.seconds
        refused = float(len(all_.when) - len(taken.when))
        report.figures += [
            Figure(f"{name}: {what}s", "/s", [rate]),
            *figures(f"{name}: {what}", taken.took),
            *([Figure(f"{name}: refused", "", [refused])] if refused else []),
        ]


def _add_fairness(report: Report, played: Played, phases: list[Phase]) -> None:
    start = phases[0].seconds
    end = start + phases[1].seconds
    columns = played.columns["company"].between(start, end)
    if not columns.when:
        return
    found = fairness(columns)
    report.figures += [
        Figure(
            f"p99 of a company in the burst: {words} of all",
            "ms",
            [found.worst_at(percent)],
        )
        for percent, words in ((10, "p10"), (50, "median"), (99, "p99"), (100, "max"))
    ]
    name = f"Jain's index of {found.sessions:,} companies' mean times"
    report.figures += [
        Figure(name, "", [found.jain], "1 is fair"),
        Figure("  the same times dealt at random", "", [found.chance]),
    ]
    report.ratios.append(
        Ratio("Jain's index / by chance", [found.jain / found.chance], "1")
    )


def _add_memory(report: Report, played: Played) -> None:
    memory = played.memory
    report.figures += [
        Figure("server's memory at the start", "MB", memory.server[:1]),
        Figure("server's memory, at most", "MB", [max(memory.server)]),
        Figure("follower's memory, at most", "MB", [max(memory.follower)]),
    ]


def _refused(played: Played, step: float) -> dict[float, float]:
    """Return the companies' rejected orders per second, by time."""
    company = played.columns["company"]
    taken = rates(company.taken(), step)
    return {at: rate - taken.get(at, 0.0) for at, rate in rates(company, step).items()}


def _add_charts(report: Report, played: Played, step: float) -> None:
    by_role = {
        "companies' orders": rates(played.columns["company"], step),
        f"makers' orders ({QUOTE_COMMANDS} a quote)": rates(
            played.columns["maker"], step, QUOTE_WEIGHT
        ),
        "refused": _refused(played, step),
    }
    report.charts.append(
        Chart(
            "market-rate",
            "A compliance day: what comes",
            "seconds",
            "orders and cancels a second",
            [Series(name, [*rate], [*rate.values()]) for name, rate in by_role.items()],
        )
    )
    lines = []
    for role, what in zip(ROLES, ("company", "maker", "print"), strict=True):
        times, found = course(played.columns[role].taken(), step)
        lines += [
            Series(f"{what} {name}", times, found[name]) for name in ("p50", "p99")
        ]
    report.charts += [
        Chart(
            "market-times",
            "A compliance day: how long an answer takes, how old a print is",
            "seconds",
            "ms",
            lines,
            log="y",
        ),
        Chart(
            "market-memory",
            "A compliance day: memory",
            "seconds",
            "MB resident",
            [
                Series("server", played.memory.at, played.memory.server),
                Series("follower", played.memory.at, played.memory.follower),
            ],
        ),
    ]
