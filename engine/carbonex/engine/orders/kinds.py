"""Order kinds, the checks of their fields, and the extra state some kinds need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonex.engine.book import Extras
from carbonex.engine.commands import Conditions
from carbonex.engine.enums import (
    BUY,
    FOK,
    GTD,
    IOC,
    LIMIT,
    MARKET,
    STOP,
    STOP_LIMIT,
    OrderKind,
    PostOnly,
    Reason,
)
from carbonex.engine.events import Rejected

from .locks import highest_rate


if TYPE_CHECKING:
    from collections.abc import Iterator

    from carbonex.engine.commands import PlaceOrder
    from carbonex.engine.state import Instrument, State


# How long after the log's time a gtd order may expire. Reason: it stays in the book
# and in the timers until then; other exchanges allow 90 days to a year.
MAX_EXPIRY_NS: Final = 366 * 86_400 * 10**9
MAX_PICKS: Final = 50  # orders that one order may pick; each costs one lookup
PLAIN: Final = Conditions()


def may_rest(command: PlaceOrder) -> bool:
    """Tell whether an order may rest: it is neither market nor ioc nor fok."""
    tif = command.time_in_force
    return command.order_type is not MARKET and tif is not IOC and tif is not FOK


def is_stop(command: PlaceOrder) -> bool:
    """Tell whether the command places a stop or stop-limit order."""
    return command.order_type is STOP or command.order_type is STOP_LIMIT


def kinds_of(command: PlaceOrder) -> Iterator[tuple[OrderKind, str]]:
    """Yield each kind of the order beyond plain limit, with the field that sets it.

    A stop order without a limit becomes a market order when triggered, so it is both.
    """
    kind = command.order_type
    if kind is STOP or kind is STOP_LIMIT:
        yield OrderKind.STOP, "order_type"
    if kind is STOP or kind is MARKET:
        yield OrderKind.MARKET, "order_type"
    if command.conditions is not None and command.conditions.display_quantity:
        yield OrderKind.ICEBERG, "display_quantity"
    if command.time_in_force is FOK:
        yield OrderKind.FOK, "time_in_force"
    elif command.time_in_force is IOC:
        yield OrderKind.IOC, "time_in_force"
    if command.post_only is not PostOnly.OFF:
        yield OrderKind.POST_ONLY, "post_only"


def bad_kind(state: State, command: PlaceOrder) -> Rejected | None:
    """Check that type, time in force, flags and conditions are compatible."""
    reason = Reason.BAD_PARAMETER
    given = command.conditions or PLAIN
    kind, stops = command.order_type, is_stop(command)
    lists = command.post_only is not PostOnly.OFF
    for param, value, wrong in (
        ("price", command.price, bool(command.price) and kind in (MARKET, STOP)),
        ("stop_price", given.stop_price, bool(given.stop_price) is not stops),
        ("time_in_force", 0, stops and not may_rest(command)),
        ("post_only", 0, _bad_post_only(command, stops=stops)),
        ("display_quantity", 0, bool(given.display_quantity) and not _shows(command)),
        ("expires", 0, bool(given.expires_ns) is not (command.time_in_force is GTD)),
        ("pick", 0, bool(given.pick) and (stops or lists)),
    ):
        if wrong:
            return Rejected(reason, param, value)
    if given.expires_ns and given.expires_ns <= state.time_ns:
        return Rejected(reason, "expires", given.expires_ns, state.time_ns)
    last_ns = state.time_ns + MAX_EXPIRY_NS
    if given.expires_ns > last_ns:
        return Rejected(reason, "expires", given.expires_ns, last_ns)
    if len(given.pick) > MAX_PICKS:
        return Rejected(reason, "pick", len(given.pick), MAX_PICKS)
    return None


def extras_for(instrument: Instrument, command: PlaceOrder) -> Extras | None:
    """Return the extra state that an order needs, or None for a plain order.

    Its links to the holding, the stop orders and the timers are set on acceptance.
    """
    given, terms = command.conditions, instrument.terms
    fees, limit = terms.fees, terms.position_limit
    buys = command.side is BUY
    if not (
        fees.maker
        or fees.taker
        or (buys and limit)
        or (given and (given.stop_price or given.display_quantity or given.expires_ns))
    ):
        return None
    extras = Extras()
    if given is not None:
        extras.stop_price = given.stop_price
        extras.display = given.display_quantity
    if buys:
        extras.rate = highest_rate(terms)
    return extras


def _bad_post_only(command: PlaceOrder, *, stops: bool) -> bool:
    on = command.post_only is not PostOnly.OFF
    return on and (stops or not may_rest(command))


def _shows(command: PlaceOrder) -> bool:
    """Tell whether the order may be an iceberg: it has a limit and may rest."""
    limits = command.order_type is LIMIT or command.order_type is STOP_LIMIT
    return limits and may_rest(command)
