"""What is to be traded on a day of the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from carbonex.engine import BUY, SELL, Side

from .auctions import bids
from .blocks import blocks
from .composite import listed_trades
from .reopening import Limits, ccer_trades


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from carbonex.engine import BandSet

    from .auctions import Bid
    from .blocks import Block
    from .files import CcerDay, CeaDay, Record
    from .listed import ListedTrade


class Day(NamedTuple):
    """A trading day of the record."""

    date: int
    vintages: Sequence[CeaDay]
    composite: CeaDay
    ccer: CcerDay | None


class Resting(NamedTuple):
    """An order that nobody meets; price in fen."""

    instrument: str
    side: Side
    price: int


class Plan(NamedTuple):
    """Trades in their order; blocks and auctions with their instrument."""

    resting: Sequence[Resting]
    listed: Sequence[ListedTrade]
    blocks: Sequence[tuple[str, Block]]
    auctions: Sequence[tuple[str, Sequence[Bid]]]


def days(record: Record) -> Iterator[Day]:
    """Yield the record's trading days in calendar order."""
    ccer = {row.date: row for row in record.ccer}
    for row in record.composite:
        yield Day(row.date, record.vintages[row.date], row, ccer.get(row.date))


def plan_day(day: Day, bands: Mapping[str, BandSet]) -> Plan:
    """Return what to trade, by the bands that the venue set for the day.

    Raises:
        UnsolvableError: If no trades give the day's figures.

    """
    references = [bands[row.instrument].reference for row in day.vintages]
    listed = listed_trades(day.vintages, references, day.composite)
    if day.ccer:
        allowances = {row.instrument for row in day.vintages}
        limits = {
            name: Limits(band.reference, band.limit_down, band.limit_up)
            for name, band in bands.items()
            if name not in allowances
        }
        listed += ccer_trades(day.ccer, limits)
    return Plan(
        list(_resting(listed, bands)),
        listed,
        [
            (row.instrument, block)
            for row in day.vintages
            for block in _blocks(row, bands[row.instrument])
        ],
        [
            (row.instrument, bids(row.auction, bands[row.instrument].reference))
            for row in day.vintages
            if row.auction.quantity
        ],
    )


def _resting(
    listed: Iterable[ListedTrade], bands: Mapping[str, BandSet]
) -> Iterator[Resting]:
    """Yield an order at either limit of every book, unless it would be met there."""
    traded = {(trade.instrument, trade.price) for trade in listed}
    for name, band in bands.items():
        for side, price in ((BUY, band.limit_down), (SELL, band.limit_up)):
            if (name, price) not in traded:
                yield Resting(name, side, price)


def _blocks(row: CeaDay, band: BandSet) -> Sequence[Block]:
    return blocks(row, band.block_limit_down, band.block_limit_up)
