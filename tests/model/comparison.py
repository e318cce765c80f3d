"""The model beside an exchange: given the same batches, and compared after each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import AdvanceTime, Alert, Rejected, Side

from .model import Model


if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonex.engine import Applied, Batch, Event, Exchange


class Comparison:
    """Objects (AssertionError) where exchange and model differ."""

    def __init__(self) -> None:
        self.model = Model()

    def read(self, batch: Batch, applied: Applied) -> None:
        """Give an accepted batch to the model, and compare what both did."""
        if batch.n == 0:
            due = self.model.restart(batch.time_ns)
        else:
            partly = all(type(command) is AdvanceTime for command in batch.commands)
            due = self.model.pass_time(batch.time_ns, partly=partly)
        _compare(applied.due, due)
        for command, events in zip(batch.commands, applied.replies, strict=True):
            _compare(events, self.model.apply(command))

    def compare(self, exchange: Exchange) -> None:
        """Compare the whole state: books, balances, and what is due."""
        model = self.model
        for name, instrument in exchange.instruments.items():
            for side in Side:
                assert instrument.book.depth(side, 1_000) == model.depth(name, side)
        self._compare_balances(exchange)
        assert [*exchange.timers] == model.dues()
        assert exchange.secret == model.secret
        assert exchange.plain_ids == model.plain_ids
        assert exchange.plain_blocks == model.plain_blocks
        assert exchange.plain_bids == model.plain_bids

    def _compare_balances(self, exchange: Exchange) -> None:
        model = self.model
        model.ledger.compare(exchange)
        for name, account in exchange.accounts.items():
            assert account.locked == model.locked_cash(name)
            assert [*account.orders] == [row.number for row in model.open(name)]
            assert account.open_count == model.count_open(name)
            for instrument, holding in account.holdings.items():
                assert holding.locked == model.locked_tonnes(name, instrument)
                assert holding.available == model.free_tonnes(name, instrument)


def _compare(events: Iterable[Event], expected: Iterable[Event]) -> None:
    """Compare events; of a refusal the reason alone, of alerts not their order."""
    actual = [Rejected(e.reason) if type(e) is Rejected else e for e in events]
    told = [event for event in actual if type(event) is not Alert]
    assert told == [event for event in expected if type(event) is not Alert]
    alerts = [event for event in actual if type(event) is Alert]
    others = [event for event in expected if type(event) is Alert]
    assert sorted(alerts, key=repr) == sorted(others, key=repr)
