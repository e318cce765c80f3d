"""The local book: a snapshot, deltas chained by seq, and gaps."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from carbonex.sdk import Book, InvalidRequest, Level
from sdk.script import Script, only


def test_a_snapshot_then_absolute_totals() -> None:
    script, book = following()
    assert book.stale
    script.frame("book", "snapshot", frame(10, [("74.60", 5, 1)], [("74.70", 7, 2)]))
    assert not book.stale
    assert book.best_bid == Level(Decimal("74.60"), 5, 1)
    script.frame(
        "book",
        "update",
        frame(12, [("74.61", 9, 1), ("74.60", 0, 0)], [("74.70", 6, 1)], prev=10),
    )
    assert book.bids == [Level(Decimal("74.61"), 9, 1)]
    assert book.asks == [Level(Decimal("74.70"), 6, 1)]
    assert book.mid == Decimal("74.655")
    assert book.seq == 12


def test_levels_are_sorted_best_first_on_both_sides() -> None:
    script, book = following()
    prices = [("74.60", 1, 1), ("9.00", 1, 1), ("100.00", 1, 1)]
    script.frame("book", "snapshot", frame(1, prices, prices))
    highest_first = [Decimal("100.00"), Decimal("74.60"), Decimal("9.00")]
    assert [level.price for level in book.bids] == highest_first
    assert [level.price for level in book.asks] == highest_first[::-1]
    assert book.best_bid == Level(Decimal("100.00"), 1, 1)
    assert book.best_ask == Level(Decimal("9.00"), 1, 1)


def test_an_empty_side_has_no_best() -> None:
    script, book = following()
    script.frame("book", "snapshot", frame(1, [], [("74.70", 7, 2)]))
    assert (book.best_bid, book.mid) == (None, None)


def test_the_first_update_may_reach_back_before_the_snapshot() -> None:
    script, book = following()
    script.frame("book", "snapshot", frame(10, [], []))
    script.frame("book", "update", frame(12, [("74.60", 5, 1)], [], prev=9))
    assert (book.seq, book.stale) == (12, False)


@pytest.mark.parametrize(
    ("before", "seq", "prev"),
    [
        ([], 14, 11),  # the first update begins after the snapshot
        ([], 10, 9),  # or ends where the snapshot already is
        ([(12, 10)], 14, 11),  # later ones must follow exactly
        ([(12, 10)], 14, 13),
        ([(12, 10)], 14, None),
    ],
)
def test_a_gap_makes_the_book_stale_until_the_next_snapshot(
    before: list[tuple[int, int]], seq: int, prev: int | None
) -> None:
    script, book = following()
    script.frame("book", "snapshot", frame(10, [("74.60", 5, 1)], []))
    for good_seq, good_prev in before:
        script.frame("book", "update", frame(good_seq, [], [], prev=good_prev))
    script.frame("book", "update", frame(seq, [("74.66", 1, 1)], [], prev=prev))
    assert book.stale
    assert book.bids == [Level(Decimal("74.60"), 5, 1)]  # as it was, not guessed

    again = script.hear()
    assert [request["method"] for request in again] == ["unsubscribe", "subscribe"]
    assert again[0]["params"] == again[1]["params"]
    script.frame("book", "update", frame(seq + 1, [], [], prev=seq))  # under way still
    assert script.hear() == []
    for request in again:
        script.accept(request)
    script.frame("book", "snapshot", frame(20, [("74.50", 3, 1)], []))
    script.frame("book", "update", frame(21, [("74.49", 1, 1)], [], prev=20))
    assert not book.stale
    assert [level.quantity for level in book.bids] == [3, 1]


def test_a_lost_connection_makes_it_stale_and_the_next_one_takes_it_up() -> None:
    script, book = following()
    script.frame("book", "snapshot", frame(10, [("74.60", 5, 1)], []))
    script.client.connection_lost("cable cut")
    assert book.stale
    script.greet()
    [subscribe] = only(script.hear(), "subscribe")
    assert subscribe["params"] == {
        "channel": "book",
        "instrument": "CEA25",
        "interval_ms": 50,
    }
    script.frame("book", "snapshot", frame(30, [], []))
    assert (book.stale, book.bids) == (False, [])


def test_frames_find_the_book_of_their_depth_and_interval() -> None:
    script, book = following()
    full = Book("CEA25", 0, 1000)
    script.client.subscribe(full)
    script.frame("book", "snapshot", frame(5, [("74.60", 5, 1)], []))
    script.frame(
        "book", "snapshot", {**frame(6, [], []), "depth": 0, "interval_ms": 1000}
    )
    assert (book.seq, full.seq) == (5, 6)


def test_a_book_that_nobody_holds_is_unsubscribed_once() -> None:
    script, book = following()
    script.frame("book", "snapshot", frame(10, [], []))
    del book
    assert script.hear() == []
    script.frame("book", "update", frame(11, [], [], prev=10))
    script.frame("book", "update", frame(12, [], [], prev=11))
    assert [request["method"] for request in script.hear()] == ["unsubscribe"]


def test_a_book_asked_for_again_begins_with_a_new_subscription() -> None:
    script, book = following()
    del book
    again = Book("CEA25", 10, 50)
    script.client.subscribe(again)
    methods = [request["method"] for request in script.hear()]
    assert methods == ["unsubscribe", "subscribe"]


def test_a_rate_limited_subscription_is_tried_again_with_the_heartbeat() -> None:
    script = Script()
    script.greet()
    book = Book("CEA25", 10, 50)
    script.client.subscribe(book)
    [subscribe] = only(script.hear(), "subscribe")
    script.refuse(subscribe, 5002, "RATE_LIMITED", retry_after_ms=100)
    assert script.hear() == []
    script.frame(
        "heartbeat", "update", {"seq": 1, "position": 1, "hash": "", "time": 1}
    )
    assert script.hear()[0]["params"] == subscribe["params"]


async def test_a_refused_subscription_is_told_to_whoever_waits() -> None:
    script = Script()
    script.greet()
    book = Book("CEA99", 10, 50)
    waiting = asyncio.ensure_future(book.ready())
    await asyncio.sleep(0)
    script.client.subscribe(book)
    [subscribe] = only(script.hear(), "subscribe")
    script.refuse(subscribe, 1004, "BAD_TYPE")
    with pytest.raises(InvalidRequest):
        await waiting


async def test_updates_yield_every_state_that_the_reader_has_time_for() -> None:
    script, book = following()
    updates = book.updates()
    seen = [(await anext(updates)).stale]
    script.frame("book", "snapshot", frame(10, [], []))
    script.frame("book", "update", frame(11, [], [], prev=10))
    seen.append((await anext(updates)).seq == 11)  # the snapshot was skipped
    waiting = asyncio.ensure_future(anext(updates))
    await asyncio.sleep(0)
    assert not waiting.done()
    script.client.connection_lost("cable cut")
    seen.append((await waiting).stale)
    assert seen == [True, True, True]


def following() -> tuple[Script, Book]:
    """Return a script and a book that has just been subscribed."""
    script = Script()
    script.greet()
    book = Book("CEA25", 10, 50)
    script.client.subscribe(book)
    [subscribe] = only(script.hear(), "subscribe")
    script.accept(subscribe)
    return script, book


def frame(
    seq: int,
    bids: list[tuple[str, int, int]],
    asks: list[tuple[str, int, int]],
    prev: int | None = None,
) -> dict[str, Any]:
    data = {
        "instrument": "CEA25",
        "bids": bids,
        "asks": asks,
        "seq": seq,
        "depth": 10,
        "interval_ms": 50,
    }
    return data if prev is None else {**data, "prev_seq": prev}
