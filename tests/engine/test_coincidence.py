"""What is due at one instant happens in the order of ``Due``, kind by kind."""

from __future__ import annotations

from scenario import check


# Everything ends with the day: a lost session's grace, a countdown, orders that expire,
# a one-way auction, a call auction, and the phases of three instruments.
STAGE = """
    list CEA
    list EUA call-resume 60
    list CHN p0 70.00 band 100 auctions 100
    account maker cash 10000.00 CEA 100 CHN 100
    account taker cash 10000.00 EUA 100
    account third cash 10000.00
    key k-t of taker trade
    begin 20250106 until 5000000000
"""

DUE = (
    "cancelled #1 1 expired",
    "cancelled #3 3 expired",
    "fired maker 1",
    "cancelled #2 2 countdown",
    "cancelled #4 4 disconnected",
    "auction 1 10 @ 71.00 maker to taker",
    "bid 1 filled",
    "auction 1 closed 10 @ 71.00 for 710.00",
    "EUA uncrossed 6 @ 70.00 with 1 left to sell",
    "traded #6 #7 6 @ 70.00",
    "cancelled #5 5 session-close",
    "CEA closed",
    "EUA closed",
    "CHN closed",
    "ended 20250106",
)


def test_each_kind_finds_what_the_kinds_before_it_have_left() -> None:
    """An order that two of them would cancel goes for the first one's reason."""
    check(
        """
        session mm by k-t on c-1 grace 5000000000              -> nothing
        lost mm of taker on c-1                                -> nothing
        maker: countdown 5000000000                            -> armed maker until 5000000000
        taker: countdown 5000000000                            -> armed taker until 5000000000
        taker: countdown 0                                     -> disarmed taker
        maker: buy #1 1 @ 60.00 good-till 5000000000           -> accepted #1
        maker: buy #2 2 @ 60.00 gtc                            -> accepted #2
        taker: buy #3 3 @ 60.00 good-till 5000000000 in mm     -> accepted #3
        taker: buy #4 4 @ 60.00 gtc in mm                      -> accepted #4
        taker: buy #5 5 @ 60.00                                -> accepted #5
        auction of maker sell 10 CHN from 0 to 5000000000      -> auction 1 opened up to 77.00
        taker: bid 10 @ 71.00 in 1                             -> bid 1 placed
        halt EUA                                               -> EUA halted
        resume EUA                                             -> EUA call
        third: buy #6 6 EUA @ 70.00 gtc                        -> accepted #6
        taker: sell #7 7 EUA @ 70.00 gtc                       -> accepted #7
        time 4999999999                                        -> nothing
        time 5000000000                                        -> {due}
    """.format(due=", ".join(DUE)),
        STAGE,
    )
