"""One process's access to the simulated disk, where calls may go wrong.

The disk itself (``journal.faulty_disk``) keeps what was synced, and of the rest any
part. Here a call fails, or the process or the power dies in the middle of one. A dead
process reaches the disk no more.
"""

from __future__ import annotations

import enum
import errno
from typing import TYPE_CHECKING, Any, Final, final

from journal.faulty_disk import PowerLost

from .loop import Dead


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from journal.faulty_disk import SimulatedDisk

    from .loop import Process


class Trouble(enum.Enum):
    """The kinds of trouble in a process's disk call."""

    EIO = "EIO"
    ENOSPC = "ENOSPC"
    KILL = "kill -9 in a disk call"
    POWER = "power cut in a disk call"


# Calls that change something: a full disk refuses them, and the power can fail in the
# middle of one with an effect of its own.
CHANGING: Final = frozenset(
    {"open_write", "pwrite", "sync", "sync_directory", "rename", "remove"}
)
FILLING: Final = frozenset({"open_write", "pwrite", "sync", "rename"})

# A sync takes up to this time, every second one more than half of it. After such a sync
# the venue has its next batch written by the commit thread, otherwise in the loop.
LONGEST_SYNC_NS: Final = 1_000_000


@final
class Port:
    """Implements ``carbonex.journal.Disk`` while its process lives.

    Armed trouble that has struck calls ``troubled`` with its kind and the affected file
    or directory.
    """

    def __init__(self, disk: SimulatedDisk, process: Process) -> None:
        self.calls = 0
        self.beside_loop = False  # True in the commit worker
        # called after each pwrite and sync
        self.done: Callable[[str], None] = lambda _: None
        self.troubled: Callable[[Trouble, Path], None] = lambda *_: None
        self._disk = disk
        self._process = process
        self._paths: dict[int, Path] = {}  # by file descriptor
        self._trouble: Trouble | None = None
        self._after = 0

    def arm(self, trouble: Trouble, after: int) -> None:
        """Arm trouble for the first possible call after ``after`` more calls."""
        self._trouble, self._after = trouble, after

    def disarm(self) -> None:
        """Disarm trouble that has not struck yet."""
        self._trouble = None

    def open_read(self, path: Path) -> int:
        fd: int = self._call("open_read", path)
        self._paths[fd] = path
        return fd

    def open_write(self, path: Path) -> int:
        fd: int = self._call("open_write", path)
        self._paths[fd] = path
        return fd

    def close(self, fd: int) -> None:
        self._alive()
        self._disk.close(fd)

    def read(self, fd: int, size: int, offset: int) -> bytes:
        data: bytes = self._call("read", fd, size, offset)
        return data

    def pwrite(self, fd: int, data: bytes | memoryview, offset: int) -> None:
        self._call("pwrite", fd, data, offset)
        self.done("pwrite")

    def sync(self, fd: int) -> None:
        self._call("sync", fd)
        turns = self._process.turns
        turns.now_ns += int(turns.random.random() * LONGEST_SYNC_NS)
        self.done("sync")

    def size(self, fd: int) -> int:
        result: int = self._call("size", fd)
        return result

    def lock(self, fd: int) -> None:
        self._call("lock", fd)

    def make_directory(self, path: Path) -> None:
        self._call("make_directory", path)

    def sync_directory(self, path: Path) -> None:
        self._call("sync_directory", path)

    def names(self, path: Path) -> list[str]:
        names: list[str] = self._call("names", path)
        return names

    def rename(self, source: Path, target: Path) -> None:
        self._call("rename", source, target)

    def remove(self, path: Path) -> None:
        self._call("remove", path)

    def free_bytes(self, path: Path) -> int:
        result: int = self._call("free_bytes", path)
        return result

    def _call(self, name: str, *args: Any) -> Any:
        self._alive()
        self.calls += 1
        trouble = self._due(name)
        if trouble is None:
            return getattr(self._disk, name)(*args)
        if trouble is Trouble.POWER:
            return self._lose_power_in(name, args)
        self._trouble = None
        self.troubled(trouble, self._path(args[0]))
        if trouble is Trouble.KILL:
            self._die_in(name, args)
        code = errno.EIO if trouble is Trouble.EIO else errno.ENOSPC
        if name in CHANGING:
            self._disk.fail(name, code)
            return getattr(self._disk, name)(*args)
        raise OSError(code, "simulated")

    def _due(self, name: str) -> Trouble | None:
        """Return the trouble that strikes in this call, or None."""
        trouble = self._trouble
        if trouble is None:
            return None
        self._after -= 1
        if self._after > 0:
            return None
        if trouble is Trouble.ENOSPC and name not in FILLING:
            return None
        if trouble is Trouble.POWER and name not in CHANGING:
            return None
        return trouble

    def _die_in(self, name: str, args: tuple[Any, ...]) -> None:
        """Kill the process before the call, in the middle of it, or after it."""
        draw = self._process.turns.random
        if name == "pwrite" and draw.random() < 0.5:
            fd, data, offset = args
            self._disk.pwrite(fd, bytes(data)[: draw.randrange(len(data))], offset)
        elif draw.random() < 0.5:
            getattr(self._disk, name)(*args)
        self._process.kill()
        raise Dead

    def _lose_power_in(self, name: str, args: tuple[Any, ...]) -> Any:
        self._disk.lose_power_after(1)
        try:
            result = getattr(self._disk, name)(*args)
        except PowerLost:
            self.troubled(Trouble.POWER, self._path(args[0]))
            self._process.kill()
            raise Dead from None
        # The call changed nothing, for example opened an existing file: try the next.
        self._disk.lose_power_after(0)
        return result

    def _path(self, named: Path | int) -> Path:
        return self._paths[named] if isinstance(named, int) else named

    def _alive(self) -> None:
        if not self._process.alive:
            raise Dead
