"""Which kinds of order an instrument takes."""

from __future__ import annotations

import pytest

from carbonex.engine import ALL_KINDS, CallTerms, ListInstrument, OrderKind
from carbonex.engine.market.bounds import bad_terms
from engine.floors import TRADERS
from scenario import check


ORDERS = {
    "market": "taker: buy 5 @ market",
    "stop": "taker: buy 5 @ 71.00 stop 71.00",
    "iceberg": "taker: buy 5 @ 69.00 show 1",
    "fok": "taker: buy 5 @ 70.00 fok",
    "ioc": "taker: buy 5 @ 69.00 ioc",
    "post_only": "taker: buy 5 @ 69.00 post-only",
}


def stage(kinds: str) -> str:
    """Return a trading day of an instrument that takes ``kinds``, with an offer."""
    return f"list CEA kinds {kinds}\n{TRADERS}\nbegin 20250106\nmaker: sell 9 @ 70.00"


@pytest.mark.parametrize("kind", ORDERS)
def test_a_kind_that_is_not_named_is_refused(kind: str) -> None:
    others = ",".join(name for name in ORDERS if name != kind)
    check(f"{ORDERS[kind]} -> refused KIND_NOT_ALLOWED", stage(others))
    check("taker: buy 5 @ 69.00 -> accepted #2", stage("none"))


@pytest.mark.parametrize("kind", ORDERS)
def test_the_only_kind_that_is_named_is_taken(kind: str) -> None:
    told = {
        "market": "accepted #2 @ 70.00, traded #1 #2 5 @ 70.00",
        "fok": "accepted #2, traded #1 #2 5 @ 70.00",
        "ioc": "accepted #2, cancelled #2 5 ioc",
    }.get(kind, "accepted #2")
    if kind == "market":
        told = "accepted #2 @ 77.00, traded #1 #2 5 @ 70.00"
    check(f"{ORDERS[kind]} -> {told}", stage(kind))


def test_a_stop_order_without_a_limit_is_a_stop_order() -> None:
    check(
        "taker: buy 5 @ market stop 71.00 -> refused KIND_NOT_ALLOWED", stage("market")
    )


def test_where_no_market_orders_are_taken_a_stop_order_has_a_limit() -> None:
    """Without one it would be a market order as soon as it is reached."""
    check(
        """
        taker: buy 5 @ market stop 71.00       -> refused KIND_NOT_ALLOWED
        taker: buy #2 5 @ 71.00 stop 71.00     -> accepted #2
        """,
        stage("stop"),
    )
    check(
        "taker: buy #2 5 @ market stop 71.00 -> accepted #2 @ 78.10",
        stage("stop,market"),
    )


def test_every_other_reason_that_comes_before_is_told_first() -> None:
    check(
        """
        taker: buy 9999 @ 70.00 fok     -> refused INSUFFICIENT_FUNDS
        maker: buy 5 @ 70.00 fok        -> refused SELF_TRADE
        taker: buy 99 @ 70.00 fok       -> refused KIND_NOT_ALLOWED
        taker: buy 5 @ 70.00 post-only  -> refused KIND_NOT_ALLOWED
        """,
        stage("none"),
    )


def test_an_amendment_makes_no_order_of_another_kind() -> None:
    """Whatever rests was taken as it is, and stays of that kind."""
    check(
        """
        taker: buy #2 5 @ 69.00        -> accepted #2
        taker: amend #2 stop 71.00     -> refused BAD_PARAMETER
        taker: amend #2 to 6 @ 68.00   -> amended #2 to 6 @ 68.00 losing priority
        taker: amend #2 to 3           -> amended #2 to 3 @ 68.00 keeping priority
        """,
        stage("none"),
    )


def test_new_terms_end_the_orders_that_rest_and_wait() -> None:
    """They are cancelled as by any change of terms, so that none is left over."""
    check(
        """
        taker: buy #2 5 @ 71.00 stop 71.00 gtc -> accepted #2
        taker: buy #3 5 @ 69.00 show 1 gtc     -> accepted #3
        update CEA kinds fok                   -> updated CEA
        taker: buy #4 5 @ 69.00 show 1 gtc     -> accepted #4
        time 20250107T00:00 -> cancelled #1 9 session-close, CEA closed, ended 20250106
        begin 20250107 -> begun 20250107, cancelled #2 5 terms-changed, cancelled #3 5 terms-changed, cancelled #4 5 terms-changed, CEA trading
        taker: buy 5 @ 69.00 show 1            -> refused KIND_NOT_ALLOWED
        taker: buy 5 @ 71.00 stop 71.00        -> refused KIND_NOT_ALLOWED
        """,
        stage("all"),
    )


def test_a_call_takes_none_of_what_trades_at_once_whatever_the_terms_say() -> None:
    terms = ListInstrument("", "CEA", calls=CallTerms(60))
    assert terms.order_kinds is ALL_KINDS
    check(
        "taker: buy 5 @ 70.00 fok -> refused KIND_NOT_ALLOWED",
        f"list CEA call-open 60\n{TRADERS}\nbegin 20250106",
    )


def test_a_kind_that_there_is_not_is_refused() -> None:
    rejected = bad_terms(ListInstrument("", "CEA", order_kinds=OrderKind(64)))
    assert rejected is not None
    assert (rejected.param, rejected.value, rejected.limit) == ("order_kinds", 64, 63)
