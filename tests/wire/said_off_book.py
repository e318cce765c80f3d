"""Refusals of block trades and one-way auctions, in the words that a trader reads."""

from __future__ import annotations

from carbonex.engine import (
    SELL,
    AcceptBlock,
    CancelBid,
    CloseAuction,
    Command,
    OpenAuction,
    PlaceBid,
    ProposeBlock,
    Reason,
    Rejected,
    WithdrawBlock,
)


BLOCK = ProposeBlock("k1", "acme-1", "CEA25", SELL, 7463, 100_000, "beta", "b-1")
ACCEPT = AcceptBlock("k1", "beta-1", 7, "b-2")
BID = PlaceBid("k1", "acme-1", 3, 7463, 1_000, "bid-1")
AUCTION = OpenAuction("o1", "acme-1", "CEA25", SELL, 10_000, 1_000, 2_000, "a-1")

R = Reason
OFF_THE_BOOK: list[tuple[Command, Rejected, str]] = [
    (
        ACCEPT,
        Rejected(R.RESTRICTED, "block_id"),
        (
            "the participant who proposed block 7 may not trade such a block, by"
            " decision of the venue"
        ),
    ),
    (
        BLOCK,
        Rejected(R.RESTRICTED, "counterparty"),
        "participant beta may not trade such a block, by decision of the venue",
    ),
    (
        BLOCK,
        Rejected(R.UNKNOWN_PARTICIPANT, "counterparty"),
        "there is no participant beta that could be the counterparty",
    ),
    (
        BLOCK,
        Rejected(R.NOT_TRADABLE, "instrument"),
        (
            "CEA25 has no block trades, or does not trade at all now; the instrument"
            " channel tells its terms and whether it is tradable"
        ),
    ),
    (
        ACCEPT,
        Rejected(R.NOT_TRADABLE, "block_id"),
        (
            "the instrument of block 7 has no block trades, or does not trade at all"
            " now; the instrument channel tells its terms and whether it is tradable"
        ),
    ),
    (
        AUCTION,
        Rejected(R.NOT_TRADABLE, "instrument"),
        (
            "CEA25 has no auctions, or does not trade at all now; the instrument channel"
            " tells its terms and whether it is tradable"
        ),
    ),
    (
        BLOCK,
        Rejected(R.MARKET_CLOSED, "instrument", 1),
        "blocks of CEA25 do not trade until the next trading day begins",
    ),
    (
        BLOCK,
        Rejected(R.MARKET_CLOSED, "instrument", 1, 1_741_150_800_000_000_000),
        "blocks of CEA25 do not trade until 2025-03-05 13:00 (UTC+8)",
    ),
    (
        ACCEPT,
        Rejected(R.MARKET_CLOSED, "block_id", 1),
        (
            "blocks of the instrument of block 7 do not trade until the next trading"
            " day begins"
        ),
    ),
    (
        AUCTION,
        Rejected(R.MARKET_CLOSED, "instrument"),
        "no trading day is open, in which CEA25 could be auctioned",
    ),
    (
        BID,
        Rejected(R.HALTED, "auction_id", 3),
        "the instrument of auction 3 is halted; until it resumes, only cancels work",
    ),
    (
        BLOCK,
        Rejected(R.QTY_BELOW_BLOCK_MIN, "quantity", 99_999, 100_000),
        (
            "quantity 99999 is below the block minimum of 100000 t; place a listed order"
            " instead"
        ),
    ),
    (
        BLOCK,
        Rejected(R.BLOCK_PRICE_OUT_OF_BAND, "price", 9703, 9702),
        "price 97.03 is above the block limit up of 97.02; name at most that",
    ),
    (
        BLOCK,
        Rejected(R.BLOCK_PRICE_OUT_OF_BAND, "price", 5223, 5224),
        "price 52.23 is below the block limit down of 52.24; name at least that",
    ),
    (
        ACCEPT,
        Rejected(R.NO_SUCH_PROPOSAL, "block_id", 7),
        (
            "there is no open block proposal 7; it was answered, withdrawn, has expired"
            " or never was"
        ),
    ),
    (
        BLOCK,
        Rejected(R.NO_SUCH_PROPOSAL, "counters", 6),
        (
            "there is no open block proposal 6; it was answered, withdrawn, has expired"
            " or never was"
        ),
    ),
    (
        WithdrawBlock("k1", "acme-1", 7),
        Rejected(R.NO_SUCH_PROPOSAL, "block_id", 7),
        (
            "account acme-1 has no open proposal 7; it was answered, withdrawn, has"
            " expired or never was"
        ),
    ),
    (
        BLOCK,
        Rejected(R.COUNTERPARTY_MISMATCH, "counterparty"),
        "beta is your own participant; a block needs another one",
    ),
    (
        BLOCK,
        Rejected(R.COUNTERPARTY_MISMATCH, "counters", 6),
        "block 6 was not proposed by beta to you in CEA25; counter only what was",
    ),
    (
        ACCEPT,
        Rejected(R.COUNTERPARTY_MISMATCH, "account"),
        "block 7 was proposed to another participant, not to yours",
    ),
    (
        BID,
        Rejected(R.WINDOW_CLOSED, "auction_id", 1_000, 5_000),
        "auction 3 takes bids from 5 on, not yet",
    ),
    (
        BID,
        Rejected(R.WINDOW_CLOSED, "auction_id", 3),
        "auction 3 is over; it takes no bids any more",
    ),
    (
        BID,
        Rejected(R.BELOW_RESERVE, "price", 7463, 7500),
        "price 74.63 is below the auction's reserve of 75.00; bid at least that",
    ),
    (
        BID,
        Rejected(R.BELOW_RESERVE, "price", 7463, 7400),
        "price 74.63 is above the auction's reserve of 74.00; offer at most that",
    ),
    (
        BID,
        Rejected(R.BID_LIMIT, "quantity", 3_000, 2_500),
        (
            "the participant's bids would ask for 3000 t; the auction's limit for each"
            " bidder is 2500 t: bid for less, or cancel a bid"
        ),
    ),
    (
        BLOCK,
        Rejected(R.RESALE_LOCK, "quantity", 100_000, 40_000),
        (
            "100000 t are needed and account acme-1 has 40000 t that may be sold now;"
            " the rest was bought too recently: balances tells when it may be"
        ),
    ),
    (
        BID,
        Rejected(R.SELF_TRADE, "auction_id", 3),
        "auction 3 is your own participant's; it cannot bid in it",
    ),
    (
        BID,
        Rejected(R.UNKNOWN_AUCTION, "auction_id", 3),
        "there is no auction 3; the auction channel lists those that are open",
    ),
    (
        CloseAuction("o1", 3),
        Rejected(R.UNKNOWN_AUCTION, "auction_id", 3),
        "there is no open auction 3; the auction channel lists those that are",
    ),
    (
        CancelBid("k1", "acme-1", 9),
        Rejected(R.UNKNOWN_BID, "bid_id", 9),
        (
            "account acme-1 has no open bid 9; it was cancelled, its auction is over, or"
            " it never was"
        ),
    ),
    (
        BID,
        Rejected(R.TOO_MANY_OPEN_ORDERS, "account", 100, 100),
        (
            "account acme-1 has 100 of 100 open orders, proposals and bids; cancel some"
            " before placing more"
        ),
    ),
    (
        BID,
        Rejected(R.TOO_MANY_CLIENT_IDS, "client_ref", 100, 100),
        (
            "account acme-1 has used 100 of 100 client_refs; they are free again when"
            " the next trading day has passed"
        ),
    ),
]
