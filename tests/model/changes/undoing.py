"""A trading day that ends at once, or is taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    BUY,
    SELL,
    AnnulTrade,
    BlockEnd,
    CancelDay,
    CancelReason,
    DayCancelled,
    DayEnding,
    EndDay,
    Event,
    Method,
    TradeAnnulled,
)
from model import clock, matching
from model.reasons import first, market as reasons

from . import offers
from .announcing import announce
from .market import supervise
from .mass import finish


if TYPE_CHECKING:
    from carbonex.engine import ListInstrument
    from model.world import Paper, World


def end_now(world: World, command: EndDay) -> list[Event]:
    if refused := first(reasons.end(world, command)):
        return refused
    events: list[Event] = []
    for paper in world.papers.values():
        events += _cancel_sales(world, paper)
    world.ends = world.now + 1
    for paper in world.papers.values():
        paper.call_ends = min(paper.call_ends, world.ends)
    return [*events, DayEnding(world.date, world.ends)]


def cancel_day(world: World, command: CancelDay) -> list[Event]:
    if refused := first(reasons.cancel_day(world, command)):
        return refused
    events = finish(world)
    for paper in world.papers.values():
        events += _cancel_sales(world, paper)
        events += offers.end_blocks(world, paper.name, BlockEnd.EXPIRED)
        events += [
            matching.cancel(world, row, CancelReason.DAY_CANCELLED)
            for row in world.open("", paper.name)
            if row.number > world.orders_before
        ]
    date, world.date, world.ends = world.date, 0, 0
    world.last_date = world.last_date_before
    world.days -= 1
    for paper in world.papers.values():
        paper.call_ends = 0
        if paper.former is not None:
            _put_back(world, paper, *paper.former)
    _forget_prices(world)
    for paper in world.papers.values():
        events += announce(world, paper)
    for row in world.ids.values():
        row.day = min(row.day, world.days)
    for ref, (day, command_, answer) in world.refs.items():
        world.refs[ref] = min(day, world.days), command_, answer
    return [*events, DayCancelled(date)]


def _put_back(world: World, paper: Paper, terms: ListInstrument, date: int) -> None:
    """Let the terms that began with the day wait again."""
    if paper.upcoming is None and not paper.delisted:
        paper.upcoming, paper.upcoming_date = paper.terms, date
        paper.awaits = True  # if they did before
    paper.terms, paper.former = terms, None
    supervise(world, paper)
    priced = bool(paper.reference) or not terms.band_permille
    paper.tradable = priced and not paper.delisted


def _forget_prices(world: World) -> None:
    """Let instruments that had no price before the day have none again."""
    for paper in world.papers.values():
        awaited = world.unpriced_before.get(paper.name)
        paper.awaits = paper.awaits and awaited is True
        if awaited is not None and not paper.delisted:
            paper.close = paper.reference = paper.terms.reference
            paper.tradable = bool(paper.reference) or not paper.terms.band_permille
    for name, awaited in world.unpriced_before.items():
        paper = world.papers[name]
        if not paper.tradable and not paper.delisted:
            known = clock.known_close(world, paper.terms.product)
            paper.awaits = awaited or not known


def annul(world: World, command: AnnulTrade) -> list[Event]:
    """Undo a trade; what the composite has been stays unless nothing is left of it."""
    if refused := first(reasons.annul(world, command)):
        return refused
    name, paper = command.instrument, world.papers[command.instrument]
    own = [deal for deal in world.deals if deal.instrument == name]
    deal = own[command.trade_id - 1]
    (buyer, bought, _), (seller, sold, _) = deal.buyer, deal.seller
    buyer_fee = matching.give_back(world, deal, BUY)
    seller_fee = matching.give_back(world, deal, SELL)
    deal.annulled = True
    world.executions[buyer] += 1
    world.executions[seller] += 1
    annulled = TradeAnnulled(
        name,
        command.trade_id,
        deal.method,
        deal.price,
        deal.quantity,
        buyer,
        world.executions[buyer],
        bought,
        buyer_fee,
        seller,
        world.executions[seller],
        sold,
        seller_fee,
        deal.taker,
        deal.called,
        command.reason,
    )
    lag = paper.terms.resale_days
    day = world.days + lag if lag else 0
    world.ledger.take_back(annulled, day, world.freezable(buyer, name))
    if deal.method is Method.LISTED:
        _reweigh(world, paper.terms.product)
    return [annulled]


def _reweigh(world: World, product: str) -> None:
    papers = [p for p in world.papers.values() if p.terms.product == product]
    names = [paper.name for paper in papers]
    if any(world.last(name) for name in names):
        now = len(world.deals), world.composite(product)
        world.reweighed.setdefault(product, []).append(now)
        return
    for deal in world.deals:
        if deal.instrument in names and deal.date == world.date:
            deal.composite = 0


def _cancel_sales(world: World, paper: Paper) -> list[Event]:
    return [
        event
        for number, sale in [*world.sales.items()]
        if sale.terms.instrument == paper.name
        for event in offers.cancel_sale(world, number)
    ]
