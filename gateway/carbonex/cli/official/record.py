"""Load the whole record, and find its missing days and rows."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from carbonex.wire.counts import counted
from carbonex.wire.dates import date_text

from .files import (
    CCER_FILE,
    COMPOSITE_FILE,
    VINTAGES_FILE,
    Problem,
    Record,
    ccer,
    composite,
    read_all,
    vintage,
)


if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from .files import CcerDay, CeaDay


_ROW: Final = "row"


def load(folder: Path) -> Record:
    """Return the record in ``folder``, from all files of each kind.

    ``cea_daily_official_2026.csv`` continues ``cea_daily_official.csv``, and so does
    any file of the same pattern. No input is refused: unreadable or missing data is a
    problem of the record, one per row, file or run of days.
    """
    problems: list[Problem] = []
    cea = read_all(folder, VINTAGES_FILE, vintage, problems)
    together = read_all(folder, COMPOSITE_FILE, composite, problems)
    reductions = read_all(folder, CCER_FILE, ccer, problems)
    days: dict[int, list[CeaDay]] = {}
    for row in cea:
        days.setdefault(row.date, []).append(row)
    return Record(
        days,
        together,
        reductions,
        tuple(find_gaps(cea, together, reductions, problems)),
    )


def find_gaps(
    vintages: Sequence[CeaDay],
    together: Sequence[CeaDay],
    reductions: Sequence[CcerDay],
    problems: Sequence[Problem],
) -> Iterator[Problem]:
    """Yield the given problems and those of missing days.

    An unreadable row accounts for its day, which is not missing as well. An unusable
    file accounts for all days that its kind lacks.
    """
    cea = sorted({row.date for row in (*vintages, *together)})
    told = {row.date for row in vintages}
    yield from problems
    for file, have in (
        (VINTAGES_FILE, told),
        (COMPOSITE_FILE, {row.date for row in together}),
    ):
        yield from _missing(file, file, cea, have, problems)
    since: dict[str, int] = {}
    dates: dict[str, set[int]] = {}
    for row in vintages:
        since.setdefault(row.instrument, row.date)
        dates.setdefault(row.instrument, set()).add(row.date)
    days = sorted(told)
    for name, first in since.items():
        wanted = [date for date in days if date >= first]
        yield from _missing(VINTAGES_FILE, name, wanted, dates[name], problems)
    days_of_ccer = sorted(row.date for row in reductions)
    yield from _missing(VINTAGES_FILE, "CCER", days_of_ccer, set(cea), problems)
    ends = [date for date in cea if days_of_ccer and date > days_of_ccer[-1]]
    yield from _missing(CCER_FILE, CCER_FILE, ends, set(), problems)


def _missing(
    file: str,
    name: str,
    wanted: Sequence[int],
    have: Collection[int],
    problems: Sequence[Problem],
) -> Iterator[Problem]:
    """Yield one problem per run of wanted dates that are missing."""
    own = [problem for problem in problems if problem.file == file]
    if any(problem.figure == "file" for problem in own):
        return
    after = dict(pairwise((0, *wanted)))
    accounted = {p.date for p in own if name == file or p.name in (name, file)}
    for problem in own:
        if not problem.date:  # the row's day is the one before it or the next
            accounted |= {problem.after, after.get(problem.after, 0)}
    run: list[int] = []
    for date in (*wanted, 0):
        if date and date not in have:
            run.append(date)
            continue
        lost = [each for each in run if each not in accounted]
        if lost:
            days = date_text(lost[0])
            if len(lost) > 1:
                days += f" to {date_text(lost[-1])}, {counted(len(lost), 'day')}"
            yield Problem(lost[0], name, _ROW, f"{file} has none of it: {days}", file)
        run = []
