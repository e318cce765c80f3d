"""Purchases may be sold only from a later trading day on (MARKET-RULES §§1, 3)."""

from __future__ import annotations

from itertools import pairwise

from scenario import STAGE, check


T1 = STAGE.replace("list CEA", "list CEA resale 1 blocks 5/0 auctions 0/0")
T5 = STAGE.replace("list CEA", "list CEA resale 5")


def test_what_was_bought_today_is_sold_tomorrow() -> None:
    check(
        """
        account new cash 10000.00
        maker: sell #1 10 @ 70.00                -> accepted #1
        new: buy #2 10 @ 70.00                   -> accepted #2, traded #1 #2 10 @ 70.00
        balance new                              -> cash 9300.00, CEA 10 (10 from day 2)
        new: sell 1 @ 70.00                      -> refused RESALE_LOCK
        new: sell 11 @ 70.00                     -> refused INSUFFICIENT_HOLDINGS
        maker: sell #3 1 @ 70.00                 -> accepted #3   -- from a sale it has its cash at once
        maker: withdraw 10700.00                 -> done
        time 1000000                             -> cancelled #3 1 session-close, CEA closed, ended 20250106
        new: sell 1 @ 70.00                      -> refused MARKET_CLOSED
        begin 20250107 until 2000000             -> begun 20250107, CEA trading with blocks
        new: sell #4 10 @ 70.00                  -> accepted #4
        balance new                              -> cash 9300.00, CEA 10 (10 locked)
        """,
        T1,
    )


def test_tonnes_held_before_may_be_sold_all_the_time() -> None:
    check(
        """
        maker: sell #1 10 @ 70.00                -> accepted #1
        taker: buy #2 10 @ 70.00                 -> accepted #2, traded #1 #2 10 @ 70.00
        taker: sell #3 100 @ 71.00               -> accepted #3
        taker: sell 10 @ 71.00                   -> refused RESALE_LOCK
        taker: sell 11 @ 71.00                   -> refused INSUFFICIENT_HOLDINGS
        balance taker                            -> cash 9300.00, CEA 110 (100 locked, 10 from day 2)
        taker: amend #3 to 101                   -> refused RESALE_LOCK
        taker: amend #3 to 111                   -> refused INSUFFICIENT_HOLDINGS
        """,
        T1,
    )


def test_five_trading_days_over_a_week_of_holidays() -> None:
    """Bought on Thursday 2025-09-25, sellable on Friday 2025-10-10.

    The days between are the 26th, 29th, 30th, and the 9th of October: the 1st to
    the 8th are holidays, and the two working Sundays are no trading days.
    """
    days = ["20250925", "20250926", "20250929", "20250930", "20251009", "20251010"]
    lines = [
        "maker: sell #1 10 @ 80.00 -> accepted #1",
        "new: buy #2 10 @ 80.00 -> accepted #2, traded #1 #2 10 @ 80.00",
        "balance new -> cash 9200.00, CEA 10 (10 from day 6)",
    ]
    for number, (day, following) in enumerate(pairwise(days), 1):
        ends = number * 1_000_000
        lines += [
            "new: sell 10 @ 80.00 -> refused RESALE_LOCK",
            f"time {ends} -> CEA closed, ended {day}",
            f"begin {following} until {ends + 1_000_000} -> begun {following}, CEA trading",
        ]
    lines += [
        "balance new -> cash 9200.00, CEA 10",
        "new: sell #3 10 @ 80.00 -> accepted #3",
    ]
    check(
        "\n".join(lines),
        T5.replace("20250106", "20250925") + "account new cash 10000.00",
    )


def test_each_days_purchases_have_a_day_of_their_own() -> None:
    check(
        """
        maker: sell #1 30 @ 70.00 gtc            -> accepted #1
        taker: buy #2 1 @ 70.00                  -> accepted #2, traded #1 #2 1 @ 70.00
        taker: buy #3 2 @ 70.00                  -> accepted #3, traded #1 #3 2 @ 70.00
        time 1000000                             -> CEA closed, ended 20250106
        begin 20250107 until 2000000             -> begun 20250107, CEA trading
        taker: buy #4 4 @ 70.00                  -> accepted #4, traded #1 #4 4 @ 70.00
        balance taker                            -> cash 9510.00, CEA 107 (3 from day 6, 4 from day 7)
        """,
        T5,
    )


def test_a_resting_buy_locks_its_purchases_too() -> None:
    check(
        """
        taker: buy #1 5 @ 70.00 show 2           -> accepted #1
        maker: sell #2 3 @ 70.00                 -> accepted #2, traded #1 #2 2 @ 70.00, refilled #1 2 @ 70.00, traded #1 #2 1 @ 70.00
        balance taker                            -> cash 9790.00 (140.00 locked), CEA 103 (3 from day 2)
        """,
        T1,
    )


def test_blocks_and_auctions_deliver_into_the_lock_too() -> None:
    check(
        """
        account new cash 10000.00
        maker: propose sell 5 @ 70.00 to new     -> block 1 proposed
        new: accept block 1                      -> block 1 accepted by new, block 1 5 @ 70.00 maker to new
        new: propose sell 5 @ 70.00 to maker     -> refused RESALE_LOCK
        new: propose sell 6 @ 70.00 to maker     -> refused INSUFFICIENT_HOLDINGS
        auction of maker sell 3 from 0 to 100    -> auction 1 opened
        new: bid 3 @ 70.00 in 1                  -> bid 1 placed
        time 100                                 -> auction 1 3 @ 70.00 maker to new, bid 1 filled, auction 1 closed 3 @ 70.00 for 210.00
        balance new                              -> cash 9440.00, CEA 8 (8 from day 2)
        """,
        T1,
    )


def test_a_transfer_carries_the_lock_with_it() -> None:
    """Free tonnes go first, then those that may be sold soonest."""
    check(
        """
        account new cash 10000.00 CEA 2
        account new-2 of new
        maker: sell #1 10 @ 70.00                -> accepted #1
        new: buy #2 10 @ 70.00                   -> accepted #2, traded #1 #2 10 @ 70.00
        new: transfer 5 CEA to new-2             -> done
        balance new                              -> cash 9300.00, CEA 7 (7 from day 2)
        balance new-2                            -> cash 0.00, CEA 5 (3 from day 2)
        new-2: sell 3 @ 70.00                    -> refused RESALE_LOCK
        new-2: sell #3 2 @ 70.00                 -> accepted #3
        new: retire 1 CEA                        -> refused RESALE_LOCK
        """,
        T1,
    )


def test_locked_tonnes_may_be_surrendered() -> None:
    check(
        """
        account new cash 10000.00 CEA 2
        obligation new 20 for 2024               -> new owes 20 for 2024
        maker: sell #1 10 @ 70.00                -> accepted #1
        new: buy #2 10 @ 70.00                   -> accepted #2, traded #1 #2 10 @ 70.00
        new: surrender 9 CEA for 2024            -> done, new owes 20 for 2024 surrendered 9
        balance new                              -> cash 9300.00, CEA 3 (1 from day 2)
        """,
        T1,
    )


def test_the_days_count_from_the_terms_of_the_day_of_the_purchase() -> None:
    check(
        """
        maker: sell #1 30 @ 70.00 gtc            -> accepted #1
        taker: buy #2 1 @ 70.00                  -> accepted #2, traded #1 #2 1 @ 70.00
        update CEA resale 1                      -> updated CEA
        taker: buy #3 1 @ 70.00                  -> accepted #3, traded #1 #3 1 @ 70.00
        time 1000000                             -> CEA closed, ended 20250106
        begin 20250107 until 2000000             -> begun 20250107, cancelled #1 28 terms-changed, CEA trading
        maker: sell #4 1 @ 70.00                 -> accepted #4
        taker: buy #5 1 @ 70.00                  -> accepted #5, traded #4 #5 1 @ 70.00
        balance taker                            -> cash 9790.00, CEA 103 (1 from day 3, 2 from day 6)
        """,
        T5,
    )
