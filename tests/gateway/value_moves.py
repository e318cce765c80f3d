"""Every request that moves value, and a venue in which each of them can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from carbonex.engine import (
    AuctionTerms,
    BlockTerms,
    Deposit,
    Issue,
    ListInstrument,
    OpenAccount,
    SetObligation,
)
from gateway.session_house import CEA, FURNITURE


if TYPE_CHECKING:
    from gateway.session_house import Json

RULED = "CEA26"

STAGE = (
    *FURNITURE,
    ListInstrument(
        "", RULED, blocks=BlockTerms(100), auctions=AuctionTerms(allowed=True)
    ),
    Issue("", "acme-1", RULED, 10_000, "i-2"),
    Issue("", "beta-1", RULED, 10_000, "i-2"),
    SetObligation("", "acme", 2025, 1_000),
    OpenAccount("", "acme", "small", max_client_ids=2),
    Deposit("", "small", 10**9, "d-1"),
)


class Request(NamedTuple):
    """Something that moves value, and the member that makes it another."""

    key: str
    method: str
    params: Json
    other: Json
    before: tuple[tuple[str, str, Json], ...] = ()


REF = {"client_ref": "r-1"}
PROPOSAL = {
    "account": "acme-1",
    "instrument": RULED,
    "side": "sell",
    "price": "70.00",
    "quantity": 200,
    "counterparty": "beta",
}
AUCTION = {
    "account": "beta-1",
    "instrument": RULED,
    "side": "sell",
    "quantity": 500,
}
OPENED = (("house-key", "open_auction", {**AUCTION, "client_ref": "o-1"}),)
REQUESTS = {
    request.method: request
    for request in (
        Request(
            "house-key",
            "deposit",
            {"account": "acme-1", "amount": "5.00"},
            {"amount": "6.00"},
        ),
        Request(
            "house-key",
            "withdraw",
            {"account": "acme-1", "amount": "5.00"},
            {"amount": "6.00"},
        ),
        Request(
            "house-key",
            "issue",
            {"account": "acme-1", "instrument": CEA, "quantity": 7},
            {"quantity": 8},
        ),
        Request(
            "house-key",
            "transfer",
            {
                "account": "acme-1",
                "to_account": "beta-1",
                "instrument": CEA,
                "quantity": 7,
            },
            {"to_account": "beta-2"},
        ),
        Request(
            "house-key",
            "retire",
            {"account": "acme-1", "instrument": CEA, "quantity": 7},
            {"transferred_out": True},
        ),
        Request(
            "house-key",
            "surrender",
            {"account": "acme-1", "instrument": CEA, "quantity": 7, "year": 2025},
            {"quantity": 8},
        ),
        Request("acme-key", "propose_block", PROPOSAL, {"price": "71.00"}),
        Request(
            "beta-key",
            "accept_block",
            {"block_id": "1", "account": "beta-1"},
            {"block_id": "2"},
            (("acme-key", "propose_block", {**PROPOSAL, "client_ref": "p-1"}),),
        ),
        Request("house-key", "open_auction", AUCTION, {"quantity": 600}),
        Request(
            "acme-key",
            "place_bid",
            {
                "auction_id": "1",
                "price": "70.00",
                "quantity": 50,
                "account": "acme-1",
            },
            {"quantity": 51},
            OPENED,
        ),
    )
}


def timed(method: str, params: Json, now: int, ends: int) -> Json:
    """Return an auction's params with its window, from now on; times in µs."""
    if method == "open_auction":
        return {**params, "opens": now, "closes": ends}
    return params
