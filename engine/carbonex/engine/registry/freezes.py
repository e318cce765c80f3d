"""Freezes: cash and tonnes that the registry bars an account from using.

A court or the authority orders them. Frozen cash and tonnes cannot be traded,
withdrawn, transferred, retired or surrendered. Open orders go on, because what they
have locked is not available; whatever they release is frozen as long as a freeze is
pending.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine.accounts import NOTHING
from carbonex.engine.commands import MAX_BALANCE, Freeze
from carbonex.engine.enums import Permission, Reason
from carbonex.engine.events import FreezeChanged, Rejected
from carbonex.engine.market.rules import bad_reason

from .refs import answered_before, bad_ref, remember, too_many_refs


if TYPE_CHECKING:
    from carbonex.engine.accounts import Account, Balance
    from carbonex.engine.commands import FreezeCommand
    from carbonex.engine.events import Event
    from carbonex.engine.state import State


def freeze(state: State, command: FreezeCommand) -> list[Event]:
    """Raise or lower a freeze of a balance, once per client ref, in any phase. O(1).

    An Unfreeze reduces the pending part first.
    """
    permitted = state.permits(command.key, Permission.REGISTRY)
    account = state.accounts.get(command.account)
    answer = answered_before(account if permitted else None, command)
    if answer is not None:
        return [answer]
    rejected = _unknown(state, account, command, permitted=permitted)
    if rejected is not None:
        return [rejected]
    assert account is not None
    rejected = (
        bad_ref(command.client_ref)
        or bad_reason(command.reason)
        or _bad_size(command)
        or _impossible(_known(account, command.instrument), command)
        or too_many_refs(account)
    )
    if rejected is not None:
        return [rejected]
    balance = _balance(account, command.instrument)
    if type(command) is Freeze:
        balance.pending += command.size
        balance.freeze()
    else:
        balance.thaw(command.size)
    note_pending(state, balance)
    changed = FreezeChanged(command, balance.frozen, balance.pending)
    remember(account, command, changed)
    return [changed]


def note_pending(state: State, balance: Balance) -> None:
    """Register whether a balance's freeze is pending. Linear in the pending freezes."""
    others = [item for item in state.freezing if item is not balance]
    state.freezing = [*others, balance] if balance.pending else others
    state.watch()


def freeze_pending(state: State) -> None:
    """Freeze what has become available in pending balances. Linear in those.

    Runs after anything that may release cash or tonnes, before they can be used.
    """
    done = False
    for balance in state.freezing:
        if balance.available:
            balance.freeze()
            done = done or balance.pending == 0
    if done:
        state.freezing = [item for item in state.freezing if item.pending]
        state.watch()


def _unknown(
    state: State, account: Account | None, command: FreezeCommand, *, permitted: bool
) -> Rejected | None:
    if command.instrument and command.instrument not in state.instruments:
        return Rejected(Reason.UNKNOWN_INSTRUMENT, "instrument")
    if not permitted:
        return Rejected(Reason.NOT_PERMITTED)
    if account is None:
        return Rejected(Reason.UNKNOWN_ACCOUNT, "account")
    return None


def _bad_size(command: FreezeCommand) -> Rejected | None:
    if 0 < command.size <= MAX_BALANCE:
        return None
    reason = Reason.BAD_QTY if command.instrument else Reason.BAD_AMOUNT
    return Rejected(reason, _param(command), command.size, MAX_BALANCE)


def _impossible(balance: Balance, command: FreezeCommand) -> Rejected | None:
    """Check that the frozen total stays between 0 and MAX_BALANCE."""
    ordered = balance.frozen + balance.pending
    if type(command) is Freeze:
        reason, room = Reason.BALANCE_LIMIT, MAX_BALANCE - ordered
    else:
        reason, room = Reason.NOT_FROZEN, ordered
    if command.size <= room:
        return None
    return Rejected(reason, _param(command), command.size, room)


def _param(command: FreezeCommand) -> str:
    return "quantity" if command.instrument else "amount"


def _known(account: Account, instrument: str) -> Balance:
    """Return the balance, creating no holding: a rejection must leave no trace."""
    if not instrument:
        return account.cash_balance
    return account.holdings.get(instrument, NOTHING)


def _balance(account: Account, instrument: str) -> Balance:
    return account.holding(instrument) if instrument else account.cash_balance
