"""A follower that dies is replaced, as often as it takes, and the venue does not care."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import structlog

from carbonex.gateway.config import Snapshots
from carbonex.gateway.server.readers import follower_process, server_watch
from carbonex.gateway.server.readers.follower_process import FollowerProcess
from carbonex.gateway.server.server import Server
from carbonex.journal import HISTORY_NAME, HistoryReader, SegmentLog, SnapshotStore
from market import CEA, config, make_market
from sources import SOURCES
from stranger import Stranger, eventually


def pid_of(follower: FollowerProcess) -> int:
    assert follower._process is not None
    return follower._process.pid


def sockets_of(pid: int) -> set[str]:
    held = Path(f"/proc/{pid}/fd").iterdir()
    return {fd.name for fd in held if "socket:" in str(fd.readlink())}


async def test_one_that_is_killed_is_replaced_and_the_history_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower_process, "FIRST_PAUSE_SECONDS", 0.05)
    make_market(tmp_path, config())
    with structlog.testing.capture_logs() as logs:
        async with (
            FollowerProcess(tmp_path) as follower,
            Server.start(tmp_path, config()) as server,
            Stranger(server.port) as maker,
        ):
            await follower.start()
            await maker.login("maker")
            for round_number in range(1, 3):
                await eventually(lambda: follower.position == server.venue.position)
                os.kill(pid_of(follower), signal.SIGKILL)
                await maker.call(
                    "add_order", instrument=CEA, side="buy", price="70", quantity=1
                )
                await eventually(lambda: follower.restarts == round_number)  # noqa: B023
                await eventually(lambda: follower.position == server.venue.position)
                assert follower.alive
    assert not follower.alive
    with HistoryReader(tmp_path / HISTORY_NAME) as history:
        assert history.position == server.venue.position
    ended = [line for line in logs if line["event"] == "follower ended"]
    assert [line["code"] for line in ended] == [-signal.SIGKILL] * 2
    assert [line["restart_seconds"] for line in ended] == [0.05, 0.1]
    restarted = [line for line in logs if line["event"] == "follower restarted"]
    assert [line["restarts"] for line in restarted] == [1, 2]


async def test_systemd_may_ask_it_to_end_and_it_waits_for_the_server(
    tmp_path: Path,
) -> None:
    """SIGTERM goes to both: the history has to have what the server still writes."""
    make_market(tmp_path, config())
    async with (
        FollowerProcess(tmp_path) as follower,
        Server.start(tmp_path, config()) as server,
        Stranger(server.port) as maker,
    ):
        await follower.start()
        await eventually(lambda: follower.position == server.venue.position)
        for number in (signal.SIGTERM, signal.SIGINT):
            os.kill(pid_of(follower), number)
        await maker.login("maker")
        await maker.call(
            "add_order", instrument=CEA, side="buy", price="70", quantity=1
        )
        await eventually(lambda: follower.position == server.venue.position)
        assert follower.restarts == 0
    with HistoryReader(tmp_path / HISTORY_NAME) as history:
        assert history.position == server.venue.position
        assert history.select("SELECT closed FROM progress") == [(1,)]


async def test_it_keeps_snapshots_as_often_as_it_is_told(tmp_path: Path) -> None:
    make_market(tmp_path, config())
    often = Snapshots(commands=1, seconds=0.05)
    async with (
        FollowerProcess(tmp_path, often) as follower,
        Server.start(tmp_path, config()) as server,
        Stranger(server.port) as maker,
    ):
        await follower.start()
        await maker.login("maker")
        await maker.call(
            "add_order", instrument=CEA, side="buy", price="70", quantity=1
        )
        position, snapshots = server.venue.position, SnapshotStore(tmp_path)
        await eventually(lambda: position in snapshots.positions())
        assert server.venue.exchange.day


async def test_it_holds_nothing_of_the_servers(tmp_path: Path) -> None:
    """Above all not its port, which a server after a crash has to have."""
    make_market(tmp_path, config())
    async with (
        FollowerProcess(tmp_path) as follower,
        Server.start(tmp_path, config()) as server,
        Stranger(server.port),
    ):
        await follower.start()
        await eventually(lambda: follower.position > 0)
        assert sockets_of(pid_of(follower)) <= {"0", "1", "2"}


async def test_one_that_cannot_live_costs_less_and_less(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower_process, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(follower_process, "LONGEST_PAUSE_SECONDS", 0.04)
    with structlog.testing.capture_logs() as logs:
        async with FollowerProcess(tmp_path) as follower:  # there is no log at all
            follower._command = ("false",)
            await follower.start()
            await eventually(lambda: follower.restarts == 5)
            assert follower.position == 0
    pauses = [
        line["restart_seconds"] for line in logs if line["event"] == "follower ended"
    ]
    assert pauses[:5] == [0.01, 0.02, 0.04, 0.04, 0.04]


async def test_the_venue_opens_where_none_can_be_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There are too many processes; soon there are not."""
    monkeypatch.setattr(follower_process, "FIRST_PAUSE_SECONDS", 0.01)
    make_market(tmp_path, config())
    with structlog.testing.capture_logs() as logs:
        async with FollowerProcess(tmp_path) as follower:
            command = follower._command
            follower._command = (str(tmp_path / "nothing"),)
            await follower.start()
            assert not follower.alive
            follower._command = command
            await eventually(lambda: follower.position > 0)
    assert logs[0]["event"] == "follower not started"


async def test_one_that_has_lived_long_enough_is_replaced_at_once_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower_process, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(follower_process, "STEADY_SECONDS", 0.0)
    with structlog.testing.capture_logs() as logs:
        async with FollowerProcess(tmp_path) as follower:
            follower._command = ("false",)
            await follower.start()
            await eventually(lambda: follower.restarts == 3)
    pauses = [
        line["restart_seconds"] for line in logs if line["event"] == "follower ended"
    ]
    assert pauses[:3] == [0.01] * 3


async def test_the_end_does_not_wait_for_a_pause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower_process, "FIRST_PAUSE_SECONDS", 3600.0)
    async with asyncio.timeout(30), FollowerProcess(tmp_path) as follower:
        follower._command = ("false",)
        await follower.start()
        await eventually(lambda: not follower.alive)


@pytest.mark.parametrize(
    "said", ["'nonsense'", "'7' * 5_000", "'7' * 1_000_000", "'-'"]
)
async def test_one_that_says_anything_else_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setattr(follower_process, "FIRST_PAUSE_SECONDS", 0.01)
    make_market(tmp_path, config())
    with structlog.testing.capture_logs() as logs:
        async with FollowerProcess(tmp_path) as follower:
            command = follower._command
            program = f"print({said}, flush=True); input()"  # and lives on
            follower._command = (sys.executable, "-c", program)
            await follower.start()
            follower._command = command
            await eventually(lambda: follower.position > 0)
            assert follower.restarts == 1
    confused, ended, *_ = logs
    assert (confused["event"], ended["event"]) == (
        "follower confused",
        "follower ended",
    )
    assert len(confused["reason"]) <= follower_process.MAX_REASON
    assert ended["code"] == -signal.SIGKILL


async def test_one_that_says_it_at_the_end_is_ended_too(tmp_path: Path) -> None:
    async with asyncio.timeout(30):
        async with FollowerProcess(tmp_path) as follower:
            program = "import sys; sys.stdin.read(); print('nonsense')"
            follower._command = (sys.executable, "-c", program)
            await follower.start()
        assert not follower.alive


ORPHANED = """
import os, subprocess, sys
command = [sys.executable, "-m", "carbonex.gateway.server.readers.follower"]
command += [sys.argv[1], "1000", "60"]
print(subprocess.Popen(command, start_new_session=True).pid, flush=True)
sys.stdin.readline()
"""


async def test_systemd_may_ask_one_to_end_whose_server_was_killed(
    tmp_path: Path,
) -> None:
    """Somebody else still holds the pipe here, so that its end does not tell."""
    make_market(tmp_path, config())
    SegmentLog(tmp_path, "test").close()
    read, write = os.pipe()
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ORPHANED, str(tmp_path)),
        stdin=read,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": SOURCES},
    )
    os.close(read)
    assert server.stdout is not None
    pid = int(await server.stdout.readline())
    assert int(await server.stdout.readline()) > 0  # it follows
    os.kill(pid, signal.SIGTERM)
    assert int(await server.stdout.readline()) > 0  # and goes on while there is one
    server.kill()
    await server.wait()
    os.kill(pid, signal.SIGTERM)
    await asyncio.wait_for(server.stdout.read(), 30)  # it has ended
    with HistoryReader(tmp_path / HISTORY_NAME) as history:
        assert history.select("SELECT closed FROM progress") == [(1,)]
    os.close(write)


async def test_one_whose_server_was_killed_ends_by_itself(tmp_path: Path) -> None:
    make_market(tmp_path, config())
    SegmentLog(tmp_path, "test").close()
    command = FollowerProcess(tmp_path)._command
    follower = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert follower.stdout is not None
    assert int(await follower.stdout.readline()) > 0
    assert follower.stdin is not None
    follower.stdin.close()  # without a word
    _, told = await asyncio.wait_for(follower.communicate(), 30)
    assert follower.returncode == 0
    assert told == b""  # nothing was left


def test_one_that_cannot_leave_is_ended(tmp_path: Path) -> None:
    """It restores a large snapshot, or the disk does not answer."""
    program = (
        "import time\n"
        "from carbonex.gateway.server.readers import server_watch\n"
        "server_watch.LEAVE_SECONDS = 0.1\n"
        "server_watch.FINISH_SECONDS = 0.1\n"
        "server_watch.ServerWatch(0).start()\n"
        "time.sleep(3600)\n"
    )
    for said in (b"", server_watch.FINISH):
        command = [sys.executable, "-c", program]
        done = subprocess.run(command, input=said, timeout=60, check=False)
        assert done.returncode == 1
