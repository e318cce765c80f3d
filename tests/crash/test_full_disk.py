"""A disk that fills up, a small tmpfs: first orders are refused, then the venue ends."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING, Final

import pytest
from websockets.exceptions import ConnectionClosed

from carbonex.gateway.config import MIN_RESERVE
from stranger import Stranger

from .orders import Sender, agree, place_one
from .serving import Serving, make_venue


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


DISK_BYTES: Final = MIN_RESERVE + 12 * 1024 * 1024
SMALL_SEGMENT: Final = 64 * 1024  # full soon: the next file finds no room
LARGE_SEGMENT: Final = 8 * 1024 * 1024  # filled ahead in steps, one of which fails
RESTING: Final = 40
BEGINS_AT_ONCE: Final = 200
MOUNTED: Final = "mounting a tmpfs needs root"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of DISK_BYTES."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(place)]
    if shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip(MOUNTED)
    tried = subprocess.run(mount, check=False, capture_output=True, text=True)
    if tried.returncode:
        pytest.skip(f"{MOUNTED}: {tried.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


class Ballast:
    """A file that takes all the room but what is to be left."""

    def __init__(self, disk: Path) -> None:
        self._path = disk / "ballast"

    def leave(self, left: int) -> None:
        """Leave that many bytes, a multiple of the page size."""
        with self._path.open("ab") as file:
            while (more := self._free() - left) > 0:
                # The venue's follower may have taken some of it in between.
                with contextlib.suppress(OSError):
                    os.posix_fallocate(file.fileno(), file.seek(0, 2), more)

    def _free(self) -> int:
        status = os.statvfs(self._path)
        return status.f_bavail * status.f_frsize

    def go(self) -> None:
        """Make room again."""
        self._path.unlink()


@pytest.mark.parametrize("segment_bytes", [SMALL_SEGMENT, LARGE_SEGMENT])
async def test_a_full_disk_refuses_orders_and_then_ends_the_venue(
    disk: Path, segment_bytes: int
) -> None:
    data, ballast = disk / "venue", Ballast(disk)
    data.mkdir()
    make_venue(data, segment_bytes)
    async with Serving(data) as venue:
        sender = Sender(venue.port, "maker", "before")
        async with sender.client as client:
            await client.login("maker")
            await sender.place(RESTING)
            ballast.leave(MIN_RESERVE // 2)
            await until_refused(sender)
            assert set(sender.refused.values()) == {"LOG_FULL"}
            cancelled = sender.answered[:5]
            for name in cancelled:
                await client.call("cancel_order", client_order_id=name)

            ballast.leave(0)
            async with Stranger(venue.port) as operator:
                await operator.login("operator")
                await begin_until_closed(operator)
                assert operator.socket.close_code == 1011
        assert await venue.ended() == 1
        last = venue.errors.splitlines()[-1]
        assert "No space left on device" in last
        assert f"writing the log in {data} failed: " in last
        assert "Traceback" not in last
    held = agree(data, sender)
    assert not held.accepted.keys() & sender.refused.keys()

    ballast.go()
    async with Serving(data) as venue:
        after = await place_one(venue.port, "after")
        venue.signal(signal.SIGTERM)
        assert await venue.ended() == 0
    replayed = agree(data, sender, after)
    resting = replayed.exchange.accounts["maker"].orders
    assert len(resting) == len(sender.answered) - len(cancelled) + 1


async def until_refused(sender: Sender) -> None:
    """Send orders until the venue has seen how full its disk is."""
    async with asyncio.timeout(30):
        while not sender.refused:
            await sender.send()
            await sender.receive()
            await asyncio.sleep(0.05)


async def begin_until_closed(operator: Stranger) -> None:
    """Begin a day while one is open, which is logged all the same, until the end."""
    with contextlib.suppress(ConnectionClosed):
        while True:
            last = 0
            for _ in range(BEGINS_AT_ONCE):
                last = await operator.send("begin_day", date="2026-12-02")
            await operator.answer(last)
            operator.frames.clear()
