"""The exchange against ``model``: the same events, balances and books, always."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace

import streams
from carbonex.engine import (
    AdvanceTime,
    Command,
    PlaceOrder,
    work,
)
from driver import Driver
from model import Comparison


class ExchangeMachine(RuleBasedStateMachine):
    """Gives each command to the model and to the exchange, and compares."""

    def __init__(self) -> None:
        super().__init__()
        self.driver = Driver(time_ns=streams.START)
        self.exchange = self.driver.exchange
        self.comparison = Comparison()
        self.placed: list[PlaceOrder] = []
        for command in streams.SETUP:
            self.apply(command)
        self.driver.time_ns, first_day = streams.next_day(Random(0), self.exchange)
        self.apply(first_day)

    def apply(self, command: Command) -> None:
        applied = self.driver.apply(command)
        self.comparison.read(self.driver.batches[-1], applied)

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
        self.comparison.read(self.driver.batches[-1], applied)

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
        self.comparison.compare(self.exchange)


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
TestSlicedMachine.settings = settings(max_examples=settings().max_examples // 3)
pytestmark = pytest.mark.timeout(3_600)  # thousands of examples take their time
