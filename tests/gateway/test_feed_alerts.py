"""The alerts channel: what supervision noticed, with the numbers behind it."""

from __future__ import annotations

from random import Random

from hypothesis import given, strategies as st

from carbonex.engine import (
    BUY,
    SELL,
    Alert,
    CancelAll,
    Issue,
    LargeHolder,
    PlaceOrder,
    Transfer,
)
from carbonex.wire import channels
from feed_flow import let_time_pass, random_flow
from feed_stage import INSTRUMENTS, RULED, Client, Stage


def order(account: str, side: int, price: int, quantity: int) -> PlaceOrder:
    return PlaceOrder("", account, RULED, (BUY, SELL)[side], price, quantity)


def alerts(client: Client) -> list[channels.Alert]:
    return [alert for _, alert in client.read(channels.Alert)]


def test_a_large_order_that_is_cancelled_at_once() -> None:
    stage = Stage().set_up()
    client, other = Client(stage).follow("alerts"), Client(stage)
    other.follow("alerts", instrument="CEA25")
    for each in (client, other):
        assert each.frames()[0].data == []
    stage.do(order("ant", SELL, 7100, 20))
    applied = stage.do(CancelAll("", "ant"))
    assert alerts(client) == [
        channels.Alert(
            kind="quick_cancel",
            instrument=RULED,
            participant="ant",
            value=20,
            limit=15,
            seq=applied.first_seq,
            time=stage.now_ns // 1000,
            orders=["1"],
        )
    ]
    assert other.frames() == []


def test_trades_to_and_fro_name_both_parties_and_their_trades() -> None:
    stage = Stage().set_up()
    client = Client(stage).follow("alerts", instrument=RULED)
    client.frames()
    stage.do(order("ant", SELL, 7000, 5), order("bee", BUY, 7000, 5))
    stage.do(order("bee", SELL, 7000, 5), order("ant", BUY, 7000, 5))
    reverse = [alert for alert in alerts(client) if alert.kind == "reverse_trades"]
    assert len(reverse) == 1
    assert {reverse[0].participant, reverse[0].counterparty} == {"ant", "bee"}
    assert reverse[0].trades == ["1", "2"]
    assert set(reverse[0].orders) == {"1", "2", "3", "4"}


def test_a_share_of_the_volume_tells_its_side() -> None:
    stage = Stage().set_up()
    client = Client(stage).follow("alerts")
    client.frames()
    stage.do(order("ant", SELL, 7000, 60), order("bee", BUY, 7000, 60))
    shares = [alert for alert in alerts(client) if alert.kind == "volume_share"]
    assert sorted((a.participant, a.side) for a in shares) == [
        ("ant", "sell"),
        ("bee", "buy"),
    ]


def test_large_holders_are_reported_here_as_well() -> None:
    stage = Stage().set_up()
    client = Client(stage).follow("alerts")
    client.frames()
    stage.do(Issue("", "bee", RULED, 1, "more"))
    assert alerts(client) == []
    stage.do(Transfer("", "bee", "ant", RULED, 1_000, "gift"))
    [alert] = alerts(client)
    assert (alert.kind, alert.participant) == ("large_holder", "ant")
    assert (alert.value, alert.limit) == (1_001_000, 1_100_000)


def test_a_late_reader_gets_the_newest() -> None:
    stage = Stage().set_up()
    for _ in range(3):
        stage.do(order("ant", SELL, 7100, 20), CancelAll("", "ant"))
    for name in ("", RULED):
        seen = Client(stage).follow("alerts", instrument=name).read(channels.Alert)
        assert {kind for kind, _ in seen} == {"snapshot"}
        assert [a.orders for _, a in seen if a.kind == "quick_cancel"] == [
            ["1"],
            ["2"],
            ["3"],
        ]
    assert Client(stage).follow("alerts", instrument="CEA25").frames()[0].data == []


@given(seed=st.integers(0, 2**32), steps=st.integers(1, 60))
def test_every_alert_comes_once_with_its_numbers(seed: int, steps: int) -> None:
    random = Random(seed)
    stage = Stage().set_up()
    client = Client(stage).follow("alerts")
    client.frames()
    for _ in range(steps):
        let_time_pass(random, stage)
        stage.do(*random_flow(random, stage.exchange, most=8))
    raised = [
        event
        for _, _, events in stage.told
        for event in events
        if isinstance(event, (Alert, LargeHolder))
    ]
    seen = alerts(client)
    assert len(seen) == len(raised)
    for alert, event in zip(seen, raised, strict=True):
        assert alert.instrument == event.instrument
        assert alert.instrument in INSTRUMENTS
        if isinstance(event, Alert):
            assert alert.kind == event.kind.name.lower()
            assert (alert.value, alert.limit) == (event.value, event.limit)
            assert tuple(map(int, alert.orders)) == event.orders
            assert tuple(map(int, alert.trades)) == event.trades
            assert alert.orders or alert.trades, "every alert names what caused it"
