"""Compare the venue's figures with the record, figure by figure."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from carbonex.wire.dates import date_text
from carbonex.wire.money import format_fen, parse_fen
from carbonex.wire.sentences import error_of

from .files import Sums
from .premium import QUOTED, as_quoted, percent_of


if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from carbonex.engine import Command, Rejected
    from carbonex.wire.channels import Bulletin, Premium, Volume

    from .files import CcerDay, CeaDay


Value: TypeAlias = int | Sums | str  # a price in fen, amounts, or words

NONE: Final[Mapping[str, str]] = MappingProxyType({})
_PRICES: Final = ("previous_close", "open", "high", "low", "close")
_SUMS: Final = ("listed", "block", "auction", "total", "year", "since_start")


FIRST_DAY: Final = (
    "its first day: none is published; P0 is where it opened, or the composite close"
)


class Difference(NamedTuple):
    """A figure that differs from the record; prices and turnovers are in CNY.

    ``why`` is set if the two values alone do not explain it, for example for a day
    that cannot be traded.
    """

    date: int
    name: str
    figure: str
    recorded: str
    venue: str
    why: str = ""


class Explained(NamedTuple):
    """A necessary difference, and its reason."""

    difference: Difference
    why: str


class Behind(NamedTuple):
    """The part of the record's sums that the venue lacks because it was not traded."""

    year: Sums = Sums(0, 0)
    since_start: Sums = Sums(0, 0)
    of: int = 0  # the calendar year


class Check:
    """Counts figures in groups, and records those that differ.

    ``quoted`` are the venue's premiums on days with a quoted premium. ``explained``
    are differences that follow from a rule or from an earlier difference. ``seen``
    holds the dates and names of all comparisons. ``astray`` names have a day that
    was not traded: at their next day their sums continue from the record's.
    """

    def __init__(self) -> None:
        self.compared: Counter[tuple[str, str]] = Counter()
        self.equal: Counter[tuple[str, str]] = Counter()
        self.years: Counter[tuple[int, bool]] = Counter()  # figures, by being equal
        self.differences: list[Difference] = []
        self.explained: list[Explained] = []
        self.quoted: list[Premium] = []
        self.seen: set[tuple[int, str]] = set()
        self.astray: set[str] = set()
        self.behind: dict[str, Behind] = {}
        # by name: date, recorded, venue
        self._closes: dict[str, tuple[int, int, int]] = {}

    def vintage(self, row: CeaDay, bulletin: Bulletin) -> None:
        """Compare a vintage's day."""
        way = "with" if row.listed.quantity else "without"
        recorded, venue = self._figures(row, row.instrument, bulletin)
        which = row.date, row.instrument
        whys = self._whys(row, row.instrument, bulletin)
        self.compare(
            f"vintages, days {way} listed trades", which, recorded, venue, whys
        )
        for method in ("block", "auction"):
            if getattr(row, method).quantity:
                group = f"vintages, days with {method} trades"
                self.compare(group, which, {method: recorded[method]}, venue)

    def composite(
        self, row: CeaDay, of: str, bulletin: Bulletin, without: Collection[str] = ()
    ) -> None:
        """Compare the composite's day; ``of`` completes the group's name.

        ``without`` names figures whose difference is already reported.
        """
        recorded, venue = self._figures(row, "composite", bulletin)
        whys = self._whys(row, "composite", bulletin)
        for figure in without:
            del recorded[figure]
        which = row.date, "composite"
        self.compare(f"composite, days {of}", which, recorded, venue, whys)

    def left(self, row: CeaDay, name: str, bulletin: Bulletin) -> None:
        """Leave a day out of the comparison; its sums continue from the record's."""
        self.astray.add(name)
        self._closes[name] = row.date, row.close, _fen(bulletin.close)

    def _figures(
        self, row: CeaDay, name: str, bulletin: Bulletin
    ) -> tuple[dict[str, Value], dict[str, Value]]:
        """Return recorded and venue figures, the venue's plus the untraded sums."""
        told = _told(bulletin)
        year, total = _sums(bulletin.year.total), _sums(bulletin.since_listing.total)
        day = _sums(bulletin.day.total)
        of, behind = row.date // 10_000, self.behind.get(name)
        if behind is None or name in self.astray:
            self.astray.discard(name)
            behind = Behind(
                _less(_less(row.year, row.total), _less(year, day)),
                _less(_less(row.since_start, row.total), _less(total, day)),
                of,
            )
        elif behind.of != of:
            behind = Behind(Sums(0, 0), behind.since_start, of)
        self.behind[name] = behind
        told["year"] = _more(year, behind.year)
        told["since_start"] = _more(total, behind.since_start)
        return _recorded(row), told

    def _whys(self, row: CeaDay, name: str, bulletin: Bulletin) -> dict[str, str]:
        """Return why the previous close may differ, and remember today's close."""
        before = self._closes.get(name)
        told = _fen(bulletin.previous_close)
        self._closes[name] = row.date, row.close, _fen(bulletin.close)
        if before is None:
            composite = self._closes.get("composite", (0, told, told))
            right = name == "composite" or composite[1] in (0, told)
            blank = not row.previous_close
            return {"previous_close": FIRST_DAY} if blank and right else {}
        date, recorded, venue = before
        carried = (row.previous_close, told) == (recorded, venue) or not recorded
        why = f"carried over from {date_text(date)}"
        return {"previous_close": why} if carried and venue != recorded else {}

    def ccer(self, row: CcerDay, bulletin: Bulletin, premium: Premium) -> None:
        """Compare a day of the certified reductions, all products together."""
        day, total = _sums(bulletin.day.total), _sums(bulletin.since_listing.total)
        behind = self.behind.get("CCER")
        if behind is None or "CCER" in self.astray:
            self.astray.discard("CCER")
            lacks = _less(_less(row.since_start, row.day), _less(total, day))
            behind = self.behind["CCER"] = Behind(since_start=lacks)
        recorded: dict[str, Value] = {
            "average": row.average,
            "day": row.day,
            "since_start": row.since_start,
        }
        venue: dict[str, Value] = {
            "average": _fen(premium.ccer_price),
            "day": day,
            "since_start": _more(total, behind.since_start),
        }
        self.compare("CCER, days of all products", (row.date, "CCER"), recorded, venue)

    def premium(self, average: int, row: CeaDay, premium: Premium) -> None:
        """Compare a daily premium with the day's published prices in fen.

        On a day with a quoted premium, compare it with the quotation too.
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
        whys: Mapping[str, str] = NONE,
    ) -> None:
        """Compare each recorded figure with the venue's; ``which`` is date and name.

        ``whys`` gives reasons why figures may differ.
        """
        self.seen.add(which)
        for figure, value in recorded.items():
            self.compared[group, figure] += 1
            self.years[which[0] // 10_000, venue[figure] == value] += 1
            if venue[figure] == value:
                self.equal[group, figure] += 1
                continue
            words = _words(value), _words(venue[figure])
            difference = Difference(*which, figure, *words)
            if figure in ("year", "since_start"):
                # report once: the sums continue from the record's
                self.astray.add(which[1])
            if figure in whys:
                self.explained.append(Explained(difference, whys[figure]))
            else:
                self.differences.append(difference)

    def cannot(self, date: int, name: str, figure: str, why: str) -> None:
        """Record that a part of a day cannot be traded, and why."""
        self.differences.append(Difference(date, name, figure, "", "", why))


def why_refused(command: Command, rejected: Rejected) -> str:
    """Return why the venue refused a command that a day needs."""
    what = type(command).__name__
    return f"{what}: {rejected.reason.name}, {error_of(rejected, command).message}"


def _recorded(row: CeaDay) -> dict[str, Value]:
    return {figure: getattr(row, figure) for figure in (*_PRICES, *_SUMS)}


def _told(bulletin: Bulletin) -> dict[str, Value]:
    """Return a bulletin's figures under the record's names."""
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


def _less(one: Sums, other: Sums) -> Sums:
    return Sums(one.quantity - other.quantity, one.turnover - other.turnover)


def _more(one: Sums, other: Sums) -> Sums:
    return Sums(one.quantity + other.quantity, one.turnover + other.turnover)


def _words(value: Value) -> str:
    if isinstance(value, Sums):
        return f"{value.quantity} t, {format_fen(value.turnover)}"
    if isinstance(value, int):
        return format_fen(value) if value else "none"
    return value
