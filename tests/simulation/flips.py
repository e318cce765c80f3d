"""Bit flips in a copy of the directory, and their detection.

A reader of a damaged file must refuse it by name, or reach the undamaged state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonex.gateway.server.host.clock import Clock, ClockError
from carbonex.gateway.server.host.clock_file import ClockFile
from carbonex.gateway.server.starting.opening import open_log, open_venue
from carbonex.gateway.server.starting.timing import StartTime
from carbonex.journal import LogError, LogReader, SnapshotStore, recover

from .host import CONFIG


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from journal.faulty_disk import SimulatedDisk

    from .host import Host
    from .world import World


LOCKS: Final = ("lock", "archive.lock")  # nobody reads their content


def flip_a_bit(world: World, draw: Callable[[], float]) -> None:
    """Flip a bit in a copy of the disk, in the kind of file with the fewest flips."""
    disk, counts = world.host.copy_of_disk(), world.record.counts
    kinds: dict[str, list[Path]] = {}
    for path in disk.files():
        if disk.content(path) and path.name not in LOCKS:
            kinds.setdefault(path.suffix[1:] or path.name, []).append(path)
    kind = min(kinds, key=lambda kind: counts.get(f"bits flipped in {kind}", 0))
    path = kinds[kind][int(draw() * len(kinds[kind]))]
    place = _flip(disk, path, draw)
    world.record.count(f"bits flipped in {kind}")
    try:
        harm = _harm(world.host, disk, path)
    except (LogError, ClockError) as error:
        world.record.count(f"flips refused in {kind}")
        if isinstance(error, LogError) and str(world.host.directory) not in str(error):
            world.record.fail("damage is named", f"{path} at {place}: {error}")
    else:
        if harm:
            world.record.fail("damage does no harm", f"{path} at {place}: {harm}")


def _flip(disk: SimulatedDisk, path: Path, draw: Callable[[], float]) -> int:
    """Flip a bit, half the time near the end of the written part; return its place."""
    content = disk.content(path)
    written = min(len(content), len(bytes(content).rstrip(b"\0")) + 64)
    span = written if draw() < 0.5 else min(written, 400)  # about the newest row
    place = written - 1 - int(draw() * span)
    content[place] ^= 1 << int(draw() * 8)
    disk.settle()
    return place


def _harm(host: Host, disk: SimulatedDisk, path: Path) -> str:
    """Return the harm that readers of the file suffer, "" for none.

    Raises:
        LogError, ClockError: If the file is refused.

    """
    if path.suffix == ".archive":
        wrong = _rows(host, disk) != _rows(host, host.copy_of_disk())
        return "other rows" if wrong else ""
    if path.name == "clock":
        assert host.server is not None
        file = ClockFile(host.directory, disk, lambda: host.turns.now_ns)
        clock = Clock(host.wall, lambda: host.turns.now_ns)
        time = StartTime(clock, file.known(), accept_time=False)
        time.check(host.server.venue.exchange)
    with open_log(host.directory, CONFIG, disk) as log:
        snapshots = SnapshotStore(host.directory, disk)
        opened = open_venue(log, snapshots, CONFIG)
    states = [_digest(host)]
    if host.server is not None:  # a row being written is not answered yet
        states.append(host.server.venue.exchange.digest())
    return "" if opened.venue.exchange.digest() in states else "another state"


def _rows(host: Host, disk: SimulatedDisk) -> list[bytes]:
    return [row.hash for row in LogReader(host.directory, disk).tail(1)]


def _digest(host: Host) -> bytes:
    """Return the digest of the undamaged directory's state."""
    disk = host.copy_of_disk()
    with open_log(host.directory, CONFIG, disk) as log:
        return recover(log, SnapshotStore(host.directory, disk)).exchange.digest()
