"""A made-up record of a few weeks, in several files, for what the real one does not have.

CEA90 and CEA91 trade a few tonnes each day at one price; CEA92 is listed on the sixth
day. The composite is by the newest vintage. Certified reductions trade as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from carbonex.cli.official.files import CCER_FILE, COMPOSITE_FILE, VINTAGES_FILE
from carbonex.wire.money import format_fen
from cli.official_rows import CCER_HEADER, FIGURES


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


DATES: Final = tuple(
    f"2026-03-{day:02}" for day in (2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 16, 17)
)
LISTED: Final = {"CEA90": 0, "CEA91": 0, "CEA92": 5}  # on which day
NONE: Final = "0,0.00,0,0.00"


@dataclass
class Row:
    """A vintage's or the composite's day: what is traded at one price, or nothing."""

    date: str
    name: str
    before: int
    price: int
    tonnes: int
    sums: tuple[int, int] = (0, 0)

    def text(self) -> str:
        sums = f"{self.sums[0]},{format_fen(self.sums[1])}"
        before = format_fen(self.before) if self.before else ""
        price = format_fen(self.price)
        ends = f"{price},{price}" if self.tonnes or not self.name else "0.00,0.00"
        day = f"{self.tonnes},{format_fen(self.tonnes * self.price)}"
        of = f"{self.name},20{self.name[3:]}," if self.name else ""
        return (
            f"{self.date},{of}{before},{price},{ends},{price},"
            f"{day},{NONE},{day},{sums},{sums}"
        )


@dataclass
class Made:
    """The record as text: rows by date and instrument, to be changed before writing."""

    vintages: dict[tuple[str, str], str] = field(default_factory=dict)
    composite: dict[str, str] = field(default_factory=dict)
    ccer: dict[str, str] = field(default_factory=dict)

    def write(self, folder: Path) -> str:
        """Write the first week into files of its own."""
        folder.mkdir()
        rows = [(date, text) for (date, _), text in self.vintages.items()]
        for name, header, lines in (
            (VINTAGES_FILE, f"date,instrument,vintage,{FIGURES}", rows),
            (COMPOSITE_FILE, f"date,{FIGURES}", [*self.composite.items()]),
            (CCER_FILE, CCER_HEADER.rstrip(), [*self.ccer.items()]),
        ):
            first = [text for date, text in lines if date <= DATES[4]]
            later = [text for date, text in lines if date > DATES[4]]
            stem = name.removesuffix(".csv")
            (folder / name).write_text("\n".join([header, *first, ""]))
            (folder / f"{stem}_later.csv").write_text("\n".join([header, *later, ""]))
        return str(folder)


def keeps_rising(_name: str, _at: int, before: int) -> int:
    """Every vintage rises by 10 fen a day."""
    return before + 10


def made(
    price: Callable[[str, int, int], int] = keeps_rising,
    gone: Mapping[str, int] = MappingProxyType({}),
) -> Made:
    """Make the record; ``price`` is what a vintage trades at on the day of a number.

    From the day of ``gone`` on a vintage has no row.
    """
    record = Made()
    closes = dict.fromkeys(LISTED, 0)
    sums = {name: [0, 0] for name in (*LISTED, "", "CCER")}
    before = 7_000
    for at, date in enumerate(DATES):
        day = []
        for name, since in LISTED.items():
            if since <= at < gone.get(name, len(DATES)):
                was = closes[name] or before
                new = since == at > 0
                now = was if new else price(name, at, was)
                row = Row(date, name, 0 if new or not at else was, now, 0 if new else 5)
                closes[name] = now
                day.append(row)
        listed = [row for row in day if row.tonnes]
        for row in day:
            _add(sums[row.name], row.tonnes, row.tonnes * row.price)
            _add(sums[""], row.tonnes, row.tonnes * row.price)
            row.sums = sums[row.name][0], sums[row.name][1]
            record.vintages[date, row.name] = row.text()
        record.composite[date] = _composite(
            date, day, listed, before if at else 0, sums[""]
        )
        before = day[-1].price
        _add(sums["CCER"], 10, 80_000)
        record.ccer[date] = (
            f"80.00,10,800.00,{sums['CCER'][0]},{format_fen(sums['CCER'][1])},ok,"
        )
        record.ccer[date] = f"{date},{record.ccer[date]}"
    return record


def _composite(
    date: str, day: list[Row], listed: list[Row], before: int, sums: list[int]
) -> str:
    """The newest one's price; while another trades first it stands at its P0."""
    newest, tonnes = day[-1], sum(row.tonnes for row in listed)
    turnover = sum(row.tonnes * row.price for row in listed)
    price = format_fen(newest.price)
    amount = f"{tonnes},{format_fen(turnover)}"
    total = f"{sums[0]},{format_fen(sums[1])}"
    was = format_fen(before) if before else ""
    return f"{date},{was},{price},{price},{price},{price},{amount},{NONE},{amount},{total},{total}"


def _add(sums: list[int], tonnes: int, turnover: int) -> None:
    sums[0] += tonnes
    sums[1] += turnover
