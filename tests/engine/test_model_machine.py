"""The exchange against ``model``: the same events, balances and books, always."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace

import streams
from auditor import Auditor
from carbonex.engine import (
    AdvanceTime,
    Alert,
    Command,
    Event,
    PlaceOrder,
    Rejected,
    Side,
    work,
)
from driver import Driver
from model import Model


if TYPE_CHECKING:
    from collections.abc import Iterable


class ExchangeMachine(RuleBasedStateMachine):
    """Gives each command to the model and to the exchange, and compares."""

    def __init__(self) -> None:
        super().__init__()
        self.driver = Driver(time_ns=streams.START)
        self.exchange = self.driver.exchange
        self.auditor = Auditor()
        self.model = Model()
        self.placed: list[PlaceOrder] = []
        for command in streams.SETUP:
            self.apply(command)
        self.driver.time_ns, first_day = streams.next_day(Random(0), self.exchange)
        self.apply(first_day)

    def apply(self, command: Command) -> None:
        applied = self.driver.apply(command)
        partly = isinstance(command, AdvanceTime)
        due = self.model.pass_time(self.driver.time_ns, partly=partly)
        _compare(applied.due, due)
        _compare(applied.replies[0], self.model.apply(command))
        self.auditor.read(applied)

    @rule(seed=streams.seeds, count=st.integers(5, 40))
    def trade(self, seed: int, count: int) -> None:
        """Some commands of every kind, each compared."""
        r = Random(seed)
        for _ in range(count):
            command = streams.any_command(r, self.exchange)
            if isinstance(command, PlaceOrder) and command.client_order_id:
                self.placed.append(command)
            self.apply(command)

    @precondition(lambda self: self.placed)
    @rule(seed=streams.seeds, key=st.sampled_from(["", "", "", "k-h", "k-all"]))
    def place_again(self, seed: int, key: str) -> None:
        """Retry an order, perhaps with another key and deadline."""
        r = Random(seed)
        deadline_ns = r.choice([0, self.exchange.time_ns])
        self.apply(replace(r.choice(self.placed), deadline_ns=deadline_ns, key=key))

    @rule(seed=streams.seeds)
    def let_time_pass(self, seed: int) -> None:
        self.driver.time_ns = streams.time_passing(Random(seed), self.exchange)
        self.apply(AdvanceTime(""))

    @rule(seconds=st.sampled_from([0, 0, 1, 30]))
    def restart(self, seconds: int) -> None:
        """The server was killed, and comes back a little later."""
        self.driver.time_ns += seconds * streams.SECOND
        applied = self.driver.reopen()
        _compare(applied.due, self.model.restart(self.driver.time_ns))
        self.auditor.read(applied)

    @precondition(lambda self: self.exchange.next_due() is not None)
    @rule(late=st.sampled_from([-1, 0, 0, 1]))
    def let_time_come_to_what_is_due(self, late: int) -> None:
        due = self.exchange.next_due()
        assert due is not None
        self.driver.time_ns = max(self.driver.time_ns, due + late)
        self.apply(AdvanceTime(""))

    @precondition(lambda self: not self.exchange.day)
    @rule(seed=streams.seeds)
    def begin_a_day(self, seed: int) -> None:
        self.driver.time_ns, begin = streams.next_day(Random(seed), self.exchange)
        self.apply(begin)

    @invariant()
    def the_exchange_is_sound(self) -> None:
        self.exchange.check()
        self.auditor.compare(self.exchange)

    @invariant()
    def books_agree(self) -> None:
        for name, instrument in self.exchange.instruments.items():
            for side in Side:
                depth = instrument.book.depth(side, 1_000)
                assert depth == self.model.depth(name, side)

    @invariant()
    def balances_agree(self) -> None:
        model = self.model
        model.ledger.compare(self.exchange)
        for name, account in self.exchange.accounts.items():
            assert account.locked == model.locked_cash(name)
            assert [*account.orders] == [row.number for row in model.open(name)]
            assert account.open_count == model.count_open(name)
            for instrument, holding in account.holdings.items():
                assert holding.locked == model.locked_tonnes(name, instrument)
                assert holding.available == model.free_tonnes(name, instrument)

    @invariant()
    def what_hides_order_ids_agrees(self) -> None:
        exchange, model = self.exchange, self.model
        assert exchange.secret == model.secret
        assert exchange.plain_ids == model.plain_ids
        assert exchange.plain_blocks == model.plain_blocks
        assert exchange.plain_bids == model.plain_bids

    @invariant()
    def what_is_due_agrees(self) -> None:
        assert [*self.exchange.timers] == self.model.dues()


def _compare(events: Iterable[Event], expected: Iterable[Event]) -> None:
    """Compare events; of a refusal the reason alone, of alerts not their order."""
    actual = [Rejected(e.reason) if type(e) is Rejected else e for e in events]
    told = [event for event in actual if type(event) is not Alert]
    assert told == [event for event in expected if type(event) is not Alert]
    alerts = [event for event in actual if type(event) is Alert]
    others = [event for event in expected if type(event) is Alert]
    assert sorted(alerts, key=repr) == sorted(others, key=repr)


class SlicedMachine(ExchangeMachine):
    """The same where an order meets two, and two events are a slice."""

    def __init__(self) -> None:
        self.patch = pytest.MonkeyPatch()
        for name in ("MAX_FILLS", "SLICE", "LOOKS"):
            self.patch.setattr(work, name, 2)
        super().__init__()

    def teardown(self) -> None:
        self.patch.undo()


TestExchangeMachine = ExchangeMachine.TestCase
TestSlicedMachine = SlicedMachine.TestCase
pytestmark = pytest.mark.timeout(3_600)  # thousands of examples take their time
