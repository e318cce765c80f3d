"""Why an order is not placed, amended or cancelled."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec import structs

from carbonex.engine import (
    FOK,
    GTC,
    GTD,
    IOC,
    LIMIT,
    MARKET,
    MAX_PRICE,
    STOP,
    STOP_LIMIT,
    AmendOrder,
    CancelAll,
    CancelOrder,
    Conditions,
    OrderKind,
    Phase,
    PlaceOrder,
    PostOnly,
    Reason,
    SelfTrade,
    Trade,
)
from model import clock, matching

from . import who


if TYPE_CHECKING:
    from collections.abc import Iterator

    from model.world import Paper, Row, World

STOPS = {STOP, STOP_LIMIT}
MOST_PICKED = 50


def place(world: World, command: PlaceOrder) -> Iterator[Reason]:
    """What is wrong with an order as such."""
    barred = yield from who.access(world, command.key, command.account)
    yield from _late(world, command.deadline_ns)
    if command.client_order_id:
        yield from who.name(command.client_order_id)
    yield from _bad_kind(world, command)
    paper = world.papers.get(command.instrument)
    if paper is None:
        yield Reason.UNKNOWN_INSTRUMENT
    if paper is None or barred:
        return
    yield from who.restricted(world, world.owner(command.account), command.side)
    yield from who.not_trading(world, paper)
    yield from _bad_quantity(paper, command, command.quantity)
    given = command.conditions or Conditions()
    if command.order_type in {LIMIT, STOP_LIMIT}:
        yield from _bad_price(paper, command.price)
    if given.stop_price:
        yield from _bad_price(paper, given.stop_price)
    if paper.terms.pick:
        yield from _bad_picks(world, command)
    if command.side == 0:
        name = command.instrument
        yield from who.position(world, command.account, name, command.quantity)


def enter(world: World, row: Row, before: Row | None = None) -> Iterator[Reason]:
    """What keeps an order from entering the market, or from waiting, as ``row``.

    ``before`` is what it was, where it is amended.
    """
    order, paper = row.order, world.papers[row.order.instrument]
    if before and clock.phase(world, paper) is Phase.CALL:
        given = structs.replace(order.conditions or Conditions(), pick=())
        order = structs.replace(order, post_only=PostOnly.OFF, conditions=given)
    held = 0
    if row.buys:
        held = before.price * before.remaining + before.reserve if before else 0
        need = row.price * row.remaining + matching.reserve(world, row)
        yield from who.short_of_cash(world, order.account, need, held)
    else:
        held = before.remaining if before else 0
        yield from who.short(world, order.account, paper.name, row.remaining, held)
    yield from _not_allowed(world, paper, order)
    if row.waits:
        return
    makers = world.makers(order, row.price)
    if makers:
        yield from _own(world, row, makers)
        if order.post_only is not PostOnly.OFF:
            yield Reason.WOULD_TAKE_LIQUIDITY
    if order.time_in_force is FOK:
        trial, taker = world.trial(paper.name), replace(row)
        events = matching.trade(trial, taker)
        traded = sum(event.quantity for event in events if isinstance(event, Trade))
        if traded < row.remaining:
            yield Reason.FOK_UNFILLABLE


def too_many(world: World, command: PlaceOrder) -> Iterator[Reason]:
    terms = world.accounts[command.account]
    ids = [name for account, name in world.ids if account == command.account]
    if command.client_order_id and len(ids) >= terms.max_client_ids:
        yield Reason.TOO_MANY_CLIENT_IDS
    if _may_rest(command):
        yield from who.too_many_open(world, command.account)
    waiting = [row for row in world.open(command.account) if row.waits]
    if command.order_type in STOPS and len(waiting) >= terms.max_stop_orders:
        yield Reason.TOO_MANY_STOPS


def find(world: World, command: AmendOrder | CancelOrder) -> Iterator[Reason]:
    yield from who.access(world, command.key, command.account)
    yield from _late(world, command.deadline_ns)
    if not world.find(command.account, command.order_id, command.client_order_id):
        yield Reason.UNKNOWN_ORDER


def amend(world: World, row: Row, command: AmendOrder) -> Iterator[Reason]:
    """What is wrong with ``row``'s new price, total and stop price as such."""
    order, paper = row.order, world.papers[row.order.instrument]
    quantity = command.quantity or row.quantity
    if command.stop_price and not row.waits:
        yield Reason.BAD_PARAMETER
    if command.price and order.order_type is STOP:
        yield Reason.BAD_PARAMETER
    yield from who.restricted(world, world.owner(order.account), order.side)
    yield from who.not_trading(world, paper)
    grown = _as_much(order, quantity) if quantity > row.quantity else None
    yield from _bad_quantity(paper, grown, quantity)
    shown = order.conditions.display_quantity if order.conditions else 0
    if grown and shown and row.refills * shown + quantity - row.filled > 1024 * shown:
        yield Reason.BAD_QTY
    for price in filter(None, (command.price, command.stop_price)):
        yield from _bad_price(paper, price)
    if quantity <= row.filled:
        yield Reason.QTY_BELOW_FILLED
    if row.buys and quantity > row.quantity:
        more = quantity - row.quantity
        yield from who.position(world, order.account, paper.name, more)


def cancel_all(world: World, command: CancelAll) -> Iterator[Reason]:
    yield from who.access(world, command.key, command.account)
    if command.instrument and command.instrument not in world.papers:
        yield Reason.UNKNOWN_INSTRUMENT


def _as_much(order: PlaceOrder, quantity: int) -> PlaceOrder:
    """Return an order that shows no more than all of itself."""
    given = order.conditions or Conditions()
    shown = min(given.display_quantity, quantity)
    given = structs.replace(given, display_quantity=shown)
    return structs.replace(order, conditions=given)


def _may_rest(command: PlaceOrder) -> bool:
    at_once = command.time_in_force in {IOC, FOK}
    return not at_once and command.order_type is not MARKET


def _bad_kind(world: World, command: PlaceOrder) -> Iterator[Reason]:
    """Type, time in force, flags and conditions go together, or they do not."""
    given, kind = command.conditions or Conditions(), command.order_type
    rests = _may_rest(command)
    if (
        (command.price and kind in {MARKET, STOP})
        or bool(given.stop_price) is not (kind in STOPS)
        or (kind in STOPS and not rests)
        or (command.post_only is not PostOnly.OFF and (kind in STOPS or not rests))
        or (given.display_quantity and (kind is STOP or not rests))
        or bool(given.expires_ns) is not (command.time_in_force is GTD)
        or (given.expires_ns and given.expires_ns <= world.now)
        or given.expires_ns > world.now + 366 * 86_400 * 10**9
        or len(given.pick) > MOST_PICKED
        or (given.pick and (kind in STOPS or command.post_only is not PostOnly.OFF))
    ):
        yield Reason.BAD_PARAMETER


def _bad_quantity(
    paper: Paper, order: PlaceOrder | None, quantity: int
) -> Iterator[Reason]:
    """Whole lots, not too many; what ``order`` shows of them is right, too."""
    lot = paper.terms.lot
    if quantity <= 0 or quantity % lot:
        yield Reason.BAD_QTY
    if quantity > paper.terms.max_quantity:
        yield Reason.QTY_ABOVE_LISTED_MAX
    shown = order.conditions.display_quantity if order and order.conditions else 0
    least = quantity * paper.terms.min_display_permille
    if shown and (not 0 < shown <= quantity or shown % lot or shown * 1000 < least):
        yield Reason.BAD_QTY


def _bad_price(paper: Paper, price: int) -> Iterator[Reason]:
    low, high = clock.limits(paper)
    if not 0 < price <= MAX_PRICE or price % paper.terms.tick:
        yield Reason.BAD_TICK
    if not low <= price <= high:
        yield Reason.PRICE_OUT_OF_BAND


def _bad_picks(world: World, command: PlaceOrder) -> Iterator[Reason]:
    """Whom an order names rests at the best price of the other side."""
    resting = world.opposite(command)
    for number in command.conditions.pick if command.conditions else ():
        named = [row for row in resting if row.is_listing(number)]
        if not named:
            yield Reason.STALE_PICK
        elif named[0].price != resting[0].price:
            yield Reason.NOT_BEST_PRICE
        elif command.order_type is LIMIT and not world.makers(command, command.price):
            yield Reason.PICK_OUT_OF_REACH


def _own(world: World, row: Row, makers: list[Row]) -> Iterator[Reason]:
    """Nobody meets themselves: at all in a call, first of all where that is refused."""
    paper, order = world.papers[row.order.instrument], row.order
    if clock.phase(world, paper) is not Phase.CALL:
        makers = (world.picked(order, row.price) or makers)[:1]
        if order.self_trade is not SelfTrade.CANCEL_NEWEST:
            return
    if any(world.same(maker.order.account, order.account) for maker in makers):
        yield Reason.SELF_TRADE


def _not_allowed(world: World, paper: Paper, order: PlaceOrder) -> Iterator[Reason]:
    """Instrument and phase allow such an order."""
    given, tif = order.conditions or Conditions(), order.time_in_force
    too_long = tif is GTD and given.expires_ns > world.ends
    if not paper.terms.multi_day and (tif is GTC or too_long):
        yield Reason.KIND_NOT_ALLOWED
    if given.pick and not paper.terms.pick:
        yield Reason.KIND_NOT_ALLOWED
    kinds = {
        OrderKind.MARKET: order.order_type in {MARKET, STOP},
        OrderKind.STOP: order.order_type in STOPS,
        OrderKind.ICEBERG: given.display_quantity > 0,
        OrderKind.FOK: tif is FOK,
        OrderKind.IOC: tif is IOC,
        OrderKind.POST_ONLY: order.post_only is not PostOnly.OFF,
    }
    if any(
        is_one and kind not in paper.terms.order_kinds for kind, is_one in kinds.items()
    ):
        yield Reason.KIND_NOT_ALLOWED
    if clock.phase(world, paper) is Phase.CALL and (
        not (_may_rest(order)) or order.post_only is not PostOnly.OFF or given.pick
    ):
        yield Reason.KIND_NOT_ALLOWED


def _late(world: World, deadline_ns: int) -> Iterator[Reason]:
    if 0 < deadline_ns < world.now:
        yield Reason.DEADLINE_PASSED
