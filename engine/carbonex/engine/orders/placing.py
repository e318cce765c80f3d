"""Placing and cancelling orders: run every check first, then change state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import astuple, replace

from carbonex.engine.accounts import NOTHING
from carbonex.engine.book import Order
from carbonex.engine.enums import (
    BUY,
    DAY,
    FOK,
    GTD,
    IOC,
    LIMIT,
    CancelReason,
    OrderStatus,
    PostOnly,
    Reason,
    SelfTrade,
)
from carbonex.engine.events import CancelsFollow, OrderAccepted, OrderStands, Rejected
from carbonex.engine.market.rules import bad_name
from carbonex.engine.state import NO_ACCOUNTS

from .leaving import cancel_open, cancel_rest, withdraw
from .mass_cancels import MassCancel, count_awaited, request
from .matching import match
from .refusals import late, not_permitted, unaffordable, unknown
from .special import place_special


if TYPE_CHECKING:
    from carbonex.engine.accounts import Account, Balance
    from carbonex.engine.commands import AmendOrder, CancelAll, CancelOrder, PlaceOrder
    from carbonex.engine.commands.orders import PlaceOrderFields
    from carbonex.engine.events import Event
    from carbonex.engine.state import State


# Compiled code loads a module's own Final directly, but an imported name from a
# dict. These lookups would take 1/40 of the time of an order.
FIELDS: Final = astuple
ACCEPTED: Final = OrderAccepted
OFF: Final = PostOnly.OFF
REPRICE: Final = PostOnly.REPRICE
CANCEL_NEWEST: Final = SelfTrade.CANCEL_NEWEST
CLIENT: Final = CancelReason.CLIENT
WOULD_TAKE: Final = Reason.WOULD_TAKE_LIQUIDITY


def place(  # noqa: C901, PLR0911, PLR0912, PLR0915 - one short way for a plain order
    state: State, command: PlaceOrder
) -> list[Event]:
    """Accept, match and rest a new order, or refuse it.

    O(1) to rest at an existing level, O(log n) at a new level, and O(1) per fill.
    Fill or kill first visits the orders it would take.
    """
    # Inline the whole path of a plain order: each call costs 25 ns of the 1 µs.
    # ``place_special`` handles orders that are special or may be invalid.
    fields: PlaceOrderFields = FIELDS(command)
    # fmt: off
    (
        key, account_name, symbol, side, price, quantity, order_type, tif,
        post_only, self_trade, name, deadline_ns, conditions, _,
    ) = fields
    # fmt: on
    account = state.traders.get(key, NO_ACCOUNTS).get(account_name)
    if name or deadline_ns:
        answer = _answer_early(state, account, command)
        if answer is not None:
            return [answer]
    instrument = state.instruments.get(symbol)
    if instrument is None:
        return [Rejected(Reason.UNKNOWN_INSTRUMENT, "instrument")]
    if account is None:
        return [not_permitted(key)]
    if (
        not instrument.plain
        or account.restricted
        or conditions is not None
        or order_type is not LIMIT
        or (post_only is not OFF and tif is IOC)
        or (tif is not DAY and (instrument.day_only or tif is GTD or tif is FOK))
        or price < instrument.limit_down
        or price > instrument.limit_up
        or quantity < 1
        or quantity > instrument.max_quantity
        or account.blocks  # blocks and bids count towards the cap on open orders
        or account.bids
        or len(account.orders) >= account.max_open_orders
        or (name and not _may_use(account, name))
    ):
        return place_special(state, instrument, account, command)
    book = instrument.book
    if side is BUY:
        own, makers = book.bids, book.asks
        balance: Balance = account.cash_balance
        unit = price
    else:
        own, makers = book.asks, book.bids
        balance = account.holdings.get(symbol, NOTHING)
        unit = 1
    best = makers.best
    met = best.oldest if best is not None and best.key <= makers.sign * price else None
    if met is not None and post_only is REPRICE:
        return place_special(state, instrument, account, command)
    need = unit * quantity
    if need > balance.available:
        return [unaffordable(account, command, need, balance.available)]
    if met is not None:
        is_own = met.account.participant is account.participant
        if is_own and self_trade is CANCEL_NEWEST:
            return [Rejected(Reason.SELF_TRADE, "price", met.order_id)]
        if post_only is not OFF:
            return [Rejected(WOULD_TAKE, "price", price, met.level.price)]

    order_id = state.last_order_id = state.last_order_id + 1
    order = Order()
    order.order_id = order_id
    order.command = command
    order.account = account
    order.balance = balance
    order.price = price
    order.unit = unit
    order.quantity = order.remaining = quantity
    order.extras = None
    if name:
        account.client_ids.today[name] = order
    exec_seq = account.exec_seq = account.exec_seq + 1
    events: list[Event] = [ACCEPTED(order_id, exec_seq, price, command)]
    if met is not None:
        if match(instrument, makers, order, events):
            return events
        need = unit * order.remaining
    if tif is IOC:
        events.append(cancel_rest(order, CancelReason.IOC))
    else:
        account.orders[order_id] = order
        balance.available -= need
        own.append(order)
    return events


def cancel(state: State, command: CancelOrder) -> list[Event]:
    """Cancel an open order, in any phase. O(1)."""
    account = state.traders.get(command.key, NO_ACCOUNTS).get(command.account)
    order_id = command.order_id
    if account is not None and order_id and not command.deadline_ns:
        order = account.orders.pop(order_id, None)
        if order is not None:
            return [withdraw(order, CLIENT)]
    found = find_open(state, command)
    if type(found) is Order:
        return [cancel_open(found, CLIENT)]
    return [found]


def cancel_all(state: State, command: CancelAll) -> list[Event]:
    """Cancel an account's open orders, oldest first; there may be none.

    Cancel a slice at once and the others with later batches. Linear in the cancelled
    orders and in the orders placed since the account's last search (see ``OwnOrders``).
    """
    account = state.trader(command.key, command.account)
    if command.instrument and command.instrument not in state.instruments:
        return [Rejected(Reason.UNKNOWN_INSTRUMENT, "instrument")]
    if account is None:
        return [not_permitted(command.key)]
    instrument, side = command.instrument, command.side
    wanted = MassCancel(CLIENT, account.name, "", instrument, side)
    events = request(state, wanted)
    for cancel in state.cancels:
        if cancel.chosen == wanted.chosen:
            whole = not instrument and side is None
            follow = len(account.orders) if whole else count_awaited(state, cancel)
            events += [CancelsFollow(account.name, follow)] if follow else []
    return events


def find_open(state: State, command: AmendOrder | CancelOrder) -> Order | Rejected:
    """Return the open order that the command names, or the refusal.

    Check the command's deadline and permission, too.
    """
    if 0 < command.deadline_ns < state.time_ns:
        return late(command.deadline_ns, state.time_ns)
    account = state.trader(command.key, command.account)
    if account is None:
        return not_permitted(command.key)
    return named_open(account, command)


def named_open(account: Account, command: AmendOrder | CancelOrder) -> Order | Rejected:
    """Return the account's open order that the command names, or the refusal. O(1)."""
    order_id = command.order_id
    order = account.find(order_id, command.client_order_id)
    if order is None or order.order_id not in account.orders:
        return unknown(command)
    return order


def _may_use(account: Account, name: str) -> bool:
    """Tell whether a new client order id is a valid name within the account's cap."""
    room = len(account.client_ids) < account.max_client_ids
    return room and bad_name("client_order_id", name) is None


def _stands(known: Order, command: PlaceOrder) -> Event:
    """Answer a repeated client order id: the order stands, or the id is a duplicate."""
    first = known.command
    # A client may retry over another session, with another key and deadline.
    same = replace(
        command,
        key=first.key,
        deadline_ns=first.deadline_ns,
        session=first.session,
    )
    if same != first:
        return Rejected(Reason.DUPLICATE_CLIENT_ORDER_ID, "client_order_id")
    return OrderStands(
        known.order_id,
        known.status,
        known.price,
        known.quantity,
        known.filled,
        first,
        known.waits and known.status is OrderStatus.OPEN,
    )


def _answer_early(
    state: State, account: Account | None, command: PlaceOrder
) -> Event | None:
    """Answer a repeated client order id or a passed deadline; else return None."""
    if account is not None and command.client_order_id:
        known = account.client_ids.get(command.client_order_id)
        if known is not None:
            return _stands(known, command)
    if 0 < command.deadline_ns < state.time_ns:
        return late(command.deadline_ns, state.time_ns)
    return None
