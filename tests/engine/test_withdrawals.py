"""Supervision by effect: tonnes that are withdrawn, whatever withdrew them."""

from __future__ import annotations

import pytest

from carbonex.engine.supervision.withdrawals import KEPT, MAX_STEPS, Withdrawals
from engine.floors import TRADERS
from scenario import check


def stage(terms: str) -> str:
    """Return a trading day of an instrument with thresholds, and three traders."""
    return f"list CEA {terms}\n{TRADERS}\nbegin 20250106\ntime 20250106T10:00\n"


QUICK = stage("quick-cancel 500/1000")
RATIO = stage("cancel-ratio 900/1")


@pytest.mark.parametrize(
    "line",
    [
        "maker: cancel #1         -> cancelled #1 500",
        "maker: cancel all        -> cancelled #1 500",
        "maker: amend #1 to 1     -> amended #1 to 1 @ 60.00 keeping priority",
        "maker: amend #1 @ 50.00  -> amended #1 to 500 @ 50.00 losing priority",
        "maker: amend #1 to 900 @ 59.99 -> amended #1 to 900 @ 59.99 losing priority",
        "maker: sell #2 600 @ 60.00 cancel-oldest -> accepted #2, cancelled #1 500 self-trade",
        "maker: sell #2 499 @ 60.00 decrement -> accepted #2, reduced #1 by 499 to 1, cancelled #2 499 self-trade",
    ],
)
def test_a_large_order_withdrawn_too_soon_by_any_command(line: str) -> None:
    told = f"{line}, alert quick-cancel maker 500 of 500, orders 1"
    check(f"maker: buy #1 500 @ 60.00 -> accepted #1\n{told}", QUICK)


@pytest.mark.parametrize(
    ("line", "permille"),
    [
        ("maker: cancel #1        -> cancelled #1 500", 1000),
        ("maker: amend #1 to 1    -> amended #1 to 1 @ 60.00 keeping priority", 998),
        ("maker: amend #1 to 50   -> amended #1 to 50 @ 60.00 keeping priority", 900),
        ("maker: amend #1 @ 50.00 -> amended #1 to 500 @ 50.00 losing priority", 1000),
    ],
)
def test_the_ratio_counts_tonnes_withdrawn_by_any_command(
    line: str, permille: int
) -> None:
    told = f"{line}, alert cancel-ratio maker {permille} of 900, orders 1"
    check(f"maker: buy #1 500 @ 60.00 -> accepted #1\n{told}", RATIO)


def test_an_order_that_expires_before_the_close_is_withdrawn() -> None:
    check(
        """
        maker: buy #1 500 @ 60.00 good-till 20250106T10:00:00.5 -> accepted #1
        time 20250106T10:00:00.5 -> cancelled #1 500 expired, alert cancel-ratio maker 1000 of 900, orders 1, alert quick-cancel maker 500 of 500, orders 1
        """,
        stage("quick-cancel 500/1000 cancel-ratio 900/1"),
    )


def test_one_that_expires_at_the_close_is_as_good_as_one_for_the_day() -> None:
    check(
        """
        maker: buy #1 500 @ 60.00 good-till 20250107T00:00 -> accepted #1
        time 20250107T00:00 -> cancelled #1 500 expired, CEA closed, ended 20250106
        """,
        stage("quick-cancel 500/1000 cancel-ratio 1/1") + "time 20250106T23:59:59.9",
    )


def test_a_dead_mans_switch_withdraws() -> None:
    check(
        """
        maker: countdown 1000000000 -> armed maker until 1736128801000000000
        time 20250106T10:00:00.5 -> nothing
        maker: buy #1 500 @ 60.00 -> accepted #1
        time 20250106T10:00:01 -> fired maker 1, cancelled #1 500 countdown, alert quick-cancel maker 500 of 500, orders 1
        """,
        QUICK,
    )


def test_ten_orders_that_stood_together_are_as_good_as_a_large_one() -> None:
    placed = "\n".join(
        f"maker: buy #{number} 50 @ 60.00 -> accepted #{number}"
        for number in range(1, 11)
    )
    gone = "\n".join(
        f"maker: cancel #{number} -> cancelled #{number} 50" for number in range(1, 10)
    )
    told = "alert quick-cancel maker 500 of 500, orders 1 2 3 4 5 6 7 8 9 10"
    check(f"{placed}\n{gone}\nmaker: cancel #10 -> cancelled #10 50, {told}", QUICK)


def test_nor_does_it_help_to_show_each_again_far_away_nor_to_leave_a_crumb() -> None:
    check(
        """
        maker: buy #1 250 @ 60.00  -> accepted #1
        maker: buy #2 250 @ 60.00  -> accepted #2
        maker: amend #1 @ 55.00    -> amended #1 to 250 @ 55.00 losing priority
        maker: amend #2 to 1       -> amended #2 to 1 @ 60.00 keeping priority, alert quick-cancel maker 500 of 500, orders 1 2
        maker: cancel all          -> cancelled #1 250, cancelled #2 1
        """,
        QUICK,
    )


def test_nor_to_better_the_price_of_each_before_it_goes() -> None:
    check(
        """
        maker: buy #1 250 @ 60.00 -> accepted #1
        maker: buy #2 250 @ 60.00 -> accepted #2
        maker: amend #1 @ 60.01   -> amended #1 to 250 @ 60.01 losing priority
        maker: cancel #1          -> cancelled #1 250
        maker: amend #2 @ 60.01   -> amended #2 to 250 @ 60.01 losing priority
        maker: cancel #2          -> cancelled #2 250, alert quick-cancel maker 500 of 500, orders 1 2
        """,
        QUICK,
    )


@pytest.mark.parametrize(
    ("placed", "amended"),
    [
        ("500 @ 50.00", "@ 60.00  -> amended #1 to 500 @ 60.00"),
        ("1 @ 60.00", "to 500 -> amended #1 to 500 @ 60.00"),
    ],
)
def test_nor_to_wait_unnoticed_before_it_matters(placed: str, amended: str) -> None:
    """Far away, or small: what counts is how long it stood as it was at last."""
    check(
        f"""
        maker: buy #1 {placed} -> accepted #1
        time 20250106T10:00:00.9 -> nothing
        maker: amend #1 {amended} losing priority
        time 20250106T10:00:01.8 -> nothing
        maker: cancel #1 -> cancelled #1 500, alert quick-cancel maker 500 of 500, orders 1
        """,
        QUICK,
    )


def test_a_lost_session_and_a_logout_withdraw() -> None:
    check(
        """
        maker: buy #1 500 @ 60.00 in mm-1 -> accepted #1
        lost mm-1 of maker on c-1 -> cancelled #1 500 disconnected, alert quick-cancel maker 500 of 500, orders 1
        maker: buy #2 500 @ 60.00 in mm-1 -> accepted #2
        logout mm-1 of maker on c-1 cancelling -> cancelled #2 500, alert quick-cancel maker 500 of 500, orders 2
        """,
        QUICK + "key k-m of maker trade\nsession mm-1 by k-m on c-1",
    )


def test_piece_by_piece_and_there_and_back() -> None:
    check(
        """
        maker: buy #1 500 @ 60.00 -> accepted #1
        maker: amend #1 to 400    -> amended #1 to 400 @ 60.00 keeping priority
        maker: amend #1 to 250    -> amended #1 to 250 @ 60.00 keeping priority
        maker: amend #1 to 249    -> amended #1 to 249 @ 60.00 keeping priority, alert quick-cancel maker 500 of 500, orders 1
        maker: buy #2 500 @ 60.00 -> accepted #2
        maker: amend #2 @ 55.00   -> amended #2 to 500 @ 55.00 losing priority, alert quick-cancel maker 500 of 500, orders 2
        maker: amend #2 @ 60.00   -> amended #2 to 500 @ 60.00 losing priority
        maker: amend #2 @ 55.00   -> amended #2 to 500 @ 55.00 losing priority, alert quick-cancel maker 500 of 500, orders 2
        """,
        QUICK,
    )


def test_a_quote_that_moves_has_never_been_larger_than_it_is() -> None:
    """400 t at a time, whether moved or cancelled and placed anew."""
    check(
        """
        maker: buy #1 400 @ 60.00 -> accepted #1
        maker: amend #1 @ 59.99   -> amended #1 to 400 @ 59.99 losing priority
        maker: amend #1 @ 59.98   -> amended #1 to 400 @ 59.98 losing priority
        maker: cancel #1          -> cancelled #1 400
        maker: buy #2 400 @ 59.97 -> accepted #2
        maker: cancel #2          -> cancelled #2 400
        maker: sell #3 400 @ 61.00 -> accepted #3
        maker: buy #4 400 @ 60.00 -> accepted #4
        maker: cancel all         -> cancelled #3 400, cancelled #4 400  -- two sides
        """,
        QUICK,
    )


def test_what_an_order_grows_by_is_not_meant_for_what_it_has_traded_before() -> None:
    """499 of 500 t have traded: the 498 t that flash then are not meant by that.

    Once half of the 499 t is traded too, the rest is.
    """
    check(
        """
        maker: buy #1 500 @ 60.00   -> accepted #1
        taker: sell #2 499 @ 60.00  -> accepted #2, traded #1 #2 499 @ 60.00
        maker: amend #1 to 998      -> amended #1 to 998 @ 60.00 losing priority
        maker: amend #1 to 500      -> amended #1 to 500 @ 60.00 keeping priority, alert cancel-ratio maker 498 of 400, orders 1, alert quick-cancel maker 500 of 490, orders 1
        maker: amend #1 to 998      -> amended #1 to 998 @ 60.00 losing priority
        maker: amend #1 to 500      -> amended #1 to 500 @ 60.00 keeping priority, alert cancel-ratio maker 665 of 400, orders 1, alert quick-cancel maker 499 of 490, orders 1
        maker: amend #1 to 998      -> amended #1 to 998 @ 60.00 losing priority
        taker: sell #3 250 @ 60.00  -> accepted #3, traded #1 #3 250 @ 60.00
        maker: cancel #1            -> cancelled #1 249
        """,
        stage("cancel-ratio 400/1 quick-cancel 490/1000"),
    )


def test_nor_is_what_comes_to_a_worse_price_again_and_again() -> None:
    """The first time it was, and the ratio is that of 250 t to 500 t and twice 250 t."""
    check(
        """
        maker: buy #1 500 @ 60.00   -> accepted #1
        taker: sell #2 250 @ 60.00  -> accepted #2, traded #1 #2 250 @ 60.00
        maker: amend #1 @ 59.00     -> amended #1 to 500 @ 59.00 losing priority
        maker: amend #1 @ 60.00     -> amended #1 to 500 @ 60.00 losing priority
        maker: amend #1 @ 59.00     -> amended #1 to 500 @ 59.00 losing priority, alert cancel-ratio maker 333 of 250, orders 1
        """,
        stage("cancel-ratio 250/1"),
    )


def test_nor_is_what_an_iceberg_grows_by_though_it_hides_that() -> None:
    """90 of 100 t have traded. Its own sell takes what it shows, 10 t at a time."""
    taken = ", ".join(
        f"reduced #1 by 10 to {left}, refilled #1 10 @ 60.00, reduced #3 by 10 to {left - 50}"
        for left in (80, 70, 60)
    )
    check(
        f"""
        maker: buy #1 100 @ 60.00 show 10    -> accepted #1
        taker: sell 90 @ 60.00
        maker: amend #1 to 180               -> amended #1 to 180 @ 60.00 losing priority
        maker: sell #3 40 @ 60.00 decrement  -> accepted #3, {taken}, reduced #1 by 10 to 50, refilled #1 10 @ 60.00, cancelled #3 10 self-trade, alert cancel-ratio maker 187 of 180, orders 1
        """,
        stage("cancel-ratio 180/1"),
    )


def test_what_nobody_saw_is_not_withdrawn() -> None:
    """A stop order that waits, what an iceberg hides, the rest of a taker."""
    check(
        """
        maker: buy #1 500 @ 60.00 stop 61.00      -> accepted #1
        maker: cancel #1                          -> cancelled #1 500
        maker: buy #2 500 @ 60.00 show 100     -> accepted #2
        maker: cancel #2                          -> cancelled #2 500
        maker: buy #3 500 @ 60.00 ioc             -> accepted #3, cancelled #3 500 ioc
        """,
        QUICK,
    )


def test_orders_that_cannot_trade_do_not_dilute_the_ratio() -> None:
    """The iceberg's 20 t and the order's 5: what hides, waits or goes at once is none."""
    check(
        """
        maker: buy #1 400 @ 60.00 show 20   -> accepted #1
        maker: buy #2 50 @ 60.00 stop 61.00   -> accepted #2
        maker: buy #3 50 @ 60.00 ioc          -> accepted #3, cancelled #3 50 ioc
        maker: buy #4 5 @ 60.00                 -> accepted #4
        maker: cancel #1 -> cancelled #1 400, alert cancel-ratio maker 800 of 700, orders 1
        """,
        stage("cancel-ratio 700/1"),
    )


def test_what_the_venue_ends_is_nobodys_withdrawal() -> None:
    check(
        """
        maker: buy #1 500 @ 60.00 -> accepted #1
        restrict maker suspended  -> restricted maker suspended, cancelled #1 500 restricted
        """,
        stage("quick-cancel 500/1000 cancel-ratio 1/1"),
    )


def test_every_withdrawal_that_has_been_told_is_told_once() -> None:
    """An order of the same moment may count with another; nothing counts twice."""
    side = Withdrawals()
    assert side.add(1, 5, (1, 0), (3, 0), 9) == 5
    assert side.add(2, 5, (3, 0), (3, 0), 9) == 10
    assert side.take(3) == (1, 2)
    assert side.add(3, 5, (2, 0), (3, 0), 9) == 5


def test_what_is_remembered_of_a_side_is_bounded() -> None:
    """And not less than what stood together."""
    side, stood = Withdrawals(), 3 * MAX_STEPS
    for number in range(1, stood + 1):  # each withdrawn as one comes that never goes
        now = (stood + number, 0)
        most = side.add(number, 1, (number, 0), now, 9)
        assert number <= most
        assert len(side.steps) <= MAX_STEPS
    assert len(side.lots) == KEPT
    assert side.add(0, 1, (9 * stood, 9), (9 * stood, 9), 9) == 1
    assert len(side.steps) <= 3  # all others are old


def test_what_grows_again_stands_with_what_it_stands_with_then() -> None:
    """Each had its own moment before, when the other was not there."""
    check(
        """
        maker: sell #1 499 @ 70.00 -> accepted #1
        maker: amend #1 to 1   -> amended #1 to 1 @ 70.00 keeping priority
        maker: sell #2 499 @ 70.00 -> accepted #2
        maker: amend #2 to 1   -> amended #2 to 1 @ 70.00 keeping priority
        maker: amend #1 to 490 -> amended #1 to 490 @ 70.00 losing priority
        maker: amend #2 to 490 -> amended #2 to 490 @ 70.00 losing priority
        maker: cancel #1       -> cancelled #1 490
        maker: cancel #2       -> cancelled #2 490, alert quick-cancel maker 980 of 500, orders 1 2
        """,
        QUICK,
    )


def test_what_shrinks_and_grows_was_never_more_than_it_showed_at_once() -> None:
    check(
        """
        maker: buy #1 400 @ 60.00 -> accepted #1
        maker: amend #1 to 200 -> amended #1 to 200 @ 60.00 keeping priority
        maker: amend #1 to 400 -> amended #1 to 400 @ 60.00 losing priority
        maker: amend #1 to 200 -> amended #1 to 200 @ 60.00 keeping priority
        maker: cancel #1       -> cancelled #1 200
        """,
        QUICK,
    )


@pytest.mark.parametrize(
    "line",
    [
        "maker: cancel #1        -> cancelled #1 70",
        "maker: amend #1 to 31   -> amended #1 to 31 @ 60.00 keeping priority",
        "maker: amend #1 @ 50.00 -> amended #1 to 100 @ 50.00 losing priority",
    ],
)
def test_what_an_iceberg_hides_belongs_to_it(line: str) -> None:
    """30 of its 100 t have traded: that is not half, though it is of the 40 that came."""
    check(
        f"{line}, alert quick-cancel maker 10 of 10, orders 1",
        stage("quick-cancel 10/1000")
        + """
        maker: buy #1 40 @ 60.00 show 10
        maker: amend #1 to 100
        taker: sell 30 @ 60.00
        """,
    )
