"""Executions from before what the feed keeps, page by page, while trading goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from carbonex.gateway.session import resuming
from carbonex.journal import HistoryError
from carbonex.wire.answers import Empty
from gateway.past_house import Past, executions, numbers, subscribe


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


PAGE = 3


@pytest.fixture
def past(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Past]:
    monkeypatch.setattr(resuming, "PAGE_EXECUTIONS", PAGE)
    past = Past(tmp_path / "history.sqlite")
    yield past
    past.shelf.store.close()


def test_answer_snapshot_the_past_what_is_kept_then_live(past: Past) -> None:
    past.buy_stored(12)
    client = past.trader()
    asked = subscribe(client, 2)
    assert client.read() == []
    past.answer_all()
    messages = client.read()
    answer, snapshot, *rest = messages
    assert (answer["req_id"], answer["success"]) == (asked, True)
    assert answer["result"] == {"channel": "executions", "account": "acme-1"}
    assert snapshot["type"] == "snapshot"
    assert snapshot["data"][0]["exec_seq"] == 12
    assert len(snapshot["data"][0]["orders"]) == 12
    assert numbers(rest) == list(range(2, 13))
    assert all(execution["replayed"] for execution in executions(rest))
    past.buy()
    [live] = executions(client.read())
    assert (live["exec_seq"], "replayed" in live) == (13, False)


def test_what_happens_between_two_pages_is_told_once_and_is_not_replayed(
    past: Past,
) -> None:
    past.buy_stored(12)
    client = past.returning()
    past.shelf.answer()
    assert numbers(client.read()) == [1, 2, 3]
    past.buy(2)  # the feed now keeps from 10 on
    past.shelf.follow(past)
    past.answer_all()
    told = executions(client.read())
    assert [execution["exec_seq"] for execution in told] == list(range(4, 15))
    assert [e["exec_seq"] for e in told if "replayed" not in e] == [13, 14]


def test_even_what_the_feed_no_longer_keeps_at_the_end_is_not_replayed(
    past: Past,
) -> None:
    past.buy_stored(12)
    client = past.returning()
    past.shelf.answer()
    past.buy_stored(20)
    past.answer_all()
    told = executions(client.read())
    assert [execution["exec_seq"] for execution in told] == list(range(1, 33))
    assert [e["exec_seq"] for e in told if e.get("replayed")] == list(range(1, 13))


def test_what_is_sent_behind_the_subscription_waits_for_all_of_it(past: Past) -> None:
    past.buy_stored(12)
    client = past.returning()
    ordered = client.buy(1, "70.00")
    past.shelf.answer()
    client.read()
    assert past.venue.idle
    past.answer_all()
    past.commit()
    messages = client.read()
    assert numbers(messages)[-1] == 13
    assert messages[-1]["req_id"] == ordered  # promise 3: after its execution


def test_a_client_that_does_not_read_is_not_sent_more_than_a_page(past: Past) -> None:
    past.buy_stored(30)
    client = past.returning()
    client.outbox.paused = True
    past.shelf.answer()
    assert past.shelf.asked == []
    assert not client.session.wants_pause  # its pongs tell whether it is alive
    client.outbox.paused = False
    client.session.resumed()
    assert numbers(client.read()) == [1, 2, 3]
    client.session.resumed()  # as after any pause: it asks once
    assert len(past.shelf.asked) == 1
    past.answer_all()
    assert numbers(client.read()) == list(range(4, 31))


def test_a_client_that_sends_too_much_meanwhile_has_to_wait(past: Past) -> None:
    past.buy_stored(12)
    client = past.returning()
    pings = 0
    while not client.session.wants_pause:
        client.send("ping")
        pings += 1
    assert pings * 40 < resuming.MAX_HELD_BYTES < pings * 80
    past.answer_all()
    assert not client.session.wants_pause
    assert sum(m.get("method") == "ping" for m in client.read()) == pings


def test_what_is_held_is_counted_from_one_subscription_to_the_next(
    past: Past,
) -> None:
    past.buy_stored(12)
    client = past.returning()
    client.send("unsubscribe", channel="executions")
    subscribe(client, 1)
    while not client.session.wants_pause:
        client.send("ping")
    while numbers(client.read())[-1:] != [12]:
        past.shelf.answer()
    assert client.session.resuming is not None
    for _ in range(10):  # in place of the two that went ahead
        client.send("ping")
    assert client.session.wants_pause
    past.answer_all()
    assert not client.session.wants_pause


def test_history_is_gone_only_where_the_log_was_truncated(past: Past) -> None:
    past.buy(12)
    past.shelf.store.start_at(len(past.library.applied), past.exchange, bytes(32))
    past.buy_stored(20)
    client = past.trader()
    asked = subscribe(client, 12)
    past.answer_all()
    [refusal] = client.read()
    assert refusal["req_id"] == asked
    assert refusal["error"]["name"] == "HISTORY_GONE"
    assert refusal["error"]["message"] == (
        "executions of acme-1 are available from exec_seq 13 on: the venue's log"
        " was truncated before 12 got into its history; query open_orders and"
        " subscribe from 13"
    )
    subscribe(client, 13)
    past.answer_all()
    assert numbers(client.read()) == list(range(13, 33))


def test_what_the_feed_keeps_is_available_though_the_history_missed_it(
    past: Past,
) -> None:
    past.buy(12)
    past.shelf.store.start_at(len(past.library.applied), past.exchange, bytes(32))
    client = past.returning(7)
    past.answer_all()
    [refusal] = client.read()
    assert "available from exec_seq 8 on" in refusal["error"]["message"]
    subscribe(client, 8)
    assert numbers(client.read()) == list(range(8, 13))


def test_a_history_that_lags_is_waited_for_or_refused(past: Past) -> None:
    past.buy_stored(3)
    past.buy(12)
    client = past.trader()
    asked = subscribe(client, 1)
    past.answer_all()
    [refusal] = client.read()
    assert (refusal["req_id"], refusal["error"]["name"]) == (asked, "HISTORY_BEHIND")
    past.shelf.follow(past)
    subscribe(client, 1)
    past.answer_all()
    assert numbers(client.read()) == list(range(1, 16))


def test_a_history_that_falls_behind_on_the_way_has_the_client_come_back(
    past: Past,
) -> None:
    past.buy_stored(12)
    client = past.returning()
    past.shelf.answer()
    past.buy(20)
    past.answer_all()
    seen = numbers(client.read())
    assert seen == list(range(1, 13))
    assert client.closing == (1013, "history_behind")
    client.session.closed()
    past.shelf.follow(past)
    again = past.returning(seen[-1] + 1)
    past.answer_all()
    assert numbers(again.read()) == list(range(13, 33))


def test_a_connection_that_ends_on_the_way_is_told_nothing_more(past: Past) -> None:
    past.buy_stored(12)
    gone, revoked = past.returning(), past.returning()
    past.shelf.answer()
    past.shelf.answer()
    gone.session.closed()
    revoked.outbox.close(1008, "key revoked")
    past.answer_all()
    past.buy()
    assert numbers(gone.read()) == numbers(revoked.read()) == [1, 2, 3]
    assert past.small._rooms.executions.topics.followed == {}


@pytest.mark.parametrize("pages", [0, 1])
def test_a_revoked_key_is_told_nothing_more_of_its_past(past: Past, pages: int) -> None:
    past.buy_stored(12)
    client = past.returning()
    for _ in range(pages):
        past.shelf.answer()
    past.trader("house-key").result("revoke_key", key_id="acme-key")
    past.answer_all()
    assert numbers(client.read()) == [1, 2, 3][: 3 * pages]
    assert client.closing == (1008, "key revoked")
    assert past.small._rooms.executions.topics.followed == {}


def test_a_hole_in_the_history_is_not_passed_over(past: Past) -> None:
    past.buy_stored(12)
    past.shelf.store._writer.execute("DELETE FROM executions WHERE exec_seq = 2")
    past.returning()
    with pytest.raises(HistoryError, match="missing from 1 to 4"):
        past.shelf.answer()


def test_a_page_that_cannot_be_told_ends_its_connection_alone(past: Past) -> None:
    past.buy_stored(12)
    client, other = past.returning(), past.returning()
    _, tell = past.shelf.asked.pop(0)
    tell(Empty(), None)  # which is no page
    assert client.closing == (1011, "internal error")
    past.answer_all()
    assert numbers(other.read()) == list(range(1, 13))
    assert other.closing is None
