"""The last page of the demo: the numbers, and whether each promise was kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from carbonex.wire.counts import counted

from .cast import MAKERS
from .picture import milliseconds, percentiles


if TYPE_CHECKING:
    from rich.console import Console

    from .play import Outcome


def print_summary(console: Console, outcome: Outcome) -> None:
    """Print the numbers, then each promise and whether it was kept."""
    picture = outcome.picture
    console.print(
        f"{counted(len(picture.mandates), 'company', 'companies')} with a mandate and"
        f" {counted(len(MAKERS), 'market maker')} traded for {picture.elapsed_s:.0f} s"
        " at a venue that was killed once.",
        highlight=False,
    )
    console.print()
    console.print(_numbers(outcome))
    console.print()
    console.print(_findings(outcome))
    console.print()
    if outcome.holds:
        console.print(
            "Everything was kept: nothing lost, nothing invented, nothing twice."
        )
    else:
        console.print("[bold red]Not everything was kept: see above.")


def _numbers(outcome: Outcome) -> Table:
    picture, evidence = outcome.picture, outcome.evidence
    latency = percentiles(evidence.latencies)
    rows = {
        "traded": _traded(outcome),
        "orders": f"{evidence.commands:,} placed, amended or cancelled in"
        f" {picture.elapsed_s:.0f} s, {evidence.refused:,} of them refused",
        "latency": f"p50 {milliseconds(latency.p50)}, p90 {milliseconds(latency.p90)},"
        f" p99 {milliseconds(latency.p99)}, max {milliseconds(latency.worst)}"
        " (the client's, with the log on disk before each answer)",
        "kill -9": _kill(outcome),
    }
    grid = Table.grid(padding=(0, 2))
    for name, value in rows.items():
        grid.add_row(Text(name, style="bold"), Text(value))
    return grid


def _traded(outcome: Outcome) -> str:
    return "; ".join(
        f"{ladder.instrument} {ladder.volume:,} t in {counted(ladder.trades, 'trade')},"
        f" last {'-' if ladder.last is None else f'{ladder.last:.2f}'} CNY"
        for ladder in outcome.picture.ladders
    )


def _kill(outcome: Outcome) -> str:
    evidence = outcome.evidence
    lost = evidence.unanswered
    fates = ", ".join(
        f"{count} {what}" for what, count in sorted(evidence.found.items())
    )
    found = f"; the SDK found out about their orders: {fates}" if fates else ""
    return (
        f"trading went on {outcome.recovery_s:.2f} s later,"
        f" {counted(lost, 'request')} had no answer{found}"
    )


def _findings(outcome: Outcome) -> Table:
    grid = Table.grid(padding=(0, 1))
    for holds, claim, detail in outcome.findings:
        mark = Text("✓", style="green") if holds else Text("✗", style="bold red")
        grid.add_row(mark, Text.assemble(claim, "\n", (detail, "dim")))
    return grid
