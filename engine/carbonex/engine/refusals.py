"""Why an order is refused, each reason in the order of its precedence.

A command's checks all run before its first change; these functions find the
reason, and none of them changes anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .enums import (
    BUY,
    FOK,
    IOC,
    MARKET,
    Phase,
    PostOnly,
    Reason,
    SelfTrade,
)
from .events import Rejected
from .matching import fillable
from .rules import bad_name, bad_price, bad_quantity
from .state import VENUE_KEY


if TYPE_CHECKING:
    from .accounts import Account
    from .book import BookSide
    from .commands import PlaceOrder
    from .state import Instrument, State


TRADING: Final = Phase.TRADING
OFF: Final = PostOnly.OFF
CANCEL_NEWEST: Final = SelfTrade.CANCEL_NEWEST


def late(state: State, deadline_ns: int) -> Rejected:
    """Refuse what came after its own deadline."""
    return Rejected(Reason.DEADLINE_PASSED, "deadline", deadline_ns, state.time_ns)


def not_permitted(key: str) -> Rejected:
    """Refuse an account; clients are not told which others exist."""
    reason = Reason.UNKNOWN_ACCOUNT if key == VENUE_KEY else Reason.NOT_PERMITTED
    return Rejected(reason, "account")


def not_trading(state: State, param: str) -> Rejected:
    """Refuse what needs an instrument that trades; ``param`` names it."""
    reason = Reason.HALTED if state.day else Reason.MARKET_CLOSED
    return Rejected(reason, param)


def malformed(
    state: State, instrument: Instrument, command: PlaceOrder
) -> Rejected | None:
    """Check all that the order's own values and the instrument decide."""
    name = command.client_order_id
    rejected = bad_name("client_order_id", name) if name else None
    if rejected is not None:
        return rejected
    market = command.order_type is MARKET
    if command.post_only is not OFF and not _may_rest(command):
        return Rejected(Reason.BAD_PARAMETER, "post_only")
    if market and command.price:
        return Rejected(Reason.BAD_PARAMETER, "price", command.price)
    if instrument.phase is not TRADING:
        return not_trading(state, "instrument")
    rejected = bad_quantity(instrument.terms, command.quantity)
    if rejected is None and not market:
        rejected = bad_price(instrument.terms, command.price)
    return rejected


def unmatchable(
    makers: BookSide, account: Account, command: PlaceOrder, price: int, remaining: int
) -> Rejected | None:
    """Check what meeting the other side at ``price`` would mean."""
    best = makers.best
    if best is not None and best.key <= makers.sign * price:
        first = best.oldest
        assert first is not None
        if (
            first.account.participant is account.participant
            and command.self_trade is CANCEL_NEWEST
        ):
            return Rejected(Reason.SELF_TRADE, "price", first.order_id)
        if command.post_only is not OFF:
            return Rejected(Reason.WOULD_TAKE_LIQUIDITY, "price", price, best.price)
    if command.time_in_force is FOK and not fillable(
        makers, account, command, price, remaining
    ):
        return Rejected(Reason.FOK_UNFILLABLE, "quantity", remaining)
    return None


def unaffordable(command: PlaceOrder, need: int, free: int) -> Rejected:
    """Refuse what needs more fen or tonnes than are free."""
    if command.side is BUY:
        return Rejected(Reason.INSUFFICIENT_FUNDS, "quantity", need, free)
    return Rejected(Reason.INSUFFICIENT_HOLDINGS, "quantity", need, free)


def beyond_caps(account: Account, command: PlaceOrder) -> Rejected | None:
    """Check the account's caps on client order ids and open orders."""
    known = len(account.client_ids)
    if command.client_order_id and known >= account.max_client_ids:
        limit = account.max_client_ids
        return Rejected(Reason.TOO_MANY_CLIENT_IDS, "client_order_id", known, limit)
    resting = len(account.orders)
    if resting >= account.max_open_orders and _may_rest(command):
        limit = account.max_open_orders
        return Rejected(Reason.TOO_MANY_OPEN_ORDERS, "account", resting, limit)
    return None


def _may_rest(command: PlaceOrder) -> bool:
    tif = command.time_in_force
    return command.order_type is not MARKET and tif is not IOC and tif is not FOK
