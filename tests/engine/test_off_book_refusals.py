"""What a refused block, bid or auction is told: the field, its value, the limit."""

from __future__ import annotations

from functools import partial

import pytest

from carbonex.engine import (
    BUY,
    MAX_PRICE,
    MAX_QUANTITY,
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
from faults.off_book import add_off_book
from faults.prepared import NOW, prepared


# P0 is 10,000 fen, a tick 10, a lot 5; ours has 500 t of the 1,000 it may hold
# and 999,650 fen that nothing needs.
sell = partial(ProposeBlock, "", "ours", "OFF", SELL)
buy = partial(ProposeBlock, "", "ours", "OFF", BUY)
bid = partial(PlaceBid, "", "ours", 1)
auction = partial(OpenAuction, "", "ours", "OFF")


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (sell(10_000, 22, "Rival", "r"), (Reason.BAD_QTY, "quantity", 22, 5)),
        (
            sell(10_000, MAX_QUANTITY + 2, "Rival", "r"),
            (Reason.BAD_QTY, "quantity", MAX_QUANTITY + 2, MAX_QUANTITY),
        ),
        (
            sell(10_000, 15, "Rival", "r"),
            (Reason.QTY_BELOW_BLOCK_MIN, "quantity", 15, 20),
        ),
        (sell(10_001, 20, "Rival", "r"), (Reason.BAD_TICK, "price", 10_001, 10)),
        (
            sell(13_010, 20, "Rival", "r"),
            (Reason.BLOCK_PRICE_OUT_OF_BAND, "price", 13_010, 13_000),
        ),
        (
            sell(6_990, 20, "Rival", "r"),
            (Reason.BLOCK_PRICE_OUT_OF_BAND, "price", 6_990, 7_000),
        ),
        (
            sell(10_000, 20, "Rival", "r", counters=99),
            (Reason.NO_SUCH_PROPOSAL, "counters", 99, 0),
        ),
        (
            sell(10_000, 505, "Rival", "r"),
            (Reason.INSUFFICIENT_HOLDINGS, "quantity", 505, 500),
        ),
        (
            buy(10_000, 505, "Rival", "r"),
            (Reason.POSITION_LIMIT, "quantity", 1_005, 1_000),
        ),
        (
            buy(10_000, 100, "Rival", "r"),
            (Reason.INSUFFICIENT_FUNDS, "quantity", 1_000_000, 999_650),
        ),
        (
            AcceptBlock("", "ours", 99, "r"),
            (Reason.NO_SUCH_PROPOSAL, "block_id", 99, 0),
        ),
        (
            AcceptBlock("", "ours", 2, "r"),
            (Reason.NO_SUCH_PROPOSAL, "block_id", 2, 0),
        ),
        (
            AcceptBlock("", "ours", 3, "r"),
            (Reason.POSITION_LIMIT, "block_id", 1_100, 1_000),
        ),
        (
            AcceptBlock("", "ours", 4, "r"),
            (Reason.INSUFFICIENT_FUNDS, "block_id", 1_000_000, 999_650),
        ),
        (WithdrawBlock("", "ours", 1), (Reason.NO_SUCH_PROPOSAL, "block_id", 1, 0)),
        (
            auction(SELL, 20, 9_000, 5_000, "r"),
            (Reason.BAD_PARAMETER, "opens", 9_000, 5_000),
        ),
        (
            auction(SELL, 20, 0, NOW, "r"),
            (Reason.BAD_PARAMETER, "closes", NOW, NOW),
        ),
        (
            auction(SELL, 20, 0, 10_001, "r"),
            (Reason.BAD_PARAMETER, "closes", 10_001, 10_000),
        ),
        (
            auction(SELL, 20, 0, 5_000, "r", reserve=-1),
            (Reason.BAD_PARAMETER, "reserve", -1, 0),
        ),
        (
            auction(BUY, 20, 0, 5_000, "r", reserve=0),
            (Reason.BAD_PARAMETER, "reserve", 0, 1),
        ),
        (
            auction(BUY, 20, 0, 5_000, "r", reserve=MAX_PRICE + 1),
            (Reason.BAD_PARAMETER, "reserve", MAX_PRICE + 1, MAX_PRICE),
        ),
        (
            auction(SELL, 20, 0, 5_000, "r", bidder_limit=-1),
            (Reason.BAD_PARAMETER, "bidder_limit", -1, 0),
        ),
        (
            auction(SELL, 20, 0, 5_000, "r", reserve=11_001),
            (Reason.PRICE_OUT_OF_BAND, "reserve", 11_001, 11_000),
        ),
        (bid(11_010, 20, "r"), (Reason.PRICE_OUT_OF_BAND, "price", 11_010, 11_000)),
        (bid(8_990, 20, "r"), (Reason.BELOW_RESERVE, "price", 8_990, 9_000)),
        (bid(10_000, 705, "r"), (Reason.BID_LIMIT, "quantity", 705, 700)),
        (
            PlaceBid("", "ours", 2, 10_000, 20, "r"),
            (Reason.WINDOW_CLOSED, "auction_id", NOW, 4_000),
        ),
        (
            PlaceBid("", "ours", 9, 10_000, 20, "r"),
            (Reason.UNKNOWN_AUCTION, "auction_id", 9, 0),
        ),
        (CancelBid("", "ours", 9), (Reason.UNKNOWN_BID, "bid_id", 9, 0)),
        (CloseAuction("", 9), (Reason.UNKNOWN_AUCTION, "auction_id", 9, 0)),
    ],
)
def test_a_refusal_tells_the_value_and_what_it_was_held_against(
    command: Command, expected: tuple[Reason, str, int, int]
) -> None:
    driver = prepared()
    add_off_book(driver)
    assert driver.do(command) == [Rejected(*expected)]


def test_a_retry_is_answered_even_when_its_ref_was_the_last() -> None:
    driver = prepared()
    add_off_book(driver)
    command = bid(10_000, 20, "last")
    (placed,) = driver.do(command)
    assert driver.do(bid(10_000, 25, "more")) == [
        Rejected(Reason.TOO_MANY_CLIENT_IDS, "client_ref", 3, 3)
    ]
    (again,) = driver.do(command)
    assert again != placed
    assert getattr(again, "duplicate", False)
