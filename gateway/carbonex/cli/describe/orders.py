"""Sentences about orders in the book and their events."""

from __future__ import annotations

from typing import Final

from carbonex.engine import (
    DAY,
    GTD,
    MARKET,
    STOP,
    AmendOrder,
    CancelAll,
    CancelOrder,
    CancelReason,
    Conditions,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderReduced,
    OrderRefilled,
    OrderStands,
    OrderTriggered,
    PlaceOrder,
    PostOnly,
    SelfTrade,
    Trade,
)
from carbonex.wire.money import format_fen

from .words import at, describe, fees, moment, name


@describe.register(PlaceOrder)
def _(c: PlaceOrder) -> str:
    by_market = c.order_type is MARKET or c.order_type is STOP
    price = "at market" if by_market else f"@ {format_fen(c.price)}"
    words = [name(c.side), f"{c.quantity:,}", c.instrument, price]
    if c.time_in_force not in (DAY, GTD) and c.order_type is not MARKET:
        words.append(name(c.time_in_force))
    if c.conditions is not None:
        words += _conditions(c.conditions)
    if c.post_only is not PostOnly.OFF:
        words.append(f"post-only ({name(c.post_only)})")
    if c.self_trade is not SelfTrade.CANCEL_NEWEST:
        words.append(f"self-trade {name(c.self_trade)}")
    words.append(f"by {c.account}")
    if c.client_order_id:
        words.append(f"as {c.client_order_id!r}")
    return " ".join(words)


@describe.register(AmendOrder)
def _(c: AmendOrder) -> str:
    quantity = f" to {c.quantity:,}" if c.quantity else ""
    price = f" @ {format_fen(c.price)}" if c.price else ""
    stop = f" once {format_fen(c.stop_price)} trades" if c.stop_price else ""
    return f"amend {_named(c)}{quantity}{price}{stop} by {c.account}"


@describe.register(CancelOrder)
def _(c: CancelOrder) -> str:
    return f"cancel {_named(c)} by {c.account}"


@describe.register(CancelAll)
def _(c: CancelAll) -> str:
    side = f" {name(c.side)}" if c.side is not None else ""
    instrument = f" {c.instrument}" if c.instrument else ""
    return f"cancel all{side}{instrument} orders of {c.account}"


@describe.register(OrderAccepted)
def _(e: OrderAccepted) -> str:
    price = "" if e.price == e.order.price else f" @ {format_fen(e.price)}"
    return f"accepted as order {e.order_id}{price}"


@describe.register(Trade)
def _(e: Trade) -> str:
    what, maker = at(e.quantity, e.price), f"order {e.maker_id} of {e.maker.account}"
    paid = fees(e.maker_fee, e.taker_fee)
    if e.called:
        taker = f"order {e.taker_id} of {e.taker.account}"
        return f"{what} between {maker} and {taker}{paid}"
    return f"filled {what} with {maker}{paid}"


@describe.register(OrderTriggered)
def _(e: OrderTriggered) -> str:
    return (
        f"order {e.order_id} of {e.order.account} triggered: {at(e.quantity, e.price)}"
    )


@describe.register(OrderRefilled)
def _(e: OrderRefilled) -> str:
    return f"order {e.order_id} shows {e.shown:,} of {e.remaining:,}, at the back"


@describe.register(OrderCancelled)
def _(e: OrderCancelled) -> str:
    why = _REASONS[e.reason]
    return f"order {e.order_id} cancelled{why}, {e.quantity:,} not traded"


@describe.register(OrderReduced)
def _(e: OrderReduced) -> str:
    return (
        f"order {e.order_id} reduced by {e.quantity:,} (self-trade) to {e.remaining:,}"
    )


@describe.register(OrderAmended)
def _(e: OrderAmended) -> str:
    place = "keeps its place" if e.priority_kept else "goes to the back"
    if e.stop_price:
        place = f"waits until {format_fen(e.stop_price)} trades"
    what = at(e.quantity, e.price)
    return f"order {e.order_id} is now {what}, {e.remaining:,} open, {place}"


@describe.register(OrderStands)
def _(e: OrderStands) -> str:
    filled = f"{e.filled:,} of {e.quantity:,} filled"
    return f"was placed before: order {e.order_id} {name(e.status)}, {filled}"


_REASONS: Final = {
    CancelReason.CLIENT: "",
    CancelReason.IOC: " (nothing more to trade at once)",
    CancelReason.SELF_TRADE: " (self-trade)",
    CancelReason.SESSION_CLOSE: " (the trading day ended)",
    CancelReason.EXPIRED: " (its time has come)",
    CancelReason.TAKE_LEVELS: " (the rest lies deeper than it may take)",
    CancelReason.DAY_CANCELLED: " (the trading day was taken back)",
    CancelReason.OUT_OF_BAND: " (outside the new trading day's band)",
    CancelReason.RESTRICTED: " (its participant is restricted)",
    CancelReason.DELISTED: " (its instrument was delisted)",
    CancelReason.TERMS_CHANGED: " (its instrument has new terms)",
    CancelReason.DISCONNECTED: " (its session did not come back)",
    CancelReason.COUNTDOWN: " (its account's countdown ran out)",
    CancelReason.FILL_LIMIT: " (one order meets no more)",
}


def _conditions(given: Conditions) -> list[str]:
    words: list[str] = []
    if given.stop_price:
        words.append(f"once {format_fen(given.stop_price)} trades")
    if given.display_quantity:
        words.append(f"showing {given.display_quantity:,}")
    if given.expires_ns:
        words.append(f"until {moment(given.expires_ns)}")
    if given.pick:
        words.append(f"taking {', '.join(map(str, given.pick))} first")
    return words


def _named(c: AmendOrder | CancelOrder) -> str:
    return f"order {c.order_id}" if c.order_id else f"order {c.client_order_id!r}"
