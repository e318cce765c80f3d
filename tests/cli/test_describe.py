"""Every command and every event reads as a sentence."""

from __future__ import annotations

from typing import get_args

import pytest

from carbonex.cli.describe import clock, cny, date_of, describe, story
from carbonex.engine import (
    AdvanceTime,
    CancelOrder,
    CancelReason,
    Command,
    Event,
    OrderAccepted,
    OrderCancelled,
    Reason,
    Rejected,
    Trade,
)
from cli.described_commands import ASK, BID, COMMANDS, NOON
from cli.described_events import EVENTS


def test_a_command_and_an_event(subtests: pytest.Subtests) -> None:
    for row, text in (*COMMANDS, *EVENTS):
        with subtests.test(text):
            assert describe(row) == text


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
