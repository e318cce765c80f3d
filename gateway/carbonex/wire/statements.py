"""What is told of trading days that have ended: statements, trades, bulletins.

A statement's columns of cash, tonnes and fees are signed as the account sees
them: over all accounts, the venue's own included, those of trades and fees sum
to zero (MARKET-RULES §5). ``csv_text`` writes one as CSV (RFC 4180).
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

# The name of the venue's own account. No other account can have it: a name
# that is registered has no space.
VENUE_FEES: Final = "venue fees"


class AccountTrade(msgspec.Struct, frozen=True, omit_defaults=True):
    """A trade of one account; ``exec_seq`` is its number among the executions.

    ``order_id`` is empty for a block or an auction: there ``source_id`` is the
    block's, the auction's or the bid's. ``called`` marks one of a call auction.
    An ``annulled`` entry takes back the one of the same ``trade_id``.
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
    """Trades, oldest first; there are more from ``next_seq`` on, unless it is 0."""

    account: str
    trades: list[AccountTrade]
    next_seq: int = 0


class Bulletins(msgspec.Struct, frozen=True):
    """A trading day's bulletins: of instruments, of products, of the venue."""

    bulletins: list[Bulletin]


class CashColumn(msgspec.Struct, frozen=True):
    """An account's cash in CNY; ``closing`` is the sum of the others.

    ``moved`` is deposits less withdrawals.
    """

    opening: str
    traded: str
    fees: str
    moved: str
    closing: str


class TonnesColumn(msgspec.Struct, frozen=True):
    """An account's tonnes of an instrument; ``closing`` is the sum of the others.

    ``moved`` is what was issued, transferred, surrendered and retired.
    """

    instrument: str
    opening: int
    traded: int
    moved: int
    closing: int


class StatementLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One trade, its annulment, or one movement: deposit, withdraw, issue, transfer, surrender, …

    ``cash`` is without the ``fee``. A transfer names the ``other_account``, a
    trade does not. Of the venue's own account lines are ``fee``.
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

    What happened since the trading day before belongs to it. Where CSV was
    asked for it is in ``csv``, and ``lines`` are empty; the pages' texts in a
    row are the whole statement's.
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

    The last ends with the closings. Cash in CNY with a decimal point, times as
    ISO 8601 in Shanghai; what does not apply is empty.
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
