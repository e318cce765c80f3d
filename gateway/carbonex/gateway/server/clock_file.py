"""What a venue last knew of the time, so that a start can judge the clock.

    DIR/clock    {"time_ns": …, "monotonic_ns": …, "boot": "…"}

Log time stands still while nothing happens, over a night or a holiday, and so
says little of a clock that is hours ahead of it. This file is written every
minute while the venue is open. After a restart on the same boot of the same
machine the monotonic clock tells how long ago that was, however long; after a
reboot it is at least known until when the venue was open.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from .clock import SECOND_NS, check_start


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.journal import Disk


FILE_NAME: Final = "clock"
BOOT: Final = Path("/proc/sys/kernel/random/boot_id")  # another one after each boot

_log = structlog.get_logger("carbonex.gateway")

_SIZE: Final = 256  # bytes; one sector, always written whole


class Seen(msgspec.Struct, frozen=True):
    """Both clocks at one moment; ``boot`` names the boot, nothing if unknown."""

    time_ns: int
    monotonic_ns: int
    boot: str


class ClockFile:
    """Keeps the file of one data directory."""

    def __init__(
        self, directory: Path, disk: Disk, monotonic: Callable[[], int]
    ) -> None:
        self._path = directory / FILE_NAME
        self._disk = disk
        self._monotonic = monotonic
        self._boot = _read(disk, BOOT).decode("ascii", "replace").strip()

    def note(self, time_ns: int) -> None:
        """Note that it is ``time_ns`` now. It is not synced: a lower bound.

        Raises:
            OSError: If it cannot be written.

        """
        seen = Seen(time_ns, self._monotonic(), self._boot)
        fd = self._disk.open_write(self._path)
        try:
            self._disk.pwrite(fd, msgspec.json.encode(seen).ljust(_SIZE), 0)
        finally:
            self._disk.close(fd)

    def now_ns(self) -> int:
        """Return the least that the time can be now; 0 where nothing is known."""
        try:
            seen = msgspec.json.decode(_read(self._disk, self._path), type=Seen)
        except msgspec.MsgspecError:
            return 0
        passed = self._monotonic() - seen.monotonic_ns
        same = bool(seen.boot) and seen.boot == self._boot and passed > 0
        return seen.time_ns + (passed if same else 0)

    def check(self, now_ns: int, log_ns: int, *, accept_time: bool) -> None:
        """Judge a start at ``now_ns`` whose log ends at ``log_ns``.

        Raises:
            ClockError: See ``check_start``.

        """
        known_ns = max(log_ns, self.now_ns())
        check_start(now_ns, known_ns, accept_time=accept_time)
        if now_ns < known_ns - SECOND_NS:  # up to log_ns log time stands still
            _log.warning("clock behind", seconds=(known_ns - now_ns) / SECOND_NS)


def _read(disk: Disk, path: Path) -> bytes:
    """Return what a small file begins with, nothing if it cannot be read."""
    try:
        fd = disk.open_read(path)
    except OSError:
        return b""
    try:
        return disk.read(fd, _SIZE, 0)
    except OSError:
        return b""
    finally:
        disk.close(fd)
