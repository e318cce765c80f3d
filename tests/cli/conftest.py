"""A data directory with a morning's trading in it, written by the real log."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import pytest
import structlog
from typer.testing import CliRunner

from carbonex.cli.app import app
from carbonex.engine import (
    BUY,
    SELL,
    AddKey,
    Batch,
    BeginDay,
    CancelOrder,
    Checkpoint,
    Command,
    Deposit,
    Exchange,
    GatewayOpened,
    Issue,
    ListInstrument,
    OpenAccount,
    Permission,
    PlaceOrder,
    RegisterParticipant,
)
from carbonex.engine.snapshot import FORMAT
from carbonex.journal import SegmentLog
from sources import SOURCES


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


SECOND: Final = 10**9
MORNING: Final = 1_785_288_600 * SECOND  # 2026-07-29 09:30 in Shanghai
CLOSE: Final = MORNING + 5 * 3600 * SECOND + 1800 * SECOND  # 15:00

SETUP: Final[list[Command]] = [
    RegisterParticipant("", "acme"),
    RegisterParticipant("", "wind"),
    OpenAccount("", "acme", "acme-1"),
    OpenAccount("", "wind", "wind-1"),
    AddKey("", "acme", "k-1", bytes(32), Permission.READ | Permission.TRADE),
    ListInstrument("", "CEA25"),
    ListInstrument("", "CCER24", product="CCER"),
    Deposit("", "acme-1", 100_000_00, "in-1"),
    Issue("", "wind-1", "CEA25", 1000, "in-2"),
    Issue("", "wind-1", "CCER24", 1000, "in-3"),
    BeginDay("", 20260729, CLOSE),
]
TRADING: Final[list[Command]] = [
    PlaceOrder("k-1", "acme-1", "CEA25", BUY, 7463, 500, client_order_id="a-1"),
    PlaceOrder("", "wind-1", "CEA25", SELL, 7462, 200),
    PlaceOrder("", "wind-1", "CCER24", SELL, 7281, 300),
    CancelOrder("k-1", "acme-1", 99),
    PlaceOrder("k-1", "acme-1", "CCER24", BUY, 7281, 100, client_order_id="a-2"),
]


class Written:
    """A venue that writes its log as a server would, batch by batch."""

    def __init__(self, log: SegmentLog) -> None:
        self.log = log
        self.exchange = Exchange()
        self._n = 0
        self.publish(MORNING - SECOND, GatewayOpened(""))

    def publish(self, time_ns: int, *commands: Command) -> None:
        batch = Batch(time_ns, 1, 1, self._n, list(commands))
        self._n += 1
        self.log.publish(batch)
        assert self.exchange.apply(batch).accepted

    def checkpoint(self, time_ns: int) -> None:
        self.publish(time_ns, Checkpoint("", self.exchange.digest(), FORMAT))


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """Let signals act again that ``serve`` ignores at the end of its process."""
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    handlers = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[], tuple[Path, Exchange]]:
    """Return what writes DIR and tells what the state is at its end."""

    def write() -> tuple[Path, Exchange]:
        directory = tmp_path / "venue"
        with SegmentLog(directory, "test", segment_bytes=65_536) as log:
            venue = Written(log)
            venue.publish(MORNING, *SETUP)
            for second, command in enumerate(TRADING):
                venue.publish(MORNING + second * SECOND, command)
            venue.checkpoint(MORNING + 60 * SECOND)
        return directory, venue.exchange

    return write


@pytest.fixture
def traded(write: Callable[[], tuple[Path, Exchange]]) -> tuple[Path, Exchange]:
    """Return DIR with a morning's trading, and its state."""
    return write()


@pytest.fixture(autouse=True)
def _log_lines_of_its_own() -> Iterator[None]:
    """Undo what ``carbonex serve``, run inside a test, did to the process's logging."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Return what ``carbonex init`` has made."""
    path = tmp_path / "acme"
    assert CliRunner().invoke(app, ["init", str(path)]).exit_code == 0
    return path


@pytest.fixture
def sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let child processes import carbonex, installed or not."""
    monkeypatch.setenv("PYTHONPATH", SOURCES)


@pytest.fixture
def program(sources: None) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Return what starts ``carbonex`` with arguments; none outlives the test."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "carbonex.cli", *arguments],
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
