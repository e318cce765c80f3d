"""The record's days, lived one after another and compared."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from carbonex.engine import CancelReason
from carbonex.gateway.market import DayKind
from carbonex.wire.dates import date_text
from carbonex.wire.money import format_fen

from .life import BUYER, CASH, SELLER, Life
from .limits import touches
from .listed import UnsolvableError
from .plan import Resting, days, plan_day
from .reopening import PRODUCTS


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from carbonex.engine import Account, BandSet, Batch, ListInstrument
    from carbonex.gateway.market import Market

    from .check import Check
    from .files import Record
    from .life import Published
    from .limits import Touch
    from .plan import Day, Plan


CEA: Final = "CEA"  # the products
CCER: Final = "CCER"


def live(
    record: Record, market: Market, check: Check, keep: Callable[[Batch], object]
) -> tuple[Life, list[Touch]]:
    """Live the record by the market's terms; return also the limits touched.

    ``keep`` is given every batch.

    Raises:
        UnsolvableError: If no trades give a day's figures.

    """
    terms = terms_of(market)
    life = Life(market, keep)
    touched: list[Touch] = []
    life.found(record.composite[0].date)
    for day in days(record):
        begun = life.begin(day.date, list(_listings(day, life, terms)))
        bands = {band.instrument: band for band in begun}
        _check_listed(day, bands)
        plan = plan_day(day, bands)
        published = life.trade(plan)
        _compare(day, published, check)
        _compare_close(day, plan, published, check)
        touched += touches(day.vintages, bands)
        for command, rejected in life.refused:
            check.refused(day.date, command, rejected)
        life.refused.clear()
    return life, touched


def compare_balances(record: Record, life: Life, check: Check) -> None:
    """Compare what the buyer and the seller have at the end with what was traded.

    Of the newest purchases some may not be sold yet: allowances of the last
    day (T+1), certified reductions of the last five (T+5).
    """
    buyer, seller = (life.exchange.accounts[name] for name in (BUYER, SELLER))
    last = record.composite[-1]
    turnover = last.since_start.turnover
    for row in record.vintages[last.date]:
        amounts = row.since_start.quantity, row.total.quantity
        _compare_holding(row.date, (row.instrument,), buyer, amounts, check)
    if record.ccer:
        since = record.composite[-5].date
        recent = sum(row.day.quantity for row in record.ccer if row.date >= since)
        turnover += record.ccer[-1].since_start.turnover
        names = [product.instrument for product in PRODUCTS]
        amounts = record.ccer[-1].since_start.quantity, recent
        _compare_holding(last.date, names, buyer, amounts, check)
    recorded = {"paid": turnover, "received": turnover}
    venue = {"paid": CASH - buyer.cash, "received": seller.cash}
    check.compare("cash at the end", (last.date, "cash"), recorded, venue)


def terms_of(market: Market) -> dict[str, ListInstrument]:
    """Return the terms of each product's first instrument."""
    return {
        listing.terms.product: listing.terms for listing in reversed(market.listings)
    }


def compare_dates(record: Record, market: Market, check: Check) -> None:
    """Compare the record's dates, from its first to its last, with the calendar."""
    recorded = {row.date for row in record.composite}
    date = dt.date.fromisoformat(str(min(recorded)))
    while (number := int(date.strftime("%Y%m%d"))) <= max(recorded):
        trades = market.calendar.kind(date) is DayKind.TRADING
        if trades or number in recorded:
            traded = {"trading day": "yes" if number in recorded else "no"}
            told = {"trading day": "yes" if trades else "no"}
            check.compare("calendar of the preset", (number, "calendar"), traded, told)
        date += dt.timedelta(days=1)


def _listings(
    day: Day, life: Life, terms: Mapping[str, ListInstrument]
) -> Iterator[ListInstrument]:
    """Yield what is new on a day: vintages, and all certified reductions at once.

    The very first vintage needs a price: it opened at its P0. A later one has
    none, so that the exchange takes the composite close.
    """
    known = life.exchange.instruments
    for row in day.vintages:
        if row.instrument not in known:
            declared = 0 if known else row.open
            yield replace(terms[CEA], instrument=row.instrument, reference=declared)
    for product in PRODUCTS if day.ccer else ():
        name, declared = product
        if name not in known:
            yield replace(terms[CCER], instrument=name, reference=declared)


def _check_listed(day: Day, bands: Mapping[str, BandSet]) -> None:
    for row in day.vintages:
        if row.instrument not in bands:
            raise UnsolvableError(
                f"{date_text(day.date)}: the venue cannot list {row.instrument!r} with a"
                f" first price of {format_fen(row.open)}"
            )


def _compare(day: Day, published: Published, check: Check) -> None:
    for row in day.vintages:
        check.vintage(row, published.instruments[row.instrument])
    check.composite(day.composite, len(day.vintages), published.products[CEA])
    if day.ccer:
        check.ccer(day.ccer, published.products[CCER], published.premium)
        if day.ccer.average and day.composite.close:
            check.premium(day.ccer.average, day.composite, published.premium)


def _compare_close(day: Day, plan: Plan, published: Published, check: Check) -> None:
    """Compare the orders that rested with those that the close has cancelled."""
    told = [
        Resting(event.order.instrument, event.order.side, event.price)
        for event in published.cancelled
        if event.reason is CancelReason.SESSION_CLOSE
    ]
    for order in plan.resting:
        words = "yes" if order in told else "no"
        check.compare(
            "orders left at the close",
            (day.date, order.instrument),
            {"cancelled": "yes"},
            {"cancelled": words},
        )


def _compare_holding(
    date: int,
    instruments: Sequence[str],
    account: Account,
    amounts: tuple[int, int],
    check: Check,
) -> None:
    """Compare tonnes held and not yet sellable, over several instruments."""
    holdings = [account.holding(name) for name in instruments]
    held = sum(holding.quantity for holding in holdings)
    locked = sum(holding.resale_locked for holding in holdings)
    told = (
        {"held": f"{n} t", "locked": f"{m} t"} for n, m in (amounts, (held, locked))
    )
    check.compare("holdings at the end", (date, instruments[0]), *told)
