"""A trading day that is taken back leaves no trace in the history but what happened on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from carbonex.engine import (
    BUY,
    GTC,
    AdvanceTime,
    BeginDay,
    CancelDay,
    Deposit,
    EndDay,
    ListInstrument,
    PlaceOrder,
    Withdraw,
)
from driver import Driver, admitted


if TYPE_CHECKING:
    from carbonex.engine import Command
    from carbonex.journal import HistoryReader, HistoryStore


def test_what_happened_on_it_belongs_to_the_next_day(
    store: HistoryStore, history: HistoryReader
) -> None:
    driver, rows = Driver(), 0

    def do(*commands: Command) -> None:
        nonlocal rows
        rows += 1
        store.put(rows, driver.apply(*commands), rows.to_bytes(32))

    do(ListInstrument("", "CEA"), *admitted("a", 1000, 0))
    do(BeginDay("", 20250107, 1_000))
    order = PlaceOrder("", "a", "CEA", BUY, 7, 10, time_in_force=GTC)
    do(order, Deposit("", "a", 5, "more"))
    do(CancelDay(""))
    store.flush()
    assert (history.day(20250107), history.newest_day()) == (None, 0)
    assert {entry.date for entry in history.executions("a")} == {0}
    do(BeginDay("", 20250106, 2_000))
    driver.time_ns = 2_000
    do(AdvanceTime(""))
    store.flush()
    day = history.day(20250106)
    assert day is not None
    assert day.end_ns == 2_000
    assert {entry.date for entry in history.executions("a")} == {20250106}
    assert history.held()["a", ""] == 1005


@pytest.mark.parametrize("together", [True, False])
def test_what_changed_and_came_back_is_a_balance_of_the_day(
    store: HistoryStore, history: HistoryReader, together: bool
) -> None:
    """However the commands are gathered into rows, and these into transactions."""
    driver, rows = Driver(), 0

    def do(*commands: Command) -> None:
        nonlocal rows
        rows += 1
        driver.time_ns += 1
        store.put(rows, driver.apply(*commands), rows.to_bytes(32))
        store.flush()

    do(ListInstrument("", "CEA"), *admitted("a", 1000, 0))
    do(BeginDay("", 20250106, 1_000))
    do(EndDay(""))
    do(AdvanceTime(""), BeginDay("", 20250107, 1_000))
    there, back = Deposit("", "a", 5, "in"), Withdraw("", "a", 5, "out")
    if together:
        do(there, back)
    else:
        do(there)
        do(back)
    do(EndDay(""))
    do(AdvanceTime(""))
    select = "SELECT date, quantity FROM balances WHERE account = 'a'"
    found = [tuple(row) for row in history.select(select)]
    assert found == [(20250106, 1000), (20250107, 1000)]
