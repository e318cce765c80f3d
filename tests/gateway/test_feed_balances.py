"""Balances: the state of an account, after every flush."""

from __future__ import annotations

from random import Random

from hypothesis import given, strategies as st

from carbonex.engine import (
    BUY,
    SELL,
    CancelAll,
    Deposit,
    Freeze,
    Moved,
    PlaceOrder,
    Transfer,
)
from carbonex.wire import answers
from carbonex.wire.money import format_fen
from feed_flow import let_time_pass, random_flow
from feed_stage import ACCOUNTS, Client, Stage


def balances_of(stage: Stage, name: str) -> answers.Balances:
    account, today = stage.exchange.accounts[name], stage.exchange.day_number
    return answers.Balances(
        account.name,
        format_fen(account.cash),
        format_fen(account.locked),
        format_fen(account.cash - account.locked - account.cash_balance.frozen),
        [
            answers.Holding(
                name,
                h.quantity,
                h.locked,
                h.quantity - h.locked - h.frozen - sum(h.maturing.values()),
                sum(h.maturing.values()),
                {day - today: part for day, part in h.maturing.items()},
                h.frozen,
                h.pending,
            )
            for name, h in account.holdings.items()
        ],
        format_fen(account.cash_balance.frozen),
        format_fen(account.cash_balance.pending),
    )


@given(seed=st.integers(0, 2**32), steps=st.integers(1, 60))
def test_balances_are_right_after_every_flush(seed: int, steps: int) -> None:
    random = Random(seed)
    stage = Stage().set_up()
    clients = {name: Client(stage) for name in ACCOUNTS}
    for name, client in clients.items():
        client.follow("balances", account=name)
    newest: dict[str, answers.Balances] = {}
    for step in range(steps):
        let_time_pass(random, stage)
        stage.do(*random_flow(random, stage.exchange, most=4))
        if random.random() < 0.3:
            one, other = random.sample(ACCOUNTS, 2)
            paid = Deposit("", one, 100, f"pay-{step}")
            moved = Transfer("", one, other, "CEA24", 1, f"move-{step}")
            stage.do(
                Freeze("", one, "CEA24", 2, f"freeze-{step}", "order 7"),
                Freeze("", other, "", 0, f"freeze-{step}", "order 7", 50_000),
            )
            assert stage.do(paid).replies == [[Moved(paid)]]
            assert stage.do(moved).replies == [[Moved(moved)]]
        for client in clients.values():
            dice = random.random()
            if dice < 0.2:
                client.outbox.paused = True
            elif dice < 0.5:
                client.resume()
        stage.flush(50)
        for name, client in clients.items():
            if not client.outbox.paused:
                for _, balances in client.read(answers.Balances):
                    newest[name] = balances
                assert newest[name] == balances_of(stage, name)


def test_balances_gather_until_the_flush_and_concern_only_who_was_touched() -> None:
    stage = Stage().set_up()
    ant = Client(stage).follow("balances", account="ant")
    cow = Client(stage).follow("balances", account="cow")
    for client in (ant, cow):
        assert [kind for kind, _ in client.read(answers.Balances)] == ["snapshot"]
    stage.do(
        PlaceOrder("", "ant", "CEA25", SELL, 7000, 2),
        PlaceOrder("", "ant", "CEA25", SELL, 7001, 2),
        PlaceOrder("", "bee", "CEA25", BUY, 7000, 1),
    )
    assert ant.frames() == []
    stage.flush(50)
    [(kind, balances)] = ant.read(answers.Balances)
    assert kind == "update"
    assert balances == balances_of(stage, "ant")
    stage.flush(50)
    assert ant.frames() == cow.frames() == []
    stage.do(CancelAll("", "ant"))
    stage.flush(50)
    assert len(ant.frames()) == 1
