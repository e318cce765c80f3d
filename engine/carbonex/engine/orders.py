"""Placing, amending and cancelling orders: refuse first, then change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from .book import Order
from .enums import (
    BUY,
    FOK,
    IOC,
    MARKET,
    CancelReason,
    OrderStatus,
    Permission,
    Phase,
    PostOnly,
    Reason,
    SelfTrade,
)
from .events import OrderAccepted, OrderAmended, OrderStands, Rejected
from .matching import cancel_rest, cancel_resting, fillable, match
from .rules import bad_name, bad_price, bad_quantity, effective_price, reprice


if TYPE_CHECKING:
    from .accounts import Account
    from .book import BookSide
    from .commands import AmendOrder, CancelAll, CancelOrder, PlaceOrder
    from .events import Event
    from .state import Instrument, State


TRADING: Final = Phase.TRADING
TRADE: Final = Permission.TRADE
OPEN: Final = OrderStatus.OPEN
OFF: Final = PostOnly.OFF
CANCEL_NEWEST: Final = SelfTrade.CANCEL_NEWEST


def place(state: State, command: PlaceOrder) -> list[Event]:
    """Accept, match and rest a new order, or refuse it.

    O(1) to rest at a price where others rest, O(log n) at a new one, and
    O(1) per fill. Fill or kill looks at the orders it would take first.
    """
    account = own_account(state, command.key, command.account)
    name = command.client_order_id
    if name and account is not None:
        known = account.client_ids.get(name)
        if known is not None:
            return [_stands(known, command)]
    instrument = state.instruments.get(command.instrument)
    if 0 < command.deadline_ns < state.time_ns:
        return [_late(state, command.deadline_ns)]
    if instrument is None:
        return [Rejected(Reason.UNKNOWN_INSTRUMENT, "instrument")]
    if account is None:
        return [Rejected(Reason.NOT_PERMITTED, "account")]
    makers = instrument.book.opposite(command.side)
    price = effective_price(instrument.terms, makers, command)
    order = Order(state.last_order_id + 1, command, account, price)
    rejected = (
        _malformed(state, instrument, command)
        or _unaffordable(account, order, price, order.quantity, 0)
        or _unmatchable(makers, order, price)
        or _beyond_caps(account, command)
    )
    if rejected is not None:
        return [rejected]

    state.last_order_id = order.order_id
    order.holding = account.holding(command.instrument)
    account.exec_seq += 1
    events: list[Event] = [
        OrderAccepted(order.order_id, account.exec_seq, price, command)
    ]
    if name:
        account.client_ids.today[name] = order
    _run(instrument, makers, order, events)
    return events


def amend(state: State, command: AmendOrder) -> list[Event]:
    """Change price or total of a resting order; see AmendOrder."""
    found = _resting(state, command)
    if type(found) is not Order:
        return [found]
    order = found
    instrument = state.instruments[order.instrument]
    if instrument.phase is not TRADING:
        return [_not_trading(state)]
    price = command.price or order.price
    quantity = command.quantity or order.quantity
    rejected = (
        bad_quantity(instrument.terms, quantity)
        or bad_price(instrument.terms, price)
        or _below_filled(order, quantity)
    )
    if rejected is not None:
        return [rejected]
    if price == order.price and quantity <= order.quantity:
        return [_shrink(order, quantity)]
    return _requeue(instrument, order, price, quantity)


def cancel(state: State, command: CancelOrder) -> list[Event]:
    """Withdraw a resting order, in any phase. O(1)."""
    found = _resting(state, command)
    if type(found) is not Order:
        return [found]
    side = state.instruments[found.command.instrument].book.side(found.side)
    return [cancel_resting(side, found, CancelReason.CLIENT)]


def cancel_all(state: State, command: CancelAll) -> list[Event]:
    """Withdraw an account's resting orders, oldest first; perhaps none."""
    account = own_account(state, command.key, command.account)
    if command.instrument and command.instrument not in state.instruments:
        return [Rejected(Reason.UNKNOWN_INSTRUMENT, "instrument")]
    if account is None:
        return [Rejected(Reason.NOT_PERMITTED, "account")]
    chosen = [
        order
        for order in account.orders.values()
        if command.instrument in ("", order.instrument)
        and (command.side is None or command.side is order.side)
    ]
    return cancel_orders(state, chosen, CancelReason.CLIENT)


def cancel_orders(
    state: State, orders: list[Order], reason: CancelReason
) -> list[Event]:
    """Withdraw these resting orders, in this order."""
    return [
        cancel_resting(
            state.instruments[order.instrument].book.side(order.side), order, reason
        )
        for order in orders
    ]


def own_account(state: State, key_id: str, name: str) -> Account | None:
    """Return the account if the key may trade for it, else None."""
    account = state.accounts.get(name)
    if not key_id or account is None:
        return account  # the venue's own process may trade for anyone
    key = state.keys.get(key_id)
    if (
        key is None
        or key.participant is not account.participant
        or key.revoked
        or not key.may_trade
    ):
        return None
    return account


def _run(
    instrument: Instrument, makers: BookSide, order: Order, events: list[Event]
) -> None:
    """Match an accepted order; rest or cancel what is left of it."""
    if makers.reaches(order.price):
        match(instrument, order, events)
        if order.status is not OPEN:
            return
    command = order.command
    if command.order_type is MARKET or command.time_in_force is IOC:
        events.append(cancel_rest(order, CancelReason.IOC))
        return
    if order.side is BUY:
        order.account.locked += order.price * order.remaining
    else:
        order.holding.locked += order.remaining
    order.account.orders[order.order_id] = order
    instrument.book.side(order.side).append(order)


def _shrink(order: Order, quantity: int) -> Event:
    """Lower the total in place: the order keeps its priority."""
    less = order.quantity - quantity
    level = order.level
    assert level is not None
    level.total -= less
    if order.side is BUY:
        order.account.locked -= order.price * less
    else:
        order.holding.locked -= less
    order.quantity = quantity
    order.remaining -= less
    return _amended(order, order.price, priority_kept=True)


def _requeue(
    instrument: Instrument, order: Order, price: int, quantity: int
) -> list[Event]:
    """Change price or raise the total: the order enters anew, behind others."""
    account = order.account
    makers = instrument.book.opposite(order.side)
    if order.command.post_only is PostOnly.REPRICE:
        price = reprice(instrument.terms, makers, price)
    remaining = quantity - order.filled
    held = order.remaining if order.side is not BUY else order.price * order.remaining
    rejected = _unaffordable(account, order, price, remaining, held) or _unmatchable(
        makers, order, price
    )
    if rejected is not None:
        return [rejected]

    instrument.book.side(order.side).remove(order)
    if order.side is BUY:
        account.locked -= held
    else:
        order.holding.locked -= held
    previous = order.price
    order.price, order.quantity, order.remaining = price, quantity, remaining
    events = [_amended(order, previous, priority_kept=False)]
    _run(instrument, makers, order, events)
    if order.status is not OPEN:
        del account.orders[order.order_id]
    return events


def _amended(order: Order, previous_price: int, *, priority_kept: bool) -> Event:
    order.account.exec_seq += 1
    return OrderAmended(
        order.order_id,
        order.account.exec_seq,
        order.price,
        order.quantity,
        order.remaining,
        previous_price,
        priority_kept,
        order.command,
    )


def _stands(known: Order, command: PlaceOrder) -> Event:
    """Answer a repeated client order id: the same order, or a clash."""
    first = known.command
    if replace(command, key=first.key, deadline_ns=first.deadline_ns) != first:
        return Rejected(Reason.DUPLICATE_CLIENT_ORDER_ID, "client_order_id")
    return OrderStands(
        known.order_id, known.status, known.price, known.quantity, known.filled, first
    )


def _resting(state: State, command: AmendOrder | CancelOrder) -> Order | Rejected:
    """Return the open order that the command names, or why not."""
    account = own_account(state, command.key, command.account)
    if 0 < command.deadline_ns < state.time_ns:
        return _late(state, command.deadline_ns)
    if account is None:
        return Rejected(Reason.NOT_PERMITTED, "account")
    order = account.find(command.order_id, command.client_order_id)
    if order is None or order.status is not OPEN:
        param = "order_id" if command.order_id else "client_order_id"
        return Rejected(Reason.UNKNOWN_ORDER, param, command.order_id)
    return order


def _late(state: State, deadline_ns: int) -> Rejected:
    return Rejected(Reason.DEADLINE_PASSED, "deadline", deadline_ns, state.time_ns)


def _not_trading(state: State) -> Rejected:
    reason = Reason.HALTED if state.day else Reason.MARKET_CLOSED
    return Rejected(reason, "instrument")


def _malformed(
    state: State, instrument: Instrument, command: PlaceOrder
) -> Rejected | None:
    """Check all that the order's own values and the instrument decide."""
    name = command.client_order_id
    rejected = bad_name("client_order_id", name) if name else None
    if rejected is not None:
        return rejected
    if command.post_only and not _may_rest(command):
        return Rejected(Reason.BAD_PARAMETER, "post_only")
    if command.order_type is MARKET and command.price:
        return Rejected(Reason.BAD_PARAMETER, "price", command.price)
    if instrument.phase is not TRADING:
        return _not_trading(state)
    rejected = bad_quantity(instrument.terms, command.quantity)
    if rejected is None and command.order_type is not MARKET:
        rejected = bad_price(instrument.terms, command.price)
    return rejected


def _may_rest(command: PlaceOrder) -> bool:
    tif = command.time_in_force
    return command.order_type is not MARKET and tif is not IOC and tif is not FOK


def _below_filled(order: Order, quantity: int) -> Rejected | None:
    if quantity <= order.filled:
        return Rejected(Reason.QTY_BELOW_FILLED, "quantity", quantity, order.filled)
    return None


def _unaffordable(
    account: Account, order: Order, price: int, remaining: int, held: int
) -> Rejected | None:
    """Check that the account can lock what the order needs beyond ``held``."""
    if order.side is BUY:
        need, free = price * remaining, account.cash - account.locked + held
        if need > free:
            return Rejected(Reason.INSUFFICIENT_FUNDS, "quantity", need, free)
        return None
    holding = account.holdings.get(order.instrument)
    free = held if holding is None else holding.quantity - holding.locked + held
    if remaining > free:
        return Rejected(Reason.INSUFFICIENT_HOLDINGS, "quantity", remaining, free)
    return None


def _unmatchable(makers: BookSide, order: Order, price: int) -> Rejected | None:
    """Check what meeting the other side at ``price`` would mean."""
    command = order.command
    if not makers.reaches(price):
        if command.time_in_force is FOK:
            return Rejected(Reason.FOK_UNFILLABLE, "quantity", order.quantity)
        return None
    best = makers.best
    assert best is not None
    assert best.oldest is not None
    if (
        command.self_trade is CANCEL_NEWEST
        and best.oldest.account.participant is order.account.participant
    ):
        return Rejected(Reason.SELF_TRADE, "price", best.oldest.order_id)
    if command.post_only is not OFF:
        return Rejected(Reason.WOULD_TAKE_LIQUIDITY, "price", price, best.price)
    if command.time_in_force is FOK and not fillable(makers, price, order):
        return Rejected(Reason.FOK_UNFILLABLE, "quantity", order.quantity)
    return None


def _beyond_caps(account: Account, command: PlaceOrder) -> Rejected | None:
    known = len(account.client_ids) if command.client_order_id else 0
    if known >= account.max_client_ids > 0:
        limit = account.max_client_ids
        return Rejected(Reason.TOO_MANY_CLIENT_IDS, "client_order_id", known, limit)
    resting = len(account.orders)
    if resting >= account.max_open_orders and _may_rest(command):
        limit = account.max_open_orders
        return Rejected(Reason.TOO_MANY_OPEN_ORDERS, "account", resting, limit)
    return None
