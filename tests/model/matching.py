"""How orders trade: one meets the next, until nothing is left or in reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from carbonex.engine import (
    BUY,
    FEE_UNIT,
    IOC,
    MARKET,
    SELL,
    STOP,
    CancelReason,
    Event,
    Method,
    OrderCancelled,
    OrderReduced,
    OrderRefilled,
    OrderStatus,
    Phase,
    SelfTrade,
    Side,
    Trade,
    work,
)

from . import clock
from .world import Deal, fee


if TYPE_CHECKING:
    from .world import Row, World


def enter(world: World, row: Row) -> list[Event]:
    """Let an order trade if its instrument does, and the rest of it rest or go."""
    paper = world.papers[row.order.instrument]
    trading = clock.phase(world, paper) is Phase.TRADING
    events = trade(world, row) if trading else []
    if row.status is not OrderStatus.OPEN:
        return events
    kind, tif = row.order.order_type, row.order.time_in_force
    if kind in {MARKET, STOP} or tif is IOC:
        return [*events, cancel(world, row, CancelReason.IOC)]
    row.rests = True
    queue(world, row)
    row.reserve = min(row.reserve, reserve(world, row))
    return events


def trade(world: World, row: Row) -> list[Event]:
    """Let ``row`` meet the other side."""
    events: list[Event] = []
    levels: list[int] = []
    most = world.papers[row.order.instrument].terms.take_levels
    picks = world.picked(row.order, row.price)
    met = 0
    while row.status is OrderStatus.OPEN and world.makers(row.order, row.price):
        maker = world.makers(row.order, row.price)[0]
        if picks:
            maker = picks.pop(0)
        if maker.price not in levels:
            if most and len(levels) == most:
                events.append(cancel(world, row, CancelReason.TAKE_LEVELS))
                break
            levels.append(maker.price)
        if met == work.MAX_FILLS:
            events.append(cancel(world, row, CancelReason.FILL_LIMIT))
            break
        met += 1
        if world.same(maker.order.account, row.order.account):
            events += _prevent(world, maker, row)
        else:
            events += _fill(world, maker, row)
    return events


def uncross(world: World, name: str, price: int, quantity: int) -> list[Event]:
    """Trade so much of what a call has gathered, price before time, at one price."""
    events: list[Event] = []
    while quantity:
        buy, sell = _first(world, name, buys=True), _first(world, name, buys=False)
        older, younger = sorted((buy, sell), key=lambda row: row.number)
        fill = min(buy.shown, sell.shown)
        quantity -= fill
        events.append(_settle(world, older, younger, price, fill, called=True))
        events += _refill(world, older)
        events += _refill(world, younger)
    return events


def cancel(world: World, row: Row, reason: CancelReason) -> Event:
    rested, hidden = row.rests, row.remaining - row.shown if row.rests else 0
    row.rests = row.waits = False
    row.status = OrderStatus.CANCELLED
    return OrderCancelled(
        row.number,
        count(world, row),
        row.price,
        row.remaining,
        row.filled,
        reason,
        rested,
        row.order,
        hidden,
    )


def count(world: World, row: Row) -> int:
    world.executions[row.order.account] += 1
    return world.executions[row.order.account]


def queue(world: World, row: Row) -> None:
    """Put a row behind all others, with its first tonnes shown."""
    row.since = moment(world)
    display = row.order.conditions.display_quantity if row.order.conditions else 0
    row.shown = min(row.remaining, display or row.remaining)


def moment(world: World) -> int:
    """Return a place behind those of all rows."""
    return max((row.since for row in world.rows), default=0) + 1


def reserve(world: World, row: Row) -> int:
    """Return the fen to lock for fees on the rest of a buy: rounded up, and 1 more."""
    fees = world.papers[row.order.instrument].terms.fees
    rate, notional = max(fees.maker, fees.taker), row.price * row.remaining
    if not (rate and row.buys and notional):
        return 0
    return -(-notional * rate // FEE_UNIT) + 1


def _first(world: World, name: str, *, buys: bool) -> Row:
    rows = [row for row in world.open("", name) if row.rests and row.buys is buys]
    sign = -1 if buys else 1
    return min(rows, key=lambda row: (sign * row.price, row.since))


def _fill(world: World, maker: Row, taker: Row) -> list[Event]:
    quantity = min(maker.shown, taker.remaining)
    event = _settle(world, maker, taker, maker.price, quantity, called=False)
    return [event, *_refill(world, maker)]


def _settle(
    world: World, maker: Row, taker: Row, price: int, quantity: int, *, called: bool
) -> Trade:
    """Deliver against payment; both pay their fees."""
    name = taker.order.instrument
    terms = world.papers[name].terms
    buy, sell = (maker, taker) if maker.buys else (taker, maker)
    buyer, seller = buy.order.account, sell.order.account
    day = world.days + terms.resale_days if terms.resale_days else 0
    world.ledger.pay(buyer, seller, price * quantity)
    world.ledger.deliver(buyer, seller, name, quantity, day)
    maker_fee = _charge(world, maker, price * quantity, terms.fees.maker)
    rate = terms.fees.maker if called else terms.fees.taker
    taker_fee = _charge(world, taker, price * quantity, rate)
    for row in (maker, taker):
        row.remaining -= quantity
        row.shown -= quantity if row.rests else 0
        if row.rests:
            row.reserve = min(row.reserve, reserve(world, row))
        if not row.remaining:
            row.status, row.rests = OrderStatus.FILLED, False
    deal = Deal(world.date, name, Method.LISTED, price, quantity)
    world.deals.append(deal)
    deal.composite = world.composite(terms.product)
    pair = (maker.number, maker_fee), (taker.number, taker_fee)
    deal.taker, deal.called = taker.order.side, called
    bought, sold = pair if maker.buys else pair[::-1]
    deal.buyer, deal.seller = (buyer, *bought), (seller, *sold)
    return Trade(
        sum(1 for deal in world.deals if deal.instrument == name),
        price,
        quantity,
        maker.number,
        count(world, maker),
        maker.quantity,
        maker.remaining,
        maker.order,
        taker.number,
        count(world, taker),
        taker.price,
        taker.quantity,
        taker.remaining,
        taker.order,
        maker_fee,
        taker_fee,
        called,
        maker.price if called else 0,
    )


def _charge(world: World, row: Row, notional: int, rate: int) -> int:
    """Charge all that has come due, rounded up, less what was paid."""
    row.owed += notional * rate
    due = -(-row.owed // FEE_UNIT) - row.paid
    row.paid += due
    row.reserve = max(row.reserve - due, 0)
    world.ledger.charge(row.order.account, row.order.instrument, due)
    return due


def refund(world: World, deal: Deal, side: Side) -> int:
    """Return by how much one side's fee is too high without a deal."""
    _, number, paid = deal.buyer if side is BUY else deal.seller
    fees = world.papers[deal.instrument].terms.fees
    notional, takes = deal.price * deal.quantity, side is deal.taker
    if deal.method is Method.LISTED:
        [row] = [row for row in world.rows if row.number == number]
        rate = fees.taker if takes and not deal.called else fees.maker
        return row.paid - -(-(row.owed - notional * rate) // FEE_UNIT)
    if deal.method is Method.BLOCK or takes:
        return paid
    sold = [
        other.price * other.quantity
        for other in world.deals
        if other.method is Method.AUCTION and not other.annulled
        if number == (other.seller if side is SELL else other.buyer)[1]
        if side is not other.taker
    ]
    return fee(sum(sold), fees.auction) - fee(sum(sold) - notional, fees.auction)


def give_back(world: World, deal: Deal, side: Side) -> int:
    """Correct what an order owes and has paid; return what it gets back.

    Of that an open buy locks what its rest may cost.
    """
    refunded = refund(world, deal, side)
    if deal.method is Method.LISTED:
        number = (deal.buyer if side is BUY else deal.seller)[1]
        [row] = [row for row in world.rows if row.number == number]
        fees = world.papers[deal.instrument].terms.fees
        rate = fees.taker if side is deal.taker and not deal.called else fees.maker
        row.owed -= deal.price * deal.quantity * rate
        row.paid -= refunded
        row.reserve = min(row.reserve + refunded, reserve(world, row))
    return refunded


def _refill(world: World, row: Row) -> list[Event]:
    """Let an iceberg of which nothing is shown any more show its next tonnes."""
    if not row.rests or row.shown:
        return []
    row.refills += 1
    queue(world, row)
    refilled = OrderRefilled(
        row.number,
        count(world, row),
        row.price,
        row.shown,
        row.quantity,
        row.remaining,
        row.order,
    )
    return [refilled]


def _prevent(world: World, maker: Row, taker: Row) -> list[Event]:
    """Do what the taker wants when it meets one of its own participant."""
    mode = taker.order.self_trade
    if mode is SelfTrade.DECREMENT:
        quantity = min(maker.shown, taker.remaining)
        return [
            *_reduce(world, maker, quantity),
            *_refill(world, maker),
            *_reduce(world, taker, quantity),
        ]
    ending = {
        SelfTrade.CANCEL_NEWEST: (taker,),
        SelfTrade.CANCEL_OLDEST: (maker,),
        SelfTrade.CANCEL_BOTH: (maker, taker),
    }[mode]
    return [cancel(world, row, CancelReason.SELF_TRADE) for row in ending]


def _reduce(world: World, row: Row, quantity: int) -> list[Event]:
    if row.remaining == quantity:
        return [cancel(world, row, CancelReason.SELF_TRADE)]
    row.quantity -= quantity
    row.remaining -= quantity
    if row.rests:
        row.shown -= quantity
        row.reserve = min(row.reserve, reserve(world, row))
    reduced = OrderReduced(
        row.number,
        count(world, row),
        row.price,
        quantity,
        row.quantity,
        row.remaining,
        row.rests,
        row.order,
    )
    return [reduced]
