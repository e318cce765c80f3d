"""Orders: placed, amended, cancelled."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from msgspec.structs import replace

from carbonex.engine import (
    MARKET,
    MAX_PRICE,
    STOP,
    AmendOrder,
    CancelAll,
    CancelOrder,
    CancelReason,
    CancelsFollow,
    Event,
    OrderAccepted,
    OrderAmended,
    OrderStands,
    OrderTriggered,
    Phase,
    PlaceOrder,
    PostOnly,
    Reason,
    Rejected,
)
from model import clock, matching
from model.masses import Mass
from model.reasons import first, orders as reasons, who
from model.world import Row, half_up

from .mass import awaited, request


if TYPE_CHECKING:
    from model.world import World


def place(world: World, command: PlaceOrder) -> list[Event]:
    account, name = command.account, command.client_order_id
    known = world.ids.get((account, name)) if name else None
    if known and not [*who.access(world, command.key, account)]:
        return [_stands(known, command)]
    if refused := first(reasons.place(world, command)):
        return refused
    stop = command.conditions.stop_price if command.conditions else 0
    price, quantity = _price(world, command, command.price, stop), command.quantity
    number = len(world.rows) + 1
    row = Row(number, command, price, quantity, quantity, world.days, stop)
    row.waits, row.since = stop > 0, matching.moment(world)
    found = [*reasons.enter(world, row), *reasons.too_many(world, command)]
    if refused := first(found):
        return refused
    row.reserve = matching.reserve(world, row)
    world.rows.append(row)
    if name:
        world.ids[account, name] = row
    accepted = OrderAccepted(row.number, matching.count(world, row), price, command)
    return [accepted, *_start(world, row)]


def amend(world: World, command: AmendOrder) -> list[Event]:
    if refused := first(reasons.find(world, command)):
        return refused
    row = world.find(command.account, command.order_id, command.client_order_id)
    assert row is not None
    if refused := first(reasons.amend(world, row, command)):
        return refused
    quantity, stop = command.quantity or row.quantity, command.stop_price or row.stop
    price = row.price
    if command.price or row.order.order_type is STOP:
        order = row.order
        if clock.phase(world, world.papers[order.instrument]) is Phase.CALL:
            order = replace(order, post_only=PostOnly.OFF)
        price = _price(world, order, command.price, stop)
    if not row.waits and price == row.price and quantity <= row.quantity:
        shown, before = row.shown, (row.price, row.quantity)
        row.quantity, row.remaining = quantity, quantity - row.filled
        row.shown = min(row.shown, row.remaining)
        row.reserve = min(row.reserve, matching.reserve(world, row))
        return [_amended(world, row, before, (shown - row.shown, 0), kept=True)]
    wanted = dataclasses.replace(
        row, price=price, quantity=quantity, remaining=quantity - row.filled, stop=stop
    )
    if refused := first(_unenterable(world, wanted, row)):
        return refused
    before, seen = (row.price, row.quantity), (0, 0)
    kept = row.waits and stop == row.stop
    if row.waits and quantity > row.quantity:
        kept = False
    if not row.waits:
        seen = _seen(row, wanted)
    row.price, row.quantity, row.remaining = price, quantity, wanted.remaining
    row.stop, row.rests = stop, False
    row.reserve = matching.reserve(world, row)
    if row.waits and not kept:
        row.since = matching.moment(world)
    return [_amended(world, row, before, seen, kept=kept), *_start(world, row)]


def _seen(row: Row, wanted: Row) -> tuple[int, int]:
    """Return the tonnes that leave the price at which others see them, and that come."""
    display = row.order.conditions.display_quantity if row.order.conditions else 0
    shown = min(wanted.remaining, display or wanted.remaining)
    worse = wanted.price < row.price if row.buys else wanted.price > row.price
    kept = 0 if worse else min(row.shown, shown)
    return row.shown - kept, shown - kept


def cancel(world: World, command: CancelOrder) -> list[Event]:
    if refused := first(reasons.find(world, command)):
        return refused
    row = world.find(command.account, command.order_id, command.client_order_id)
    assert row is not None
    return [matching.cancel(world, row, CancelReason.CLIENT)]


def cancel_all(world: World, command: CancelAll) -> list[Event]:
    if refused := first(reasons.cancel_all(world, command)):
        return refused
    accounts = [command.account]
    mass = Mass(CancelReason.CLIENT, accounts, command.instrument, command.side)
    events = request(world, mass)
    for going in world.masses:
        if going.chosen == mass.chosen and (rows := awaited(world, going)):
            events.append(CancelsFollow(command.account, len(rows)))
    return events


def trigger(world: World, row: Row) -> list[Event]:
    """Let a stop order that a price has reached enter the book."""
    row.waits = False
    if row.order.order_type is STOP:  # up to this day's limit, if it has the money
        limit = _price(world, row.order, 0, row.stop)
        row.price = min(row.price, limit) if row.buys else limit
    number = matching.count(world, row)
    told = OrderTriggered(row.number, number, row.price, row.remaining, row.order)
    return [told, *matching.enter(world, row)]


def reached(row: Row, price: int) -> bool:
    """Tell whether a trade at ``price`` triggers a stop order."""
    return bool(price) and (price >= row.stop if row.buys else price <= row.stop)


def _start(world: World, row: Row) -> list[Event]:
    """Let a row that is new, or has changed, wait or enter the book."""
    if not row.waits:
        return matching.enter(world, row)
    paper = world.papers[row.order.instrument]
    trades = clock.phase(world, paper) is Phase.TRADING
    if trades and reached(row, world.last(paper.name)):
        return trigger(world, row)
    return []


def _unenterable(world: World, wanted: Row, row: Row) -> list[Reason]:
    """Say why not; of an order that goes on waiting only its funds matter."""
    found = [*reasons.enter(world, wanted, row)]
    return [r for r in found if not row.waits or r is not Reason.KIND_NOT_ALLOWED]


def _price(world: World, order: PlaceOrder, wanted: int, stop: int) -> int:
    """Return what ``order``, priced ``wanted``, trades up to."""
    terms = world.papers[order.instrument].terms
    sign = 1 if order.side == 0 else -1
    if order.order_type in {MARKET, STOP}:
        opposite = world.opposite(order)
        start = stop or (opposite[0].price if opposite else 0)
        if terms.band_permille:
            return clock.limits(world.papers[order.instrument])[order.side == 0]
        factor = 1000 + sign * terms.market_protection_permille
        return min(max(half_up(start * factor, 1000), 1), MAX_PRICE) if start else 0
    makers = world.makers(order, wanted)
    if order.post_only is PostOnly.REPRICE and makers:
        behind = makers[0].price - sign * terms.tick
        low, high = clock.limits(world.papers[order.instrument])
        return behind if low <= behind <= high else wanted
    return wanted


def _amended(
    world: World,
    row: Row,
    before: tuple[int, int],
    seen: tuple[int, int],
    *,
    kept: bool,
) -> Event:
    return OrderAmended(
        row.number,
        matching.count(world, row),
        row.price,
        row.quantity,
        row.remaining,
        before[0],
        kept,
        row.order,
        row.stop if row.waits else 0,
        *seen,
        before[1],
    )


def _stands(row: Row, again: PlaceOrder) -> Event:
    known = row.order
    sent = {"key": known.key, "session": known.session}
    if replace(again, deadline_ns=known.deadline_ns, **sent) != known:
        return Rejected(Reason.DUPLICATE_CLIENT_ORDER_ID)
    return OrderStands(
        row.number,
        row.status,
        row.price,
        row.quantity,
        row.filled,
        known,
        row.waits,
    )
