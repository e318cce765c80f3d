"""Instruments and the trading day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from carbonex.engine import (
    BandSet,
    BeginDay,
    BlockEnd,
    CancelReason,
    CompositeSet,
    DayBegun,
    DelistInstrument,
    Event,
    HaltInstrument,
    InstrumentDelisted,
    InstrumentListed,
    InstrumentUpdated,
    ListInstrument,
    Phase,
    PhaseChanged,
    PriceAwaited,
    ResumeInstrument,
    ResumeVenue,
    SetComposite,
    SuspendVenue,
    UpdateInstrument,
    VenueResumed,
    VenueSuspended,
)
from model import calls, clock
from model.masses import Mass
from model.reasons import first, market as reasons
from model.world import Paper
from supervisor import Supervisor

from . import offers
from .announcing import announce
from .follow import report
from .mass import finish, request


if TYPE_CHECKING:
    from collections.abc import Mapping

    from model.world import World


class Owners(dict[str, str]):
    """Whose each account is, as the world has it at the time of the question."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def __missing__(self, account: str) -> str:
        return self.world.owner(account)


def list_(world: World, command: ListInstrument) -> list[Event]:
    if refused := first(reasons.list_(world, command)):
        return refused
    paper = Paper(len(world.papers), command, command.reference)
    world.papers[command.instrument] = paper
    if not command.band_permille:
        paper.tradable, paper.reference = True, command.reference
        _reweigh(world, command.product)
        calls.wait(paper, command.calls.open_seconds)
        calls.begin(world, paper)
    supervise(world, paper)
    paper.told = clock.phase(world, paper), clock.blocks_trade(world, paper)
    until = clock.until(world, paper)
    phase, blocks = paper.told
    changed = PhaseChanged(command.instrument, phase, until, blocks)
    return [InstrumentListed(command), changed]


def update(world: World, command: UpdateInstrument) -> list[Event]:
    if refused := first(reasons.update(world, command)):
        return refused
    terms = replace(command.terms, key=command.key)
    paper, date = world.papers[terms.instrument], command.effective_date
    paper.upcoming, paper.upcoming_date = terms, date
    paper.awaits = paper.awaits and not paper.tradable
    return [InstrumentUpdated(terms, date)]


def delist(world: World, command: DelistInstrument) -> list[Event]:
    if refused := first(reasons.change(world, command)):
        return refused
    name = command.instrument
    paper = world.papers[name]
    events = request(world, Mass(CancelReason.DELISTED, instrument=name))
    events += offers.end_blocks(world, name, BlockEnd.DELISTED)
    for number, sale in [*world.sales.items()]:
        if sale.terms.instrument == name:
            events += offers.cancel_sale(world, number)
    paper.delisted, paper.tradable, paper.halted = True, False, False
    paper.awaits = False
    paper.upcoming, paper.upcoming_date = None, 0
    paper.call_ends, paper.call_waits = 0, 0
    _reweigh(world, paper.terms.product)
    return [*events, *announce(world, paper), InstrumentDelisted(name)]


def halt(world: World, command: HaltInstrument) -> list[Event]:
    if refused := first(reasons.change(world, command)):
        return refused
    paper = world.papers[command.instrument]
    if paper.call_ends:
        paper.call_waits = max(paper.call_waits, paper.call_ends - world.now)
    paper.halted, paper.call_ends = True, 0
    return announce(world, paper)


def resume(world: World, command: ResumeInstrument) -> list[Event]:
    if refused := first(reasons.change(world, command)):
        return refused
    paper = world.papers[command.instrument]
    paper.halted = False
    calls.wait(paper, paper.terms.calls.resume_seconds)
    calls.begin(world, paper)
    return announce(world, paper)


def compose(world: World, command: SetComposite) -> list[Event]:
    if refused := first(reasons.compose(world, command)):
        return refused
    world.coming[command.product] = command.method
    return [CompositeSet(command.product, command.method)]


def suspend(world: World, command: SuspendVenue) -> list[Event]:
    if refused := first(reasons.suspend(world, command)):
        return refused
    world.suspended = True
    events: list[Event] = [VenueSuspended(command.reason)]
    for paper in world.papers.values():
        if paper.call_ends:
            paper.call_waits = max(paper.call_waits, paper.call_ends - world.now)
        paper.call_ends = 0
        events += announce(world, paper)
    return events


def resume_all(world: World, command: ResumeVenue) -> list[Event]:
    if refused := first(reasons.suspend(world, command)):
        return refused
    world.suspended = False
    events: list[Event] = [VenueResumed(command.reason)]
    for paper in world.papers.values():
        if not paper.delisted:
            calls.wait(paper, paper.terms.calls.resume_seconds)
            calls.begin(world, paper)
        events += announce(world, paper)
    return events


def begin(world: World, command: BeginDay) -> list[Event]:
    if refused := first(reasons.begin(world, command)):
        return refused
    ends = command.ends_ns or clock.last_end(world, command.date)
    world.unpriced_before = {
        name: paper.awaits for name, paper in world.papers.items() if not paper.close
    }
    coming = {
        name: clock.coming_terms(world, paper, command.date)
        for name, paper in world.papers.items()
    }
    world.last_date_before, world.orders_before = world.last_date, len(world.rows)
    events = finish(world)
    world.date = world.last_date = command.date
    world.ends = ends
    world.days += 1
    world.ledger.mature(world.days)
    for name, row in [*world.ids.items()]:
        if row.day < world.days - 1 and not (row.rests or row.waits):
            del world.ids[name]
    for ref, (day, _, _) in [*world.refs.items()]:
        if day < world.days - 1:
            del world.refs[ref]
    events.append(DayBegun(command.date, ends))
    world.methods.update(world.coming)
    world.coming.clear()
    for paper in world.papers.values():
        paper.former = None
        if not paper.delisted:
            events += _begin(world, paper, coming[paper.name])
    for product in {paper.terms.product: 0 for paper in world.papers.values()}:
        known = world.closes.get(product, 0)
        world.references[product] = known or world.composite(product)
        world.reweighed[product] = []
    for paper in world.papers.values():
        events += announce(world, paper)
    return events


def step(world: World, paper: Paper) -> list[Event]:
    """Go on with the day: an instrument that closes cancels what may not stay."""
    events: list[Event] = []
    planned, blocks = clock.plan(world, paper, world.now)
    if planned is Phase.CLOSED:
        if world.open("", paper.name):
            mass = Mass(CancelReason.SESSION_CLOSE, instrument=paper.name)
            events += request(world, mass)
        if not blocks:
            events += offers.end_blocks(world, paper.name, BlockEnd.EXPIRED)
    calls.begin(world, paper)
    return events + announce(world, paper)


def supervise(world: World, paper: Paper) -> None:
    owners: Mapping[str, str] = Owners(world)
    thresholds = paper.terms.thresholds

    def closes(time: int) -> bool:
        return clock.plan(world, paper, time)[0] is Phase.CLOSED

    paper.supervisor = Supervisor(paper.name, thresholds, owners, closes)


def _begin(world: World, paper: Paper, terms: ListInstrument) -> list[Event]:
    """Give an instrument its ``terms``, P0 and band for the day."""
    events: list[Event] = []
    due = paper.upcoming is not None and paper.upcoming_date <= world.date
    begins = terms is paper.upcoming
    if begins:
        events += _adopt(world, paper, terms)
    elif paper.supervisor is not None:
        paper.supervisor.begin_day()
    reference = paper.close or clock.known_close(world, terms.product)
    paper.tradable = bool(reference) or not terms.band_permille
    paper.awaits = not paper.tradable or due is not begins
    if paper.awaits:
        events.append(PriceAwaited(paper.name, world.date))
    if not paper.tradable:
        return events
    paper.reference = paper.close = reference
    if terms.band_permille:
        low, high = clock.limits(paper)
        blocks = clock.block_limits(paper)
        events.append(BandSet(paper.name, world.date, reference, low, high, *blocks))
        rows = world.open("", paper.name)
        if not clock.clears(world, paper) and any(
            row.waits or not low <= row.price <= high for row in rows
        ):
            mass = Mass(CancelReason.OUT_OF_BAND, instrument=paper.name)
            events += request(world, mass)
    calls.wait(paper, terms.calls.open_seconds)
    calls.begin(world, paper)
    return events


def _adopt(world: World, paper: Paper, terms: ListInstrument) -> list[Event]:
    """Let new terms hold; what rested under the old ones goes."""
    paper.former = paper.terms, paper.upcoming_date
    mass = Mass(CancelReason.TERMS_CHANGED, instrument=paper.name)
    events = request(world, mass)
    paper.terms, paper.upcoming = terms, None
    paper.upcoming_date = paper.call_waits = 0
    paper.close = paper.close or terms.reference
    supervise(world, paper)
    for participant in world.restrictions:
        world.large.discard((participant, paper.name))
        if terms.position_limit:
            events += report(world, participant, paper.name)
    return events


def _reweigh(world: World, product: str) -> None:
    """Note that a composite has moved because an instrument has come or gone."""
    values = world.reweighed.setdefault(product, [])
    values.append((len(world.deals), world.composite(product)))
    own = [p.name for p in world.papers.values() if p.terms.product == product]
    if not any(world.last(name) for name in own):  # it begins its day with it
        known = world.closes.get(product, 0)
        world.references[product] = known or world.composite(product)
