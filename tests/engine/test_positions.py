"""Position limits, and reports of who holds much (MARKET-RULES §6)."""

from __future__ import annotations

from scenario import STAGE, check


# 150 t per participant; from 120 t on they are reported.
LIMIT = STAGE.replace("list CEA", "list CEA position 150 blocks 5/0 auctions 0/0")


def test_a_position_is_what_a_participant_holds_and_its_buys_may_bring() -> None:
    check(
        """
        maker: buy 51 @ 70.00                    -> refused POSITION_LIMIT
        maker: buy #1 30 @ 70.00                 -> accepted #1
        maker: buy #2 20 @ 69.00                 -> accepted #2
        maker: buy 1 @ 69.00                     -> refused POSITION_LIMIT
        maker: buy 1 @ market                    -> refused POSITION_LIMIT
        maker: buy 1 @ 71.00 stop 70.00          -> refused POSITION_LIMIT
        maker: amend #2 to 21                    -> refused POSITION_LIMIT
        maker: amend #2 @ 70.50                  -> amended #2 to 20 @ 70.50 losing priority
        maker: amend #2 to 19                    -> amended #2 to 19 @ 70.50 keeping priority
        maker: buy #3 1 @ 69.00                  -> accepted #3
        maker: cancel #1                         -> cancelled #1 30
        maker: buy #4 30 @ 69.00                 -> accepted #4
        """,
        LIMIT,
    )


def test_all_accounts_of_a_participant_count_together() -> None:
    check(
        """
        account maker-2 of maker cash 10000.00 CEA 20
        maker-2: buy 31 @ 70.00                  -> refused POSITION_LIMIT
        maker-2: buy #1 20 @ 70.00               -> accepted #1
        maker: buy 11 @ 70.00                    -> refused POSITION_LIMIT
        maker: buy #2 10 @ 70.00                 -> accepted #2
        """,
        LIMIT,
    )


def test_sells_are_never_limited_and_make_room_when_they_trade() -> None:
    check(
        """
        maker: sell #1 100 @ 71.00               -> accepted #1
        maker: buy 51 @ 70.00                    -> refused POSITION_LIMIT   -- it has not sold yet
        taker: buy #2 10 @ 71.00                 -> accepted #2, traded #1 #2 10 @ 71.00
        maker: buy #3 60 @ 70.00                 -> accepted #3
        """,
        LIMIT,
    )


def test_a_filled_buy_counts_once() -> None:
    check(
        """
        third: sell #1 20 @ 70.00                -> accepted #1
        maker: buy #2 50 @ 70.00                 -> accepted #2, traded #1 #2 20 @ 70.00, maker holds 120 CEA of 150
        maker: buy 1 @ 70.00                     -> refused POSITION_LIMIT
        third: sell #3 30 @ 70.00                -> accepted #3, traded #2 #3 30 @ 70.00
        maker: sell #4 1 @ 70.00                 -> accepted #4
        third: buy #5 1 @ 70.00                  -> accepted #5, traded #4 #5 1 @ 70.00
        maker: buy 2 @ 70.00                     -> refused POSITION_LIMIT
        maker: buy #6 1 @ 70.00                  -> accepted #6
        """,
        LIMIT,
    )


def test_proposals_and_bids_count_too() -> None:
    check(
        """
        maker: propose buy 51 @ 70.00 to taker   -> refused POSITION_LIMIT
        maker: propose buy 30 @ 70.00 to taker   -> block 1 proposed
        auction of taker sell 20 from 0 to 100   -> auction 1 opened
        maker: bid 21 @ 70.00 in 1               -> refused POSITION_LIMIT
        maker: bid 20 @ 70.00 in 1               -> bid 1 placed
        maker: buy 1 @ 70.00                     -> refused POSITION_LIMIT
        taker: propose sell 5 @ 70.00 to maker   -> block 2 proposed
        maker: accept block 2                    -> refused POSITION_LIMIT
        maker: withdraw-block 1                  -> block 1 withdrawn
        maker: accept block 2                    -> block 2 accepted by maker, block 2 5 @ 70.00 taker to maker
        maker: buy #1 25 @ 70.00                 -> accepted #1
        maker: buy 1 @ 70.00                     -> refused POSITION_LIMIT
        """,
        LIMIT,
    )


def test_a_transfer_from_another_participant_counts() -> None:
    check(
        """
        account maker-2 of maker
        taker: transfer 51 CEA to maker          -> refused POSITION_LIMIT
        maker: transfer 100 CEA to maker-2       -> done
        taker: transfer 50 CEA to maker          -> done, maker holds 150 CEA of 150
        taker: transfer 1 CEA to maker-2         -> refused POSITION_LIMIT
        maker-2: transfer 100 CEA to maker       -> done
        """,
        LIMIT,
    )


def test_a_large_holder_is_reported_once_until_it_holds_less() -> None:
    check(
        """
        third: sell #1 60 @ 70.00                -> accepted #1
        maker: buy #2 19 @ 70.00                 -> accepted #2, traded #1 #2 19 @ 70.00
        maker: buy #3 1 @ 70.00                  -> accepted #3, traded #1 #3 1 @ 70.00, maker holds 120 CEA of 150
        maker: buy #4 1 @ 70.00                  -> accepted #4, traded #1 #4 1 @ 70.00
        maker: sell #5 2 @ 69.00                 -> accepted #5
        third: buy #6 2 @ 69.00                  -> accepted #6, traded #5 #6 2 @ 69.00
        maker: buy #7 1 @ 70.00                  -> accepted #7, traded #1 #7 1 @ 70.00, maker holds 120 CEA of 150
        """,
        LIMIT,
    )


def test_who_grows_large_by_an_issue_a_block_or_an_auction_is_reported() -> None:
    check(
        """
        maker: issue 20 CEA                      -> done, maker holds 120 CEA of 150
        taker: propose sell 20 @ 70.00 to third  -> block 1 proposed
        third: accept block 1                    -> block 1 accepted by third, block 1 20 @ 70.00 taker to third, third holds 120 CEA of 150
        auction of maker sell 50 from 0 to 100   -> auction 1 opened
        taker: bid 40 @ 70.00 in 1               -> bid 1 placed
        time 100                                 -> auction 1 40 @ 70.00 maker to taker, bid 1 filled, auction 1 closed 40 @ 70.00 for 2800.00, taker holds 120 CEA of 150
        maker: issue 999 CEA                     -> done, maker holds 1079 CEA of 150   -- the registry may
        """,
        LIMIT,
    )


def test_by_new_terms_large_holders_are_reported_anew() -> None:
    """A limit below what somebody holds only keeps them from buying more."""
    check(
        """
        maker: issue 20 CEA                      -> done, maker holds 120 CEA of 150
        update CEA position 110                  -> updated CEA
        time 1000000                             -> CEA closed, ended 20250106
        begin 20250107 until 2000000             -> begun 20250107, maker holds 120 CEA of 110, taker holds 100 CEA of 110, third holds 100 CEA of 110, CEA trading
        maker: buy 1 @ 70.00                     -> refused POSITION_LIMIT
        maker: sell #1 21 @ 70.00                -> accepted #1
        taker: buy #2 10 @ 70.00                 -> accepted #2, traded #1 #2 10 @ 70.00
        third: buy #3 10 @ 70.00                 -> accepted #3, traded #1 #3 10 @ 70.00
        maker: buy 11 @ 69.00                    -> refused POSITION_LIMIT
        update CEA                               -> updated CEA
        time 2000000                             -> cancelled #1 1 session-close, CEA closed, ended 20250107
        begin 20250108 until 3000000             -> begun 20250108, CEA trading
        update CEA position 120                  -> updated CEA
        time 3000000                             -> CEA closed, ended 20250108
        begin 20250109 until 4000000             -> begun 20250109, maker holds 100 CEA of 120, taker holds 110 CEA of 120, third holds 110 CEA of 120, CEA trading
        """,
        LIMIT,
    )


def test_the_share_that_is_reported_is_a_parameter() -> None:
    check(
        """
        third: sell #1 50 @ 70.00                -> accepted #1
        maker: buy #2 34 @ 70.00                 -> accepted #2, traded #1 #2 34 @ 70.00
        maker: buy #3 1 @ 70.00                  -> accepted #3, traded #1 #3 1 @ 70.00, maker holds 135 CEA of 150
        """,
        LIMIT.replace("position 150", "position 150 large 900"),
    )
    check(
        """
        third: sell #1 50 @ 70.00                -> accepted #1
        maker: buy #2 50 @ 70.00                 -> accepted #2, traded #1 #2 50 @ 70.00
        """,
        LIMIT.replace("position 150", "position 150 large 0"),
    )


def test_without_a_limit_nothing_is_counted() -> None:
    check("""
        maker: buy #1 100 @ 70.00                -> accepted #1
        third: sell #2 100 @ 70.00               -> accepted #2, traded #1 #2 100 @ 70.00
    """)
