"""Private channels of an account's owner, and supervision alerts."""

from __future__ import annotations

from typing import Literal

import msgspec

from carbonex.wire.answers import Balances, Countdown, OrderState
from carbonex.wire.requests import MethodName, OrderTypeName, SideName, TimeInForceName


class Execution(msgspec.Struct, frozen=True, omit_defaults=True):
    """One change of one of the account's orders; ``exec_seq`` has no gap.

    ``event`` is new, trade, triggered, refilled, reduced, amended, cancelled or
    annulled. ``quantity`` is the order's total. ``last_*``, ``trade_id`` and
    ``liquidity`` belong to trade, ``cancelled`` and ``reason`` to cancelled and
    reduced. ``stop_price``, ``display_quantity`` and ``expires`` are those of the order
    as placed; in amended, ``stop_price`` is the new one. ``shown`` is the new shown
    quantity of a refilled iceberg. An off-book trade has no ``order_id``: ``method`` is
    its trading method, and ``source_id`` is the id of the block, of the auction for its
    owner, or of the bid for its bidder. ``replayed`` marks an execution from a replay.

    ``trade_id`` identifies an annulled trade: its ``fee`` is returned, and ``reason``
    says why. The order of that trade, ``source_id``, stays unchanged.
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
    """An account's open orders, oldest first, at the start of a subscription.

    ``exec_seq`` is the newest execution so far. The next execution is exec_seq + 1,
    which is also the ``from_seq`` to resume with if none arrives. Executions requested
    by ``from_seq`` follow as updates. Those up to ``exec_seq`` are marked as replayed;
    newer ones follow without a gap.

    Many orders come in pages, one frame each, all as of the same moment. ``more`` means
    that another page follows, before any other frame of the channel.
    """

    account: str
    exec_seq: int
    orders: list[OrderState]
    seq: int
    more: bool = False


BalancesData = Balances  # the balances channel streams the same struct
CountdownData = Countdown  # so does the countdown channel


class Alert(msgspec.Struct, frozen=True, omit_defaults=True):
    """A supervision alert; the venue prevented nothing.

    ``kind`` is cancel_ratio, quick_cancel, reverse_trades, price_deviation, high_low,
    volume_share or large_holder. ``value`` reached ``limit``. ``orders`` and ``trades``
    are the newest ones that led to the alert.
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
