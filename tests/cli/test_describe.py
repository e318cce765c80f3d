"""Every command and every event reads as a sentence."""

from __future__ import annotations

from typing import get_args

import pytest

from carbonex.cli.describe import clock, cny, date_of, describe, story
from carbonex.engine import (
    BUY,
    FOK,
    MARKET,
    SELL,
    AddKey,
    AdvanceTime,
    AmendOrder,
    BeginDay,
    CancelAll,
    CancelOrder,
    CancelReason,
    Checkpoint,
    Command,
    DayBegun,
    DayEnded,
    Deposit,
    Event,
    GatewayOpened,
    HaltInstrument,
    Issue,
    ListInstrument,
    Moved,
    OpenAccount,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderReduced,
    OrderStands,
    OrderStatus,
    Permission,
    Phase,
    PhaseChanged,
    PlaceOrder,
    PostOnly,
    Reason,
    RegisterParticipant,
    Rejected,
    ResumeInstrument,
    RevokeKey,
    SelfTrade,
    Trade,
    Transfer,
    Withdraw,
)


NOON = 1_785_297_600_123_456_000  # 2026-07-29 12:00:00.123456 in Shanghai

BID = PlaceOrder("k", "maker-1", "CEA25", BUY, 7463, 1500, client_order_id="a-1")
ASK = PlaceOrder("k", "maker-2", "CEA25", SELL, 7462, 200)

COMMANDS = [
    (BID, "buy 1,500 CEA25 @ 74.63 by maker-1 as 'a-1'"),
    (ASK, "sell 200 CEA25 @ 74.62 by maker-2"),
    (
        PlaceOrder(
            "k",
            "a",
            "CEA25",
            SELL,
            7462,
            5,
            time_in_force=FOK,
            self_trade=SelfTrade.DECREMENT,
        ),
        "sell 5 CEA25 @ 74.62 fok self-trade decrement by a",
    ),
    (
        PlaceOrder("k", "a", "CEA25", BUY, 7462, 5, post_only=PostOnly.REPRICE),
        "buy 5 CEA25 @ 74.62 post-only (reprice) by a",
    ),
    (
        PlaceOrder("k", "a", "CEA25", BUY, 0, 5, order_type=MARKET),
        "buy 5 CEA25 at market by a",
    ),
    (AmendOrder("k", "a", 7, price=7460), "amend order 7 @ 74.60 by a"),
    (
        AmendOrder("k", "a", client_order_id="x", quantity=1200),
        "amend order 'x' to 1,200 by a",
    ),
    (CancelOrder("k", "a", 7), "cancel order 7 by a"),
    (CancelAll("k", "a"), "cancel all orders of a"),
    (CancelAll("k", "a", "CEA25", SELL), "cancel all sell CEA25 orders of a"),
    (
        ListInstrument("k", "CEA25", max_quantity=99_999),
        "list CEA25 (CEA, tick 0.01, lot 1, orders up to 99,999)",
    ),
    (HaltInstrument("k", "CEA25"), "halt CEA25"),
    (ResumeInstrument("k", "CEA25"), "resume CEA25"),
    (RegisterParticipant("k", "acme"), "register participant acme"),
    (
        AddKey("k", "acme", "k-1", b"", Permission.READ | Permission.TRADE),
        "add key k-1 of acme (read, trade)",
    ),
    (RevokeKey("k", "k-1"), "revoke key k-1"),
    (OpenAccount("k", "acme", "acme-1"), "open account acme-1 for acme"),
    (
        Deposit("k", "a", 123_456_789, "r-1"),
        "deposit 1,234,567.89 CNY to a (ref r-1)",
    ),
    (Withdraw("k", "a", 5, "r-2"), "withdraw 0.05 CNY from a (ref r-2)"),
    (Issue("k", "a", "CEA25", 5000, "r-3"), "issue 5,000 CEA25 to a (ref r-3)"),
    (
        Transfer("k", "a", "b", "CEA25", 10, "r-4"),
        "transfer 10 CEA25 from a to b (ref r-4)",
    ),
    (BeginDay("k", 20260729, NOON), "begin trading day 2026-07-29"),
    (AdvanceTime(""), "let time pass"),
    (GatewayOpened(""), "a gateway opens"),
    (Checkpoint("", b"\x3f\xa9"), "checkpoint of state 3fa9"),
]

EVENTS = [
    (OrderAccepted(1042, 1, 7463, BID), "accepted as order 1042"),
    (OrderAccepted(1042, 1, 7461, BID), "accepted as order 1042 @ 74.61"),
    (
        Trade(1, 7463, 200, 1042, 2, 1500, 1300, BID, 1043, 2, 7463, 200, 0, ASK),
        "filled 200 @ 74.63 with order 1042 of maker-1",
    ),
    (
        OrderCancelled(1042, 3, 7463, 1300, 200, CancelReason.CLIENT, True, BID),
        "order 1042 cancelled, 1,300 not traded",
    ),
    (
        OrderCancelled(1042, 3, 7463, 1300, 200, CancelReason.IOC, False, BID),
        "order 1042 cancelled (nothing more to trade at once), 1,300 not traded",
    ),
    (
        OrderReduced(1042, 3, 7463, 100, 1400, 1200, True, BID),
        "order 1042 reduced by 100 (self-trade) to 1,200",
    ),
    (
        OrderAmended(1042, 3, 7460, 900, 700, 7463, False, BID),
        "order 1042 is now 900 @ 74.60, 700 open, goes to the back",
    ),
    (
        OrderStands(1042, OrderStatus.OPEN, 7463, 1500, 200, BID),
        "was placed before: order 1042 open, 200 of 1,500 filled",
    ),
    (PhaseChanged("CEA25", Phase.TRADING), "CEA25 trading"),
    (Moved(Deposit("k", "a", 1, "r")), "done"),
    (Moved(Deposit("k", "a", 1, "r"), duplicate=True), "was done before"),
    (DayBegun(20260729, NOON), "open until 2026-07-29 12:00:00.123456"),
    (DayEnded(20260729), "trading day 2026-07-29 is over"),
]


@pytest.mark.parametrize(("command", "text"), COMMANDS)
def test_a_command(command: Command, text: str) -> None:
    assert describe(command) == text


@pytest.mark.parametrize(("event", "text"), EVENTS)
def test_an_event(event: Event, text: str) -> None:
    assert describe(event) == text


def test_no_command_and_no_event_is_left_out() -> None:
    assert {type(command) for command, _ in COMMANDS} == set(get_args(Command))
    for kind in get_args(Event):
        known = describe.dispatch(kind) is not describe.dispatch(object)
        assert known == (kind is not Rejected)  # a refusal needs its command


def test_every_cancellation_names_its_reason() -> None:
    for reason in CancelReason:
        event = OrderCancelled(1, 1, 7463, 5, 0, reason, True, BID)
        assert ("(" in describe(event)) == (reason is not CancelReason.CLIENT)


def test_something_else_is_refused() -> None:
    with pytest.raises(TypeError, match=r"^int is neither a command nor an event$"):
        describe(7)


def test_a_story_is_one_line() -> None:
    fill = Trade(1, 7463, 200, 1042, 2, 1500, 1300, BID, 1043, 2, 7463, 200, 0, ASK)
    assert story(ASK, [OrderAccepted(1043, 1, 7462, ASK), fill]) == (
        "sell 200 CEA25 @ 74.62 by maker-2 → accepted as order 1043,"
        " filled 200 @ 74.63 with order 1042 of maker-1"
    )
    assert story(AdvanceTime(""), []) == "let time pass"


def test_a_refusal_is_told_in_the_words_of_the_client() -> None:
    cancel = CancelOrder("k", "maker-1", 99)
    line = story(cancel, [Rejected(Reason.UNKNOWN_ORDER, "order_id", 99)])
    assert line.startswith("cancel order 99 by maker-1 → refused UNKNOWN_ORDER: ")
    assert "99" in line.partition("refused")[2]


def test_times_are_of_shanghai() -> None:
    assert clock(NOON) == "12:00:00.123456"
    assert date_of(NOON) == "2026-07-29"
    assert date_of(NOON + 12 * 3600 * 10**9) == "2026-07-30"


def test_cash_has_thousands() -> None:
    assert [cny(fen) for fen in (5, 123_456_789, -150_000)] == [
        "0.05",
        "1,234,567.89",
        "-1,500.00",
    ]
