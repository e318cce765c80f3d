"""Cash and tonnes of every account, kept from what moved and what traded.

Plain sums and no index: both the auditor and the model keep one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, assert_never

from carbonex.engine import Deposit, Issue, Retire, Surrender, Transfer, Withdraw


if TYPE_CHECKING:
    from carbonex.engine import Exchange, MoveCommand, TradeAnnulled


@dataclass
class Due:
    """What a participant owes for a year, in tonnes."""

    due: int = 0
    surrendered: int = 0
    offset: int = 0  # the part of it from instruments with a cap


@dataclass
class Ledger:
    """``paid_in`` and ``issued`` are what came from outside, ``fees`` what was kept.

    ``maturing`` holds what was bought too lately to be sold, as rows of account,
    instrument, the number of the day from which it may be sold, and tonnes.
    """

    cash: Counter[str] = field(default_factory=Counter)
    tonnes: Counter[tuple[str, str]] = field(default_factory=Counter)
    maturing: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    paid_in: int = 0
    issued: Counter[str] = field(default_factory=Counter)
    fees: Counter[str] = field(default_factory=Counter)  # by instrument
    obligations: dict[tuple[str, int], Due] = field(default_factory=dict)

    def move(self, terms: MoveCommand, available: int = 0) -> None:
        """Move value; ``available`` is what the account may sell of the tonnes."""
        match terms:
            case Deposit(_, account, amount):
                self.cash[account] += amount
                self.paid_in += amount
            case Withdraw(_, account, amount):
                self.cash[account] -= amount
                self.paid_in -= amount
            case Issue(_, account, instrument, quantity):
                self.tonnes[account, instrument] += quantity
                self.issued[instrument] += quantity
            case Transfer(_, account, to_account, instrument, quantity):
                # What is free goes first, then what may be sold soonest.
                days = [0, *self._days(account, instrument)]
                taken = self._take(account, instrument, quantity, available, days)
                self.tonnes[to_account, instrument] += quantity
                for day, part in taken:
                    self._let_wait(to_account, instrument, day, part)
            case Surrender(_, account, instrument, quantity):
                # What may be sold latest goes first, what is free last.
                days = [*reversed(self._days(account, instrument)), 0]
                self._take(account, instrument, quantity, available, days)
                self.issued[instrument] -= quantity
            case Retire(_, account, instrument, quantity):
                self.tonnes[account, instrument] -= quantity
                self.issued[instrument] -= quantity
            case _:
                assert_never(terms)

    def surrender(self, participant: str, terms: Surrender, *, capped: bool) -> Due:
        """Count what was surrendered for an obligation; return how it stands."""
        due = self.obligations[participant, terms.year]
        due.surrendered += terms.quantity
        due.offset += terms.quantity if capped else 0
        return due

    def deliver(
        self, buyer: str, seller: str, instrument: str, quantity: int, day: int
    ) -> None:
        """Deliver what may be sold from ``day`` on, 0: at once."""
        self.tonnes[buyer, instrument] += quantity
        self.tonnes[seller, instrument] -= quantity
        self._let_wait(buyer, instrument, day, quantity)

    def take_back(self, event: TradeAnnulled, day: int, available: int) -> None:
        """Undo a trade: what may be sold from its ``day`` on goes first."""
        buyer, seller, name = event.buyer, event.seller, event.instrument
        days = self._days(buyer, name)
        others = [*reversed([other for other in days if other != day]), 0]
        days = [day, *others] if day in days else others
        self._take(buyer, name, event.quantity, available, days)
        self.tonnes[seller, name] += event.quantity
        self.pay(seller, buyer, event.price * event.quantity)
        self.charge(buyer, name, -event.buyer_fee)
        self.charge(seller, name, -event.seller_fee)

    def pay(self, buyer: str, seller: str, amount: int) -> None:
        self.cash[buyer] -= amount
        self.cash[seller] += amount

    def charge(self, account: str, instrument: str, fee: int) -> None:
        self.cash[account] -= fee
        self.fees[instrument] += fee

    def mature(self, day: int) -> None:
        """Forget what may be sold now that day number ``day`` has begun."""
        for row in [row for row in self.maturing if row[2] <= day]:
            del self.maturing[row]

    def waiting(self, account: str, instrument: str) -> dict[int, int]:
        """Return what may not be sold yet: days and tonnes, soonest first."""
        days = self._days(account, instrument)
        return {day: self.maturing[account, instrument, day] for day in days}

    def compare(self, exchange: Exchange) -> None:
        """Assert that balances agree, none is negative and nothing was lost."""
        assert sum(self.cash.values()) + sum(self.fees.values()) == self.paid_in
        assert exchange.cash == self.paid_in
        for name, account in exchange.accounts.items():
            assert account.cash == self.cash[name] >= 0
            for instrument in exchange.instruments:
                holding = account.holdings.get(instrument)
                quantity = holding.quantity if holding else 0
                assert quantity == self.tonnes[name, instrument] >= 0
                maturing = holding.maturing if holding else {}
                assert maturing == self.waiting(name, instrument)
        for name, listed in exchange.instruments.items():
            held = sum(n for (_, what), n in self.tonnes.items() if what == name)
            assert held == self.issued[name] == listed.issued
            assert listed.fees == self.fees[name]
        owed = {
            (participant.name, year): Due(entry.due, entry.surrendered, entry.offset)
            for participant in exchange.participants.values()
            for year, entry in participant.obligations.items()
        }
        assert owed == self.obligations

    def _days(self, account: str, instrument: str) -> list[int]:
        rows = self.maturing
        return sorted(row[2] for row in rows if row[:2] == (account, instrument))

    def _let_wait(self, account: str, instrument: str, day: int, part: int) -> None:
        row = account, instrument, day
        if day:
            self.maturing[row] += part
        if self.maturing[row] == 0:
            del self.maturing[row]

    def _take(
        self,
        account: str,
        instrument: str,
        quantity: int,
        available: int,
        days: list[int],
    ) -> list[tuple[int, int]]:
        """Take tonnes by the days from which they may be sold, in that order."""
        taken: list[tuple[int, int]] = []
        self.tonnes[account, instrument] -= quantity
        waiting = self.waiting(account, instrument)
        for day in days:
            part = min(waiting[day] if day else available, quantity)
            quantity -= part
            taken.append((day, part))
            self._let_wait(account, instrument, day, -part)
        assert quantity == 0
        return taken
