"""The checks that refuse an order, in their order of precedence.

All checks of a command run before its first change. These functions return the
refusal, or None; none of them changes state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonex.engine.accounts import NOTHING
from carbonex.engine.enums import (
    ALL_KINDS,
    BUY,
    FOK,
    GTC,
    GTD,
    IOC,
    LIMIT,
    MARKET,
    SELL,
    STOP_LIMIT,
    Phase,
    PostOnly,
    Reason,
    Restriction,
    SelfTrade,
)
from carbonex.engine.events import Rejected
from carbonex.engine.market.phases import closed, trades
from carbonex.engine.market.rules import bad_name, bad_quantity, bad_tick, out_of_band
from carbonex.engine.state import VENUE_KEY

from .fill_or_kill import fillable
from .kinds import bad_kind, is_stop, kinds_of, may_rest
from .uncross import own_cross


if TYPE_CHECKING:
    from carbonex.engine.accounts import Account, Holding, Participant
    from carbonex.engine.book import Order
    from carbonex.engine.commands import (
        AmendOrder,
        CancelOrder,
        Conditions,
        PlaceOrder,
    )
    from carbonex.engine.enums import Side
    from carbonex.engine.state import Instrument, State


PERMILLE: Final = 1000
OFF: Final = PostOnly.OFF
CANCEL_NEWEST: Final = SelfTrade.CANCEL_NEWEST


def late(deadline_ns: int, now_ns: int) -> Rejected:
    """Refuse a command whose deadline has passed."""
    return Rejected(Reason.DEADLINE_PASSED, "deadline", deadline_ns, now_ns)


def unknown(command: AmendOrder | CancelOrder) -> Rejected:
    """Refuse an unknown or closed order; report the id that the command gave."""
    param = "order_id" if command.order_id else "client_order_id"
    return Rejected(Reason.UNKNOWN_ORDER, param, command.order_id)


def not_permitted(key: str) -> Rejected:
    """Refuse an account.

    A client cannot learn from the reason whether another's account exists.
    """
    reason = Reason.UNKNOWN_ACCOUNT if key == VENUE_KEY else Reason.NOT_PERMITTED
    return Rejected(reason, "account")


def restricted(account: Account, side: Side) -> Rejected | None:
    """Check that supervision lets the account's participant trade on ``side``."""
    participant = account.participant
    if not barred(participant, side):
        return None
    return Rejected(Reason.RESTRICTED, "account", int(participant.restriction))


def barred(participant: Participant, side: Side) -> bool:
    """Tell whether supervision keeps a participant from trading on ``side``."""
    restriction = participant.restriction
    sells = restriction is Restriction.SELL_ONLY and side is SELL
    return not sells and restriction is not Restriction.NONE


def not_trading(state: State, instrument: Instrument, param: str) -> Rejected | None:
    """Check that the instrument takes orders; a refusal names the field ``param``."""
    if not instrument.tradable:
        return Rejected(Reason.NOT_TRADABLE, param)
    if instrument.phase is Phase.TRADING or instrument.phase is Phase.CALL:
        return None
    scheduled = state.step_of(instrument).phase
    if scheduled is not Phase.TRADING or state.is_clearing(instrument):
        return closed(state, instrument, param, trades)
    return halted(state, param)


def halted(state: State, param: str, value: int = 0) -> Rejected:
    """Refuse a command because the instrument is halted or the venue suspended."""
    reason = Reason.VENUE_SUSPENDED if state.suspension else Reason.HALTED
    return Rejected(reason, param, value)


def malformed(
    state: State, instrument: Instrument, account: Account, command: PlaceOrder
) -> Rejected | None:
    """Check the order against its own fields, its instrument and its account."""
    name = command.client_order_id
    rejected = (
        (bad_name("client_order_id", name) if name else None)
        or bad_kind(state, command)
        or restricted(account, command.side)
        or not_trading(state, instrument, "instrument")
        or bad_size(instrument, command.conditions, command.quantity)
        or bad_prices(instrument, _prices(command))
        or _unpickable(instrument, command)
    )
    if rejected is None and command.side is BUY:
        return beyond_position(instrument, account, command.quantity)
    return rejected


def bad_size(
    instrument: Instrument, conditions: Conditions | None, quantity: int
) -> Rejected | None:
    """Check a total and its display quantity.

    A BAD_QTY of either takes precedence over QTY_ABOVE_LISTED_MAX.
    """
    rejected = bad_quantity(instrument.terms, quantity)
    if rejected is None or rejected.reason is Reason.QTY_ABOVE_LISTED_MAX:
        return _bad_display(instrument, conditions, quantity) or rejected
    return rejected


def _bad_display(
    instrument: Instrument, conditions: Conditions | None, quantity: int
) -> Rejected | None:
    """Check the display quantity of an iceberg of ``quantity``.

    It must be whole lots, at most the total, and at least the share that the terms
    set; the minimum bounds the number of refills.
    """
    if conditions is None or not conditions.display_quantity:
        return None
    shown, lot = conditions.display_quantity, instrument.terms.lot
    least = -(-quantity * instrument.terms.min_display_permille // PERMILLE)
    for limit, wrong in (
        (lot, shown < 0 or shown % lot != 0),
        (quantity, shown > quantity),
        (least, shown < least),
    ):
        if wrong:
            return Rejected(Reason.BAD_QTY, "display_quantity", shown, limit)
    return None


def beyond_position(
    instrument: Instrument, account: Account, more: int
) -> Rejected | None:
    """Check that buying ``more`` tonnes keeps the position limit."""
    limit = instrument.terms.position_limit
    if not limit:
        return None
    position = account.participant.position(instrument.name) + more
    if position <= limit:
        return None
    return Rejected(Reason.POSITION_LIMIT, "quantity", position, limit)


def unaffordable(
    account: Account, command: PlaceOrder, need: int, free: int
) -> Rejected:
    """Refuse an order that needs more fen or tonnes than are available."""
    if command.side is BUY:
        return short_of_cash(account, "quantity", need, free)
    return short_of_tonnes(account, command.instrument, need, free)


def short_of_cash(account: Account, param: str, need: int, free: int) -> Rejected:
    """Refuse a command for lack of fen; the reason tells if a freeze is the cause."""
    frozen = need <= free + account.cash_balance.frozen
    reason = Reason.CASH_FROZEN if frozen else Reason.INSUFFICIENT_FUNDS
    return Rejected(reason, param, need, free)


def short_of_tonnes(
    account: Account, instrument: str, need: int, free: int
) -> Rejected:
    """Refuse a command for lack of tonnes (MARKET-RULES §3).

    The reason tells whether the resale lock or a freeze is the cause.
    """
    holding = account.holdings.get(instrument, NOTHING)
    reason, waiting = Reason.INSUFFICIENT_HOLDINGS, holding.resale_locked
    if need <= free + waiting:
        reason = Reason.RESALE_LOCK
    elif need <= free + waiting + holding.frozen:
        reason = Reason.TONNES_FROZEN
    return Rejected(reason, "quantity", need, free)


def short_of_movable(holding: Holding, need: int) -> Rejected | None:
    """Check that ``need`` tonnes can be moved; resale-locked tonnes can be."""
    free = holding.movable
    if need <= free:
        return None
    frozen = need <= holding.available + holding.resale_locked + holding.frozen
    reason = Reason.TONNES_FROZEN if frozen else Reason.INSUFFICIENT_HOLDINGS
    return Rejected(reason, "quantity", need, free)


def unmatchable(
    state: State,
    instrument: Instrument,
    account: Account,
    command: PlaceOrder,
    price: int,
    remaining: int,
) -> Rejected | None:
    """Check the order against the opposite side at ``price``, and its kind.

    In order: self-trade, kinds that the instrument allows, post-only, fill or kill.
    """
    makers = instrument.book.opposite(command.side)
    stops = is_stop(command)
    meets = not stops and makers.reaches(price)
    if meets:
        own = _own_met(instrument, account, command, price)
        if own is not None:
            return Rejected(Reason.SELF_TRADE, "price", own.order_id)
    rejected = _not_allowed(state, instrument, command)
    if rejected is not None:
        return rejected
    if meets and command.post_only is not OFF:
        assert makers.best is not None
        best = makers.best.price
        return Rejected(Reason.WOULD_TAKE_LIQUIDITY, "price", price, best)
    if command.time_in_force is FOK and not fillable(
        instrument, account, command, price, remaining
    ):
        return Rejected(Reason.FOK_UNFILLABLE, "quantity", remaining)
    return None


def beyond_caps(account: Account, command: PlaceOrder) -> Rejected | None:
    """Check the account's caps on client order ids, open orders and stop orders."""
    known = len(account.client_ids)
    if command.client_order_id and known >= account.max_client_ids:
        limit = account.max_client_ids
        return Rejected(Reason.TOO_MANY_CLIENT_IDS, "client_order_id", known, limit)
    rejected = too_many_open(account) if may_rest(command) else None
    if rejected is None and is_stop(command):
        return _too_many_stops(account)
    return rejected


def too_many_open(account: Account) -> Rejected | None:
    """Check the account's cap on open orders, block proposals and bids."""
    count, limit = account.open_count, account.max_open_orders
    if count < limit:
        return None
    return Rejected(Reason.TOO_MANY_OPEN_ORDERS, "account", count, limit)


def _too_many_stops(account: Account) -> Rejected | None:
    """Check the account's cap on untriggered stop orders."""
    count, limit = account.stops, account.max_stop_orders
    if count < limit:
        return None
    return Rejected(Reason.TOO_MANY_STOPS, "account", count, limit)


def bad_prices(
    instrument: Instrument, prices: list[tuple[str, int]]
) -> Rejected | None:
    """Check (field, price) pairs: first every tick, then the band."""
    for param, price in prices:
        rejected = bad_tick(instrument.terms, param, price)
        if rejected is not None:
            return rejected
    for param, price in prices:
        rejected = out_of_band(instrument, param, price)
        if rejected is not None:
            return rejected
    return None


def _prices(command: PlaceOrder) -> list[tuple[str, int]]:
    """Return the prices to check as (field, price) pairs."""
    prices = []
    if command.order_type is LIMIT or command.order_type is STOP_LIMIT:
        prices.append(("price", command.price))
    if command.conditions is not None and command.conditions.stop_price:
        prices.append(("stop_price", command.conditions.stop_price))
    return prices


def _unpickable(instrument: Instrument, command: PlaceOrder) -> Rejected | None:
    """Check that the picked orders rest at the best opposite price. O(1) for each.

    Check also that the order's own limit reaches that price.
    """
    conditions = command.conditions
    if conditions is None or not conditions.pick or not instrument.terms.pick:
        return None
    makers = instrument.book.opposite(command.side)
    assert makers.numbers is not None
    worse: list[int] = []
    for listing in conditions.pick:
        order = makers.numbers.get(listing)
        if order is None:
            return Rejected(Reason.STALE_PICK, "pick", listing)
        if order.level is not makers.best:
            worse.append(listing)
    if worse:
        return Rejected(Reason.NOT_BEST_PRICE, "pick", worse[0])
    best = makers.best
    limited = command.order_type is LIMIT
    if limited and best is not None and not makers.reaches(command.price):
        return Rejected(Reason.PICK_OUT_OF_REACH, "price", command.price, best.price)
    return None


def _own_met(
    instrument: Instrument, account: Account, command: PlaceOrder, price: int
) -> Order | None:
    """Return the own resting order for which the order is refused, if any.

    In a call auction any own order that it crosses counts. Otherwise only the first
    order that it meets counts, and only under CANCEL_NEWEST.
    """
    if instrument.phase is Phase.CALL:
        return own_cross(instrument, command.side, price, account.participant)
    if command.self_trade is not CANCEL_NEWEST:
        return None
    first = _first(instrument, command)
    return first if first.account.participant is account.participant else None


def _not_allowed(
    state: State, instrument: Instrument, command: PlaceOrder
) -> Rejected | None:
    """Check that the instrument and its phase allow orders of this kind."""
    reason, tif = Reason.KIND_NOT_ALLOWED, command.time_in_force
    conditions = command.conditions
    if not instrument.terms.multi_day and (
        tif is GTC
        or (
            tif is GTD
            and conditions is not None
            and conditions.expires_ns > state.day_ends_ns
        )
    ):
        return Rejected(reason, "time_in_force")
    allowed = instrument.terms.order_kinds
    if allowed != ALL_KINDS:
        for kind, param in kinds_of(command):
            if kind not in allowed:
                return Rejected(reason, param, int(kind), int(allowed))
    picks = conditions is not None and bool(conditions.pick)
    if picks and not instrument.terms.pick:
        return Rejected(reason, "pick")
    if instrument.phase is not Phase.CALL:
        return None
    for param, refused in (
        ("order_type", command.order_type is MARKET),
        ("time_in_force", tif is IOC or tif is FOK),
        ("post_only", command.post_only is not OFF),
        ("pick", picks),
    ):
        if refused:
            return Rejected(reason, param)
    return None


def _first(instrument: Instrument, command: PlaceOrder) -> Order:
    """Return the order that a taker meets first."""
    makers = instrument.book.opposite(command.side)
    if command.conditions is not None:
        picks = command.conditions.pick
        # An amended order may already have filled the orders that it picked.
        named = makers.picked(picks)
        if named:
            return named[0]
    best = makers.best
    assert best is not None
    assert best.oldest is not None
    return best.oldest
