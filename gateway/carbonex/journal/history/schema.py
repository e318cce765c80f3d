"""The history store's file: its tables, and what makes it unfit for use."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final

from .disk import FILE_MODE


if TYPE_CHECKING:
    from pathlib import Path


SCHEMA_VERSION: Final = 1

# The columns are the fields of the entries, in their order.
_TABLES: Final = """
CREATE TABLE progress (position INTEGER NOT NULL, venue TEXT NOT NULL);
CREATE TABLE trades (
    instrument TEXT NOT NULL, trade_id INTEGER NOT NULL, seq INTEGER NOT NULL,
    time_ns INTEGER NOT NULL, price INTEGER NOT NULL, quantity INTEGER NOT NULL,
    side TEXT NOT NULL, maker_id INTEGER NOT NULL, maker_account TEXT NOT NULL,
    taker_id INTEGER NOT NULL, taker_account TEXT NOT NULL,
    PRIMARY KEY (instrument, trade_id)
) WITHOUT ROWID;
CREATE TABLE executions (
    account TEXT NOT NULL, exec_seq INTEGER NOT NULL, seq INTEGER NOT NULL,
    time_ns INTEGER NOT NULL, event TEXT NOT NULL, order_id INTEGER NOT NULL,
    client_order_id TEXT NOT NULL, instrument TEXT NOT NULL, side TEXT NOT NULL,
    order_type TEXT NOT NULL, time_in_force TEXT NOT NULL, price INTEGER NOT NULL,
    quantity INTEGER NOT NULL, filled INTEGER NOT NULL, remaining INTEGER NOT NULL,
    status TEXT NOT NULL, trade_id INTEGER, last_price INTEGER,
    last_quantity INTEGER, liquidity TEXT, cancelled INTEGER, reason TEXT,
    priority_kept INTEGER,
    PRIMARY KEY (account, exec_seq)
) WITHOUT ROWID;
CREATE TABLE movements (
    seq INTEGER PRIMARY KEY, time_ns INTEGER NOT NULL, kind TEXT NOT NULL,
    account TEXT NOT NULL, to_account TEXT NOT NULL, instrument TEXT NOT NULL,
    amount INTEGER NOT NULL, client_ref TEXT NOT NULL
);
CREATE INDEX movements_from ON movements (account, seq);
CREATE INDEX movements_to ON movements (to_account, seq);
"""


def open_writer(path: Path, venue: str) -> tuple[sqlite3.Connection, str]:
    """Return a connection to the file, made anew if there is no usable one.

    The string says why it was made anew; it is empty where it was missing or
    is sound. O(size of the file): all of it is read once.

    Raises:
        sqlite3.OperationalError: If another process is writing to it.
        OSError: If it can be neither read nor made.

    """
    fault = _fault(path, venue)
    if fault:
        remove(path)
    is_new = not path.exists()
    if is_new:  # SQLite's other files take their mode from this one
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, FILE_MODE))
    connection = _connect(str(path))
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    if is_new:
        connection.executescript(
            f"BEGIN; {_TABLES} PRAGMA user_version = {SCHEMA_VERSION};"
        )
        connection.execute("INSERT INTO progress VALUES (0, ?)", [venue])
        connection.execute("COMMIT")
    return connection, fault


def open_reader(path: Path) -> sqlite3.Connection:
    """Return a connection that sees what is committed and cannot write."""
    return _connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def remove(path: Path) -> None:
    """Remove the file and the two that SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _connect(name: str, *, uri: bool = False) -> sqlite3.Connection:
    # Transactions are begun and ended by hand. Each connection is used by one
    # thread at a time, though not always by the one that opened it.
    return sqlite3.connect(name, isolation_level=None, check_same_thread=False, uri=uri)


def _fault(path: Path, venue: str) -> str:
    """Return why the file at ``path`` cannot be used; nothing if it is missing."""
    if not path.exists():
        return ""
    try:
        with closing(_connect(str(path))) as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version != SCHEMA_VERSION:
                return f"it has schema version {version}, not {SCHEMA_VERSION}"
            (owner,) = connection.execute("SELECT venue FROM progress").fetchone()
            if owner != venue:
                return f"it belongs to venue {owner!r}"
            (result,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            return "" if result == "ok" else f"it is damaged: {result}"
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            raise
        return f"it is damaged: {error}"
