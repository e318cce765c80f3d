"""Converts the registry's movements to entries of the accounts concerned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonex.engine import Deposit, Issue, Retire, Surrender, Transfer, Withdraw

from .entries import CASH, MovementEntry


if TYPE_CHECKING:
    from carbonex.engine import MoveCommand

    from .entries import When


_KINDS: Final[dict[type[MoveCommand], str]] = {
    Deposit: "deposit",
    Withdraw: "withdraw",
    Issue: "issue",
    Transfer: "transfer",
    Surrender: "surrender",
    Retire: "retire",
}


def moved(when: When, terms: MoveCommand) -> list[MovementEntry]:
    """Return the entry of one account, or two entries for a transfer."""
    if isinstance(terms, Transfer):
        return [
            _entry(when, terms, terms.account, -terms.quantity, terms.to_account),
            _entry(when, terms, terms.to_account, terms.quantity, terms.account),
        ]
    return [_entry(when, terms, terms.account, _amount(terms))]


def _amount(terms: MoveCommand) -> int:
    """Return the change of the account's cash or tonnes."""
    if isinstance(terms, Deposit):
        return terms.amount
    if isinstance(terms, Withdraw):
        return -terms.amount
    return terms.quantity if isinstance(terms, Issue) else -terms.quantity


def _entry(
    when: When, terms: MoveCommand, account: str, amount: int, other: str = ""
) -> MovementEntry:
    kind = _KINDS[type(terms)]
    if isinstance(terms, Retire) and terms.transferred_out:
        kind = "transfer_out"
    return MovementEntry(
        account,
        *when,
        kind,
        CASH if isinstance(terms, Deposit | Withdraw) else terms.instrument,
        amount,
        other,
        terms.client_ref,
        terms.year if isinstance(terms, Surrender) else 0,
    )
