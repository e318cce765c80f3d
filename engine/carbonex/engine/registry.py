"""Participants, keys, accounts, cash and tonnes: what the registry decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from .accounts import NOTHING, Account, Key, Participant
from .commands import MAX_BALANCE, Deposit, Issue, Transfer, Withdraw
from .enums import Permission, Reason
from .events import (
    AccountOpened,
    KeyAdded,
    KeyRevoked,
    Moved,
    ParticipantRegistered,
    Rejected,
)
from .rules import bad_name


if TYPE_CHECKING:
    from .accounts import Move
    from .commands import AddKey, OpenAccount, RegisterParticipant, RevokeKey
    from .events import Event
    from .state import State


PUBLIC_KEY_SIZE = 32  # bytes of an Ed25519 public key
ALL_PERMISSIONS = sum(Permission)


def register_participant(state: State, command: RegisterParticipant) -> list[Event]:
    """Admit a company under a new name."""
    if not state.permits(command.key, Permission.REGISTRY):
        return [Rejected(Reason.NOT_PERMITTED)]
    if command.participant in state.participants:
        return [Rejected(Reason.ALREADY_EXISTS, "participant")]
    rejected = bad_name("participant", command.participant)
    if rejected is not None:
        return [rejected]
    state.participants[command.participant] = Participant(command.participant)
    return [ParticipantRegistered(command.participant)]


def add_key(state: State, command: AddKey) -> list[Event]:
    """Let a participant log in with a key; a key id is never used twice."""
    if not state.permits(command.key, Permission.REGISTRY):
        return [Rejected(Reason.NOT_PERMITTED)]
    participant = state.participants.get(command.participant)
    if participant is None:
        return [Rejected(Reason.UNKNOWN_PARTICIPANT, "participant")]
    if command.key_id in state.keys:
        return [Rejected(Reason.ALREADY_EXISTS, "key_id")]
    rejected = bad_name("key_id", command.key_id) or _bad_key(command)
    if rejected is not None:
        return [rejected]
    state.add_key(
        Key(command.key_id, participant, command.public_key, command.permissions)
    )
    return [KeyAdded(command)]


def revoke_key(state: State, command: RevokeKey) -> list[Event]:
    """Make a key useless; doing it twice changes nothing."""
    if not state.permits(command.key, Permission.REGISTRY):
        return [Rejected(Reason.NOT_PERMITTED)]
    key = state.keys.get(command.key_id)
    if key is None:
        return [Rejected(Reason.UNKNOWN_KEY, "key_id")]
    state.revoke(key)
    return [KeyRevoked(command.key_id)]


def open_account(state: State, command: OpenAccount) -> list[Event]:
    """Give a participant an account under a name new to the venue."""
    if not state.permits(command.key, Permission.REGISTRY):
        return [Rejected(Reason.NOT_PERMITTED)]
    participant = state.participants.get(command.participant)
    if participant is None:
        return [Rejected(Reason.UNKNOWN_PARTICIPANT, "participant")]
    if command.account in state.accounts:
        return [Rejected(Reason.ALREADY_EXISTS, "account")]
    rejected = (
        bad_name("account", command.account)
        or _not_positive("max_client_ids", command.max_client_ids)
        or _not_positive("max_open_orders", command.max_open_orders)
    )
    if rejected is not None:
        return [rejected]
    account = Account(
        command.account, participant, command.max_client_ids, command.max_open_orders
    )
    state.accounts[account.name] = participant.accounts[account.name] = account
    return [AccountOpened(command)]


def move(state: State, command: Move) -> list[Event]:
    """Deposit, withdraw, issue or transfer, once per client ref."""
    permitted = state.permits(command.key, Permission.REGISTRY)
    account = state.accounts.get(command.account)
    if permitted and account is not None:
        known = account.client_refs.get(command.client_ref)
        if known is not None:
            return [_moved_before(known, command)]
    rejected = _unmovable(state, account, command, permitted=permitted)
    if rejected is not None:
        return [rejected]
    assert account is not None
    account.client_refs.today[command.client_ref] = command
    _apply_move(state, account, command)
    return [Moved(command)]


def _bad_key(command: AddKey) -> Rejected | None:
    if len(command.public_key) != PUBLIC_KEY_SIZE:
        size = len(command.public_key)
        return Rejected(Reason.BAD_PARAMETER, "public_key", size, PUBLIC_KEY_SIZE)
    permissions = int(command.permissions)
    if not 0 < permissions <= ALL_PERMISSIONS:
        limit = ALL_PERMISSIONS
        return Rejected(Reason.BAD_PARAMETER, "permissions", permissions, limit)
    return None


def _not_positive(param: str, value: int) -> Rejected | None:
    return Rejected(Reason.BAD_PARAMETER, param, value, 1) if value < 1 else None


def _moved_before(known: Move, command: Move) -> Event:
    if type(known) is not type(command) or replace(command, key=known.key) != known:
        return Rejected(Reason.DUPLICATE_CLIENT_REF, "client_ref")
    return Moved(known, duplicate=True)


def _unmovable(
    state: State, account: Account | None, command: Move, *, permitted: bool
) -> Rejected | None:
    """Check a new move by the enum's precedence."""
    if (
        type(command) is Issue or type(command) is Transfer
    ) and command.instrument not in state.instruments:
        return Rejected(Reason.UNKNOWN_INSTRUMENT, "instrument")
    if not permitted:
        return Rejected(Reason.NOT_PERMITTED)
    if account is None:
        return Rejected(Reason.UNKNOWN_ACCOUNT, "account")
    if type(command) is Transfer and command.to_account not in state.accounts:
        return Rejected(Reason.UNKNOWN_ACCOUNT, "to_account")
    rejected = bad_name("client_ref", command.client_ref)
    if rejected is not None:
        return rejected
    if type(command) is Transfer and command.to_account == command.account:
        return Rejected(Reason.BAD_PARAMETER, "to_account")
    rejected = _bad_size(command) or _out_of_balance(state, account, command)
    if rejected is not None:
        return rejected
    known = len(account.client_refs)
    if known >= account.max_client_ids:
        limit = account.max_client_ids
        return Rejected(Reason.TOO_MANY_CLIENT_IDS, "client_ref", known, limit)
    return None


def _bad_size(command: Move) -> Rejected | None:
    if type(command) is Deposit or type(command) is Withdraw:
        if 0 < command.amount <= MAX_BALANCE:
            return None
        return Rejected(Reason.BAD_AMOUNT, "amount", command.amount, MAX_BALANCE)
    assert type(command) is Issue or type(command) is Transfer
    if 0 < command.quantity <= MAX_BALANCE:
        return None
    return Rejected(Reason.BAD_QTY, "quantity", command.quantity, MAX_BALANCE)


def _out_of_balance(state: State, account: Account, command: Move) -> Rejected | None:
    """Check that credits fit the venue's total, and that debits are there."""
    if type(command) is Deposit:
        room = MAX_BALANCE - state.cash
        if command.amount > room:
            return Rejected(Reason.BALANCE_LIMIT, "amount", command.amount, room)
    elif type(command) is Withdraw:
        free = account.available
        if command.amount > free:
            return Rejected(Reason.INSUFFICIENT_FUNDS, "amount", command.amount, free)
    elif type(command) is Issue:
        room = MAX_BALANCE - state.instruments[command.instrument].issued
        if command.quantity > room:
            return Rejected(Reason.BALANCE_LIMIT, "quantity", command.quantity, room)
    else:
        assert type(command) is Transfer
        free = account.holdings.get(command.instrument, NOTHING).available
        if command.quantity > free:
            reason = Reason.INSUFFICIENT_HOLDINGS
            return Rejected(reason, "quantity", command.quantity, free)
    return None


def _apply_move(state: State, account: Account, command: Move) -> None:
    if type(command) is Deposit:
        account.cash_balance.credit(command.amount)
        state.cash += command.amount
    elif type(command) is Withdraw:
        account.cash_balance.credit(-command.amount)
        state.cash -= command.amount
    elif type(command) is Issue:
        account.holding(command.instrument).credit(command.quantity)
        state.instruments[command.instrument].issued += command.quantity
    else:
        assert type(command) is Transfer
        account.holding(command.instrument).credit(-command.quantity)
        target = state.accounts[command.to_account]
        target.holding(command.instrument).credit(command.quantity)
