"""End-of-day statements: they add up, and come to what the exchange holds."""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from carbonex.engine import AdvanceTime, Batch, Exchange
from carbonex.journal import HistoryError, HistoryReader, HistoryStore
from carbonex.journal.history import (
    CASH,
    VENUE_FEES,
    Statement,
    statement_of,
    statement_pages,
)
from carbonex.journal.history.balances import held_by
from everything import FIRST, SECOND, venue
from journal.histories import stored
from journal.samples import CHAIN, VENUE
from streams import Stream, streams


Held = dict[tuple[str, str], int]


def closings(batches: list[Batch]) -> dict[int, Held]:
    """Return what everybody had when each day ended, by the engine's own books."""
    exchange, found = Exchange(), {}
    for batch in batches:
        if 0 < exchange.day_ends_ns <= batch.time_ns:
            at_the_end = Exchange.restore(exchange.snapshot())
            time_passes = [AdvanceTime("")] if batch.n else batch.commands
            at_the_end.apply(msgspec.structs.replace(batch, commands=[*time_passes]))
            found[exchange.day] = held_by(at_the_end)
        exchange.apply(batch)
    return found


def statements(history: HistoryReader, date: int) -> list[Statement]:
    """Return the statements of all accounts, the venue's own included."""
    names = [entry.account for entry in history.accounts()]
    return [statement_of(history, name, date) for name in (*names, VENUE_FEES)]


def check_day(history: HistoryReader, date: int, held: Held) -> None:
    """Assert that a day's statements come to ``held``, and to nothing in sum."""
    traded: Counter[str] = Counter()
    fees = 0
    closing_balances: Held = {}
    for statement in statements(history, date):
        moved: Counter[str] = Counter()
        for line in statement.lines:
            moved[CASH] += line.cash + line.fee
            moved[line.instrument] += line.tonnes
            if line.kind in {"trade", "annulment"}:
                traded[CASH] += line.cash
                traded[line.instrument] += line.tonnes
            fees += line.fee
        for balance in statement.balances:
            whose = statement.account, balance.instrument
            assert balance.closing == balance.opening + moved.pop(balance.instrument, 0)
            if balance.closing:
                closing_balances[whose] = balance.closing
        assert not any(moved.values())
    assert not any(traded.values())
    assert fees == 0
    assert closing_balances == held


def check_log(batches: list[Batch]) -> None:
    """Assert it of every day, and that each begins where the one before ended."""
    ends = closings(batches)
    with stored(batches) as history:
        days = [day.date for day in history.days() if day.end_ns is not None]
        assert days == list(ends)
        before: Held = {}
        for date in days:
            for statement in statements(history, date):
                for balance in statement.balances:
                    whose = statement.account, balance.instrument
                    assert balance.opening == before.get(whose, 0)
            check_day(history, date, ends[date])
            before = ends[date]


@given(stream=streams())
def test_every_day_of_any_log_adds_up(stream: Stream) -> None:
    check_log(stream.driver.batches)


@given(stream=streams(), seen=st.integers(0, 100), lost=st.integers(1, 100))
@settings(max_examples=settings().max_examples // 4)
def test_days_add_up_although_rows_are_missing(
    stream: Stream, seen: int, lost: int
) -> None:
    batches = stream.driver.batches
    first = len(batches) * seen // 100
    last = first + (len(batches) - first) * lost // 100
    ends = closings(batches)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.sqlite"
        exchange = Exchange()
        with closing(HistoryStore(path, VENUE)) as store:
            for position, batch in enumerate(batches[:first], 1):
                store.put(position, exchange.apply(batch), CHAIN)
        for batch in batches[first:last]:
            exchange.apply(batch)
        with closing(HistoryStore(path, VENUE)) as store:
            if last > first:
                store.start_at(last, exchange, CHAIN)
            for position, batch in enumerate(batches[last:], last + 1):
                store.put(position, exchange.apply(batch), CHAIN)
        assert store.failed is None
        with HistoryReader(path) as history:
            assert history.held() == held_by(exchange)
            for day in history.days():
                if day.end_ns is not None:
                    check_day(history, day.date, ends[day.date])


def test_a_day_with_everything_in_it_adds_up() -> None:
    """Fees, blocks, an auction, a surrender and a retirement are in it."""
    driver = venue()
    driver.time_ns = driver.exchange.day_ends_ns
    driver.apply(AdvanceTime(""))
    check_log(driver.batches)
    with stored(driver.batches) as history:
        for date in (FIRST, SECOND):
            fees = statement_of(history, VENUE_FEES, date)
            assert fees.lines
            assert {line.kind for line in fees.lines} == {"fee"}
            assert fees.balances[0].fees > 0
        methods = {
            line.method
            for statement in statements(history, SECOND)
            for line in statement.lines
        }
        assert methods == {"", "listed", "block", "auction"}
        kinds = {
            line.kind
            for statement in statements(history, FIRST)
            for line in statement.lines
        }
        assert kinds == {
            *("trade", "fee", "deposit", "withdraw", "issue"),
            *("surrender", "retire"),
        }


def test_the_pages_of_a_statement_are_all_of_it() -> None:
    with stored(venue().batches) as history:
        whole = statement_of(history, "huaneng", FIRST)
        assert (whole.page, whole.pages) == (1, 1)
        pages = [
            statement_of(history, "huaneng", FIRST, page, page_lines=5)
            for page in (1, 2, 3, 4)
        ]
        assert {page.pages for page in pages} == {3}
        assert [len(page.lines) for page in pages] == [5, 5, 5, 0]
        assert [line for page in pages for line in page.lines] == whole.lines
        assert {tuple(page.balances) for page in pages} == {tuple(whole.balances)}
        assert list(statement_pages(history, "huaneng", FIRST)) == [whole]


def test_an_account_with_nothing_has_an_empty_statement() -> None:
    with stored(venue().batches) as history:
        statement = statement_of(history, "huaneng-2", FIRST)
        assert statement.lines == []
        assert statement.balances == [(CASH, 0, 0, 0, 0, 0)]


def test_what_does_not_add_up_is_not_told() -> None:
    batches = venue().batches
    exchange = Exchange()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.sqlite"
        store = HistoryStore(path, VENUE)
        for position, batch in enumerate(batches, 1):
            store.put(position, exchange.apply(batch), CHAIN)
        store.flush()
        sql = "UPDATE executions SET fee = fee + 1 WHERE account = 'datang' AND fee"
        store._writer.execute(sql)
        store.close()
        with (
            HistoryReader(path) as history,
            pytest.raises(HistoryError, match=r"datang of 20250102 does not add up"),
        ):
            statement_of(history, "datang", FIRST)
