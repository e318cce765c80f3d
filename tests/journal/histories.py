"""Sixty positions of trading for a history to store, and all that it then tells."""

from __future__ import annotations

import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from carbonex.engine import Exchange
from carbonex.journal import HistoryReader, HistoryStore
from carbonex.journal.history import ExecutionEntry, MovementEntry, TradeEntry
from journal.samples import CHAIN, VENUE
from journal.trading import ACCOUNTS, INSTRUMENTS, Venue, trading


if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonex.engine import Batch


DONE = trading(60)
CHAINS = [row.hash for row in Venue().rows]  # index 0 is position 1

Contents = dict[str, list[TradeEntry] | list[ExecutionEntry] | list[MovementEntry]]


def put(store: HistoryStore, first: int = 1, last: int = 60) -> None:
    """Store the positions from ``first`` to ``last``, and wait until they are."""
    for position in range(first, last + 1):
        store.put(position, DONE.applied[position - 1], CHAINS[position - 1])
    store.flush()


def contents(path: Path) -> Contents:
    """Everything that can be asked for of accounts and instruments."""
    every: Contents = {}
    with HistoryReader(path) as history:
        for account in ACCOUNTS:
            every[f"executions {account}"] = history.executions(account)
            every[f"movements {account}"] = history.movements(account)
        for instrument in INSTRUMENTS:
            every[f"trades {instrument}"] = history.trades(instrument)
    return every


@contextmanager
def stored(batches: list[Batch]) -> Iterator[HistoryReader]:
    """Yield the history of a log."""
    exchange = Exchange()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.sqlite"
        with closing(HistoryStore(path, VENUE)) as store:
            for position, batch in enumerate(batches, 1):
                store.put(position, exchange.apply(batch), CHAIN)
        assert store.failed is None
        with HistoryReader(path) as history:
            yield history
