"""``carbonex statement``: write the accounts' statements of a trading day as CSV."""

from __future__ import annotations

import datetime as dt
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import quote

import typer

from carbonex.gateway.statements import wire_statement
from carbonex.journal import (
    HISTORY_NAME,
    HistoryError,
    HistoryReader,
    HistoryStore,
    LogReader,
    SnapshotStore,
    recover,
)
from carbonex.journal.disk import DIRECTORY_MODE, FILE_MODE
from carbonex.journal.history import VENUE_FEES, statement_pages
from carbonex.journal.lineage import foreign
from carbonex.wire.counts import counted
from carbonex.wire.dates import date_number, date_text
from carbonex.wire.statements import VENUE_FEES as VENUE_FEES_NAME, csv_text

from .failures import USAGE, fail
from .logs import Directory, log_errors, open_log, warn


if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO


_BEHIND: Final = "the history does not reach that far"

DateOption = Annotated[
    str,
    typer.Option(
        metavar="YYYY-MM-DD",
        help="The trading day, which must have ended.",
        show_default=False,
    ),
]
AccountOption = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help=f'Only this account; "{VENUE_FEES_NAME}" is the venue\'s own.',
        show_default=False,
    ),
]
AllOption = Annotated[
    bool, typer.Option("--all", help="Every account, and the venue's fees.")
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        file_okay=False,
        help="Write one file per account there, instead of to standard output.",
        show_default=False,
    ),
]


def statement(
    directory: Directory,
    *,
    date: DateOption,
    account: AccountOption = "",
    every: AllOption = False,
    out: OutOption = None,
) -> None:
    """Write the end-of-day statements of a trading day as CSV.

    Each has the opening balances, every trade and movement with the cash, tonnes
    and fee that it moved, and the closing balances. What happened since the
    trading day before belongs to it. Over all accounts, the venue's fees
    included, the columns of trades and fees sum to zero, which is checked. A
    running server is not disturbed.
    """
    if bool(account) == every:
        fail("name an account with --account, or all of them with --all", USAGE)
    if every and out is None:
        fail("all accounts go into files: name a directory for them with --out", USAGE)
    day = _parsed(date)
    with log_errors(), _history_errors(), _history(directory, day) as history:
        names = _names(history, account)
        if out is not None:
            _make(out)
        totals: Counter[str] = Counter()
        for name in names:
            with _output(out, date, name) as file:
                totals.update(_write(history, name, day, file))
        if every:
            _check(totals)
            typer.echo(
                f"{counted(len(names), 'statement')} of {date} in {out}: trades and fees of all"
                " accounts sum to zero"
            )


def _parsed(text: str) -> int:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = None
    # fromisoformat also accepts week dates and dates without hyphens.
    if day is None or day.isoformat() != text:
        fail(f"{text!r} is not a date such as 2026-01-05", USAGE)
    return date_number(text)


@contextmanager
def _history_errors() -> Iterator[None]:
    """End the command with the history's error message if it cannot be read."""
    try:
        yield
    except HistoryError as error:
        fail(str(error))


@contextmanager
def _history(directory: Path, date: int) -> Iterator[HistoryReader]:
    """Yield a history with the day: the server's file, or a temporary rebuild."""
    log = open_log(directory)
    found = _up_to_date(directory, log, date)
    if isinstance(found, HistoryReader):
        with found as reader:
            _require_day(reader, date)
            yield reader
        return
    typer.echo(f"carbonex: {found}: replaying the log instead", err=True)
    with TemporaryDirectory() as folder:
        path = Path(folder) / HISTORY_NAME
        _replay(log, directory, path)
        with HistoryReader(path) as reader:
            _require_day(reader, date)
            yield reader


def _up_to_date(directory: Path, log: LogReader, date: int) -> HistoryReader | str:
    """Return the history beside the log, or the reason why it is not used."""
    try:
        reader = HistoryReader(directory / HISTORY_NAME)
    except HistoryError:
        return _BEHIND
    problem = _problem(reader, log, date)
    if not problem:
        return reader
    reader.close()
    return problem


def _problem(history: HistoryReader, log: LogReader, date: int) -> str:
    """Return why the history lacks both the day's end and the log's last row.

    Return "" if the history can be used.
    """
    watermark = history.watermark
    reason = foreign(log, *watermark)
    if reason:
        return f"the history is not used: {reason}"
    day = history.day(date)
    has_ended = day is not None and day.end_ns is not None
    return "" if has_ended or watermark.position == log.bounds()[1] else _BEHIND


def _replay(log: LogReader, directory: Path, path: Path) -> None:
    """Build a history from the log."""
    store = HistoryStore(path, log.venue)
    try:
        recovered = recover(log, SnapshotStore(directory), history=store)
    finally:
        store.close()
    if store.failed is not None:
        fail(f"the history cannot be made: {store.failed}")
    warn(recovered.warnings)


def _require_day(history: HistoryReader, date: int) -> None:
    day = history.day(date)
    if day is not None and day.end_ns is not None:
        return
    text = date_text(date)
    newest = history.newest_day()
    known = f"the newest is {date_text(newest)}" if newest else "there is none yet"
    if day is not None and date > newest:
        fail(f"the trading day {text} has not ended; {known}")
    fail(f"the log has no trading day {text} from beginning to end; {known}")


def _names(history: HistoryReader, account: str) -> list[str]:
    """Return the wanted accounts; the empty name is the venue's fee account."""
    known = [entry.account for entry in history.accounts()]
    if not account:
        return [*known, VENUE_FEES]
    if account == VENUE_FEES_NAME:
        return [VENUE_FEES]
    if account not in known:
        fail(f"there is no account {account}")
    return [account]


def _make(out: Path) -> None:
    try:
        out.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
    except OSError as error:
        fail(f"{out} cannot be made: {error}")


@contextmanager
def _output(out: Path | None, date: str, name: str) -> Iterator[TextIO]:
    """Yield the output file of a statement; only the owner may read a file."""
    if out is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    # Account names may hold any character but a space. File names may not.
    stem = VENUE_FEES_NAME if name == VENUE_FEES else quote(name, safe="")
    path = out / f"{date}_{stem}.csv"
    path.touch(FILE_MODE)
    path.chmod(FILE_MODE)  # an existing file keeps its mode on touch
    with path.open("w", encoding="utf-8", newline="") as file:
        yield file


def _write(
    history: HistoryReader, account: str, date: int, file: TextIO
) -> Counter[str]:
    """Write a statement; return its traded totals by column, and its fees."""
    traded: Counter[str] = Counter()
    for page in statement_pages(history, account, date):
        file.write(csv_text(wire_statement(page)))
        if page.page == page.pages:
            for balance in page.balances:
                traded[balance.instrument or "fen traded"] += balance.traded
                traded["fen of fees"] += balance.fees
    return traded


def _check(totals: Counter[str]) -> None:
    """Check that trades and fees sum to zero over all accounts."""
    wrong = {column: total for column, total in totals.items() if total}
    if wrong:
        fail(f"trades and fees of all accounts do not sum to zero: {wrong}")
