"""Why value does not move, and why the registry does not write something down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    MAX_BALANCE,
    AddKey,
    Deposit,
    Freeze,
    FreezeCommand,
    Issue,
    MoveCommand,
    OpenAccount,
    Permission,
    Reason,
    RegisterParticipant,
    Retire,
    RevokeKey,
    SetObligation,
    Surrender,
    Transfer,
    Withdraw,
)

from . import who


if TYPE_CHECKING:
    from collections.abc import Iterator

    from model.world import World


def move(world: World, command: MoveCommand) -> Iterator[Reason]:
    """What is wrong with moving value; the ref has not been used."""
    yield from who.authority(world, command.key, Permission.REGISTRY)
    known = command.account in world.accounts
    if not known:
        yield Reason.UNKNOWN_ACCOUNT
    if isinstance(command, Deposit | Withdraw):
        if not 0 < command.amount <= MAX_BALANCE:
            yield Reason.BAD_AMOUNT
    else:
        if command.instrument not in world.papers:
            yield Reason.UNKNOWN_INSTRUMENT
            return
        if not 0 < command.quantity <= MAX_BALANCE:
            yield Reason.BAD_QTY
    if known:
        yield from who.ref(world, command.account, command.client_ref)
        yield from _out_of_balance(world, command)


def _out_of_balance(world: World, command: MoveCommand) -> Iterator[Reason]:
    match command:
        case Deposit(_, _, amount):
            if world.ledger.paid_in + amount > MAX_BALANCE:
                yield Reason.BALANCE_LIMIT
        case Withdraw(_, account, amount):
            yield from who.short_of_cash(world, account, amount)
        case Issue(_, _, instrument, quantity):
            if world.ledger.issued[instrument] + quantity > MAX_BALANCE:
                yield Reason.BALANCE_LIMIT
        case Transfer():
            yield from _untransferable(world, command)
        case Surrender():
            yield from _unsurrenderable(world, command)
        case Retire(_, account, instrument, quantity):
            yield from who.short(world, account, instrument, quantity)


def _untransferable(world: World, command: Transfer) -> Iterator[Reason]:
    if command.to_account == command.account:
        yield Reason.BAD_PARAMETER
    if command.to_account not in world.accounts:
        yield Reason.UNKNOWN_ACCOUNT
    elif not world.same(command.account, command.to_account):
        name, quantity = command.instrument, command.quantity
        yield from who.position(world, command.to_account, name, quantity)
    yield from _immovable(world, command)


def _unsurrenderable(world: World, command: Surrender) -> Iterator[Reason]:
    key = world.owner(command.account), command.year
    obligation = world.ledger.obligations.get(key)
    yield from _immovable(world, command)
    if obligation is None:
        yield Reason.OBLIGATION_UNKNOWN
        return
    if obligation.surrendered + command.quantity > obligation.due:
        yield Reason.BAD_QTY
    permille = world.papers[command.instrument].terms.offset_permille
    most = obligation.due * permille // 1000
    if permille < 1000 and obligation.offset + command.quantity > most:
        yield Reason.OFFSET_CAP


def _immovable(world: World, command: Transfer | Surrender) -> Iterator[Reason]:
    account, name = command.account, command.instrument
    if command.quantity > world.unlocked(account, name):
        yield Reason.INSUFFICIENT_HOLDINGS
    elif command.quantity > world.movable(account, name):
        yield Reason.TONNES_FROZEN


def freeze(world: World, command: FreezeCommand) -> Iterator[Reason]:
    """What is wrong with a freeze, or with less of it; the ref has not been used."""
    yield from who.authority(world, command.key, Permission.REGISTRY)
    if command.account not in world.accounts:
        yield Reason.UNKNOWN_ACCOUNT
    else:
        yield from who.ref(world, command.account, command.client_ref)
    if command.instrument and command.instrument not in world.papers:
        yield Reason.UNKNOWN_INSTRUMENT
    if not 0 < len(command.reason) <= 200 or "\n" in command.reason:
        yield Reason.BAD_PARAMETER
    if not 0 < command.size <= MAX_BALANCE:
        yield Reason.BAD_QTY if command.instrument else Reason.BAD_AMOUNT
    ordered = world.freezes[command.account, command.instrument]
    if isinstance(command, Freeze):
        if ordered + command.size > MAX_BALANCE:
            yield Reason.BALANCE_LIMIT
    elif command.size > ordered:
        yield Reason.NOT_FROZEN


def oblige(world: World, command: SetObligation) -> Iterator[Reason]:
    yield from who.authority(world, command.key, Permission.REGISTRY)
    if command.participant not in world.restrictions:
        yield Reason.UNKNOWN_PARTICIPANT
    if not 1990 <= command.year <= 9999:
        yield Reason.BAD_PARAMETER
    now = world.ledger.obligations.get((command.participant, command.year))
    surrendered, offset = (now.surrendered, now.offset) if now else (0, 0)
    if not surrendered <= command.due <= MAX_BALANCE:
        yield Reason.BAD_QTY
    caps = [paper.terms.offset_permille for paper in world.papers.values()]
    highest = max((cap for cap in caps if cap < 1000), default=1000)
    was = now.due if now else 0
    if offset * 1000 > was * highest:  # since the terms have changed
        too_low = command.due < was
    else:
        too_low = offset * 1000 > command.due * highest
    if too_low:
        yield Reason.OFFSET_CAP


def register(world: World, command: RegisterParticipant) -> Iterator[Reason]:
    yield from who.authority(world, command.key, Permission.REGISTRY)
    yield from who.name(command.participant)
    if command.participant in world.restrictions:
        yield Reason.ALREADY_EXISTS


def open_account(world: World, command: OpenAccount) -> Iterator[Reason]:
    yield from who.authority(world, command.key, Permission.REGISTRY)
    yield from who.name(command.account)
    if command.participant not in world.restrictions:
        yield Reason.UNKNOWN_PARTICIPANT
    if command.account in world.accounts:
        yield Reason.ALREADY_EXISTS
    orders, stops = command.max_open_orders, command.max_stop_orders
    if min(command.max_client_ids, orders, stops) < 1 or max(orders, stops) > 10**6:
        yield Reason.BAD_PARAMETER


def add_key(world: World, command: AddKey) -> Iterator[Reason]:
    yield from who.authority(world, command.key, Permission.REGISTRY)
    yield from who.name(command.key_id)
    if command.participant not in world.restrictions:
        yield Reason.UNKNOWN_PARTICIPANT
    if command.key_id in world.keys:
        yield Reason.ALREADY_EXISTS
    if len(command.public_key) != 32 or not 0 < command.permissions <= 15:
        yield Reason.BAD_PARAMETER


def revoke(world: World, command: RevokeKey) -> Iterator[Reason]:
    yield from who.authority(world, command.key, Permission.REGISTRY)
    if command.key_id not in world.keys:
        yield Reason.UNKNOWN_KEY
    registrars = [
        name
        for name, terms in world.keys.items()
        if Permission.REGISTRY in terms.permissions and name not in world.revoked
    ]
    if registrars == [command.key_id]:
        yield Reason.LAST_REGISTRY_KEY
