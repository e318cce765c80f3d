"""The end of a trading day: closes and bulletins, added up from all trades."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    Bulletin,
    CompositeMethod,
    DayEnded,
    Event,
    Method,
    ProductBulletin,
    Volumes,
)
from model.world import half_up

from .announcing import announce


if TYPE_CHECKING:
    from collections.abc import Iterable

    from model.world import Deal, Paper, World


def end_day(world: World) -> list[Event]:
    date = world.date
    world.date = world.ends = 0
    events: list[Event] = []
    for paper in world.papers.values():
        paper.call_ends = 0
        events += announce(world, paper)
    stands = [deal for deal in world.deals if not deal.annulled]
    today = [deal for deal in stands if deal.date == date]
    for paper in world.papers.values():
        traded = any(deal.instrument == paper.name for deal in today)
        if paper.tradable or traded:
            events.append(_bulletin(world, paper, date))
    products = dict.fromkeys(paper.terms.product for paper in world.papers.values())
    events += [_product_bulletin(world, product, date) for product in products]
    day, year, total = _volumes(stands, date)
    events.append(ProductBulletin("", date, 0, 0, 0, 0, 0, day, year, total))
    return [*events, DayEnded(date)]


def _bulletin(world: World, paper: Paper, date: int) -> Bulletin:
    own = [d for d in world.deals if d.instrument == paper.name and not d.annulled]
    listed = [deal for deal in own if _is_listed(deal, date)]
    prices = [deal.price for deal in listed]
    tonnes = sum(deal.quantity for deal in listed)
    turnover = sum(deal.price * deal.quantity for deal in listed)
    reference = paper.reference
    paper.close = half_up(turnover, tonnes) if tonnes else reference
    return Bulletin(
        paper.name,
        paper.terms.product,
        date,
        reference,
        prices[0] if prices else reference,
        max(prices, default=0),
        min(prices, default=0),
        paper.close,
        *_volumes(own, date),
    )


def _product_bulletin(world: World, product: str, date: int) -> ProductBulletin:
    papers = [p for p in world.papers.values() if p.terms.product == product]
    names = [paper.name for paper in papers]
    closes = [(paper, paper.close) for paper in world.own(product)]
    close = world.compose(product, closes) or world.closes.get(product, 0)
    world.closes[product] = close
    own = [d for d in world.deals if d.instrument in names and not d.annulled]
    values = _values(world, product, names, date)
    reference = world.references.get(product, 0)
    values = values or [reference]
    day, year, total = _volumes(own, date)
    return ProductBulletin(
        product,
        date,
        reference,
        values[0],
        max(values),
        min(values),
        close,
        day,
        year,
        total,
        world.methods.get(product, CompositeMethod.MEAN),
    )


def _values(world: World, product: str, names: list[str], date: int) -> list[int]:
    """Return the composite's values of the day, from the first listed trade on."""
    listed = [
        (number, deal.composite)
        for number, deal in enumerate(world.deals)
        if deal.instrument in names and _is_listed(deal, date) and deal.composite
    ]
    if not listed:
        return []
    moved = [
        (before, value)
        for before, value in world.reweighed.get(product, [])
        if before > listed[0][0] and value
    ]
    return [value for _, value in listed] + [value for _, value in moved]


def _is_listed(deal: Deal, date: int) -> bool:
    return deal.date == date and deal.method is Method.LISTED


def _volumes(deals: list[Deal], date: int) -> list[Volumes]:
    """Return what was traded in the day, in the calendar year, and since listing."""
    year = [deal for deal in deals if deal.date // 10_000 == date // 10_000]
    return [_sum(deal for deal in deals if deal.date == date), _sum(year), _sum(deals)]


def _sum(deals: Iterable[Deal]) -> Volumes:
    rows = [*deals]
    numbers: list[int] = []
    for method in Method:
        own = [deal for deal in rows if deal.method is method]
        numbers.append(sum(deal.quantity for deal in own))
        numbers.append(sum(deal.price * deal.quantity for deal in own))
        numbers.append(len(own))
    return Volumes(*numbers)
