"""Refusals by the market's rules (MARKET-RULES §7), those off the book apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from carbonex.engine.commands import (
    MAX_BALANCE,
    MAX_PRICE,
    MAX_QUANTITY,
    AnnulTrade,
    HaltInstrument,
    OpenAuction,
    ProposeBlock,
    Surrender,
    SuspendVenue,
)
from carbonex.engine.enums import Reason, Restriction
from carbonex.wire.dates import date_text
from carbonex.wire.money import format_fen

from .phrases import beyond_limit, instrument_of, moment_text


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine.events import Rejected


# ``r`` is the refusal and ``c`` the command, whose type follows from the reason.


def _unknown_instrument(r: Rejected, c: Any) -> str:
    name = instrument_of(c)
    return f"there is no instrument {name}; the instrument channel lists them"


def _restricted(r: Rejected, c: Any) -> str:
    if r.param == "account":
        what = _RESTRICTIONS[Restriction(r.value)]
        return (
            f"the participant of account {c.account} {what}, by decision of the venue"
        )
    if r.param == "to_account":
        return (
            f"account {c.to_account} may not receive tonnes from other participants, by"
            " decision of the venue"
        )
    if r.param == "counterparty":
        other = f"participant {c.counterparty}"
    else:
        other = f"the participant who proposed block {c.block_id}"
    return f"{other} may not trade such a block, by decision of the venue"


def _not_tradable(r: Rejected, c: Any) -> str:
    where = _thing(r, c)
    if r.param == "block_id" or type(c) is ProposeBlock:
        return (
            f"{where} has no block trades, or does not trade at all now; the"
            " instrument channel tells its terms and whether it is tradable"
        )
    if type(c) is OpenAuction:
        return (
            f"{where} has no auctions, or does not trade at all now; the"
            " instrument channel tells its terms and whether it is tradable"
        )
    return (
        f"{where} is not traded: it is new and trades from the next trading day on,"
        " once its band has a price to lie around (awaits_price of the instrument"
        " channel), or it was delisted"
    )


def _market_closed(r: Rejected, c: Any) -> str:
    where = _thing(r, c)
    if type(c) is OpenAuction:
        return f"no trading day is open, in which {where} could be auctioned"
    if r.param == "block_id" or type(c) is ProposeBlock:
        return f"blocks of {where} do not trade {_until(r)}"
    if r.limit and r.limit == r.value:
        return (
            f"{where} is closed for a moment, while orders that do not fit this trading"
            " day are cancelled; send the request again"
        )
    return f"{where} is closed {_until(r)}; only cancels work"


def _until(r: Rejected) -> str:
    if r.limit:
        return f"until {moment_text(r.limit)}"
    return "until the next trading day begins"


def _halted(r: Rejected, c: Any) -> str:
    if type(c) is HaltInstrument:
        return f"{c.instrument} is halted already; there is nothing to halt"
    return f"{_thing(r, c)} is halted; until it resumes, only cancels work"


def _suspended(r: Rejected, c: Any) -> str:
    if type(c) is SuspendVenue:
        return "the venue is suspended already; resume_venue ends it"
    return (
        "the venue is suspended by its operator, who says why in the status channel; until"
        " it resumes, only cancels work"
    )


def _bad_quantity(r: Rejected, c: Any) -> str:
    if r.param == "display_quantity" and r.value > 0:
        return _bad_display(r, c)
    if r.param == "due" and r.value < r.limit:
        return (
            f"due must be at least {r.limit} t, which were surrendered, not {r.value}"
        )
    if type(c) is Surrender and r.value > r.limit and r.limit < MAX_BALANCE:
        return (
            f"quantity {r.value} is above the {r.limit} t still due for {c.year};"
            " surrender at most that"
        )
    if 0 < r.value <= MAX_QUANTITY and r.value % r.limit:
        return _not_in_lots(r)
    if r.param == "quantity" and r.value <= 0 and r.limit <= MAX_QUANTITY:
        return (
            f"quantity {r.value} is less than the instrument's lot; name at least"
            f" {r.limit} t"
        )
    most = max(MAX_QUANTITY, r.limit)
    return f"{r.param} must be above 0 and at most {most} t, not {r.value}"


def _bad_display(r: Rejected, c: Any) -> str:
    if r.value < r.limit:
        return f"display_quantity {r.value} is too little; show at least {r.limit} t"
    if r.limit == c.quantity:
        return (
            f"display_quantity {r.value} is above the order's quantity of {r.limit} t"
        )
    return _not_in_lots(r)


def _not_in_lots(r: Rejected) -> str:
    return f"the lot is {r.limit} t: {r.param} {r.value} is not a multiple of it"


def _above_maximum(r: Rejected, c: Any) -> str:
    return (
        f"quantity {r.value} is above the instrument's maximum of {r.limit} t"
        " in one order; split it"
    )


def _bad_tick(r: Rejected, c: Any) -> str:
    price, tick = format_fen(r.value), format_fen(r.limit)
    if r.value <= 0:
        return f"{r.param} {price} is not above 0; the tick is {tick}"
    if r.value > MAX_PRICE:
        return (
            f"{r.param} {price} is above {format_fen(MAX_PRICE)}, the highest there is"
        )
    return f"the tick is {tick}: {r.param} {price} is not a multiple of it"


def _out_of_band(r: Rejected, c: Any) -> str:
    return beyond_limit(r, "limit")


def _stale_pick(r: Rejected, c: Any) -> str:
    return (
        f"picked listing {r.value} is gone: it was filled, cancelled, shows its next"
        " slice, or never was on the other side"
    )


def _not_best_price(r: Rejected, c: Any) -> str:
    return (
        f"picked listing {r.value} does not rest at the best price; only listings there"
        " may be picked"
    )


def _pick_out_of_reach(r: Rejected, c: Any) -> str:
    return (
        f"the order picks at {format_fen(r.limit)}, which its own price"
        f" {format_fen(r.value)} does not reach: set price to {format_fen(r.limit)}"
    )


def _position_limit(r: Rejected, c: Any) -> str:
    if r.param == "to_account":
        return (
            f"account {c.to_account} cannot take {r.value} t: its participant's limit is"
            f" {r.limit} t, with what it holds and its open buys may bring; transfer less"
        )
    return (
        f"the participant would hold {r.value} t, with what its open buys may bring;"
        f" its limit is {r.limit} t: take less, or cancel open buys"
    )


def _resale_lock(r: Rejected, c: Any) -> str:
    return (
        f"{r.value} t are needed and account {c.account} has {r.limit} t that may be"
        " sold now; the rest was bought too recently: balances tells when it may be"
    )


def _tonnes_frozen(r: Rejected, c: Any) -> str:
    return (
        f"{r.value} t are needed and account {c.account} has {r.limit} t that may be used;"
        " others are frozen: balances tells how many, the registry why"
    )


def _cash_frozen(r: Rejected, c: Any) -> str:
    return (
        f"CNY {format_fen(r.value)} are needed and account {c.account} has"
        f" {format_fen(r.limit)} that may be used; more is frozen: balances tells how"
        " much, the registry why"
    )


def _holdings(r: Rejected, c: Any) -> str:
    if type(c) is AnnulTrade:
        return (
            f"the buyer of trade {c.trade_id} has {r.limit} t of {c.instrument} that no"
            f" order locks, and {r.value} t are to go back: it has moved or sold the rest;"
            " have it cancel orders, or give tonnes back"
        )
    return (
        f"{r.value} t are needed and account {c.account} has {r.limit} t available;"
        " sell less, or cancel orders that lock tonnes"
    )


def _funds(r: Rejected, c: Any) -> str:
    if type(c) is AnnulTrade:
        return (
            f"the seller of trade {c.trade_id} has CNY {format_fen(r.limit)} that no order"
            f" locks, and {format_fen(r.value)} are to go back: it has spent or withdrawn"
            " the rest; have it cancel orders, or deposit cash"
        )
    return (
        f"CNY {format_fen(r.value)} are needed and account {c.account} has"
        f" {format_fen(r.limit)} available; take less, or cancel orders that lock cash"
    )


def _self_trade(r: Rejected, c: Any) -> str:
    if r.param == "auction_id":
        return f"auction {r.value} is your own participant's; it cannot bid in it"
    return (
        f"the order would trade with order {r.value} of your own participant;"
        " cancel that one, or, outside of call auctions, choose another self_trade mode"
    )


def _offset_cap(r: Rejected, c: Any) -> str:
    if r.param == "due":
        return (
            f"due must be at least {r.limit} t, so that the offsets surrendered stay"
            f" within their share, not {r.value}"
        )
    return (
        f"{c.instrument} may still cover {r.limit} t of the obligation for {c.year},"
        f" not {r.value}, for it covers a share of what is due; surrender others for the"
        " rest"
    )


def _not_eligible(r: Rejected, c: Any) -> str:
    return (
        f"{_tonnes(r, c)} does not cover the obligation for {c.year}: {_would_do(r)};"
        " eligibility tells the rules"
    )


def _vintage_ended(r: Rejected, c: Any) -> str:
    return (
        f"{_tonnes(r, c)} could be surrendered for {c.year} until {date_text(r.limit)},"
        f" which is over: now {_would_do(r)}; eligibility tells the rules"
    )


def _tonnes(r: Rejected, c: Any) -> str:
    return f"{c.instrument} ({f'vintage {r.value}' if r.value else 'no vintage'})"


def _would_do(r: Rejected) -> str:
    """Return which vintages would do, unless rules name instruments alone."""
    if not r.vintages:
        return "no range of vintages does"
    return f"{' and '.join(_years(*ends) for ends in r.vintages)} cover it"


def _years(first: int, last: int) -> str:
    if first == last:
        return f"vintage {first}" if first else "all vintages"
    if not first:
        return f"vintages up to {last}"
    return f"vintages {first} to {last}" if last else f"vintages from {first} on"


def _obligation_unknown(r: Rejected, c: Any) -> str:
    return (
        f"the participant of account {c.account} has no obligation for {r.value};"
        " it must be set first"
    )


def _thing(r: Rejected, c: Any) -> str:
    """Return what is closed, halted or not traded: an instrument, or by what it is named."""
    if r.param == "instrument":
        return instrument_of(c)
    name = {"block_id": "block", "auction_id": "auction"}.get(r.param, "order")
    return f"the instrument of {name} {getattr(c, r.param)}"


_RESTRICTIONS: Final = {
    Restriction.SELL_ONLY: "may only sell and cancel",
    Restriction.CANCEL_ONLY: "may only cancel",
    Restriction.SUSPENDED: "is suspended",
}

SENTENCES: Final[dict[Reason, Callable[[Rejected, Any], str]]] = {
    Reason.UNKNOWN_INSTRUMENT: _unknown_instrument,
    Reason.RESTRICTED: _restricted,
    Reason.NOT_TRADABLE: _not_tradable,
    Reason.MARKET_CLOSED: _market_closed,
    Reason.VENUE_SUSPENDED: _suspended,
    Reason.HALTED: _halted,
    Reason.BAD_QTY: _bad_quantity,
    Reason.QTY_ABOVE_LISTED_MAX: _above_maximum,
    Reason.BAD_TICK: _bad_tick,
    Reason.PRICE_OUT_OF_BAND: _out_of_band,
    Reason.STALE_PICK: _stale_pick,
    Reason.NOT_BEST_PRICE: _not_best_price,
    Reason.PICK_OUT_OF_REACH: _pick_out_of_reach,
    Reason.POSITION_LIMIT: _position_limit,
    Reason.RESALE_LOCK: _resale_lock,
    Reason.TONNES_FROZEN: _tonnes_frozen,
    Reason.CASH_FROZEN: _cash_frozen,
    Reason.INSUFFICIENT_HOLDINGS: _holdings,
    Reason.INSUFFICIENT_FUNDS: _funds,
    Reason.SELF_TRADE: _self_trade,
    Reason.OFFSET_CAP: _offset_cap,
    Reason.NOT_ELIGIBLE: _not_eligible,
    Reason.VINTAGE_ENDED: _vintage_ended,
    Reason.OBLIGATION_UNKNOWN: _obligation_unknown,
}
