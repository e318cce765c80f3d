"""Random business of the registry: what is owned, owed, and by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    AddKey,
    Deposit,
    EligibilityRule,
    Freeze,
    Issue,
    OpenAccount,
    Permission,
    RegisterParticipant,
    Retire,
    RevokeKey,
    SetEligibility,
    SetObligation,
    Surrender,
    Transfer,
    Unfreeze,
    Withdraw,
)

from . import pools
from .pools import ABSURD, one_in


if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from carbonex.engine import Command, Exchange, FreezeCommand, MoveCommand


def move(r: Random, _: Exchange) -> MoveCommand:
    """Some value in, out or across."""
    amount = r.choice(ABSURD) if one_in(r, 12) else r.randint(1, 3_000)
    name = pools.instrument(r)
    quantity = pools.quantity(r, name)
    key, account, ref = pools.key(r), pools.account(r), pools.ref(r)
    moves: list[MoveCommand] = [
        Deposit(key, account, amount, ref),
        Withdraw(key, account, amount, ref),
        Issue(key, account, name, quantity, ref),
        Transfer(key, account, pools.account(r), name, quantity, ref),
        Surrender(key, account, name, quantity, r.choice([2024, 2024, 2025]), ref),
        Surrender(key, account, "CEA25", quantity, 2024, ref),
        Transfer("k-h", account, pools.account(r), name, quantity, ref),
        Surrender("k-h", account, name, quantity, 2024, ref),
        Retire(key, account, name, quantity, ref, one_in(r, 2)),
    ]
    return r.choice(moves)


def freeze(r: Random, exchange: Exchange) -> FreezeCommand:
    """A freeze of cash or tonnes, perhaps of more than there is, or less of one."""
    account, name = pools.account(r), pools.instrument(r) if one_in(r, 2) else ""
    quantity = pools.quantity(r, name) if name else r.randint(1, 9_000)
    if one_in(r, 12):
        quantity = r.choice(ABSURD)
    why = r.choice(["order 7"] * 5 + ["法院冻结", "", "two\nlines"])
    kind: type[FreezeCommand] = Freeze
    if one_in(r, 2):
        kind = Unfreeze
        ordered = [*_ordered(exchange)]
        if ordered and r.randrange(12):
            account, name, most = r.choice(ordered)
            quantity = most if one_in(r, 2) else r.randint(1, most)
    tonnes, fen = (quantity, 0) if name else (0, quantity)
    return kind(pools.key(r), account, name, tonnes, pools.ref(r), why, fen)


def _ordered(exchange: Exchange) -> Iterator[tuple[str, str, int]]:
    """Yield what is frozen, or is to be: account, instrument, how much."""
    for name, account in exchange.accounts.items():
        for instrument, balance in (
            ("", account.cash_balance),
            *account.holdings.items(),
        ):
            if balance.frozen + balance.pending:
                yield name, instrument, balance.frozen + balance.pending


def registration(r: Random, exchange: Exchange) -> Command:
    """Somebody new, somebody known, or what somebody owes."""
    key = pools.key(r)
    company = r.choice(["Huaneng", "Datang", "Nobody", "New", ""])
    name = r.choice([*"uvwxyz", "h-1", ""])
    public_key = b"p" * r.choice([32, 32, 32, 31])
    due = r.choice(ABSURD) if one_in(r, 8) else r.randint(0, 120)
    commands: list[Command] = [
        RegisterParticipant(key, company),
        OpenAccount(
            key, company, name, r.randint(0, 9), r.randint(0, 9), r.randint(0, 3)
        ),
        AddKey(key, company, name, public_key, Permission(r.randrange(33))),
        RevokeKey(key, r.choice([name, *exchange.keys])),
        SetObligation(key, company, r.choice([2024, 2025, 1989, 10_000]), due),
        _eligibility(r, key),
    ]
    return r.choice(commands)


def _eligibility(r: Random, key: str) -> SetEligibility:
    """Rules of few kinds, so that some let something; often none."""
    rules = tuple(
        EligibilityRule(
            vintage_from=r.choice([0, 0, 0, 2025, 1989]),
            vintage_to=r.choice([0, 0, 2024, 2025, 2026]),
            year_from=r.choice([0, 2019, 2024]),
            year_to=r.choice([0, 0, 2024, 2023]),
            until=r.choice([0, 0, 20241231, pools.TODAY, 20250229]),
            instruments=r.choice([(), (), (), ("CEA25",), ("CEA", "CCER")]),
        )
        for _ in range(r.choice([0, 1, 2, 3]))
    )
    return SetEligibility(key, r.choice(["CEA", "CEA", "CCER", "NONE"]), rules)
