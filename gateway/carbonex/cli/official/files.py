"""The record's files: every trading day of the two markets, as their venues published it.

``cea_daily_by_vintage.csv`` has a row per trading day and allowance vintage,
``cea_daily_official.csv`` one per day for all of them and their composite
price, ``ccer_daily_official.csv`` one per day for all certified reductions.
Amounts are CNY in the files and fen here; blank means not published.
"""

from __future__ import annotations

import csv
import datetime as dt
from typing import TYPE_CHECKING, Final, NamedTuple

from carbonex.wire.dates import date_text
from carbonex.wire.money import parse_fen


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


VINTAGES_FILE: Final = "cea_daily_by_vintage.csv"
COMPOSITE_FILE: Final = "cea_daily_official.csv"
CCER_FILE: Final = "ccer_daily_official.csv"

TONNES: Final = 8_000_000_000  # a year's allowances: no figure is beyond


class Sums(NamedTuple):
    """Tonnes, and what was paid for them in fen."""

    quantity: int
    turnover: int


class CeaDay(NamedTuple):
    """A trading day of one allowance vintage, or of all: then prices are composite.

    ``line`` is the row's place in its file. Prices are in fen, 0 where none was
    published: an instrument's first day has no ``previous_close``.
    """

    line: int
    date: int  # YYYYMMDD
    instrument: str  # empty: all of them
    previous_close: int
    open: int
    high: int
    low: int
    close: int
    listed: Sums
    block: Sums
    auction: Sums
    total: Sums  # of the three
    year: Sums
    since_start: Sums


class CcerDay(NamedTuple):
    """A trading day of all certified reductions together.

    ``average`` is in fen per tonne, 0 where none was published.
    """

    line: int
    date: int  # YYYYMMDD
    average: int
    day: Sums
    since_start: Sums


class Record(NamedTuple):
    """What was published, in calendar order."""

    vintages: dict[int, list[CeaDay]]  # by date, those listed on it
    composite: list[CeaDay]
    ccer: list[CcerDay]


class FormatError(Exception):
    """The files are not what they should be; the message says where and why."""


def load(folder: Path) -> Record:
    """Return the record in ``folder``.

    Raises:
        FormatError: If a file or a column is missing, a value cannot be read, a
            date comes too early or twice, or a file lacks days of another.

    """
    vintages: dict[int, list[CeaDay]] = {}
    for row in read_vintages(_lines(folder / VINTAGES_FILE), VINTAGES_FILE):
        vintages.setdefault(row.date, []).append(row)
    composite = read_composite(_lines(folder / COMPOSITE_FILE), COMPOSITE_FILE)
    ccer = read_ccer(_lines(folder / CCER_FILE), CCER_FILE)
    days = [row.date for row in composite]
    _check_days(vintages, VINTAGES_FILE, days, COMPOSITE_FILE)
    _check_days(days, COMPOSITE_FILE, vintages, VINTAGES_FILE)
    _check_days([row.date for row in ccer], CCER_FILE, days, COMPOSITE_FILE)
    if not days:
        raise FormatError(f"{folder / COMPOSITE_FILE}: there are no rows")
    _check_vintages(vintages)
    return Record(vintages, composite, ccer)


def read_vintages(lines: Iterable[str], file: str) -> list[CeaDay]:
    """Return the rows of CSV ``lines``, header first; ``file`` is for errors.

    Raises:
        FormatError: As ``load``.

    """
    rows = _rows(lines, file, "instrument")
    return [_cea(row, row.text("instrument")) for row in rows]


def read_composite(lines: Iterable[str], file: str) -> list[CeaDay]:
    """Return the rows of CSV ``lines``, header first; ``file`` is for errors.

    Raises:
        FormatError: As ``load``.

    """
    return [_cea(row, "") for row in _rows(lines, file)]


def read_ccer(lines: Iterable[str], file: str) -> list[CcerDay]:
    """Return the rows of CSV ``lines``, header first; ``file`` is for errors.

    Raises:
        FormatError: As ``load``.

    """
    return [
        CcerDay(
            row.line,
            row.date(),
            row.fen("avg_price_cny_per_t"),
            row.sums("volume_t", "turnover_cny"),
            row.sums("cum_volume_t", "cum_turnover_cny"),
        )
        for row in _rows(lines, file)
    ]


def _cea(row: _Row, instrument: str) -> CeaDay:
    return CeaDay(
        row.line,
        row.date(),
        instrument,
        row.fen("prev_close"),
        row.fen("open"),
        row.fen("high"),
        row.fen("low"),
        row.fen("close"),
        row.sums("listed_volume_t", "listed_turnover_cny"),
        row.sums("block_volume_t", "block_turnover_cny"),
        row.sums("auction_volume_t", "auction_turnover_cny"),
        row.sums("total_volume_t", "total_turnover_cny"),
        row.sums("ytd_total_volume_t", "ytd_total_turnover_cny"),
        row.sums("cum_total_volume_t", "cum_total_turnover_cny"),
    )


class _Row:
    """One line's values by column; what cannot be read is named with file and line."""

    def __init__(
        self, file: str, line: int, values: dict[str | None, str | None]
    ) -> None:
        self.line = line
        self._file = file
        self._values = values

    def text(self, column: str) -> str:
        if column not in self._values:
            raise FormatError(f"{self._file}: there is no column {column}")
        value = self._values[column]
        if value is None:
            raise self.error(column, "the line ends before it")
        return value

    def date(self) -> int:
        text = self.text("date")
        try:
            date = dt.date.fromisoformat(text)
        except ValueError:
            date = None
        if date is None or date.isoformat() != text:
            reason = f"{text[:40]!r} is not a date (YYYY-MM-DD)"
            raise self.error("date", reason)
        return date.year * 10_000 + date.month * 100 + date.day

    def fen(self, column: str) -> int:
        text = self.text(column)
        try:
            return parse_fen(text) if text else 0
        except ValueError as error:
            raise self.error(column, str(error)) from None

    def sums(self, quantity: str, turnover: str) -> Sums:
        """Return a pair of columns; both are blank where a method was not reported."""
        text = self.text(quantity)
        if text and not (text.isascii() and text.isdigit()):
            raise self.error(quantity, f"{text[:40]!r} is not a number of tonnes")
        if int(text[:20] or 0) > TONNES:
            reason = f"{text[:40]} is above {TONNES}, a year's allowances"
            raise self.error(quantity, reason)
        return Sums(int(text or 0), self.fen(turnover))

    def complete(self) -> None:
        """Check that the line has no more values than there are columns."""
        if None in self._values:
            raise self.error("the end", "there are more values than columns")

    def error(self, column: str, why: str) -> FormatError:
        return FormatError(f"{self._file}:{self.line}: {column}: {why}")


def _rows(lines: Iterable[str], file: str, key: str = "") -> Iterator[_Row]:
    """Yield the rows in calendar order; a date comes once, or once per ``key``."""
    before, found = 0, set[str]()
    for row in _read(lines, file):
        date = row.date()
        if date != before:
            found.clear()
        if date < before:
            raise row.error(
                "date", f"{date_text(date)} comes after {date_text(before)}"
            )
        name = row.text(key) if key else ""
        if name in found:
            raise row.error(
                "date", f"{date_text(date)} {name}".rstrip() + " comes twice"
            )
        found.add(name)
        before = date
        yield row


def _read(lines: Iterable[str], file: str) -> Iterator[_Row]:
    reader = csv.DictReader(lines)
    try:
        if not reader.fieldnames:
            raise FormatError(f"{file}: there is no header")
        for values in reader:
            row = _Row(file, reader.line_num, values)
            row.complete()
            yield row
    except csv.Error as error:
        raise FormatError(f"{file}:{reader.line_num}: {error}") from None


def _check_days(
    dates: Iterable[int], file: str, others: Iterable[int], other: str
) -> None:
    """Check that the ``other`` file has all days of ``file``."""
    missing = sorted(set(dates).difference(others))
    if missing:
        raise FormatError(f"{other}: {date_text(missing[0])} is missing, {file} has it")


def _check_vintages(vintages: dict[int, list[CeaDay]]) -> None:
    """Check that a vintage has a row on every day from its first."""
    listed: dict[str, None] = {}
    for date, rows in vintages.items():
        names = {row.instrument for row in rows}
        for name in listed:
            if name not in names:
                raise FormatError(
                    f"{VINTAGES_FILE}: {date_text(date)} {name} is missing"
                )
        listed.update(dict.fromkeys(row.instrument for row in rows))


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from file
    except FileNotFoundError:
        files = f"{VINTAGES_FILE}, {COMPOSITE_FILE} and {CCER_FILE}"
        raise FormatError(
            f"{path}: there is no such file; the record is {files}"
        ) from None
    except UnicodeDecodeError:
        raise FormatError(f"{path}: this is not UTF-8 text") from None
    except OSError as error:
        raise FormatError(f"{path}: {error.strerror}") from None
