"""Comparing what the venue says with the record, figure by figure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from carbonex.wire.money import format_fen, parse_fen
from carbonex.wire.sentences import error_of

from .files import Sums
from .premium import QUOTED, as_quoted, percent_of


if TYPE_CHECKING:
    from collections.abc import Mapping

    from carbonex.engine import Command, Rejected
    from carbonex.wire.channels import Bulletin, Premium, Volume

    from .files import CcerDay, CeaDay


Value: TypeAlias = int | Sums | str  # a price in fen, amounts, or words

_PRICES: Final = ("previous_close", "open", "high", "low", "close")
_SUMS: Final = ("listed", "block", "auction", "total", "year", "since_start")


class Difference(NamedTuple):
    """A figure that is not as recorded; prices and turnovers in CNY."""

    date: int
    name: str
    figure: str
    recorded: str
    venue: str


class Check:
    """Counts figures in groups, and notes those that differ.

    ``quoted`` are the premiums of the days that are quoted with theirs.
    """

    def __init__(self) -> None:
        self.compared: Counter[tuple[str, str]] = Counter()
        self.equal: Counter[tuple[str, str]] = Counter()
        self.differences: list[Difference] = []
        self.quoted: list[Premium] = []

    def vintage(self, row: CeaDay, bulletin: Bulletin) -> None:
        """Compare a vintage's day."""
        way = "with" if row.listed.quantity else "without"
        which = row.date, row.instrument
        recorded, venue = _recorded(row), _told(bulletin)
        self.compare(f"vintages, days {way} listed trades", which, recorded, venue)
        for method in ("block", "auction"):
            if getattr(row, method).quantity:
                group = f"vintages, days with {method} trades"
                self.compare(group, which, {method: recorded[method]}, venue)

    def composite(self, row: CeaDay, size: int, bulletin: Bulletin) -> None:
        """Compare a day of all ``size`` vintages."""
        group = f"days of {'several vintages' if size > 1 else 'the only vintage'}"
        which = row.date, "composite"
        self.compare(f"composite, {group}", which, _recorded(row), _told(bulletin))

    def ccer(self, row: CcerDay, bulletin: Bulletin, premium: Premium) -> None:
        """Compare a day of the certified reductions, all of them together."""
        recorded: dict[str, Value] = {
            "average": row.average,
            "day": row.day,
            "since_start": row.since_start,
        }
        venue: dict[str, Value] = {
            "average": _fen(premium.ccer_price),
            "day": _sums(bulletin.day.total),
            "since_start": _sums(bulletin.since_listing.total),
        }
        self.compare("CCER, days of all products", (row.date, "CCER"), recorded, venue)

    def premium(self, average: int, row: CeaDay, premium: Premium) -> None:
        """Compare a daily premium with the day's published prices in fen.

        Where it is quoted, also with the quotation.
        """
        which = row.date, "premium"
        prices = _fen(premium.ccer_price), _fen(premium.cea_price)
        percent = premium.percent or "none"
        names = "average", "composite", "percent"
        recorded = average, row.close, percent_of(average, row.close)
        self.compare(
            "premium of CCER, from the published prices",
            which,
            dict(zip(names, recorded, strict=True)),
            dict(zip(names, (*prices, percent), strict=True)),
        )
        if row.date in QUOTED:
            self.quoted.append(premium)
            self.compare(
                "premium of CCER, as it is quoted",
                which,
                QUOTED[row.date]._asdict(),
                dict(zip(names, (*prices, as_quoted(premium.percent)), strict=True)),
            )

    def compare(
        self,
        group: str,
        which: tuple[int, str],
        recorded: Mapping[str, Value],
        venue: Mapping[str, Value],
    ) -> None:
        """Compare each recorded figure with the venue's; ``which`` is date and name."""
        for figure, value in recorded.items():
            self.compared[group, figure] += 1
            if venue[figure] == value:
                self.equal[group, figure] += 1
            else:
                words = _words(value), _words(venue[figure])
                self.differences.append(Difference(*which, figure, *words))

    def refused(self, date: int, command: Command, rejected: Rejected) -> None:
        """Note that the venue did not take a command that the day needs."""
        name = getattr(command, "instrument", "venue")
        why = f"{rejected.reason.name}, {error_of(rejected, command).message}"
        what = type(command).__name__
        self.differences.append(Difference(date, name, what, "accepted", why))


def _recorded(row: CeaDay) -> dict[str, Value]:
    return {figure: getattr(row, figure) for figure in (*_PRICES, *_SUMS)}


def _told(bulletin: Bulletin) -> dict[str, Value]:
    """Return a bulletin's figures by the record's names."""
    day = bulletin.day
    volumes = (
        *(day.listed, day.block, day.auction, day.total),
        *(bulletin.year.total, bulletin.since_listing.total),
    )
    return {
        **{figure: _fen(getattr(bulletin, figure)) for figure in _PRICES},
        **dict(zip(_SUMS, map(_sums, volumes), strict=True)),
    }


def _fen(price: str | None) -> int:
    return parse_fen(price) if price else 0


def _sums(volume: Volume) -> Sums:
    return Sums(volume.quantity, parse_fen(volume.turnover))


def _words(value: Value) -> str:
    if isinstance(value, Sums):
        return f"{value.quantity} t, {format_fen(value.turnover)}"
    if isinstance(value, int):
        return format_fen(value) if value else "none"
    return value
