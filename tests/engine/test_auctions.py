"""One-way auctions (MARKET-RULES §4): windows, bids, allotment and settlement."""

from __future__ import annotations

import pytest

from engine.floors import AUCTION_FLOOR, AUCTION_OPENED
from scenario import check


# The rulebook's example, a bidder for each price. The prices come in any order,
# the bids at each price in the rulebook's.
WORKED_STAGE = """
    list CEA p0 100.00 band 100 auctions 100
    account seller CEA 10000
    account a cash 1000000.00
    account b cash 1000000.00
    account c cash 1000000.00
    account d cash 1000000.00
    begin 20250106 until 1000
"""
WORKED = """
    auction of seller sell {quantity} from 0 to 200 {pricing}   -> auction 1 opened up to 110.00
    d: bid 1000 @ 100.00 in 1                                   -> bid 1 placed
    a: bid 1000 @ 110.00 in 1                                   -> bid 2 placed
    c: bid 1000 @ 103.00 in 1                                   -> bid 3 placed
    b: bid 1000 @ 105.00 in 1                                   -> bid 4 placed
    c: bid 1000 @ 103.00 in 1                                   -> bid 5 placed
    a: bid 1500 @ 110.00 in 1                                   -> bid 6 placed
    c: bid 2000 @ 103.00 in 1                                   -> bid 7 placed
    b: bid 2000 @ 105.00 in 1                                   -> bid 8 placed
    d: bid 2000 @ 100.00 in 1                                   -> bid 9 placed
    a: bid 2500 @ 110.00 in 1                                   -> bid 10 placed
    balance a                                                   -> cash 1000000.00 (550000.00 locked)
    balance d                                                   -> cash 1000000.00 (300000.00 locked)
    time 199                                                    -> nothing
"""


def test_the_worked_example_pay_as_bid() -> None:
    check(
        WORKED.format(quantity=10000, pricing="pay-as-bid")
        + "time 200 -> "
        + ", ".join(
            (
                "auction 1 1000 @ 110.00 seller to a, bid 2 filled",
                "auction 1 1500 @ 110.00 seller to a, bid 6 filled",
                "auction 1 2500 @ 110.00 seller to a, bid 10 filled",
                "auction 1 1000 @ 105.00 seller to b, bid 4 filled",
                "auction 1 2000 @ 105.00 seller to b, bid 8 filled",
                "auction 1 1000 @ 103.00 seller to c, bid 3 filled",
                "auction 1 1000 @ 103.00 seller to c, bid 5 filled",
                "bid 7 lost",
                "bid 1 lost",
                "bid 9 lost",
                "auction 1 closed 10000 @ 103.00 for 1071000.00",
            )
        )
        + """
        balance seller    -> cash 1071000.00
        balance a         -> cash 450000.00, CEA 5000
        balance b         -> cash 685000.00, CEA 3000
        balance c         -> cash 794000.00, CEA 2000
        balance d         -> cash 1000000.00
        """,
        WORKED_STAGE,
    )


def test_the_worked_example_at_a_uniform_price() -> None:
    check(
        WORKED.format(quantity=10000, pricing="uniform")
        + "time 200 -> "
        + ", ".join(
            (
                "auction 1 1000 @ 103.00 seller to a, bid 2 filled",
                "auction 1 1500 @ 103.00 seller to a, bid 6 filled",
                "auction 1 2500 @ 103.00 seller to a, bid 10 filled",
                "auction 1 1000 @ 103.00 seller to b, bid 4 filled",
                "auction 1 2000 @ 103.00 seller to b, bid 8 filled",
                "auction 1 1000 @ 103.00 seller to c, bid 3 filled",
                "auction 1 1000 @ 103.00 seller to c, bid 5 filled",
                "bid 7 lost",
                "bid 1 lost",
                "bid 9 lost",
                "auction 1 closed 10000 @ 103.00 for 1030000.00",
            )
        )
        + """
        balance seller    -> cash 1030000.00
        balance a         -> cash 485000.00, CEA 5000
        balance b         -> cash 691000.00, CEA 3000
        balance c         -> cash 794000.00, CEA 2000
        """,
        WORKED_STAGE,
    )


def test_the_last_accepted_bid_gets_the_remainder() -> None:
    check(
        WORKED.format(quantity=9500, pricing="uniform")
        + "time 200 -> "
        + ", ".join(
            (
                "auction 1 1000 @ 103.00 seller to a, bid 2 filled",
                "auction 1 1500 @ 103.00 seller to a, bid 6 filled",
                "auction 1 2500 @ 103.00 seller to a, bid 10 filled",
                "auction 1 1000 @ 103.00 seller to b, bid 4 filled",
                "auction 1 2000 @ 103.00 seller to b, bid 8 filled",
                "auction 1 1000 @ 103.00 seller to c, bid 3 filled",
                "auction 1 500 @ 103.00 seller to c, bid 5 partly-filled 500",
                "bid 7 lost",
                "bid 1 lost",
                "bid 9 lost",
                "auction 1 closed 9500 @ 103.00 for 978500.00",
            )
        )
        + """
        balance seller    -> cash 978500.00, CEA 500
        balance c         -> cash 845500.00, CEA 1500
        """,
        WORKED_STAGE,
    )


@pytest.mark.parametrize(
    ("policy", "closing"),
    [
        (
            "fill-valid",
            "auction 1 300 @ 105.00 maker to third, bid 2 filled, auction 1 400 @ 95.00 maker to taker, bid 1 filled, auction 1 closed 700 @ 95.00 for 69500.00",
        ),
        (
            "sell-at-lowest",
            "auction 1 300 @ 95.00 maker to third, bid 2 filled, auction 1 400 @ 95.00 maker to taker, bid 1 filled, auction 1 closed 700 @ 95.00 for 66500.00",
        ),
        (
            "cancel-if-few",
            "bid 1 auction-cancelled, bid 2 auction-cancelled, auction 1 cancelled",
        ),
    ],
)
def test_too_few_bids(policy: str, closing: str) -> None:
    check(
        f"""
        auction of maker sell 1000 from 0 to 200 {policy}   -> auction 1 opened up to 110.00
        balance maker                                       -> cash 100000.00, CEA 1000 (1000 locked)
        taker: bid 400 @ 95.00 in 1                         -> bid 1 placed
        third: bid 300 @ 105.00 in 1                        -> bid 2 placed
        time 200                                            -> {closing}
        """,
        AUCTION_FLOOR,
    )


def test_an_auction_without_bids_closes_and_gives_everything_back() -> None:
    check(
        """
        time 200            -> auction 1 closed 0
        balance maker       -> cash 100000.00, CEA 1000
        """,
        AUCTION_OPENED,
    )


def test_a_buying_auction_takes_the_lowest_offers() -> None:
    """Its reserve is the highest price it pays, and locks that much."""
    check(
        """
        auction of maker buy 600 from 0 to 200 reserve 101.00 uniform   -> auction 1 opened down to 90.00
        balance maker                       -> cash 100000.00 (60600.00 locked), CEA 1000
        taker: bid 500 @ 101.01 in 1        -> refused BELOW_RESERVE
        taker: bid 500 @ 89.99 in 1         -> refused PRICE_OUT_OF_BAND
        taker: bid 500 @ 101.00 in 1        -> bid 1 placed
        third: bid 200 @ 90.00 in 1         -> bid 2 placed
        third: bid 801 @ 90.00 in 1         -> refused INSUFFICIENT_HOLDINGS
        third: bid 300 @ 95.00 in 1         -> bid 3 placed
        balance third                       -> cash 100000.00, CEA 1000 (500 locked)
        time 200                            -> auction 1 200 @ 101.00 third to maker, bid 2 filled, auction 1 300 @ 101.00 third to maker, bid 3 filled, auction 1 100 @ 101.00 taker to maker, bid 1 partly-filled 100, auction 1 closed 600 @ 101.00 for 60600.00
        balance maker                       -> cash 39400.00, CEA 1600
        balance taker                       -> cash 110100.00, CEA 900
        """,
        AUCTION_FLOOR,
    )


def test_auctions_at_the_end_of_the_day_count_for_it_but_make_no_price() -> None:
    check(
        """
        taker: sell #1 10 @ 101.00                  -> accepted #1
        third: buy #2 10 @ 101.00                   -> accepted #2, traded #1 #2 10 @ 101.00
        auction of maker sell 500 from 0 to 1000    -> auction 1 opened up to 110.00
        taker: bid 500 @ 109.00 in 1                -> bid 1 placed
        book                                        -> - | -
        time 1000                                   -> auction 1 500 @ 109.00 maker to taker, bid 1 filled, auction 1 closed 500 @ 109.00 for 54500.00, CEA closed, ended 20250106
        bulletin CEA                                -> 101.00 101.00 101.00 101.00, 10 for 1010.00, auctions 500 for 54500.00
        """,
        AUCTION_FLOOR,
    )


def test_tonnes_that_wait_for_their_day_are_not_auctioned() -> None:
    check(
        """
        taker: sell #1 10 @ 100.00                  -> accepted #1
        third: buy #2 10 @ 100.00                   -> accepted #2, traded #1 #2 10 @ 100.00
        auction of third sell 1001 from 0 to 200    -> refused RESALE_LOCK
        auction of third sell 1011 from 0 to 200    -> refused INSUFFICIENT_HOLDINGS
        taker: bid 10 @ 100.00 in 1                 -> bid 1 placed
        time 200                                    -> auction 1 10 @ 100.00 maker to taker, bid 1 filled, auction 1 closed 10 @ 100.00 for 1000.00
        balance taker                               -> cash 100000.00, CEA 1000 (10 from day 2)
        """,
        AUCTION_OPENED.replace("band", "resale 1 band"),
    )


def test_each_bid_pays_its_fee_rounded_up_and_the_seller_one_for_all() -> None:
    """0.01 % of 1.00: each bidder pays a fen, the seller one fen for all three."""
    check(
        """
        auction of maker sell 3 from 0 to 200       -> auction 1 opened
        taker: bid 1 @ 1.00 in 1                    -> bid 1 placed
        balance taker                               -> cash 1.01 (1.01 locked)
        taker: bid 1 @ 1.00 in 1                    -> refused INSUFFICIENT_FUNDS
        third: bid 1 @ 1.00 in 1                    -> bid 2 placed
        third: bid 1 @ 1.00 in 1                    -> bid 3 placed
        time 200                                    -> auction 1 1 @ 1.00 maker to taker for 0.01/0.01, bid 1 filled, auction 1 1 @ 1.00 maker to third for 0.00/0.01, bid 2 filled, auction 1 1 @ 1.00 maker to third for 0.00/0.01, bid 3 filled, auction 1 closed 3 @ 1.00 for 3.00
        balance maker                               -> cash 2.99
        balance taker                               -> cash 0.00, CEA 1
        """,
        """
        list CEA auctions 0 fees 0/0/0/100
        account maker CEA 3
        account taker cash 1.01
        account third cash 2.02
        begin 20250106 until 1000
        """,
    )


def test_a_buyers_fees_never_exceed_what_it_has_locked() -> None:
    check(
        """
        auction of maker buy 3 from 0 to 200 reserve 1.00   -> auction 1 opened
        balance maker                               -> cash 3.01 (3.01 locked)
        taker: bid 1 @ 1.00 in 1                    -> bid 1 placed
        taker: bid 1 @ 1.00 in 1                    -> bid 2 placed
        taker: bid 1 @ 1.00 in 1                    -> bid 3 placed
        time 200                                    -> auction 1 1 @ 1.00 taker to maker for 0.01/0.01, bid 1 filled, auction 1 1 @ 1.00 taker to maker for 0.01/0.00, bid 2 filled, auction 1 1 @ 1.00 taker to maker for 0.01/0.00, bid 3 filled, auction 1 closed 3 @ 1.00 for 3.00
        balance maker                               -> cash 0.00, CEA 3
        """,
        """
        list CEA auctions 0 fees 0/0/0/100
        account maker cash 3.01
        account taker CEA 3
        begin 20250106 until 1000
        """,
    )


def test_an_operator_closes_an_auction_early_or_cancels_it() -> None:
    check(
        """
        key k-1 of maker operate
        key k-2 of maker trade registry
        auction of third sell 500 from 0 to 200 as k-1   -> auction 2 opened up to 110.00
        auction of third sell 500 from 0 to 200 as k-2   -> refused NOT_PERMITTED
        taker: bid 100 @ 100.00 in 1                -> bid 1 placed
        taker: bid 100 @ 101.00 in 2                -> bid 2 placed
        close-auction 1 as k-2                      -> refused NOT_PERMITTED
        close-auction 3 as k-1                      -> refused UNKNOWN_AUCTION
        close-auction 1 as k-1                      -> auction 1 100 @ 100.00 maker to taker, bid 1 filled, auction 1 closed 100 @ 100.00 for 10000.00
        cancel-auction 2 as k-1                     -> bid 2 auction-cancelled, auction 2 cancelled
        close-auction 1                             -> refused UNKNOWN_AUCTION
        balance third                               -> cash 100000.00, CEA 1000
        time 200                                    -> nothing
        """,
        AUCTION_OPENED,
    )


def test_delisting_cancels_auctions() -> None:
    check(
        """
        taker: bid 100 @ 100.00 in 1                -> bid 1 placed
        auction of third sell 500 from 0 to 300     -> auction 2 opened up to 110.00
        delist CEA                                  -> bid 1 auction-cancelled, auction 1 cancelled, auction 2 cancelled, CEA closed, delisted CEA
        auction of third sell 500 from 0 to 300     -> refused NOT_TRADABLE
        balance maker                               -> cash 100000.00, CEA 1000
        time 300                                    -> nothing
        """,
        AUCTION_OPENED,
    )


def test_a_suspension_ends_bids_and_cancels_auctions() -> None:
    check(
        """
        auction of third sell 500 from 0 to 300     -> auction 2 opened up to 110.00
        taker: bid 100 @ 100.00 in 1                -> bid 1 placed
        third: bid 100 @ 100.00 in 1                -> bid 2 placed
        taker: bid 100 @ 100.00 in 2                -> bid 3 placed
        restrict third suspended                    -> restricted third suspended, bid 2 restricted, bid 3 auction-cancelled, auction 2 cancelled
        third: bid 100 @ 100.00 in 1                -> refused RESTRICTED
        third: bid 100 @ 100.00 in 2                -> refused RESTRICTED
        auction of third sell 500 from 0 to 300     -> refused RESTRICTED
        balance third                               -> cash 100000.00, CEA 1000
        balance taker                               -> cash 100000.00 (10000.00 locked), CEA 1000
        """,
        AUCTION_OPENED,
    )
