"""The exchange against ``model``: the same events, balances and books, always."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace

import streams
from auditor import Auditor
from carbonex.engine import (
    AdvanceTime,
    Applied,
    BeginDay,
    Event,
    PlaceOrder,
    Rejected,
    Side,
)
from driver import Driver
from model import Model


if TYPE_CHECKING:
    from model.changes import Modelled


class ExchangeMachine(RuleBasedStateMachine):
    """Gives each command to the model and to the exchange, and compares."""

    def __init__(self) -> None:
        super().__init__()
        self.driver = Driver()
        self.exchange = self.driver.exchange
        self.auditor = Auditor()
        self.auditor.read(self.driver.apply(*streams.SETUP))
        self.model = Model(streams.INSTRUMENTS, streams.ACCOUNTS, streams.KEYS)
        for move in streams.FUNDS:
            self.model.apply(move)
        self.placed: list[PlaceOrder] = []
        self.apply(streams.FIRST_DAY)

    def apply(self, command: Modelled) -> None:
        applied = self.driver.apply(command)
        assert applied.due == self.model.pass_time(self.driver.time_ns)
        assert _told(applied) == self.model.apply(command)
        self.auditor.read(applied)

    @rule(seed=streams.seeds, count=st.integers(5, 40))
    def trade(self, seed: int, count: int) -> None:
        """Some commands of every kind, each compared."""
        r = Random(seed)
        for _ in range(count):
            command = streams.trading_command(r, self.exchange)
            if isinstance(command, PlaceOrder) and command.client_order_id:
                self.placed.append(command)
            self.apply(command)

    @rule(seed=streams.seeds)
    def amend(self, seed: int) -> None:
        self.apply(streams.amend(Random(seed), self.exchange))

    @rule(seed=streams.seeds)
    def cancel(self, seed: int) -> None:
        self.apply(streams.cancel(Random(seed), self.exchange))

    @precondition(lambda self: self.placed)
    @rule(seed=streams.seeds, key=st.sampled_from(["", "", "", "k-h", "k-all"]))
    def place_again(self, seed: int, key: str) -> None:
        """Retry an order, perhaps with another key and deadline."""
        r = Random(seed)
        deadline_ns = r.choice([0, self.exchange.time_ns])
        self.apply(replace(r.choice(self.placed), deadline_ns=deadline_ns, key=key))

    @rule(passing=st.integers(0, 25))
    def let_time_pass(self, passing: int) -> None:
        self.driver.time_ns += passing
        applied = self.driver.apply(AdvanceTime(""))
        assert applied.due == self.model.pass_time(self.driver.time_ns)
        assert applied.replies == [[]]
        self.auditor.read(applied)

    @rule(
        key=st.sampled_from(["", "", "", "k-h", "k-all"]),
        later=st.sampled_from([1, 1, 1, 2, 0, -1]),
        lasting=st.sampled_from([100, 100, 60, 1, 0, -1]),
    )
    def begin_a_day(self, key: str, later: int, lasting: int) -> None:
        date = self.model.last_date + later
        self.apply(BeginDay(key, date, self.driver.time_ns + lasting))

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
        self.model.ledger.compare(self.exchange)
        for name, account in self.exchange.accounts.items():
            assert account.locked == self.model.locked_cash(name)
            assert [*account.orders] == [row.number for row in self.model.open(name)]
            for instrument, holding in account.holdings.items():
                assert holding.locked == self.model.locked_tonnes(name, instrument)


def _told(applied: Applied) -> list[Event]:
    """Return a command's events; of a refusal, the reason alone."""
    (events,) = applied.replies
    return [Rejected(e.reason) if type(e) is Rejected else e for e in events]


TestExchangeMachine = ExchangeMachine.TestCase
