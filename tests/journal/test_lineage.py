"""A history of another timeline: a venue was restored from a copy, and went on.

The log beside it has the same first rows, and then others.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from carbonex.journal import (
    HISTORY_NAME,
    HistoryReader,
    HistoryStore,
    LogReader,
    SegmentLog,
    SnapshotStore,
    recover,
    verify,
)
from carbonex.journal.archiving import needed_from
from carbonex.journal.disk import OsDisk
from carbonex.journal.lineage import foreign
from journal.faulty_disk import DIRECTORY, SimulatedDisk
from journal.histories import CHAINS, DONE, contents, put
from journal.samples import VENUE, remove_beginning
from journal.trading import Venue, reopened, trading


if TYPE_CHECKING:
    from pathlib import Path

    from journal.histories import Contents


COMMON = 3  # rows that both timelines have
OTHER = trading(90, seed=1)
OTHER_CHAINS = [row.hash for row in OTHER.publish(reopened(SimulatedDisk()))]


def store_other(path: Path, watermark: int) -> None:
    """Have a history of the other timeline, up to ``watermark``."""
    with closing(HistoryStore(path, VENUE)) as store:
        for position in range(1, watermark + 1):
            n = position - 1
            store.put(position, OTHER.applied[n], OTHER_CHAINS[n])
        store.flush()
        assert store.failed is None


def test_the_two_timelines_have_a_beginning_in_common() -> None:
    assert OTHER_CHAINS[:COMMON] == CHAINS[:COMMON]
    assert OTHER_CHAINS[COMMON] != CHAINS[COMMON]


@pytest.mark.parametrize("watermark", [4, 20, 40, 41, 59, 60, 61, 90])
def test_it_is_made_anew_from_the_log_whatever_its_length(
    path: Path, complete: Contents, watermark: int
) -> None:
    venue = Venue()
    store_other(path, watermark)
    with closing(HistoryStore(path, VENUE)) as store:
        recovered = recover(venue.log, venue.snapshots, history=store)
        assert store.watermark == (60, CHAINS[-1])
        assert contents(path) == complete
    reason = (
        f"it is of another log, whose chain has another hash at position {watermark}"
        if watermark <= 60
        else f"it is at position {watermark}, the log ends at 60"
    )
    assert recovered.warnings == [f"the history was made anew: {reason}"]


@pytest.mark.parametrize("watermark", range(COMMON + 1))
def test_what_it_has_in_common_with_the_log_is_kept(
    path: Path, complete: Contents, watermark: int
) -> None:
    venue = Venue()
    store_other(path, watermark)
    with closing(HistoryStore(path, VENUE)) as store:
        recovered = recover(venue.log, venue.snapshots, history=store)
        assert (store.recreated, recovered.warnings) == ("", [])
        assert contents(path) == complete


def test_each_transaction_has_the_hash_of_its_watermark(path: Path) -> None:
    with (
        closing(HistoryStore(path, VENUE)) as store,
        closing(HistoryReader(path)) as reader,
    ):
        assert reader.watermark == store.watermark == (0, Venue().log.hash_at(0))
        for position in range(1, 61):
            put(store, position, position)
            assert reader.watermark == store.watermark
            assert reader.watermark == (position, CHAINS[position - 1])


def test_two_writers_of_two_timelines_do_not_mix(
    path: Path, complete: Contents
) -> None:
    """The old venue's follower has not ended yet, at a position that both have."""
    store_other(path, COMMON)
    with (
        closing(HistoryStore(path, VENUE)) as other,
        closing(HistoryStore(path, VENUE)) as store,
    ):
        put(store, last=COMMON + 1)
        at = COMMON + 1
        other.put(at, OTHER.applied[at - 1], OTHER_CHAINS[at - 1])
        other.flush()
        assert "another process has stored" in str(other.failed)
        put(store)
        assert contents(path) == complete


def test_it_is_noticed_at_the_first_place_that_the_log_reaches_back_to(
    path: Path,
) -> None:
    venue = Venue()
    venue.truncate(41)
    store_other(path, 40)
    with closing(HistoryStore(path, VENUE)) as store:
        warnings = recover(venue.log, venue.snapshots, history=store).warnings
    assert warnings == [
        (
            "the history was made anew: it is of another log, whose chain has another hash"
            " at position 40"
        ),
        "positions 1 to 40 cannot be replayed any more: the history will not have them",
    ]


def test_before_that_nobody_can_tell_and_a_warning_says_so(path: Path) -> None:
    venue = Venue()
    venue.truncate(41)
    with closing(HistoryStore(path, VENUE)) as store:
        put(store, last=39)
    with closing(HistoryStore(path, VENUE)) as store:
        warnings = recover(venue.log, venue.snapshots, history=store).warnings
        assert store.watermark == (60, CHAINS[-1])
    assert warnings == [
        (
            "positions 40 to 40 cannot be replayed any more: the history will not have"
            " them, and whether it is of this log at all cannot be told: that has no"
            " position 39 any more; if it may not be, stop the venue and remove the history"
        )
    ]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    with SegmentLog(tmp_path, VENUE, segment_bytes=65_536) as log:
        DONE.publish(log, SnapshotStore(tmp_path))
    return tmp_path


@pytest.mark.parametrize("watermark", [4, 40, 59, 60])
def test_verify_reports_it_and_compares_no_balances(
    directory: Path, watermark: int
) -> None:
    store_other(directory / HISTORY_NAME, watermark)
    report = verify(directory)
    assert report.ok
    assert report.balances == 0
    assert report.notes == [
        (
            "the history is of no use: it is of another log, whose chain has another hash"
            f" at position {watermark}: the next start makes it anew"
        )
    ]


def test_verify_reports_a_longer_one(directory: Path) -> None:
    store_other(directory / HISTORY_NAME, 61)
    fault = verify(directory).fault
    assert fault is not None
    assert fault.expected.startswith("rows up to 61, ")
    assert fault.found == "the log's end"


def without_beginning(directory: Path) -> None:
    with SegmentLog(directory, VENUE, segment_bytes=65_536) as log:
        remove_beginning(log, 41)
        assert log.bounds()[0] == 41


def test_verify_compares_where_the_log_begins(directory: Path) -> None:
    without_beginning(directory)
    store_other(directory / HISTORY_NAME, 40)
    assert "another hash at position 40" in verify(directory).notes[-1]
    (directory / HISTORY_NAME).unlink()
    with closing(HistoryStore(directory / HISTORY_NAME, VENUE)) as store:
        put(store, last=40)
    assert verify(directory).balances > 0


def test_verify_says_where_it_cannot_tell(directory: Path) -> None:
    without_beginning(directory)
    store_other(directory / HISTORY_NAME, 39)
    report = verify(directory)
    assert report.ok
    assert report.notes[-1] == (
        "the history is at position 39, older than the log's first row at 41:"
        " whether it is of this log cannot be told"
    )


def test_rows_that_only_another_logs_history_has_are_not_archived(
    directory: Path,
) -> None:
    store_other(directory / HISTORY_NAME, 60)
    limit = needed_from(directory, LogReader(directory), OsDisk())
    assert limit.position == 0
    assert "the history is at position 0, before the oldest good" in limit.reason


def test_a_log_that_a_live_server_has_continued_is_read_on(directory: Path) -> None:
    """What its follower has stored since is not of another log."""
    with SegmentLog(directory, VENUE, segment_bytes=65_536) as log:
        reader = LogReader(directory)
        row = log.publish(OTHER.batches[60])
        assert reader.bounds()[1] == 60
        assert foreign(reader, row.position, row.hash) == ""
        assert foreign(reader, 62, row.hash).endswith("the log ends at 61")


def test_a_position_before_the_first_row_is_of_any_log() -> None:
    venue = Venue()
    assert foreign(venue.log, 0, venue.log.hash_at(0)) == ""
    assert foreign(venue.log, 0, bytes(32)) != ""
    venue.truncate(41)
    assert foreign(venue.log, 39, bytes(32)) == ""
    assert foreign(LogReader(DIRECTORY, venue.disk), 40, bytes(32)) != ""
