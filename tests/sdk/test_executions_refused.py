"""Executions that the venue cannot give now: what waits, and what ends."""

from __future__ import annotations

import pytest

from carbonex.sdk import HistoryUnreadable, InvalidRequest
from sdk.followed import SENT, NoDesk, ask_back, execution, following, seen, snapshot
from sdk.script import logged_in, only


def test_a_history_that_is_behind_is_asked_again_at_the_next_heartbeat() -> None:
    script, executions, stream = following(newest=7)
    past, subscribe = ask_back(script, executions)
    script.refuse(subscribe, 5008, "HISTORY_BEHIND", retry_after_ms=1000)
    assert script.hear() == []
    heartbeat = {"seq": 9, "position": 9, "hash": "00", "time": 1}
    script.frame("heartbeat", "update", heartbeat)
    [again] = only(script.hear(), "subscribe")
    assert again["params"]["from_seq"] == 3
    script.accept(again)
    script.frame("executions", "snapshot", snapshot(newest=8))
    script.frame("executions", "update", *[execution(n) for n in range(3, 9)])
    assert seen(past) == [3, 4, 5, 6, 7, 8]
    assert seen(stream) == [8]


async def test_a_history_that_cannot_be_read_ends_who_wants_it_alone() -> None:
    script, executions, stream = following(newest=7)
    past, subscribe = ask_back(script, executions)
    script.refuse(subscribe, 5009, "HISTORY_UNREADABLE")
    [again] = only(script.hear(), "subscribe")
    assert again["params"]["from_seq"] == 8
    with pytest.raises(HistoryUnreadable):
        await past.next()
    script.accept(again)
    script.frame("executions", "snapshot", snapshot(newest=7))
    script.frame("executions", "update", execution(8))
    assert seen(stream) == [8]


async def test_a_future_that_was_asked_for_too_early_ends_its_stream_alone() -> None:
    """The account's newest execution was not known when it was asked for."""
    script = logged_in()
    executions = script.client.executions("acme-1", NoDesk())
    stream = executions.stream_from(0)
    future = executions.stream_from(99)
    script.client.subscribe(executions)
    first, second = only(script.hear(), "subscribe")
    script.accept(first)
    script.frame("executions", "snapshot", snapshot(newest=7))
    script.refuse(second, 1004, "BAD_TYPE", param="from_seq")
    with pytest.raises(InvalidRequest):
        await future.next()
    assert script.client.memory.restored is None
    [again] = only(script.hear(), "subscribe")
    assert again["params"]["from_seq"] == 8
    script.accept(again)
    script.frame("executions", "snapshot", snapshot(newest=7))
    script.frame("executions", "update", execution(8))
    assert seen(stream) == [8]


async def test_a_request_that_is_malformed_tells_nothing_of_the_venue_s_past() -> None:
    script, executions, stream = following(newest=7)
    order = executions.expect(SENT)
    script.frame("executions", "update", execution(8))
    past, subscribe = ask_back(script, executions)
    script.refuse(subscribe, 1004, "BAD_TYPE", param="account")
    assert script.client.memory.restored is None
    assert only(script.hear(), "subscribe") == []  # the same again ends the same
    assert seen(stream) == [8]
    for each in (past, stream):
        with pytest.raises(InvalidRequest):
            await each.next()
    order.require_standing()
