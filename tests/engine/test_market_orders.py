"""Market orders: immediate, and protected from the far end of the book."""

from __future__ import annotations

from scenario import check


def test_a_market_order_takes_up_to_its_protection() -> None:
    check("""
        maker: sell #1 2 @ 70.00       -> accepted #1
        maker: sell #2 2 @ 77.00       -> accepted #2
        maker: sell #3 2 @ 77.01       -> accepted #3
        taker: buy #4 6 @ market       -> accepted #4 @ 77.00, traded #1 #4 2 @ 70.00, traded #2 #4 2 @ 77.00, cancelled #4 2 ioc
        book                           -> - | 2@77.01
        balance taker                  -> cash 9706.00, CEA 104
    """)


def test_selling_at_market() -> None:
    check("""
        maker: buy #1 2 @ 70.00        -> accepted #1
        maker: buy #2 2 @ 63.00        -> accepted #2
        maker: buy #3 2 @ 62.99        -> accepted #3
        taker: sell #4 6 @ market      -> accepted #4 @ 63.00, traded #1 #4 2 @ 70.00, traded #2 #4 2 @ 63.00, cancelled #4 2 ioc
        book                           -> 2@62.99 | -
    """)


def test_the_protection_is_rounded_to_the_nearest_fen() -> None:
    check("""
        list CCER protection 25
        account rich cash 1000.00 CCER 100
        account poor cash 1000.00 CCER 100
        rich: sell #1 1 CCER @ 0.20      -> accepted #1
        poor: buy #2 1 CCER @ market     -> accepted #2 @ 0.21, traded #1 #2 1 @ 0.20   -- 20.5 fen
        rich: buy #3 1 CCER @ 0.20       -> accepted #3
        poor: sell #4 1 CCER @ market    -> accepted #4 @ 0.20, traded #3 #4 1 @ 0.20
    """)


def test_no_protection_takes_the_best_price_alone() -> None:
    check("""
        list CCER protection 0
        maker: buy #1 1 CCER @ 10.00     -> accepted #1
        maker: buy #2 1 CCER @ 9.99      -> accepted #2
        account rich CCER 9
        rich: sell #3 2 CCER @ market    -> accepted #3 @ 10.00, traded #1 #3 1 @ 10.00, cancelled #3 1 ioc
    """)


def test_full_protection_sells_down_to_one_fen() -> None:
    check("""
        list CCER protection 1000
        maker: buy #1 1 CCER @ 10.00     -> accepted #1
        maker: buy #2 1 CCER @ 0.01      -> accepted #2
        account rich CCER 9
        rich: sell #3 2 CCER @ market    -> accepted #3 @ 0.01, traded #1 #3 1 @ 10.00, traded #2 #3 1 @ 0.01
    """)


def test_with_nothing_opposite_it_is_accepted_and_cancelled() -> None:
    check("""
        taker: buy #1 5 @ market         -> accepted #1, cancelled #1 5 ioc
        taker: sell #2 5 @ market        -> accepted #2, cancelled #2 5 ioc
        balance taker                    -> cash 10000.00, CEA 100
    """)


def test_a_market_buy_is_paid_for_at_the_protection_price() -> None:
    check("""
        account poor cash 77.00 CEA 1
        maker: sell #1 1 @ 70.00         -> accepted #1
        maker: sell #2 1 @ 70.00         -> accepted #2
        poor: buy #3 1 @ market          -> accepted #3 @ 77.00, traded #1 #3 1 @ 70.00
        poor: buy 1 @ market             -> refused INSUFFICIENT_FUNDS   -- 7.00 are left
        poor: sell 3 @ market            -> refused INSUFFICIENT_HOLDINGS
        balance poor                     -> cash 7.00, CEA 2
    """)


def test_a_market_order_takes_all_of_it_or_nothing_where_it_says_so() -> None:
    check("""
        maker: sell #1 2 @ 70.00         -> accepted #1
        maker: sell #2 2 @ 77.01         -> accepted #2
        taker: buy 3 @ market fok        -> refused FOK_UNFILLABLE
        taker: buy #3 2 @ market fok     -> accepted #3 @ 77.00, traded #1 #3 2 @ 70.00
    """)


def test_a_market_order_never_rests_whatever_its_time_in_force() -> None:
    check("""
        maker: sell #1 1 @ 70.00         -> accepted #1
        taker: buy #2 2 @ market gtc     -> accepted #2 @ 77.00, traded #1 #2 1 @ 70.00, cancelled #2 1 ioc
        book                             -> - | -
    """)


def test_a_market_order_cannot_be_post_only() -> None:
    check("""
        taker: buy 2 @ market post-only          -> refused BAD_PARAMETER
        taker: buy 2 @ market post-only-reprice  -> refused BAD_PARAMETER
    """)
