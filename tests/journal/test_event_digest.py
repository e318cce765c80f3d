"""Digests over events: kept with the history, and compared by whoever replays."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from carbonex.engine import Applied, Exchange
from carbonex.journal import (
    HISTORY_NAME,
    HistoryError,
    HistoryReader,
    HistoryStore,
    LogReader,
    Report,
    SegmentLog,
    Snapshot,
    SnapshotStore,
    recover,
    verify,
)
from carbonex.journal.history import event_digest
from carbonex.journal.history.event_digest import (
    NO_LAYOUT,
    Comparison,
    EventDigest,
    KeptDigest,
    layout,
)
from everything import venue
from journal.samples import VENUE


if TYPE_CHECKING:
    from pathlib import Path


EVERY = 20


@pytest.fixture(autouse=True)
def kept_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_digest, "KEPT_EVERY", EVERY)


def applied() -> list[Applied]:
    exchange = Exchange()
    return [exchange.apply(batch) for batch in venue().batches]


def write(directory: Path, stored: int | None = None) -> int:
    """Write a log of everything, and its history up to row ``stored``."""
    batches = venue().batches
    with SegmentLog(directory, VENUE, segment_bytes=65_536) as log:
        for batch in batches:
            log.publish(batch)
    with closing(HistoryStore(directory / HISTORY_NAME, VENUE)) as store:
        exchange = Exchange()
        for row in [*LogReader(directory).tail(1)][:stored]:
            store.put(row.position, exchange.apply(row.batch()), row.hash)
    return len(batches)


def kept(directory: Path) -> list[KeptDigest]:
    with HistoryReader(directory / HISTORY_NAME) as history:
        return history.event_digests()


def change(directory: Path, statement: str) -> None:
    with closing(sqlite3.connect(directory / HISTORY_NAME)) as connection:
        connection.execute(statement)
        connection.commit()


def swapped(done: Applied) -> Applied:
    """Return the same events, the first two of them the other way round."""
    due = [*done.due]
    due[:2] = due[1::-1]
    return done._replace(due=due)


def test_two_events_that_swap_places_change_it() -> None:
    done = next(one for one in applied() if len(one.due) > 1)
    one, other = EventDigest(), EventDigest()
    one.update(7, done)
    other.update(7, swapped(done))
    assert one.value != other.value
    other = EventDigest()
    other.update(7, done)
    assert one.value == other.value


def test_it_goes_on_from_its_value_alone() -> None:
    whole, resumed = EventDigest(), EventDigest()
    for position, done in enumerate(applied(), 1):
        whole.update(position, done)
        if position <= 50:
            resumed = EventDigest(whole.value)
        else:
            resumed.update(position, done)
    assert resumed.value == whole.value


def test_one_is_kept_every_so_many_rows_and_at_each_day_s_end(tmp_path: Path) -> None:
    rows = write(tmp_path)
    positions = [one.position for one in kept(tmp_path)]
    ends = [
        position
        for position, done in enumerate(applied(), 1)
        if any(type(event).__name__ == "DayEnded" for event in done.due)
    ]
    assert set(ends) < set(positions)
    assert positions[-1] == rows
    gaps = [b - a for a, b in zip([0, *positions], positions, strict=False)]
    assert max(gaps) == EVERY


def test_it_is_the_same_however_often_the_history_was_closed(tmp_path: Path) -> None:
    write(tmp_path / "once")
    batches = venue().batches
    with SegmentLog(tmp_path / "often", VENUE) as log:
        rows = [log.publish(batch) for batch in batches]
    exchange = Exchange()
    for start in range(0, len(rows), 7):
        path = tmp_path / "often" / HISTORY_NAME
        with closing(HistoryStore(path, VENUE)) as store:
            for row in rows[start : start + 7]:
                store.put(row.position, exchange.apply(row.batch()), row.hash)
    once, often = kept(tmp_path / "once")[-1], kept(tmp_path / "often")[-1]
    assert once == often


def test_verify_compares_them(tmp_path: Path) -> None:
    write(tmp_path)
    report = verify(tmp_path)
    assert report.ok
    assert report.event_digests == len(kept(tmp_path)) > 5


def test_verify_names_the_rows_that_lead_to_other_events(tmp_path: Path) -> None:
    write(tmp_path)
    second, third = kept(tmp_path)[1:3]
    change(
        tmp_path,
        f"UPDATE event_digests SET digest = randomblob(32)"
        f" WHERE position = {third.position}",
    )
    fault = _fault(verify(tmp_path))
    assert fault.path == str(tmp_path / HISTORY_NAME)
    assert fault.position == third.position
    assert fault.expected.startswith(
        f"events of rows {second.position + 1} to {third.position} with the digest"
    )


def test_a_build_that_does_something_else_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By verify, and by the follower, which stops."""
    write(tmp_path)
    apply = Exchange.apply

    def applying(exchange: Exchange, batch: Any) -> Applied:
        return swapped(apply(exchange, batch))

    monkeypatch.setattr("carbonex.journal.audit.Exchange", _like(applying))
    assert "events of rows" in _fault(verify(tmp_path)).expected
    monkeypatch.setattr("carbonex.journal.recovery.Exchange", _like(applying))
    with (
        closing(HistoryStore(tmp_path / HISTORY_NAME, VENUE)) as store,
        pytest.raises(HistoryError, match=r"rows \d+ to \d+ lead to events"),
    ):
        recover(LogReader(tmp_path), SnapshotStore(tmp_path), history=store)


def test_a_history_that_begins_in_the_middle_is_compared_from_there_on(
    tmp_path: Path,
) -> None:
    rows = write(tmp_path, 0)
    exchange, middle = Exchange(), rows // 2
    log = [*LogReader(tmp_path).tail(1)]
    for row in log[:middle]:
        exchange.apply(row.batch())
    with closing(HistoryStore(tmp_path / HISTORY_NAME, VENUE)) as store:
        store.start_at(middle, exchange, log[middle - 1].hash)
        for row in log[middle:]:
            store.put(row.position, exchange.apply(row.batch()), row.hash)
    first, *others = kept(tmp_path)
    assert (first.position, first.layout) == (middle, NO_LAYOUT)
    report = verify(tmp_path)
    assert report.ok
    assert report.event_digests == len(others) > 1


def test_rows_that_nobody_applied_are_not_compared() -> None:
    digest, story = EventDigest(), applied()
    for position, done in enumerate(story, 1):
        digest.update(position, done)
    comparison = Comparison([KeptDigest(len(story), layout(), digest.value)])
    comparison.start(0)
    for position, done in enumerate(story, 1):
        if position != 9:
            comparison.take(position, done)
    assert (comparison.compared, comparison.deviation) == (0, None)


def test_another_release_s_digests_are_not_compared_but_what_follows_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        older.setattr(event_digest, "layout", lambda: b"another")
        write(tmp_path, 50)
    log, exchange = [*LogReader(tmp_path).tail(1)], Exchange()
    for row in log[:50]:
        exchange.apply(row.batch())
    with closing(HistoryStore(tmp_path / HISTORY_NAME, VENUE)) as store:
        for row in log[50:]:
            store.put(row.position, exchange.apply(row.batch()), row.hash)
    report = verify(tmp_path)
    assert report.ok
    after = [one for one in kept(tmp_path) if one.position > 50]
    assert report.event_digests == len(after) > 1


def test_a_follower_that_starts_from_a_snapshot_compares_what_it_replays(
    tmp_path: Path,
) -> None:
    rows = write(tmp_path)
    exchange, log = Exchange(), [*LogReader(tmp_path).tail(1)]
    for row in log[:30]:
        exchange.apply(row.batch())
    SnapshotStore(tmp_path).save(Snapshot.of(exchange, 30, log[29].hash))
    with closing(HistoryStore(tmp_path / HISTORY_NAME, VENUE)) as store:
        recover(LogReader(tmp_path), SnapshotStore(tmp_path), history=store)
    change(
        tmp_path,
        f"UPDATE event_digests SET digest = randomblob(32) WHERE position < {rows}"
        " AND position > 60",
    )
    with (
        closing(HistoryStore(tmp_path / HISTORY_NAME, VENUE)) as store,
        pytest.raises(HistoryError, match=r"remove the file"),
    ):
        recover(LogReader(tmp_path), SnapshotStore(tmp_path), history=store)


def _fault(report: Report) -> Any:
    assert report.fault is not None
    return report.fault


def _like(applying: Any) -> Any:
    """Return a class of exchanges that apply batches in another way."""
    return type("OtherExchange", (Exchange,), {"apply": applying})
