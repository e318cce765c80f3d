"""Statements, trades and bulletins of trading days that have ended.

A statement's columns of cash, tonnes and fees are signed from the account's point of
view. Over all accounts, including the venue's own, the columns of trades and fees sum
to zero (MARKET-RULES §5). ``csv_text`` writes a statement as CSV (RFC 4180).
"""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from .channels import Bulletin
from .dates import SHANGHAI
from .requests import MethodName, SideName


if TYPE_CHECKING:
    from collections.abc import Iterator

# The venue's own account. No other account can have this name, because registered names
# contain no space.
VENUE_FEES: Final = "venue fees"


class AccountTrade(msgspec.Struct, frozen=True, omit_defaults=True):
    """A trade of one account; ``exec_seq`` is its number among the executions.

    ``order_id`` is empty for a block or an auction. ``source_id`` is then the id of the
    block, the auction or the bid. ``called`` marks a trade of a call auction. An
    ``annulled`` entry reverses the trade with the same ``trade_id``.
    """

    exec_seq: int
    instrument: str
    trade_id: str
    side: SideName
    price: str
    quantity: int
    fee: str
    seq: int
    time: int
    date: str
    method: MethodName
    liquidity: Literal["maker", "taker"]
    called: bool = False
    order_id: str = ""
    client_order_id: str = ""
    source_id: str = ""
    annulled: bool = False
    reason: str = ""


class AccountTrades(msgspec.Struct, frozen=True, omit_defaults=True):
    """Trades, oldest first; the next page starts at ``next_seq``, 0 on the last."""

    account: str
    trades: list[AccountTrade]
    next_seq: int = 0


class Bulletins(msgspec.Struct, frozen=True):
    """A trading day's bulletins: of instruments, of products, of the venue."""

    bulletins: list[Bulletin]


class CashColumn(msgspec.Struct, frozen=True):
    """An account's cash in CNY; ``closing`` is the sum of the other fields.

    ``moved`` is deposits less withdrawals.
    """

    opening: str
    traded: str
    fees: str
    moved: str
    closing: str


class TonnesColumn(msgspec.Struct, frozen=True):
    """An account's tonnes of an instrument; ``closing`` is the sum of the others.

    ``moved`` is the total of issues, transfers, surrenders and retirements.
    """

    instrument: str
    opening: int
    traded: int
    moved: int
    closing: int


class StatementLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One trade, annulment or movement (deposit, issue, transfer, surrender, …).

    ``cash`` excludes the ``fee``. A transfer names the ``other_account``, a trade does
    not. Lines of the venue's own account have the kind ``fee``.
    """

    time: int
    kind: str
    instrument: str = ""
    trade_id: str = ""
    method: str = ""
    side: str = ""
    price: str = ""
    quantity: int = 0
    cash: str = ""
    tonnes: int = 0
    fee: str = ""
    client_ref: str = ""
    other_account: str = ""


class Statement(msgspec.Struct, frozen=True, omit_defaults=True):
    """An account's trading day; ``lines`` are one page of ``pages``, oldest first.

    It includes everything since the previous trading day. A CSV request is answered in
    ``csv``, and ``lines`` are empty. The pages' texts, concatenated, are the whole
    statement.
    """

    account: str
    date: str
    page: int
    pages: int
    cash: CashColumn
    holdings: list[TonnesColumn]
    lines: list[StatementLine]
    csv: str = ""


COLUMNS: Final = (
    "account",
    "date",
    "time",
    "kind",
    "instrument",
    "trade_id",
    "method",
    "side",
    "price",
    "quantity",
    "cash",
    "tonnes",
    "fee",
    "client_ref",
    "other_account",
)


def csv_text(statement: Statement) -> str:
    """Return a page as CSV; the first begins with a header and the openings.

    The last page ends with the closings. Cash is in CNY with a decimal point, times are
    ISO 8601 in Shanghai. Fields that do not apply are empty.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    if statement.page == 1:
        writer.writerow(COLUMNS)
        writer.writerows(_balances(statement, "opening"))
    writer.writerows(_lines(statement))
    if statement.page == statement.pages:
        writer.writerows(_balances(statement, "closing"))
    return text.getvalue()


def _balances(
    statement: Statement, which: Literal["opening", "closing"]
) -> Iterator[list[object]]:
    yield _balance(statement, which, "", getattr(statement.cash, which), "")
    for column in statement.holdings:
        tonnes = getattr(column, which)
        yield _balance(statement, which, column.instrument, "", tonnes)


def _balance(
    statement: Statement, which: str, instrument: str, cash: str, tonnes: object
) -> list[object]:
    nothing = [""] * 5
    head = statement.account, statement.date, "", which, instrument
    return [*head, *nothing, cash, tonnes, "", "", ""]


def _lines(statement: Statement) -> Iterator[list[object]]:
    for line in statement.lines:
        head = statement.account, statement.date, iso_time(line.time)
        _, *rest = msgspec.structs.astuple(line)
        yield [*head, *(value or "" for value in rest)]


def iso_time(time: int) -> str:
    """Return a time (microseconds since the epoch) in Shanghai, as ISO 8601."""
    moment = datetime.fromtimestamp(time // 1_000_000, SHANGHAI)
    return moment.replace(microsecond=time % 1_000_000).isoformat(
        timespec="microseconds"
    )
