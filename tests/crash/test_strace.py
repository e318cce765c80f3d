"""The kernel's word for it: fdatasync has returned before the answer is sent."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Final

import pytest

from stranger import JSON, MSGPACK, eventually

from .orders import Sender
from .serving import Serving, make_venue
from .tracing import calls_of, can_trace, has_ended, tracing, way_of


if TYPE_CHECKING:
    from pathlib import Path

    from .tracing import Way


pytestmark = pytest.mark.skipif(
    not can_trace(), reason="strace is not installed, or may not trace here"
)

MEGABYTE: Final = 1 << 20
BURST: Final = 8
BURSTS: Final = 5

# A lone order is made durable in the loop where the last batch was quick, and
# handed to the commit thread where it was not.
_QUICK: Final = "import carbonex.gateway.server.pipeline as p; p.QUICK_NS = {}\n"
IN_LOOP: Final = _QUICK.format(2**60)
IN_THREAD: Final = _QUICK.format(0)

# Two mistakes that a trace has to show.
NEVER_SYNCED: Final = """
from carbonex.journal.disk import OsDisk
OsDisk.sync = lambda self, fd: None
"""
SYNCED_LATE: Final = """
import os, threading
from carbonex.journal.disk import OsDisk
def late(self, fd):
    fd = os.dup(fd)
    threading.Timer(0.05, os.fdatasync, [fd]).start()
OsDisk.sync = late
"""


async def ways(
    directory: Path, before: str, encoding: str = JSON, burst: int = 1
) -> list[Way]:
    """Send bursts of orders to a traced server; return the way of each order."""
    data, trace = directory / "venue", directory / "trace"
    data.mkdir()
    make_venue(data, MEGABYTE)
    async with Serving(data, before, tracing(trace)) as venue:
        sender = Sender(venue.port, "maker", "traced", encoding)
        async with sender.client as client:
            await client.login("maker")
            for _ in range(BURSTS):
                for _ in range(burst):
                    await sender.send()
                while sender.pending:
                    await sender.receive()
        venue.signal(signal.SIGTERM)
        assert await venue.ended() == 0
        await eventually(
            lambda: has_ended(trace.read_text(errors="replace"), venue.pid)
        )
    assert len(sender.answered) == BURSTS * burst
    calls = calls_of(trace.read_text(errors="replace"))
    return [way_of(calls, name) for name in sender.answered]


@pytest.mark.parametrize("encoding", [JSON, MSGPACK])
async def test_a_lone_order_is_synced_in_the_loop_before_its_answer(
    tmp_path: Path, encoding: str
) -> None:
    found = await ways(tmp_path, IN_LOOP, encoding)
    # The first batch of all goes to the thread: nobody knows the disk yet.
    assert all(way.in_loop for way in found[1:])
    assert all(way.durable_first for way in found)


@pytest.mark.parametrize("burst", [1, BURST])
async def test_the_commit_thread_syncs_before_the_loop_answers(
    tmp_path: Path, burst: int
) -> None:
    found = await ways(tmp_path, IN_THREAD, burst=burst)
    assert not any(way.in_loop for way in found)
    assert all(way.durable_first for way in found)


@pytest.mark.parametrize(
    "mistake",
    [IN_LOOP + NEVER_SYNCED, IN_THREAD + SYNCED_LATE],
    ids=["never synced", "synced late"],
)
async def test_the_trace_shows_an_answer_before_its_sync(
    tmp_path: Path, mistake: str
) -> None:
    assert not any(way.durable_first for way in await ways(tmp_path, mistake))
