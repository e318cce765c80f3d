"""End-of-day statements: an account's opening balances, changes, closing balances.

MARKET-RULES §5. Opening and closing balances are those stored at the ends of days; the
lines are trades and movements. Every statement is checked: the lines must lead from the
opening to the closing balances.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from .entries import CASH, VENUE_FEES
from .schema import HistoryError


if TYPE_CHECKING:
    from collections.abc import Iterator

    from .reader import HistoryReader


class Line(NamedTuple):
    """A line of a statement; amounts are signed from the account's view.

    ``kind`` is trade, annulment or a movement's kind; on the venue's own account also
    fee. ``price`` (fen), ``quantity`` (tonnes), ``side``, ``method`` and ``trade_id``
    belong to a trade. ``cash`` (fen) is the trade's amount, without the ``fee``.
    """

    seq: int
    time_ns: int
    kind: str
    instrument: str
    trade_id: int
    method: str
    side: str
    price: int
    quantity: int
    cash: int
    tonnes: int
    fee: int
    client_ref: str
    other_account: str


class Balance(NamedTuple):
    """A column of a statement: cash in fen (``instrument`` is empty), or tonnes.

    ``closing`` is the sum of the four fields before it. Fees are cash; they are
    positive on the venue's own account only.
    """

    instrument: str
    opening: int
    traded: int
    fees: int
    moved: int
    closing: int


class Statement(NamedTuple):
    """An account's trading day; ``lines`` is one page of ``pages``, oldest first.

    ``account`` is empty for the venue's own account, which receives the fees. Balances
    list cash first, then instruments by name.
    """

    account: str
    date: int
    balances: list[Balance]
    lines: list[Line]
    page: int
    pages: int


PAGE_LINES: Final = 1000


def statement_of(
    history: HistoryReader,
    account: str,
    date: int,
    page: int = 1,
    page_lines: int = PAGE_LINES,
) -> Statement:
    """Return an account's statement for a day that has ended.

    ``page`` counts from 1; a page beyond the last has no lines. O(the account's lines
    of that day + the days on which its balances changed).

    Raises:
        HistoryError: If the history is unreadable, or does not add up.

    """
    balances = _balances(history, account, date)
    sql = _FEE_LINES if account == VENUE_FEES else _ACCOUNT_LINES
    first = (page - 1) * page_lines
    rows = history.select(
        f"{sql} ORDER BY seq, turn, instrument LIMIT {page_lines} OFFSET {first}",
        account,
        date,
    )
    (count,) = history.select(f"SELECT count(*) FROM ({sql})", account, date)[0]
    pages = max(1, -(-count // page_lines))
    lines = [Line(*row[:-1]) for row in rows]
    return Statement(account, date, balances, lines, page, pages)


def statement_pages(
    history: HistoryReader, account: str, date: int
) -> Iterator[Statement]:
    """Yield all pages of a statement."""
    statement = statement_of(history, account, date)
    yield statement
    for page in range(2, statement.pages + 1):
        yield statement_of(history, account, date, page)


# They select the fields of a Line, and ``turn``, the order within a seq: timed events
# come before the command. ?1 is the account, ?2 the date.
_TRADE_LINES: Final = """
    SELECT seq, time_ns, 'trade' AS kind, instrument, trade_id, method, side,
        price, quantity,
        iif(side = 'buy', -1, 1) * price * quantity AS cash,
        iif(side = 'buy', 1, -1) * quantity AS tonnes,
        -fee AS fee, '', '', exec_seq AS turn
    FROM executions INDEXED BY executions_traded
    WHERE trade_id NOT NULL AND account = ?1 AND date = ?2 AND NOT annulled
    UNION ALL
    SELECT seq, time_ns, 'annulment' AS kind, instrument, trade_id, method, side,
        price, quantity,
        iif(side = 'buy', 1, -1) * price * quantity AS cash,
        iif(side = 'buy', -1, 1) * quantity AS tonnes,
        fee AS fee, '', '', exec_seq AS turn
    FROM executions INDEXED BY executions_traded
    WHERE trade_id NOT NULL AND account = ?1 AND date = ?2 AND annulled
"""
_MOVEMENT_LINES: Final = f"""
    SELECT seq, time_ns, kind, instrument, 0, '', '', 0, 0,
        iif(instrument = '', amount, 0), iif(instrument = '', 0, amount),
        0, client_ref, other_account, {2**63 - 1}
    FROM movements INDEXED BY movements_dated WHERE account = ?1 AND date = ?2
"""
_ACCOUNT_LINES: Final = f"{_TRADE_LINES} UNION ALL {_MOVEMENT_LINES}"
_FEE_LINES: Final = f"""
    SELECT seq, time_ns, 'fee' AS kind, instrument, trade_id, method, '', 0, 0,
        0, 0, buyer_fee + seller_fee AS fee, '', '', trade_id AS turn
    FROM trades WHERE date = ?2 AND (buyer_fee > 0 OR seller_fee > 0)
    UNION ALL
    SELECT seq, time_ns, 'fee' AS kind, annulments.instrument, trade_id, '', '', 0, 0,
        0, 0, -buyer_fee - seller_fee AS fee, '', '', trade_id AS turn
    FROM annulments WHERE date = ?2 AND (buyer_fee > 0 OR seller_fee > 0)
    UNION ALL {_MOVEMENT_LINES}
"""


def _balances(history: HistoryReader, account: str, date: int) -> list[Balance]:
    """Return an account's cash column and its other columns that are not all zero."""
    opening = _newest(history, account, "<", date)
    closing = _newest(history, account, "<=", date)
    traded = _traded(history, account, date)
    sql = """SELECT instrument, sum(amount) FROM movements INDEXED BY movements_dated
             WHERE account = ? AND date = ? GROUP BY instrument"""
    moved = dict(history.select(sql, account, date))
    found: list[Balance] = []
    for name in sorted({CASH, *opening, *closing, *traded, *moved}):
        amount, fees = traded.get(name, (0, 0))
        opened, closed = opening.get(name, 0), closing.get(name, 0)
        found.append(Balance(name, opened, amount, fees, moved.get(name, 0), closed))
        _check(account, date, found[-1])
    return [b for b in found if b.instrument == CASH or any(b[1:])]


def _traded(
    history: HistoryReader, account: str, date: int
) -> dict[str, tuple[int, int]]:
    """Return by column the amounts that trades moved, and their fees."""
    if account == VENUE_FEES:
        sql = f"SELECT coalesce(sum(fee), 0) FROM ({_FEE_LINES})"
        return {CASH: (0, history.select(sql, account, date)[0][0])}
    sql = f"""SELECT instrument, sum(tonnes), sum(cash), sum(fee)
              FROM ({_TRADE_LINES}) GROUP BY instrument"""
    rows = history.select(sql, account, date)
    columns = {instrument: (tonnes, 0) for instrument, tonnes, _, _ in rows}
    columns[CASH] = sum(row[2] for row in rows), sum(row[3] for row in rows)
    return columns


def _newest(
    history: HistoryReader, account: str, before: str, date: int
) -> dict[str, int]:
    """Return the balances last stored before ``date``, or on it with ``<=``."""
    # SQLite takes the other columns from the row with the maximum.
    sql = f"""SELECT instrument, quantity, max(date) FROM balances
              WHERE account = ? AND date {before} ? GROUP BY instrument"""
    return {name: quantity for name, quantity, _ in history.select(sql, account, date)}


def _check(account: str, date: int, balance: Balance) -> None:
    _, opening, traded, fees, moved, closing = balance
    if opening + traded + fees + moved != closing:
        raise HistoryError(
            f"the statement of {account or 'the venue'} of {date} does not add up:"
            f" {balance}; stop the server and remove the history, the next start"
            " makes it anew"
        )
