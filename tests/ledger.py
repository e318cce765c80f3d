"""Cash and tonnes of every account, summed from movements and trades.

It uses plain sums without an index. The model keeps one.
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
    """A participant's obligation for a year, in tonnes."""

    due: int = 0
    surrendered: int = 0
    offset: int = 0  # the surrendered part from instruments with a cap


@dataclass
class Ledger:
    """The balances; ``paid_in`` and ``issued`` came from outside, ``fees`` were kept.

    ``maturing`` holds recent purchases that may not be resold yet. Its keys are
    account, instrument and the number of the first resale day, its values tonnes.
    """

    cash: Counter[str] = field(default_factory=Counter)
    tonnes: Counter[tuple[str, str]] = field(default_factory=Counter)
    maturing: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    paid_in: int = 0
    issued: Counter[str] = field(default_factory=Counter)
    fees: Counter[str] = field(default_factory=Counter)  # by instrument
    obligations: dict[tuple[str, int], Due] = field(default_factory=dict)

    def move(self, terms: MoveCommand, available: int = 0) -> None:
        """Apply a movement; ``available`` is the account's sellable tonnes."""
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
                # Sellable tonnes go first, then those with the earliest resale day.
                days = [0, *self._days(account, instrument)]
                taken = self._take(account, instrument, quantity, available, days)
                self.tonnes[to_account, instrument] += quantity
                for day, part in taken:
                    self._let_wait(to_account, instrument, day, part)
            case Surrender(_, account, instrument, quantity):
                # Tonnes with the latest resale day go first, sellable ones last.
                days = [*reversed(self._days(account, instrument)), 0]
                self._take(account, instrument, quantity, available, days)
                self.issued[instrument] -= quantity
            case Retire(_, account, instrument, quantity):
                self.tonnes[account, instrument] -= quantity
                self.issued[instrument] -= quantity
            case _:
                assert_never(terms)

    def surrender(self, participant: str, terms: Surrender, *, capped: bool) -> Due:
        """Record a surrender; return the obligation's state."""
        due = self.obligations[participant, terms.year]
        due.surrendered += terms.quantity
        due.offset += terms.quantity if capped else 0
        return due

    def deliver(
        self, buyer: str, seller: str, instrument: str, quantity: int, day: int
    ) -> None:
        """Deliver tonnes that may be resold from ``day`` on; 0 means at once."""
        self.tonnes[buyer, instrument] += quantity
        self.tonnes[seller, instrument] -= quantity
        self._let_wait(buyer, instrument, day, quantity)

    def take_back(self, event: TradeAnnulled, day: int, available: int) -> None:
        """Undo a trade; tonnes with the resale day ``day`` go first."""
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
        """Remove the locks that end when day number ``day`` begins."""
        for row in [row for row in self.maturing if row[2] <= day]:
            del self.maturing[row]

    def waiting(self, account: str, instrument: str) -> dict[int, int]:
        """Return the tonnes that may not be sold yet by day, earliest first."""
        days = self._days(account, instrument)
        return {day: self.maturing[account, instrument, day] for day in days}

    def compare(self, exchange: Exchange) -> None:
        """Assert that balances agree, none is negative and the sums are conserved."""
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
        if self.maturing[row] == 0:  # the exchange keeps no empty entries either
            del self.maturing[row]

    def _take(
        self,
        account: str,
        instrument: str,
        quantity: int,
        available: int,
        days: list[int],
    ) -> list[tuple[int, int]]:
        """Take tonnes in the given order of resale days; return them by day."""
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
