"""Block trades (MARKET-RULES §4): proposed, answered, settled outside the book."""

from __future__ import annotations

from engine.floors import BLOCK_FLOOR
from scenario import check


def test_proposing_locks_and_accepting_settles_at_once() -> None:
    check(
        """
        maker: propose sell 500 @ 75.00 to taker    -> block 1 proposed
        balance maker                               -> cash 100000.00, CEA 1000 (500 locked)
        taker: accept block 1                       -> block 1 accepted by taker, block 1 500 @ 75.00 maker to taker
        balance maker                               -> cash 137500.00, CEA 500
        balance taker                               -> cash 62500.00, CEA 1500
        taker: propose buy 100 @ 80.00 to maker     -> block 2 proposed
        balance taker                               -> cash 62500.00 (8000.00 locked), CEA 1500
        maker: accept block 2                       -> block 2 accepted by maker, block 2 100 @ 80.00 maker to taker
        balance taker                               -> cash 54500.00, CEA 1600
        """,
        BLOCK_FLOOR,
    )


def test_a_block_is_declined_by_the_one_and_withdrawn_by_the_other() -> None:
    check(
        """
        maker: propose sell 500 @ 75.00 to taker    -> block 1 proposed
        maker: propose buy 500 @ 65.00 to taker     -> block 2 proposed
        balance maker                               -> cash 100000.00 (32500.00 locked), CEA 1000 (500 locked)
        taker: decline block 1                      -> block 1 declined
        maker: withdraw-block 2                     -> block 2 withdrawn
        balance maker                               -> cash 100000.00, CEA 1000
        taker: accept block 1                       -> refused NO_SUCH_PROPOSAL
        taker: decline block 2                      -> refused NO_SUCH_PROPOSAL
        maker: withdraw-block 2                     -> refused NO_SUCH_PROPOSAL
        """,
        BLOCK_FLOOR,
    )


def test_who_proposed_a_block_withdraws_it_but_cannot_decline_it() -> None:
    check(
        """
        maker: propose sell 500 @ 75.00 to taker    -> block 1 proposed
        maker: decline block 1                      -> refused COUNTERPARTY_MISMATCH
        third: decline block 1                      -> refused NO_SUCH_PROPOSAL
        maker: withdraw-block 1                     -> block 1 withdrawn
        """,
        BLOCK_FLOOR,
    )


def test_a_counter_offer_ends_what_it_answers() -> None:
    check(
        """
        maker: propose sell 500 @ 75.00 to taker                  -> block 1 proposed
        taker: propose buy 500 @ 73.00 to maker countering 1      -> block 1 countered, block 2 proposed
        balance maker                                             -> cash 100000.00, CEA 1000
        balance taker                                             -> cash 100000.00 (36500.00 locked), CEA 1000
        maker: propose sell 600 @ 74.00 to taker countering 2     -> block 2 countered, block 3 proposed
        taker: accept block 3                                     -> block 3 accepted by taker, block 3 600 @ 74.00 maker to taker
        maker: propose sell 100 @ 74.00 to taker countering 2     -> refused NO_SUCH_PROPOSAL
        """,
        BLOCK_FLOOR,
    )


def test_each_side_pays_the_fee_rounded_up() -> None:
    check(
        """
        taker: propose buy 101 @ 70.01 to maker   -> block 1 proposed
        balance taker                             -> cash 7072.78 (7072.78 locked)   -- 7071.01 and 1.767… of it
        maker: accept block 1                     -> block 1 accepted by maker, block 1 101 @ 70.01 maker to taker for 1.77/1.77
        balance taker                             -> cash 0.00, CEA 101
        balance maker                             -> cash 7069.24, CEA 899
        maker: propose buy 100 @ 70.69 to taker   -> refused INSUFFICIENT_FUNDS   -- without the fee it would do
        """,
        """
        list CEA blocks 100 fees 0/0/250
        account maker CEA 1000
        account taker cash 7072.78
        begin 20250106 until 1000000
        """,
    )


def test_nobody_proposes_or_accepts_on_credit() -> None:
    check(
        """
        account poor cash 7500.00 CEA 100
        poor: propose sell 101 @ 75.00 to taker     -> refused INSUFFICIENT_HOLDINGS
        poor: propose buy 101 @ 75.00 to taker      -> refused INSUFFICIENT_FUNDS
        maker: propose sell 101 @ 75.00 to poor     -> block 1 proposed
        maker: propose buy 101 @ 75.00 to poor      -> block 2 proposed
        poor: accept block 1                        -> refused INSUFFICIENT_FUNDS
        poor: accept block 2                        -> refused INSUFFICIENT_HOLDINGS
        poor: propose buy 100 @ 75.00 to taker      -> block 3 proposed
        poor: buy 1 @ 70.00                         -> refused INSUFFICIENT_FUNDS
        poor: withdraw 0.01                         -> refused INSUFFICIENT_FUNDS
        """,
        BLOCK_FLOOR,
    )


def test_what_a_block_brought_waits_as_long_as_any_purchase() -> None:
    check(
        """
        maker: propose sell 500 @ 75.00 to taker    -> block 1 proposed
        taker: accept block 1                       -> block 1 accepted by taker, block 1 500 @ 75.00 maker to taker
        balance taker                               -> cash 62500.00, CEA 1500 (500 from day 2)
        taker: propose sell 1001 @ 75.00 to third   -> refused RESALE_LOCK
        taker: propose sell 1501 @ 75.00 to third   -> refused INSUFFICIENT_HOLDINGS
        third: propose buy 1001 @ 75.00 to taker    -> block 2 proposed
        taker: accept block 2                       -> refused RESALE_LOCK
        taker: propose sell 1000 @ 75.00 to third   -> block 3 proposed
        """,
        BLOCK_FLOOR.replace("blocks", "resale 1 blocks"),
    )


def test_blocks_trade_in_their_hours_and_may_be_taken_back_at_any_time() -> None:
    check(
        """
        maker: propose sell 100 @ 75.00 to taker    -> refused MARKET_CLOSED
        time 20250106T13:00:00                      -> CEA trading with blocks
        maker: propose sell 100 @ 75.00 to taker    -> block 1 proposed
        maker: propose sell 200 @ 75.00 to taker    -> block 2 proposed
        maker: propose sell 300 @ 75.00 to taker    -> block 3 proposed
        time 20250106T13:59:59.999999999            -> nothing
        taker: accept block 1                       -> block 1 accepted by taker, block 1 100 @ 75.00 maker to taker
        time 20250106T14:00:00                      -> CEA trading
        taker: accept block 2                       -> refused MARKET_CLOSED
        maker: propose sell 100 @ 75.00 to taker    -> refused MARKET_CLOSED
        taker: decline block 2                      -> block 2 declined
        maker: withdraw-block 3                     -> block 3 withdrawn
        """,
        BLOCK_FLOOR.replace(
            "blocks", "sessions 09:30-15:00 block-hours 13:00-14:00 blocks"
        )
        .replace("until 1000000", "")
        .replace("begin", "time 20250106T09:30:00\n begin"),
    )


def test_a_halt_stops_blocks_too() -> None:
    check(
        """
        maker: propose sell 100 @ 75.00 to taker    -> block 1 proposed
        maker: propose sell 200 @ 75.00 to taker    -> block 2 proposed
        halt CEA                                    -> CEA halted
        maker: propose sell 100 @ 75.00 to taker    -> refused HALTED
        taker: accept block 1                       -> refused HALTED
        taker: decline block 1                      -> block 1 declined
        maker: withdraw-block 2                     -> block 2 withdrawn
        """,
        BLOCK_FLOOR,
    )


def test_what_is_unanswered_at_the_close_expires() -> None:
    check(
        """
        list CCER blocks 100
        third: propose buy 100 CCER @ 75.00 to taker  -> block 1 proposed
        maker: propose sell 100 @ 75.00 to taker      -> block 2 proposed
        taker: propose buy 200 @ 75.00 to maker       -> block 3 proposed
        time 1000000                                  -> block 2 expired, block 3 expired, CEA closed, block 1 expired, CCER closed, ended 20250106
        balance maker                                 -> cash 100000.00, CEA 1000
        balance taker                                 -> cash 100000.00, CEA 1000
        taker: accept block 2                         -> refused NO_SUCH_PROPOSAL
        maker: propose sell 100 @ 75.00 to taker      -> refused MARKET_CLOSED
        """,
        BLOCK_FLOOR,
    )


def test_blocks_that_go_on_after_the_listed_close_do_not_expire_with_it() -> None:
    """Listed trading ends at 11:30; blocks trade until 14:00."""
    check(
        """
        maker: propose sell 100 @ 75.00 to taker    -> block 1 proposed
        maker: propose sell 200 @ 75.00 to taker    -> block 2 proposed
        maker: sell #1 5 @ 75.00                    -> accepted #1
        time 20250106T11:30:00                      -> cancelled #1 5 session-close, CEA closed with blocks
        taker: accept block 1                       -> block 1 accepted by taker, block 1 100 @ 75.00 maker to taker
        taker: propose buy 300 @ 75.00 to maker     -> block 3 proposed
        balance maker                               -> cash 107500.00, CEA 900 (200 locked)
        time 20250106T14:00:00                      -> block 2 expired, block 3 expired, CEA closed, ended 20250106
        balance maker                               -> cash 107500.00, CEA 900
        """,
        BLOCK_FLOOR.replace(
            "blocks", "sessions 09:30-11:30 block-hours 09:30-14:00 blocks"
        )
        .replace("until 1000000", "")
        .replace("begin", "time 20250106T09:30:00\n begin"),
    )


def test_delisting_ends_an_instruments_proposals() -> None:
    check(
        """
        list CCER blocks 100
        third: propose buy 100 CCER @ 75.00 to taker  -> block 1 proposed
        maker: propose sell 100 @ 75.00 to taker      -> block 2 proposed
        delist CEA                                    -> block 2 delisted, CEA closed, delisted CEA
        balance maker                                 -> cash 100000.00, CEA 1000
        maker: propose sell 100 @ 75.00 to taker      -> refused NOT_TRADABLE
        taker: decline block 1                        -> block 1 declined
        """,
        BLOCK_FLOOR,
    )


def test_a_suspension_ends_all_proposals_of_either_party() -> None:
    check(
        """
        maker: propose sell 100 @ 75.00 to taker    -> block 1 proposed
        taker: propose sell 100 @ 75.00 to third    -> block 2 proposed
        third: propose sell 100 @ 75.00 to maker    -> block 3 proposed
        restrict taker suspended                    -> restricted taker suspended, block 1 restricted, block 2 restricted
        taker: propose sell 100 @ 75.00 to third    -> refused RESTRICTED
        maker: propose sell 100 @ 75.00 to taker    -> refused RESTRICTED
        """,
        BLOCK_FLOOR,
    )


def test_a_ref_proposes_and_accepts_once() -> None:
    check(
        """
        key k-1 of maker trade
        key k-2 of taker trade
        maker: propose sell 500 @ 75.00 to taker ref p-1         -> block 1 proposed
        maker: propose sell 500 @ 75.00 to taker ref p-1         -> block 1 proposed before
        maker: propose sell 500 @ 75.00 to taker ref p-1 as k-1  -> block 1 proposed before
        maker: propose sell 501 @ 75.00 to taker ref p-1         -> refused DUPLICATE_CLIENT_REF
        taker: accept block 1 ref p-1                            -> block 1 accepted by taker, block 1 500 @ 75.00 maker to taker
        taker: accept block 1 ref p-1                            -> block 1 accepted by taker before
        taker: accept block 1 ref p-1 as k-2                     -> block 1 accepted by taker before
        taker: accept block 2 ref p-1                            -> refused DUPLICATE_CLIENT_REF
        taker: propose sell 500 @ 75.00 to maker ref p-1         -> refused DUPLICATE_CLIENT_REF
        taker: accept block 1                                    -> refused NO_SUCH_PROPOSAL
        maker: propose sell 500 @ 75.00 to taker ref p-1         -> block 1 proposed before
        balance maker                                            -> cash 137500.00, CEA 500
        time 1000000                                             -> CEA closed, ended 20250106
        maker: propose sell 500 @ 75.00 to taker ref p-1         -> block 1 proposed before
        """,
        BLOCK_FLOOR,
    )


def test_blocks_are_counted_but_make_no_price() -> None:
    check(
        """
        maker: sell #1 10 @ 71.00                   -> accepted #1
        taker: buy #2 10 @ 71.00                    -> accepted #2, traded #1 #2 10 @ 71.00
        maker: propose sell 500 @ 90.00 to taker    -> block 1 proposed
        taker: accept block 1                       -> block 1 accepted by taker, block 1 500 @ 90.00 maker to taker
        book                                        -> - | -
        time 1000000                                -> CEA closed, ended 20250106
        bulletin CEA                                -> 71.00 71.00 71.00 71.00, 10 for 710.00, blocks 500 for 45000.00
        """,
        BLOCK_FLOOR,
    )
