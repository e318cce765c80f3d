"""Which blocks may be proposed and accepted, by whom and when."""

from __future__ import annotations

import pytest

from engine.floors import BLOCK_FLOOR
from scenario import check


def test_a_counter_offer_goes_back_to_the_proposer_and_trades_with_it() -> None:
    check(
        """
        list CCER blocks 100
        maker: propose sell 500 @ 75.00 to taker                  -> block 1 proposed
        taker: propose sell 500 @ 75.00 to maker countering 1     -> refused BAD_PARAMETER   -- both would sell
        taker: propose buy 500 @ 75.00 to third countering 1      -> refused COUNTERPARTY_MISMATCH
        third: propose buy 500 @ 75.00 to maker countering 1      -> refused NO_SUCH_PROPOSAL   -- it is not told of it
        maker: propose buy 500 @ 75.00 to taker countering 1      -> refused COUNTERPARTY_MISMATCH
        taker: propose buy 500 CCER @ 75.00 to maker countering 1 -> refused COUNTERPARTY_MISMATCH
        taker: propose buy 500 @ 75.00 to maker countering 2      -> refused NO_SUCH_PROPOSAL
        taker: propose buy 500 @ 75.00 to maker countering -1     -> refused NO_SUCH_PROPOSAL
        taker: accept block 1                                     -> block 1 accepted by taker, block 1 500 @ 75.00 maker to taker
        """,
        BLOCK_FLOOR,
    )


def test_a_refused_counter_offer_leaves_what_it_answers() -> None:
    check(
        """
        account poor cash 1.00
        maker: propose sell 500 @ 75.00 to poor                   -> block 1 proposed
        poor: propose buy 100 @ 75.00 to maker countering 1       -> refused INSUFFICIENT_FUNDS
        balance maker                                             -> cash 100000.00, CEA 1000 (500 locked)
        maker: withdraw-block 1                                   -> block 1 withdrawn
        """,
        BLOCK_FLOOR,
    )


def test_the_counterparty_is_another_participant_of_the_venue() -> None:
    check(
        """
        account maker-2 of maker cash 100000.00 CEA 1000
        account taker-2 of taker cash 100000.00
        maker: propose sell 500 @ 75.00 to maker     -> refused COUNTERPARTY_MISMATCH
        maker: propose sell 500 @ 75.00 to nobody    -> refused UNKNOWN_PARTICIPANT
        maker: propose sell 500 @ 75.00 to taker-2   -> refused UNKNOWN_PARTICIPANT   -- an account
        maker: propose sell 500 @ 75.00 to taker     -> block 1 proposed
        third: accept block 1                        -> refused NO_SUCH_PROPOSAL
        third: decline block 1                       -> refused NO_SUCH_PROPOSAL
        maker-2: accept block 1                      -> refused COUNTERPARTY_MISMATCH
        maker: accept block 1                        -> refused COUNTERPARTY_MISMATCH
        taker: withdraw-block 1                      -> refused NO_SUCH_PROPOSAL
        maker-2: withdraw-block 1                    -> refused NO_SUCH_PROPOSAL
        taker-2: accept block 1                      -> block 1 accepted by taker-2, block 1 500 @ 75.00 maker to taker-2
        """,
        BLOCK_FLOOR,
    )


def test_both_ends_of_the_block_band_are_allowed() -> None:
    check(
        """
        maker: propose sell 100 @ 91.01 to taker     -> refused BLOCK_PRICE_OUT_OF_BAND
        maker: propose sell 100 @ 48.99 to taker     -> refused BLOCK_PRICE_OUT_OF_BAND
        maker: propose sell 100 @ 91.00 to taker     -> block 1 proposed
        maker: propose sell 100 @ 49.00 to taker     -> block 2 proposed
        """,
        BLOCK_FLOOR,
    )


def test_the_block_band_is_rounded_half_up() -> None:
    check(
        """
        maker: propose sell 100 @ 97.46 to taker     -> refused BLOCK_PRICE_OUT_OF_BAND   -- 74.965 × 1.3 is 97.4545
        maker: propose sell 100 @ 97.45 to taker     -> block 1 proposed
        maker: propose sell 100 @ 52.46 to taker     -> refused BLOCK_PRICE_OUT_OF_BAND
        maker: propose sell 100 @ 52.47 to taker     -> block 2 proposed   -- 74.96 × 0.7 is 52.472
        """,
        BLOCK_FLOOR.replace("70.00", "74.96"),
    )


@pytest.mark.parametrize("rules", ["blocks 100", "blocks 100/300"])
def test_without_band_or_p0_any_price_will_do(rules: str) -> None:
    check(
        """
        maker: propose sell 100 @ 0.01 to taker      -> block 1 proposed
        taker: propose buy 100 @ 900.00 to maker     -> block 2 proposed
        """,
        f"list CEA {rules}" + BLOCK_FLOOR.partition("blocks 100/300")[2],
    )


def test_a_block_has_a_least_size_and_no_listed_greatest() -> None:
    check(
        """
        list CCER lot 10 tick 0.05 max 200 blocks 100
        maker: issue 3000000000 CCER
        maker: propose sell 90 CCER @ 75.00 to taker           -> refused QTY_BELOW_BLOCK_MIN
        maker: propose sell 105 CCER @ 75.00 to taker          -> refused BAD_QTY
        maker: propose sell 0 CCER @ 75.00 to taker            -> refused BAD_QTY
        maker: propose sell -100 CCER @ 75.00 to taker         -> refused BAD_QTY
        maker: propose sell 2147483650 CCER @ 75.00 to taker   -> refused BAD_QTY   -- beyond 2^31
        maker: propose sell 100 CCER @ 75.01 to taker          -> refused BAD_TICK
        maker: propose sell 100 CCER @ 0.00 to taker           -> refused BAD_TICK
        maker: propose sell 2147483640 CCER @ 75.00 to taker   -> block 1 proposed
        """,
        BLOCK_FLOOR,
    )


def test_an_instrument_without_blocks_has_none() -> None:
    check("maker: propose sell 100 @ 75.00 to taker            -> refused NOT_TRADABLE")


def test_a_position_limit_counts_what_proposals_may_bring() -> None:
    check(
        """
        taker: propose buy 600 @ 75.00 to maker     -> block 1 proposed
        taker: propose buy 101 @ 75.00 to third     -> refused POSITION_LIMIT
        taker: buy 101 @ 70.00                      -> refused POSITION_LIMIT
        maker: propose sell 101 @ 75.00 to taker    -> block 2 proposed
        taker: accept block 2                       -> refused POSITION_LIMIT
        taker: withdraw-block 1                     -> block 1 withdrawn
        taker: accept block 2                       -> block 2 accepted by taker, block 2 101 @ 75.00 maker to taker
        taker: propose buy 600 @ 75.00 to maker     -> refused POSITION_LIMIT
        taker: propose buy 599 @ 75.00 to maker     -> block 3 proposed
        """,
        BLOCK_FLOOR.replace("blocks", "position 1700 large 0 blocks"),
    )


def test_who_may_only_sell_accepts_only_to_sell() -> None:
    check(
        """
        maker: propose sell 100 @ 75.00 to taker    -> block 1 proposed
        maker: propose buy 100 @ 75.00 to taker     -> block 2 proposed
        taker: propose sell 100 @ 75.00 to third    -> block 3 proposed
        taker: propose buy 100 @ 75.00 to third     -> block 4 proposed
        restrict taker sell-only                    -> restricted taker sell-only, block 1 restricted, block 4 restricted
        taker: propose buy 100 @ 75.00 to maker     -> refused RESTRICTED
        maker: propose sell 100 @ 75.00 to taker    -> refused RESTRICTED
        taker: accept block 2                       -> block 2 accepted by taker, block 2 100 @ 75.00 taker to maker
        third: accept block 3                       -> block 3 accepted by third, block 3 100 @ 75.00 taker to third
        """,
        BLOCK_FLOOR,
    )


def test_who_may_only_cancel_takes_back_and_declines() -> None:
    check(
        """
        maker: propose sell 100 @ 75.00 to taker    -> block 1 proposed
        maker: propose buy 100 @ 75.00 to taker     -> block 2 proposed
        taker: propose sell 100 @ 75.00 to maker    -> block 3 proposed
        restrict taker cancel-only                  -> restricted taker cancel-only
        taker: accept block 2                       -> refused RESTRICTED
        taker: accept block 9                       -> refused RESTRICTED
        taker: propose sell 100 @ 75.00 to maker    -> refused RESTRICTED
        maker: accept block 3                       -> refused RESTRICTED   -- the proposer may not trade now
        maker: propose buy 100 @ 75.00 to taker     -> refused RESTRICTED
        taker: decline block 1                      -> block 1 declined
        taker: withdraw-block 3                     -> block 3 withdrawn
        restrict taker none                         -> restricted taker none
        taker: accept block 2                       -> block 2 accepted by taker, block 2 100 @ 75.00 taker to maker
        """,
        BLOCK_FLOOR,
    )


def test_a_suspended_participant_has_no_say_at_all() -> None:
    check(
        """
        restrict taker suspended                    -> restricted taker suspended
        taker: withdraw-block 1                     -> refused RESTRICTED
        taker: decline block 1                      -> refused RESTRICTED
        taker: accept block 1                       -> refused RESTRICTED
        """,
        BLOCK_FLOOR,
    )


def test_only_a_trading_key_of_the_participant_may_deal() -> None:
    check(
        """
        key k-1 of taker trade
        key k-2 of maker read operate
        maker: propose sell 500 @ 75.00 to taker ref p-1         -> block 1 proposed
        maker: propose sell 500 @ 75.00 to taker ref p-1 as k-1  -> refused NOT_PERMITTED   -- not even of the ref
        maker: propose sell 500 @ 75.00 to taker as k-2          -> refused NOT_PERMITTED
        maker: withdraw-block 1 as k-1                           -> refused NOT_PERMITTED
        maker: withdraw-block 1 as k-2                           -> refused NOT_PERMITTED
        maker: accept block 1 as k-1                             -> refused NOT_PERMITTED
        maker: decline block 1 as k-1                            -> refused NOT_PERMITTED
        nobody: propose sell 500 @ 75.00 to taker                -> refused UNKNOWN_ACCOUNT
        nobody: propose sell 500 @ 75.00 to nobody               -> refused UNKNOWN_PARTICIPANT
        nobody: propose sell 500 @ 75.00 to nobody as k-1        -> refused NOT_PERMITTED
        nobody: accept block 1                                   -> refused UNKNOWN_ACCOUNT
        """,
        BLOCK_FLOOR,
    )


def test_refs_and_proposals_are_capped() -> None:
    check(
        f"""
        account small cash 100000.00 CEA 1000 ids 3 orders 2      -- two refs are used up
        maker: propose sell 100 @ 75.00 to small                  -> block 1 proposed
        small: sell #1 1 @ 70.00                                  -> accepted #1
        small: propose sell 100 @ 75.00 to taker ref {"r" * 37}   -> refused BAD_NAME
        small: propose sell 100 @ 75.00 to taker ref r-1          -> block 2 proposed
        small: propose sell 100 @ 75.00 to taker ref r-2          -> refused TOO_MANY_CLIENT_IDS
        small: accept block 1 ref r-2                             -> refused TOO_MANY_CLIENT_IDS
        """,
        BLOCK_FLOOR,
    )
    check(
        """
        account small cash 100000.00 CEA 1000 orders 1
        maker: propose sell 100 @ 75.00 to small                  -> block 1 proposed
        small: sell #1 1 @ 70.00                                  -> accepted #1
        small: propose sell 100 @ 75.00 to taker                  -> refused TOO_MANY_OPEN_ORDERS
        small: accept block 1                                     -> block 1 accepted by small, block 1 100 @ 75.00 maker to small
        small: cancel #1                                          -> cancelled #1 1
        small: propose sell 100 @ 75.00 to taker                  -> block 2 proposed
        """,
        BLOCK_FLOOR,
    )


def test_a_stranger_cannot_tell_an_open_block_from_none() -> None:
    """Nor whether its proposer is restricted, or its instrument halted."""
    script = """
        maker: propose sell 500 @ 75.00 to taker              -> block 1 proposed
        halt CEA                                              -> CEA halted
        restrict maker cancel-only                            -> restricted maker cancel-only
        third: accept block 1                                 -> refused NO_SUCH_PROPOSAL
        third: decline block 1                                -> refused NO_SUCH_PROPOSAL
        third: accept block 2                                 -> refused NO_SUCH_PROPOSAL
        third: decline block 2                                -> refused NO_SUCH_PROPOSAL
        taker: accept block 1                                 -> refused RESTRICTED
    """
    check(script, BLOCK_FLOOR)
