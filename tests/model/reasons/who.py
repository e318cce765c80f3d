"""Who may do what, and how things may be called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    MAX_NAME,
    SELL,
    Permission,
    Phase,
    Reason,
    Restriction,
    Side,
    Surrender,
    Transfer,
)
from model import clock


if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from carbonex.engine import MoveCommand
    from model.world import Paper, Stake, World


def access(world: World, key: str, account: str) -> Generator[Reason, None, bool]:
    """A key trades for its participant's accounts, the venue for all.

    What it returns tells whether there was any such reason.
    """
    terms = world.accounts.get(account)
    known = world.keys.get(key)
    trades = known and Permission.TRADE in known.permissions
    trades = trades and key not in world.revoked
    own = terms and known and known.participant == terms.participant
    barred = bool(key) and not (trades and own)
    if barred:
        yield Reason.NOT_PERMITTED
    if terms is None:
        yield Reason.UNKNOWN_ACCOUNT
    return barred or terms is None


def authority(world: World, key: str, permission: Permission) -> Iterator[Reason]:
    """A key does what it is permitted to, the venue does anything."""
    known = world.keys.get(key)
    permitted = known and key not in world.revoked and permission in known.permissions
    if key and not permitted:
        yield Reason.NOT_PERMITTED


def moves(world: World, command: MoveCommand) -> bool:
    """Whether a key may move so: the registry's, or an owner's of such tonnes."""
    if not [*authority(world, command.key, Permission.REGISTRY)]:
        return True
    known, terms = world.keys.get(command.key), world.accounts.get(command.account)
    if not (isinstance(command, Surrender | Transfer) and known and terms):
        return False
    may = not [*authority(world, command.key, Permission.TRANSFER)]
    return may and known.participant == terms.participant


def venue(key: str) -> Iterator[Reason]:
    if key:
        yield Reason.NOT_PERMITTED


def name(text: str) -> Iterator[Reason]:
    printable = text.isascii() and text.isprintable() and " " not in text
    if not (printable and 0 < len(text) <= MAX_NAME):
        yield Reason.BAD_NAME


def ref(world: World, account: str, client_ref: str) -> Iterator[Reason]:
    """A new client ref is a name, and the account may have one more."""
    yield from name(client_ref)
    refs = [ref for owner, ref in world.refs if owner == account]
    if len(refs) >= world.accounts[account].max_client_ids:
        yield Reason.TOO_MANY_CLIENT_IDS


def restricted(world: World, participant: str, side: Side) -> Iterator[Reason]:
    restriction = world.restrictions[participant]
    sells = restriction is Restriction.SELL_ONLY and side is SELL
    if restriction is not Restriction.NONE and not sells:
        yield Reason.RESTRICTED


def suspended(world: World, account: str) -> Iterator[Reason]:
    if world.restrictions[world.owner(account)] is Restriction.SUSPENDED:
        yield Reason.RESTRICTED


def not_trading(world: World, paper: Paper) -> Iterator[Reason]:
    if not paper.tradable:
        yield Reason.NOT_TRADABLE
    planned = clock.now_planned(world, paper)
    if planned is not Phase.TRADING or clock.clears(world, paper):
        yield Reason.MARKET_CLOSED
    yield from halted(world, paper)


def halted(world: World, paper: Paper) -> Iterator[Reason]:
    if world.halts(paper):
        yield Reason.VENUE_SUSPENDED if world.suspended else Reason.HALTED


def blocks_not_trading(world: World, paper: Paper) -> Iterator[Reason]:
    if not (paper.tradable and paper.terms.blocks.min_quantity):
        yield Reason.NOT_TRADABLE
    if not clock.plan(world, paper, world.now)[1]:
        yield Reason.MARKET_CLOSED
    yield from halted(world, paper)


def lacking(world: World, stake: Stake) -> Iterator[Reason]:
    """What an offer needs must be there."""
    if stake.side is SELL:
        yield from short(world, stake.account, stake.instrument, stake.quantity)
        return
    yield from position(world, stake.account, stake.instrument, stake.quantity)
    yield from short_of_cash(world, stake.account, stake.need)


def position(
    world: World, account: str, instrument: str, more: int
) -> Iterator[Reason]:
    limit = world.papers[instrument].terms.position_limit
    if limit and world.position(world.owner(account), instrument) + more > limit:
        yield Reason.POSITION_LIMIT


def short(
    world: World, account: str, instrument: str, need: int, held: int = 0
) -> Iterator[Reason]:
    """Tonnes must be free; ``held`` are those that the order has locked already."""
    free = world.free_tonnes(account, instrument) + held
    waiting = sum(world.ledger.waiting(account, instrument).values())
    frozen = world.frozen(account, instrument)
    if free < need <= free + waiting:
        yield Reason.RESALE_LOCK
    elif free < need <= free + waiting + frozen:
        yield Reason.TONNES_FROZEN
    elif need > free:
        yield Reason.INSUFFICIENT_HOLDINGS


def short_of_cash(
    world: World, account: str, need: int, held: int = 0
) -> Iterator[Reason]:
    """Cash must be free; ``held`` is what the order has locked already."""
    free = world.free_cash(account) + held
    if free < need <= free + world.frozen(account, ""):
        yield Reason.CASH_FROZEN
    elif need > free:
        yield Reason.INSUFFICIENT_FUNDS


def too_many_open(world: World, account: str) -> Iterator[Reason]:
    if world.count_open(account) >= world.accounts[account].max_open_orders:
        yield Reason.TOO_MANY_OPEN_ORDERS
