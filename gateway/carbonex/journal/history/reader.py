"""Read-only queries to the history store, concurrent with its writer."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, Final, TypeVar, final

from .balances import held
from .bulletins import bulletin_of
from .entries import (
    AccountEntry,
    AlertEntry,
    AnnulmentEntry,
    AuctionEntry,
    BalanceEntry,
    BidEntry,
    BlockEntry,
    DayEntry,
    ExecutionEntry,
    MovementEntry,
    TradeEntry,
)
from .event_digest import KeptDigest
from .schema import (
    SCHEMA_VERSION,
    HistoryError,
    Watermark,
    damage,
    open_reader,
    refuse_newer,
)


if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

    from carbonex.engine import Bulletin, ProductBulletin

    from .entries import Entry

PAGE: Final = 1000  # the default limit of entries

E = TypeVar("E", bound="Entry | DayEntry | BalanceEntry")


@final
class HistoryReader:
    """The history as of each query; for one thread at a time.

    Every query raises HistoryError if the file is unreadable. Entries come oldest
    first, at most ``limit`` of them.
    """

    def __init__(self, path: Path) -> None:
        """Open an existing file.

        Raises:
            HistoryError: If it is missing, or of another schema version.

        """
        self._path = path
        try:
            self._connection = open_reader(path)
        except sqlite3.DatabaseError as error:
            raise HistoryError(f"{path} cannot be read: {error}") from None
        try:
            self._check_version()
        except HistoryError:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @property
    def position(self) -> int:
        """The last stored position of the log, 0 for none."""
        return self.watermark.position

    @property
    def watermark(self) -> Watermark:
        """The last stored position of the log, and the chain hash there."""
        return Watermark(*self.select("SELECT position, chain FROM progress")[0])

    @property
    def venue(self) -> str:
        """The name of the history's venue."""
        return str(self.select("SELECT venue FROM progress")[0][0])

    def event_digests(self) -> list[KeptDigest]:
        """Return the stored event digests; the last is the watermark's."""
        sql = "SELECT position, layout, digest FROM event_digests ORDER BY position"
        kept = [KeptDigest(*row) for row in self.select(sql)]
        now = "SELECT position, layout, events FROM progress"
        newest = KeptDigest(*self.select(now)[0])
        if not newest.position or (kept and kept[-1].position == newest.position):
            return kept
        return [*kept, newest]

    def check(self) -> None:
        """Read the whole file. O(its size).

        Raises:
            HistoryError: If its structure is damaged.

        """
        try:
            found = damage(self._connection)
        except sqlite3.DatabaseError as error:
            raise self._unreadable(error) from None
        if found:
            raise self._unreadable(found)

    def day(self, date: int) -> DayEntry | None:
        """Return the trading day ``date``, or None if it has not begun."""
        rows = self.select("SELECT * FROM days WHERE date = ?", date)
        return DayEntry(*rows[0]) if rows else None

    def days(self) -> list[DayEntry]:
        """Return all trading days."""
        return [DayEntry(*row) for row in self.select("SELECT * FROM days")]

    def newest_day(self) -> int:
        """Return the date of the newest ended day, 0 for none."""
        sql = "SELECT max(date) FROM days WHERE end_ns NOT NULL"
        return self.select(sql)[0][0] or 0

    def accounts(self) -> list[AccountEntry]:
        """Return all accounts, by name."""
        return [AccountEntry(*row) for row in self.select("SELECT * FROM accounts")]

    def trades(
        self, instrument: str, from_id: int = 1, limit: int = PAGE
    ) -> list[TradeEntry]:
        """Return an instrument's trades from ``from_id`` on. O(limit)."""
        sql = """SELECT * FROM trades WHERE instrument = ? AND trade_id >= ?
                 ORDER BY trade_id LIMIT ?"""
        return self._entries(TradeEntry, sql, instrument, from_id, limit)

    def annulments(self, instrument: str) -> list[AnnulmentEntry]:
        """Return an instrument's annulled trades, by trade id."""
        sql = "SELECT * FROM annulments WHERE instrument = ? ORDER BY trade_id"
        return self._entries(AnnulmentEntry, sql, instrument)

    def executions(
        self, account: str, from_seq: int = 1, limit: int = PAGE
    ) -> list[ExecutionEntry]:
        """Return an account's executions from ``from_seq`` (exec_seq) on. O(limit)."""
        sql = """SELECT * FROM executions WHERE account = ? AND exec_seq >= ?
                 ORDER BY exec_seq LIMIT ?"""
        return self._entries(ExecutionEntry, sql, account, from_seq, limit)

    def ended_order(self, account: str, order_id: int) -> ExecutionEntry | None:
        """Return the last execution of an account's ended order. O(log n)."""
        sql = """SELECT * FROM executions INDEXED BY executions_ended
                 WHERE account = ? AND ended_order = ?"""
        found = self._entries(ExecutionEntry, sql, account, order_id)
        return found[0] if found else None

    def newest_execution(self, account: str) -> int:
        """Return the exec_seq of an account's newest stored execution. O(1)."""
        sql = "SELECT max(exec_seq) FROM executions WHERE account = ?"
        return self.select(sql, account)[0][0] or 0

    def missing_executions(self, account: str) -> int:
        """Return the exec_seq up to which an account's executions have gaps, or 0.

        The log was truncated before they could be stored here. O(1).
        """
        sql = "SELECT exec_seq FROM missing_executions WHERE account = ?"
        rows = self.select(sql, account)
        return rows[0][0] if rows else 0

    def account_trades(
        self,
        account: str,
        from_seq: int = 1,
        limit: int = PAGE,
        *,
        date: int = 0,
        instrument: str = "",
    ) -> list[ExecutionEntry]:
        """Return an account's trades and annulments, of all methods.

        They begin at ``from_seq`` (exec_seq), restricted to a trading day or instrument
        if given. Linear in the account's executions scanned, or in the day's trades.
        """
        index = " INDEXED BY executions_traded" if date else ""
        sql = f"SELECT * FROM executions{index} WHERE trade_id NOT NULL AND account = ?"
        values: list[str | int] = [account]
        if date:
            sql += " AND date = ?"
            values.append(date)
        if instrument:
            sql += " AND instrument = ?"
            values.append(instrument)
        sql += " AND exec_seq >= ? ORDER BY exec_seq LIMIT ?"
        return self._entries(ExecutionEntry, sql, *values, from_seq, limit)

    def movements(
        self, account: str, from_seq: int = 1, limit: int = PAGE
    ) -> list[MovementEntry]:
        """Return an account's movements from ``from_seq`` on. O(limit)."""
        sql = """SELECT * FROM movements WHERE account = ? AND seq >= ?
                 ORDER BY seq, instrument LIMIT ?"""
        return self._entries(MovementEntry, sql, account, from_seq, limit)

    def bulletins(self, date: int) -> list[tuple[int, Bulletin | ProductBulletin]]:
        """Return a day's bulletins with their seq: instruments, products, venue."""
        sql = """SELECT * FROM bulletins WHERE date = ?
                 ORDER BY product = '', instrument = '', product, instrument"""
        return [bulletin_of(row) for row in self.select(sql, date)]

    def alerts(self, date: int) -> list[AlertEntry]:
        """Return the surveillance alerts of a trading day."""
        sql = "SELECT * FROM alerts WHERE date = ? ORDER BY rowid"
        return self._entries(AlertEntry, sql, date)

    def blocks(self, from_id: int = 1, limit: int = PAGE) -> list[BlockEntry]:
        """Return the steps of block proposals from id ``from_id`` on."""
        sql = "SELECT * FROM blocks WHERE block_id >= ? ORDER BY block_id, seq LIMIT ?"
        return self._entries(BlockEntry, sql, from_id, limit)

    def auctions(self, from_id: int = 1, limit: int = PAGE) -> list[AuctionEntry]:
        """Return the announcements and results of auctions from ``from_id`` on."""
        sql = """SELECT * FROM auctions WHERE auction_id >= ?
                 ORDER BY auction_id, seq LIMIT ?"""
        return self._entries(AuctionEntry, sql, from_id, limit)

    def bids(self, auction_id: int) -> list[BidEntry]:
        """Return the steps of an auction's bids."""
        sql = "SELECT * FROM bids WHERE auction_id = ? ORDER BY bid_id, seq"
        return self._entries(BidEntry, sql, auction_id)

    def balances(self, account: str) -> list[BalanceEntry]:
        """Return an account's closing balances, on the days on which they changed."""
        sql = "SELECT * FROM balances WHERE account = ? ORDER BY date, instrument"
        return self._entries(BalanceEntry, sql, account)

    def held(self) -> dict[tuple[str, str], int]:
        """Return all accounts' balances at the watermark: cash in fen, tonnes.

        Keys are account and instrument. The instrument is empty for cash; the empty
        account is the venue's, with the fees. Linear in the balances.
        """
        try:
            return held(self._connection)
        except sqlite3.DatabaseError as error:
            raise self._unreadable(error) from None

    def select(self, sql: str, *values: str | int) -> list[Any]:
        """Return the rows of an SQL query."""
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise self._unreadable(error) from None

    def _check_version(self) -> None:
        ((version,),) = self.select("PRAGMA user_version")
        refuse_newer(self._path, version)
        if version != SCHEMA_VERSION:
            raise HistoryError(
                f"{self._path} has schema version {version}, not {SCHEMA_VERSION}:"
                " the next start of the server makes it anew"
            )

    def _entries(self, kind: type[E], sql: str, *values: str | int) -> list[E]:
        truths = _truths(kind)
        rows = self.select(sql, *values)
        return [kind(*(_truthful(row, truths) if truths else row)) for row in rows]

    def _unreadable(self, error: sqlite3.DatabaseError | str) -> HistoryError:
        return HistoryError(
            f"{self._path} cannot be read: {error}; stop the server and remove"
            " the file, the next start makes it anew"
        )


def _truths(kind: type[E]) -> list[int]:
    """Return the indices of an entry's bool fields: SQLite has no booleans."""
    notes = kind.__annotations__
    return [i for i, note in enumerate(notes.values()) if "bool" in str(note)]


def _truthful(row: tuple[Any, ...], truths: list[int]) -> list[Any]:
    values = list(row)
    for i in truths:
        if values[i] is not None:
            values[i] = bool(values[i])
    return values
