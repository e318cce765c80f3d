"""How a follower ends, gives way to the next one, and tries again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
import structlog

from carbonex.gateway.server.readers.follower import (
    OTHER_SECONDS,
    Follower,
    ServerGone,
    follow,
    persist,
    wait_for_other,
)
from carbonex.journal import (
    HISTORY_NAME,
    HistoryReader,
    OsDisk,
)
from carbonex.journal.making import lock
from gateway.log_writer import make, prices, trade


if TYPE_CHECKING:
    from pathlib import Path


def test_one_whose_server_is_gone_leaves_at_the_next_row(tmp_path: Path) -> None:
    """What it has not stored the next one does, and finds a file that was closed."""
    writer = make(tmp_path)
    rows, last = [0], writer.venue.position + 1

    def is_gone() -> bool:
        rows[0] += 1
        return rows[0] >= last

    follower = Follower(tmp_path, is_gone=is_gone)
    for price in (7000, 7001, 7002):
        writer.do(*trade(price))
    with pytest.raises(ServerGone):
        follow(follower, lambda _: False)
    with HistoryReader(tmp_path / HISTORY_NAME) as history:
        assert history.position == follower.position < writer.venue.position
        assert history.select("SELECT closed FROM progress") == [(1,)]
    Follower(tmp_path).close()
    assert prices(tmp_path) == [7000, 7001, 7002]


def test_also_while_it_recovers(tmp_path: Path) -> None:
    make(tmp_path).do(*trade(7000))
    begun = [0]

    def begin() -> Follower:
        begun[0] += 1
        return Follower(tmp_path, is_gone=lambda: True)

    persist(begin, lambda _: False)
    assert begun == [1]
    with HistoryReader(tmp_path / HISTORY_NAME) as history:
        assert history.select("SELECT closed FROM progress") == [(1,)]


@pytest.mark.parametrize("ends", [True, False])
def test_the_follower_before_is_waited_for_but_not_for_long(
    tmp_path: Path, ends: bool
) -> None:
    disk = OsDisk()
    other = lock(disk, tmp_path / "follower.lock")
    pauses: list[float] = []

    def wait(seconds: float) -> bool:
        pauses.append(seconds)
        if ends and len(pauses) == 3:
            disk.close(other)
        return False

    with structlog.testing.capture_logs() as logs:
        wait_for_other(tmp_path, wait, disk)
    assert [line["event"] for line in logs] == ["history waits"]
    assert f"process {os.getpid()}, the follower before" in logs[0]["reason"]
    if ends:
        assert len(pauses) == 3
    else:
        assert sum(pauses) == OTHER_SECONDS
        disk.close(other)


def test_with_nobody_before_there_is_nothing_to_wait_for(tmp_path: Path) -> None:
    wait_for_other(tmp_path, lambda _: pytest.fail("it waits"))


def test_one_that_cannot_go_on_tries_less_and_less_often(tmp_path: Path) -> None:
    pauses: list[float] = []

    def wait(seconds: float) -> bool:
        pauses.append(seconds)
        return len(pauses) == 7

    persist(lambda: Follower(tmp_path), wait)  # there is no log
    assert pauses == [10, 20, 40, 80, 160, 160, 160]


def test_it_goes_on_once_it_can(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pauses: list[float] = []

    def wait(seconds: float) -> bool:
        pauses.append(seconds)
        if len(pauses) == 2:
            make(tmp_path).do(*trade(7000))
        return len(pauses) == 3

    persist(lambda: Follower(tmp_path), wait)
    assert pauses == [10, 20, 1]
    assert prices(tmp_path) == [7000]
    with HistoryReader(tmp_path / HISTORY_NAME) as history:
        assert capfd.readouterr().out.splitlines()[-1] == str(history.position)
