"""What living the record came to: to people as tables, to scripts as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from rich.table import Table

from carbonex.wire.channels import Premium
from carbonex.wire.counts import counted
from carbonex.wire.dates import date_text

from .known import expected, unexplained
from .premium import as_quoted


if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from rich.console import Console

    from .check import Check, Difference
    from .life import Life


SHOWN: Final = 20  # differences that are spelled out


class Figure(msgspec.Struct, frozen=True):
    """How many of a group's figures are equal to the record, of how many."""

    group: str
    figure: str
    equal: int
    compared: int


class Report(msgspec.Struct, frozen=True):
    """A run's outcome; it is as promised when no difference is unexplained.

    ``premiums`` are the premium channel's, of the days that are quoted with theirs.
    """

    days: int
    commands: int
    seconds: float
    trades: dict[str, int]
    figures: list[Figure]
    premiums: list[Premium]
    explained: list[dict[str, str]]
    differences: int
    first_differences: list[dict[str, str]]


def report(check: Check, life: Life, dates: Collection[int], seconds: float) -> Report:
    """Sum a run up; the days of these ``dates`` were lived in ``seconds``."""
    known = expected(dates)
    found = set(check.differences)
    differences = unexplained(check.differences, known)
    return Report(
        len(dates),
        life.exchange.seq,
        round(seconds, 3),
        dict(life.trades),
        [
            Figure(group, figure, check.equal[group, figure], compared)
            for (group, figure), compared in check.compared.items()
        ],
        check.quoted,
        [
            {**_row(item.difference), "why": item.why}
            for item in known
            if item.difference in found
        ],
        len(differences),
        [_row(difference) for difference in differences[:SHOWN]],
    )


def show(result: Report, console: Console) -> None:
    """Print the report for people."""
    trades = ", ".join(f"{n:,} {what}" for what, n in result.trades.items())
    console.print(
        f"[bold]{counted(result.days, 'trading day')}[/bold]:"
        f" {counted(result.commands, 'command')},"
        f" {trades} in {result.seconds:.1f} s"
    )
    for table in (_equal(result), _premiums(result), _explained(result)):
        if table.row_count:
            console.print(table)
    for item in result.first_differences:
        console.print(_line(item), markup=False, soft_wrap=True)
    console.print(f"[bold]{_verdict(result.differences)}[/bold]")


def _verdict(count: int) -> str:
    if not count:
        return "no difference that is not explained"
    more = f"; the first {SHOWN} are listed" if count > SHOWN else ""
    return f"{counted(count, 'difference')} that nothing explains{more}"


def _equal(result: Report) -> Table:
    table = _table("equal to the record")
    table.add_column(justify="right")
    table.add_column()
    for equal, compared, group, figures in _rows(result):
        count = f"{equal:,} of {compared:,}"
        table.add_row(count, f"{group}: {', '.join(figures)}")
    return table


def _rows(result: Report) -> Iterator[tuple[int, int, str, list[str]]]:
    """Yield a group's figures with equal counts together, and a topic's groups.

    The topic is what a group's name begins with, up to a comma.
    """
    topics: dict[str, dict[tuple[str, int, int], list[str]]] = {}
    for item in result.figures:
        rows = topics.setdefault(item.group.partition(",")[0], {})
        key = item.group, item.compared, item.equal
        rows.setdefault(key, []).append(item.figure.replace("_", " "))
    for rows in topics.values():
        for (group, compared, equal), figures in rows.items():
            yield equal, compared, group, figures


def _premiums(result: Report) -> Table:
    table = _table("premium channel, CCER over CEA")
    for item in result.premiums:
        percent = as_quoted(item.percent)
        table.add_row(f"{item.date}: {item.ccer_price} over {item.cea_price}", percent)
    return table


def _explained(result: Report) -> Table:
    table = _table("explained (docs/validation.md)")
    for _ in range(2):
        table.add_column()
    for item in result.explained:
        table.add_row(_line(item), item["why"])
    return table


def _row(difference: Difference) -> dict[str, str]:
    """Return a difference with its date as people write it."""
    return {**difference._asdict(), "date": date_text(difference.date)}


def _line(item: Mapping[str, str]) -> str:
    return (
        f"{item['date']} {item['name']} {item['figure'].replace('_', ' ')}:"
        f" recorded {item['recorded']}, venue {item['venue']}"
    )


def _table(title: str) -> Table:
    return Table(box=None, show_header=False, title=title, title_justify="left")
