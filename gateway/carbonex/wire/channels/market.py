"""Public channels: depth, prints, statistics, bulletins, auctions, premiums."""

from __future__ import annotations

from typing import Literal

import msgspec

from carbonex.wire.answers import Auction
from carbonex.wire.requests import CompositeName, MethodName, SideName


Level = tuple[str, int, int]  # price, tonnes, orders


class Book(msgspec.Struct, frozen=True, omit_defaults=True):
    """Depth, best first. Totals are absolute; a quantity of 0 deletes a level.

    A snapshot has no ``prev_seq``. The first update after it satisfies prev_seq ≤
    snapshot seq < seq. After that each prev_seq equals the previous seq.
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
    """Individual orders that may be picked, without their owners; see ``pick``.

    Each side has the first 100 orders in trading order: best price first, then oldest.
    A listing is the shown quantity of an order under a number that is unique within the
    instrument. Each slice of an iceberg is a new listing.

    In an update, a quantity of 0 removes a listing. Any other quantity replaces the
    quantity of a listing at that price, or adds a new listing behind all others at its
    price. Apply the entries in order. ``seq`` and ``prev_seq`` work as in a book.
    """

    instrument: str
    bids: list[Listing]
    asks: list[Listing]
    seq: int
    interval_ms: int
    prev_seq: int | None = None


class Ticker(msgspec.Struct, frozen=True):
    """Best prices and the trading day's listed statistics; null if there is no price.

    ``change`` is last less previous close; ``change_percent`` is relative to the
    previous close. Blocks and auctions are counted apart and never enter the prices.
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

    ``method`` is listed, block or auction; ``called`` marks a listed trade of a call
    auction. An ``annulled`` print reverses the print with the same ``trade_id``.
    ``reason`` says why, and the day's statistics exclude the trade.
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
    """The traded volume of one method, or of all methods."""

    quantity: int
    turnover: str
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
    prices are those of its composite; the venue has no prices. Prices are null if
    nothing traded and no price is known. ``year`` and ``since_listing`` include the
    day. ``composite`` is the method of a product's composite, null for other scopes.
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
    """An auction and its standing bids, if they are not sealed."""

    auction: Auction
    bids: list[AuctionBid]
    seq: int
    time: int


class Premium(msgspec.Struct, frozen=True):
    """The premium of a voluntary credit over an allowance.

    ``kind`` says which prices are compared. Live: the last prices of ``ccer`` and
    ``cea`` (an instrument, or ``composite:`` and a product). Close: their closes of
    ``date``. Daily: the day's average price of all instruments of a product with the
    composite close of the other product. Values are null if a price is not known.
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
