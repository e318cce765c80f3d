"""What the venue tells, with prices as Decimal.

The structs are those of ``carbonex.wire`` member by member (a test compares
them), decoded straight into these types. Money is CNY, quantities are tonnes,
times are microseconds since the epoch (UTC), ids are strings.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple

import msgspec

from carbonex.wire.requests import (
    OrderTypeName,
    PostOnlyName,
    SelfTradeName,
    SideName,
    TimeInForceName,
)


StatusName = Literal["open", "filled", "cancelled"]


class Level(NamedTuple):
    """What rests at one price: tonnes, in how many orders."""

    price: Decimal
    quantity: int
    orders: int


class Fill(NamedTuple):
    """One execution of an order, at the price it got."""

    trade_id: str
    price: Decimal
    quantity: int
    liquidity: Literal["", "maker", "taker"]
    time: int
    exec_seq: int


class Execution(msgspec.Struct, frozen=True):
    """One change of one of the account's orders; ``exec_seq`` has no gap.

    ``quantity``, ``filled`` and ``remaining`` are the order's after the event.
    ``last_price``, ``last_quantity``, ``trade_id`` and ``liquidity`` belong to
    a trade, ``cancelled`` and ``reason`` to what left without trading.
    ``replayed`` marks what happened before it was asked for, or during an
    interruption.
    """

    account: str
    exec_seq: int
    event: Literal["new", "trade", "reduced", "amended", "cancelled"]
    order_id: str
    instrument: str
    side: SideName
    order_type: OrderTypeName
    time_in_force: TimeInForceName
    price: Decimal
    quantity: int
    filled: int
    remaining: int
    status: StatusName
    seq: int
    time: int
    client_order_id: str = ""
    trade_id: str = ""
    last_price: Decimal | None = None
    last_quantity: int = 0
    liquidity: Literal["", "maker", "taker"] = ""
    cancelled: int = 0
    reason: str = ""
    priority_kept: bool | None = None
    replayed: bool = False


class Trade(msgspec.Struct, frozen=True):
    """One print; ``side`` is the taker's. ``trade_id`` is gapless per instrument."""

    instrument: str
    trade_id: str
    price: Decimal
    quantity: int
    side: SideName
    seq: int
    time: int


class Ticker(msgspec.Struct, frozen=True):
    """Best prices and the trading day's statistics; None where there is none.

    ``since`` is from when the statistics count: the day's beginning, or a later
    restart of the venue.
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
    seq: int
    since: int = 0


class Instrument(msgspec.Struct, frozen=True):
    """Reference data and phase: closed, trading or halted."""

    instrument: str
    product: str
    tick: Decimal
    lot: int
    max_quantity: int
    market_protection_permille: int
    phase: str


class Holding(msgspec.Struct, frozen=True):
    """Tonnes of one instrument; ``available`` is what may be sold now."""

    instrument: str
    quantity: int
    locked: int
    available: int


class Balances(msgspec.Struct, frozen=True):
    """An account's cash and tonnes; ``locked`` is what open orders need."""

    account: str
    cash: Decimal
    locked: Decimal
    available: Decimal
    holdings: list[Holding]

    def holding(self, instrument: str) -> Holding:
        """Return the tonnes of ``instrument``, none if there never were any."""
        for holding in self.holdings:
            if holding.instrument == instrument:
                return holding
        return Holding(instrument, 0, 0, 0)


class OrderResult(msgspec.Struct, frozen=True):
    """The answer to placing and amending."""

    order_id: str
    status: StatusName
    price: Decimal
    quantity: int
    filled: int
    client_order_id: str = ""
    reason: str = ""
    duplicate: bool = False
    priority_kept: bool | None = None


class OrderState(msgspec.Struct, frozen=True):
    """An order as a query tells it."""

    order_id: str
    account: str
    instrument: str
    side: SideName
    order_type: OrderTypeName
    time_in_force: TimeInForceName
    price: Decimal
    quantity: int
    filled: int
    remaining: int
    status: StatusName
    post_only: PostOnlyName = "off"
    self_trade: SelfTradeName = "cancel_newest"
    client_order_id: str = ""


class ExecutionsSnapshot(msgspec.Struct, frozen=True):
    """The account's open orders and newest execution as a subscription begins."""

    account: str
    exec_seq: int
    orders: list[OrderState]
    seq: int


class OpenOrders(msgspec.Struct, frozen=True):
    """The answer to open_orders, oldest first."""

    orders: list[OrderState]


class BookFrame(msgspec.Struct, frozen=True):
    """Depth as streamed; see ``carbonex.wire.channels.Book``."""

    instrument: str
    bids: list[Level]
    asks: list[Level]
    seq: int
    depth: int
    interval_ms: int
    prev_seq: int | None = None
