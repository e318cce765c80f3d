"""Trading days of the history: dates of rows, and gaps between rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .balances import add_changes, close_balances, held, held_by
from .entries import BROUGHT_FORWARD, MovementEntry


if TYPE_CHECKING:
    import sqlite3

    from carbonex.engine import Exchange

    from .entries import When


# Tables whose rows may be written between two days.
DATED: Final = ("executions", "movements", "alerts", "blocks", "auctions", "bids")


def begin_day(connection: sqlite3.Connection, when: When, date: int) -> None:
    """Begin ``date``; events since the last day belong to it."""
    seq, time_ns, _ = when
    connection.execute(
        "INSERT INTO days VALUES (?, ?, ?, NULL, NULL)", [date, seq, time_ns]
    )
    for table in DATED:
        connection.execute(f"UPDATE {table} SET date = ? WHERE date = 0", [date])


def end_day(connection: sqlite3.Connection, when: When, date: int) -> None:
    """End ``date`` and store its closing balances."""
    seq, time_ns, _ = when
    connection.execute(
        "UPDATE days SET end_seq = ?, end_ns = ? WHERE date = ?", [seq, time_ns, date]
    )
    close_balances(connection, date)


def cancel_day(connection: sqlite3.Connection, date: int) -> None:
    """Cancel ``date``; its events then belong to the next day."""
    for table in DATED:
        connection.execute(f"UPDATE {table} SET date = 0 WHERE date = ?", [date])
    connection.execute("DELETE FROM days WHERE date = ?", [date])


def bring_forward(
    connection: sqlite3.Connection, date: int, exchange: Exchange
) -> None:
    """Continue from ``exchange``; rows since the open day ``date`` are missing.

    Their changes are brought forward as a movement of each account, on the day open
    now, or the next. A day that ended within the missing rows gets no end here, because
    it is known only in part.
    """
    if date and date != exchange.day:
        close_balances(connection, date)
    when = exchange.seq, exchange.time_ns, exchange.day
    if exchange.day and exchange.day != date:
        begin_day(connection, when, exchange.day)
    before, now = held(connection), held_by(exchange)
    changes = {
        whose: change
        for whose in {**before, **now}
        if (change := now.get(whose, 0) - before.get(whose, 0))
    }
    connection.executemany(
        f"INSERT INTO movements VALUES ({', '.join('?' * len(MovementEntry._fields))})",
        [
            MovementEntry(
                account, *when, BROUGHT_FORWARD, instrument, change, "", "", 0
            )
            for (account, instrument), change in changes.items()
        ],
    )
    add_changes(connection, changes)
    connection.executemany(
        "INSERT OR IGNORE INTO accounts VALUES (?, ?, ?, ?)",
        [
            (name, account.participant.name, *when[:2])
            for name, account in exchange.accounts.items()
        ],
    )
    _note_missing(connection, exchange)


def _note_missing(connection: sqlite3.Connection, exchange: Exchange) -> None:
    """Record each account's newest execution if it is among the missing rows."""
    connection.executemany(
        """INSERT OR REPLACE INTO missing_executions
           SELECT ?1, ?2 WHERE ?2 > (
               SELECT coalesce(max(exec_seq), 0) FROM executions WHERE account = ?1
           )""",
        [(name, account.exec_seq) for name, account in exchange.accounts.items()],
    )
