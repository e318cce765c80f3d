"""Public market data: prices, prints, depth, bulletins, premiums."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal, NamedTuple

import msgspec

from carbonex.wire.requests import CompositeName, MethodName, SideName


class Level(NamedTuple):
    """One book level: price, tonnes and number of orders."""

    price: Decimal
    quantity: int
    orders: int


class BookFrame(msgspec.Struct, frozen=True):
    """Depth as streamed; see ``carbonex.wire.channels.Book``."""

    instrument: str
    bids: list[Level]
    asks: list[Level]
    seq: int
    depth: int
    interval_ms: int
    prev_seq: int | None = None


class Listing(NamedTuple):
    """An order that may be picked: its number, price and shown quantity."""

    number: str
    price: Decimal
    quantity: int


class ListingsFrame(msgspec.Struct, frozen=True):
    """Listings as streamed; see ``carbonex.wire.channels.Listings``."""

    instrument: str
    bids: list[Listing]
    asks: list[Listing]
    seq: int
    interval_ms: int
    prev_seq: int | None = None


class Trade(msgspec.Struct, frozen=True):
    """One print; ``side`` is the taker's. ``trade_id`` is gapless per instrument.

    ``method`` is listed, block or auction; ``called`` marks a listed trade of a call
    auction. An ``annulled`` print reverses the print with the same ``trade_id``.
    """

    instrument: str
    trade_id: str
    price: Decimal
    quantity: int
    side: SideName
    seq: int
    time: int
    method: MethodName = "listed"
    called: bool = False
    annulled: bool = False
    reason: str = ""


class Ticker(msgspec.Struct, frozen=True):
    """Best prices and the trading day's listed statistics; None if there is no price.

    ``change`` is last less previous close; ``change_percent`` is relative to the
    previous close. Blocks and auctions are counted apart and never enter the prices.
    """

    instrument: str
    bid: Decimal | None
    bid_quantity: int
    ask: Decimal | None
    ask_quantity: int
    last: Decimal | None
    open: Decimal | None
    high: Decimal | None
    low: Decimal | None
    vwap: Decimal | None
    volume: int
    turnover: Decimal
    previous_close: Decimal | None
    change: Decimal | None
    change_percent: Decimal | None
    block_volume: int
    block_turnover: Decimal
    auction_volume: int
    auction_turnover: Decimal
    seq: int


class Volume(msgspec.Struct, frozen=True):
    """The traded volume of one method, or of all methods."""

    quantity: int
    turnover: Decimal
    trades: int


class Volumes(msgspec.Struct, frozen=True):
    """Volumes of listed, block and auction trades, and their sum."""

    listed: Volume
    block: Volume
    auction: Volume
    total: Volume


class Bulletin(msgspec.Struct, frozen=True):
    """The trading day of an instrument, a product or the venue, after its end.

    ``scope`` is instrument, product or venue; ``name`` identifies it. A product's
    prices are those of its composite; the venue has no prices. Prices are None if
    nothing traded and no price is known. ``year`` and ``since_listing`` include the
    day. ``composite`` is the method of a product's composite, None for other scopes.
    """

    scope: Literal["instrument", "product", "venue"]
    name: str
    product: str
    date: dt.date
    previous_close: Decimal | None
    open: Decimal | None
    high: Decimal | None
    low: Decimal | None
    close: Decimal | None
    change: Decimal | None
    change_percent: Decimal | None
    day: Volumes
    year: Volumes
    since_listing: Volumes
    seq: int
    composite: CompositeName | None = None


class Premium(msgspec.Struct, frozen=True):
    """The premium of a voluntary credit over an allowance.

    ``kind`` says which prices are compared. Live: the last prices of ``ccer`` and
    ``cea`` (an instrument, or ``composite:`` and a product). Close: their closes of
    ``date``. Daily: the day's average price of one product with the composite close of
    the other. Values are None if a price is not known.
    """

    kind: Literal["live", "close", "daily"]
    ccer: str
    cea: str
    ccer_price: Decimal | None
    cea_price: Decimal | None
    spread: Decimal | None
    percent: Decimal | None
    date: dt.date | None
    seq: int
    time: int
