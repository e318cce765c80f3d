"""Icebergs: the book shows a part; each refill comes behind all others."""

from __future__ import annotations

import pytest

from carbonex.engine import (
    SELL,
    BeginDay,
    Conditions,
    ListInstrument,
    OrderAccepted,
    PlaceOrder,
    Reason,
    Rejected,
)
from driver import Driver, admitted
from scenario import STAGE, check


def test_the_book_shows_a_part_and_all_of_it_is_locked() -> None:
    check("""
        maker: sell #1 10 @ 70.00 show 3         -> accepted #1
        book                                     -> - | 3@70.00
        balance maker                            -> cash 10000.00, CEA 100 (10 locked)
        maker: sell #2 10 @ 70.00 show 10        -> accepted #2   -- all of it
        book                                     -> - | 13@70.00x2
    """)


def test_what_was_shown_is_filled_before_others_and_what_is_hidden_after() -> None:
    check("""
        maker: sell #1 10 @ 70.00 show 3         -> accepted #1
        third: sell #2 2 @ 70.00                 -> accepted #2
        taker: buy #3 4 @ 70.00                  -> accepted #3, traded #1 #3 3 @ 70.00, refilled #1 3 @ 70.00, traded #2 #3 1 @ 70.00
        book                                     -> - | 4@70.00x2
        taker: buy #4 3 @ 70.00                  -> accepted #4, traded #2 #4 1 @ 70.00, traded #1 #4 2 @ 70.00
        book                                     -> - | 1@70.00
        taker: buy #5 1 @ 70.00                  -> accepted #5, traded #1 #5 1 @ 70.00, refilled #1 3 @ 70.00
        third: sell #6 1 @ 70.00                 -> accepted #6
        taker: buy #7 5 @ 70.00                  -> accepted #7, traded #1 #7 3 @ 70.00, refilled #1 1 @ 70.00, traded #6 #7 1 @ 70.00, traded #1 #7 1 @ 70.00
        book                                     -> - | -
        balance maker                            -> cash 10700.00, CEA 90
    """)


def test_one_order_may_take_an_iceberg_part_by_part() -> None:
    check("""
        maker: sell #1 7 @ 70.00 show 3          -> accepted #1
        taker: buy #2 9 @ 70.00                  -> accepted #2, traded #1 #2 3 @ 70.00, refilled #1 3 @ 70.00, traded #1 #2 3 @ 70.00, refilled #1 1 @ 70.00, traded #1 #2 1 @ 70.00
        book                                     -> 2@70.00 | -
    """)


def test_an_iceberg_takes_with_all_of_it_and_rests_with_a_part() -> None:
    check("""
        maker: sell #1 4 @ 70.00                 -> accepted #1
        taker: buy #2 9 @ 70.00 show 2           -> accepted #2, traded #1 #2 4 @ 70.00
        book                                     -> 2@70.00 | -
        balance taker                            -> cash 9720.00 (350.00 locked), CEA 104
    """)


def test_fill_or_kill_counts_what_is_hidden() -> None:
    check("""
        maker: sell #1 10 @ 70.00 show 1         -> accepted #1
        taker: buy 11 @ 70.00 fok                -> refused FOK_UNFILLABLE
        third: sell #2 1 @ 70.00                 -> accepted #2
        taker: buy #3 3 @ 70.00 fok              -> accepted #3, traded #1 #3 1 @ 70.00, refilled #1 1 @ 70.00, traded #2 #3 1 @ 70.00, traded #1 #3 1 @ 70.00, refilled #1 1 @ 70.00
        book                                     -> - | 1@70.00
    """)


def test_fill_or_kill_goes_on_behind_an_iceberg_that_it_takes_whole() -> None:
    """What it hides is a whole number of times what it shows: no empty refill."""
    check("""
        maker: sell #1 4 @ 70.00 show 2          -> accepted #1
        maker: sell #2 1 @ 70.01                 -> accepted #2
        taker: buy 6 @ 70.01 fok                 -> refused FOK_UNFILLABLE
        taker: buy #3 5 @ 70.01 fok              -> accepted #3, traded #1 #3 2 @ 70.00, refilled #1 2 @ 70.00, traded #1 #3 2 @ 70.00, traded #2 #3 1 @ 70.01
    """)


def test_fill_or_kill_meets_its_own_order_before_what_is_hidden() -> None:
    """The own order stands behind the 1 t shown and before the 9 t hidden."""
    check("""
        maker: sell #1 10 @ 70.00 show 1         -> accepted #1
        taker: sell #2 1 @ 70.00                 -> accepted #2
        taker: buy 2 @ 70.00 fok                 -> refused FOK_UNFILLABLE
        taker: buy 2 @ 70.00 fok decrement       -> refused FOK_UNFILLABLE
        taker: buy #3 2 @ 70.00 fok cancel-oldest -> accepted #3, traded #1 #3 1 @ 70.00, refilled #1 1 @ 70.00, cancelled #2 1 self-trade, traded #1 #3 1 @ 70.00, refilled #1 1 @ 70.00
    """)


def test_a_lower_total_is_given_from_what_is_hidden() -> None:
    check("""
        maker: sell #1 10 @ 70.00 show 3         -> accepted #1
        third: sell #2 2 @ 70.00                 -> accepted #2
        maker: amend #1 to 5                     -> amended #1 to 5 @ 70.00 keeping priority
        book                                     -> - | 5@70.00x2
        maker: amend #1 to 2                     -> amended #1 to 2 @ 70.00 keeping priority
        book                                     -> - | 4@70.00x2
        balance maker                            -> cash 10000.00, CEA 100 (2 locked)
        taker: buy #3 3 @ 70.00                  -> accepted #3, traded #1 #3 2 @ 70.00, traded #2 #3 1 @ 70.00
    """)


def test_a_new_price_or_a_higher_total_shows_anew_behind_others() -> None:
    check("""
        maker: sell #1 5 @ 70.00 show 3          -> accepted #1
        third: sell #2 2 @ 70.00                 -> accepted #2
        taker: buy #3 2 @ 70.00                  -> accepted #3, traded #1 #3 2 @ 70.00
        book                                     -> - | 3@70.00x2
        maker: amend #1 to 6                     -> amended #1 to 6 @ 70.00 losing priority
        book                                     -> - | 5@70.00x2
        taker: buy #4 3 @ 70.00                  -> accepted #4, traded #2 #4 2 @ 70.00, traded #1 #4 1 @ 70.00
        maker: amend #1 @ 71.00                  -> amended #1 to 6 @ 71.00 losing priority
        book                                     -> - | 3@71.00
    """)


def test_a_stop_limit_order_may_be_an_iceberg() -> None:
    check("""
        maker: sell #1 1 @ 70.00                 -> accepted #1
        third: buy #2 9 @ 71.00 stop 70.00 show 2 -> accepted #2
        balance third                            -> cash 10000.00 (639.00 locked), CEA 100
        taker: buy #3 1 @ 70.00                  -> accepted #3, traded #1 #3 1 @ 70.00, triggered #2
        book                                     -> 2@71.00 | -
        maker: sell #4 3 @ 71.00                 -> accepted #4, traded #2 #4 2 @ 71.00, refilled #2 2 @ 71.00, traded #2 #4 1 @ 71.00
        book                                     -> 1@71.00 | -
    """)


def test_decrement_takes_from_what_is_shown() -> None:
    check("""
        maker: sell #1 10 @ 70.00 show 3         -> accepted #1
        third: sell #2 1 @ 70.00                 -> accepted #2
        maker: buy #3 5 @ 70.00 decrement        -> accepted #3, reduced #1 by 3 to 7, refilled #1 3 @ 70.00, reduced #3 by 3 to 2, traded #2 #3 1 @ 70.00, reduced #1 by 1 to 6, cancelled #3 1 self-trade
        book                                     -> - | 2@70.00
        balance maker                            -> cash 9930.00, CEA 101 (6 locked)
    """)


def test_an_iceberg_takes_part_in_a_call_as_in_any_trading() -> None:
    check(
        """
        resume CEA                               -> CEA call
        maker: sell #1 5 @ 70.00 show 2          -> accepted #1
        third: sell #2 2 @ 70.00                 -> accepted #2
        taker: buy #3 6 @ 70.00 show 4           -> accepted #3
        time 5000000000                          -> CEA uncrossed 6 @ 70.00 with 1 left to sell, traded #1 #3 2 @ 70.00, refilled #1 2 @ 70.00, traded #2 #3 2 @ 70.00, refilled #3 2 @ 70.00, traded #1 #3 2 @ 70.00, refilled #1 1 @ 70.00, CEA trading
        book                                     -> - | 1@70.00
        """,
        STAGE.replace("list CEA", "list CEA call-resume 5").replace(
            "1000000", "9000000000"
        )
        + "halt CEA",
    )


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ("10 @ 70.00 show 11", "BAD_QTY"),  # more than all of it
        ("10 @ 70.00 show -1", "BAD_QTY"),
        ("10 @ 70.00 show 3 ioc", "BAD_PARAMETER"),  # it never rests
        ("10 @ 70.00 show 3 fok", "BAD_PARAMETER"),
        ("10 @ market show 3", "BAD_PARAMETER"),
    ],
)
def test_what_may_not_be_shown(order: str, reason: str) -> None:
    check(f"maker: sell {order} -> refused {reason}")


def test_an_iceberg_may_be_post_only() -> None:
    check("""
        taker: buy #1 1 @ 69.00                  -> accepted #1
        maker: sell 10 @ 69.00 show 3 post-only  -> refused WOULD_TAKE_LIQUIDITY
        maker: sell #2 10 @ 69.00 show 3 post-only-reprice -> accepted #2 @ 69.01
        book                                     -> 1@69.00 | 3@69.01
    """)


def test_what_is_shown_is_whole_lots() -> None:
    check(
        """
        maker: sell 40 @ 70.00 show 5            -> refused BAD_QTY
        maker: sell #1 40 @ 70.00 show 10        -> accepted #1
        """,
        STAGE.replace("list CEA", "list CEA lot 10"),
    )


def test_an_iceberg_shows_at_least_a_twentieth() -> None:
    """So that it takes no more than twenty fills."""
    check("""
        maker: sell 21 @ 70.00 show 1            -> refused BAD_QTY
        maker: sell #1 20 @ 70.00 show 1         -> accepted #1
        maker: amend #1 to 21                    -> refused BAD_QTY
        maker: sell #2 21 @ 70.00 show 2         -> accepted #2
    """)


def test_the_terms_say_how_much_an_iceberg_shows() -> None:
    check(
        """
        maker: sell 9 @ 70.00 show 4             -> refused BAD_QTY
        maker: sell #1 8 @ 70.00 show 4          -> accepted #1
        """,
        STAGE.replace("list CEA", "list CEA shows 500"),
    )


def test_an_iceberg_shows_a_twentieth_unless_the_terms_say_otherwise() -> None:
    driver, least = Driver(), 50
    driver.apply(ListInstrument("", "CEA"), *admitted("maker", 1, 10**6))
    driver.do(BeginDay("", 20250106))
    assert type(driver.do(_iceberg(1000, least))[0]) is OrderAccepted
    refused = Rejected(Reason.BAD_QTY, "display_quantity", least, least + 1)
    assert driver.do(_iceberg(1001, least)) == [refused]


def _iceberg(quantity: int, shown: int) -> PlaceOrder:
    iceberg = Conditions(display_quantity=shown)
    return PlaceOrder("", "maker", "CEA", SELL, 1, quantity, conditions=iceberg)


def test_one_that_was_made_smaller_than_it_shows_may_grow_again() -> None:
    check("""
        maker: sell #1 10 @ 70.00 show 5         -> accepted #1
        maker: amend #1 to 3                     -> amended #1 to 3 @ 70.00 keeping priority
        maker: amend #1 to 4                     -> amended #1 to 4 @ 70.00 losing priority
        book                                     -> - | 4@70.00
        maker: amend #1 to 12                    -> amended #1 to 12 @ 70.00 losing priority
        book                                     -> - | 5@70.00
    """)
