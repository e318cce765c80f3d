"""The last time known to a venue, stored so that a start can judge the clock.

    DIR/clock    both clocks, the boot id, and a CRC-32 of these fields

Log time stands still while nothing happens, for instance overnight or on a holiday, so
it says little about a wall clock that is hours off. This file is written every minute
while the venue is open. After a restart on the same boot of the same machine, the
monotonic clock gives the time elapsed since the last write, and hence the exact time.
After a reboot the file still gives a lower bound.
"""

from __future__ import annotations

from pathlib import Path
from struct import Struct
from typing import TYPE_CHECKING, Final, NamedTuple
from zlib import crc32

import structlog

from carbonex.journal.records import unknown_version


if TYPE_CHECKING:
    from collections.abc import Callable

    from carbonex.journal import Disk


FILE_NAME: Final = "clock"
CLOCK_VERSION: Final = 1
BOOT: Final = Path("/proc/sys/kernel/random/boot_id")  # changes at each boot

_log = structlog.get_logger("carbonex.gateway")

_MAGIC: Final = b"CBXCLCK\n"
# Magic, format version, time, monotonic clock, boot id. All of it fits in one disk
# sector, which is always written whole.
_FIELDS: Final = Struct("<8sIqq64s")
_CHECKSUM: Final = Struct("<I")  # CRC-32 of the fields, behind them
_SIZE: Final = _FIELDS.size + _CHECKSUM.size


class Seen(NamedTuple):
    """Both clocks at one moment; ``boot`` is the boot id, empty if unknown."""

    time_ns: int
    monotonic_ns: int
    boot: bytes


class Known(NamedTuple):
    """The earliest possible current time, 0 if unknown.

    ``exact`` says that it is the current time itself.
    """

    time_ns: int
    exact: bool


NOTHING: Final = Known(0, exact=False)


class ClockFile:
    """Reads and writes the clock file of a data directory."""

    def __init__(
        self, directory: Path, disk: Disk, monotonic: Callable[[], int]
    ) -> None:
        self._path = directory / FILE_NAME
        self._disk = disk
        self._monotonic = monotonic
        self._boot = _boot(disk)

    def note(self, time_ns: int) -> None:
        """Write that it is ``time_ns`` now, without a sync: it is a lower bound.

        Raises:
            OSError: If the file cannot be written.

        """
        seen = Seen(time_ns, self._monotonic(), self._boot)
        fd = self._disk.open_write(self._path)
        try:
            self._disk.pwrite(fd, _encode(seen), 0)
        finally:
            self._disk.close(fd)

    def known(self) -> Known:
        """Return the current time as far as the file determines it."""
        try:
            seen = _decode(_read(self._disk, self._path), self._path)
        except FileNotFoundError:
            return NOTHING  # the venue was never open
        except (OSError, ValueError) as error:
            _log.warning("clock not known", reason=str(error))
            return NOTHING
        passed = self._monotonic() - seen.monotonic_ns
        exact = bool(seen.boot) and seen.boot == self._boot and passed >= 0
        return Known(seen.time_ns + (passed if exact else 0), exact)


def _encode(seen: Seen) -> bytes:
    fields = _FIELDS.pack(_MAGIC, CLOCK_VERSION, *seen)
    return fields + _CHECKSUM.pack(crc32(fields))


def _decode(data: bytes, path: Path) -> Seen:
    """Decode the file's contents.

    Every version begins with the magic and the version number, has this size, and ends
    with its CRC-32.

    Raises:
        ValueError: If the data is damaged, or of a version unknown to this build.

    """
    fields, checksum = data[: -_CHECKSUM.size], data[-_CHECKSUM.size :]
    if not fields.startswith(_MAGIC) or checksum != _CHECKSUM.pack(crc32(fields)):
        raise ValueError(f"{path} is damaged: its checksum is wrong")
    version = int.from_bytes(fields[len(_MAGIC) :][:4], "little")
    if version != CLOCK_VERSION:
        raise ValueError(unknown_version(path, version, CLOCK_VERSION))
    _, _, time_ns, monotonic_ns, boot = _FIELDS.unpack(fields)
    return Seen(time_ns, monotonic_ns, boot.rstrip(b"\0"))


def _boot(disk: Disk) -> bytes:
    try:
        return _read(disk, BOOT).strip()[:64]
    except OSError:
        return b""


def _read(disk: Disk, path: Path) -> bytes:
    """Return the first ``_SIZE`` bytes of a file."""
    fd = disk.open_read(path)
    try:
        return disk.read(fd, _SIZE, 0)
    finally:
        disk.close(fd)
