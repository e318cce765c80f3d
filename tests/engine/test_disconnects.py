"""Cancel on disconnect: a session's orders go when its client does not come back."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from carbonex.engine import (
    BUY,
    SELL,
    AddKey,
    BeginDay,
    CancelReason,
    Exchange,
    ListInstrument,
    OrderCancelled,
    OrderStands,
    Permission,
    PlaceOrder,
    Reason,
    Rejected,
    SessionClosed,
    SessionEnd,
    SessionOpened,
)
from carbonex.engine.registry.sessions import MAX_SESSIONS
from driver import Driver, admitted, replay
from scenario import STAGE, check


KEYED = f"""{STAGE}
    key k-m of maker trade
    key k-t of taker trade
"""


def test_without_any_grace_its_orders_go_with_the_connection() -> None:
    check(
        """
        session mm by k-m on c-1                   -> nothing
        maker: sell #1 5 @ 70.00 in mm             -> accepted #1
        maker: sell #2 5 @ 71.00                   -> accepted #2
        maker: buy #3 5 @ 60.00 in mm              -> accepted #3
        taker: buy #4 2 @ 61.00 in mm              -> accepted #4
        lost mm of maker on c-1                    -> cancelled #1 5 disconnected, cancelled #3 5 disconnected
        book                                       -> 2@61.00 | 5@71.00
        balance maker                              -> cash 10000.00, CEA 100 (5 locked)
        lost mm of maker on c-1                    -> nothing
    """,
        KEYED,
    )


def test_after_its_grace_they_go_by_number_whatever_they_are() -> None:
    """Stops that wait and icebergs go, blocks stay; the other session's stay."""
    check(
        """
        open second of maker                       -> opened second
        second: deposit 1000.00                    -> done
        session mm by k-m on c-1 grace 500         -> nothing
        session other by k-m on c-2 grace 500      -> nothing
        second: buy #1 1 @ 50.00 in mm             -> accepted #1
        maker: sell #2 9 @ 70.00 show 2 in mm      -> accepted #2
        maker: sell #3 5 @ 60.00 stop 65.00 in mm  -> accepted #3
        maker: sell #4 5 @ 71.00 in other          -> accepted #4
        taker: buy #5 1 @ 70.00                    -> accepted #5, traded #2 #5 1 @ 70.00
        time 100                                   -> nothing
        lost mm of maker on c-1                    -> nothing
        time 599                                   -> nothing
        time 600                                   -> cancelled #1 1 disconnected, cancelled #2 8 disconnected, cancelled #3 5 disconnected
        book                                       -> - | 5@71.00
        time 9000                                  -> nothing
    """,
        KEYED,
    )


def test_who_comes_back_within_the_grace_keeps_them() -> None:
    check(
        """
        session mm by k-m on c-1 grace 500         -> nothing
        maker: sell #1 5 @ 70.00 in mm             -> accepted #1
        lost mm of maker on c-1                    -> nothing
        time 499                                   -> nothing
        session mm by k-m on c-2 grace 200         -> nothing
        time 5000                                  -> nothing
        lost mm of maker on c-2                    -> nothing
        time 5200                                  -> cancelled #1 5 disconnected
    """,
        KEYED,
    )


def test_at_the_very_end_of_the_grace_it_is_too_late() -> None:
    check(
        """
        session mm by k-m on c-1 grace 500         -> nothing
        maker: sell #1 5 @ 70.00 in mm             -> accepted #1
        lost mm of maker on c-1                    -> nothing
        time 500                                   -> cancelled #1 5 disconnected
        session mm by k-m on c-2 grace 500         -> nothing
        maker: sell #2 5 @ 70.00 in mm             -> accepted #2
    """,
        KEYED,
    )


def test_a_connection_that_was_taken_over_from_cancels_nothing() -> None:
    check(
        """
        session mm by k-m on c-1                   -> nothing
        maker: sell #1 5 @ 70.00 in mm             -> accepted #1
        session mm by k-m on c-2                   -> nothing
        lost mm of maker on c-1                    -> nothing
        logout mm of maker on c-1 cancelling       -> nothing
        book                                       -> - | 5@70.00
        lost mm of maker on c-2                    -> cancelled #1 5 disconnected
    """,
        KEYED,
    )


def test_a_login_that_does_not_ask_for_it_keeps_the_orders() -> None:
    check(
        """
        session mm by k-m on c-1 grace 500         -> nothing
        maker: sell #1 5 @ 70.00 in mm             -> accepted #1
        lost mm of maker on c-1                    -> nothing
        session mm by k-m on c-2 keeping           -> nothing
        time 5000                                  -> nothing
        lost mm of maker on c-2                    -> nothing
        session new by k-m on c-2 keeping          -> nothing
        book                                       -> - | 5@70.00
    """,
        KEYED,
    )


def test_a_clean_logout_cancels_only_if_asked() -> None:
    check(
        """
        session mm by k-m on c-1                   -> nothing
        maker: sell #1 5 @ 70.00 in mm             -> accepted #1
        logout mm of maker on c-1                  -> nothing
        lost mm of maker on c-1                    -> nothing
        maker: sell #2 5 @ 70.00 in mm             -> accepted #2
        session mm by k-m on c-2                   -> nothing
        logout mm of maker on c-2 cancelling       -> cancelled #1 5, cancelled #2 5
        maker: sell #3 5 @ 70.00 in plain          -> accepted #3
        logout plain of maker on c-3 cancelling    -> cancelled #3 5
    """,
        KEYED,
    )


def test_two_participants_may_use_the_same_name() -> None:
    check(
        """
        session mm by k-m on c-1                   -> nothing
        session mm by k-t on c-2                   -> nothing
        maker: sell #1 5 @ 70.00 in mm             -> accepted #1
        taker: buy #2 5 @ 60.00 in mm              -> accepted #2
        lost mm of taker on c-2                    -> cancelled #2 5 disconnected
        book                                       -> - | 5@70.00
    """,
        KEYED,
    )


def test_after_a_restart_every_grace_begins_anew() -> None:
    """Also one that has run out meanwhile, and that of a client who was there."""
    check(
        """
        session gone by k-m on c-1 grace 500       -> nothing
        session there by k-m on c-2 grace 700      -> nothing
        session strict by k-m on c-3               -> nothing
        maker: sell #1 5 @ 70.00 in gone           -> accepted #1
        maker: sell #2 5 @ 71.00 in there          -> accepted #2
        maker: sell #3 5 @ 72.00 in strict         -> accepted #3
        time 100                                   -> nothing
        lost gone of maker on c-1                  -> nothing
        restart 1000                               -> cancelled #3 5 disconnected
        time 1499                                  -> nothing
        session gone by k-m on c-4 grace 500       -> nothing
        time 1700                                  -> cancelled #2 5 disconnected
        restart 2000                               -> nothing
        restart 2300                               -> nothing
        lost gone of maker on c-4                  -> nothing
        time 2799                                  -> nothing
        time 2800                                  -> cancelled #1 5 disconnected
    """,
        KEYED,
    )


def test_another_gateways_restart_leaves_its_clients_alone() -> None:
    driver = _with_an_order()
    other = Driver(gateway=2, time_ns=100)
    driver.exchange.apply(other.batches[0])
    (session,) = driver.exchange.sessions.values()
    assert session.ends_ns == 0
    driver.time_ns = 200
    assert driver.reopen().due == []
    assert session.ends_ns == 700


def test_expiries_come_before_the_end_of_a_grace() -> None:
    check(
        """
        session mm by k-m on c-1 grace 500            -> nothing
        maker: sell #1 5 @ 70.00 in mm                -> accepted #1
        maker: sell #2 5 @ 70.00 good-till 500 in mm  -> accepted #2
        lost mm of maker on c-1                       -> nothing
        time 500                                      -> cancelled #2 5 expired, cancelled #1 5 disconnected
    """,
        KEYED,
    )


def test_they_go_before_the_day_ends() -> None:
    check(
        """
        session mm by k-m on c-1 grace 1000000        -> nothing
        maker: sell #1 5 @ 70.00 in mm                -> accepted #1
        maker: sell #2 5 @ 70.00                      -> accepted #2
        lost mm of maker on c-1                       -> nothing
        time 1000000                                  -> cancelled #1 5 disconnected, cancelled #2 5 session-close, CEA closed, ended 20250106
    """,
        KEYED,
    )


def test_an_order_sent_again_by_the_next_session_is_the_same() -> None:
    driver = _with_an_order()
    order = replace(ORDER, session="")
    (stands,) = driver.do(order)
    assert isinstance(stands, OrderStands)
    assert stands.order.session == "mm"
    (clash,) = driver.do(replace(order, quantity=6))
    assert clash == Rejected(Reason.DUPLICATE_CLIENT_ORDER_ID, "client_order_id")


@pytest.mark.parametrize(
    ("changes", "reason", "param"),
    [
        ({"key": "k-m"}, Reason.NOT_PERMITTED, ""),
        ({"key_id": "nobody"}, Reason.UNKNOWN_KEY, "key_id"),
        ({"session": ""}, Reason.BAD_NAME, "session"),
        ({"session": "x" * 37}, Reason.BAD_NAME, "session"),
        ({"connection": ""}, Reason.BAD_NAME, "connection"),
        ({"grace_ns": -1}, Reason.BAD_PARAMETER, "grace"),
        ({"grace_ns": 3_600 * 10**9 + 1}, Reason.BAD_PARAMETER, "grace"),
    ],
)
def test_what_makes_no_session_is_refused(
    changes: dict[str, object], reason: Reason, param: str
) -> None:
    driver = _with_an_order()
    good = SessionOpened("", "k-m", "new", "c-9", 3_600 * 10**9)
    (refused,) = driver.do(replace(good, **changes))
    assert isinstance(refused, Rejected)
    assert (refused.reason, refused.param) == (reason, param)
    assert driver.do(good) == []


def test_only_the_venue_says_that_a_session_is_closed() -> None:
    driver = _with_an_order()
    closed = SessionClosed("", "maker", "mm", "c-1")
    refused = driver.do(replace(closed, key="k-m"))
    assert refused == [Rejected(Reason.NOT_PERMITTED)]
    (refusal,) = driver.do(replace(closed, participant="nobody"))
    assert refusal == Rejected(Reason.UNKNOWN_PARTICIPANT, "participant")


def test_sessions_are_limited_in_number_and_forgotten_when_they_end() -> None:
    driver = _with_an_order()
    for number in range(MAX_SESSIONS - 1):
        assert driver.do(SessionOpened("", "k-m", f"s-{number}", "c-2", 1)) == []
    one_more = SessionOpened("", "k-m", "one-more", "c-3")
    (refused,) = driver.do(one_more)
    assert refused == Rejected(
        Reason.TOO_MANY_SESSIONS, "session", MAX_SESSIONS, MAX_SESSIONS
    )
    assert driver.do(SessionOpened("", "k-m", "s-1", "c-4")) == []  # known
    assert driver.do(replace(one_more, cancel_on_disconnect=False)) == []
    driver.do(SessionClosed("", "maker", "s-0", "c-2", SessionEnd.LOGOUT))
    assert driver.do(one_more) == []
    driver.exchange.check()


def test_it_holds_in_a_snapshot_and_in_a_replay() -> None:
    driver = _with_an_order()
    driver.do(SessionClosed("", "maker", "mm", "c-1"))
    restored = Exchange.restore(driver.exchange.snapshot())
    driver.time_ns = 600
    applied = driver.reopen()
    assert restored.apply(driver.batches[-1]) == applied
    driver.time_ns = 1_100
    driver.do(SessionOpened("", "k-m", "other", "c-2"))
    told = restored.apply(driver.batches[-1])
    (cancelled,) = told.due
    assert isinstance(cancelled, OrderCancelled)
    assert cancelled.reason is CancelReason.DISCONNECTED
    again, _ = replay(driver.batches)
    assert again.digest() == restored.digest() == driver.exchange.digest()


ORDER = PlaceOrder(
    "", "maker", "CEA", SELL, 7000, 5, client_order_id="a-1", session="mm"
)


def _with_an_order() -> Driver:
    """Return an exchange with a session and an order of it."""
    driver = Driver()
    permissions = Permission.TRADE
    for command in (
        ListInstrument("", "CEA"),
        *admitted("maker", 10**6, 100),
        *admitted("taker", 10**6, 100),
        AddKey("", "maker", "k-m", b"m" * 32, permissions),
        BeginDay("", 20250106, 10**15),
        SessionOpened("", "k-m", "mm", "c-1", 500),
        ORDER,
        PlaceOrder("", "taker", "CEA", BUY, 6000, 5, session="mm"),
    ):
        events = driver.do(command)
        assert Rejected not in map(type, events), events
    return driver
