"""What the venue streams, channel by channel.

Every frame is ``{"channel": …, "type": "snapshot" | "update", "data": […]}``.
``seq`` is the number of the last command whose effect a frame holds.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from .answers import Balances, OrderState
from .requests import OrderTypeName, SideName, TimeInForceName


class Frame(msgspec.Struct, frozen=True):
    """The envelope of all channels; ``data`` holds the structs below."""

    channel: str
    type: Literal["snapshot", "update"]
    data: list[Any]


class Status(msgspec.Struct, frozen=True):
    """The first frame of a connection, and each change of the venue's state.

    ``challenge`` (base64url of 32 bytes) is signed to log in, once, within 30 s;
    it and ``connection_id`` are empty in the frames of the status channel.
    """

    venue: str
    epoch: int
    state: Literal["online", "server_shutdown"]
    connection_id: str
    challenge: str = ""


class Heartbeat(msgspec.Struct, frozen=True):
    """Every second: the newest seq, and the log's chain hash as hex.

    It comes after every frame up to the seq it names.
    """

    seq: int
    position: int
    hash: str
    time: int


class Instrument(msgspec.Struct, frozen=True):
    """Reference data and phase (closed, trading, halted)."""

    instrument: str
    product: str
    tick: str
    lot: int
    max_quantity: int
    market_protection_permille: int
    phase: str


class Ticker(msgspec.Struct, frozen=True):
    """Best prices and the trading day's statistics; null where there is none.

    ``since`` is from when the statistics count: the day's beginning, or later
    if the venue restarted within the day from a snapshot, as they then lack
    the trades before it. It is 0 when no day has begun since the restart.
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
    seq: int
    since: int = 0


class Trade(msgspec.Struct, frozen=True):
    """One print; ``side`` is the taker's. ``trade_id`` is gapless per instrument."""

    instrument: str
    trade_id: str
    price: str
    quantity: int
    side: SideName
    seq: int
    time: int


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


class Execution(msgspec.Struct, frozen=True, omit_defaults=True):
    """One change of one of the account's orders; ``exec_seq`` has no gap.

    ``event`` is new, trade, reduced, amended or cancelled. ``quantity`` is the
    order's total. ``last_*``, ``trade_id`` and ``liquidity`` belong to trade;
    ``cancelled`` and ``reason`` to cancelled and reduced. ``replayed`` marks
    what a resumption sends again.
    """

    account: str
    exec_seq: int
    event: Literal["new", "trade", "reduced", "amended", "cancelled"]
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


class ExecutionsSnapshot(msgspec.Struct, frozen=True):
    """An account's open orders, oldest first, when following executions begins.

    ``exec_seq`` is the newest execution so far: the next one is exec_seq + 1,
    and that is the ``from_seq`` to resume with if none comes. Executions that
    ``from_seq`` asked for follow in updates, replayed, up to ``exec_seq``.
    """

    account: str
    exec_seq: int
    orders: list[OrderState]
    seq: int


BalancesData = Balances  # the balances channel streams the same struct
