"""Params about block trades and one-way auctions."""

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
    """Offer a block to ``counterparty``, a participant; locks what it would cost.

    ``counters`` is the id of the counterparty's own proposal that this answers.
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
    """Turn down a proposal made to the key's participant."""

    block_id: Id
    account: OptionalName = ""


class WithdrawBlock(Params, frozen=True):
    """Take back the account's own proposal."""

    block_id: Id
    account: OptionalName = ""


class OpenAuction(Params, frozen=True):
    """Let ``account`` sell (or buy) in a one-way auction from ``opens`` to ``closes``.

    What is left out is as the instrument's terms have it.
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
    """Bid in an auction; locks what it would cost at its own price."""

    auction_id: Id
    price: str
    quantity: Quantity
    client_ref: Name
    account: OptionalName = ""


class CancelBid(Params, frozen=True):
    """Take back a bid while the window is open."""

    bid_id: Id
    account: OptionalName = ""
