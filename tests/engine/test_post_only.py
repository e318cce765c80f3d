"""Post-only: an order that must not take liquidity is refused, or steps back."""

from __future__ import annotations

import pytest

from scenario import STAGE, check


def test_it_rests_where_it_meets_nothing() -> None:
    check("""
        maker: sell #1 5 @ 70.01                    -> accepted #1
        taker: buy #2 5 @ 70.00 post-only           -> accepted #2
        taker: buy #3 5 @ 70.00 post-only-reprice   -> accepted #3
        book                                        -> 10@70.00x2 | 5@70.01
    """)


def test_it_is_refused_where_it_would_take() -> None:
    check("""
        maker: sell #1 5 @ 70.00                    -> accepted #1
        taker: buy 5 @ 70.00 post-only              -> refused WOULD_TAKE_LIQUIDITY
        taker: buy 5 @ 99.00 post-only              -> refused WOULD_TAKE_LIQUIDITY
        maker: cancel #1                            -> cancelled #1 5
        maker: buy #2 5 @ 70.00                     -> accepted #2
        taker: sell 5 @ 70.00 post-only             -> refused WOULD_TAKE_LIQUIDITY
        book                                        -> 5@70.00 | -
    """)


def test_it_steps_one_tick_behind_the_other_side() -> None:
    check("""
        list CCER tick 0.05
        account rich CCER 50
        rich: sell #1 5 CCER @ 10.00                    -> accepted #1
        taker: buy #2 5 CCER @ 12.00 post-only-reprice  -> accepted #2 @ 9.95
        balance taker                                   -> cash 10000.00 (49.75 locked), CEA 100
        rich: cancel #1                                 -> cancelled #1 5
        rich: sell #3 5 CCER @ 9.95 post-only-reprice   -> accepted #3 @ 10.00
        book CCER                                       -> 5@9.95 | 5@10.00
    """)


def test_it_is_paid_for_at_the_price_where_it_rests() -> None:
    check("""
        account poor cash 69.99
        maker: sell #1 1 @ 70.00                    -> accepted #1
        poor: buy #2 1 @ 71.00 post-only-reprice    -> accepted #2 @ 69.99
    """)


def test_it_is_refused_where_there_is_no_price_to_step_to() -> None:
    check("""
        list CCER tick 0.05
        account rich cash 9000000000.00 CCER 50
        rich: sell #1 1 CCER @ 0.05                      -> accepted #1
        taker: buy 1 CCER @ 0.05 post-only-reprice       -> refused WOULD_TAKE_LIQUIDITY
        rich: cancel #1                                  -> cancelled #1 1
        rich: buy #2 1 CEA @ 21474836.48                 -> accepted #2   -- the highest price
        taker: sell 1 CEA @ 70.00 post-only-reprice      -> refused WOULD_TAKE_LIQUIDITY
    """)


@pytest.mark.parametrize("mode", ["post-only", "post-only-reprice"])
@pytest.mark.parametrize("tif", ["ioc", "fok"])
def test_what_never_rests_cannot_be_post_only(mode: str, tif: str) -> None:
    check(f"taker: buy 5 @ 70.00 {tif} {mode} -> refused BAD_PARAMETER")


def test_an_order_of_ones_own_comes_before_taking_liquidity() -> None:
    check("""
        maker: sell #1 5 @ 70.00                        -> accepted #1
        maker: buy 5 @ 70.00 post-only                  -> refused SELF_TRADE
        maker: buy 5 @ 70.00 post-only cancel-oldest    -> refused WOULD_TAKE_LIQUIDITY
        maker: buy 5 @ 70.00 post-only cancel-both      -> refused WOULD_TAKE_LIQUIDITY
        maker: buy 5 @ 70.00 post-only decrement        -> refused WOULD_TAKE_LIQUIDITY
        maker: buy #2 5 @ 70.00 post-only-reprice       -> accepted #2 @ 69.99
        book                                            -> 5@69.99 | 5@70.00
    """)


def test_a_repriced_order_stands_under_its_client_order_id() -> None:
    check("""
        maker: sell #1 5 @ 70.00                           -> accepted #1
        taker: buy #2 5 @ 71.00 post-only-reprice id a-1   -> accepted #2 @ 69.99
        taker: buy 5 @ 71.00 post-only-reprice id a-1      -> stands #2 open 0 of 5 @ 69.99
        taker: buy 5 @ 69.99 post-only-reprice id a-1      -> refused DUPLICATE_CLIENT_ORDER_ID
    """)


def test_in_a_call_it_may_be_amended_though_others_cross_it() -> None:
    """Nobody takes in a call, so that it is not repriced either."""
    check(
        """
        maker: sell #1 5 @ 70.00 post-only-reprice -> accepted #1
        halt CEA                                   -> CEA halted
        resume CEA                                 -> CEA call
        taker: buy #2 1 @ 71.00                    -> accepted #2
        maker: amend #1 to 4                       -> amended #1 to 4 @ 70.00 keeping priority
        maker: amend #1 @ 70.50                    -> amended #1 to 4 @ 70.50 losing priority
        """,
        STAGE.replace("list CEA", "list CEA call-resume 5").replace(
            "1000000", "9000000000"
        ),
    )
