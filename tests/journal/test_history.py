"""The history: complete, exactly once, and consistent with the exchange."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import Counter
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from msgspec import structs

from carbonex.engine import (
    BUY,
    SELL,
    Applied,
    Batch,
    DayBegun,
    Exchange,
    PlaceOrder,
    Trade,
)
from carbonex.journal import HistoryReader, HistoryStore
from carbonex.journal.history import (
    AccountEntry,
    AlertEntry,
    AuctionEntry,
    BalanceEntry,
    BidEntry,
    BlockEntry,
    DayEntry,
    ExecutionEntry,
    MovementEntry,
    TradeEntry,
    store as history_module,
)
from carbonex.wire.money import format_fen
from journal.histories import DONE, contents, put
from journal.samples import CHAIN, VENUE
from journal.trading import ACCOUNTS, INSTRUMENTS, trading


if TYPE_CHECKING:
    from pathlib import Path

    from carbonex.journal.history import Watermark
    from carbonex.wire.channels import Execution
    from journal.histories import Contents


FIXED = (
    *("account", "order_id", "client_order_id", "instrument", "side"),
    *("order_type", "time_in_force", "stop_price", "display_quantity", "expires"),
)  # what no change may make of an order


def test_every_execution_of_every_account_is_there_without_a_gap(
    store: HistoryStore, history: HistoryReader
) -> None:
    put(store)
    assert store.position == 60
    exchange = Exchange.restore(DONE.states[-1].data)
    for name, account in exchange.accounts.items():
        executions = [entry.execution for entry in history.executions(name)]
        numbers = [execution.exec_seq for execution in executions]
        assert numbers == list(range(1, account.exec_seq + 1))
        newest = {int(execution.order_id): execution for execution in executions}
        for order_id, order in account.orders.items():
            last = newest.pop(order_id)
            assert last.price == format_fen(order.price)
            assert last.quantity == order.quantity
            assert (last.filled, last.remaining) == (order.filled, order.remaining)
            assert last.status == "open"
        assert {e.status for e in newest.values()} == {"filled", "cancelled"}
        assert all(execution.remaining == 0 for execution in newest.values())


@pytest.mark.parametrize("seed", range(4))
def test_each_execution_follows_from_the_one_before(
    store: HistoryStore, history: HistoryReader, seed: int
) -> None:
    done = trading(150, seed)
    for position, applied in enumerate(done.applied, 1):
        store.put(position, applied, CHAIN)
    store.flush()
    seen = Counter[str]()
    for account in ACCOUNTS:
        orders: dict[str, Execution] = {}
        for entry in history.executions(account):
            now = entry.execution
            follows(orders.get(now.order_id), now)
            seen[now.event] += 1
            orders[now.order_id] = now
    assert set(seen) == {"new", "trade", "reduced", "amended", "cancelled"}


def follows(before: Execution | None, now: Execution) -> None:
    """Assert what one change may have made of an order."""
    if before is None:
        assert (now.event, now.filled, now.status) == ("new", 0, "open")
        assert now.remaining == now.quantity
        return
    assert before.status == "open"
    if now.event != "cancelled":
        assert now.status == ("open" if now.remaining else "filled")
    for name in FIXED:
        assert getattr(now, name) == getattr(before, name)
    cancelled, traded = now.cancelled, now.last_quantity
    assert now.filled == before.filled + traded
    if now.event == "amended":
        assert now.remaining == now.quantity - now.filled
        return
    assert now.price == before.price
    assert now.remaining == before.remaining - traded - cancelled
    if now.event == "reduced":
        assert now.quantity == before.quantity - cancelled
    else:
        assert now.quantity == before.quantity
    assert (now.status == "cancelled") == (now.event == "cancelled")


def test_movements_and_trades_add_up_to_the_balances(
    store: HistoryStore, history: HistoryReader
) -> None:
    put(store)
    exchange = Exchange.restore(DONE.states[-1].data)
    held: Counter[tuple[str, str]] = Counter()
    for account in ACCOUNTS:
        for m in history.movements(account):
            held[account, m.instrument] += m.amount
    for instrument in INSTRUMENTS:
        trades = history.trades(instrument)
        assert trades
        assert [t.trade_id for t in trades] == list(range(1, len(trades) + 1))
        for t in trades:
            held[t.buyer, ""] -= t.price * t.quantity
            held[t.seller, ""] += t.price * t.quantity
            held[t.buyer, instrument] += t.quantity
            held[t.seller, instrument] -= t.quantity
    for name, owner in exchange.accounts.items():
        assert held[name, ""] == owner.cash
        for instrument, holding in owner.holdings.items():
            assert held[name, instrument] == holding.quantity
    assert history.held() == held


class Asked(sqlite3.Connection):
    """A connection that notes which statements have rows to write."""

    inserts: ClassVar[Counter[str]] = Counter()

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        self._note(sql)
        return super().execute(sql, *values)

    def executemany(self, sql: str, rows: Any) -> sqlite3.Cursor:
        self._note(sql)
        return super().executemany(sql, rows)

    def _note(self, sql: str) -> None:
        if sql.startswith("INSERT"):
            self.inserts[sql] += 1


def test_a_table_has_one_statement_however_many_rows_come(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite keeps what it prepares: one for each number of rows is a lot."""
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Asked))
    monkeypatch.setattr(Asked, "inserts", Counter())
    with closing(HistoryStore(path, VENUE)) as store:
        for last in (1, 2, 4, 8, 15, 30, 60):
            put(store, last=last)
    tables = [sql.split()[2] for sql in Asked.inserts]
    assert {"executions", "trades", "movements", "holdings"} <= set(tables)
    assert len(tables) == len(set(tables))
    assert max(Asked.inserts.values()) > 5  # the transactions were of several sizes


def test_a_trade_is_told_to_both_sides(
    store: HistoryStore, history: HistoryReader
) -> None:
    sell = PlaceOrder("k", "s", "CEA25", SELL, 7000, 10, client_order_id="s-1")
    buy = PlaceOrder("k", "b", "CEA25", BUY, 7100, 4)
    trade = Trade(3, 7000, 4, 11, 5, 10, 6, sell, 12, 9, 7100, 4, 0, buy, 17, 25)
    begun = DayBegun(20250106, 99)
    store.put(1, Applied(True, 1234, 50, [], [[begun], [trade]]), CHAIN)
    store.flush()
    assert history.trades("CEA25") == [
        TradeEntry(
            *("CEA25", 3, 51, 1234, 20250106, "listed", False, 7000, 4, "buy"),
            *("b", 12, 25, "s", 11, 17, 0, 0),
        )
    ]
    (sold,), (bought,) = history.executions("s"), history.executions("b")
    listed = (51, 1234, "CEA25", "listed")
    assert sold == ExecutionEntry(
        *("s", 5, 20250106, sold.encoded, None, None, None, None, 3, False),
        *(*listed, "sell", 7000, 4, 17),
    )
    assert bought == ExecutionEntry(
        *("b", 9, 20250106, bought.encoded, 12, None, None, None, 3, False),
        *(*listed, "buy", 7000, 4, 25),
    )
    assert structs.astuple(sold.execution)[:20] == (
        *("s", 5, "trade", "11", "CEA25", "sell", "limit", "day", "70.00"),
        *(10, 4, 6, "open", 51, 1, "s-1", "3", "70.00", 4, "maker"),
    )
    assert structs.astuple(bought.execution)[:20] == (
        *("b", 9, "trade", "12", "CEA25", "buy", "limit", "day", "71.00"),
        *(4, 4, 0, "filled", 51, 1, "", "3", "70.00", 4, "taker"),
    )
    assert (sold.execution.fee, bought.execution.fee) == ("0.17", "0.25")
    assert history.held() == {
        ("b", ""): -28_025,
        ("b", "CEA25"): 4,
        ("s", ""): 27_983,
        ("s", "CEA25"): -4,
        ("", ""): 42,
    }


def test_all_kinds_of_events_occur(complete: Contents) -> None:
    """Or the tests above would show little."""
    executions = [e for name in ACCOUNTS for e in complete[f"executions {name}"]]
    kinds = {e.execution.event for e in executions if isinstance(e, ExecutionEntry)}
    assert kinds == {"new", "trade", "reduced", "amended", "cancelled"}
    movements = [m for name in ACCOUNTS for m in complete[f"movements {name}"]]
    assert {m.kind for m in movements if isinstance(m, MovementEntry)} == {
        "deposit",
        "withdraw",
        "issue",
        "transfer",
    }


def test_queries_page_from_any_number(
    store: HistoryStore, history: HistoryReader
) -> None:
    put(store)
    executions = history.executions("a-1")
    assert history.executions("a-1", 5, 3) == executions[4:7]
    assert history.executions("a-1", len(executions) + 1) == []
    trades = history.trades("CEA24")
    assert history.trades("CEA24", 2, 2) == trades[1:3]
    movements = history.movements("a-1")
    assert history.movements("a-1", movements[1].seq, 2) == movements[1:3]
    assert history.executions("nobody") == []
    own = [e for e in executions if e.trade_id]
    assert history.account_trades("a-1") == own
    assert history.account_trades("a-1", own[1].exec_seq, 2) == own[1:3]
    for instrument in INSTRUMENTS:
        some = [e for e in own if (e.instrument, e.date) == (instrument, 20250107)]
        found = history.account_trades("a-1", instrument=instrument, date=20250107)
        assert found == some != []


def test_positions_cannot_be_left_out(store: HistoryStore) -> None:
    put(store, last=3)
    with pytest.raises(ValueError, match="needs position 4, not 5"):
        store.put(5, DONE.applied[4], CHAIN)


def test_a_full_queue_blocks_until_the_writer_has_made_room(
    path: Path, monkeypatch: pytest.MonkeyPatch, complete: Contents
) -> None:
    monkeypatch.setattr(history_module, "MAX_WAITING", 20)
    gate = threading.Event()
    with closing(HistoryStore(path, VENUE)) as store:
        original = store._store

        def slow(batches: list[tuple[Watermark, Applied]]) -> None:
            gate.wait()
            original(batches)

        monkeypatch.setattr(store, "_store", slow)
        feeder = threading.Thread(target=put, args=(store,))
        feeder.start()
        while store._given - store._taken <= 20:
            time.sleep(0.001)
        feeder.join(0.05)
        assert feeder.is_alive()
        assert store._given - store._taken <= 20 + 50
        gate.set()
        feeder.join()
        assert contents(path) == complete


def test_nobody_else_can_read_the_file(path: Path, store: HistoryStore) -> None:
    put(store, last=10)
    files = list(path.parent.iterdir())
    assert len(files) == 3
    for file in files:
        assert file.stat().st_mode & 0o777 == 0o600, file


@pytest.mark.parametrize(
    ("table", "entry"),
    [
        ("accounts", AccountEntry),
        ("days", DayEntry),
        ("trades", TradeEntry),
        ("executions", ExecutionEntry),
        ("movements", MovementEntry),
        ("balances", BalanceEntry),
        ("alerts", AlertEntry),
        ("blocks", BlockEntry),
        ("auctions", AuctionEntry),
        ("bids", BidEntry),
    ],
)
def test_the_columns_are_the_fields_of_the_entries(
    history: HistoryReader, table: str, entry: type[TradeEntry]
) -> None:
    columns = history.select(f"PRAGMA table_info({table})")
    assert tuple(column[1] for column in columns) == entry._fields


def test_a_batch_that_was_not_accepted_only_moves_the_watermark(
    store: HistoryStore,
) -> None:
    exchange = Exchange()
    store.put(1, exchange.apply(DONE.batches[0]), CHAIN)
    again = exchange.apply(Batch(0, 1, 1, 0, DONE.batches[0].commands))
    assert not again.accepted
    store.put(2, again, CHAIN)
    store.flush()
    assert store.position == 2
