"""Which auctions may be opened and which bids placed, by whom and when."""

from __future__ import annotations

from engine.floors import AUCTION_FLOOR, AUCTION_OPENED
from scenario import check


def test_a_buying_auction_without_a_price_to_lock_is_refused() -> None:
    check(
        """
        auction of maker buy 600 from 0 to 200                   -> refused BAD_PARAMETER
        auction of maker buy 600 from 0 to 200 reserve 0.00      -> refused BAD_PARAMETER
        auction of maker buy 600 from 0 to 200 reserve 200.00    -> refused INSUFFICIENT_FUNDS
        auction of maker buy 600 from 0 to 200 reserve 89.99     -> refused PRICE_OUT_OF_BAND
        auction of maker buy 600 from 0 to 200 reserve 90.00     -> auction 1 opened down to 90.00
        """,
        AUCTION_FLOOR.replace("100/900", "100"),
    )


def test_a_window_is_half_open_to_the_nanosecond() -> None:
    check(
        """
        auction of maker sell 500 from 100 to 200   -> auction 1 opened up to 110.00
        time 99                                     -> nothing
        taker: bid 100 @ 100.00 in 1                -> refused WINDOW_CLOSED
        time 100                                    -> nothing
        taker: bid 100 @ 100.00 in 1                -> bid 1 placed
        time 199                                    -> nothing
        taker: bid 100 @ 100.00 in 1                -> bid 2 placed
        time 200                                    -> auction 1 100 @ 100.00 maker to taker, bid 1 filled, auction 1 100 @ 100.00 maker to taker, bid 2 filled, auction 1 closed 200 @ 100.00 for 20000.00
        taker: bid 100 @ 100.00 in 1                -> refused WINDOW_CLOSED
        taker: bid 100 @ 100.00 in 2                -> refused UNKNOWN_AUCTION
        taker: bid 100 @ 100.00 in 0                -> refused UNKNOWN_AUCTION
        """,
        AUCTION_FLOOR,
    )


def test_a_window_lies_within_the_open_day() -> None:
    check(
        """
        time 50
        auction of maker sell 500 from 100 to 100   -> refused BAD_PARAMETER
        auction of maker sell 500 from 200 to 100   -> refused BAD_PARAMETER
        auction of maker sell 500 from 10 to 50     -> refused BAD_PARAMETER   -- it is over
        auction of maker sell 500 from 10 to 1001   -> refused BAD_PARAMETER   -- the day is
        auction of maker sell 500 from 10 to 51     -> auction 1 opened up to 110.00
        auction of maker sell 500 from 100 to 1000  -> auction 2 opened up to 110.00
        time 1000                                   -> auction 1 closed 0, auction 2 closed 0, CEA closed, ended 20250106
        auction of maker sell 500 from 1100 to 1200 -> refused MARKET_CLOSED
        """,
        AUCTION_FLOOR,
    )


def test_bids_lie_between_reserve_and_price_limit() -> None:
    check(
        """
        taker: bid 100 @ 110.01 in 1                -> refused PRICE_OUT_OF_BAND
        taker: bid 100 @ 89.99 in 1                 -> refused BELOW_RESERVE
        taker: bid 100 @ 110.00 in 1                -> bid 1 placed
        taker: bid 100 @ 90.00 in 1                 -> bid 2 placed
        auction of third sell 500 from 0 to 200 reserve 100.00   -> auction 2 opened up to 110.00
        taker: bid 100 @ 99.99 in 2                 -> refused BELOW_RESERVE
        taker: bid 100 @ 100.00 in 2                -> bid 3 placed
        auction of third sell 100 from 0 to 200 reserve 0.00     -> auction 3 opened up to 110.00
        taker: bid 100 @ 0.01 in 3                  -> bid 4 placed
        auction of third sell 100 from 0 to 200 reserve 110.01   -> refused PRICE_OUT_OF_BAND
        """,
        AUCTION_OPENED,
    )


def test_without_a_band_there_is_no_price_limit() -> None:
    check(
        """
        auction of maker sell 500 from 0 to 200     -> auction 1 opened
        taker: bid 1 @ 90000.00 in 1                -> bid 1 placed
        taker: bid 1 @ 0.01 in 1                    -> bid 2 placed
        """,
        AUCTION_FLOOR.replace("100/900", "0/0"),
    )


def test_bids_are_for_whole_lots_at_ticks() -> None:
    check(
        """
        taker: bid 5 @ 100.00 in 1                  -> refused BAD_QTY
        taker: bid 0 @ 100.00 in 1                  -> refused BAD_QTY
        taker: bid -10 @ 100.00 in 1                -> refused BAD_QTY
        taker: bid 3000000000 @ 100.00 in 1         -> refused BAD_QTY
        taker: bid 10 @ 100.01 in 1                 -> refused BAD_TICK
        taker: bid 10 @ 0.00 in 1                   -> refused BAD_TICK
        taker: bid 10 @ 100.05 in 1                 -> bid 1 placed
        auction of third sell 15 from 0 to 200      -> refused BAD_QTY
        auction of third sell 0 from 0 to 200       -> refused BAD_QTY
        """,
        AUCTION_OPENED.replace("band", "lot 10 tick 0.05 band"),
    )


def test_a_participants_bids_are_limited_together() -> None:
    check(
        """
        account taker-2 of taker cash 100000.00
        auction of third sell 900 from 0 to 200 limit 700   -> auction 2 opened up to 110.00
        taker: bid 501 @ 100.00 in 1                -> refused BID_LIMIT
        taker: bid 300 @ 100.00 in 1                -> bid 1 placed
        taker-2: bid 201 @ 100.00 in 1              -> refused BID_LIMIT
        taker-2: bid 200 @ 100.00 in 1              -> bid 2 placed
        taker: bid 1 @ 100.00 in 1                  -> refused BID_LIMIT
        taker: bid 600 @ 100.00 in 2                -> bid 3 placed
        taker-2: cancel-bid 2                       -> bid 2 cancelled
        taker: bid 100 @ 100.00 in 1                -> bid 4 placed
        """,
        AUCTION_OPENED.replace("100/900", "100/900/500"),
    )


def test_nobody_bids_or_sells_on_credit() -> None:
    check(
        """
        account poor cash 1000.00 CEA 5
        poor: bid 10 @ 100.01 in 1                  -> refused INSUFFICIENT_FUNDS
        poor: bid 10 @ 100.00 in 1                  -> bid 1 placed
        balance poor                                -> cash 1000.00 (1000.00 locked), CEA 5
        poor: buy 1 @ 100.00                        -> refused INSUFFICIENT_FUNDS
        auction of poor sell 6 from 0 to 200        -> refused INSUFFICIENT_HOLDINGS
        maker: sell 1 @ 100.00                      -> refused INSUFFICIENT_HOLDINGS   -- its auction needs them
        poor: cancel-bid 1                          -> bid 1 cancelled
        balance poor                                -> cash 1000.00, CEA 5
        poor: cancel-bid 1                          -> refused UNKNOWN_BID
        """,
        AUCTION_OPENED,
    )


def test_a_position_limit_counts_what_bids_may_bring() -> None:
    check(
        """
        taker: bid 500 @ 100.00 in 1                -> bid 1 placed
        taker: bid 1 @ 100.00 in 1                  -> refused POSITION_LIMIT
        taker: buy 1 @ 100.00                       -> refused POSITION_LIMIT
        auction of taker buy 1 from 0 to 200        -> refused POSITION_LIMIT
        auction of third buy 500 from 0 to 200      -> auction 2 opened down to 90.00
        third: buy 1 @ 100.00                       -> refused POSITION_LIMIT
        time 200                                    -> auction 1 500 @ 100.00 maker to taker, bid 1 filled, auction 1 closed 500 @ 100.00 for 50000.00, auction 2 closed 0
        taker: buy 1 @ 100.00                       -> refused POSITION_LIMIT
        third: buy #1 1 @ 100.00                    -> accepted #1
        """,
        AUCTION_OPENED.replace("band", "position 1500 large 0 band"),
    )


def test_a_participant_never_bids_in_its_own_auction() -> None:
    check(
        """
        account maker-2 of maker cash 100000.00
        maker: bid 100 @ 100.00 in 1                -> refused SELF_TRADE
        maker-2: bid 100 @ 100.00 in 1              -> refused SELF_TRADE
        """,
        AUCTION_OPENED,
    )


def test_only_a_trading_key_of_the_participant_may_bid() -> None:
    check(
        """
        key k-1 of third trade
        key k-2 of taker read operate
        taker: bid 100 @ 100.00 in 1 as k-1         -> refused NOT_PERMITTED
        taker: bid 100 @ 100.00 in 1 as k-2         -> refused NOT_PERMITTED
        taker: bid 100 @ 100.00 in 1                -> bid 1 placed
        taker: cancel-bid 1 as k-1                  -> refused NOT_PERMITTED
        third: cancel-bid 1 as k-1                  -> refused UNKNOWN_BID
        nobody: bid 100 @ 100.00 in 9               -> refused UNKNOWN_ACCOUNT
        nobody: cancel-bid 1                        -> refused UNKNOWN_ACCOUNT
        auction of nobody sell 500 from 0 to 200    -> refused UNKNOWN_ACCOUNT
        auction of third sell 500 CCER from 0 to 200   -> refused UNKNOWN_INSTRUMENT
        """,
        AUCTION_OPENED,
    )


def test_a_ref_opens_and_bids_once() -> None:
    check(
        f"""
        key k-1 of maker operate
        key k-2 of taker trade
        auction of third sell 500 from 0 to 200 ref a-1            -> auction 2 opened up to 110.00
        auction of third sell 500 from 0 to 200 ref a-1 as k-1     -> auction 2 opened before up to 110.00
        auction of third sell 500 from 0 to 200 ref a-1 as k-2     -> refused NOT_PERMITTED
        auction of third sell 500 from 0 to 201 ref a-1            -> refused DUPLICATE_CLIENT_REF
        auction of third sell 500 from 0 to 200 ref a-1 reserve 90.00   -> refused DUPLICATE_CLIENT_REF   -- said otherwise
        auction of third sell 500 from 0 to 200 ref {"r" * 37}     -> refused BAD_NAME
        taker: bid 100 @ 100.00 in 1 ref b-1                       -> bid 1 placed
        taker: bid 100 @ 100.00 in 1 ref b-1 as k-2                -> bid 1 placed before
        taker: bid 101 @ 100.00 in 1 ref b-1                       -> refused DUPLICATE_CLIENT_REF
        taker: bid 100 @ 100.00 in 1 ref {"r" * 37}                -> refused BAD_NAME
        taker: cancel-bid 1                                        -> bid 1 cancelled
        time 200                                                   -> auction 1 closed 0, auction 2 closed 0
        taker: bid 100 @ 100.00 in 1 ref b-1                       -> bid 1 placed before
        auction of third sell 500 from 0 to 200 ref a-1            -> auction 2 opened before up to 110.00
        balance third                                              -> cash 100000.00, CEA 1000
        """,
        AUCTION_OPENED,
    )


def test_refs_and_bids_are_capped() -> None:
    check(
        """
        account small cash 100000.00 orders 1 ids 3     -- one ref is used up
        small: bid 1 @ 100.00 in 1                  -> bid 1 placed
        small: bid 1 @ 100.00 in 1                  -> refused TOO_MANY_OPEN_ORDERS
        small: cancel-bid 1                         -> bid 1 cancelled
        small: bid 1 @ 100.00 in 1                  -> bid 2 placed
        small: cancel-bid 2                         -> bid 2 cancelled
        small: bid 1 @ 100.00 in 1                  -> refused TOO_MANY_CLIENT_IDS
        auction of small buy 1 from 0 to 200        -> refused TOO_MANY_CLIENT_IDS
        """,
        AUCTION_OPENED,
    )


def test_a_halt_refuses_bids_and_does_not_stop_the_window() -> None:
    check(
        """
        taker: bid 100 @ 100.00 in 1                -> bid 1 placed
        taker: bid 100 @ 101.00 in 1                -> bid 2 placed
        halt CEA                                    -> CEA halted
        taker: bid 100 @ 100.00 in 1                -> refused HALTED
        taker: cancel-bid 1                         -> bid 1 cancelled
        resume CEA                                  -> CEA trading
        time 200                                    -> auction 1 100 @ 101.00 maker to taker, bid 2 filled, auction 1 closed 100 @ 101.00 for 10100.00
        """,
        AUCTION_OPENED,
    )


def test_nothing_settles_in_a_halt() -> None:
    """An auction whose window ends in one is cancelled, and all is released."""
    check(
        """
        taker: bid 100 @ 100.00 in 1                -> bid 1 placed
        halt CEA                                    -> CEA halted
        close-auction 1                             -> refused HALTED
        time 200                                    -> bid 1 auction-cancelled, auction 1 cancelled
        balance maker                               -> cash 100000.00, CEA 1000
        balance taker                               -> cash 100000.00, CEA 1000
        """,
        AUCTION_OPENED,
    )


def test_a_bid_on_what_is_over_is_refused_for_what_can_be_known_first() -> None:
    check(
        """
        time 200                                    -> auction 1 closed 0
        taker: bid 0 @ 100.00 in 1                  -> refused BAD_QTY
        taker: bid 100 @ 100.00 in 1                -> refused WINDOW_CLOSED
        restrict taker cancel-only                  -> restricted taker cancel-only
        taker: bid 0 @ 100.00 in 1                  -> refused RESTRICTED
        """,
        AUCTION_OPENED,
    )


def test_an_instrument_without_auctions_has_none() -> None:
    check("auction of maker sell 50 from 0 to 200    -> refused NOT_TRADABLE")


def test_who_may_only_sell_bids_only_to_sell() -> None:
    check(
        """
        auction of third buy 500 from 0 to 300      -> auction 2 opened down to 90.00
        auction of taker buy 100 from 0 to 300      -> auction 3 opened down to 90.00
        auction of taker sell 100 from 0 to 300     -> auction 4 opened up to 110.00
        taker: bid 100 @ 100.00 in 1                -> bid 1 placed
        taker: bid 100 @ 90.00 in 2                 -> bid 2 placed
        restrict taker sell-only                    -> restricted taker sell-only, bid 1 restricted, auction 3 cancelled
        taker: bid 100 @ 100.00 in 1                -> refused RESTRICTED
        taker: bid 100 @ 90.00 in 2                 -> bid 3 placed
        auction of taker buy 100 from 0 to 300      -> refused RESTRICTED
        auction of taker sell 100 from 0 to 300     -> auction 5 opened up to 110.00
        """,
        AUCTION_OPENED,
    )


def test_who_may_only_cancel_keeps_its_bids_and_may_take_them_back() -> None:
    check(
        """
        taker: bid 100 @ 100.00 in 1                -> bid 1 placed
        taker: bid 100 @ 101.00 in 1                -> bid 2 placed
        restrict taker cancel-only                  -> restricted taker cancel-only
        taker: bid 100 @ 100.00 in 1                -> refused RESTRICTED
        taker: cancel-bid 1                         -> bid 1 cancelled
        time 200                                    -> auction 1 100 @ 101.00 maker to taker, bid 2 filled, auction 1 closed 100 @ 101.00 for 10100.00
        taker: bid 100 @ 100.00 in 1                -> refused RESTRICTED
        """,
        AUCTION_OPENED,
    )


def test_who_may_only_sell_is_told_that_an_auction_is_over() -> None:
    """It is not told what was auctioned; who may not even sell is refused for that."""
    check(
        """
        restrict taker sell-only                    -> restricted taker sell-only
        restrict third cancel-only                  -> restricted third cancel-only
        time 200                                    -> auction 1 closed 0
        taker: bid 100 @ 100.00 in 1                -> refused WINDOW_CLOSED
        third: bid 100 @ 100.00 in 1                -> refused RESTRICTED
        """,
        AUCTION_OPENED,
    )
