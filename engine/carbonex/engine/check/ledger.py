"""Invariants of cash and tonnes: all are conserved, and locks match their needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine.accounts import NOTHING
from carbonex.engine.commands import MAX_BALANCE
from carbonex.engine.enums import BUY


if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonex.engine.accounts import Balance, Holding, Obligation
    from carbonex.engine.off_book.settlement import Stake
    from carbonex.engine.state import State


def check_ledger(state: State) -> None:
    """Assert that cash and tonnes are conserved, and obligations valid."""
    cash = sum(account.cash for account in state.accounts.values())
    fees = sum(instrument.fees for instrument in state.listed)
    assert 0 <= state.cash <= MAX_BALANCE
    assert cash + fees == state.cash, "cash not conserved"
    held = dict.fromkeys(state.instruments, 0)
    for account in state.accounts.values():
        assert 0 <= account.available <= account.cash
        _check_freeze(account.cash_balance)
        for name, holding in account.holdings.items():
            _check_holding(state, holding)
            _check_freeze(holding)
            held[name] += holding.quantity
    _check_freezing(state)
    for name, instrument in state.instruments.items():
        assert held[name] == instrument.issued, f"{name}: tonnes not conserved"
        assert 0 <= instrument.issued <= MAX_BALANCE
    for participant in state.participants.values():
        for obligation in participant.obligations.values():
            _check_obligation(obligation)
    assert NOTHING.quantity == NOTHING.available == NOTHING.buying == 0
    assert NOTHING.frozen == NOTHING.pending == 0
    assert not NOTHING.maturing


def check_locks(state: State) -> None:
    """Assert that each balance has locked exactly what it must."""
    locked: dict[Balance, int] = {}
    buying: dict[Holding, int] = {}
    for account in state.accounts.values():
        locked[account.cash_balance] = 0
        for holding in account.holdings.values():
            locked[holding] = buying[holding] = 0
    for account in state.accounts.values():
        for order in account.orders.values():
            need = order.unit * order.remaining
            if order.extras is not None:
                need += order.extras.reserve
                if order.extras.holding is not None:
                    buying[order.extras.holding] += order.remaining
            locked[order.balance] += need
    for stake in _stakes(state):
        name, account = stake.instrument.name, stake.account
        buys = stake.side is BUY
        locked[account.cash_balance if buys else account.holdings[name]] += stake.need
        if stake.counts:
            buying[account.holdings[name]] += stake.quantity
    assert all(balance.locked == need for balance, need in locked.items())
    assert all(holding.buying == tonnes for holding, tonnes in buying.items())


def _check_freeze(balance: Balance) -> None:
    """Assert that nothing is available while a freeze is pending."""
    assert balance.frozen >= 0
    assert balance.pending >= 0
    assert balance.frozen + balance.pending <= MAX_BALANCE
    assert not (balance.pending and balance.available), "free, and to be frozen"


def _check_freezing(state: State) -> None:
    """Assert that exactly the balances with a pending freeze are registered."""
    balances: list[Balance] = []
    for account in state.accounts.values():
        balances += [account.cash_balance, *account.holdings.values()]
    pending = {id(balance) for balance in balances if balance.pending}
    assert len(state.freezing) == len(pending)
    assert {id(balance) for balance in state.freezing} == pending


def _check_holding(state: State, holding: Holding) -> None:
    assert holding.available >= 0
    assert holding.buying >= 0
    for day, quantity in holding.maturing.items():
        assert day > state.day_number
        assert quantity > 0


def _check_obligation(obligation: Obligation) -> None:
    assert 0 <= obligation.offset <= obligation.surrendered
    assert obligation.surrendered <= obligation.due <= MAX_BALANCE


def _stakes(state: State) -> Iterator[Stake]:
    for proposal in state.blocks.values():
        yield proposal.stake
    for auction in state.auctions.values():
        yield auction.stake
        for bid in auction.bids.values():
            yield bid.stake
