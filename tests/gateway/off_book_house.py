"""A house with one instrument that has blocks and auctions, and who trades them."""

from __future__ import annotations

from carbonex.engine import AuctionTerms, BlockTerms, Fees, Issue, ListInstrument
from gateway.session_house import FURNITURE, House


RULED = "CEA26"


def off_book_house() -> House:
    """Return a house in which acme-1 and beta-1 hold 1,000 t of RULED."""
    terms = ListInstrument(
        "",
        RULED,
        fees=Fees(block=100, auction=200),
        blocks=BlockTerms(100),
        auctions=AuctionTerms(allowed=True),
    )
    tonnes = [Issue("", name, RULED, 1000, "i-2") for name in ("acme-1", "beta-1")]
    return House(furniture=(*FURNITURE, terms, *tonnes))
