"""Random business of the registry: what is owned, owed, and by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    AddKey,
    Deposit,
    EligibilityRule,
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
    Withdraw,
)

from . import pools
from .pools import ABSURD, one_in


if TYPE_CHECKING:
    from random import Random

    from carbonex.engine import Command, Exchange, MoveCommand


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
