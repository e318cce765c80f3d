"""Orders and what happened to them."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple

import msgspec

from carbonex.wire.requests import (
    MethodName,
    OrderTypeName,
    PostOnlyName,
    SelfTradeName,
    SideName,
    TimeInForceName,
)


StatusName = Literal["open", "filled", "cancelled"]
LiquidityName = Literal["", "maker", "taker"]

NOTHING = Decimal("0.00")


class Fill(NamedTuple):
    """One execution of an order, at the price it got and for the ``fee`` it cost."""

    trade_id: str
    price: Decimal
    quantity: int
    liquidity: LiquidityName
    time: int
    exec_seq: int
    fee: Decimal


class Execution(msgspec.Struct, frozen=True):
    """One change of one of the account's orders; ``exec_seq`` has no gap.

    ``quantity``, ``filled`` and ``remaining`` are the order's after the event.
    ``last_price``, ``last_quantity``, ``trade_id``, ``liquidity`` and ``fee``
    belong to a trade, ``cancelled`` and ``reason`` to what left without trading,
    ``shown`` to a refill. ``stop_price``, ``display_quantity`` and ``expires``
    (µs) are the order's own. ``replayed`` marks what happened before it was asked
    for, or during an interruption.

    A trade by another ``method`` than listed came of no order: ``order_id`` is
    empty, and ``source_id`` is the block's, the auction's or, for its bidder, the
    bid's. So is an ``annulled`` trade: operators have taken back the one of this
    ``trade_id``, which came of the order ``source_id``, and ``reason`` says why.
    """

    account: str
    exec_seq: int
    event: Literal[
        "new",
        "trade",
        "triggered",
        "refilled",
        "reduced",
        "amended",
        "cancelled",
        "annulled",
    ]
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
    liquidity: LiquidityName = ""
    cancelled: int = 0
    reason: str = ""
    priority_kept: bool | None = None
    replayed: bool = False
    fee: Decimal = NOTHING
    method: MethodName = "listed"
    called: bool = False
    source_id: str = ""
    stop_price: Decimal | None = None
    display_quantity: int = 0
    shown: int = 0
    expires: int = 0


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
    waiting: bool = False


class OrderState(msgspec.Struct, frozen=True):
    """An order as a query tells it.

    ``session`` is the one that placed it, if named, and ``listing`` its number on the
    board, where it may be picked.
    """

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
    stop_price: Decimal | None = None
    display_quantity: int = 0
    expires: int = 0
    waiting: bool = False
    session: str = ""
    listing: str = ""


class ExecutionsSnapshot(msgspec.Struct, frozen=True):
    """The account's open orders and newest execution as a subscription begins.

    With ``more`` there are further pages of the orders, as of the same moment.
    """

    account: str
    exec_seq: int
    orders: list[OrderState]
    seq: int
    more: bool = False


class OpenOrders(msgspec.Struct, frozen=True):
    """The answer to open_orders, oldest first; with ``more`` it is not all."""

    orders: list[OrderState]
    more: bool = False
