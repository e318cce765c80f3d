"""The report of a run: tables for people, JSON for scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from rich.table import Table

from carbonex.wire.counts import counted


if TYPE_CHECKING:
    from rich.console import Console

    from .check import Check
    from .flow import Flow
    from .sender import Sent


SHOWN: Final = 20  # number of differences listed


class Report(msgspec.Struct, frozen=True):
    """A run's outcome; the comparison holds if there is no difference.

    ``turns`` counts the changes of desk between successive commands. At each the
    sender awaits all answers, which costs a commit and a round trip.
    """

    recording: str
    commands: int
    desks: int
    turns: int
    seconds: float
    commands_per_second: int
    equal: dict[str, int]
    explained: dict[str, int]
    refused: dict[str, int]
    differences: int
    first_differences: list[dict[str, str]]


def report(recording: str, flow: Flow, sent: Sent, check: Check) -> Report:
    """Summarize a run; also compare the refusals the client saw with the log's."""
    if sent.refused != check.refused:
        check.differs("refusals", dict(check.refused), dict(sent.refused))
    return Report(
        recording,
        len(flow.commands),
        flow.desks,
        flow.turns,
        round(sent.seconds, 3),
        round(len(flow.commands) / sent.seconds),
        check.equal(),
        check.explained(),
        dict(check.refused),
        len(check.differences),
        [difference._asdict() for difference in check.differences[:SHOWN]],
    )


def show(result: Report, console: Console) -> None:
    """Print the report as tables."""
    console.print(f"[bold]{result.recording}[/bold]")
    console.print(
        f"{counted(result.commands, 'command')} of {counted(result.desks, 'desk')},"
        f" which took turns {counted(result.turns, 'time')}, in {result.seconds:.1f} s:"
        f" {result.commands_per_second:,} a second, each durable before it was answered"
    )
    console.print(_table("equal to the record", result.equal))
    console.print(
        _table("explained by the record (docs/validation.md)", result.explained)
    )
    for difference in result.first_differences:
        console.print(
            f"{difference['what']}: recorded {difference['recorded']},"
            f" venue {difference['venue']}",
            markup=False,
        )
    count = result.differences
    verdict = counted(count, "difference") if count else "no difference"
    console.print(f"[bold]{verdict}[/bold]")


def _table(title: str, numbers: dict[str, int]) -> Table:
    table = Table(box=None, show_header=False, title=title, title_justify="left")
    table.add_column(justify="right")
    table.add_column()
    for what, number in numbers.items():
        table.add_row(f"{number:,}", what)
    return table
