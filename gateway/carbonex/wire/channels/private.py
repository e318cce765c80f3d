"""What only an account's owner is told, and supervision."""

from __future__ import annotations

from typing import Literal

import msgspec

from carbonex.wire.answers import Balances, Countdown, OrderState
from carbonex.wire.requests import MethodName, OrderTypeName, SideName, TimeInForceName


class Execution(msgspec.Struct, frozen=True, omit_defaults=True):
    """One change of one of the account's orders; ``exec_seq`` has no gap.

    ``event`` is new, trade, triggered, refilled, reduced, amended, cancelled or
    annulled.
    ``quantity`` is the order's total. ``last_*``, ``trade_id`` and ``liquidity`` belong to trade;
    ``cancelled`` and ``reason`` to cancelled and reduced. ``stop_price``,
    ``display_quantity`` and ``expires`` are as the order was placed, in amended the
    new stop price; ``shown`` is what a refilled iceberg shows. A trade off the book
    has no ``order_id``: ``method`` tells how it came about and ``source_id`` is the
    id of the block, of the auction to its owner, of the bid to its bidder.
    ``replayed`` marks what a resumption sends again.

    An annulled trade is named by ``trade_id``: ``fee`` comes back, ``reason`` says why.
    Its order stays as it is and is not meant by this: ``source_id`` has its number.
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
    price: str
    quantity: int
    filled: int
    remaining: int
    status: Literal["open", "filled", "cancelled"]
    seq: int
    time: int
    client_order_id: str = ""
    trade_id: str = ""
    last_price: str = ""
    last_quantity: int = 0
    liquidity: Literal["", "maker", "taker"] = ""
    cancelled: int = 0
    reason: str = ""
    priority_kept: bool | None = None
    replayed: bool = False
    fee: str = ""
    method: MethodName = "listed"
    called: bool = False
    source_id: str = ""
    stop_price: str = ""
    display_quantity: int = 0
    shown: int = 0
    expires: int = 0


class ExecutionsSnapshot(msgspec.Struct, frozen=True, omit_defaults=True):
    """An account's open orders, oldest first, when following executions begins.

    ``exec_seq`` is the newest execution so far: the next one is exec_seq + 1,
    and that is the ``from_seq`` to resume with if none comes. Executions that
    ``from_seq`` asked for follow in updates: up to ``exec_seq`` they are marked as
    replayed, and what has happened since follows without a gap.

    Many orders come in pages, one frame each, all as of the same moment; with
    ``more`` another page follows, before anything else of the channel.
    """

    account: str
    exec_seq: int
    orders: list[OrderState]
    seq: int
    more: bool = False


BalancesData = Balances  # the balances channel streams the same struct
CountdownData = Countdown  # and so does countdown


class Alert(msgspec.Struct, frozen=True, omit_defaults=True):
    """Supervision noticed something; nothing was prevented.

    ``kind`` is cancel_ratio, quick_cancel, reverse_trades, price_deviation,
    high_low, volume_share or large_holder. ``value`` reached ``limit``; ``orders``
    and ``trades`` are the newest of those behind it.
    """

    kind: str
    instrument: str
    participant: str
    value: int
    limit: int
    seq: int
    time: int
    counterparty: str = ""
    side: str = ""
    orders: list[str] = []
    trades: list[str] = []
