"""What recovery is measured on, in small: a log, a snapshot, a server that starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.processes import children, cpu_ns, resident
from benchmarks.recovery import run, write_log, write_snapshot
from benchmarks.serving import limited, serving, verified
from benchmarks.snapshot import of_size
from carbonex.journal import HISTORY_NAME, HistoryReader, LogReader


if TYPE_CHECKING:
    from pathlib import Path

OPENING = 504  # commands that make the market, and the gateway's


def test_a_log_is_replayed_whole(tmp_path: Path) -> None:
    write_log(tmp_path / "venue", 100)
    found = run("recovery", tmp_path / "venue")
    assert found["commands"] == 100 + OPENING
    assert found["replay"] > 0
    assert set(run("parts", tmp_path / "venue")) == {
        "read and hash",
        "decode",
        "engine",
        "feed",
    }


def test_a_history_is_made_anew_each_time(tmp_path: Path) -> None:
    write_log(tmp_path / "venue", 100)
    for _ in range(2):
        found = run("history", tmp_path / "venue")
        assert found["follow"] > 0
        assert found["peak"] > 1e6
    with HistoryReader(tmp_path / "venue" / HISTORY_NAME) as history:
        assert history.watermark.position == LogReader(tmp_path / "venue").durable


def test_a_follower_is_not_blamed_for_what_its_parent_holds(tmp_path: Path) -> None:
    write_log(tmp_path / "venue", 100)
    held = b"." * 300_000_000
    assert run("history", tmp_path / "venue")["peak"] < len(held)


def test_a_snapshot_has_its_steps_and_size() -> None:
    found = {figure.name: figure.median for figure in of_size(200)}
    assert [*found] == [
        "load",
        "restore",
        "take",
        "take and keep, with digest",
        "size",
    ]
    assert all(value > 0 for value in found.values())


def test_a_server_starts_from_what_was_written_and_is_verified(tmp_path: Path) -> None:
    venue = tmp_path / "venue"
    write_snapshot(venue, 100)
    with serving(venue) as served:
        pid = served.process.pid
        assert cpu_ns(pid) > 0
        assert resident(pid) > 1e6
        assert pid not in children(pid)  # the follower, which may only just start
        served.stop()
    assert "all good" in verified(venue)


def test_a_limit_that_a_venue_does_not_have_is_told() -> None:
    assert limited("burst = 1\n", {"burst": 9}) == "burst = 9\n"
    with pytest.raises(KeyError, match="brust"):
        limited("burst = 1\n", {"brust": 9})
