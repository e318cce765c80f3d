"""A long recovery: not ready, and it says how far it has come."""

from __future__ import annotations

import asyncio
import itertools
import os
import pty
import re
import socket
import sys
import threading
from typing import TYPE_CHECKING

import pytest
import structlog

from carbonex.engine import (
    BUY,
    VENUE_KEY,
    Batch,
    CancelOrder,
    Exchange,
    GatewayOpened,
    PlaceOrder,
)
from carbonex.gateway.config import load_config
from carbonex.gateway.server.server import Server
from carbonex.gateway.server.starting import recovering
from carbonex.gateway.server.starting.recovering import Recovery
from carbonex.journal import OsDisk, SegmentLog, SnapshotStore, recover
from gateway.http_pages import get
from market import CEA, make_market
from sources import SOURCES
from stranger import eventually
from venue_process import write_config


if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = 120_000
ROWS = COMMANDS // 100


class Forgetful(OsDisk):
    """A disk that is not waited for: the log of a test need not survive power cuts."""

    def sync(self, fd: int) -> None:
        pass


@pytest.fixture(scope="module")
def long_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a venue with many commands behind it."""
    directory = tmp_path_factory.mktemp("venue")
    # Those who ask how far it is must never be too many, however long it takes.
    make_market(directory, write_config(directory, handshake_burst=1_000_000))
    with SegmentLog(directory, "test", Forgetful()) as log:
        exchange = recover(log, SnapshotStore(directory)).exchange
        last = log.bounds()[1]
        numbers = itertools.count(last)
        for order in range(1, COMMANDS // 2, 50):
            commands = [
                PlaceOrder("maker", "maker", CEA, BUY, 7000, 1) for _ in range(50)
            ]
            cancels = [CancelOrder("maker", "maker", order + n) for n in range(50)]
            batch = Batch(exchange.time_ns, 1, 1, next(numbers), [*commands, *cancels])
            log.publish(batch)
    return directory


def copy(source: Path, target: Path) -> Path:
    """Return a directory of a test's own, as the other is."""
    (target / "log").mkdir(parents=True)
    for path in (source / "log").iterdir():
        (target / "log" / path.name).write_bytes(path.read_bytes())
    (target / "venue.toml").write_text((source / "venue.toml").read_text())
    return target


def wait_to_be_asked(monkeypatch: pytest.MonkeyPatch) -> threading.Semaphore:
    """Let a recovery wait at every hundredth row until somebody releases it."""
    asked = threading.Semaphore(0)
    count = Recovery.count

    def wait_now_and_then(self: Recovery, position: int, commands: int) -> None:
        count(self, position, commands)
        if position % 100 == 0:
            asked.acquire(timeout=10)

    monkeypatch.setattr(Recovery, "count", wait_now_and_then)
    return asked


async def test_it_is_not_ready_and_says_how_far_it_is(
    long_log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovering, "REPORT_SECONDS", 0.01)
    directory = copy(long_log, tmp_path / "venue")
    said: list[str] = []
    asked = wait_to_be_asked(monkeypatch)

    async def watch(recovery: Recovery) -> None:
        reporting = asyncio.create_task(recovering.report(recovery))
        try:
            while True:
                await asyncio.sleep(0.01)
                status, _, ready = await get(port, "/ready")
                assert status == 503
                said.append(ready.decode())
                asked.release()
                _, _, page = await get(port, "/metrics")
                metrics = page.decode()
                assert "carbonex_ready 0.0\n" in metrics
                assert f"carbonex_recovery_last_position {last}.0\n" in metrics
        finally:
            reporting.cancel()

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (directory / "venue.toml").write_text(
        (directory / "venue.toml").read_text().replace("port = 0", f"port = {port}")
    )
    last = 2 + ROWS
    venue = load_config(directory / "venue.toml")
    with structlog.testing.capture_logs() as logs:
        async with Server.start(directory, venue, watch=watch) as server:
            assert (await get(port, "/ready"))[0] == 200
            assert server.recovery.commands == COMMANDS + 15
    rows = [
        re.fullmatch(r"recovering from the log: row ([\d,]+) of ([\d,]+)\n", s)
        for s in said
    ]
    seen = [int(found[1].replace(",", "")) for found in rows if found]
    assert len(set(seen)) > 2
    assert seen == sorted(seen)
    assert max(seen) <= last
    lines = [line for line in logs if line["event"] == "recovering"]
    assert len(lines) > 2
    assert {line["last"] for line in lines} == {last}
    assert lines[-1]["commands"] > 0
    assert lines[-1]["commands_per_second"] > 0


async def test_it_can_be_interrupted(long_log: Path, tmp_path: Path) -> None:
    """Ctrl-C: a process cannot end before its threads."""
    directory = copy(long_log, tmp_path / "venue")
    venue = load_config(directory / "venue.toml")
    watched: list[Recovery] = []

    async def watch(recovery: Recovery) -> None:
        watched.append(recovery)
        await eventually(lambda: recovery.done > 0)
        starting.cancel()

    async def start() -> None:
        async with Server.start(directory, venue, watch=watch):
            pass

    starting = asyncio.create_task(start())
    with pytest.raises(asyncio.CancelledError):
        await starting
    await asyncio.get_running_loop().shutdown_default_executor()
    (recovery,) = watched
    assert 0 < recovery.position < recovery.last


def test_from_an_older_snapshot_it_counts_from_there() -> None:
    """The newest one was damaged: the rows up to it are to be replayed as well."""
    recovery = recovering.Recovery()
    recovery.begin(900, 1000)
    exchange = Exchange()
    for position in range(801, 901):
        batch = Batch(0, 1, 1, position, [GatewayOpened(VENUE_KEY)])
        recovery.passed(position, batch, exchange.apply(batch))
        assert (recovery.done, recovery.total) == (position - 800, 200)
        assert recovery.remaining_seconds is not None
        assert recovery.remaining_seconds >= 0
    before = recovery.rate
    recovery.restored(800)
    assert recovery.rate <= before  # of the same commands in all that time


def test_a_terminal_shows_a_bar(long_log: Path, tmp_path: Path) -> None:
    directory = copy(long_log, tmp_path / "venue")
    script = (
        "import carbonex.cli.progress as p, runpy, sys;"
        "p.PATIENCE_SECONDS = 0.0; p.REFRESH_SECONDS = 0.01;"
        # Each row lets the others take their turn, or the short recovery is over.
        "import time; from carbonex.gateway.server.starting.recovering import Recovery as R;"
        "count = R.count; R.count = lambda *row: (time.sleep(0.001), count(*row));"
        f"sys.argv = ['carbonex', 'serve', {str(directory)!r}];"
        "runpy.run_module('carbonex.cli', run_name='__main__')"
    )
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ |= {"PYTHONPATH": SOURCES, "TERM": "xterm", "COLUMNS": "120"}
        os.execv(sys.executable, [sys.executable, "-c", script])
    shown = b""
    while b"is open at" not in shown:
        shown += os.read(terminal, 65536)
    os.write(terminal, b"\x03")  # Ctrl-C
    assert os.waitpid(pid, 0)[1] == 0
    os.close(terminal)
    text = re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", shown.decode())
    rows = re.findall(rf"(\d+)/{2 + ROWS} rows · ([\d,]+) commands · [\d,]+/s", text)
    assert len({row for row, _ in rows}) > 2
