"""Plan the trades of a day of the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from carbonex.engine import BUY, SELL, Side
from carbonex.wire.money import format_fen

from .auctions import bids
from .blocks import blocks
from .composite import alone, by_turns, listed_trades, newest_trades
from .files import CeaDay, Sums
from .listed import UnsolvableError, name_of
from .methods import MEAN, newest
from .reopening import PRODUCTS, Limits, ccer_trades


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from carbonex.engine import BandSet, CompositeMethod

    from .auctions import Bid
    from .blocks import Block
    from .files import CcerDay, Record
    from .listed import ListedTrade


class Day(NamedTuple):
    """A trading day of the record."""

    date: int
    vintages: Sequence[CeaDay]
    composite: CeaDay
    ccer: CcerDay | None


class Resting(NamedTuple):
    """An order that meets no other order; price in fen."""

    instrument: str
    side: Side
    price: int


class Fault(NamedTuple):
    """Why a name's day cannot be traded, and the figure that shows it."""

    figure: str
    why: str


class Plan(NamedTuple):
    """Trades in order; blocks and auctions with their instrument.

    ``faults`` has the vintages that are not traded as recorded, ``composite`` if its
    open, high and low are out of reach, and ``CCER``.
    """

    resting: Sequence[Resting]
    listed: Sequence[ListedTrade]
    blocks: Sequence[tuple[str, Block]]
    auctions: Sequence[tuple[str, Sequence[Bid]]]
    faults: Mapping[str, Fault] = {}


COMPOSITE: Final = "composite"
REDUCTIONS: Final = "CCER"


def days(record: Record) -> Iterator[Day]:
    """Yield the record's trading days in calendar order.

    If the composite's row is missing, the day has one with nothing published.
    """
    ccer = {row.date: row for row in record.ccer}
    together = {row.date: row for row in record.composite}
    for date in sorted({*record.vintages, *together}):
        composite = together.get(date) or unpublished(date)
        yield Day(date, record.vintages.get(date, []), composite, ccer.get(date))


def unpublished(date: int) -> CeaDay:
    """Return an empty composite row for a day without one; its line is 0."""
    none = Sums(0, 0)
    return CeaDay(0, date, "", 0, 0, 0, 0, 0, none, none, none, none, none, none)


def plan_day(
    day: Day, bands: Mapping[str, BandSet], method: CompositeMethod = MEAN
) -> Plan:
    """Return the day's trades, within the bands that the venue set for the day.

    A part that no trades can give is a fault and left out. The rest is traded.
    """
    faults: dict[str, Fault] = {}
    rows: list[CeaDay] = []
    deals: list[tuple[str, Block]] = []
    auctions: list[tuple[str, Sequence[Bid]]] = []
    for row in day.vintages:
        try:
            found = _alone(row, bands.get(row.instrument))
        except UnsolvableError as error:
            faults[row.instrument] = Fault(error.figure, str(error))
            continue
        rows.append(row)
        deals += [(row.instrument, block) for block in found[0]]
        auctions += [(row.instrument, found[1])] if found[1] else []
    listed = _in_order(day, rows, bands, method, faults)
    if day.ccer:
        allowances = {row.instrument for row in day.vintages}
        limits = {
            product.instrument: Limits(band.reference, band.limit_down, band.limit_up)
            for product in PRODUCTS
            if product.instrument not in allowances
            and (band := bands.get(product.instrument)) is not None
        }
        try:
            listed += ccer_trades(day.ccer, limits)
        except UnsolvableError as error:
            faults[REDUCTIONS] = Fault(error.figure, str(error))
    taken = {name: band for name, band in bands.items() if name not in faults}
    return Plan(list(_resting(listed, taken)), listed, deals, auctions, faults)


def _alone(row: CeaDay, band: BandSet | None) -> tuple[Sequence[Block], Sequence[Bid]]:
    """Return a vintage's blocks and bids, if its figures are possible.

    Raises:
        UnsolvableError: If no trades within its limits give its figures.

    """
    name = name_of(row)
    if band is None:
        raise UnsolvableError(f"{name}: the venue does not trade it", "row")
    alone(row)
    if row.listed.quantity:
        if row.high > band.limit_up:
            up = format_fen(band.limit_up)
            why = f"{name}: high {format_fen(row.high)} is above the limit up of {up}"
            raise UnsolvableError(why, "high")
        if row.low < band.limit_down:
            down = format_fen(band.limit_down)
            why = f"{name}: low {format_fen(row.low)} is below the limit down of {down}"
            raise UnsolvableError(why, "low")
    elif row.close and row.close != band.reference:
        why = (
            f"{name}: without a listed trade its close is P0,"
            f" {format_fen(band.reference)}, and {format_fen(row.close)} is recorded"
        )
        raise UnsolvableError(why, "close")
    entered = bids(row.auction, band.reference) if row.auction.quantity else ()
    return blocks(row, band.block_limit_down, band.block_limit_up), entered


def _in_order(
    day: Day,
    rows: Sequence[CeaDay],
    bands: Mapping[str, BandSet],
    method: CompositeMethod,
    faults: dict[str, Fault],
) -> list[ListedTrade]:
    """Return the listed trades of rows in an order that gives the composite."""
    if faults or not day.composite.line or not rows:
        return by_turns(rows)
    references = [bands[row.instrument].reference for row in rows]
    if method is not MEAN:
        leader = newest(rows)
        reference = bands[leader.instrument].reference
        return newest_trades(rows, leader, reference, day.composite)
    try:
        return listed_trades(rows, references, day.composite)
    except UnsolvableError as error:
        faults[COMPOSITE] = Fault(error.figure, str(error))
        return by_turns(rows)


def _resting(
    listed: Iterable[ListedTrade], bands: Mapping[str, BandSet]
) -> Iterator[Resting]:
    """Yield an order at each limit of every book, unless a trade is at that price."""
    traded = {(trade.instrument, trade.price) for trade in listed}
    for name, band in bands.items():
        for side, price in ((BUY, band.limit_down), (SELL, band.limit_up)):
            if (name, price) not in traded:
                yield Resting(name, side, price)
