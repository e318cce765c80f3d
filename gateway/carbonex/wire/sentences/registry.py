"""The engine's refusals in words.

A sentence names the thing, its value and the limit it was held against, and
says what to do. Prices and cash are CNY, quantities tonnes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from carbonex.engine.commands import MAX_NAME, MAX_PRICE, MAX_QUANTITY
from carbonex.engine.enums import Reason

from .errors import engine_error
from .money import format_fen


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine.commands import Command
    from carbonex.engine.events import Rejected

    from .answers import Error
    from .requests import Params


def error_of(rejected: Rejected, command: Command | Params) -> Error:
    """Return the client's view of the refusal of ``command``, or of a like query."""
    sentence = SENTENCES[rejected.reason]
    return engine_error(rejected.reason, sentence(rejected, command), rejected.param)


# From here on ``r`` is the refusal and ``c`` the command, whose type follows
# from the reason.


def _duplicate_client_order_id(r: Rejected, c: Any) -> str:
    return (
        f"client_order_id {c.client_order_id} stands for another order of {c.account};"
        " choose a new one, or send the same order again to see how it stands"
    )


def _duplicate_client_ref(r: Rejected, c: Any) -> str:
    return (
        f"client_ref {c.client_ref} stands for another movement of {c.account};"
        " choose a new one, or send the same movement again to see that it was done"
    )


def _deadline_passed(r: Rejected, c: Any) -> str:
    late = (r.limit - r.value) // 1000
    return (
        f"the deadline {r.value // 1000} had passed by {late} µs when the request"
        " took its turn; nothing was done"
    )


def _unknown_instrument(r: Rejected, c: Any) -> str:
    return f"there is no instrument {c.instrument}; the instrument channel lists them"


def _not_permitted(r: Rejected, c: Any) -> str:
    what = f"trade for account {c.account}" if r.param else "do this"
    return f"key {c.key} may not {what}: it was revoked, or lacks the permission"


def _unknown_participant(r: Rejected, c: Any) -> str:
    return f"there is no participant {c.participant}; register it first"


def _unknown_account(r: Rejected, c: Any) -> str:
    return f"there is no account {getattr(c, r.param)}; open it first"


def _unknown_key(r: Rejected, c: Any) -> str:
    return f"there is no key {c.key_id}"


def _already_exists(r: Rejected, c: Any) -> str:
    if r.param == "date":
        return f"trading day {_date(r.limit)} is open; {_date(r.value)} must wait for its end"
    name = getattr(c, r.param)
    return f"{r.param} {name} exists already; names are never used twice"


def _bad_name(r: Rejected, c: Any) -> str:
    return (
        f"{r.param} must have 1 to {MAX_NAME} printable ASCII characters"
        f" without spaces, not {getattr(c, r.param)!r}"
    )


def _bad_parameter(r: Rejected, c: Any) -> str:
    special = _PARAMETERS.get(r.param)
    if special is not None:
        return special.format(
            value=r.value,
            limit=r.limit,
            date=_date(r.value),
            last=_date(r.limit),
            ends=r.value // 1000,
            now=r.limit // 1000,
        )
    value, limit = _amount(r.param, r.value), _amount(r.param, r.limit)
    bound = "at least" if r.value < r.limit else "at most"
    return f"{r.param} must be {bound} {limit}, not {value}"


def _unknown_order(r: Rejected, c: Any) -> str:
    name = c.order_id or c.client_order_id
    return (
        f"account {c.account} has no open order with {r.param} {name};"
        " it is filled, cancelled or never was"
    )


def _market_closed(r: Rejected, c: Any) -> str:
    return "the market is closed: no trading day is open; only cancels work"


def _halted(r: Rejected, c: Any) -> str:
    name = getattr(c, "instrument", "the order's instrument")
    return f"{name} is halted; until it resumes, only cancels work"


def _not_halted(r: Rejected, c: Any) -> str:
    return f"{c.instrument} is not halted; there is nothing to resume"


def _bad_quantity(r: Rejected, c: Any) -> str:
    if 0 < r.value <= MAX_QUANTITY and r.value % r.limit:
        return f"the lot is {r.limit} t: quantity {r.value} is not a multiple of it"
    most = max(MAX_QUANTITY, r.limit)
    return f"quantity must be above 0 and at most {most} t, not {r.value}"


def _above_maximum(r: Rejected, c: Any) -> str:
    return (
        f"quantity {r.value} is above the instrument's maximum of {r.limit} t"
        " in one order; split it"
    )


def _bad_tick(r: Rejected, c: Any) -> str:
    price, tick = format_fen(r.value), format_fen(r.limit)
    if r.value <= 0:
        return f"price {price} is not above 0; the tick is {tick}"
    if r.value > MAX_PRICE:
        return f"price {price} is above {format_fen(MAX_PRICE)}, the highest there is"
    return f"the tick is {tick}: price {price} is not a multiple of it"


def _bad_amount(r: Rejected, c: Any) -> str:
    value, limit = format_fen(r.value), format_fen(r.limit)
    return f"amount must be above 0 and at most {limit}, not {value}"


def _balance_limit(r: Rejected, c: Any) -> str:
    value, limit = _amount(r.param, r.value), _amount(r.param, r.limit)
    return f"{r.param} {value} is above {limit}, what the venue's total still takes"


def _below_filled(r: Rejected, c: Any) -> str:
    return (
        f"quantity {r.value} is the new total, and {r.limit} t have traded already;"
        " name a higher one, or cancel the rest"
    )


def _holdings(r: Rejected, c: Any) -> str:
    return (
        f"{r.value} t are needed and account {c.account} has {r.limit} t available;"
        " sell less, or cancel orders that lock tonnes"
    )


def _funds(r: Rejected, c: Any) -> str:
    return (
        f"CNY {format_fen(r.value)} are needed and account {c.account} has"
        f" {format_fen(r.limit)} available; take less, or cancel orders that lock cash"
    )


def _self_trade(r: Rejected, c: Any) -> str:
    return (
        f"the order would trade with order {r.value} of your own participant;"
        " cancel that one, or choose another self_trade mode"
    )


def _would_take(r: Rejected, c: Any) -> str:
    return (
        f"post_only: {format_fen(r.value)} would trade at once with"
        f" {format_fen(r.limit)}; name a price behind it, or use reprice"
    )


def _unfillable(r: Rejected, c: Any) -> str:
    return (
        f"fok: not all of {r.value} t can trade at once at this price;"
        " use ioc to take what there is"
    )


def _too_many_ids(r: Rejected, c: Any) -> str:
    return (
        f"account {c.account} has used {r.value} of {r.limit} {r.param}s;"
        " they are free again when the next trading day has passed"
    )


def _too_many_orders(r: Rejected, c: Any) -> str:
    return (
        f"account {c.account} has {r.value} open orders of {r.limit};"
        " cancel some before placing more"
    )


# BAD_PARAMETER of these is not a number beyond its bound.
_PARAMETERS: Final = {
    "post_only": "post_only is for limit orders that may rest: day or gtc",
    "price": "a market order trades at the market's prices: leave price out",
    "to_account": "to_account is the account itself; name another one",
    "public_key": "public_key has {value} bytes, an Ed25519 key {limit}",
    "permissions": "permissions must name one of read, trade, operate, registry",
    "date": "date {date} must be a day after {last}, the last trading day",
    "ends": "ends {ends} must be later than {now}, the venue's time",
}

SENTENCES: Final[dict[Reason, Callable[[Rejected, Any], str]]] = {
    Reason.DUPLICATE_CLIENT_ORDER_ID: _duplicate_client_order_id,
    Reason.DUPLICATE_CLIENT_REF: _duplicate_client_ref,
    Reason.DEADLINE_PASSED: _deadline_passed,
    Reason.UNKNOWN_INSTRUMENT: _unknown_instrument,
    Reason.NOT_PERMITTED: _not_permitted,
    Reason.UNKNOWN_PARTICIPANT: _unknown_participant,
    Reason.UNKNOWN_ACCOUNT: _unknown_account,
    Reason.UNKNOWN_KEY: _unknown_key,
    Reason.ALREADY_EXISTS: _already_exists,
    Reason.BAD_NAME: _bad_name,
    Reason.BAD_PARAMETER: _bad_parameter,
    Reason.UNKNOWN_ORDER: _unknown_order,
    Reason.MARKET_CLOSED: _market_closed,
    Reason.HALTED: _halted,
    Reason.NOT_HALTED: _not_halted,
    Reason.BAD_QTY: _bad_quantity,
    Reason.QTY_ABOVE_LISTED_MAX: _above_maximum,
    Reason.BAD_TICK: _bad_tick,
    Reason.BAD_AMOUNT: _bad_amount,
    Reason.BALANCE_LIMIT: _balance_limit,
    Reason.QTY_BELOW_FILLED: _below_filled,
    Reason.INSUFFICIENT_HOLDINGS: _holdings,
    Reason.INSUFFICIENT_FUNDS: _funds,
    Reason.SELF_TRADE: _self_trade,
    Reason.WOULD_TAKE_LIQUIDITY: _would_take,
    Reason.FOK_UNFILLABLE: _unfillable,
    Reason.TOO_MANY_CLIENT_IDS: _too_many_ids,
    Reason.TOO_MANY_OPEN_ORDERS: _too_many_orders,
}


def _amount(param: str, value: int) -> str:
    return format_fen(value) if param in ("amount", "price", "tick") else str(value)


def _date(date: int) -> str:
    return f"{date // 10_000:04d}-{date // 100 % 100:02d}-{date % 100:02d}"
