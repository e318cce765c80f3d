"""What trades: depth, prints, statistics, bulletins, auctions and premiums."""

from __future__ import annotations

from typing import Literal

import msgspec

from carbonex.wire.answers import Auction
from carbonex.wire.requests import CompositeName, MethodName, SideName


Level = tuple[str, int, int]  # price, tonnes, orders


class Book(msgspec.Struct, frozen=True, omit_defaults=True):
    """Depth, best first. Totals are absolute; a quantity of 0 deletes a level.

    A snapshot has no ``prev_seq``. The first update after it satisfies
    prev_seq ≤ snapshot seq < seq; after that each prev_seq is the seq before.
    """

    instrument: str
    bids: list[Level]
    asks: list[Level]
    seq: int
    depth: int
    interval_ms: int
    prev_seq: int | None = None


Listing = tuple[str, str, int]  # number, price, tonnes shown


class Listings(msgspec.Struct, frozen=True, omit_defaults=True):
    """Orders that may be picked, one by one and without their owners; see ``pick``.

    Of each side the first 100 in the order in which they trade: best price first,
    then the oldest. A listing is what an order shows under a number of this
    instrument's alone; each slice of an iceberg is another one.

    In an update a quantity of 0 takes a listing away. Any other is the new quantity
    of a listing at that price, or that of one that comes in behind all others at its
    price. Apply them one after the other, as they stand. ``seq`` and ``prev_seq`` are
    as in a book.
    """

    instrument: str
    bids: list[Listing]
    asks: list[Listing]
    seq: int
    interval_ms: int
    prev_seq: int | None = None


class Ticker(msgspec.Struct, frozen=True):
    """Best prices and the trading day's listed statistics; null where there is none.

    ``change`` is last less previous close, ``change_percent`` of the previous
    close. Blocks and auctions are counted apart, and never enter the prices.
    """

    instrument: str
    bid: str | None
    bid_quantity: int
    ask: str | None
    ask_quantity: int
    last: str | None
    open: str | None
    high: str | None
    low: str | None
    vwap: str | None
    volume: int
    turnover: str
    previous_close: str | None
    change: str | None
    change_percent: str | None
    block_volume: int
    block_turnover: str
    auction_volume: int
    auction_turnover: str
    seq: int


class Trade(msgspec.Struct, frozen=True, omit_defaults=True):
    """One print; ``side`` is the taker's. ``trade_id`` is gapless per instrument.

    ``method`` is listed, block or auction; ``called`` marks a listed trade of a
    call auction. A print that is ``annulled`` takes back the one of this ``trade_id``:
    ``reason`` says why, and the day's statistics leave it out.
    """

    instrument: str
    trade_id: str
    price: str
    quantity: int
    side: SideName
    seq: int
    time: int
    method: MethodName = "listed"
    called: bool = False
    annulled: bool = False
    reason: str = ""


class Volume(msgspec.Struct, frozen=True):
    """What was traded by one method, or by all."""

    quantity: int
    turnover: str
    trades: int


class Volumes(msgspec.Struct, frozen=True):
    """Listed, block and auction apart, and their sum."""

    listed: Volume
    block: Volume
    auction: Volume
    total: Volume


class Bulletin(msgspec.Struct, frozen=True):
    """A trading day of an instrument, a product or the venue, when it has ended.

    ``scope`` is instrument, product or venue, and ``name`` which. A product's
    prices are those of its composite; the venue has none. Prices are null where
    nothing traded and none is known. ``year`` and ``since_listing`` include the day.
    ``composite`` is the method of a product's composite, of others null.
    """

    scope: Literal["instrument", "product", "venue"]
    name: str
    product: str
    date: str
    previous_close: str | None
    open: str | None
    high: str | None
    low: str | None
    close: str | None
    change: str | None
    change_percent: str | None
    day: Volumes
    year: Volumes
    since_listing: Volumes
    seq: int
    composite: CompositeName | None = None


class AuctionBid(msgspec.Struct, frozen=True):
    """A bid in an open auction, without its bidder."""

    bid_id: str
    price: str
    quantity: int


class AuctionUpdate(msgspec.Struct, frozen=True):
    """An auction, and the bids that stand in it where they are not sealed."""

    auction: Auction
    bids: list[AuctionBid]
    seq: int
    time: int


class Premium(msgspec.Struct, frozen=True):
    """What a voluntary credit costs more than an allowance.

    ``kind`` live compares the last prices of ``ccer`` and ``cea`` (an instrument,
    or ``composite:`` and a product), close their closes of ``date``; daily compares
    the day's average price of all of a product's instruments with the other
    product's composite close. Null where a price is not known.
    """

    kind: Literal["live", "close", "daily"]
    ccer: str
    cea: str
    ccer_price: str | None
    cea_price: str | None
    spread: str | None
    percent: str | None
    date: str | None
    seq: int
    time: int
