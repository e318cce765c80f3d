"""Refusals of parameters that cannot be meant, or do not go together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from carbonex.engine.commands import MAX_PRICE, UpdateInstrument
from carbonex.engine.market.bounds import FIRST_VINTAGE, LAST_VINTAGE, MAX_SESSIONS
from carbonex.engine.market.dates import DATE_DAYS, END_DAYS, is_date
from carbonex.wire.counts import counted
from carbonex.wire.dates import date_text, wall_text
from carbonex.wire.money import format_fen
from carbonex.wire.requests import Explanation, Grace, Timeout
from carbonex.wire.units import NS_PER_MS, NS_PER_SECOND
from carbonex.wire.vocabulary import PERMISSIONS
from carbonex.wire.wanted import wanted

from .phrases import amount, moment, moment_text


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine.events import Rejected


# ``r`` is the refusal and ``c`` the command, whose type follows from the param.


def bad_parameter(r: Rejected, c: Any) -> str:
    """Say what is wrong with ``r.param``; most are numbers beyond a bound."""
    if type(c) is UpdateInstrument and r.param in _LASTING:
        return _lasting(r, c)
    told = _TOLD.get(r.param)
    if told is not None:
        return told
    sentence = _SENTENCES.get(r.param, _beyond)
    return sentence(r, c)


def _beyond(r: Rejected, c: Any) -> str:
    value, limit = amount(r.param, r.value), amount(r.param, r.limit)
    return f"{r.param} must be {_bound(r)} {limit}, not {value}"


def _bound(r: Rejected) -> str:
    return "at least" if r.value < r.limit else "at most"


def _lasting(r: Rejected, c: Any) -> str:
    now = f" of {amount(r.param, r.limit)}" if r.limit else ""
    return f"{c.terms.instrument} keeps its {r.param}{now}; list another instrument"


def _vintage(r: Rejected, c: Any) -> str:
    if not r.value or FIRST_VINTAGE <= r.value <= LAST_VINTAGE:
        return _lasting(r, c)
    return (
        f"vintage must be a year from {FIRST_VINTAGE} to {LAST_VINTAGE}, or 0 for none,"
        f" not {r.value}"
    )


def _expires(r: Rejected, c: Any) -> str:
    if not r.limit:
        return "a gtd order needs expires, and no other order has it"
    if r.value > r.limit:
        return (
            f"expires {moment_text(r.value)} must not be after {moment_text(r.limit)},"
            " 366 days from now"
        )
    return (
        f"expires {moment(r.value)} must be later than {moment(r.limit)}, the venue's"
        " time"
    )


def _opens(r: Rejected, c: Any) -> str:
    return f"opens {moment(r.value)} must be before closes {moment(r.limit)}"


def _closes(r: Rejected, c: Any) -> str:
    closes, limit = moment(r.value), moment(r.limit)
    if r.value <= r.limit:
        return f"closes {closes} must be later than {limit}, the venue's time"
    return f"closes {closes} must not be after {limit}, the end of the trading day"


def _ends(r: Rejected, c: Any) -> str:
    value, limit = moment_text(r.value), moment_text(r.limit)
    if r.value <= r.limit:
        return f"ends {value} must be later than {limit}, the venue's time"
    return (
        f"ends {value} must not be after {limit}: a trading day ends within"
        f" {END_DAYS} days"
    )


def _date(r: Rejected, c: Any) -> str:
    value, limit = date_text(r.value), date_text(r.limit)
    if r.value > r.limit and is_date(r.value):
        return (
            f"date {value} must not be after {limit}, {DATE_DAYS} days from the venue's"
            " date"
        )
    after = f" after {limit}" if r.limit else ""
    return (
        f"date {value} must be a day of the calendar{after}: later than the last"
        f" trading day, and at most {DATE_DAYS} days before the venue's date"
    )


def _effective_date(r: Rejected, c: Any) -> str:
    after = f" after {date_text(r.limit)}, the last trading day" if r.limit else ""
    return (
        f"effective_date {date_text(r.value)} must be a day of the calendar{after};"
        " leave it out for the next trading day"
    )


def _reference(r: Rejected, c: Any) -> str:
    if not r.value:
        return (
            "reference must be given: the band needs one, as product"
            f" {c.product} has no composite close yet"
        )
    if 0 < r.value <= MAX_PRICE:
        tick = format_fen(r.limit)
        return (
            f"the tick is {tick}: reference {format_fen(r.value)} is not a multiple"
            " of it"
        )
    return _beyond(r, c)


def _sessions(r: Rejected, c: Any) -> str:
    if r.value > r.limit == MAX_SESSIONS:
        return f"{r.param} must be at most {r.limit}, not {r.value}; join some of them"
    return (
        f"{r.param} must follow one another within the day, each with its end after"
        f" its start; {wall_text(r.value)} is not"
    )


def _timeout(r: Rejected, c: Any) -> str:
    return (
        f"timeout must be {wanted('timeout', Timeout)}, not {r.value // NS_PER_SECOND}"
    )


def _grace(r: Rejected, c: Any) -> str:
    return f"grace_ms must be {wanted('grace_ms', Grace)}, not {r.value // NS_PER_MS}"


def _permissions(r: Rejected, c: Any) -> str:
    return f"permissions must name one of {', '.join(PERMISSIONS)}"


def _until(r: Rejected, c: Any) -> str:
    return f"rules.until {date_text(r.value)} must be a day of the calendar"


def _named(r: Rejected, c: Any) -> str:
    if r.limit:
        return f"a rule must name at most {r.limit} instruments, not {r.value}"
    return f"rules.instruments must name instruments of the product {c.product}"


def _public_key(r: Rejected, c: Any) -> str:
    return f"public_key has {counted(r.value, 'byte')}, an Ed25519 key {r.limit}"


# What an update of an instrument cannot change.
_LASTING: Final = frozenset({"product", "tick", "lot"})

_TOLD: Final = {
    "post_only": "post_only is for limit orders that may rest: day, gtc or gtd",
    "price": "a market or stop order has no price of its own: leave price out",
    "stop_price": (
        "stop_price belongs to stop and stop_limit orders that still wait, which"
        " need one, not to others"
    ),
    "time_in_force": "a stop order waits: it is day, gtc or gtd",
    "display_quantity": (
        "display_quantity is for limit and stop_limit orders that may rest: day, gtc"
        " or gtd"
    ),
    "pick": (
        "pick names at most 50 listings, and none for a stop order or with post_only,"
        " which take nobody as they come"
    ),
    "side": "a counter-offer is on the other side than the proposal that it answers",
    "to_account": "to_account is the account itself; name another one",
    "reason": f"reason must be {wanted('reason', Explanation)}, without control characters",
}
_SENTENCES: Final[dict[str, Callable[[Rejected, Any], str]]] = {
    "expires": _expires,
    "opens": _opens,
    "closes": _closes,
    "ends": _ends,
    "date": _date,
    "effective_date": _effective_date,
    "reference": _reference,
    "sessions": _sessions,
    "blocks.sessions": _sessions,
    "permissions": _permissions,
    "public_key": _public_key,
    "rules.until": _until,
    "rules.instruments": _named,
    "timeout": _timeout,
    "grace": _grace,
    "vintage": _vintage,
}
