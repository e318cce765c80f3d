"""Sixty positions of trading for a history to store, and all that it then tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.journal import ExecutionEntry, MovementEntry, TradeEntry
from journal.trading import ACCOUNTS, INSTRUMENTS, trading


if TYPE_CHECKING:
    from carbonex.journal import HistoryStore


DONE = trading(60)

Contents = dict[str, list[TradeEntry] | list[ExecutionEntry] | list[MovementEntry]]


def put(store: HistoryStore, first: int = 1, last: int = 60) -> None:
    """Store the positions from ``first`` to ``last``, and wait until they are."""
    for position in range(first, last + 1):
        store.put(position, DONE.applied[position - 1])
    store.flush()


def contents(store: HistoryStore) -> Contents:
    """Everything that can be asked for."""
    every: Contents = {}
    for account in ACCOUNTS:
        every[f"executions {account}"] = store.executions(account)
        every[f"movements {account}"] = store.movements(account)
    for instrument in INSTRUMENTS:
        every[f"trades {instrument}"] = store.trades(instrument)
    return every
