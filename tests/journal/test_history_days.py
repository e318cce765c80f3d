"""A trading day that is taken back leaves no trace in the history but what happened on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    BUY,
    GTC,
    AdvanceTime,
    BeginDay,
    CancelDay,
    Deposit,
    ListInstrument,
    PlaceOrder,
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
