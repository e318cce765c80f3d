"""What trading days that have ended came to: statements, trades, bulletins."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

import msgspec

from carbonex.wire.requests import MethodName, SideName
from carbonex.wire.statements import TonnesColumn

from .market import Bulletin


class AccountTrade(msgspec.Struct, frozen=True):
    """A trade of one account; ``exec_seq`` is its number among the executions.

    ``order_id`` is empty for a block or an auction: there ``source_id`` is the
    block's, the auction's or the bid's. ``called`` marks one of a call auction.
    An ``annulled`` entry takes back the one of the same ``trade_id``.
    """

    exec_seq: int
    instrument: str
    trade_id: str
    side: SideName
    price: Decimal
    quantity: int
    fee: Decimal
    seq: int
    time: int
    date: dt.date
    method: MethodName
    liquidity: Literal["maker", "taker"]
    called: bool = False
    order_id: str = ""
    client_order_id: str = ""
    source_id: str = ""
    annulled: bool = False
    reason: str = ""


class AccountTrades(msgspec.Struct, frozen=True):
    """The answer to trades; there are more from ``next_seq`` on, unless it is 0."""

    account: str
    trades: list[AccountTrade]
    next_seq: int = 0


class PastBulletins(msgspec.Struct, frozen=True):
    """The answer to bulletins: of instruments, of products, of the venue."""

    bulletins: list[Bulletin]


class CashColumn(msgspec.Struct, frozen=True):
    """An account's cash in CNY; ``closing`` is the sum of the others.

    ``moved`` is deposits less withdrawals.
    """

    opening: Decimal
    traded: Decimal
    fees: Decimal
    moved: Decimal
    closing: Decimal


class StatementLine(msgspec.Struct, frozen=True):
    """One trade, its annulment, or one movement: deposit, withdraw, issue, transfer, surrender, …

    ``cash`` is without the ``fee``; both are signed as the account sees them. A
    transfer names the ``other_account``, a trade does not. What does not apply is
    None, empty or 0.
    """

    time: int
    kind: str
    instrument: str = ""
    trade_id: str = ""
    method: str = ""
    side: str = ""
    price: Decimal | None = None
    quantity: int = 0
    cash: Decimal | None = None
    tonnes: int = 0
    fee: Decimal | None = None
    client_ref: str = ""
    other_account: str = ""


class Statement(msgspec.Struct, frozen=True):
    """An account's trading day: every trade and movement, oldest first.

    What happened since the trading day before belongs to it. The venue tells it in
    ``pages``; ``Venue.statement`` returns the whole, as one page.
    """

    account: str
    date: dt.date
    page: int
    pages: int
    cash: CashColumn
    holdings: list[TonnesColumn]
    lines: list[StatementLine]
    csv: str = ""
