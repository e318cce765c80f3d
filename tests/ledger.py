"""Cash and tonnes of every account, kept from what moved and what traded."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, assert_never

from carbonex.engine import Deposit, Issue, Transfer, Withdraw


if TYPE_CHECKING:
    from carbonex.engine import Exchange


class Ledger:
    """Plain sums; ``paid_in`` and ``issued`` are what came from outside."""

    def __init__(self) -> None:
        self.cash: Counter[str] = Counter()
        self.tonnes: Counter[tuple[str, str]] = Counter()  # account, instrument
        self.paid_in = 0
        self.issued: Counter[str] = Counter()

    def move(self, terms: Deposit | Withdraw | Issue | Transfer) -> None:
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
                self.tonnes[account, instrument] -= quantity
                self.tonnes[to_account, instrument] += quantity
            case _:
                assert_never(terms)

    def trade(
        self, buyer: str, seller: str, instrument: str, price: int, quantity: int
    ) -> None:
        self.cash[buyer] -= price * quantity
        self.cash[seller] += price * quantity
        self.tonnes[buyer, instrument] += quantity
        self.tonnes[seller, instrument] -= quantity

    def compare(self, exchange: Exchange) -> None:
        """Assert that balances agree, none is negative and nothing was lost."""
        assert sum(self.cash.values()) == self.paid_in
        for name, account in exchange.accounts.items():
            assert account.cash == self.cash[name] >= 0
            for instrument in exchange.instruments:
                holding = account.holdings.get(instrument)
                quantity = holding.quantity if holding else 0
                assert quantity == self.tonnes[name, instrument] >= 0
        for instrument in exchange.instruments:
            held = sum(n for (_, what), n in self.tonnes.items() if what == instrument)
            assert held == self.issued[instrument]
