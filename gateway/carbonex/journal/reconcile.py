"""Compares the history with the exchange replayed from the log.

The history sums up trades, fees and movements; the engine keeps balances. If all
balances agree, so do the statements derived from the history. The history also has
digests over all events, taken when the rows were new.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from .history import CASH, HISTORY_NAME, VENUE_FEES, HistoryError, HistoryReader
from .history.balances import held_by
from .history.event_digest import Comparison
from .lineage import other_chain
from .log import DamageError


if TYPE_CHECKING:
    from pathlib import Path

    from carbonex.engine import Exchange


@final
class Reconciliation:
    """The contents of a data directory's history, at the position it has reached.

    ``position`` is 0 if there is nothing to compare; ``note`` gives the reason, unless
    there is no history. ``compared`` counts balances.
    """

    def __init__(self, directory: Path) -> None:
        """Read the whole history file. O(its size)."""
        self.path = directory / HISTORY_NAME
        self.position = 0
        self._chain = b""
        self.note = ""
        self.compared = 0
        self.events = Comparison([])
        self._held: dict[tuple[str, str], int] = {}
        if not self.path.exists():
            return
        try:
            with HistoryReader(self.path) as history:
                history.check()
                self._held = history.held()
                self.events = Comparison(history.event_digests())
                self.position, self._chain = history.watermark
        except HistoryError as error:
            self.note = f"the history was not compared: {error}"

    def compare(self, chain: bytes, exchange: Exchange | None) -> None:
        """Compare with the log and the exchange at ``position``. O(state).

        The history of another log is not compared.

        Raises:
            DamageError: If events up to there or balances differ; names the first
                difference.

        """
        if chain != self._chain:
            self.note = (
                f"the history is of no use: {other_chain(self.position)}:"
                " the next start makes it anew"
            )
        elif exchange is not None:
            self._compare_events()
            self._compare_balances(exchange)

    def end(self, first: int) -> None:
        """Note a history older than the first row of a log that begins at ``first``."""
        if 0 < self.position < first - 1:
            self.note = (
                f"the history is at position {self.position}, older than the log's first"
                f" row at {first}: whether it is of this log cannot be told"
            )

    def _compare_events(self) -> None:
        deviation = self.events.deviation
        if deviation is not None:
            expected = (
                f"events of rows {deviation.first} to {deviation.last} with the digest"
                f" {deviation.found.hex()} of the replay"
            )
            raise DamageError(
                self.path, 0, deviation.last, expected, deviation.kept.hex()
            )

    def _compare_balances(self, exchange: Exchange) -> None:
        books = held_by(exchange)
        for whose in sorted({*books, *self._held}):
            expected, found = books.get(whose, 0), self._held.get(whose, 0)
            if expected != found:
                what = _named(*whose)
                raise DamageError(
                    self.path, 0, self.position, f"{what} {expected}", str(found)
                )
        self.compared = len(books)


def _named(account: str, instrument: str) -> str:
    who = "the venue's fees" if account == VENUE_FEES else f"account {account}"
    return f"{who} with {'fen' if instrument == CASH else instrument}"
