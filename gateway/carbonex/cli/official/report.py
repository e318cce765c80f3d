"""The report of a run: tables for people, JSON for scripts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import msgspec
from rich.table import Table

from carbonex.wire.channels import Premium
from carbonex.wire.counts import counted
from carbonex.wire.dates import date_text
from carbonex.wire.vocabulary import COMPOSITE_NAMES

from .known import expected, unexplained
from .premium import as_quoted


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rich.console import Console

    from carbonex.engine import CompositeMethod

    from .check import Check, Difference, Explained
    from .life import Life


SHOWN: Final = 100  # number of differences listed


class Figure(msgspec.Struct, frozen=True):
    """The number of equal and of all compared values of a group's figure."""

    group: str
    figure: str
    equal: int
    compared: int


class Year(msgspec.Struct, frozen=True):
    """A calendar year: its days, figures, and explained and other differences."""

    year: int
    days: int
    equal: int
    compared: int
    explained: int
    differences: int


class Method(msgspec.Struct, frozen=True):
    """The composite's method from a date on, inferred from its closes."""

    date: str
    composite: str


class Report(msgspec.Struct, frozen=True):
    """A run's outcome; the comparison holds if no difference is unexplained.

    ``premiums`` come from the premium channel, on days with a quoted premium.
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
    years: list[Year]
    composites: list[Method]


def report(
    check: Check,
    life: Life,
    methods: Mapping[int, CompositeMethod],
    seconds: float,
) -> Report:
    """Summarize a run; ``methods`` has the days traded, ``seconds`` its duration."""
    known = expected(check.seen)
    found = set(check.differences)
    differences = unexplained(check.differences, known)
    explained = [item for item in known if item.difference in found] + check.explained
    explained.sort(key=lambda item: item.difference.date)
    differences.sort(key=lambda item: item.date)
    return Report(
        len(methods),
        life.exchange.seq,
        round(seconds, 3),
        dict(life.trades),
        [
            Figure(group, figure, check.equal[group, figure], compared)
            for (group, figure), compared in check.compared.items()
        ],
        check.quoted,
        [{**_row(item.difference), "why": item.why} for item in explained],
        len(differences),
        [_row(difference) for difference in differences[:SHOWN]],
        list(_years(check, methods, explained, differences)),
        list(_composites(methods)),
    )


def _years(
    check: Check,
    dates: Iterable[int],
    explained: Sequence[Explained],
    differences: Sequence[Difference],
) -> Iterator[Year]:
    days = Counter(date // 10_000 for date in dates)
    told = Counter(item.difference.date // 10_000 for item in explained)
    differ = Counter(item.date // 10_000 for item in differences)
    for year in sorted({*days, *differ}):
        equal = check.years[year, True]
        compared = equal + check.years[year, False]
        yield Year(year, days[year], equal, compared, told[year], differ[year])


def _composites(methods: Mapping[int, CompositeMethod]) -> Iterator[Method]:
    before = None
    for date, method in methods.items():
        if method is not before:
            yield Method(date_text(date), COMPOSITE_NAMES[method])
        before = method


def show(result: Report, console: Console) -> None:
    """Print the report as tables."""
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
    if result.years:
        console.print(_by_year(result))
    for method in result.composites:
        console.print(f"composite from {method.date} on: {method.composite}")
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
    """Yield a group's figures by equal counts, and a topic's groups together.

    The topic is the part of a group's name before the first comma.
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


def _by_year(result: Report) -> Table:
    table = _table("by year")
    for item in result.years:
        table.add_row(
            str(item.year) if item.year else "files",
            counted(item.days, "day"),
            f"{item.equal:,} of {counted(item.compared, 'figure')} equal",
            f"{item.explained} explained",
            counted(item.differences, "difference"),
        )
    return table


def _row(difference: Difference) -> dict[str, str]:
    """Return a difference as a dict, with a readable date."""
    date = date_text(difference.date) if difference.date else ""
    return {**difference._asdict(), "date": date}


def _line(item: Mapping[str, str]) -> str:
    if not item["recorded"]:
        place = f"{item['date']} {item['name']} {item['figure'].replace('_', ' ')}"
        return f"{place.lstrip()}: {item['why']}"
    return (
        f"{item['date']} {item['name']} {item['figure'].replace('_', ' ')}:"
        f" recorded {item['recorded']}, venue {item['venue']}"
    )


def _table(title: str) -> Table:
    return Table(box=None, show_header=False, title=title, title_justify="left")
