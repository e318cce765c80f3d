"""Cash and tonnes credited, debited or transferred outside the market."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine.accounts import NOTHING
from carbonex.engine.commands import (
    MAX_BALANCE,
    Deposit,
    Issue,
    Retire,
    Surrender,
    Transfer,
    Withdraw,
)
from carbonex.engine.enums import Permission, Reason, Restriction
from carbonex.engine.events import Moved, Rejected
from carbonex.engine.orders.refusals import (
    beyond_position,
    short_of_cash,
    short_of_movable,
    short_of_tonnes,
)

from .eligibility import ineligible
from .obligations import surrender, unsurrenderable
from .refs import answered_before, bad_ref, remember, too_many_refs


if TYPE_CHECKING:
    from carbonex.engine.accounts import Account
    from carbonex.engine.commands import MoveCommand
    from carbonex.engine.events import Event
    from carbonex.engine.state import State


def move(state: State, command: MoveCommand) -> list[Event]:
    """Apply a move of cash or tonnes, once per client ref, in any market phase.

    Participants surrender and transfer their own tonnes with a key that permits it. A
    surrender also answers with the updated obligation. O(1), and linear in the days
    from which the holding's tonnes may be sold.
    """
    registry = state.permits(command.key, Permission.REGISTRY)
    account = state.accounts.get(command.account)
    permitted = registry or _is_owner(state, account, command)
    answer = answered_before(account if permitted else None, command)
    if answer is not None:
        return [answer]
    rejected = _unknown(state, account, command, permitted=permitted)
    if rejected is not None:
        return [rejected]
    assert account is not None
    rejected = (
        bad_ref(command.client_ref)
        or _bad_target(command)
        or (None if registry else _unfree(state, account, command))
        or (ineligible(state, command) if type(command) is Surrender else None)
        or _bad_size(command)
        or _immovable(state, account, command, registry=registry)
        or too_many_refs(account)
    )
    if rejected is not None:
        return [rejected]
    moved = Moved(command)
    remember(account, command, moved)
    return [moved, *_apply(state, account, command)]


def _is_owner(state: State, account: Account | None, command: MoveCommand) -> bool:
    """Tell whether a participant's key may make this move from its own account."""
    if account is None or not _may_transfer(state, command):
        return False
    return state.keys[command.key].participant is account.participant


def _may_transfer(state: State, command: MoveCommand) -> bool:
    """Tell whether participants may make this kind of move, and this key permits it."""
    own = type(command) is Transfer or type(command) is Surrender
    return own and state.permits(command.key, Permission.TRANSFER)


def _unknown(
    state: State, account: Account | None, command: MoveCommand, *, permitted: bool
) -> Rejected | None:
    if (
        type(command) is not Deposit
        and type(command) is not Withdraw
        and command.instrument not in state.instruments
    ):
        return Rejected(Reason.UNKNOWN_INSTRUMENT, "instrument")
    if not permitted:
        param = "account" if _may_transfer(state, command) else ""
        return Rejected(Reason.NOT_PERMITTED, param)
    if account is None:
        return Rejected(Reason.UNKNOWN_ACCOUNT, "account")
    if type(command) is Transfer and command.to_account not in state.accounts:
        return Rejected(Reason.UNKNOWN_ACCOUNT, "to_account")
    return None


def _unfree(state: State, account: Account, command: MoveCommand) -> Rejected | None:
    """Check that supervision lets both participants of an own move make it.

    A transfer must not move tonnes from or to a restricted participant: it would bypass
    the restriction. Obligations must still be met, so only a suspended participant,
    which may do nothing, has to leave surrenders to the registry.
    """
    restriction = account.participant.restriction
    if type(command) is not Transfer:
        barred = restriction is Restriction.SUSPENDED
    else:
        barred = restriction is not Restriction.NONE
    if barred:
        return Rejected(Reason.RESTRICTED, "account", int(restriction))
    if type(command) is Transfer and state.accounts[command.to_account].restricted:
        return Rejected(Reason.RESTRICTED, "to_account")
    return None


def _bad_target(command: MoveCommand) -> Rejected | None:
    if type(command) is Transfer and command.to_account == command.account:
        return Rejected(Reason.BAD_PARAMETER, "to_account")
    return None


def _bad_size(command: MoveCommand) -> Rejected | None:
    if type(command) is Deposit or type(command) is Withdraw:
        if 0 < command.amount <= MAX_BALANCE:
            return None
        return Rejected(Reason.BAD_AMOUNT, "amount", command.amount, MAX_BALANCE)
    if 0 < command.quantity <= MAX_BALANCE:
        return None
    return Rejected(Reason.BAD_QTY, "quantity", command.quantity, MAX_BALANCE)


def _immovable(
    state: State, account: Account, command: MoveCommand, *, registry: bool
) -> Rejected | None:
    """Check that credits fit the venue's total, and that debits are covered."""
    if type(command) is Deposit:
        room = MAX_BALANCE - state.cash
        if command.amount > room:
            return Rejected(Reason.BALANCE_LIMIT, "amount", command.amount, room)
    elif type(command) is Withdraw:
        free = account.available
        if command.amount > free:
            return short_of_cash(account, "amount", command.amount, free)
    elif type(command) is Issue:
        room = MAX_BALANCE - state.instruments[command.instrument].issued
        if command.quantity > room:
            return Rejected(Reason.BALANCE_LIMIT, "quantity", command.quantity, room)
    elif type(command) is Transfer:
        return _untransferable(state, account, command, registry=registry)
    elif type(command) is Surrender:
        return unsurrenderable(state, account, command)
    else:
        return _unretirable(account, command)
    return None


def _untransferable(
    state: State, account: Account, command: Transfer, *, registry: bool
) -> Rejected | None:
    """Check the receiver's position limit, and that the tonnes are there.

    For participants the order is reversed, and the receiver's position is not reported:
    a sender without tonnes could otherwise probe it as often as needed.
    """
    beyond = _beyond_position(state, account, command)
    if beyond is not None and registry:
        return beyond
    holding = account.holdings.get(command.instrument, NOTHING)
    rejected = short_of_movable(holding, command.quantity)
    if rejected is not None:
        return rejected
    if beyond is not None:
        reason, limit = beyond.reason, beyond.limit
        return Rejected(reason, "to_account", command.quantity, limit)
    return None


def _beyond_position(
    state: State, account: Account, command: Transfer
) -> Rejected | None:
    target = state.accounts[command.to_account]
    if target.participant is account.participant:
        return None
    instrument = state.instruments[command.instrument]
    return beyond_position(instrument, target, command.quantity)


def _unretirable(account: Account, command: Retire) -> Rejected | None:
    free = account.holdings.get(command.instrument, NOTHING).available
    if command.quantity > free:
        return short_of_tonnes(account, command.instrument, command.quantity, free)
    return None


def _apply(state: State, account: Account, command: MoveCommand) -> list[Event]:
    """Apply a move; return further events."""
    if type(command) is Deposit:
        account.cash_balance.credit(command.amount)
        state.cash += command.amount
    elif type(command) is Withdraw:
        account.cash_balance.credit(-command.amount)
        state.cash -= command.amount
    elif type(command) is Issue:
        account.holding(command.instrument).credit(command.quantity)
        state.instruments[command.instrument].issued += command.quantity
    elif type(command) is Transfer:
        _transfer(state, account, command)
    elif type(command) is Surrender:
        return [surrender(state, account, command)]
    else:
        account.holding(command.instrument).credit(-command.quantity)
        state.instruments[command.instrument].issued -= command.quantity
    return []


def _transfer(state: State, account: Account, command: Transfer) -> None:
    """Move free tonnes first, then those sellable soonest; all keep their day."""
    source = account.holding(command.instrument)
    target = state.accounts[command.to_account].holding(command.instrument)
    for day, quantity in source.take(command.quantity, sorted([0, *source.maturing])):
        target.receive(quantity, day)
