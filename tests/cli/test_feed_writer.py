"""Desks never meet themselves, and the book kept from events is the engine's."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from carbonex.cli.flows.depth import Depth
from carbonex.cli.flows.flow import account_of, desk_of, opening
from carbonex.cli.flows.outgoing import request_of
from carbonex.cli.flows.writer import Desks, FlowWriter
from carbonex.engine import (
    BUY,
    MAX_PRICE,
    SELL,
    CancelAll,
    PlaceOrder,
    Rejected,
    SelfTrade,
    Side,
)
from carbonex.wire import requests
from driver import Driver


sides = st.sampled_from([BUY, SELL])
prices = st.integers(95, 105)
ORDERS = st.lists(
    st.tuples(sides, prices, st.booleans(), st.integers(0, 30)), max_size=60
)


@given(ORDERS)
def test_an_order_sits_at_the_first_desk_that_it_cannot_meet(
    orders: list[tuple[Side, int, bool, int]],
) -> None:
    desks = Desks()
    resting: dict[str, tuple[int, Side, int]] = {}
    for number, (side, price, rests, leaving) in enumerate(orders):
        sign = 1 if side is BUY else -1
        met = {
            desk
            for desk, other, limit in resting.values()
            if other is not side and sign * (price - limit) >= 0
        }
        desk = desks.seat(side, price)
        assert desk == min(set(range(len(met) + 1)) - met)
        assert desk < len(desks)
        if rests:
            resting[str(number)] = (desk, side, price)
            desks.rest(str(number), desk, side, price)
        desks.leave(str(leaving))
        resting.pop(str(leaving), None)


QUANTITIES = st.integers(1, 9)
ACTIONS = st.one_of(
    st.tuples(
        st.sampled_from(["limit", "take", "post_only"]), sides, prices, QUANTITIES
    ),
    st.tuples(st.just("market"), sides, QUANTITIES),
    st.tuples(st.just("amend"), st.integers(0, 30), QUANTITIES),
    st.tuples(st.just("cancel"), st.integers(0, 30)),
)


def written(actions: list[tuple[object, ...]]) -> FlowWriter:
    writer = FlowWriter("X")
    for number, (what, *values) in enumerate(actions):
        if what in ("amend", "cancel"):
            values[0] = name = str(values[0])
            if not writer.sent(name):
                continue
        else:
            values.insert(0, str(number))
        getattr(writer, str(what))(*values)
    return writer


@given(st.lists(ACTIONS, max_size=60))
def test_the_book_kept_from_events_is_the_engines(
    actions: list[tuple[object, ...]],
) -> None:
    flow = written(actions).flow()
    driver = Driver()
    driver.apply(*opening(flow))
    depth = Depth()
    for command in flow.commands:
        for event in driver.do(command):
            depth.follow(event)
            if type(event) is Rejected:
                assert event.reason.name != "SELF_TRADE"
        depth.settle()
        for side in Side:
            book = driver.exchange.instruments["X"].book
            engine = [level[:2] for level in book.depth(side, 99)]
            assert depth.best(side, 99) == engine
            assert depth.best(side, 2) == engine[:2]


def test_an_opening_leaves_nothing_that_a_desk_could_lack() -> None:
    writer = FlowWriter("X")
    writer.limit("a", BUY, 100, 5)
    writer.limit("b", SELL, 100, 5)
    flow = writer.flow()
    assert flow.desks == 2
    driver = Driver()
    for events in driver.apply(*opening(flow)).replies:
        assert type(events[0]) is not Rejected
    rich = PlaceOrder("", account_of(1), "X", BUY, MAX_PRICE, 2**26)
    assert type(driver.do(rich)[0]) is not Rejected
    assert [desk_of(account_of(desk)) for desk in range(12)] == list(range(12))


def test_commands_become_the_requests_that_ask_for_them() -> None:
    writer = FlowWriter("X")
    writer.limit("a", BUY, 7463, 5)
    writer.take("b", SELL, 7463, 2)
    writer.market("c", SELL, 1)
    writer.post_only("d", BUY, 7462, 4)
    writer.amend("d", 3)
    writer.cancel("d")
    flow = writer.flow()
    assert [request_of(command) for command in flow.commands] == [
        requests.AddOrder(
            "X",
            "buy",
            5,
            "74.63",
            "limit",
            "gtc",
            client_order_id="a",
            account="desk-0",
        ),
        requests.AddOrder(
            "X",
            "sell",
            2,
            "74.63",
            "limit",
            "ioc",
            client_order_id="b",
            account="desk-1",
        ),
        requests.AddOrder(
            "X", "sell", 1, "", "market", "ioc", client_order_id="c", account="desk-1"
        ),
        requests.AddOrder(
            "X",
            "buy",
            4,
            "74.62",
            "limit",
            "gtc",
            "reject",
            "cancel_oldest",
            "d",
            "desk-0",
        ),
        requests.AmendOrder(client_order_id="d", quantity=3, account="desk-0"),
        requests.CancelOrder(client_order_id="d", account="desk-0"),
    ]
    placed = flow.commands[3]
    assert type(placed) is PlaceOrder
    assert placed.self_trade is SelfTrade.CANCEL_OLDEST


def test_what_no_flow_holds_has_no_request() -> None:
    with pytest.raises(KeyError):
        request_of(CancelAll("", account_of(0)))
