"""The history store's file: its tables, opening, and checks for damage."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final, NamedTuple

from carbonex.journal.disk import FILE_MODE
from carbonex.journal.records import genesis, unknown_version

from .bulletins import TABLE as BULLETINS
from .days import DATED
from .event_digest import BEGINNING, layout


if TYPE_CHECKING:
    from pathlib import Path


SCHEMA_VERSION: Final = 1

# The columns are the fields of the entries, in their order. Rows between two days have
# date 0; the partial indexes find them when the next day begins.
_TABLES: Final = f"""
CREATE TABLE progress (
    position INTEGER NOT NULL, chain BLOB NOT NULL, date INTEGER NOT NULL,
    venue TEXT NOT NULL, closed INTEGER NOT NULL,
    layout BLOB NOT NULL, events BLOB NOT NULL
);
CREATE TABLE event_digests (
    position INTEGER PRIMARY KEY, layout BLOB NOT NULL, digest BLOB NOT NULL
);
CREATE TABLE accounts (
    account TEXT PRIMARY KEY, participant TEXT NOT NULL, seq INTEGER NOT NULL,
    time_ns INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE days (
    date INTEGER PRIMARY KEY, begin_seq INTEGER NOT NULL, begin_ns INTEGER NOT NULL,
    end_seq INTEGER, end_ns INTEGER
);
CREATE TABLE trades (
    instrument TEXT NOT NULL, trade_id INTEGER NOT NULL, seq INTEGER NOT NULL,
    time_ns INTEGER NOT NULL, date INTEGER NOT NULL, method TEXT NOT NULL,
    called INTEGER NOT NULL, price INTEGER NOT NULL, quantity INTEGER NOT NULL,
    side TEXT NOT NULL, buyer TEXT NOT NULL, buyer_order_id INTEGER NOT NULL,
    buyer_fee INTEGER NOT NULL, seller TEXT NOT NULL,
    seller_order_id INTEGER NOT NULL, seller_fee INTEGER NOT NULL,
    source_id INTEGER NOT NULL, bid_id INTEGER NOT NULL,
    PRIMARY KEY (instrument, trade_id)
) WITHOUT ROWID;
CREATE INDEX trades_with_fees ON trades (date, seq)
    WHERE buyer_fee > 0 OR seller_fee > 0;
CREATE TABLE annulments (
    instrument TEXT NOT NULL, trade_id INTEGER NOT NULL, seq INTEGER NOT NULL,
    time_ns INTEGER NOT NULL, date INTEGER NOT NULL, buyer_fee INTEGER NOT NULL,
    seller_fee INTEGER NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (instrument, trade_id)
) WITHOUT ROWID;
CREATE INDEX annulments_dated ON annulments (date);
CREATE TABLE executions (
    account TEXT NOT NULL, exec_seq INTEGER NOT NULL, date INTEGER NOT NULL,
    encoded BLOB NOT NULL, ended_order INTEGER, post_only TEXT, self_trade TEXT,
    session TEXT, trade_id INTEGER, annulled INTEGER, seq INTEGER, time_ns INTEGER,
    instrument TEXT, method TEXT, side TEXT, price INTEGER, quantity INTEGER,
    fee INTEGER,
    PRIMARY KEY (account, exec_seq)
) WITHOUT ROWID;
CREATE INDEX executions_ended ON executions (account, ended_order)
    WHERE ended_order NOT NULL;
CREATE INDEX executions_traded ON executions (account, date, seq, exec_seq)
    WHERE trade_id NOT NULL;
CREATE TABLE missing_executions (
    account TEXT PRIMARY KEY, exec_seq INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE movements (
    account TEXT NOT NULL, seq INTEGER NOT NULL, time_ns INTEGER NOT NULL,
    date INTEGER NOT NULL, kind TEXT NOT NULL, instrument TEXT NOT NULL,
    amount INTEGER NOT NULL, other_account TEXT NOT NULL, client_ref TEXT NOT NULL,
    year INTEGER NOT NULL,
    PRIMARY KEY (account, seq, instrument)
) WITHOUT ROWID;
CREATE INDEX movements_dated ON movements (account, date, seq);
CREATE TABLE holdings (
    account TEXT NOT NULL, instrument TEXT NOT NULL, quantity INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    PRIMARY KEY (account, instrument)
) WITHOUT ROWID;
CREATE TABLE balances (
    account TEXT NOT NULL, instrument TEXT NOT NULL, date INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    PRIMARY KEY (account, instrument, date)
) WITHOUT ROWID;
CREATE TABLE alerts (
    seq INTEGER NOT NULL, time_ns INTEGER NOT NULL, date INTEGER NOT NULL,
    kind TEXT NOT NULL, instrument TEXT NOT NULL, participant TEXT NOT NULL,
    counterparty TEXT NOT NULL, value INTEGER NOT NULL, threshold INTEGER NOT NULL,
    side TEXT NOT NULL, orders TEXT NOT NULL, trades TEXT NOT NULL
);
CREATE INDEX alerts_dated ON alerts (date);
CREATE TABLE blocks (
    block_id INTEGER NOT NULL, status TEXT NOT NULL, seq INTEGER NOT NULL,
    time_ns INTEGER NOT NULL, date INTEGER NOT NULL, proposer TEXT NOT NULL,
    account TEXT NOT NULL, counterparty TEXT NOT NULL, instrument TEXT NOT NULL,
    side TEXT NOT NULL, price INTEGER NOT NULL, quantity INTEGER NOT NULL,
    client_ref TEXT NOT NULL, counters INTEGER NOT NULL, answered_by TEXT NOT NULL,
    PRIMARY KEY (block_id, status)
) WITHOUT ROWID;
CREATE TABLE auctions (
    auction_id INTEGER NOT NULL, status TEXT NOT NULL, seq INTEGER NOT NULL,
    time_ns INTEGER NOT NULL, date INTEGER NOT NULL, account TEXT NOT NULL,
    instrument TEXT NOT NULL, side TEXT NOT NULL, quantity INTEGER NOT NULL,
    opens_ns INTEGER NOT NULL, closes_ns INTEGER NOT NULL, client_ref TEXT NOT NULL,
    pricing TEXT NOT NULL, too_few_bids TEXT NOT NULL, sealed INTEGER NOT NULL,
    reserve INTEGER NOT NULL, bidder_limit INTEGER NOT NULL,
    price_limit INTEGER NOT NULL, price INTEGER NOT NULL, filled INTEGER NOT NULL,
    turnover INTEGER NOT NULL, bids INTEGER NOT NULL, bid_quantity INTEGER NOT NULL,
    PRIMARY KEY (auction_id, status)
) WITHOUT ROWID;
CREATE TABLE bids (
    bid_id INTEGER NOT NULL, status TEXT NOT NULL, seq INTEGER NOT NULL,
    time_ns INTEGER NOT NULL, date INTEGER NOT NULL, auction_id INTEGER NOT NULL,
    account TEXT NOT NULL, price INTEGER NOT NULL, quantity INTEGER NOT NULL,
    client_ref TEXT NOT NULL, filled INTEGER NOT NULL,
    PRIMARY KEY (bid_id, status)
) WITHOUT ROWID;
CREATE INDEX bids_of_auctions ON bids (auction_id);
{BULLETINS}
{
    "".join(
        f"CREATE INDEX {table}_undated ON {table} (date) WHERE date = 0;"
        for table in DATED
    )
}
"""

_PRIMARY: Final = 0xFF  # mask of the primary error code; the rest is the extended code
# These codes mean that the file's contents are bad; SQLITE_ERROR: a table is missing.
_DAMAGED: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)


class HistoryError(Exception):
    """The history is unreadable or unusable; the message gives a remedy."""


class Watermark(NamedTuple):
    """The last stored position, 0 for none, and the log's chain hash there."""

    position: int
    chain: bytes


def open_writer(path: Path, venue: str) -> tuple[sqlite3.Connection, str]:
    """Open the file for writing; recreate it if it is unusable.

    The string is the reason for recreating it, empty if it was sound or missing. O(1),
    or O(size of the file) if the last writer did not close it.

    Raises:
        sqlite3.OperationalError: If another process is writing to it, or the disk is
        full or broken: the file stays unchanged.
        HistoryError: If a newer carbonex has written it.
        OSError: If it can be neither read nor created.

    """
    fault = _fault(path, venue)
    if fault:
        remove(path)
    is_new = not path.exists()
    if is_new:  # SQLite gives its other files the mode of this one
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, FILE_MODE))
    connection = _connect(str(path))
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    if is_new:
        connection.executescript(
            f"BEGIN; {_TABLES} PRAGMA user_version = {SCHEMA_VERSION};"
        )
        connection.execute(
            "INSERT INTO progress VALUES (0, ?, 0, ?, 1, ?, ?)",
            [genesis(venue), venue, layout(), BEGINNING],
        )
        connection.execute("COMMIT")
    return connection, fault


def open_reader(path: Path) -> sqlite3.Connection:
    """Open the file read-only; the connection sees committed data."""
    return _connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def refuse_newer(path: Path, version: int) -> None:
    """Refuse a file of a newer carbonex: the log may no longer suffice to rebuild it.

    Raises:
        HistoryError: If ``version`` is newer than SCHEMA_VERSION.

    """
    if version > SCHEMA_VERSION:
        raise HistoryError(
            f"{unknown_version(path, version, SCHEMA_VERSION)}, or remove the file:"
            " the next start makes it anew from the log, as far as that reaches back"
        )


def remove(path: Path) -> None:
    """Remove the file and the two files that SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _connect(name: str, *, uri: bool = False) -> sqlite3.Connection:
    # Transactions begin and end explicitly. Only one thread at a time uses a
    # connection, but not always the thread that opened it.
    return sqlite3.connect(name, isolation_level=None, check_same_thread=False, uri=uri)


def damage(connection: sqlite3.Connection) -> str:
    """Return what is wrong with the file's structure. O(size): reads all of it."""
    (result,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    return "" if result == "ok" else str(result)


def _fault(path: Path, venue: str) -> str:
    """Return why the file at ``path`` is unusable, or "" if it is sound or missing.

    Read all of it only if its last writer did not close it, perhaps because the machine
    failed or the file was damaged. Damage that shows later fails the operation that
    meets it: the writer then leaves the file unclosed, and queries report a remedy.
    """
    if not path.exists():
        return ""
    try:
        with closing(_connect(str(path))) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            refuse_newer(path, version)
            if version != SCHEMA_VERSION:
                return f"it has schema version {version}, not {SCHEMA_VERSION}"
            select = "SELECT venue, closed FROM progress"
            owner, closed = connection.execute(select).fetchone()
            if owner != venue:
                return f"it belongs to venue {owner!r}"
            found = "" if closed else damage(connection)
            return f"it is damaged: {found}" if found else ""
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & _PRIMARY not in _DAMAGED:
            raise  # busy, no space or no permission: the file may be sound
        return f"it is damaged: {error}"
