"""Params of requests about block trades and one-way auctions."""

from __future__ import annotations

from .base import (
    Id,
    Micros,
    Name,
    OptionalId,
    OptionalName,
    Params,
    PricingName,
    Quantity,
    SideName,
    TooFewBidsName,
)


class ProposeBlock(Params, frozen=True):
    """Offer a block to the participant ``counterparty``; locks its cost.

    ``counters`` is the id of the counterparty's own proposal that this one answers.
    """

    instrument: Name
    side: SideName
    price: str
    quantity: Quantity
    counterparty: Name
    client_ref: Name
    counters: OptionalId = ""
    account: OptionalName = ""


class AcceptBlock(Params, frozen=True):
    """Accept a proposal made to the key's participant; it settles at once."""

    block_id: Id
    client_ref: Name
    account: OptionalName = ""


class DeclineBlock(Params, frozen=True):
    """Decline a proposal made to the key's participant."""

    block_id: Id
    account: OptionalName = ""


class WithdrawBlock(Params, frozen=True):
    """Withdraw the account's own proposal."""

    block_id: Id
    account: OptionalName = ""


class OpenAuction(Params, frozen=True):
    """Let ``account`` sell (or buy) in a one-way auction from ``opens`` to ``closes``.

    Omitted members follow the instrument's terms.
    """

    account: Name
    instrument: Name
    side: SideName
    quantity: Quantity
    opens: Micros
    closes: Micros
    client_ref: Name
    reserve: str | None = None
    bidder_limit: Quantity | None = None
    pricing: PricingName | None = None
    too_few_bids: TooFewBidsName | None = None
    sealed: bool | None = None


class CloseAuction(Params, frozen=True):
    """Close an auction early: allot now, or ``cancel`` it."""

    auction_id: Id
    cancel: bool = False


class PlaceBid(Params, frozen=True):
    """Bid in an auction; locks the cost at the bid's own price."""

    auction_id: Id
    price: str
    quantity: Quantity
    client_ref: Name
    account: OptionalName = ""


class CancelBid(Params, frozen=True):
    """Cancel a bid while the auction's window is open."""

    bid_id: Id
    account: OptionalName = ""
