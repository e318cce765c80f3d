"""Why an order is refused, each reason in the order of its precedence.

A command's checks all run before its first change; these functions find the
reason, and none of them changes anything.
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
    from carbonex.engine.book import BookSide, Order
    from carbonex.engine.commands import (
        AmendOrder,
        CancelOrder,
        Conditions,
        PlaceOrder,
    )
    from carbonex.engine.enums import Side
    from carbonex.engine.state import Instrument, State


PERMILLE: Final = 1000
LEAST_DISPLAY: Final = 1  # per mille of an iceberg, where commands mean number 1
OFF: Final = PostOnly.OFF
CANCEL_NEWEST: Final = SelfTrade.CANCEL_NEWEST


def late(deadline_ns: int, now_ns: int) -> Rejected:
    """Refuse what came after its own deadline."""
    return Rejected(Reason.DEADLINE_PASSED, "deadline", deadline_ns, now_ns)


def unknown(command: AmendOrder | CancelOrder) -> Rejected:
    """Refuse an order that is not open, by the name that the command has for it."""
    param = "order_id" if command.order_id else "client_order_id"
    return Rejected(Reason.UNKNOWN_ORDER, param, command.order_id)


def not_permitted(key: str) -> Rejected:
    """Refuse an account; clients are not told which others exist."""
    reason = Reason.UNKNOWN_ACCOUNT if key == VENUE_KEY else Reason.NOT_PERMITTED
    return Rejected(reason, "account")


def restricted(account: Account, side: Side) -> Rejected | None:
    """Check what supervision lets the account's participant do."""
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
    """Check that orders may enter an instrument, which ``param`` names."""
    if not instrument.tradable:
        return Rejected(Reason.NOT_TRADABLE, param)
    if instrument.phase is Phase.TRADING or instrument.phase is Phase.CALL:
        return None
    scheduled = state.step_of(instrument).phase
    if scheduled is not Phase.TRADING or state.is_clearing(instrument):
        return closed(state, instrument, param, trades)
    return halted(state, param)


def halted(state: State, param: str, value: int = 0) -> Rejected:
    """Refuse what an instrument that is halted does not do; it may be the whole venue."""
    reason = Reason.VENUE_SUSPENDED if state.suspension else Reason.HALTED
    return Rejected(reason, param, value)


def malformed(
    state: State, instrument: Instrument, account: Account, command: PlaceOrder
) -> Rejected | None:
    """Check all that the order's own values, instrument and account decide."""
    name = command.client_order_id
    rejected = (
        (bad_name("client_order_id", name) if name else None)
        or bad_kind(state, command)
        or restricted(account, command.side)
        or not_trading(state, instrument, "instrument")
        or bad_size(state, instrument, command.conditions, command.quantity)
        or bad_prices(instrument, _prices(command))
        or _unpickable(state, instrument, command)
    )
    if rejected is None and command.side is BUY:
        return beyond_position(instrument, account, command.quantity)
    return rejected


def bad_size(
    state: State, instrument: Instrument, conditions: Conditions | None, quantity: int
) -> Rejected | None:
    """Check a total and what an iceberg shows of it; BAD_QTY of either comes first."""
    rejected = bad_quantity(instrument.terms, quantity)
    if rejected is None or rejected.reason is Reason.QTY_ABOVE_LISTED_MAX:
        return _bad_display(state, instrument, conditions, quantity) or rejected
    return rejected


def _bad_display(
    state: State, instrument: Instrument, conditions: Conditions | None, quantity: int
) -> Rejected | None:
    """Check what an iceberg of ``quantity`` shows: whole lots, neither too much.

    It shows at least so much of itself as the terms say, which bounds its refills.
    """
    if conditions is None or not conditions.display_quantity:
        return None
    shown, lot = conditions.display_quantity, instrument.terms.lot
    permille = LEAST_DISPLAY
    if state.semantics >= 2:
        permille = instrument.terms.min_display_permille
    least = -(-quantity * permille // PERMILLE)
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
    """Check the position limit against ``more`` tonnes bought."""
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
    """Refuse what needs more fen or tonnes than are free."""
    if command.side is BUY:
        return short_of_cash(account, "quantity", need, free)
    return short_of_tonnes(account, command.instrument, need, free)


def short_of_cash(account: Account, param: str, need: int, free: int) -> Rejected:
    """Refuse what needs more fen than are free; it may be a freeze that is in the way."""
    frozen = need <= free + account.cash_balance.frozen
    reason = Reason.CASH_FROZEN if frozen else Reason.INSUFFICIENT_FUNDS
    return Rejected(reason, param, need, free)


def short_of_tonnes(
    account: Account, instrument: str, need: int, free: int
) -> Rejected:
    """Refuse what needs more tonnes than are free (MARKET-RULES §3)."""
    holding = account.holdings.get(instrument, NOTHING)
    reason, waiting = Reason.INSUFFICIENT_HOLDINGS, holding.resale_locked
    if need <= free + waiting:
        reason = Reason.RESALE_LOCK
    elif need <= free + waiting + holding.frozen:
        reason = Reason.TONNES_FROZEN
    return Rejected(reason, "quantity", need, free)


def short_of_movable(holding: Holding, need: int) -> Rejected | None:
    """Check tonnes that are to be moved, whether they may be sold or not."""
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
    """Check what meeting the other side at ``price`` would mean, and the kind."""
    makers = instrument.book.opposite(command.side)
    stops = is_stop(command)
    meets = not stops and makers.reaches(price)
    if meets:
        own = _own_met(state, instrument, account, command, price)
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


def beyond_caps(state: State, account: Account, command: PlaceOrder) -> Rejected | None:
    """Check the account's caps on client order ids, open orders and stop orders."""
    known = len(account.client_ids)
    if command.client_order_id and known >= account.max_client_ids:
        limit = account.max_client_ids
        return Rejected(Reason.TOO_MANY_CLIENT_IDS, "client_order_id", known, limit)
    rejected = too_many_open(account) if may_rest(command) else None
    if rejected is None and state.semantics >= 2 and is_stop(command):
        return _too_many_stops(account)
    return rejected


def too_many_open(account: Account) -> Rejected | None:
    """Check the account's cap on what it has open."""
    count, limit = account.open_count, account.max_open_orders
    if count < limit:
        return None
    return Rejected(Reason.TOO_MANY_OPEN_ORDERS, "account", count, limit)


def _too_many_stops(account: Account) -> Rejected | None:
    """Check the account's cap on the stop orders that wait."""
    count, limit = account.stops, account.max_stop_orders
    if count < limit:
        return None
    return Rejected(Reason.TOO_MANY_STOPS, "account", count, limit)


def bad_prices(
    instrument: Instrument, prices: list[tuple[str, int]]
) -> Rejected | None:
    """Check prices, each with its name: all ticks, then the band."""
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
    """Return the prices that an order of its kind must name."""
    prices = []
    if command.order_type is LIMIT or command.order_type is STOP_LIMIT:
        prices.append(("price", command.price))
    if command.conditions is not None and command.conditions.stop_price:
        prices.append(("stop_price", command.conditions.stop_price))
    return prices


def _unpickable(
    state: State, instrument: Instrument, command: PlaceOrder
) -> Rejected | None:
    """Check that the orders named rest at the best opposite price. O(1) for each.

    And, since number 2, that the order's own limit reaches it.
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
    limited = command.order_type is LIMIT and state.semantics >= 2
    if limited and makers.best is not None and not makers.reaches(command.price):
        best = makers.best.price
        return Rejected(Reason.PICK_OUT_OF_REACH, "price", command.price, best)
    return None


def _own_met(
    state: State,
    instrument: Instrument,
    account: Account,
    command: PlaceOrder,
    price: int,
) -> Order | None:
    """Return the own order that a taker would meet, where it is refused for it.

    In a call auction everything that crosses meets; else the first order does.
    """
    if instrument.phase is Phase.CALL:
        return own_cross(instrument, command.side, price, account.participant)
    if command.self_trade is not CANCEL_NEWEST:
        return None
    first = _first(state, instrument, command)
    return first if first.account.participant is account.participant else None


def _not_allowed(
    state: State, instrument: Instrument, command: PlaceOrder
) -> Rejected | None:
    """Check that instrument and phase allow orders of this kind."""
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


def _first(state: State, instrument: Instrument, command: PlaceOrder) -> Order:
    """Return the order that a taker meets first."""
    makers = instrument.book.opposite(command.side)
    if command.conditions is not None:
        picks = command.conditions.pick
        # An order that is amended may have taken the orders that it names before.
        named = makers.picked(picks)
        if state.semantics < 2 and picks and not instrument.terms.pick:
            named = _named(makers, picks)
        if named:
            return named[0]
    best = makers.best
    assert best is not None
    assert best.oldest is not None
    return best.oldest


def _named(makers: BookSide, picks: tuple[int, ...]) -> list[Order]:
    """Return whom an order names at the best price although the terms allow no pick.

    Where commands mean number 1 such an order was told first that it meets its own.
    Linear in the best level.
    """
    best = makers.best
    resting = {} if best is None else {order.order_id: order for order in best}
    return [resting[number] for number in picks if number in resting]
