"""Refusals of the registry and of operators: names, keys, amounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from carbonex.engine.commands import MAX_NAME, Surrender, Transfer
from carbonex.engine.enums import Reason
from carbonex.engine.market.tape import KEPT
from carbonex.wire.counts import counted
from carbonex.wire.dates import date_text
from carbonex.wire.money import format_fen

from .parameters import bad_parameter
from .phrases import amount


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine.events import Rejected


# ``r`` is the refusal and ``c`` the command, whose type follows from the reason.


def _duplicate_client_ref(r: Rejected, c: Any) -> str:
    return (
        f"client_ref {c.client_ref} stands for something else that {c.account} did;"
        " choose a new one, or send the same request again to see that it was done"
    )


def _not_permitted(r: Rejected, c: Any) -> str:
    what = "do this"
    if r.param:
        moves = isinstance(c, Transfer | Surrender)
        what = f"{'move tonnes of' if moves else 'trade for'} account {c.account}"
    return f"key {c.key} may not {what}: it was revoked, or lacks the permission"


def _unknown_participant(r: Rejected, c: Any) -> str:
    name = getattr(c, r.param)
    if r.param == "counterparty":
        return f"there is no participant {name} that could be the counterparty"
    return f"there is no participant {name}; register it first"


def _unknown_account(r: Rejected, c: Any) -> str:
    return f"there is no account {getattr(c, r.param)}; open it first"


def _unknown_key(r: Rejected, c: Any) -> str:
    return f"there is no key {c.key_id}"


def _unknown_product(r: Rejected, c: Any) -> str:
    return f"there is no product {c.product}; the first instrument of one makes it"


def _last_registry_key(r: Rejected, c: Any) -> str:
    return (
        f"key {c.key_id} is the last that has the permission registry; add another"
        " one first, or nobody could"
    )


def _already_exists(r: Rejected, c: Any) -> str:
    if r.param == "date":
        return f"trading day {date_text(r.limit)} is open; {date_text(r.value)} must wait for its end"
    name = getattr(c, r.param)
    return f"{r.param} {name} exists already; names are never used twice"


def _bad_name(r: Rejected, c: Any) -> str:
    terms = getattr(c, "terms", c)
    return (
        f"{r.param} must have 1 to {MAX_NAME} printable ASCII characters"
        f" without spaces, not {getattr(terms, r.param)!r}"
    )


def _no_trading_day(r: Rejected, c: Any) -> str:
    return "no trading day is open; begin_day begins one"


def _day_has_traded(r: Rejected, c: Any) -> str:
    return (
        f"the trading day has {counted(r.value, 'trade')}: it cannot be taken back; end it"
        " with end_day"
    )


def _not_halted(r: Rejected, c: Any) -> str:
    return f"{c.instrument} is not halted; there is nothing to resume"


def _unknown_trade(r: Rejected, c: Any) -> str:
    return (
        f"{c.instrument} has no trade {r.value} of the open trading day that can be"
        f" annulled: it is of another day, is not among the newest {KEPT}, or never was"
    )


def _trade_annulled(r: Rejected, c: Any) -> str:
    return f"trade {r.value} of {c.instrument} is annulled already"


def _not_suspended(r: Rejected, c: Any) -> str:
    return "the venue is not suspended; there is nothing to resume"


def _bad_amount(r: Rejected, c: Any) -> str:
    value, limit = format_fen(r.value), format_fen(r.limit)
    return f"amount must be above 0 and at most {limit}, not {value}"


def _not_frozen(r: Rejected, c: Any) -> str:
    unit = "" if r.param == "amount" else " t"
    value, limit = amount(r.param, r.value), amount(r.param, r.limit)
    what = c.instrument or "cash"
    return (
        f"{r.param} {value}{unit} is above the {limit}{unit} of {what} that are frozen,"
        f" or are to be, in account {c.account}; unfreeze at most that"
    )


def _balance_limit(r: Rejected, c: Any) -> str:
    value, limit = amount(r.param, r.value), amount(r.param, r.limit)
    return f"{r.param} {value} is above {limit}, what the venue's total still takes"


SENTENCES: Final[dict[Reason, Callable[[Rejected, Any], str]]] = {
    Reason.DUPLICATE_CLIENT_REF: _duplicate_client_ref,
    Reason.NOT_PERMITTED: _not_permitted,
    Reason.UNKNOWN_PARTICIPANT: _unknown_participant,
    Reason.UNKNOWN_ACCOUNT: _unknown_account,
    Reason.UNKNOWN_KEY: _unknown_key,
    Reason.UNKNOWN_PRODUCT: _unknown_product,
    Reason.ALREADY_EXISTS: _already_exists,
    Reason.BAD_NAME: _bad_name,
    Reason.BAD_PARAMETER: bad_parameter,
    Reason.LAST_REGISTRY_KEY: _last_registry_key,
    Reason.NO_TRADING_DAY: _no_trading_day,
    Reason.DAY_HAS_TRADED: _day_has_traded,
    Reason.NOT_HALTED: _not_halted,
    Reason.NOT_SUSPENDED: _not_suspended,
    Reason.UNKNOWN_TRADE: _unknown_trade,
    Reason.TRADE_ANNULLED: _trade_annulled,
    Reason.BAD_AMOUNT: _bad_amount,
    Reason.BALANCE_LIMIT: _balance_limit,
    Reason.NOT_FROZEN: _not_frozen,
}
