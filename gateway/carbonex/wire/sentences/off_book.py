"""Refusals of block trades and one-way auctions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from carbonex.engine.commands import CloseAuction, WithdrawBlock
from carbonex.engine.enums import Reason
from carbonex.wire.money import format_fen

from .phrases import beyond_limit, moment


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.engine.events import Rejected


# ``r`` is the refusal and ``c`` the command, whose type follows from the reason.


def _below_block_minimum(r: Rejected, c: Any) -> str:
    return (
        f"quantity {r.value} is below the block minimum of {r.limit} t;"
        " place a listed order instead"
    )


def _block_out_of_band(r: Rejected, c: Any) -> str:
    return beyond_limit(r, "block limit")


def _no_such_proposal(r: Rejected, c: Any) -> str:
    if type(c) is WithdrawBlock:
        return (
            f"account {c.account} has no open proposal {r.value}; it was answered,"
            " withdrawn, has expired or never was"
        )
    return (
        f"there is no open block proposal {r.value}; it was answered, withdrawn, has"
        " expired or never was"
    )


def _counterparty_mismatch(r: Rejected, c: Any) -> str:
    if r.param == "counterparty":
        return f"{c.counterparty} is your own participant; a block needs another one"
    if r.param == "counters":
        return (
            f"block {r.value} was not proposed by {c.counterparty} to you"
            f" in {c.instrument}; counter only what was"
        )
    return f"block {c.block_id} was proposed to another participant, not to yours"


def _window_closed(r: Rejected, c: Any) -> str:
    if r.limit:
        return f"auction {c.auction_id} takes bids from {moment(r.limit)} on, not yet"
    return f"auction {r.value} is over; it takes no bids any more"


def _below_reserve(r: Rejected, c: Any) -> str:
    price, reserve = format_fen(r.value), format_fen(r.limit)
    if r.value < r.limit:
        return (
            f"price {price} is below the auction's reserve of {reserve}; bid at least"
            " that"
        )
    return (
        f"price {price} is above the auction's reserve of {reserve}; offer at most that"
    )


def _bid_limit(r: Rejected, c: Any) -> str:
    return (
        f"the participant's bids would ask for {r.value} t; the auction's limit"
        f" for each bidder is {r.limit} t: bid for less, or cancel a bid"
    )


def _unknown_auction(r: Rejected, c: Any) -> str:
    if type(c) is CloseAuction:
        return (
            f"there is no open auction {r.value}; the auction channel lists those that"
            " are"
        )
    return (
        f"there is no auction {r.value}; the auction channel lists those that are open"
    )


def _unknown_bid(r: Rejected, c: Any) -> str:
    return (
        f"account {c.account} has no open bid {r.value}; it was cancelled, its auction"
        " is over, or it never was"
    )


SENTENCES: Final[dict[Reason, Callable[[Rejected, Any], str]]] = {
    Reason.UNKNOWN_AUCTION: _unknown_auction,
    Reason.UNKNOWN_BID: _unknown_bid,
    Reason.QTY_BELOW_BLOCK_MIN: _below_block_minimum,
    Reason.BLOCK_PRICE_OUT_OF_BAND: _block_out_of_band,
    Reason.NO_SUCH_PROPOSAL: _no_such_proposal,
    Reason.COUNTERPARTY_MISMATCH: _counterparty_mismatch,
    Reason.WINDOW_CLOSED: _window_closed,
    Reason.BELOW_RESERVE: _below_reserve,
    Reason.BID_LIMIT: _bid_limit,
}
