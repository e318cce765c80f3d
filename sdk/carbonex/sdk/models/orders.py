"""Orders and their executions."""

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
    """One fill of an order: its price, quantity and ``fee``."""

    trade_id: str
    price: Decimal
    quantity: int
    liquidity: LiquidityName
    time: int
    exec_seq: int
    fee: Decimal


class Execution(msgspec.Struct, frozen=True):
    """One change of one of the account's orders; ``exec_seq`` has no gap.

    ``quantity``, ``filled`` and ``remaining`` are those of the order after the event.
    ``last_price``, ``last_quantity``, ``trade_id``, ``liquidity`` and ``fee`` belong to
    a trade, ``cancelled`` and ``reason`` to a quantity that left without trading,
    ``shown`` to a refill. ``stop_price``, ``display_quantity`` and ``expires`` (µs) are
    those of the order. ``replayed`` marks executions from before the subscription or
    from an interruption.

    A trade whose ``method`` is block or auction has no order: ``order_id`` is empty,
    and ``source_id`` is the id of the block or the auction or, for the bidder, of the
    bid. An ``annulled`` trade has an empty ``order_id``, too: operators have reversed
    the trade with this ``trade_id`` of the order ``source_id``; ``reason`` says why.
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
    """The answer to placing and amending an order."""

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
    """An order in the answer to a query.

    ``session`` is the name of the session that placed it, if it has one. ``listing`` is
    its number on the board, if the order may be picked.
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
    """The account's open orders and newest execution when a subscription begins.

    ``more`` announces further pages of orders, of the same moment.
    """

    account: str
    exec_seq: int
    orders: list[OrderState]
    seq: int
    more: bool = False


class OpenOrders(msgspec.Struct, frozen=True):
    """The answer to open_orders, oldest first; ``more`` means it is incomplete."""

    orders: list[OrderState]
    more: bool = False
