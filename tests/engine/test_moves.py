"""Tonnes that change hands outside the market, or leave it."""

from __future__ import annotations

from scenario import check


# CCER is sold again two trading days after it was bought.
STAGE = """
    list CEA
    list CCER resale 2
    account maker cash 1000.00 CCER 1000
    account taker cash 1000.00
    account third cash 1000.00
    begin 20250106 until 1000
    maker: sell 500 CCER @ 1.00 gtc
    taker: buy 10 CCER @ 1.00
    time 1000
    begin 20250107 until 2000
    taker: buy 20 CCER @ 1.00
    maker: transfer 5 CCER to taker
"""


def test_a_transfer_takes_free_tonnes_then_those_that_are_free_soonest() -> None:
    check(
        """
        balance taker                     -> cash 970.00, CCER 35 (10 from day 3, 20 from day 4)
        taker: transfer 3 CCER to third   -> done
        balance third                     -> cash 1000.00, CCER 3
        taker: transfer 6 CCER to third   -> done
        balance taker                     -> cash 970.00, CCER 26 (6 from day 3, 20 from day 4)
        balance third                     -> cash 1000.00, CCER 9 (4 from day 3)
        taker: transfer 7 CCER to third   -> done
        balance taker                     -> cash 970.00, CCER 19 (19 from day 4)
        balance third                     -> cash 1000.00, CCER 16 (10 from day 3, 1 from day 4)
        """,
        STAGE,
    )


def test_a_transfer_carries_the_resale_lock_with_it() -> None:
    check(
        """
        taker: transfer 35 CCER to third  -> done
        third: sell 6 CCER @ 2.00         -> refused RESALE_LOCK
        third: sell #4 5 CCER @ 2.00      -> accepted #4
        third: transfer 31 CCER to taker  -> refused INSUFFICIENT_HOLDINGS
        time 2000
        begin 20250108 until 3000
        balance third                     -> cash 1000.00, CCER 35 (20 from day 4)
        third: sell 16 CCER @ 2.00        -> refused RESALE_LOCK
        third: sell #5 15 CCER @ 2.00     -> accepted #5
        time 3000
        begin 20250109 until 4000
        third: sell #6 35 CCER @ 2.00     -> accepted #6
        """,
        STAGE,
    )


def test_only_what_may_be_sold_is_retired() -> None:
    check(
        """
        taker: retire 6 CCER              -> refused RESALE_LOCK
        taker: retire 36 CCER             -> refused INSUFFICIENT_HOLDINGS
        taker: retire 4 CCER out          -> done
        taker: retire 1 CCER              -> done
        balance taker                     -> cash 970.00, CCER 30 (10 from day 3, 20 from day 4)
        taker: retire 1 CCER              -> refused RESALE_LOCK
        third: retire 1 CCER              -> refused INSUFFICIENT_HOLDINGS
        taker: retire 0 CCER              -> refused BAD_QTY
        """,
        STAGE,
    )


def test_tonnes_are_retired_once() -> None:
    check("""
        maker: retire 60 CEA ref r-1      -> done
        maker: retire 60 CEA ref r-1      -> done before
        maker: retire 60 CEA out ref r-1  -> refused DUPLICATE_CLIENT_REF
        maker: retire 41 CEA              -> refused INSUFFICIENT_HOLDINGS
        balance maker                     -> cash 10000.00, CEA 40
    """)


def test_another_participant_receives_up_to_its_position_limit() -> None:
    check(
        """
        list CEA position 100
        account maker cash 1000.00
        account maker-2 of maker
        account taker cash 1000.00
        account taker-2 of taker
        begin 20250106 until 1000
        maker: issue 300 CEA              -> done, maker holds 300 CEA of 100   -- the registry allots what it allots
        maker: transfer 300 CEA to maker-2  -> done   -- it stays with its owner
        maker-2: transfer 101 CEA to taker  -> refused POSITION_LIMIT
        maker-2: transfer 60 CEA to taker   -> done
        taker-2: buy #1 10 CEA @ 1.00     -> refused INSUFFICIENT_FUNDS
        taker: buy #1 10 CEA @ 1.00       -> accepted #1   -- what may be bought counts
        maker-2: transfer 31 CEA to taker-2 -> refused POSITION_LIMIT
        maker-2: transfer 30 CEA to taker-2 -> done, taker holds 90 CEA of 100
        maker-2: transfer 1 CEA to taker-2  -> refused POSITION_LIMIT
        taker: cancel #1                  -> cancelled #1 10
        maker-2: transfer 10 CEA to taker-2 -> done
        """,
        stage="",
    )


def test_tonnes_move_whether_their_instrument_trades_or_not() -> None:
    check(
        """
        obligation taker 100 for 2024     -> taker owes 100 for 2024
        halt CCER
        taker: transfer 1 CCER to third   -> done
        time 2000
        taker: surrender 1 CCER for 2024  -> done, taker owes 100 for 2024 surrendered 1
        taker: retire 1 CCER              -> done
        third: transfer 1 CCER to taker   -> done
        """,
        STAGE,
    )
