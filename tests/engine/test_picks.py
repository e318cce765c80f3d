"""How deep an order may take, and whom it may choose (MARKET-RULES §1)."""

from __future__ import annotations

import pytest

from scenario import STAGE, check


LEVELS = STAGE.replace("list CEA", "list CEA levels 2")
PICK = STAGE.replace("list CEA", "list CEA pick")
# Three orders at the best price, one behind it.
QUEUE = f"""{PICK}
    maker: sell #1 2 @ 70.00
    third: sell #2 3 @ 70.00
    maker: sell #3 4 @ 70.00
    maker: sell #4 5 @ 71.00
"""


def test_an_order_takes_so_many_levels_and_the_rest_is_cancelled() -> None:
    check(
        """
        maker: sell #1 1 @ 70.00                 -> accepted #1
        maker: sell #2 1 @ 71.00                 -> accepted #2
        third: sell #3 1 @ 71.00                 -> accepted #3
        maker: sell #4 1 @ 72.00                 -> accepted #4
        taker: buy #5 9 @ 75.00                  -> accepted #5, traded #1 #5 1 @ 70.00, traded #2 #5 1 @ 71.00, traded #3 #5 1 @ 71.00, cancelled #5 6 take-levels
        book                                     -> - | 1@72.00
        taker: buy #6 9 @ 72.00                  -> accepted #6, traded #4 #6 1 @ 72.00
        book                                     -> 8@72.00 | -
        """,
        LEVELS,
    )


def test_market_orders_too_are_cut_off() -> None:
    check(
        """
        maker: buy #1 1 @ 70.00                  -> accepted #1
        maker: buy #2 1 @ 69.00                  -> accepted #2
        maker: buy #3 1 @ 68.00                  -> accepted #3
        taker: sell #4 5 @ market                -> accepted #4 @ 63.00, traded #1 #4 1 @ 70.00, traded #2 #4 1 @ 69.00, cancelled #4 3 take-levels
        taker: sell #5 5 @ market                -> accepted #5 @ 61.20, traded #3 #5 1 @ 68.00, cancelled #5 4 ioc
        """,
        LEVELS,
    )


def test_fill_or_kill_counts_only_the_levels_it_may_take() -> None:
    check(
        """
        maker: sell #1 1 @ 70.00                 -> accepted #1
        maker: sell #2 1 @ 71.00                 -> accepted #2
        maker: sell #3 1 @ 72.00                 -> accepted #3
        taker: buy 3 @ 72.00 fok                 -> refused FOK_UNFILLABLE
        taker: buy #4 2 @ 72.00 fok              -> accepted #4, traded #1 #4 1 @ 70.00, traded #2 #4 1 @ 71.00
        """,
        LEVELS,
    )


def test_the_refills_of_an_iceberg_are_one_level() -> None:
    check(
        """
        maker: sell #1 3 @ 70.00 show 1          -> accepted #1
        maker: sell #2 1 @ 71.00                 -> accepted #2
        taker: buy #3 4 @ 71.00                  -> accepted #3, traded #1 #3 1 @ 70.00, refilled #1 1 @ 70.00, traded #1 #3 1 @ 70.00, refilled #1 1 @ 70.00, traded #1 #3 1 @ 70.00, traded #2 #3 1 @ 71.00
        """,
        LEVELS,
    )


def test_an_amended_or_triggered_order_takes_no_deeper() -> None:
    check(
        """
        maker: sell #1 1 @ 70.00                 -> accepted #1
        maker: sell #2 1 @ 71.00                 -> accepted #2
        maker: sell #3 1 @ 72.00                 -> accepted #3
        taker: buy #4 9 @ 60.00                  -> accepted #4
        taker: amend #4 @ 75.00                  -> amended #4 to 9 @ 75.00 losing priority, traded #1 #4 1 @ 70.00, traded #2 #4 1 @ 71.00, cancelled #4 7 take-levels
        maker: sell #5 1 @ 73.00                 -> accepted #5
        maker: sell #6 1 @ 74.00                 -> accepted #6
        third: buy #7 9 @ 75.00 stop 71.00       -> accepted #7, triggered #7, traded #3 #7 1 @ 72.00, traded #5 #7 1 @ 73.00, cancelled #7 7 take-levels
        """,
        LEVELS,
    )


def test_named_orders_are_taken_first_in_the_order_named() -> None:
    check(
        """
        taker: buy #5 6 @ 70.00 pick 3,2         -> accepted #5, traded #3 #5 4 @ 70.00, traded #2 #5 2 @ 70.00
        book                                     -> - | 3@70.00x2 5@71.00
        taker: buy #6 9 @ 71.00 pick 2           -> accepted #6, traded #2 #6 1 @ 70.00, traded #1 #6 2 @ 70.00, traded #4 #6 5 @ 71.00
        book                                     -> 1@71.00 | -
        """,
        QUEUE,
    )


def test_a_better_price_is_never_skipped() -> None:
    check(
        """
        taker: buy 1 @ 71.00 pick 4              -> refused NOT_BEST_PRICE
        taker: buy 9 @ 71.00 pick 1,4            -> refused NOT_BEST_PRICE
        """,
        QUEUE,
    )


def test_who_is_gone_cannot_be_picked() -> None:
    check(
        """
        maker: cancel #1                         -> cancelled #1 2
        taker: buy 1 @ 71.00 pick 1              -> refused STALE_PICK
        taker: buy 1 @ 71.00 pick 2,1            -> refused STALE_PICK
        taker: buy 1 @ 71.00 pick 4,1            -> refused STALE_PICK   -- comes before the price
        taker: buy 1 @ 71.00 pick 99             -> refused STALE_PICK
        taker: buy #5 1 @ 60.00                  -> accepted #5
        taker: buy 1 @ 71.00 pick 5              -> refused STALE_PICK   -- it buys too
        third: buy #6 1 @ 72.00 stop 71.50       -> accepted #6
        taker: sell 1 @ 60.00 pick 6             -> refused STALE_PICK   -- it waits
        """,
        QUEUE,
    )


def test_a_price_that_does_not_reach_whom_it_names_is_refused() -> None:
    check(
        """
        taker: buy 1 @ 69.99 pick 2              -> refused PICK_OUT_OF_REACH
        taker: buy 1 @ 60.00 pick 4              -> refused NOT_BEST_PRICE   -- comes before
        taker: buy #5 1 @ 70.00 pick 2           -> accepted #5, traded #2 #5 1 @ 70.00
        book                                     -> - | 8@70.00x3 5@71.00
        """,
        QUEUE,
    )


def test_naming_an_order_twice_takes_it_once() -> None:
    """Fill or kill does not count it twice either: 2 + 3 + 4 t are there."""
    check(
        """
        taker: buy 10 @ 70.00 pick 3,3 fok       -> refused FOK_UNFILLABLE
        taker: buy #5 9 @ 70.00 pick 3,3 fok     -> accepted #5, traded #3 #5 4 @ 70.00, traded #1 #5 2 @ 70.00, traded #2 #5 3 @ 70.00
        """,
        QUEUE,
    )


def test_of_an_iceberg_that_is_named_only_what_is_shown_comes_first() -> None:
    check(
        """
        maker: sell #1 1 @ 70.00                 -> accepted #1
        third: sell #2 5 @ 70.00 show 2          -> accepted #2
        taker: buy #3 4 @ 70.00 pick 2           -> accepted #3, traded #2 #3 2 @ 70.00, refilled #2 2 @ 70.00, traded #1 #3 1 @ 70.00, traded #2 #3 1 @ 70.00
        """,
        PICK,
    )


def test_each_slice_of_an_iceberg_is_another_listing() -> None:
    """A listing names one slice, the last one like the others, and none is named twice."""
    check(
        """
        third: sell #1 7 @ 70.00 show 2          -> accepted #1
        maker: sell #2 9 @ 70.00                 -> accepted #2
        taker: buy 1 @ 70.00 pick 1/1            -> refused STALE_PICK
        taker: buy #3 2 @ 70.00 pick 1           -> accepted #3, traded #1 #3 2 @ 70.00, refilled #1 2 @ 70.00
        taker: buy 1 @ 70.00 pick 1              -> refused STALE_PICK
        taker: buy #4 1 @ 70.00 pick 1/1         -> accepted #4, traded #1 #4 1 @ 70.00
        taker: buy #5 2 @ 70.00 pick 1/1,2       -> accepted #5, traded #1 #5 1 @ 70.00, refilled #1 2 @ 70.00, traded #2 #5 1 @ 70.00
        taker: buy 2 @ 70.00 pick 1              -> refused STALE_PICK
        taker: buy #6 2 @ 70.00 pick 1/2         -> accepted #6, traded #1 #6 2 @ 70.00, refilled #1 1 @ 70.00
        taker: buy 1 @ 70.00 pick 1              -> refused STALE_PICK
        taker: buy #7 1 @ 70.00 pick 1/3         -> accepted #7, traded #1 #7 1 @ 70.00
        taker: buy 1 @ 70.00 pick 1/3            -> refused STALE_PICK
        """,
        PICK,
    )


def test_the_number_of_a_slice_that_is_gone_does_not_come_again() -> None:
    """Although as much is hidden again as when it was shown."""
    check(
        """
        maker: sell #1 20 @ 70.00 show 5         -> accepted #1
        taker: buy #2 5 @ 70.00 pick 1           -> accepted #2, traded #1 #2 5 @ 70.00, refilled #1 5 @ 70.00
        maker: amend #1 to 25                    -> amended #1 to 25 @ 70.00 losing priority
        taker: buy 5 @ 70.00 pick 1              -> refused STALE_PICK
        taker: buy #3 5 @ 70.00 pick 1/1         -> accepted #3, traded #1 #3 5 @ 70.00, refilled #1 5 @ 70.00
        """,
        PICK,
    )


def test_a_number_stays_with_an_iceberg_that_is_amended() -> None:
    """Also where it comes in behind others, elsewhere, or shows more: it is one slice."""
    check(
        """
        maker: sell #1 20 @ 70.00 show 5         -> accepted #1
        maker: amend #1 to 30                    -> amended #1 to 30 @ 70.00 losing priority
        maker: amend #1 to 12                    -> amended #1 to 12 @ 70.00 keeping priority
        taker: buy #2 2 @ 70.00 pick 1           -> accepted #2, traded #1 #2 2 @ 70.00
        maker: amend #1 to 40 @ 69.00               -> amended #1 to 40 @ 69.00 losing priority
        taker: buy #3 5 @ 69.00 pick 1           -> accepted #3, traded #1 #3 5 @ 69.00, refilled #1 5 @ 69.00
        maker: amend #1 @ 68.00                  -> amended #1 to 40 @ 68.00 losing priority
        taker: buy #4 1 @ 69.00 pick 1/1         -> accepted #4, traded #1 #4 1 @ 68.00
        """,
        PICK,
    )


def test_a_probe_by_the_number_of_one_slice_does_not_reach_the_next() -> None:
    """Who knows how it was named cannot find out how much it hides now."""
    check(
        """
        maker: sell #1 10 @ 70.00 show 5         -> accepted #1
        taker: buy #2 5 @ 70.00                  -> accepted #2, traded #1 #2 5 @ 70.00, refilled #1 5 @ 70.00
        taker: buy #3 1 @ 70.00 pick 1/1         -> accepted #3, traded #1 #3 1 @ 70.00
        maker: amend #1 to 25                    -> amended #1 to 25 @ 70.00 losing priority
        taker: buy #4 5 @ 70.00                  -> accepted #4, traded #1 #4 5 @ 70.00, refilled #1 5 @ 70.00
        taker: buy 14 @ 70.00 pick 1 fok         -> refused STALE_PICK
        taker: buy 15 @ 70.00 pick 1 fok         -> refused STALE_PICK
        taker: buy 14 @ 70.00 pick 1/1 fok       -> refused STALE_PICK
        """,
        PICK,
    )


def test_an_iceberg_is_never_refilled_so_often_that_numbers_come_again() -> None:
    """Its owner takes and raises it a thousand times; that ends before the numbers do."""
    again = """
        maker: buy 1 @ 70.00 ioc decrement
        maker: amend #1 to 20
    """
    check(
        """
        maker: buy 1 @ 70.00 ioc decrement       -> accepted #1006, reduced #1 by 1 to 19, refilled #1 1 @ 70.00, cancelled #1006 1 self-trade
        maker: amend #1 to 20                    -> refused BAD_QTY
        maker: amend #1 @ 71.00                  -> amended #1 to 19 @ 71.00 losing priority
        taker: buy #1007 18 @ 71.00
        taker: buy #1008 1 @ 71.00 pick 1/1023   -> accepted #1008, traded #1 #1008 1 @ 71.00
        """,
        f"{PICK}maker: sell #1 20 @ 70.00 show 1\n{again * 1004}",
    )


def test_of_two_names_of_one_order_one_is_taken() -> None:
    check(
        """
        maker: sell #1 4 @ 70.00 show 2          -> accepted #1
        third: sell #2 2 @ 70.00                 -> accepted #2
        taker: buy 3 @ 70.00 pick 1,1/1          -> refused STALE_PICK
        taker: buy #3 3 @ 70.00 pick 1,1         -> accepted #3, traded #1 #3 2 @ 70.00, refilled #1 2 @ 70.00, traded #2 #3 1 @ 70.00
        """,
        PICK,
    )


def test_an_own_order_that_is_named_is_met() -> None:
    check(
        """
        taker: sell #5 1 @ 70.00                 -> accepted #5
        taker: buy 1 @ 70.00 pick 5              -> refused SELF_TRADE
        taker: buy #6 2 @ 70.00 pick 2           -> accepted #6, traded #2 #6 2 @ 70.00
        taker: buy #7 9 @ 70.00 pick 2,5         -> accepted #7, traded #2 #7 1 @ 70.00, cancelled #7 8 self-trade
        taker: buy #8 1 @ 70.00 pick 5 cancel-oldest -> accepted #8, cancelled #5 1 self-trade, traded #1 #8 1 @ 70.00
        taker: sell #9 1 @ 70.00                 -> accepted #9
        taker: buy 6 @ 70.00 pick 9 fok decrement -> refused FOK_UNFILLABLE
        """,
        QUEUE,
    )


def test_what_is_left_of_an_order_that_has_named_others_may_be_amended() -> None:
    """Whom it named is gone; it meets the first in the queue."""
    check(
        """
        taker: buy #5 99 @ 70.00 pick 3          -> accepted #5, traded #3 #5 4 @ 70.00, traded #1 #5 2 @ 70.00, traded #2 #5 3 @ 70.00
        taker: amend #5 @ 71.00                  -> amended #5 to 99 @ 71.00 losing priority, traded #4 #5 5 @ 71.00
        """,
        QUEUE,
    )


def test_orders_are_named_only_where_the_instrument_allows_it() -> None:
    check("""
        maker: sell #1 2 @ 70.00                 -> accepted #1
        taker: buy 1 @ 70.00 pick 1              -> refused KIND_NOT_ALLOWED
        taker: buy 1 @ 70.00 pick 99             -> refused KIND_NOT_ALLOWED
    """)


@pytest.mark.parametrize(("count", "told"), [(50, "STALE_PICK"), (51, "BAD_PARAMETER")])
def test_an_order_names_at_most_fifty(count: int, told: str) -> None:
    named = ",".join(map(str, range(100, 100 + count)))
    check(f"taker: buy 1 @ 70.00 pick {named} -> refused {told}", QUEUE)


def test_in_a_call_nobody_is_named() -> None:
    check(
        """
        halt CEA                                 -> CEA halted
        resume CEA                               -> CEA call
        taker: buy 1 @ 70.00 pick 1              -> refused KIND_NOT_ALLOWED
        """,
        QUEUE.replace("list CEA", "list CEA call-resume 5").replace(
            "1000000", "9000000000"
        ),
    )


@pytest.mark.parametrize("post_only", ["post-only", "post-only-reprice"])
def test_who_only_lists_picks_nobody(post_only: str) -> None:
    """Such an order never reaches whom it names: the pick would be ignored."""
    check(
        f"""
        taker: buy 2 @ 70.00 pick 2 {post_only}   -> refused BAD_PARAMETER
        taker: buy #5 2 @ 69.00 {post_only}        -> accepted #5
        taker: buy #6 3 @ 70.00 pick 2            -> accepted #6, traded #2 #6 3 @ 70.00
        """,
        QUEUE,
    )
