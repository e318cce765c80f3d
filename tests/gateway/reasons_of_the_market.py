"""Scenarios of the market's rules, blocks and auctions; see ``reasons``."""

from __future__ import annotations

from carbonex.engine import Reason
from gateway.reasons import (
    AUCTIONS,
    BANDED,
    BLOCKS,
    CASH,
    CEA,
    DAY,
    FAR,
    IDS,
    OBLIGATION,
    OPEN,
    TONNES,
    Scenario,
    acme,
    auction,
    beta,
    bid,
    block,
    buy,
    house,
    issue,
    listed,
    sell,
    surrender,
)


R = Reason
BLOCK_1 = IDS.blocks.shown(1)
LISTING_2, LISTING_7 = (IDS.listing_shown(CEA, number) for number in (2, 7))
OF_THE_MARKET = (
    Scenario(
        R.RESTRICTED,
        "account",
        "the participant of account acme-1 may only sell and cancel, by decision of the"
        " venue",
        buy(1, "74.63"),
        (*OPEN, house("restrict", participant="acme", restriction="sell_only")),
    ),
    Scenario(
        R.NOT_TRADABLE,
        "instrument",
        "CEA25 is not traded: it is new and trades from the next trading day on,"
        " once its band has a price to lie around (awaits_price of the instrument"
        " channel), or it was delisted",
        buy(1, "74.63"),
        (DAY, BANDED, CASH),
    ),
    Scenario(
        R.MARKET_CLOSED,
        "instrument",
        "CEA25 is closed until the next trading day begins; only cancels work",
        buy(1, "74.63"),
        (listed(), CASH),
    ),
    Scenario(
        R.HALTED,
        "instrument",
        "CEA25 is halted; until it resumes, only cancels work",
        buy(1, "74.63"),
        (*OPEN, house("halt", instrument=CEA)),
    ),
    Scenario(
        R.BAD_QTY,
        "quantity",
        "the lot is 10 t: quantity 15 is not a multiple of it",
        buy(15, "74.63"),
        (listed(lot=10), DAY, CASH),
    ),
    Scenario(
        R.QTY_ABOVE_LISTED_MAX,
        "quantity",
        "quantity 100000 is above the instrument's maximum of 99999 t in one order;"
        " split it",
        buy(100_000, "74.63"),
        (listed(max_quantity=99_999), DAY, CASH),
    ),
    Scenario(
        R.BAD_TICK,
        "price",
        "the tick is 0.05: price 74.63 is not a multiple of it",
        buy(1, "74.63"),
        (listed(tick="0.05"), DAY, CASH),
    ),
    Scenario(
        R.PRICE_OUT_OF_BAND,
        "price",
        "price 82.10 is above the limit up of 82.09; name at most that",
        buy(1, "82.10"),
        (BANDED, DAY, CASH),
    ),
    Scenario(
        R.STALE_PICK,
        "pick",
        f"picked listing {LISTING_7} is gone: it was filled, cancelled, shows its next"
        " slice, or never was on the other side",
        buy(1, "74.63", pick=[LISTING_7]),
        (listed(pick=True), DAY, CASH, TONNES, sell(1, "74.60")),
    ),
    Scenario(
        R.NOT_BEST_PRICE,
        "pick",
        f"picked listing {LISTING_2} does not rest at the best price; only listings"
        " there may be picked",
        buy(1, "74.63", pick=[LISTING_2]),
        (
            listed(pick=True),
            DAY,
            CASH,
            TONNES,
            sell(1, "74.60"),
            sell(1, "74.61"),
        ),
    ),
    Scenario(
        R.PICK_OUT_OF_REACH,
        "price",
        "the order picks at 74.60, which its own price 74.59 does not reach: set price"
        " to 74.60",
        buy(1, "74.59", pick=[IDS.listing_shown(CEA, 1)]),
        (listed(pick=True), DAY, CASH, TONNES, sell(1, "74.60")),
    ),
    Scenario(
        R.POSITION_LIMIT,
        "quantity",
        "the participant would hold 501 t, with what its open buys may bring; its limit"
        " is 500 t: take less, or cancel open buys",
        buy(101, "74.63"),
        (listed(position_limit=500), DAY, CASH, buy(400, "74.63")),
    ),
    Scenario(
        R.RESALE_LOCK,
        "quantity",
        "10 t are needed and account acme-1 has 0 t that may be sold now; the rest was"
        " bought too recently: balances tells when it may be",
        acme("add_order", instrument=CEA, side="sell", quantity=10, price="74.63"),
        (
            listed(resale_days=1),
            DAY,
            CASH,
            TONNES,
            sell(10, "74.63"),
            buy(10, "74.63"),
        ),
    ),
    Scenario(
        R.INSUFFICIENT_FUNDS,
        "quantity",
        "CNY 104482.00 are needed and account acme-1 has 100000.00 available; take less,"
        " or cancel orders that lock cash",
        buy(1400, "74.63"),
        OPEN,
    ),
    Scenario(
        R.NOT_ELIGIBLE,
        "instrument",
        "CEA25 (vintage 2026) does not cover the obligation for 2025: vintages up to 2025"
        " cover it; eligibility tells the rules",
        surrender(1),
        (
            listed(vintage=2026),
            house("set_eligibility", product="CEA", rules=[{}]),
        ),
    ),
    Scenario(
        R.VINTAGE_ENDED,
        "instrument",
        "CEA25 (vintage 2025) could be surrendered for 2025 until 2026-03-01, which is"
        " over: now vintages up to 2024 cover it; eligibility tells the rules",
        surrender(1),
        (
            listed(vintage=2025),
            house(
                "set_eligibility",
                product="CEA",
                rules=[{"until": "2026-03-01"}, {"vintage_to": 2024}],
            ),
        ),
    ),
    Scenario(
        R.OFFSET_CAP,
        "quantity",
        "CCER24 may still cover 50 t of the obligation for 2025, not 51, for it covers a"
        " share of what is due; surrender others for the rest",
        surrender(51, "CCER24"),
        (
            listed("CCER24", product="CCER", offset_permille=50),
            issue("acme-1", 100, "CCER24"),
            OBLIGATION,
        ),
    ),
    Scenario(
        R.OBLIGATION_UNKNOWN,
        "year",
        "the participant of account acme-1 has no obligation for 2025; it must be set"
        " first",
        surrender(1),
        (listed(), issue("acme-1", 1)),
    ),
)

OFF_THE_BOOK = (
    Scenario(
        R.QTY_BELOW_BLOCK_MIN,
        "quantity",
        "quantity 99 is below the block minimum of 100 t; place a listed order instead",
        block(quantity=99),
        BLOCKS,
    ),
    Scenario(
        R.BLOCK_PRICE_OUT_OF_BAND,
        "price",
        "price 97.03 is above the block limit up of 97.02; name at most that",
        block(price="97.03"),
        BLOCKS,
    ),
    Scenario(
        R.NO_SUCH_PROPOSAL,
        "block_id",
        f"there is no open block proposal {BLOCK_1}; it was answered, withdrawn, has"
        " expired or never was",
        beta("accept_block", block_id=BLOCK_1, client_ref="a"),
        (*BLOCKS, block(), acme("withdraw_block", block_id=BLOCK_1)),
    ),
    Scenario(
        R.COUNTERPARTY_MISMATCH,
        "counterparty",
        "acme is your own participant; a block needs another one",
        block("acme"),
        BLOCKS,
    ),
    Scenario(
        R.UNKNOWN_AUCTION,
        "auction_id",
        "there is no auction 1; the auction channel lists those that are open",
        bid(1, "74.63"),
        OPEN,
    ),
    Scenario(
        R.UNKNOWN_PRODUCT,
        "product",
        "there is no product EUA; the first instrument of one makes it",
        house("set_composite", product="EUA", composite="newest"),
    ),
    Scenario(
        R.UNKNOWN_BID,
        "bid_id",
        "account acme-1 has no open bid 1; it was cancelled, its auction is over, or it"
        " never was",
        acme("cancel_bid", bid_id="1"),
    ),
    Scenario(
        R.WINDOW_CLOSED,
        "auction_id",
        f"auction 1 takes bids from {FAR - 1} on, not yet",
        bid(1, "74.63"),
        (*AUCTIONS, auction(FAR - 1)),
    ),
    Scenario(
        R.BELOW_RESERVE,
        "price",
        "price 69.99 is below the auction's reserve of 70.00; bid at least that",
        bid(1, "69.99"),
        (*AUCTIONS, auction(reserve="70")),
    ),
    Scenario(
        R.BID_LIMIT,
        "quantity",
        "the participant's bids would ask for 11 t; the auction's limit for each bidder"
        " is 10 t: bid for less, or cancel a bid",
        bid(3, "74.63", client_ref="bid-2"),
        (*AUCTIONS, auction(bidder_limit=10), bid(8, "74.63")),
    ),
)
