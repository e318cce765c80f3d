"""What the registry writes down: people, value that moves, what is owed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    BUY,
    AccountOpened,
    AddKey,
    BidEnd,
    BlockEnd,
    CancelReason,
    Deposit,
    EligibilitySet,
    Event,
    Freeze,
    FreezeChanged,
    FreezeCommand,
    KeyAdded,
    KeyRevoked,
    MoveCommand,
    Moved,
    ObligationSet,
    OpenAccount,
    ParticipantRegistered,
    ParticipantRestricted,
    Permission,
    RegisterParticipant,
    Restriction,
    RestrictParticipant,
    RevokeKey,
    SetEligibility,
    SetObligation,
    Surrender,
    Withdraw,
)
from ledger import Due
from model.masses import Mass
from model.reasons import first, market, moves as reasons, who
from model.world import other_side

from . import offers, refs
from .mass import request


if TYPE_CHECKING:
    from model.world import World


def move(world: World, command: MoveCommand) -> list[Event]:
    if who.moves(world, command) and (answer := refs.known(world, command)):
        return answer
    if stopped := first(reasons.move(world, command)):
        return stopped
    moved = Moved(command)
    refs.note(world, command, moved)
    if isinstance(command, Deposit | Withdraw):
        world.ledger.move(command)
        return [moved]
    free = world.free_tonnes(command.account, command.instrument)
    world.ledger.move(command, free)
    if not isinstance(command, Surrender):
        return [moved]
    participant = world.owner(command.account)
    permille = world.papers[command.instrument].terms.offset_permille
    due = world.ledger.surrender(participant, command, capped=permille < 1000)
    terms = SetObligation(command.key, participant, command.year, due.due)
    return [moved, ObligationSet(terms, due.surrendered, due.offset)]


def freeze(world: World, command: FreezeCommand) -> list[Event]:
    refused = [*who.authority(world, command.key, Permission.REGISTRY)]
    if not refused and (answer := refs.known(world, command)):
        return answer
    if stopped := first(reasons.freeze(world, command)):
        return stopped
    more = command.size if isinstance(command, Freeze) else -command.size
    where = command.account, command.instrument
    world.freezes[where] += more
    frozen = world.frozen(*where)
    changed = FreezeChanged(command, frozen, world.freezes[where] - frozen)
    refs.note(world, command, changed)
    return [changed]


def oblige(world: World, command: SetObligation) -> list[Event]:
    if refused := first(reasons.oblige(world, command)):
        return refused
    key = command.participant, command.year
    due = world.ledger.obligations.setdefault(key, Due())
    due.due = command.due
    return [ObligationSet(command, due.surrendered, due.offset)]


def entitle(world: World, command: SetEligibility) -> list[Event]:
    if refused := first(reasons.entitle(world, command)):
        return refused
    world.eligibility[command.product] = command.rules
    return [EligibilitySet(command)]


def register(world: World, command: RegisterParticipant) -> list[Event]:
    if refused := first(reasons.register(world, command)):
        return refused
    world.restrictions[command.participant] = Restriction.NONE
    return [ParticipantRegistered(command.participant)]


def open_account(world: World, command: OpenAccount) -> list[Event]:
    if refused := first(reasons.open_account(world, command)):
        return refused
    world.accounts[command.account] = command
    return [AccountOpened(command)]


def add_key(world: World, command: AddKey) -> list[Event]:
    if refused := first(reasons.add_key(world, command)):
        return refused
    world.keys[command.key_id] = command
    return [KeyAdded(command)]


def revoke(world: World, command: RevokeKey) -> list[Event]:
    if refused := first(reasons.revoke(world, command)):
        return refused
    world.revoked.add(command.key_id)
    return [KeyRevoked(command.key_id)]


def restrict(world: World, command: RestrictParticipant) -> list[Event]:
    """What the participant may not have open any more ends."""
    if refused := first(market.restrict(world, command)):
        return refused
    who_, restriction = command.participant, command.restriction
    world.restrictions[who_] = restriction
    events: list[Event] = [ParticipantRestricted(who_, restriction)]
    ending = {Restriction.SUSPENDED: (0, 1), Restriction.SELL_ONLY: (BUY,)}
    sides = ending.get(restriction, ())
    if sides:
        side = None if len(sides) > 1 else BUY
        owned = world.owned(who_)
        mass = Mass(CancelReason.RESTRICTED, owned, side=side)
        events += request(world, mass)
    for number, block in [*world.blocks.items()]:
        own = world.owner(block.account) == who_ and block.side in sides
        other = block.counterparty == who_ and other_side(block.side) in sides
        if own or other:
            events.append(offers.end_block(world, number, BlockEnd.RESTRICTED))
    bids = [
        (number, sale)
        for sale in world.sales.values()
        for number, bid in sale.bids.items()
        if world.owner(bid.account) == who_ and other_side(sale.terms.side) in sides
    ]
    for number, sale in sorted(bids, key=lambda item: item[0]):
        events.append(offers.end_bid(sale, number, BidEnd.RESTRICTED))
    for number, sale in [*world.sales.items()]:
        if world.owner(sale.terms.account) == who_ and sale.terms.side in sides:
            events += offers.cancel_sale(world, number)
    return events
