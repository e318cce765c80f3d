"""Supervision restricts a participant: to selling, to cancelling, or altogether."""

from __future__ import annotations

import pytest

from scenario import check


def test_only_an_operator_restricts_a_participant() -> None:
    check("""
        key op of third operate
        key no of third read trade registry
        restrict maker suspended as no          -> refused NOT_PERMITTED
        restrict nobody suspended as op         -> refused UNKNOWN_PARTICIPANT
        restrict maker suspended as op          -> restricted maker suspended
        restrict maker none as op               -> restricted maker none
    """)


def test_who_may_only_sell_loses_its_buys() -> None:
    check("""
        account maker-2 of maker cash 1000.00 CEA 10
        maker-2: buy #1 1 @ 60.00               -> accepted #1
        maker: sell #2 1 @ 70.00                -> accepted #2
        maker: buy #3 2 @ 61.00                 -> accepted #3
        maker-2: sell #4 1 @ 71.00              -> accepted #4
        maker: buy #5 3 @ 60.00 gtc             -> accepted #5
        third: buy #6 1 @ 59.00                 -> accepted #6
        restrict maker sell-only                -> restricted maker sell-only, cancelled #1 1 restricted, cancelled #3 2 restricted, cancelled #5 3 restricted
        book                                    -> 1@59.00 | 1@70.00 1@71.00
        balance maker                           -> cash 10000.00, CEA 100 (1 locked)
        balance maker-2                         -> cash 1000.00, CEA 10 (1 locked)
        maker: buy 1 @ 60.00                    -> refused RESTRICTED
        maker-2: buy 1 @ market                 -> refused RESTRICTED
        maker: sell #7 1 @ 59.00                -> accepted #7, traded #6 #7 1 @ 59.00
        taker: buy #8 1 @ 70.00                 -> accepted #8, traded #2 #8 1 @ 70.00
        maker-2: cancel #4                      -> cancelled #4 1
    """)


def test_who_may_only_cancel_keeps_its_orders() -> None:
    check("""
        maker: buy #1 2 @ 60.00                 -> accepted #1
        maker: sell #2 1 @ 70.00                -> accepted #2
        restrict maker cancel-only              -> restricted maker cancel-only
        maker: buy 1 @ 60.00                    -> refused RESTRICTED
        maker: sell 1 @ 70.00                   -> refused RESTRICTED
        taker: buy #3 1 @ 70.00                 -> accepted #3, traded #2 #3 1 @ 70.00
        maker: cancel #1                        -> cancelled #1 2
    """)


def test_who_is_suspended_loses_every_order() -> None:
    check("""
        account maker-2 of maker cash 1000.00 CEA 10
        maker: buy #1 2 @ 60.00                 -> accepted #1
        maker-2: sell #2 1 @ 70.00              -> accepted #2
        maker: sell #3 4 @ 70.00                -> accepted #3
        taker: buy #4 2 @ 70.00                 -> accepted #4, traded #2 #4 1 @ 70.00, traded #3 #4 1 @ 70.00
        restrict maker suspended                -> restricted maker suspended, cancelled #1 2 restricted, cancelled #3 3 restricted
        book                                    -> - | -
        balance maker                           -> cash 10070.00, CEA 99
        maker: sell 1 @ 70.00                   -> refused RESTRICTED
        maker-2: buy 1 @ 60.00                  -> refused RESTRICTED
    """)


def test_orders_that_wait_for_their_price_end_as_well() -> None:
    check("""
        maker: buy #1 1 @ 72.00 stop 71.00      -> accepted #1
        maker: sell #2 1 @ 58.00 stop 59.00     -> accepted #2
        restrict maker sell-only                -> restricted maker sell-only, cancelled #1 1 restricted
        restrict maker suspended                -> restricted maker suspended, cancelled #2 1 restricted
        balance maker                           -> cash 10000.00, CEA 100
    """)


def test_a_restriction_is_changed_and_lifted() -> None:
    check("""
        maker: buy #1 1 @ 60.00                 -> accepted #1
        restrict maker cancel-only              -> restricted maker cancel-only
        restrict maker sell-only                -> restricted maker sell-only, cancelled #1 1 restricted
        restrict maker sell-only                -> restricted maker sell-only   -- nothing is left to end
        maker: sell #2 1 @ 70.00                -> accepted #2
        restrict maker suspended                -> restricted maker suspended, cancelled #2 1 restricted
        restrict maker none                     -> restricted maker none
        restrict maker none                     -> restricted maker none
        maker: buy #3 1 @ 60.00                 -> accepted #3
        maker: sell #4 1 @ 70.00                -> accepted #4
    """)


def test_a_restriction_holds_for_accounts_opened_later() -> None:
    check("""
        restrict maker sell-only
        account maker-2 of maker cash 1000.00 CEA 10
        maker-2: buy 1 @ 60.00                  -> refused RESTRICTED
        maker-2: sell #1 1 @ 70.00              -> accepted #1
        restrict maker none
        maker-2: buy #2 1 @ 60.00               -> accepted #2
    """)


@pytest.mark.parametrize("restriction", ["sell-only", "cancel-only", "suspended"])
def test_the_registry_still_moves_what_a_restricted_participant_has(
    restriction: str,
) -> None:
    check(f"""
        restrict maker {restriction}
        maker: deposit 1.00                     -> done
        maker: withdraw 10001.00                -> done
        maker: issue 20 CEA                     -> done
        maker: transfer 10 CEA to taker         -> done
        taker: transfer 1 CEA to maker          -> done
        obligation maker 10 for 2024            -> maker owes 10 for 2024
        maker: surrender 10 CEA for 2024        -> done, maker owes 10 for 2024 surrendered 10
        maker: retire 101 CEA                   -> done
        balance maker                           -> cash 0.00
    """)


def test_a_participant_is_restricted_in_any_phase() -> None:
    check("""
        maker: buy #1 1 @ 60.00 gtc             -> accepted #1
        maker: sell #2 1 @ 70.00 gtc            -> accepted #2
        halt CEA
        restrict maker sell-only                -> restricted maker sell-only, cancelled #1 1 restricted
        time 1000000
        restrict maker suspended                -> restricted maker suspended, cancelled #2 1 restricted
    """)


# Blocks of 10 t and auctions are allowed as well.
OFF_BOOK = """
    list CEA blocks 10/0 auctions 0
    account maker cash 10000.00 CEA 1000
    account taker cash 10000.00 CEA 1000
    account third cash 10000.00 CEA 1000
    begin 20250106 until 1000000
    taker: propose buy 10 @ 60.00 to maker
    maker: propose buy 20 @ 61.00 to taker
    maker: propose sell 30 @ 70.00 to taker
    taker: propose sell 40 @ 71.00 to maker
    third: propose sell 50 @ 72.00 to taker
    auction of third sell 100 from 0 to 900000 open
    auction of third buy 100 from 0 to 900000 reserve 50.00 open
    maker: bid 5 @ 60.00 in 1
    taker: bid 6 @ 60.00 in 1
    maker: bid 7 @ 50.00 in 2
"""


def test_who_may_only_sell_loses_the_offers_in_which_it_buys() -> None:
    check(
        """
        restrict maker sell-only    -> restricted maker sell-only, block 2 restricted, block 4 restricted, bid 1 restricted
        balance maker               -> cash 10000.00, CEA 1000 (37 locked)
        taker: accept block 3       -> block 3 accepted by taker, block 3 30 @ 70.00 maker to taker
        maker: accept block 1       -> block 1 accepted by maker, block 1 10 @ 60.00 maker to taker
        """,
        OFF_BOOK,
    )


def test_who_may_only_cancel_keeps_its_offers() -> None:
    check(
        """
        restrict maker cancel-only  -> restricted maker cancel-only
        maker: accept block 1       -> refused RESTRICTED
        maker: withdraw-block 2     -> block 2 withdrawn
        maker: cancel-bid 1         -> bid 1 cancelled
        """,
        OFF_BOOK,
    )


def test_who_is_suspended_loses_every_offer_after_its_orders() -> None:
    check(
        """
        maker: sell #1 1 @ 90.00    -> accepted #1
        restrict maker suspended    -> restricted maker suspended, cancelled #1 1 restricted, block 1 restricted, block 2 restricted, block 3 restricted, block 4 restricted, bid 1 restricted, bid 3 restricted
        balance maker               -> cash 10000.00, CEA 1000
        taker: accept block 5       -> block 5 accepted by taker, block 5 50 @ 72.00 third to taker
        """,
        OFF_BOOK,
    )


def test_the_auctions_of_who_is_suspended_are_cancelled() -> None:
    check(
        """
        restrict third sell-only    -> restricted third sell-only, bid 3 auction-cancelled, auction 2 cancelled
        restrict third suspended    -> restricted third suspended, block 5 restricted, bid 1 auction-cancelled, bid 2 auction-cancelled, auction 1 cancelled
        balance maker               -> cash 10000.00 (1220.00 locked), CEA 1000 (30 locked)
        """,
        OFF_BOOK,
    )


def test_a_stop_order_of_who_may_not_trade_is_cancelled_when_it_is_reached() -> None:
    check("""
        maker: sell #1 2 @ 70.00                -> accepted #1
        taker: buy #2 1 @ 72.00 stop 70.00      -> accepted #2
        taker: sell #3 1 @ 60.00 stop 70.00     -> accepted #3
        third: buy #4 1 @ 71.00 stop 70.00      -> accepted #4
        restrict taker cancel-only              -> restricted taker cancel-only
        third: buy #5 1 @ 70.00                 -> accepted #5, traded #1 #5 1 @ 70.00, cancelled #2 1 restricted, triggered #4, traded #1 #4 1 @ 70.00, cancelled #3 1 restricted
        balance taker                           -> cash 10000.00, CEA 100
    """)
