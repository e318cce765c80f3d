"""Participants, their keys, accounts and restrictions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonex.engine.accounts import Account, Key, Participant
from carbonex.engine.commands import MAX_OPEN_ORDERS
from carbonex.engine.enums import BUY, CancelReason, Permission, Reason, Restriction
from carbonex.engine.events import (
    AccountOpened,
    KeyAdded,
    KeyRevoked,
    ParticipantRegistered,
    ParticipantRestricted,
    Rejected,
)
from carbonex.engine.market.rules import bad_name
from carbonex.engine.off_book.auctions import drop_bids
from carbonex.engine.off_book.blocks import drop_blocks
from carbonex.engine.orders.mass_cancels import of_participant, request


if TYPE_CHECKING:
    from carbonex.engine.commands import (
        AddKey,
        OpenAccount,
        RegisterParticipant,
        RestrictParticipant,
        RevokeKey,
    )
    from carbonex.engine.enums import Side
    from carbonex.engine.events import Event
    from carbonex.engine.state import State


PUBLIC_KEY_SIZE: Final = 32  # bytes of an Ed25519 public key
ALL_PERMISSIONS: Final = sum(Permission)


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
    """Add a key that lets a participant log in; a key id is never used twice."""
    if not state.permits(command.key, Permission.REGISTRY):
        return [Rejected(Reason.NOT_PERMITTED)]
    participant = state.participants.get(command.participant)
    if participant is None:
        return [Rejected(Reason.UNKNOWN_PARTICIPANT, "participant")]
    if command.key_id in state.keys:
        return [Rejected(Reason.ALREADY_EXISTS, "key_id")]
    rejected = bad_name("key_id", command.key_id) or _bad_key(state, command)
    if rejected is not None:
        return [rejected]
    state.add_key(
        Key(command.key_id, participant, command.public_key, command.permissions)
    )
    return [KeyAdded(command)]


def revoke_key(state: State, command: RevokeKey) -> list[Event]:
    """Revoke a key; revoking it twice changes nothing. O(keys).

    One key with the permission REGISTRY must remain, whoever sends the command: to
    replace the last one, add another first.
    """
    if not state.permits(command.key, Permission.REGISTRY):
        return [Rejected(Reason.NOT_PERMITTED)]
    key = state.keys.get(command.key_id)
    if key is None:
        return [Rejected(Reason.UNKNOWN_KEY, "key_id")]
    if _is_last_of_registry(state, key):
        return [Rejected(Reason.LAST_REGISTRY_KEY, "key_id")]
    state.revoke(key)
    return [KeyRevoked(command.key_id)]


def open_account(state: State, command: OpenAccount) -> list[Event]:
    """Open an account for a participant, under a name new to the venue."""
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
        or _not_positive("max_stop_orders", command.max_stop_orders)
        or _too_high(command)
    )
    if rejected is not None:
        return [rejected]
    account = Account(
        command.account,
        participant,
        command.max_client_ids,
        command.max_open_orders,
        command.max_stop_orders,
    )
    state.add_account(account)
    return [AccountOpened(command)]


def restrict(state: State, command: RestrictParticipant) -> list[Event]:
    """Set what a participant may do from now on (MARKET-RULES §6).

    Orders, blocks and bids that it may no longer have open are ended: orders by order
    id, then blocks to which it is a party, then bids and auctions. Linear in all open
    blocks and in what it has open. Repeating the command changes nothing, and NONE
    lifts any restriction.
    """
    if not state.permits(command.key, Permission.OPERATE):
        return [Rejected(Reason.NOT_PERMITTED)]
    participant = state.participants.get(command.participant)
    if participant is None:
        return [Rejected(Reason.UNKNOWN_PARTICIPANT, "participant")]
    restriction = participant.restriction = command.restriction
    for account in participant.accounts.values():
        account.restricted = restriction is not Restriction.NONE
    events: list[Event] = [ParticipantRestricted(participant.name, restriction)]
    if restriction is Restriction.SUSPENDED:
        events += _end_open(state, participant, None)
    elif restriction is Restriction.SELL_ONLY:
        events += _end_open(state, participant, BUY)
    return events


def _bad_key(state: State, command: AddKey) -> Rejected | None:
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


def _too_high(command: OpenAccount) -> Rejected | None:
    """Check the account's limits, which bound snapshots and mass cancels."""
    for name in ("max_open_orders", "max_stop_orders"):
        value = getattr(command, name)
        if value > MAX_OPEN_ORDERS:
            return Rejected(Reason.BAD_PARAMETER, name, value, MAX_OPEN_ORDERS)
    return None


def _end_open(state: State, participant: Participant, side: Side | None) -> list[Event]:
    """End what a participant has open on ``side``; None: on both sides."""
    cancel = of_participant(CancelReason.RESTRICTED, participant, side, "")
    return [
        *request(state, cancel),
        *drop_blocks(state, participant, side),
        *drop_bids(state, participant, side),
    ]


def _is_last_of_registry(state: State, key: Key) -> bool:
    able = [
        known
        for known in state.keys.values()
        if Permission.REGISTRY in known.permissions and not known.revoked
    ]
    return able == [key]
