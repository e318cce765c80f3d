"""Read the record's files: every trading day of both markets, as published.

There may be several files of each kind, for example one per year.
``cea_daily_by_vintage.csv`` has a row per trading day and allowance vintage.
``cea_daily_official.csv`` has one per day for all vintages and their composite
price, ``ccer_daily_official.csv`` one per day for all certified reductions.
Amounts are CNY in the files and fen here. A blank field was not published.
"""

from __future__ import annotations

import csv
import datetime as dt
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from carbonex.engine.market.bounds import FIRST_VINTAGE, LAST_VINTAGE
from carbonex.wire.dates import date_text
from carbonex.wire.money import parse_fen


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path


VINTAGES_FILE: Final = "cea_daily_by_vintage.csv"
COMPOSITE_FILE: Final = "cea_daily_official.csv"
CCER_FILE: Final = "ccer_daily_official.csv"

TONNES: Final = 8_000_000_000  # a year's allowances, the upper bound of any quantity


class Sums(NamedTuple):
    """A quantity in tonnes and its turnover in fen."""

    quantity: int
    turnover: int


class CeaDay(NamedTuple):
    """A trading day of one vintage, or of all vintages with composite prices.

    ``line`` is the row's line in its file. Prices are in fen, 0 if unpublished: an
    instrument's first day has no ``previous_close``.
    """

    line: int
    date: int  # YYYYMMDD
    instrument: str  # empty for the composite
    previous_close: int
    open: int
    high: int
    low: int
    close: int
    listed: Sums
    block: Sums
    auction: Sums
    total: Sums  # of the three methods
    year: Sums
    since_start: Sums
    vintage: int = 0  # the year; the last of several; 0 for the composite

    @property
    def name(self) -> str:
        """The instrument."""
        return self.instrument


class CcerDay(NamedTuple):
    """A trading day of all certified reductions together.

    ``average`` is in fen per tonne, 0 if unpublished.
    """

    line: int
    date: int  # YYYYMMDD
    average: int
    day: Sums
    since_start: Sums

    @property
    def name(self) -> str:
        """Empty: the products are published together."""
        return ""


Row = TypeVar("Row", CeaDay, CcerDay)


class Problem(NamedTuple):
    """A part of the record that cannot be traded: its date, name, figure and reason.

    ``date`` is 0 if the file does not tell it. The day then follows ``after``.
    """

    date: int
    name: str
    figure: str
    why: str
    file: str = ""  # the kind of file
    after: int = 0


class Record(NamedTuple):
    """The published rows in calendar order, and the problems with the rest."""

    vintages: dict[int, list[CeaDay]]  # by date, the listed vintages
    composite: list[CeaDay]
    ccer: list[CcerDay]
    problems: tuple[Problem, ...] = ()


class FormatError(Exception):
    """A file or a row is malformed; the message says where and why."""

    def __init__(self, message: str, figure: str = "file") -> None:
        super().__init__(message)
        self.figure = figure


def read_all(
    folder: Path, name: str, make: Callable[[_Row], Row], problems: list[Problem]
) -> list[Row]:
    """Return the rows of all files of a kind by date, each day's row once."""
    stem = name.removesuffix(".csv")
    paths = sorted(folder.glob(f"{stem}*.csv"))
    if not paths:
        files = f"{VINTAGES_FILE}, {COMPOSITE_FILE} and {CCER_FILE}"
        why = f"{folder / name}: there is no such file; the record is {files}"
        problems.append(Problem(0, name, "file", why, name))
    rows: dict[tuple[int, str], Row] = {}
    for path in paths:
        last = 0
        for item, source in parsed(_lines(path), path.name, make):
            if isinstance(item, FormatError):
                date, whose = source
                problem = Problem(
                    date, whose or name, item.figure, str(item), name, last
                )
                problems.append(problem)
                last = date or last
                continue
            key = last, whose = item.date, item.name
            if key in rows:
                why = f"{path.name}:{item.line}: date: {date_text(last)} {whose}"
                why = f"{why.rstrip()} comes twice"
                problems.append(Problem(last, whose or name, "date", why, name))
            else:
                rows[key] = item
    return sorted(rows.values(), key=lambda row: row.date)


def vintage(row: _Row) -> CeaDay:
    return _cea(row, row.text("instrument"), row.year("vintage"))


def composite(row: _Row) -> CeaDay:
    return _cea(row, "", 0)


def ccer(row: _Row) -> CcerDay:
    return CcerDay(
        row.line,
        row.date(),
        row.fen("avg_price_cny_per_t"),
        row.sums("volume_t", "turnover_cny"),
        row.sums("cum_volume_t", "cum_turnover_cny"),
    )


def _cea(row: _Row, instrument: str, vintage: int) -> CeaDay:
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
        vintage,
    )


class _NoColumnError(FormatError):
    """A whole file lacks a column."""


class _Row:
    """One line's values by column; errors name the file and line."""

    def __init__(
        self, file: str, line: int, values: dict[str | None, str | None]
    ) -> None:
        self.line = line
        self._file = file
        self._values = values

    def text(self, column: str) -> str:
        if column not in self._values:
            raise _NoColumnError(f"{self._file}: there is no column {column}")
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
        if not FIRST_VINTAGE <= date.year < LAST_VINTAGE:
            reason = f"{text} is not from {FIRST_VINTAGE} to {LAST_VINTAGE - 1}"
            raise self.error("date", reason)
        return date.year * 10_000 + date.month * 100 + date.day

    def year(self, column: str) -> int:
        """Return the last year in a column: "2019-2020" is 2020."""
        text = self.text(column)
        last = text.rpartition("-")[2]
        if len(last) == 4 and last.isascii() and last.isdigit():
            year = int(last)
            if FIRST_VINTAGE <= year <= LAST_VINTAGE:
                return year
        raise self.error(column, f"{text[:40]!r} is not a year")

    def fen(self, column: str) -> int:
        text = self.text(column)
        try:
            return parse_fen(text) if text else 0
        except ValueError as error:
            raise self.error(column, str(error)) from None

    def sums(self, quantity: str, turnover: str) -> Sums:
        """Return a pair of columns; both are blank if the method was not reported."""
        text = self.text(quantity)
        if text and not (text.isascii() and text.isdigit()):
            raise self.error(quantity, f"{text[:40]!r} is not a number of tonnes")
        if int(text[:20] or 0) > TONNES:
            reason = f"{text[:40]} is above {TONNES}, a year's allowances"
            raise self.error(quantity, reason)
        return Sums(int(text or 0), self.fen(turnover))

    def complete(self) -> None:
        """Check that the line has no more values than columns."""
        if None in self._values:
            raise self.error("the end", "there are more values than columns")

    def error(self, column: str, why: str) -> FormatError:
        return FormatError(f"{self._file}:{self.line}: {column}: {why}", column)

    def source(self) -> tuple[int, str]:
        """Return date and instrument as far as they are readable."""
        try:
            date = self.date()
        except FormatError:
            date = 0
        return date, self._values.get("instrument") or ""


def parsed(
    lines: Iterable[str], file: str, make: Callable[[_Row], Row]
) -> Iterator[tuple[Row | FormatError, tuple[int, str]]]:
    """Yield each row or its error, with its date and instrument.

    If the whole file is unusable, the error is the last item.
    """
    reader = csv.DictReader(lines)
    try:
        if not reader.fieldnames:
            yield FormatError(f"{file}: there is no header"), (0, "")
        for values in reader:
            row = _Row(file, reader.line_num, values)
            item: Row | FormatError
            try:
                row.complete()
                item = make(row)
            except _NoColumnError:
                raise
            except FormatError as error:
                item = error
            yield item, row.source()
    except csv.Error as error:
        yield FormatError(f"{file}:{reader.line_num}: {error}"), (0, "")
    except FormatError as error:
        yield error, (0, "")


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from file
    except FileNotFoundError:
        raise FormatError(f"{path}: there is no such file") from None
    except UnicodeDecodeError:
        raise FormatError(f"{path}: this is not UTF-8 text") from None
    except OSError as error:
        raise FormatError(f"{path}: {error.strerror}") from None
