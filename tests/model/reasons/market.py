"""Why operators may not do something to an instrument or to the day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from carbonex.engine import (
    MAX_PRICE,
    MAX_QUANTITY,
    SELL,
    AnnulTrade,
    BeginDay,
    CancelDay,
    DelistInstrument,
    EndDay,
    HaltInstrument,
    ListInstrument,
    Permission,
    Reason,
    RestrictParticipant,
    ResumeInstrument,
    ResumeVenue,
    SetComposite,
    SuspendVenue,
    UpdateInstrument,
)
from model import clock, matching

from . import who


if TYPE_CHECKING:
    from collections.abc import Iterator

    from model.world import World


def list_(world: World, command: ListInstrument) -> Iterator[Reason]:
    yield from who.authority(world, command.key, Permission.OPERATE)
    if command.instrument in world.papers:
        yield Reason.ALREADY_EXISTS
    yield from _bad_terms(command)
    if command.band_permille and not command.reference:
        yield from _priceless(world, command.product)


def update(world: World, command: UpdateInstrument) -> Iterator[Reason]:
    terms = command.terms
    yield from operate(world, command.key, terms.instrument)
    yield from _bad_terms(terms)
    paper = world.papers.get(terms.instrument)
    if paper is None:
        return
    now = paper.terms
    kept = (now.product, now.tick, now.lot) == (terms.product, terms.tick, terms.lot)
    if not kept or now.vintage not in (0, terms.vintage):
        yield Reason.BAD_PARAMETER
    date = command.effective_date
    if date and (date <= world.last_date or not _is_date(date)):
        yield Reason.BAD_PARAMETER
    known = paper.close or world.last(paper.name) or terms.reference
    if terms.band_permille and not known:
        yield from _priceless(world, terms.product)


def operate(world: World, key: str, name: str) -> Iterator[Reason]:
    """An instrument that an operator changes is one that is not delisted."""
    yield from who.authority(world, key, Permission.OPERATE)
    if name not in world.papers:
        yield Reason.UNKNOWN_INSTRUMENT
    elif world.papers[name].delisted:
        yield Reason.NOT_TRADABLE


def change(
    world: World, command: HaltInstrument | ResumeInstrument | DelistInstrument
) -> Iterator[Reason]:
    yield from operate(world, command.key, command.instrument)
    paper = world.papers.get(command.instrument)
    halted = paper is not None and paper.halted
    if isinstance(command, HaltInstrument) and halted:
        yield Reason.HALTED
    elif isinstance(command, ResumeInstrument) and not halted:
        yield Reason.NOT_HALTED


def compose(world: World, command: SetComposite) -> Iterator[Reason]:
    yield from who.authority(world, command.key, Permission.OPERATE)
    if all(p.terms.product != command.product for p in world.papers.values()):
        yield Reason.UNKNOWN_PRODUCT


def suspend(world: World, command: SuspendVenue | ResumeVenue) -> Iterator[Reason]:
    yield from who.authority(world, command.key, Permission.OPERATE)
    if not 0 < len(command.reason) <= 200:
        yield Reason.BAD_PARAMETER
    if isinstance(command, SuspendVenue) and world.suspended:
        yield Reason.VENUE_SUSPENDED
    elif isinstance(command, ResumeVenue) and not world.suspended:
        yield Reason.NOT_SUSPENDED


def begin(world: World, command: BeginDay) -> Iterator[Reason]:
    yield from who.authority(world, command.key, Permission.OPERATE)
    if world.date:
        yield Reason.ALREADY_EXISTS
    if command.date <= world.last_date or not _is_date(command.date):
        yield Reason.BAD_PARAMETER
        return
    if world.now >= clock.midnight(1990_01_01):
        off = clock.midnight(command.date) - clock.today(world.now)
        if not abs(off) <= 31 * clock.DAY:
            yield Reason.BAD_PARAMETER
            return
    elif command.date > 2099_12_31:
        yield Reason.BAD_PARAMETER
        return
    ends = command.ends_ns or clock.last_end(world, command.date)
    if not world.now < ends <= clock.last_possible_end(world.now):
        yield Reason.BAD_PARAMETER


def end(world: World, command: EndDay | CancelDay) -> Iterator[Reason]:
    yield from who.authority(world, command.key, Permission.OPERATE)
    if not world.date:
        yield Reason.NO_TRADING_DAY


def cancel_day(world: World, command: CancelDay) -> Iterator[Reason]:
    yield from end(world, command)
    if any(deal.date == world.date for deal in world.deals):
        yield Reason.DAY_HAS_TRADED


def annul(world: World, command: AnnulTrade) -> Iterator[Reason]:
    yield from who.authority(world, command.key, Permission.OPERATE)
    if command.instrument not in world.papers:
        yield Reason.UNKNOWN_INSTRUMENT
    if not 0 < len(command.reason) <= 200:
        yield Reason.BAD_PARAMETER
    if not world.date:
        yield Reason.NO_TRADING_DAY
    own = [deal for deal in world.deals if deal.instrument == command.instrument]
    today = [n for n, deal in enumerate(own, 1) if deal.date == world.date]
    if command.trade_id not in today:
        yield Reason.UNKNOWN_TRADE
        return
    deal = own[command.trade_id - 1]
    if deal.annulled:
        yield Reason.TRADE_ANNULLED
    buyer, seller, fee = deal.buyer[0], deal.seller[0], 0
    if not deal.annulled:
        fee = matching.refund(world, deal, SELL)
    if deal.quantity > world.unlocked(buyer, deal.instrument):
        yield Reason.INSUFFICIENT_HOLDINGS
    if deal.price * deal.quantity - fee > world.freezable(seller, ""):
        yield Reason.INSUFFICIENT_FUNDS


def restrict(world: World, command: RestrictParticipant) -> Iterator[Reason]:
    yield from who.authority(world, command.key, Permission.OPERATE)
    if command.participant not in world.restrictions:
        yield Reason.UNKNOWN_PARTICIPANT


def _bad_terms(terms: ListInstrument) -> Iterator[Reason]:
    """The bounds that scenarios and random terms go beyond."""
    yield from who.name(terms.instrument)
    yield from who.name(terms.product)
    ranges = (
        (terms.tick, 1, MAX_PRICE),
        (terms.lot, 1, MAX_QUANTITY),
        (terms.max_quantity, terms.lot, MAX_QUANTITY),
        (terms.market_protection_permille, 0, 1000),
        (terms.band_permille, 0, 999),
        (terms.min_display_permille, 1, 1000),
        (terms.vintage or 1990, 1990, 2100),
    )
    sound = all(least <= value <= most for value, least, most in ranges)
    if not sound or terms.reference % terms.tick:
        yield Reason.BAD_PARAMETER


def _priceless(world: World, product: str) -> Iterator[Reason]:
    """A band needs a price to lie around."""
    if not clock.known_close(world, product):
        yield Reason.BAD_PARAMETER


def _is_date(number: int) -> bool:
    try:
        date(number // 10_000, number // 100 % 100, number % 100)
    except ValueError:
        return False
    return number >= 1990_01_01
