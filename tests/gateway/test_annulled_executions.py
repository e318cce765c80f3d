"""An annulled trade is told alike by the feed and by the history."""

from __future__ import annotations

import pytest

from carbonex.engine import BUY, SELL, Exchange, Method, Side, TradeAnnulled
from carbonex.journal.history import ExecutionEntry
from carbonex.journal.history.conversions import executed
from carbonex.wire.codec import JSON
from carbonex.wire.executions import execution_of, with_ids
from carbonex.wire.order_ids import OrderIds


@pytest.mark.parametrize("replayed", [False, True])
@pytest.mark.parametrize("fee", [0, 5])
@pytest.mark.parametrize("called", [False, True])
@pytest.mark.parametrize("taker", [BUY, SELL])
@pytest.mark.parametrize("method", Method)
def test_the_feed_and_the_history_tell_the_same(
    method: Method, taker: Side, called: bool, fee: int, replayed: bool
) -> None:
    trade = "CEA25", 7, method, 7463, 500
    buyer, seller = ("a", 9, 3, fee), ("b", 8, 2, 0)
    event = TradeAnnulled(*trade, *buyer, *seller, taker, called, "乌龙指")
    ids = OrderIds(Exchange())
    entries = [
        ExecutionEntry._make(row) for row in executed((12, 34_000, 20260302), event)
    ]
    assert [entry.account for entry in entries] == ["a", "b"]
    for entry in entries:
        told = execution_of(entry.account, 12, 34_000, event, ids, replayed=replayed)
        past = with_ids(entry.execution, ids, replayed=replayed)
        assert JSON.encode(told) == JSON.encode(past)
        takes = (told.side == "buy") is (taker is BUY) and not called
        assert told.liquidity == ("taker" if takes else "maker")
        assert (told.order_id, told.trade_id, told.reason) == ("", "7", "乌龙指")
