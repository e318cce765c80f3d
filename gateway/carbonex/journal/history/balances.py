"""Balances of all accounts: current holdings, and daily closing balances.

``holdings`` has the balances at the history's position, ``balances`` the closing
balances of each day on which they changed. Both are computed from trades and movements
alone: the engine keeps its own, and the two can be compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .entries import CASH, VENUE_FEES


if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from carbonex.engine import Exchange

    # by account and instrument: fen where the instrument is empty, else tonnes
    Quantities = Mapping[tuple[str, str], int]


def add_changes(connection: sqlite3.Connection, changes: Quantities) -> None:
    """Add ``changes`` to the holdings. Linear in them.

    A balance that changed and returned to its value counts as changed, too: otherwise a
    day's balances would depend on how rows were grouped into transactions.
    """
    connection.executemany(
        """INSERT INTO holdings VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE
           SET quantity = quantity + excluded.quantity, changed = 1""",
        [(*whose, change) for whose, change in changes.items()],
    )


def close_balances(connection: sqlite3.Connection, date: int) -> None:
    """Store balances changed since the last closing as closing balances of ``date``."""
    connection.execute(
        """INSERT INTO balances
           SELECT account, instrument, ?, quantity FROM holdings WHERE changed""",
        [date],
    )
    connection.execute("UPDATE holdings SET changed = 0 WHERE changed")


def held(connection: sqlite3.Connection) -> dict[tuple[str, str], int]:
    """Return all balances other than 0. Linear in the holdings."""
    rows = connection.execute("SELECT * FROM holdings WHERE quantity <> 0")
    return {(account, what): quantity for account, what, quantity, _ in rows}


def held_by(exchange: Exchange) -> dict[tuple[str, str], int]:
    """Return the engine's balances other than 0. Linear in accounts and holdings."""
    fees = sum(instrument.fees for instrument in exchange.listed)
    quantities = {(VENUE_FEES, CASH): fees}
    for name, account in exchange.accounts.items():
        quantities[name, CASH] = account.cash
        for instrument, holding in account.holdings.items():
            quantities[name, instrument] = holding.quantity
    return {whose: quantity for whose, quantity in quantities.items() if quantity}
