"""Why value does not move, and why the registry does not write something down."""

from __future__ import annotations

import datetime as dt
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
    Restriction,
    Retire,
    RevokeKey,
    SetEligibility,
    SetObligation,
    Surrender,
    Transfer,
    Withdraw,
)
from covers import judge

from . import who


if TYPE_CHECKING:
    from collections.abc import Iterator

    from model.world import World


YEARS = range(1990, 10_000)


def move(world: World, command: MoveCommand) -> Iterator[Reason]:
    """What is wrong with moving value; the ref has not been used."""
    registry = not [*who.authority(world, command.key, Permission.REGISTRY)]
    if not who.moves(world, command):
        yield Reason.NOT_PERMITTED
    elif not registry:
        yield from _restricted(world, command)
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
        yield from _out_of_balance(world, command, registry=registry)


def _restricted(world: World, command: MoveCommand) -> Iterator[Reason]:
    """An owner that is restricted gives nothing away and is given nothing."""
    if isinstance(command, Surrender):
        yield from who.suspended(world, command.account)
        return
    assert isinstance(command, Transfer)
    ends = {command.account, command.to_account} & {*world.accounts}
    owners = {world.restrictions[world.owner(account)] for account in ends}
    if owners != {Restriction.NONE}:
        yield Reason.RESTRICTED


def _out_of_balance(
    world: World, command: MoveCommand, *, registry: bool
) -> Iterator[Reason]:
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
            yield from _untransferable(world, command, registry=registry)
        case Surrender():
            yield from _unsurrenderable(world, command)
        case Retire(_, account, instrument, quantity):
            yield from who.short(world, account, instrument, quantity)


def _untransferable(
    world: World, command: Transfer, *, registry: bool
) -> Iterator[Reason]:
    short = command.quantity > world.movable(command.account, command.instrument)
    if command.to_account == command.account:
        yield Reason.BAD_PARAMETER
    if command.to_account not in world.accounts:
        yield Reason.UNKNOWN_ACCOUNT
    elif not world.same(command.account, command.to_account) and (
        registry or not short  # who has none to give is not told
    ):
        name, quantity = command.instrument, command.quantity
        yield from who.position(world, command.to_account, name, quantity)
    yield from _immovable(world, command)


def _unsurrenderable(world: World, command: Surrender) -> Iterator[Reason]:
    terms = world.papers[command.instrument].terms
    rules = world.eligibility.get(terms.product, ())
    verdict = judge(rules, terms, command.year, world.now)
    if verdict != "cover":
        yield Reason.VINTAGE_ENDED if verdict else Reason.NOT_ELIGIBLE
    key = world.owner(command.account), command.year
    obligation = world.ledger.obligations.get(key)
    yield from _immovable(world, command)
    if obligation is None:
        yield Reason.OBLIGATION_UNKNOWN
        return
    if obligation.surrendered + command.quantity > obligation.due:
        yield Reason.BAD_QTY
    permille = terms.offset_permille
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


def entitle(world: World, command: SetEligibility) -> Iterator[Reason]:
    yield from who.authority(world, command.key, Permission.REGISTRY)
    papers = [paper.terms for paper in world.papers.values()]
    named = {each for rule in command.rules for each in rule.instruments}
    own = {each.instrument for each in papers if each.product == command.product}
    counts = [len(command.rules), *(len(each.instruments) for each in command.rules)]
    if not own:
        yield Reason.UNKNOWN_PRODUCT
    sound = own >= named and max(counts) <= 32
    for rule in command.rules:
        for begin, end in (
            (rule.vintage_from, rule.vintage_to),
            (rule.year_from, rule.year_to),
        ):
            sound = sound and begin in (0, *YEARS) and end in (0, *YEARS)
            sound = sound and (not end or begin <= end)
        sound = sound and (not rule.until or _is_date(rule.until))
    if not sound:
        yield Reason.BAD_PARAMETER


def _is_date(number: int) -> bool:
    try:
        return dt.datetime.strptime(f"{number:08}", "%Y%m%d").year >= 1990  # noqa: DTZ007
    except ValueError:
        return False


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
    if len(command.public_key) != 32 or not 0 < command.permissions <= 31:
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
