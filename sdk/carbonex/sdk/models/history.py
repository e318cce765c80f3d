"""Past trading days: statements, trades, bulletins."""

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

    ``order_id`` is empty for a block or an auction. ``source_id`` is then the id of the
    block, the auction or the bid. ``called`` marks a trade of a call auction. An
    ``annulled`` entry reverses the trade with the same ``trade_id``.
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
    """The answer to trades; the next page starts at ``next_seq``, 0 on the last."""

    account: str
    trades: list[AccountTrade]
    next_seq: int = 0


class PastBulletins(msgspec.Struct, frozen=True):
    """The answer to bulletins: of instruments, of products, of the venue."""

    bulletins: list[Bulletin]


class CashColumn(msgspec.Struct, frozen=True):
    """An account's cash in CNY; ``closing`` is the sum of the other fields.

    ``moved`` is deposits less withdrawals.
    """

    opening: Decimal
    traded: Decimal
    fees: Decimal
    moved: Decimal
    closing: Decimal


class StatementLine(msgspec.Struct, frozen=True):
    """One trade, annulment or movement (deposit, issue, transfer, surrender, …).

    ``cash`` excludes the ``fee``; both are signed from the account's point of view. A
    transfer names the ``other_account``, a trade does not. Fields that do not apply are
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

    It includes everything since the previous trading day. The venue sends it in
    ``pages``; ``Venue.statement`` returns the whole as one page.
    """

    account: str
    date: dt.date
    page: int
    pages: int
    cash: CashColumn
    holdings: list[TonnesColumn]
    lines: list[StatementLine]
    csv: str = ""
