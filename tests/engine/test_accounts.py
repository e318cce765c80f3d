"""Pre-funded accounts: nothing trades on credit, and nothing is lost."""

from __future__ import annotations

from scenario import check


def test_a_resting_buy_locks_its_price_times_its_quantity() -> None:
    check("""
        account poor cash 100.00
        poor: buy #1 2 @ 30.00      -> accepted #1
        balance poor                -> cash 100.00 (60.00 locked)
        poor: buy 2 @ 20.01         -> refused INSUFFICIENT_FUNDS
        poor: buy #2 2 @ 20.00      -> accepted #2
        balance poor                -> cash 100.00 (100.00 locked)
        poor: buy 1 @ 0.01          -> refused INSUFFICIENT_FUNDS
    """)


def test_a_resting_sell_locks_its_tonnes() -> None:
    check("""
        account poor CEA 5
        poor: sell #1 3 @ 30.00     -> accepted #1
        poor: sell 3 @ 30.00        -> refused INSUFFICIENT_HOLDINGS
        poor: sell #2 2 @ 30.00     -> accepted #2
        balance poor                -> cash 0.00, CEA 5 (5 locked)
    """)


def test_fills_release_the_improvement() -> None:
    check("""
        account poor cash 100.00
        maker: sell #1 1 @ 40.00    -> accepted #1
        poor: buy #2 2 @ 50.00      -> accepted #2, traded #1 #2 1 @ 40.00
        balance poor                -> cash 60.00 (50.00 locked), CEA 1
        maker: sell #3 1 @ 10.00    -> accepted #3, traded #2 #3 1 @ 50.00
        balance poor                -> cash 10.00, CEA 2
    """)


def test_proceeds_and_tonnes_are_usable_at_once() -> None:
    check("""
        account poor CEA 1
        account rich cash 70.00
        poor: sell #1 1 @ 70.00     -> accepted #1
        rich: buy #2 1 @ 70.00      -> accepted #2, traded #1 #2 1 @ 70.00
        poor: buy #3 1 @ 70.00      -> accepted #3
        rich: sell #4 1 @ 70.00     -> accepted #4, traded #3 #4 1 @ 70.00
        balance poor                -> cash 0.00, CEA 1
        balance rich                -> cash 70.00
    """)


def test_tonnes_of_one_instrument_are_not_tonnes_of_another() -> None:
    check("""
        list CCER
        maker: sell 1 CCER @ 70.00  -> refused INSUFFICIENT_HOLDINGS
    """)


def test_accounts_of_one_participant_do_not_share_funds() -> None:
    check("""
        account maker-2 of maker
        maker-2: buy 1 @ 0.01       -> refused INSUFFICIENT_FUNDS
        maker-2: sell 1 @ 0.01      -> refused INSUFFICIENT_HOLDINGS
    """)


def test_only_what_no_order_needs_can_be_withdrawn() -> None:
    check("""
        account poor cash 100.00
        poor: buy #1 1 @ 60.00      -> accepted #1
        poor: withdraw 40.01        -> refused INSUFFICIENT_FUNDS
        poor: withdraw 40.00        -> done
        balance poor                -> cash 60.00 (60.00 locked)
        poor: cancel #1             -> cancelled #1 1
        poor: withdraw 60.00        -> done
        balance poor                -> cash 0.00
    """)


def test_only_what_no_order_needs_can_be_transferred() -> None:
    check("""
        account poor CEA 10
        poor: sell #1 6 @ 60.00          -> accepted #1
        poor: transfer 5 CEA to taker    -> refused INSUFFICIENT_HOLDINGS
        poor: transfer 4 CEA to taker    -> done
        balance poor                     -> cash 0.00, CEA 6 (6 locked)
        balance taker                    -> cash 10000.00, CEA 104
        taker: transfer 1 CEA to taker   -> refused BAD_PARAMETER
        taker: transfer 1 CEA to nobody  -> refused UNKNOWN_ACCOUNT
        taker: transfer 1 CCER to poor   -> refused UNKNOWN_INSTRUMENT
    """)


def test_amounts_are_positive() -> None:
    check("""
        maker: deposit 0.00              -> refused BAD_AMOUNT
        maker: withdraw 0.00             -> refused BAD_AMOUNT
        maker: issue 0 CEA               -> refused BAD_QTY
        maker: issue -1 CEA              -> refused BAD_QTY
        maker: transfer 0 CEA to taker   -> refused BAD_QTY
        maker: transfer -1 CEA to taker  -> refused BAD_QTY
    """)


def test_value_moves_on_any_day_and_in_any_phase() -> None:
    check("""
        halt CEA                         -> CEA halted
        maker: issue 1 CEA               -> done
        time 1000000                     -> ended 20250106
        maker: transfer 1 CEA to taker   -> done
        maker: deposit 1.00              -> done
    """)


def test_open_orders_are_capped_per_account() -> None:
    check("""
        account small cash 1000.00 CEA 10 orders 2
        maker: buy #1 1 @ 60.00          -> accepted #1
        small: sell #2 1 @ 70.00         -> accepted #2
        small: sell #3 1 @ 70.00         -> accepted #3
        small: sell 1 @ 70.00            -> refused TOO_MANY_OPEN_ORDERS
        small: sell 1 @ 60.00 gtc        -> refused TOO_MANY_OPEN_ORDERS   -- it might rest
        small: sell #4 1 @ 60.00 ioc     -> accepted #4, traded #1 #4 1 @ 60.00
        maker: cancel all                -> nothing
        maker: sell #5 1 @ 69.00         -> accepted #5
        small: buy #6 1 @ market         -> accepted #6 @ 75.90, traded #5 #6 1 @ 69.00
        small: cancel #2                 -> cancelled #2 1
        small: sell #7 1 @ 70.00         -> accepted #7
    """)
