"""Executions: every one, once, in order, whatever happens to the connection."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from carbonex.sdk import AccessDenied, HistoryGone, InvalidRequest, SlowConsumer
from carbonex.sdk.executions import ExecutionStream
from carbonex.sdk.models import Execution, OrderResult, OrderState
from sdk.followed import SENT, ask_back, execution, following, seen, snapshot
from sdk.script import only


def test_the_first_subscription_is_for_new_ones_only() -> None:
    script, _, _ = following()
    [subscribe] = only(script.sent, "subscribe")
    assert subscribe["params"] == {"channel": "executions", "account": "acme-1"}


def test_an_interruption_is_resumed_after_the_last_one_seen() -> None:
    script, executions, stream = following(newest=7)
    script.frame("executions", "update", execution(8), execution(9))
    script.client.connection_lost("cable cut")
    [subscribe] = only(script.log_in("acme-1"), "subscribe")
    assert subscribe["params"]["from_seq"] == 10
    script.accept(subscribe)
    script.frame("executions", "snapshot", snapshot(newest=11))
    script.frame("executions", "update", execution(10, replayed=True))
    script.frame("executions", "update", execution(11, replayed=True), execution(12))
    assert seen(stream) == [8, 9, 10, 11, 12]
    assert executions.last_seq == 12


def test_an_interruption_before_the_first_execution_is_resumed_too() -> None:
    script, _, _ = following(newest=7)
    script.client.connection_lost("cable cut")
    [subscribe] = only(script.log_in("acme-1"), "subscribe")
    assert subscribe["params"]["from_seq"] == 8


@pytest.mark.parametrize("wrong", [7, 8, 10])
def test_a_gap_or_a_repetition_is_never_passed_on(wrong: int) -> None:
    script, _, stream = following(newest=7)
    script.frame("executions", "update", execution(8))
    script.frame("executions", "update", execution(wrong))
    again = script.hear()
    assert [request["method"] for request in again] == ["unsubscribe", "subscribe"]
    assert again[1]["params"]["from_seq"] == 9
    for request in again:
        script.accept(request)
    script.frame("executions", "snapshot", snapshot(newest=10))
    script.frame("executions", "update", execution(9), execution(10))
    assert seen(stream) == [8, 9, 10]


def test_a_stream_from_the_past_catches_up_and_leaves_the_others_alone() -> None:
    script, executions, stream = following(newest=7)
    order = executions.expect(SENT)
    script.frame("executions", "update", execution(8))
    past = executions.stream_from(3)
    assert executions.lags(3)
    script.client.subscribe(executions)
    unsubscribe, subscribe = script.hear()
    assert subscribe["params"]["from_seq"] == 3
    script.frame("executions", "update", execution(9))  # of the old subscription
    script.accept(unsubscribe)
    script.accept(subscribe)
    script.frame("executions", "snapshot", snapshot(newest=9))
    for number in range(3, 10):
        script.frame("executions", "update", execution(number, replayed=True))
    script.frame("executions", "update", execution(10))
    assert seen(stream) == [8, 9, 10]
    assert seen(past) == [3, 4, 5, 6, 7, 8, 9, 10]
    assert order.status == "open"


def test_a_catching_up_stream_that_is_cut_off_goes_on_where_it_was() -> None:
    script, executions, stream = following(newest=7)
    past, subscribe = ask_back(script, executions)
    script.accept(subscribe)
    script.frame("executions", "snapshot", snapshot(newest=7))
    script.frame("executions", "update", execution(3), execution(4))
    script.client.connection_lost("cable cut")
    [subscribe] = only(script.log_in("acme-1"), "subscribe")
    assert subscribe["params"]["from_seq"] == 5
    script.accept(subscribe)
    script.frame("executions", "snapshot", snapshot(newest=8))
    script.frame("executions", "update", *[execution(n) for n in (5, 6, 7, 8)])
    assert seen(past) == [3, 4, 5, 6, 7, 8]
    assert seen(stream) == [8]


async def test_history_that_is_gone_fails_only_who_wants_it() -> None:
    script, executions, stream = following(newest=7)
    past, subscribe = ask_back(script, executions)
    script.refuse(subscribe, 4012, "HISTORY_GONE")
    [again] = script.hear()
    assert again["params"]["from_seq"] == 8
    with pytest.raises(HistoryGone):
        await past.next()
    script.accept(again)
    script.frame("executions", "snapshot", snapshot(newest=7))
    script.frame("executions", "update", execution(8))
    assert seen(stream) == [8]


async def test_history_that_an_interruption_missed_fails_everybody_once() -> None:
    script, executions, stream = following(newest=7)
    order = executions.expect(SENT)
    waiting = asyncio.ensure_future(order.done())
    await asyncio.sleep(0)
    script.client.connection_lost("cable cut")
    [subscribe] = only(script.log_in("acme-1"), "subscribe")
    script.refuse(subscribe, 4012, "HISTORY_GONE")
    with pytest.raises(HistoryGone):
        await stream.next()
    with pytest.raises(HistoryGone):
        await waiting
    [again] = script.hear()
    assert "from_seq" not in again["params"]
    script.accept(again)
    script.frame("executions", "snapshot", snapshot(newest=90))
    fresh = executions.stream_from(0)
    script.frame("executions", "update", execution(91))
    assert seen(fresh) == [91]


def test_a_from_seq_that_cannot_be_is_refused_at_once() -> None:
    _, executions, _ = following(newest=7)
    assert executions.stream_from(8).next_seq == 8
    for wrong, message in ((9, "is beyond 8, the next execution"), (-1, "at least 0")):
        with pytest.raises(ValueError, match=message):
            executions.stream_from(wrong)


async def test_a_wrong_from_seq_does_not_end_the_others() -> None:
    script, executions, stream = following(accept=False)
    # Nobody knows yet that this is wrong.
    wrong, subscribe = ask_back(script, executions, 99)
    script.refuse(subscribe, 1004, "BAD_TYPE")
    with pytest.raises(InvalidRequest):
        await wrong.next()
    assert stream.is_open
    [again] = script.hear()
    assert "from_seq" not in again["params"]


async def test_a_key_that_may_not_read_is_told_when_it_waits() -> None:
    script, executions, stream = following(accept=False)
    [subscribe] = only(script.sent, "subscribe")
    script.refuse(subscribe, 2003, "PERMISSION_DENIED")
    order = executions.placed(executions.expect(SENT), result(filled=0))
    with pytest.raises(AccessDenied):
        await stream.next()
    with pytest.raises(AccessDenied):
        await order.done()
    filled = executions.placed(
        executions.expect(SENT), result(filled=500, status="filled")
    )
    assert await filled.done() is filled


def test_executions_that_come_before_the_answer_move_the_order() -> None:
    script, executions, _ = following()
    order = executions.expect(SENT)
    script.frame(
        "executions",
        "update",
        execution(1),
        execution(
            2,
            event="trade",
            filled=500,
            remaining=0,
            status="filled",
            last_price="74.61",
            last_quantity=500,
            trade_id="9",
            liquidity="taker",
        ),
    )
    placed = executions.placed(order, result(filled=500, status="filled"))
    assert placed is order
    assert order.order_id == "1042"
    assert order.average_price == Decimal("74.61")


def test_an_answer_does_not_take_back_what_executions_told_since() -> None:
    """That of a batch tells how an order was left by its own turn."""
    script, executions, _ = following()
    order = executions.expect(SENT)
    gone = execution(2, event="cancelled", status="cancelled", reason="SELF_TRADE")
    script.frame("executions", "update", execution(1), gone)
    executions.placed(order, result(filled=0))
    assert (order.status, order.reason) == ("cancelled", "SELF_TRADE")
    assert not order.duplicate


def test_the_same_client_order_id_is_the_same_order() -> None:
    _, executions, _ = following()
    order = executions.placed(executions.expect(SENT), result(filled=0))
    assert executions.expect(SENT) is order
    assert executions.known(state(filled=10)) is order
    assert order.filled == 10


def test_an_order_of_yesterday_with_the_same_client_order_id_is_another() -> None:
    script, executions, _ = following()
    old = executions.placed(executions.expect(SENT), result(filled=0))
    script.frame("executions", "update", execution(1, status="cancelled"))
    assert not old.is_open
    fresh = executions.expect(SENT)
    assert fresh is not old
    script.frame("executions", "update", execution(2, order_id="2000"))
    placed = executions.placed(fresh, result(order_id="2000", filled=0))
    assert placed is fresh
    assert (fresh.order_id, old.order_id, old.status) == ("2000", "1042", "cancelled")


def test_a_repeated_order_that_is_finished_is_the_one_that_is_held() -> None:
    script, executions, _ = following()
    old = executions.placed(executions.expect(SENT), result(filled=0))
    script.frame("executions", "update", execution(1, status="filled", filled=500))
    again = executions.placed(
        executions.expect(SENT), result(filled=500, status="filled", duplicate=True)
    )
    assert again is old
    assert again.duplicate


def test_orders_that_nobody_holds_are_forgotten() -> None:
    script, executions, _ = following()
    order_id = executions.placed(executions.expect(SENT), result(filled=0)).order_id
    assert executions.known(state(filled=0)).quantity == 500  # made anew
    script.frame("executions", "update", execution(1, order_id=order_id))
    assert executions.last_seq == 1


async def test_a_slow_reader_gets_what_is_held_and_where_to_go_on() -> None:
    script, executions, fast = following()
    slow = ExecutionStream(executions, "slow", 1)
    slow._limit = 3
    executions.attach(slow)
    for number in range(1, 6):
        script.frame("executions", "update", execution(number))
        assert seen(fast) == [number]
    assert [(await slow.next()).exec_seq for _ in range(3)] == [1, 2, 3]
    with pytest.raises(SlowConsumer) as caught:
        await slow.next()
    assert caught.value.next_seq == 4


def result(**changes: Any) -> OrderResult:
    values = {
        "order_id": "1042",
        "status": "open",
        "price": Decimal("74.63"),
        "quantity": 500,
        **changes,
    }
    return OrderResult(**values)


def state(**changes: Any) -> OrderState:
    values = {
        "order_id": "1042",
        "account": "acme-1",
        "instrument": "CEA25",
        "side": "buy",
        "order_type": "limit",
        "time_in_force": "day",
        "price": Decimal("74.63"),
        "quantity": 500,
        "remaining": 500,
        "status": "open",
        "client_order_id": "a-1",
        **changes,
    }
    return OrderState(**values)


def test_the_helpers_are_what_the_venue_sends() -> None:
    assert set(execution(1)) <= set(Execution.__struct_fields__)
