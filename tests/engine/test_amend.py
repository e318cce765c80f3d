"""Amending: what keeps an order's place, what loses it, and what it locks."""

from __future__ import annotations

from scenario import check


def test_a_lower_total_keeps_priority() -> None:
    check("""
        maker: sell #1 5 @ 70.00    -> accepted #1
        third: sell #2 5 @ 70.00    -> accepted #2
        maker: amend #1 to 3        -> amended #1 to 3 @ 70.00 keeping priority
        book                        -> - | 8@70.00x2
        balance maker               -> cash 10000.00, CEA 100 (3 locked)
        taker: buy #3 4 @ 70.00     -> accepted #3, traded #1 #3 3 @ 70.00, traded #2 #3 1 @ 70.00
    """)


def test_a_higher_total_goes_to_the_end_of_the_queue() -> None:
    check("""
        maker: sell #1 5 @ 70.00    -> accepted #1
        third: sell #2 5 @ 70.00    -> accepted #2
        maker: amend #1 to 6        -> amended #1 to 6 @ 70.00 losing priority
        taker: buy #3 7 @ 70.00     -> accepted #3, traded #2 #3 5 @ 70.00, traded #1 #3 2 @ 70.00
    """)


def test_another_price_goes_to_the_end_of_the_queue() -> None:
    check("""
        maker: sell #1 5 @ 70.10    -> accepted #1
        third: sell #2 5 @ 70.00    -> accepted #2
        maker: amend #1 @ 70.00     -> amended #1 to 5 @ 70.00 losing priority
        taker: buy #3 6 @ 70.00     -> accepted #3, traded #2 #3 5 @ 70.00, traded #1 #3 1 @ 70.00
    """)


def test_there_and_back_again_loses_priority() -> None:
    check("""
        maker: buy #1 1 @ 70.00     -> accepted #1
        third: buy #2 1 @ 70.00     -> accepted #2
        maker: amend #1 @ 69.00     -> amended #1 to 1 @ 69.00 losing priority
        maker: amend #1 @ 70.00     -> amended #1 to 1 @ 70.00 losing priority
        taker: sell #3 1 @ 70.00    -> accepted #3, traded #2 #3 1 @ 70.00
    """)


def test_the_same_values_keep_priority() -> None:
    check("""
        maker: sell #1 5 @ 70.00       -> accepted #1
        third: sell #2 5 @ 70.00       -> accepted #2
        maker: amend #1                -> amended #1 to 5 @ 70.00 keeping priority
        maker: amend #1 to 5 @ 70.00   -> amended #1 to 5 @ 70.00 keeping priority
        taker: buy #3 1 @ 70.00        -> accepted #3, traded #1 #3 1 @ 70.00
    """)


def test_a_lower_total_at_another_price_loses_priority() -> None:
    check("""
        maker: sell #1 5 @ 70.00       -> accepted #1
        maker: amend #1 to 3 @ 70.10   -> amended #1 to 3 @ 70.10 losing priority
        book                           -> - | 3@70.10
        balance maker                  -> cash 10000.00, CEA 100 (3 locked)
    """)


def test_the_total_includes_what_has_traded() -> None:
    check("""
        maker: sell #1 5 @ 70.00    -> accepted #1
        taker: buy #2 2 @ 70.00     -> accepted #2, traded #1 #2 2 @ 70.00
        maker: amend #1 to 4        -> amended #1 to 4 @ 70.00 keeping priority
        book                        -> - | 2@70.00
        maker: amend #1 to 3        -> amended #1 to 3 @ 70.00 keeping priority
        book                        -> - | 1@70.00
        maker: amend #1 to 2        -> refused QTY_BELOW_FILLED   -- it would be finished
        maker: amend #1 to 1        -> refused QTY_BELOW_FILLED
        maker: amend #1 to 6        -> amended #1 to 6 @ 70.00 losing priority
        book                        -> - | 4@70.00
        balance maker               -> cash 10140.00, CEA 98 (4 locked)
    """)


def test_an_amend_that_crosses_trades_at_the_makers_prices() -> None:
    check("""
        maker: sell #1 2 @ 70.10    -> accepted #1
        third: sell #2 2 @ 70.20    -> accepted #2
        taker: buy #3 5 @ 70.00     -> accepted #3
        taker: amend #3 @ 70.20     -> amended #3 to 5 @ 70.20 losing priority, traded #1 #3 2 @ 70.10, traded #2 #3 2 @ 70.20
        book                        -> 1@70.20 | -
        balance taker               -> cash 9719.40 (70.20 locked), CEA 104
    """)


def test_an_amend_that_fills_wholly_ends_the_order() -> None:
    check("""
        maker: sell #1 2 @ 70.10    -> accepted #1
        taker: buy #2 2 @ 70.00     -> accepted #2
        taker: amend #2 @ 71.00     -> amended #2 to 2 @ 71.00 losing priority, traded #1 #2 2 @ 70.10
        book                        -> - | -
        taker: amend #2 @ 71.00     -> refused UNKNOWN_ORDER
        balance taker               -> cash 9859.80, CEA 102
    """)


def test_an_amended_order_keeps_its_age_for_cancel_all() -> None:
    check("""
        maker: sell #1 1 @ 70.00    -> accepted #1
        maker: sell #2 1 @ 70.00    -> accepted #2
        maker: amend #1 @ 71.00     -> amended #1 to 1 @ 71.00 losing priority
        maker: cancel all           -> cancelled #1 1, cancelled #2 1
    """)


def test_a_buy_needs_the_difference_only() -> None:
    check("""
        account poor cash 100.00
        poor: buy #1 2 @ 40.00      -> accepted #1
        poor: amend #1 @ 50.00      -> amended #1 to 2 @ 50.00 losing priority
        balance poor                -> cash 100.00 (100.00 locked)
        poor: amend #1 @ 50.01      -> refused INSUFFICIENT_FUNDS
        poor: amend #1 to 3         -> refused INSUFFICIENT_FUNDS
        balance poor                -> cash 100.00 (100.00 locked)
        poor: amend #1 to 1         -> amended #1 to 1 @ 50.00 keeping priority
        balance poor                -> cash 100.00 (50.00 locked)
        poor: amend #1 @ 1.00       -> amended #1 to 1 @ 1.00 losing priority
        balance poor                -> cash 100.00 (1.00 locked)
    """)


def test_a_sell_needs_the_difference_only() -> None:
    check("""
        account poor CEA 10
        poor: sell #1 6 @ 70.00     -> accepted #1
        poor: amend #1 to 10        -> amended #1 to 10 @ 70.00 losing priority
        poor: amend #1 to 11        -> refused INSUFFICIENT_HOLDINGS
        poor: amend #1 to 9         -> amended #1 to 9 @ 70.00 keeping priority
        balance poor                -> cash 0.00, CEA 10 (9 locked)
    """)


def test_an_order_is_amended_by_its_client_order_id_too() -> None:
    check("""
        maker: sell #1 5 @ 70.00 id a-1   -> accepted #1
        maker: amend id a-1 to 4          -> amended #1 to 4 @ 70.00 keeping priority
        maker: amend id a-2 to 3          -> refused UNKNOWN_ORDER
        taker: amend id a-1 to 3          -> refused UNKNOWN_ORDER
    """)


def test_only_an_open_order_of_the_account_can_be_amended() -> None:
    check("""
        maker: sell #1 5 @ 70.00    -> accepted #1
        third: amend #1 to 4        -> refused UNKNOWN_ORDER
        maker: amend #2 to 4        -> refused UNKNOWN_ORDER
        maker: amend to 4           -> refused UNKNOWN_ORDER
        maker: cancel #1            -> cancelled #1 5
        maker: amend #1 to 4        -> refused UNKNOWN_ORDER
    """)


def test_amended_values_obey_the_instrument() -> None:
    check("""
        list CCER tick 0.05 lot 10 max 100
        taker: buy #1 20 CCER @ 1.00       -> accepted #1
        taker: amend #1 @ 1.01             -> refused BAD_TICK
        taker: amend #1 to 15              -> refused BAD_QTY
        taker: amend #1 to 110             -> refused QTY_ABOVE_LISTED_MAX
        taker: amend #1 to 100 @ 1.05      -> amended #1 to 100 @ 1.05 losing priority
    """)


def test_a_post_only_order_may_not_be_amended_into_the_other_side() -> None:
    check("""
        maker: sell #1 5 @ 70.10                    -> accepted #1
        taker: buy #2 5 @ 70.00 post-only           -> accepted #2
        taker: amend #2 @ 70.10                     -> refused WOULD_TAKE_LIQUIDITY
        taker: amend #2 @ 70.09                     -> amended #2 to 5 @ 70.09 losing priority
        taker: buy #3 5 @ 70.00 post-only-reprice   -> accepted #3
        taker: amend #3 @ 75.00                     -> amended #3 to 5 @ 70.09 losing priority
        book                                        -> 10@70.09x2 | 5@70.10
    """)


def test_a_repriced_amend_that_ends_where_it_stands_keeps_priority() -> None:
    check("""
        maker: sell #1 5 @ 70.10                    -> accepted #1
        taker: buy #2 5 @ 75.00 post-only-reprice   -> accepted #2 @ 70.09
        third: buy #3 5 @ 70.09                     -> accepted #3
        taker: amend #2 @ 75.00                     -> amended #2 to 5 @ 70.09 keeping priority
        taker: amend #2 to 4 @ 71.00                -> amended #2 to 4 @ 70.09 keeping priority
        maker: cancel #1                            -> cancelled #1 5
        maker: sell #4 1 @ 70.09                    -> accepted #4, traded #2 #4 1 @ 70.09
    """)


def test_amending_obeys_its_deadline() -> None:
    check("""
        maker: sell #1 5 @ 70.00    -> accepted #1
        time 100                    -> nothing
        maker: amend #1 to 4 by 100 -> amended #1 to 4 @ 70.00 keeping priority
        maker: amend #1 to 3 by 99  -> refused DEADLINE_PASSED
    """)


def test_an_amended_order_meets_its_own_participant() -> None:
    check("""
        maker: sell #1 5 @ 70.10            -> accepted #1
        maker: buy #2 5 @ 70.00             -> accepted #2
        maker: amend #2 @ 70.10             -> refused SELF_TRADE
        maker: buy #3 8 @ 70.00 decrement   -> accepted #3
        maker: amend #3 @ 70.10             -> amended #3 to 8 @ 70.10 losing priority, cancelled #1 5 self-trade, reduced #3 by 5 to 3
        book                                -> 3@70.10 5@70.00 | -
        balance maker                       -> cash 10000.00 (560.30 locked), CEA 100
    """)


def test_an_amended_order_that_is_cancelled_after_partial_fills() -> None:
    check("""
        third: sell #1 1 @ 70.05    -> accepted #1
        maker: sell #2 5 @ 70.10    -> accepted #2
        maker: buy #3 4 @ 70.00     -> accepted #3
        maker: amend #3 @ 70.10     -> amended #3 to 4 @ 70.10 losing priority, traded #1 #3 1 @ 70.05, cancelled #3 3 self-trade
        book                        -> - | 5@70.10
        balance maker               -> cash 9929.95, CEA 101 (5 locked)
        maker: cancel #3            -> refused UNKNOWN_ORDER
    """)
