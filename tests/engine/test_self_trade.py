"""Nobody trades with themselves: four ways to see to it.

The house has two accounts, ``house`` and ``desk``; what matters is whose they
are, not which one is used.
"""

from __future__ import annotations

from scenario import STAGE, check


HOUSE = (
    STAGE
    + """
    account house of House cash 10000.00 CEA 100
    account desk of House cash 10000.00 CEA 100
"""
)


def test_cancel_newest_refuses_the_order_that_meets_its_own_first() -> None:
    check(
        """
        house: sell #1 5 @ 70.00        -> accepted #1
        desk: buy 3 @ 70.00             -> refused SELF_TRADE
        desk: buy 3 @ 70.00 ioc         -> refused SELF_TRADE
        desk: buy 3 @ 70.00 fok         -> refused SELF_TRADE
        desk: buy 3 @ market            -> refused SELF_TRADE
        desk: buy 3 @ 70.00 post-only   -> refused SELF_TRADE
        desk: buy #2 3 @ 69.99          -> accepted #2   -- it meets nothing
        book                            -> 3@69.99 | 5@70.00
        """,
        HOUSE,
    )


def test_cancel_newest_cancels_the_rest_after_partial_fills() -> None:
    check(
        """
        third: sell #1 2 @ 70.00        -> accepted #1
        house: sell #2 5 @ 70.00        -> accepted #2
        desk: buy #3 4 @ 70.00          -> accepted #3, traded #1 #3 2 @ 70.00, cancelled #3 2 self-trade
        third: sell #4 2 @ 69.00        -> accepted #4
        desk: buy #5 4 @ 70.00 ioc      -> accepted #5, traded #4 #5 2 @ 69.00, cancelled #5 2 self-trade
        third: sell #6 2 @ 69.00        -> accepted #6
        desk: buy 4 @ 70.00 fok         -> refused FOK_UNFILLABLE
        desk: buy #7 2 @ 70.00 fok      -> accepted #7, traded #6 #7 2 @ 69.00
        book                            -> - | 5@70.00
        balance desk                    -> cash 9584.00, CEA 106
        """,
        HOUSE,
    )


def test_cancel_newest_does_not_mind_its_own_behind_what_it_takes() -> None:
    check(
        """
        third: sell #1 2 @ 70.00        -> accepted #1
        house: sell #2 5 @ 70.00        -> accepted #2
        desk: buy #3 2 @ 70.00          -> accepted #3, traded #1 #3 2 @ 70.00
        """,
        HOUSE,
    )


def test_cancel_oldest_removes_its_own_and_goes_on() -> None:
    check(
        """
        house: sell #1 5 @ 70.00                 -> accepted #1
        third: sell #2 2 @ 70.10                 -> accepted #2
        house: sell #3 5 @ 70.10                 -> accepted #3
        desk: buy #4 4 @ 70.10 cancel-oldest     -> accepted #4, cancelled #1 5 self-trade, traded #2 #4 2 @ 70.10, cancelled #3 5 self-trade
        book                                     -> 2@70.10 | -
        balance house                            -> cash 10000.00, CEA 100
        balance desk                             -> cash 9859.80 (140.20 locked), CEA 102
        """,
        HOUSE,
    )


def test_cancel_oldest_in_every_other_time_in_force() -> None:
    check(
        """
        house: sell #1 5 @ 70.00                   -> accepted #1
        third: sell #2 2 @ 70.10                   -> accepted #2
        desk: buy 3 @ 70.10 fok cancel-oldest      -> refused FOK_UNFILLABLE
        desk: buy #3 2 @ 70.10 fok cancel-oldest   -> accepted #3, cancelled #1 5 self-trade, traded #2 #3 2 @ 70.10
        house: sell #4 5 @ 70.00                   -> accepted #4
        desk: buy #5 2 @ 70.10 ioc cancel-oldest   -> accepted #5, cancelled #4 5 self-trade, cancelled #5 2 ioc
        house: sell #6 5 @ 70.00                   -> accepted #6
        desk: buy #7 2 @ market cancel-oldest      -> accepted #7 @ 77.00, cancelled #6 5 self-trade, cancelled #7 2 ioc
        book                                       -> - | -
        """,
        HOUSE,
    )


def test_cancel_both_ends_the_pair() -> None:
    check(
        """
        house: sell #1 5 @ 70.00                 -> accepted #1
        third: sell #2 2 @ 70.00                 -> accepted #2
        desk: buy #3 4 @ 70.00 cancel-both       -> accepted #3, cancelled #1 5 self-trade, cancelled #3 4 self-trade
        book                                     -> - | 2@70.00
        """,
        HOUSE,
    )


def test_cancel_both_after_partial_fills() -> None:
    check(
        """
        third: sell #1 2 @ 70.00                   -> accepted #1
        house: sell #2 5 @ 70.00                   -> accepted #2
        desk: buy 4 @ 70.00 fok cancel-both        -> refused FOK_UNFILLABLE
        desk: buy #3 4 @ 70.00 cancel-both         -> accepted #3, traded #1 #3 2 @ 70.00, cancelled #2 5 self-trade, cancelled #3 2 self-trade
        house: sell #4 5 @ 70.00                   -> accepted #4
        desk: buy #5 2 @ 70.00 ioc cancel-both     -> accepted #5, cancelled #4 5 self-trade, cancelled #5 2 self-trade
        book                                       -> - | -
        balance house                              -> cash 10000.00, CEA 100
        balance desk                               -> cash 9860.00, CEA 102
        """,
        HOUSE,
    )


def test_fill_or_kill_does_not_count_on_what_lies_behind_an_own_order() -> None:
    """But for cancel-oldest, which goes on."""
    check(
        """
        third: sell #1 2 @ 70.00                     -> accepted #1
        house: sell #2 1 @ 70.00                     -> accepted #2
        third: sell #3 9 @ 70.00                     -> accepted #3
        desk: buy 3 @ 70.00 fok                      -> refused FOK_UNFILLABLE
        desk: buy 3 @ 70.00 fok cancel-both          -> refused FOK_UNFILLABLE
        desk: buy 3 @ 70.00 fok decrement            -> refused FOK_UNFILLABLE
        desk: buy #4 2 @ 70.00 fok cancel-both       -> accepted #4, traded #1 #4 2 @ 70.00
        desk: buy #5 3 @ 70.00 fok cancel-oldest     -> accepted #5, cancelled #2 1 self-trade, traded #3 #5 3 @ 70.00
        """,
        HOUSE,
    )


def test_decrement_takes_the_smaller_from_both() -> None:
    check(
        """
        house: sell #1 5 @ 70.00                 -> accepted #1
        desk: buy #2 3 @ 70.00 decrement         -> accepted #2, reduced #1 by 3 to 2, cancelled #2 3 self-trade
        book                                     -> - | 2@70.00
        balance house                            -> cash 10000.00, CEA 100 (2 locked)
        third: sell #3 9 @ 70.00                 -> accepted #3
        desk: buy #4 5 @ 70.00 decrement         -> accepted #4, cancelled #1 2 self-trade, reduced #4 by 2 to 3, traded #3 #4 3 @ 70.00
        book                                     -> - | 6@70.00
        balance desk                             -> cash 9790.00, CEA 103
        """,
        HOUSE,
    )


def test_decrement_of_equals_ends_both() -> None:
    check(
        """
        house: buy #1 5 @ 70.00                  -> accepted #1
        desk: sell #2 5 @ 69.00 decrement        -> accepted #2, cancelled #1 5 self-trade, cancelled #2 5 self-trade
        book                                     -> - | -
        balance house                            -> cash 10000.00, CEA 100
        balance desk                             -> cash 10000.00, CEA 100
        """,
        HOUSE,
    )


def test_decrement_after_partial_fills() -> None:
    check(
        """
        third: buy #1 2 @ 70.00                  -> accepted #1
        house: buy #2 5 @ 69.00                  -> accepted #2
        desk: sell 4 @ 69.00 fok decrement       -> refused FOK_UNFILLABLE
        desk: sell #3 4 @ 69.00 decrement        -> accepted #3, traded #1 #3 2 @ 70.00, reduced #2 by 2 to 3, cancelled #3 2 self-trade
        balance house                            -> cash 10000.00 (207.00 locked), CEA 100
        desk: sell #4 5 @ 69.00 ioc decrement    -> accepted #4, cancelled #2 3 self-trade, reduced #4 by 3 to 2, cancelled #4 2 ioc
        balance house                            -> cash 10000.00, CEA 100
        """,
        HOUSE,
    )


def test_what_decrement_takes_has_not_been_filled() -> None:
    check(
        """
        house: sell #1 1 @ 70.00                 -> accepted #1
        third: sell #2 5 @ 70.00                 -> accepted #2
        desk: buy 6 @ 70.00 fok decrement        -> refused FOK_UNFILLABLE
        book                                     -> - | 6@70.00x2
        """,
        HOUSE,
    )


def test_a_decremented_taker_rests_with_what_it_has_left() -> None:
    check(
        """
        house: sell #1 2 @ 70.00                 -> accepted #1
        desk: buy #2 5 @ 70.00 decrement id d-1  -> accepted #2, cancelled #1 2 self-trade, reduced #2 by 2 to 3
        desk: buy 5 @ 70.00 decrement id d-1     -> stands #2 open 0 of 3 @ 70.00
        balance desk                             -> cash 10000.00 (210.00 locked), CEA 100
        third: sell #3 1 @ 70.00                 -> accepted #3, traded #2 #3 1 @ 70.00
        desk: amend #2 to 2                      -> amended #2 to 2 @ 70.00 keeping priority
        book                                     -> 1@70.00 | -
        """,
        HOUSE,
    )


def test_a_decremented_maker_keeps_its_place() -> None:
    check(
        """
        house: sell #1 5 @ 70.00                 -> accepted #1
        third: sell #2 5 @ 70.00                 -> accepted #2
        desk: buy #3 3 @ 70.00 decrement         -> accepted #3, reduced #1 by 3 to 2, cancelled #3 3 self-trade
        taker: buy #4 3 @ 70.00                  -> accepted #4, traded #1 #4 2 @ 70.00, traded #2 #4 1 @ 70.00
        """,
        HOUSE,
    )


def test_the_takers_mode_decides_not_the_makers() -> None:
    check(
        """
        house: sell #1 5 @ 70.00 cancel-both     -> accepted #1
        desk: buy 5 @ 70.00                      -> refused SELF_TRADE
        desk: buy #2 5 @ 70.00 cancel-oldest     -> accepted #2, cancelled #1 5 self-trade
        """,
        HOUSE,
    )
